"""Weights: as pictures, as a matrix, and as variables along which the loss moves."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from numpy.typing import ArrayLike, NDArray

from kasago.common.gradient import tangent_line
from kasago.plot._axes import ink, new_axes
from kasago.plot._tiles import as_pictures, rows_of, tile

__all__ = ["plot_loss_along_weight", "plot_matrix", "plot_outputs_along_input", "plot_weights"]


# The ends of PuOr, lighter, so that they stand out from white and from black. Towards 0 the colour
# fades and shows the ground, whatever that is; not evenly, or a few large weights would leave the
# others pale.
_ORANGE, _PURPLE = "#d9760a", "#8d68c9"
_FADING = LinearSegmentedColormap.from_list(
    "fading",
    [
        (0.0, to_rgba(_ORANGE, 1)),
        (0.35, to_rgba(_ORANGE, 0.8)),
        (0.5, to_rgba(_ORANGE, 0)),
        (0.5, to_rgba(_PURPLE, 0)),
        (0.65, to_rgba(_PURPLE, 0.8)),
        (1.0, to_rgba(_PURPLE, 1)),
    ],
)


def plot_matrix(
    values: ArrayLike, *, rows: str = "input", columns: str = "class", ax: Axes | None = None
) -> Axes:
    """Draw a small matrix as coloured cells with their numbers, 0 in the middle of the colours.

    Parameters
    ----------
    values : array_like, shape (rows, columns)
        Weights, or a gradient with respect to them.
    rows, columns : str
        What a row and a column belong to.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If `values` is no matrix, or empty.
    """
    values = np.asarray(values)
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"values must be a matrix with a row and a column, got {values.shape}")
    height, width = values.shape
    ax = ax or new_axes(figsize=(0.9 * width + 1, 0.7 * height + 0.8))
    largest = np.abs(values).max() or 1
    # From brown over white to purple: told apart without red and green, as by plot_weights.
    # Rims in the colour of the cell: no seam shows between neighbours.
    mesh = ax.pcolormesh(
        values, cmap="PuOr", vmin=-largest, vmax=largest, edgecolors="face", linewidth=0.6
    )
    for (i, j), value in np.ndenumerate(values):
        text = f"{value:.3f}".replace("-", "−")
        color = _readable_on(mesh.to_rgba(value))
        ax.text(j + 0.5, i + 0.5, text, ha="center", va="center", color=color, fontsize="large")
    ax.set_xticks(np.arange(width) + 0.5, [str(j) for j in range(width)])
    ax.set_yticks(np.arange(height) + 0.5, [str(i) for i in range(height)])
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    # The first row on top, as a matrix is printed.
    ax.set(xlabel=columns, ylabel=rows, ylim=(height, 0))
    return ax


def plot_weights(W: ArrayLike, *, columns: int = 5, ax: Axes | None = None) -> Axes:
    """Draw what each hidden unit looks for: its 784 weights as an image, 0 without any colour.

    Parameters
    ----------
    W : array_like, shape (784, units)
    columns : int
        Images in a row.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no unit or no column, or a unit has not 784 weights.
    """
    images = as_pictures(np.transpose(W))
    rows = rows_of(len(images), columns)
    ax = ax or new_axes(figsize=(1.1 * columns, 1.1 * rows))
    largest = np.abs(images).max() or 1
    tile(ax, images, columns=columns, cmap=_FADING, vmin=-largest, vmax=largest)
    return ax


def plot_loss_along_weight(
    loss: Callable[[NDArray[Any]], float],
    W: NDArray[np.floating[Any]],
    index: tuple[int, ...],
    *,
    span: tuple[float, float] = (-4, 4),
    ax: Axes | None = None,
) -> Axes:
    """Draw the loss while one weight moves and all others are held, with the tangent.

    Parameters
    ----------
    loss : callable
        Takes `W`, returns a number. It may read the same array through a closure, as for
        `numerical_gradient`.
    W : ndarray of float
        The weights. Changed during the call and restored.
    index : tuple of int
        Which weight moves.
    span : (float, float)
        The ends of the horizontal axis.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    TypeError
        If `W` does not hold floats: integers would move in whole steps only.
    """
    if W.dtype.kind != "f":
        raise TypeError(f"W must hold floats, got dtype {W.dtype}; use W.astype(float)")
    ax = ax or new_axes()
    value = W[index]

    def along(weight: float) -> float:
        W[index] = weight
        return loss(W)

    weights = np.linspace(*span, 161)
    try:
        losses = [along(weight) for weight in weights]
        tangent, here = tangent_line(along, value), along(value)
    finally:
        W[index] = value
    ax.plot(weights, losses, label="loss")
    low, high = ax.get_ylim()
    slope = f"{tangent(1) - tangent(0):.3f}".replace("-", "−")
    ax.plot(weights, tangent(weights), "--", label=f"tangent, slope {slope}")
    ax.plot(value, here, "o", color=ink())
    name = f"W[{', '.join(map(str, index))}]"
    ax.set(xlabel=name, ylabel="loss", xlim=span, ylim=(min(low, 0), high))
    ax.legend()
    return ax


def plot_outputs_along_input(
    predict: Callable[[NDArray[Any]], ArrayLike],
    x: ArrayLike,
    index: int,
    *,
    span: tuple[float, float] = (-4, 4),
    ax: Axes | None = None,
) -> Axes:
    """Draw the outputs of a network while one input moves and all others are held.

    Parameters
    ----------
    predict : callable
        Takes a batch, shape (N, inputs), returns the outputs, shape (N, K).
    x : array_like, shape (inputs,)
        The point at which the other inputs are held; its own outputs are marked.
    index : int
        Which input moves.
    span : (float, float)
        The ends of the horizontal axis.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or new_axes()
    x = np.asarray(x, dtype=float)
    batch = np.tile(x, (161, 1))
    batch[:, index] = np.linspace(*span, 161)
    outputs, here = np.transpose(predict(batch)), np.ravel(predict(x[np.newaxis]))
    for k, (output, style) in enumerate(zip(outputs, cycle(("-", "--", "-.", ":")), strict=False)):
        ax.plot(batch[:, index], output, style, label=f"y[{k}]")
    ax.axvline(x[index], color=ink(), linewidth=0.8, linestyle=":")
    ax.plot(np.full(len(here), x[index]), here, "o", color=ink())
    ax.set(xlabel=f"x[{index}]", ylabel="output", xlim=span)
    ax.legend()
    return ax


def _readable_on(color: ArrayLike) -> str:
    """Return black or white, whichever has the higher contrast (WCAG 2.2) with a colour."""
    channels = np.asarray(color)[:3]
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return "black" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "white"
