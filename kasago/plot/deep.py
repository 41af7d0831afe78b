"""A deep convolutional network: what becomes of an image in it, and what it reads wrong."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import new_axes
from kasago.plot._tiles import PITCH, as_pictures, rows_of, tile

__all__ = ["plot_mistakes", "plot_stages"]


def plot_stages(
    stages: Mapping[str, ArrayLike], *, columns: int = 6, ax: Axes | None = None
) -> Axes:
    """Draw what layers make of one image: a row for each, with its first channels.

    Parameters
    ----------
    stages : mapping of str to array_like, shape (C, H, W)
        By the name of a layer its output, or the image itself. 0 is drawn as paper, the largest
        number of a channel as ink.
    columns : int
        The channels drawn of each at most.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no stage, one has another shape, or there is no column.
    """
    outputs = {name: np.asarray(output) for name, output in stages.items()}
    shapes = {name: output.shape for name, output in outputs.items()}
    if not outputs or any(len(shape) != 3 or 0 in shape for shape in shapes.values()):
        raise ValueError(
            f"a stage is an array of shape (C, H, W), and one or more are needed; got {shapes}"
        )
    rows_of(len(outputs), columns)
    ax = ax or new_axes(figsize=(0.62 * columns + 1, 0.62 * len(outputs)))
    for row, (name, output) in enumerate(outputs.items()):
        y = PITCH * row
        for column, channel in enumerate(output[:columns]):
            x = PITCH * column
            extent = (x, x + 28, y + 28, y)
            ax.imshow(channel, extent=extent, cmap="gray_r", vmin=0, interpolation="none")
        ax.text(-4, y + 14, name, ha="right", va="center")
    ax.set(xlim=(-44, PITCH * columns - 3), ylim=(PITCH * len(outputs) - 3, -1))
    ax.set_axis_off()
    return ax


def plot_mistakes(
    images: ArrayLike,
    answers: ArrayLike,
    t: ArrayLike,
    *,
    columns: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Draw digits, below each its label and, behind an arrow, the answer.

    Parameters
    ----------
    images : array_like, shape (N, 784), (N, 28, 28) or (N, 1, 28, 28)
    answers, t : array_like, shape (N,)
        The answers and the labels, as class indices.
    columns : int
        Images in a row.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If images, answers or labels have another shape, or there is no column.
    """
    pictures, answers, t = as_pictures(images), np.asarray(answers), np.asarray(t)
    count = len(pictures)
    if answers.shape != (count,) or t.shape != (count,):
        raise ValueError(
            f"{count} images need answers and t of shape ({count},); "
            f"got {answers.shape} and {t.shape}"
        )
    rows = rows_of(count, columns)
    ax = ax or new_axes(figsize=(0.62 * columns, 0.87 * rows))
    tile(ax, pictures, columns=columns, below=13, cmap="gray_r")
    for i, (answer, label) in enumerate(zip(answers, t, strict=True)):
        x, y = PITCH * (i % columns) + 14, (PITCH + 13) * (i // columns) + 31
        ax.text(x, y, f"{label} → {answer}", ha="center", va="top")
    return ax
