"""Digits: pictures of 28 x 28 pixels."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import new_axes
from kasago.plot._tiles import PITCH, as_pictures, tile

__all__ = ["plot_digit", "plot_digit_sheet", "plot_digits"]


def plot_digit(image: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw one digit, large, with the numbers of its rows and columns.

    Parameters
    ----------
    image : array_like, shape (784,), (28, 28) or (1, 28, 28)
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is not exactly one image, or it has another shape.
    """
    pictures = as_pictures(image)
    if len(pictures) != 1:
        raise ValueError(f"got {len(pictures)} images, expected one; see plot_digits")
    ax = ax or new_axes(figsize=(3.2, 3.2))
    ax.imshow(pictures[0], cmap="gray_r", interpolation="none")
    ax.set(xlabel="column", ylabel="row", xticks=range(0, 28, 9), yticks=range(0, 28, 9))
    ax.spines[:].set_visible(True)
    return ax


def plot_digit_sheet(
    images: ArrayLike, labels: ArrayLike, *, columns: int = 10, ax: Axes | None = None
) -> Axes:
    """Draw the first digits of each class, a row for each of the ten.

    Parameters
    ----------
    images : array_like, shape (N, 784), (N, 28, 28) or (N, 1, 28, 28)
    labels : array_like, shape (N,)
        The class of each image, 0 to 9.
    columns : int
        Images of each class.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If images or labels have another shape, or a class has fewer images than a row.
    """
    pictures, classes = as_pictures(images), np.asarray(labels)
    if classes.shape != (len(pictures),):
        raise ValueError(
            f"labels must be class indices, shape ({len(pictures)},), got {classes.shape}"
        )
    rows = [np.flatnonzero(classes == k)[:columns] for k in range(10)]
    for k, row in enumerate(rows):
        if columns < 1 or len(row) < columns:
            raise ValueError(f"a row needs {columns} images, at least 1; class {k} has {len(row)}")
    ax = ax or new_axes(figsize=(0.5 * columns + 0.3, 5.0))
    tile(ax, pictures[np.concatenate(rows)], columns=columns, cmap="gray_r")
    for k in range(10):
        ax.text(-6, PITCH * k + 14, str(k), ha="right", va="center", fontsize="x-large")
    return ax


def plot_digits(
    images: ArrayLike, captions: Sequence[object] = (), *, ax: Axes | None = None
) -> Axes:
    """Draw digits in a row, each with a caption below it.

    Parameters
    ----------
    images : array_like, shape (N, 784), (N, 28, 28) or (N, 1, 28, 28)
    captions : sequence, optional
        One for each image.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no image, one has another shape, or there are captions and not one for each.
    """
    pictures = as_pictures(images)
    if len(captions) not in (0, len(pictures)):
        raise ValueError(f"got {len(captions)} captions for {len(pictures)} images")
    ax = ax or new_axes(figsize=(0.5 * len(pictures), 0.95))
    tile(ax, pictures, columns=len(pictures), cmap="gray_r")
    for i, caption in enumerate(captions):
        ax.text(PITCH * i + 14, 33, str(caption), ha="center", va="top", fontsize="x-large")
    return ax
