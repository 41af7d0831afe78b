"""Filters: one that slides over an image, what filters see, and what they look like."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from kasago.common.convolution import Convolution
from kasago.plot._axes import ink, new_axes
from kasago.plot._tiles import rows_of

__all__ = ["plot_feature_maps", "plot_filters", "plot_sliding_filter"]


def plot_sliding_filter(
    image: ArrayLike, w: ArrayLike, place: tuple[int, int], *, ax: Axes | None = None
) -> Axes:
    """Draw an image, a filter at one of its places, and the output up to that place.

    Parameters
    ----------
    image : array_like, shape (H, W) or (1, H, W)
    w : array_like, shape (FH, FW)
        The filter.
    place : (int, int)
        Row and column of the output, counted from 0. The filter has been at all places before it,
        row by row.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the filter is no matrix, does not fit the image, or never comes to the place.
    """
    picture, w = np.asarray(image, dtype=float), np.asarray(w, dtype=float)
    if w.ndim != 2 or picture.ndim not in (2, 3):
        raise ValueError(
            "one image of shape (H, W) and one filter of shape (FH, FW) are drawn; "
            f"got {picture.shape} and {w.shape}"
        )
    layer = Convolution(w[np.newaxis, np.newaxis], 0.0)
    picture = picture.reshape(-1, *picture.shape[-2:])
    output = layer.forward(picture[np.newaxis])[0, 0]
    (row, column), (OH, OW), (FH, FW) = place, output.shape, w.shape
    if not (0 <= row < OH and 0 <= column < OW):
        raise ValueError(f"the filter has {OH} x {OW} places, none at row {row}, column {column}")
    order = np.arange(output.size).reshape(OH, OW)
    done = np.ma.masked_where(order > order[row, column], output)

    _, H, width = picture.shape
    cell = max(1.0, width / 2.4 / FW)  # the filter, enlarged
    left, top = width + 5, (H - cell * FH) / 2
    right, down = left + cell * FW + 5, (H - OH) / 2
    ax = ax or new_axes(figsize=(6.2, 6.2 * H / (right + OW)))
    _picture(ax, picture[0], (0, 0), cmap="gray_r")
    _picture(ax, w, (left, top), cell, cmap="PuOr", **_around_zero(w))
    _picture(ax, done, (right, down), cmap="PuOr", **_around_zero(output))
    lines: dict[str, Any] = {"color": "C1", "linewidth": 0.9}
    for edge in (0, 1):  # from what it sees to the filter, and from there to its sum
        ax.plot([column + FW, left], [row + FH * edge, top + cell * FH * edge], **lines)
        ends = down + row + edge
        ax.plot([left + cell * FW, right + column], [top + cell * FH * edge, ends], **lines)
    _frame(ax, column, row, FW, FH, color="C1", linewidth=1.8)
    _frame(ax, right + column, down + row, 1, 1, color="C1", linewidth=1.8)
    ax.set(xlim=(-1, right + OW + 1), ylim=(H + 1, -1))
    ax.set_axis_off()
    return ax


def plot_feature_maps(
    image: ArrayLike, W: ArrayLike, maps: ArrayLike, *, ax: Axes | None = None
) -> Axes:
    """Draw an image and, each below its filter, the channels of the output.

    Parameters
    ----------
    image : array_like, shape (H, W) or (1, H, W)
    W : array_like, shape (FN, FH, FW) or (FN, 1, FH, FW)
        The filters.
    maps : array_like, shape (FN, OH, OW)
        What each of them sees. One scale of colours for all, with 0 in the middle.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is not one map for each filter, or the filters have several channels.
    """
    filters, outputs = _one_channel(W), np.asarray(maps, dtype=float)
    if outputs.ndim != 3 or len(outputs) != len(filters):
        raise ValueError(
            f"{len(filters)} filters need as many maps, shape ({len(filters)}, OH, OW); "
            f"got {outputs.shape}"
        )
    picture = np.asarray(image, dtype=float).reshape(np.shape(image)[-2:])
    _, H, width = outputs.shape
    pitch, size = width + 4, width / 2
    cell = size / max(filters[0].shape)
    ax = ax or new_axes(figsize=(1.15 * (len(filters) + 1), 1.75))
    top = size + 4
    _picture(ax, picture, (0, top), width / len(picture[0]), cmap="gray_r")
    for f, (w, output) in enumerate(zip(filters, outputs, strict=True), start=1):
        at = (pitch * f + (width - cell * len(w[0])) / 2, 0.0)
        _picture(ax, w, at, cell, cmap="PuOr", **_around_zero(filters))
        _picture(ax, output, (pitch * f, top), cmap="PuOr", **_around_zero(outputs))
    ax.set(xlim=(-1, pitch * (len(filters) + 1) - 3), ylim=(top + H + 1, -1))
    ax.set_axis_off()
    return ax


def plot_filters(W: ArrayLike, *, columns: int = 5, ax: Axes | None = None) -> Axes:
    """Draw filters of one channel as pictures, in one scale of colours with 0 in the middle.

    Parameters
    ----------
    W : array_like, shape (FN, FH, FW) or (FN, 1, FH, FW)
    columns : int
        Filters in a row.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no filter or no column, or the filters have several channels.
    """
    filters = _one_channel(W)
    rows, (FH, FW) = rows_of(len(filters), columns), filters.shape[1:]
    ax = ax or new_axes(figsize=(0.8 * columns, 0.8 * rows * (FH + 1) / (FW + 1)))
    for f, w in enumerate(filters):
        at = ((FW + 1) * (f % columns), (FH + 1) * (f // columns))
        _picture(ax, w, at, cmap="PuOr", **_around_zero(filters))
    ax.set(xlim=(-0.5, (FW + 1) * columns - 0.5), ylim=((FH + 1) * rows - 0.5, -0.5))
    ax.set_axis_off()
    return ax


def _one_channel(W: ArrayLike) -> NDArray[Any]:
    """Return filters as an array of shape (FN, FH, FW), FN at least 1."""
    filters = np.asarray(W, dtype=float)
    if filters.ndim == 4 and filters.shape[1] == 1:
        filters = filters[:, 0]
    if filters.ndim != 3 or filters.size == 0:
        raise ValueError(
            "filters of one channel are drawn, shape (FN, FH, FW) or (FN, 1, FH, FW), FN at "
            f"least 1; got {np.shape(W)}"
        )
    return filters


def _around_zero(values: NDArray[Any]) -> dict[str, float]:
    largest = float(np.abs(values).max()) or 1.0
    return {"vmin": -largest, "vmax": largest}


def _picture(ax: Axes, values: Any, at: tuple[float, float], cell: float = 1.0, **how: Any) -> None:
    """Draw values as cells of one size, with a thin frame; what is masked stays empty."""
    (x, y), (height, width) = at, (cell * size for size in values.shape)
    ax.imshow(values, extent=(x, x + width, y + height, y), interpolation="none", **how)
    _frame(ax, x, y, width, height, color=ink(), linewidth=0.6)


def _frame(ax: Axes, x: float, y: float, width: float, height: float, **how: Any) -> None:
    ax.add_patch(Rectangle((x, y), width, height, fill=False, **how))
