"""Accuracies side by side, against whatever was changed."""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import ink, new_axes

__all__ = ["plot_accuracies"]

STYLES = ("o-", "s--", "^-.", "D:")


def plot_accuracies(
    at: ArrayLike,
    accuracies: Mapping[str, ArrayLike],
    *,
    xlabel: str = "step",
    best: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw accuracies, a line for each name, with the vertical axis as far as it is needed.

    Parameters
    ----------
    at : array_like, shape (n,)
        Where they were taken: steps, shifts, sizes.
    accuracies : mapping of str to array_like, shape (n,)
    xlabel : str
        What `at` is.
    best : str, optional
        A dotted line stands where the line of this name is highest.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is nothing to draw, not one accuracy for each place, or no line called `best`.
    """
    places = np.asarray(at)
    lines = {name: np.asarray(values) for name, values in accuracies.items()}
    if not lines or places.ndim != 1 or places.size == 0:
        raise ValueError(f"there must be a line and a place for it; got {len(lines)} and {at!r}")
    for name, values in lines.items():
        if values.shape != places.shape:
            raise ValueError(
                f"{name!r} must have an accuracy for each of {len(places)} places, "
                f"shape {places.shape}; got {values.shape}"
            )
    if best is not None and best not in lines:
        raise ValueError(f"best must be one of {', '.join(lines)}; got {best!r}")
    ax = ax or new_axes()
    for (name, values), style in zip(lines.items(), cycle(STYLES), strict=False):
        ax.plot(places, values, style, label=name, markersize=4)
    if best is not None:
        ax.axvline(places[np.argmax(lines[best])], color=ink(), linewidth=0.8, linestyle=":")
    ax.set(xlabel=xlabel, ylabel="accuracy")
    ax.set_ylim(top=1.02)
    ax.legend(loc="best")
    return ax
