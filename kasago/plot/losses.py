"""Losses of several trainings, to be compared."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from kasago.plot._axes import ink, new_axes

__all__ = ["plot_losses"]

# A style for each training in turn: to be told apart without colours.
STYLES = ("-", "--", "-.", ":")


def plot_losses(
    losses: Mapping[str, ArrayLike],
    *,
    marked: str | None = None,
    window: int = 25,
    ax: Axes | None = None,
) -> Axes:
    """Draw the losses of some trainings, the mean of each window, on a logarithmic axis.

    Parameters
    ----------
    losses : mapping of str to array_like, shape (iterations,)
        The loss of each mini-batch of each training, under its name.
    marked : str, optional
        The training that is named and coloured; the others are thin and grey then. Without it,
        all are coloured, with a legend.
    window : int
        Number of iterations that are taken together.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no training, one is shorter than the window or not one number for each
        iteration, the window is less than 1, or `marked` is none of them.

    Examples
    --------
    >>> ax = plot_losses({"slow": [2.0, 1.5, 1.0, 0.9], "fast": [2.0, 0.5, 0.4, 0.2]}, window=2)
    >>> [line.get_ydata().round(2).tolist() for line in ax.lines]
    [[1.75, 0.95], [1.25, 0.3]]
    """
    if not losses or (marked is not None and marked not in losses):
        raise ValueError(f"marked must be one of {list(losses)}, at least one; got {marked!r}")
    means = {name: _means(name, loss, window) for name, loss in losses.items()}
    ax = ax or new_axes()
    for (name, mean), style in zip(means.items(), cycle(STYLES), strict=False):
        middle = window * (np.arange(len(mean)) + 0.5)
        if marked is None:
            ax.semilogy(middle, mean, style, label=name)
        else:
            ax.semilogy(middle, mean, color=ink(), linewidth=0.6, alpha=0.4)
    if marked is None:
        ax.legend()
    else:
        middle = window * (np.arange(len(means[marked])) + 0.5)
        ax.semilogy(middle, means[marked], color="C1", linewidth=2)
        ax.set_title(marked)
    # Round numbers, few enough for a small panel, and no powers of ten.
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set(xlabel="iteration", ylabel="loss")
    return ax


def _means(name: str, loss: ArrayLike, window: int) -> NDArray[Any]:
    if window < 1:
        raise ValueError(f"window must be 1 or more, got {window}")
    given = np.asarray(loss, dtype=np.float64)
    if given.ndim != 1 or len(given) < window:
        raise ValueError(
            f"{name!r} must be the losses of {window} iterations or more, shape (iterations,); "
            f"got shape {given.shape}"
        )
    windows = len(given) // window
    means: NDArray[Any] = given[: windows * window].reshape(windows, window).mean(axis=1)
    return means
