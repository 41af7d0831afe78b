"""The backend of a page's figures, which hands them to the page instead of leaving files.

What draws is `kasago.literate.running.backend`, as when the site is built: the same code gives the
same figure.
"""

import os
from pathlib import Path
from typing import Any

from kasago.literate.running import FIGURES_FOLDER
from kasago.literate.running import backend as drawing
from kasago.literate.running.figure import clean
from kasago.live import runner

__all__ = ["FigureCanvas", "FigureManager"]


class FigureManager(drawing.FigureManager):
    """Shows figures by giving them to the page that runs the snippet."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Give every open figure to the page and close it."""
        super().pyplot_show(block=block)
        for file in sorted(Path(os.environ[FIGURES_FOLDER]).iterdir()):
            svg = file.read_text("utf-8")
            file.unlink()
            runner.hand_over("figure", clean(svg))


class FigureCanvas(drawing.FigureCanvas):
    """An SVG canvas that knows the manager above."""

    manager_class: Any = FigureManager
