"""A Matplotlib backend whose ``plt.show()`` saves the open figures as SVG and closes them."""

import os
from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt
from matplotlib import rc_context, rcParamsDefault
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from kasago.literate.running import FIGURES_FOLDER

# What makes the same drawing the same bytes, and its text text, whatever settings a snippet
# has changed or reset.
SVG: Any = {"svg.fonttype": "none", "svg.hashsalt": "kasago"}

# Dots of a figure: thirty times those of a full screen. An image in it needs memory for each.
LARGEST = 5e7


class PageLayout(ConstrainedLayoutEngine):
    """The layout of the page's style, which gives way to margins that a snippet sets."""

    _adjust_compatible = True

    def execute(self, fig: Figure) -> None:
        """Lay a figure out, if it has the margins that every figure begins with."""
        usual: dict[Any, Any] = dict(rcParamsDefault)
        sides = ("left", "right", "bottom", "top", "wspace", "hspace")
        if all(getattr(fig.subplotpars, s) == usual[f"figure.subplot.{s}"] for s in sides):
            super().execute(fig)


class FigureManager(FigureManagerBase):
    """Shows figures by saving them, numbered in the order in which they were opened."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Save every open figure and close it."""
        folder = Path(os.environ[FIGURES_FOLDER])
        for number in plt.get_fignums():
            figure = plt.figure(number)
            _refuse_giant(figure)
            name = f"{len(list(folder.iterdir())):03}.svg"
            with rc_context(SVG):
                # Without a date the same drawing gives the same bytes.
                figure.savefig(folder / name, format="svg", metadata={"Date": None})
        plt.close("all")


class FigureCanvas(FigureCanvasSVG):
    """An SVG canvas that knows the manager above."""

    manager_class: Any = FigureManager

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        if type(figure.get_layout_engine()) is ConstrainedLayoutEngine:
            figure.set_layout_engine(PageLayout())


def _refuse_giant(figure: Figure) -> None:
    width, height = figure.get_size_inches()
    if width * height * figure.dpi**2 > LARGEST:
        raise ValueError(
            f"the figure has {width:g} x {height:g} inches at {figure.dpi:g} dots an inch, too "
            "much to draw: a page is about 7 inches wide"
        )
