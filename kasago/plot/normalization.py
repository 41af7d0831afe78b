"""Pairs of curves, one pair for each scale of the weights at the start."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import ink, new_axes

__all__ = ["plot_curve_pairs"]

# From the left edge of a small plot to that of the next, and from its foot to the next; each is
# 1 wide and 1 high.
ACROSS, DOWN = 1.15, 1.5


def plot_curve_pairs(
    with_it: ArrayLike,
    without: ArrayLike,
    titles: Sequence[str],
    *,
    columns: int = 4,
    names: tuple[str, str] = ("with", "without"),
    ax: Axes | None = None,
) -> Axes:
    """Draw pairs of curves, each in a small plot of its own, all with the same scale from 0 to 1.

    Parameters
    ----------
    with_it, without : array_like, shape (plots, n)
        The first curve of each pair and the second; numbers from 0 to 1, at least two a curve.
    titles : sequence of str
        What stands above each small plot.
    columns : int
        Small plots in a row.
    names : (str, str)
        What the curves of a pair are, for the legend.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the shapes differ, there are no two numbers in a curve, the titles are not as many as
        the plots, or `columns` is less than 1.
    """
    pairs = [np.asarray(curves) for curves in (with_it, without)]
    shape = pairs[0].shape
    if pairs[1].shape != shape or len(shape) != 2 or shape[0] < 1 or shape[1] < 2:
        raise ValueError(
            "the curves must have the same shape (plots, n), n at least 2; "
            f"got {shape} and {pairs[1].shape}"
        )
    if len(titles) != shape[0]:
        raise ValueError(f"{shape[0]} small plots need as many titles, got {len(titles)}")
    if columns < 1:
        raise ValueError(f"columns must be 1 or more, got {columns}")
    rows = -(-shape[0] // columns)
    ax = ax or new_axes(figsize=(4.8, 0.4 + 1.15 * rows))
    across = np.linspace(0, 1, shape[1])
    for i, title in enumerate(titles):
        left, foot = ACROSS * (i % columns), -DOWN * (i // columns)
        ax.plot([left, left, left + 1], [foot + 1, foot, foot], color=ink(), linewidth=0.7)
        ax.text(left + 0.5, foot + 1.06, title, ha="center", va="bottom")
        for curves, color, style, name in zip(pairs, ("C0", "C1"), ("-", "--"), names, strict=True):
            label = name if i == 0 else None
            ax.plot(left + across, foot + curves[i], style, color=color, label=label)
    ax.set(xlim=(-0.05, ACROSS * columns - 0.1), ylim=(0.9 - DOWN * rows + 0.5, 1.35))
    ax.set_axis_off()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return ax
