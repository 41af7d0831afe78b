"""Functions of two bits: where they answer 1, and where 0."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from kasago.plot._axes import ink, new_axes

__all__ = ["plot_gate"]

CORNERS = ((0, 0), (1, 0), (0, 1), (1, 1))
LOW, HIGH = -0.5, 1.5


def plot_gate(
    gate: Callable[[NDArray[Any]], Any],
    t: ArrayLike | None = None,
    *,
    points: ArrayLike = CORNERS,
    ax: Axes | None = None,
) -> Axes:
    """Draw where a gate answers 1, and the points that it is made for.

    The region of the answer 1 is shaded. A point that should be 1 is a filled square, one that
    should be 0 an open circle: a square on white or a circle on the shade is a wrong answer.

    Parameters
    ----------
    gate : callable
        Takes points, shape (N, 2), returns 0 or 1 for each, shape (N,).
    t : array_like of 0 and 1, optional
        What the points should be. Without it, what the gate says of them.
    points : array_like, shape (P, 2), optional
        The corners (0, 0), (1, 0), (0, 1), (1, 1) if not given.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the gate does not return one number for each point, or `t` has another length.
    """
    places = np.asarray(points, dtype=float)
    is_one = np.asarray(_answers(gate, places) if t is None else t) > 0.5
    if is_one.shape != places.shape[:1]:
        raise ValueError(
            f"t must hold one target for each of {len(places)} points, an array of shape "
            f"{places.shape[:1]}; got one of shape {is_one.shape}"
        )
    middles, share = _share_of_ones(gate)

    ax = ax or new_axes(figsize=(3.4, 3.3))
    ax.contourf(middles, middles, share, levels=[0.5, np.inf], colors=["C0"], alpha=0.25)
    if np.ptp(share) > 0:  # a gate that always says the same has no border
        ax.contour(middles, middles, share, levels=[0.5], colors="C0", linewidths=1.2)
    ax.plot(*places[is_one].T, "s", color="C1", markersize=9)
    ax.plot(
        *places[~is_one].T, "o", color=ink(), markersize=9, fillstyle="none", markeredgewidth=1.8
    )
    ax.set(xlabel="x₀", ylabel="x₁", aspect="equal", xticks=(0, 1), yticks=(0, 1))
    ax.set(xlim=(LOW, HIGH), ylim=(LOW, HIGH))
    return ax


def _share_of_ones(gate: Callable[[NDArray[Any]], Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the middles of square cells on both axes, and the share of 1 in each cell.

    A border runs where the share is a half. Single answers would make stairs of it.
    """
    # A prime number of cells: no border at a round number runs along a row of samples.
    cells, samples = 97, 5
    cell = (HIGH - LOW) / cells
    # One cell more on each side, so that the shade reaches the frame.
    axis = LOW - cell + cell / samples * (np.arange((cells + 2) * samples) + 0.5)
    X0, X1 = np.meshgrid(axis, axis)
    answer = _answers(gate, np.stack([X0.ravel(), X1.ravel()], axis=-1))
    share = answer.reshape(cells + 2, samples, cells + 2, samples).mean(axis=(1, 3))
    return axis.reshape(cells + 2, samples).mean(axis=1), share


def _answers(gate: Callable[[NDArray[Any]], Any], points: NDArray[Any]) -> NDArray[Any]:
    answers = np.asarray(gate(points))
    if answers.shape != points.shape[:1]:
        raise ValueError(
            f"gate must return one number for each of {len(points)} points, an array of shape "
            f"{points.shape[:1]}; it returned one of shape {answers.shape}"
        )
    return answers
