"""Pictures of 28 x 28 pixels: digits, and the weights that look at them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from kasago.plot._axes import new_axes

__all__ = ["plot_digits", "plot_weights"]


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
    pictures = _pictures(images)
    if len(captions) not in (0, len(pictures)):
        raise ValueError(f"got {len(captions)} captions for {len(pictures)} images")
    ax = ax or new_axes(figsize=(0.75 * len(pictures), 1.3))
    _tile(ax, pictures, columns=len(pictures), cmap="gray_r")
    for i, caption in enumerate(captions):
        ax.text(32 * i + 14, 33, str(caption), ha="center", va="top", fontsize="x-large")
    return ax


def plot_weights(W: ArrayLike, *, columns: int = 10, ax: Axes | None = None) -> Axes:
    """Draw what each hidden unit looks for: its 784 weights as an image, 0 in the middle.

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
        If there is no unit, or a unit has not 784 weights.
    """
    images = _pictures(np.transpose(W))
    rows = -(-len(images) // columns)
    ax = ax or new_axes(figsize=(0.6 * columns, 0.6 * rows))
    largest = np.abs(images).max()
    _tile(ax, images, columns=columns, cmap="PuOr", vmin=-largest, vmax=largest)
    return ax


def _pictures(images: ArrayLike) -> NDArray[Any]:
    """Return images as an array of shape (N, 28, 28), N at least 1."""
    pictures = np.asarray(images)
    if pictures.shape in ((784,), (28, 28)):  # one image
        pictures = pictures[np.newaxis]
    if pictures.size == 0 or pictures.shape[1:] not in ((784,), (28, 28), (1, 28, 28)):
        raise ValueError(
            "images must have shape (N, 784), (N, 28, 28) or (N, 1, 28, 28), N at least 1; "
            f"got {pictures.shape}"
        )
    return pictures.reshape(-1, 28, 28)


def _tile(ax: Axes, images: NDArray[Any], *, columns: int, **how: Any) -> None:
    """Draw images of 28 x 28 in rows, 4 pixels apart."""
    for i, image in enumerate(images):
        x, y = 32 * (i % columns), 32 * (i // columns)
        ax.imshow(image, extent=(x, x + 28, y + 28, y), interpolation="none", **how)
    rows = -(-len(images) // columns)
    ax.set(xlim=(-1, 32 * columns - 3), ylim=(32 * rows - 3, -1))
    ax.set_axis_off()
