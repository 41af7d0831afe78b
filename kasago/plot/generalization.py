"""Accuracies of a run on several sets of samples, and the runs of a search."""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import ink, new_axes

__all__ = ["plot_search", "plot_training_curves"]

# A style for each curve in turn: to be told apart without colours.
STYLES = ("o-", "s--", "^:", "D-.")

# What a run of a search is drawn with, from the best third to the worst: shape, colour, area.
THIRDS = (("o", "C1", 70), ("s", "C0", 34), ("x", "C3", 26))


def plot_training_curves(
    steps: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    best: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw accuracies on several sets of samples against the step of the training.

    Parameters
    ----------
    steps : array_like, shape (n,)
        When the accuracies were taken.
    curves : mapping of str to array_like, shape (n,)
        The accuracies, by the name of the set.
    best : str, optional
        A dotted line stands where the curve of this name is highest.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no curve, one has not a value for each step, or none is called `best`.
    """
    steps = np.asarray(steps)
    shapes = {name: np.shape(curve) for name, curve in curves.items()}
    if steps.ndim != 1 or steps.size == 0 or set(shapes.values()) != {steps.shape}:
        raise ValueError(
            "curves must be one or more, each with a value for each step; "
            f"got {shapes} for steps of shape {steps.shape}"
        )
    if best is not None and best not in curves:
        raise ValueError(f"best must be one of {', '.join(curves)}; got {best!r}")
    ax = ax or new_axes()
    for (name, curve), style in zip(curves.items(), cycle(STYLES), strict=False):
        ax.plot(steps, curve, style, label=name, markersize=4, linewidth=1.4)
    if best is not None:
        highest = steps[np.argmax(curves[best])]
        ax.axvline(highest, color=ink(), linewidth=0.8, linestyle=":")
    ax.set(xlabel="step", ylabel="accuracy", ylim=(0, 1.02))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(curves))
    return ax


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
