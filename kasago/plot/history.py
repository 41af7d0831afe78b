"""The score of a training run."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kasago.plot._axes import new_axes
from kasago.training import History

__all__ = ["plot_accuracy", "plot_loss"]


def plot_loss(history: History, *, window: int = 100, ax: Axes | None = None) -> Axes:
    """Draw the loss of the mini-batches: the mean of each window, and its range.

    Parameters
    ----------
    history : History
    window : int
        Number of iterations that are taken together.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the window is less than 1, or longer than the history.
    """
    if window < 1:
        raise ValueError(f"window must be 1 or more, got {window}")
    windows = len(history.loss) // window
    if windows == 0:
        raise ValueError(f"{len(history.loss)} iterations are fewer than the window of {window}")
    ax = ax or new_axes()
    loss = np.reshape(history.loss[: windows * window], (windows, window))
    middle = window * (np.arange(windows) + 0.5)
    ax.fill_between(middle, loss.min(axis=1), loss.max(axis=1), color="C0", alpha=0.25, linewidth=0)
    ax.plot(middle, loss.mean(axis=1), color="C0")
    ax.set(xlabel="iteration", ylabel="loss", ylim=(0, None), xlim=(0, windows * window))
    return ax


def plot_accuracy(
    history: History, *, held_out: str = "test", bottom: float = 0, ax: Axes | None = None
) -> Axes:
    """Draw the accuracy on training samples and on others against the epoch.

    Parameters
    ----------
    history : History
    held_out : str
        What the other samples are: those of `history.test_accuracy`.
    bottom : float
        Where the axis of the accuracy begins; what is lower is cut off. A gap of one hundredth
        shows on an axis from 0.9, and not on one from 0.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the axis begins below 0 or leaves no room up to 1.
    """
    if not 0 <= bottom < 1:
        raise ValueError(f"the axis begins at 0 or above and below 1, got bottom={bottom}")
    ax = ax or new_axes()
    ax.plot(history.train_accuracy, "o-", label="training", markersize=4)
    ax.plot(history.test_accuracy, "s--", label=held_out, markersize=4)
    ax.set(xlabel="epoch", ylabel="accuracy", ylim=(bottom, 1))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="lower right")
    return ax
