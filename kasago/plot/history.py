"""The score of a training run."""

import numpy as np
from matplotlib.axes import Axes

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


def plot_accuracy(history: History, *, ax: Axes | None = None) -> Axes:
    """Draw the accuracy on training and test samples against the epoch.

    Parameters
    ----------
    history : History
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or new_axes()
    ax.plot(history.train_accuracy, "o-", label="training", markersize=4)
    ax.plot(history.test_accuracy, "s--", label="test", markersize=4)
    ax.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
    ax.legend(loc="lower right")
    return ax
