"""Images of 28 x 28 pixels, and how they are laid out in rows."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

# From the left edge of an image to that of the next: 28 pixels and 4 between.
PITCH = 32


def as_pictures(images: ArrayLike) -> NDArray[Any]:
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


def rows_of(count: int, columns: int) -> int:
    """Return how many rows so many images take."""
    if columns < 1:
        raise ValueError(f"columns must be 1 or more, got {columns}")
    return math.ceil(count / columns)


def tile(ax: Axes, images: NDArray[Any], *, columns: int, below: int = 0, **how: Any) -> None:
    """Draw images in rows, with as many pixels below each row as asked, beside the usual gap."""
    height = PITCH + below
    for i, image in enumerate(images):
        x, y = PITCH * (i % columns), height * (i // columns)
        ax.imshow(image, extent=(x, x + 28, y + 28, y), interpolation="none", **how)
    rows = rows_of(len(images), columns)
    ax.set(xlim=(-1, PITCH * columns - 3), ylim=(height * rows - 3, -1))
    ax.set_axis_off()
