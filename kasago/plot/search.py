"""The runs of a search for hyperparameters."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import new_axes

__all__ = ["plot_search"]

# What a run of a search is drawn with, from the best third to the worst: shape, colour, area.
THIRDS = (("o", "C1", 70), ("s", "C0", 34), ("x", "C3", 26))


def plot_search(
    rates: ArrayLike, decays: ArrayLike, accuracies: ArrayLike, *, ax: Axes | None = None
) -> Axes:
    """Draw the runs of a search for two hyperparameters, by thirds from the best to the worst.

    Parameters
    ----------
    rates, decays : array_like, shape (n,)
        The learning rate and the weight decay of each run, above 0.
    accuracies : array_like, shape (n,)
        What came of it on validation samples.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are fewer than three runs, or the three differ in number.
    """
    rates, decays, accuracies = map(np.asarray, (rates, decays, accuracies))
    if accuracies.ndim != 1 or not rates.shape == decays.shape == accuracies.shape:
        raise ValueError(
            "rates, decays and accuracies must hold a number for each run; got shapes "
            f"{rates.shape}, {decays.shape} and {accuracies.shape}"
        )
    if len(accuracies) < len(THIRDS):
        raise ValueError(f"a search must have three runs or more, got {len(accuracies)}")
    ax = ax or new_axes(figsize=(4.8, 3.4))
    thirds = np.array_split(np.argsort(-accuracies, kind="stable"), len(THIRDS))
    for third, (marker, color, area) in zip(thirds, THIRDS, strict=True):
        name = f"{accuracies[third].min():.2f}–{accuracies[third].max():.2f}"
        ax.scatter(rates[third], decays[third], s=area, c=color, marker=marker, label=name)
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="weight decay")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(THIRDS), handletextpad=0)
    return ax
