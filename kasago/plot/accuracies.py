"""Accuracies side by side, against whatever was changed."""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import new_axes

__all__ = ["plot_accuracies"]

STYLES = ("o-", "s--", "^-.", "D:")


def plot_accuracies(
    at: ArrayLike, accuracies: Mapping[str, ArrayLike], *, xlabel: str, ax: Axes | None = None
) -> Axes:
    """Draw accuracies, a line for each name, with the vertical axis as far as it is needed.

    Parameters
    ----------
    at : array_like, shape (n,)
        Where they were taken: steps, shifts, sizes.
    accuracies : mapping of str to array_like, shape (n,)
    xlabel : str
        What `at` is.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is nothing to draw, or not one accuracy for each place.
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
    ax = ax or new_axes()
    for (name, values), style in zip(lines.items(), cycle(STYLES), strict=False):
        ax.plot(places, values, style, label=name, markersize=4)
    ax.set(xlabel=xlabel, ylabel="accuracy")
    ax.set_ylim(top=1)
    ax.legend(loc="best")
    return ax
