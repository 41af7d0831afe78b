"""A Matplotlib backend whose ``plt.show()`` saves the open figures as SVG and closes them."""

import os
from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_svg import FigureCanvasSVG

from kasago.literate import FIGURES_FOLDER


class FigureManager(FigureManagerBase):
    """Shows figures by saving them, numbered in the order in which they were opened."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Save every open figure and close it."""
        folder = Path(os.environ[FIGURES_FOLDER])
        for number in plt.get_fignums():
            name = f"{len(list(folder.iterdir())):03}.svg"
            # Without a date the same drawing gives the same bytes.
            plt.figure(number).savefig(folder / name, format="svg", metadata={"Date": None})
        plt.close("all")


class FigureCanvas(FigureCanvasSVG):
    """An SVG canvas that knows the manager above."""

    manager_class: Any = FigureManager
