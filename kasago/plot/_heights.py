"""The heights of a function of two variables, and the lines along which they are equal."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

# Takes a point, shape (2,), returns a number.
Function2D = Callable[[NDArray[Any]], Any]


def heights(
    f: Function2D, limits: tuple[float, float], count: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return both coordinates of the points of a grid, and the heights there."""
    X0, X1 = np.meshgrid(*(np.linspace(-limit, limit, count) for limit in limits))
    return X0, X1, np.apply_along_axis(f, 2, np.stack([X0, X1], axis=-1))


def draw_contours(f: Function2D, limit: float, ax: Axes) -> None:
    """Draw the lines of equal height of a square, about eight of them."""
    X0, X1, height = heights(f, (limit, limit), 61)
    if np.ptp(height) > 0:  # a plain has no lines of equal height
        ax.contour(X0, X1, height, levels=8, colors="C0", linewidths=1)
