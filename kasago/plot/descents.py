"""Descents: the path of one, and the losses and paths of some side by side."""

from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import ArrayLike, NDArray

from kasago.plot._axes import ink, new_axes
from kasago.plot._heights import Function2D, draw_contours, heights

__all__ = ["plot_descent", "plot_descent_losses", "plot_descent_paths"]

Function = Callable[[NDArray[Any]], Any]

# A style for each descent in turn: to be told apart without colours.
STYLES = ("o-", "s--", "^:")


def plot_descent(
    f: Function2D, history: ArrayLike, *, limit: float = 4.5, ax: Axes | None = None
) -> Axes:
    """Draw the path of a descent over the lines of equal height, with a large dot at its start.

    Parameters
    ----------
    f : callable
        Takes a point, shape (2,), returns a number.
    history : array_like, shape (steps, 2)
        The points passed, as `gradient_descent` returns them.
    limit : float
        Both variables run from -limit to limit.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the history is empty or not one of points of the plane.
    """
    path = np.asarray(history)
    if path.size == 0 or path.shape[1:] != (2,):
        raise ValueError(f"history must have shape (steps, 2), at least one; got {path.shape}")
    ax = ax or new_axes(figsize=(4.6, 4.4))
    draw_contours(f, limit, ax)
    ax.plot(*path.T, "o-", color="C1", markersize=4, linewidth=1.2)
    ax.plot(*path[0], "o", color="C1", markersize=9)
    ax.set(xlabel="x₀", ylabel="x₁", aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit))
    return ax


def plot_descent_losses(
    f: Function, histories: Mapping[str, ArrayLike], *, ax: Axes | None = None
) -> Axes:
    """Draw the height of each point of some descents against the step, on a logarithmic axis.

    Parameters
    ----------
    f : callable
        Takes a point, returns a positive number.
    histories : mapping of str to array_like, shape (steps, ...)
        The points passed by each descent, under its name.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no descent or one has no points.
    """
    paths = _paths(histories)
    ax = ax or new_axes()
    for (name, path), style in zip(paths.items(), cycle(STYLES), strict=False):
        ax.semilogy([f(x) for x in path], style, label=name, markersize=4, linewidth=1.2)
    # A tick for each power of ten, however many there are, would be a blot.
    ax.yaxis.set_major_locator(LogLocator(numticks=8))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="step", ylabel="f(x)")
    ax.legend()
    return ax


def plot_descent_paths(
    f: Function2D,
    histories: Mapping[str, ArrayLike],
    *,
    limits: tuple[float, float] = (4.5, 4.5),
    ax: Axes | None = None,
) -> Axes:
    """Draw the paths of some descents over the lines of equal height, with a dot at each start.

    Parameters
    ----------
    f : callable
        Takes a point, shape (2,), returns a number.
    histories : mapping of str to array_like, shape (steps, 2)
        The points passed by each descent, under its name.
    limits : (float, float)
        The variables run from minus to plus these.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no descent, or one has no points or points outside the plane.
    """
    paths = _paths(histories)
    for name, path in paths.items():
        if path.shape[1:] != (2,):
            raise ValueError(f"{name!r} must have shape (steps, 2), got {path.shape}")
    width, height = limits
    ax = ax or new_axes(figsize=(4.8, 1.1 + 4.2 * height / width))
    _draw_contours_closer_below(f, limits, ax)
    for i, ((name, path), style) in enumerate(zip(paths.items(), cycle(STYLES), strict=False), 1):
        # C0 is the colour of the contours.
        ax.plot(*path.T, style, color=f"C{i}", label=name, markersize=4, linewidth=1.2)
        ax.plot(*path[0], "o", color=ink(), markersize=7)
    ax.set(xlabel="x₀", ylabel="x₁", aspect="equal", xlim=(-width, width), ylim=(-height, height))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(paths))
    return ax


def _paths(histories: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
    paths = {name: np.asarray(history) for name, history in histories.items()}
    if not paths or not all(path.size for path in paths.values()):
        shapes = {name: path.shape for name, path in paths.items()}
        raise ValueError(f"histories must be one or more, none of them empty; got {shapes}")
    return paths


def _draw_contours_closer_below(f: Function2D, limits: tuple[float, float], ax: Axes) -> None:
    X0, X1, height = heights(f, limits, 81)
    lowest, span = height.min(), np.ptp(height)
    if span > 0:  # a plain has no lines of equal height
        # Closer at the bottom: on a slope that grows like x² they are equally far apart.
        levels = lowest + span * (np.arange(1, 9) / 8) ** 2
        ax.contour(X0, X1, height, levels=levels, colors="C0", linewidths=0.7)
