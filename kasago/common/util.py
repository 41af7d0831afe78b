"""What programs need beside layers: patches of images, smooth curves, shuffled data."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

__all__ = ["col2im", "conv_output_size", "im2col", "shuffle_dataset", "smooth_curve"]

# Kaiser's window over so many values; the book's.
WINDOW, BETA = 11, 2


def smooth_curve(x: ArrayLike) -> NDArray[Any]:
    """Smooth a curve that jitters, such as the losses of mini-batches, for a plot.

    Parameters
    ----------
    x : array_like, shape (n,)
        At least one value.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ValueError
        If `x` is empty or has not one axis.

    Notes
    -----
    Each value becomes the mean of the eleven around it, weighted by a Kaiser window with beta 2;
    beyond the ends, the curve is mirrored. Saito (2016), `common/util.py`.

    Examples
    --------
    >>> smooth_curve([0.0] * 8 + [1.0] * 8).round(2)
    array([0.  , 0.  , 0.  , 0.05, 0.13, 0.22, 0.32, 0.44, 0.56, 0.68, 0.78,
           0.87, 0.95, 1.  , 1.  , 1.  ])
    """
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"a curve is one row of values, at least one; got shape {x.shape}")
    half = WINDOW // 2
    # At its start the book mirrors the curve about the first value, at its end behind the last.
    mirrored = np.pad(np.pad(x, (half, 0), "reflect"), (0, half), "symmetric")
    weights = np.kaiser(WINDOW, BETA)
    return np.convolve(mirrored, weights / weights.sum(), "valid")


def shuffle_dataset(
    x: ArrayLike, t: ArrayLike, *, rng: np.random.Generator | None = None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return samples and targets in another order, the same for both.

    Parameters
    ----------
    x, t : array_like, shape (N, ...)
        Samples and their targets. Left as they are.
    rng : numpy.random.Generator, optional
        Draws the order.

    Returns
    -------
    ndarray, ndarray
        Copies.

    Raises
    ------
    ValueError
        If they differ in number.

    Notes
    -----
    Saito (2016), section 6.5.3.

    Examples
    --------
    >>> x, t = shuffle_dataset([[0], [10], [20]], [0, 1, 2], rng=np.random.default_rng(0))
    >>> x[:, 0], t
    (array([20,  0, 10]), array([2, 0, 1]))
    """
    x, t = np.asarray(x), np.asarray(t)
    if x.ndim == 0 or t.ndim == 0 or len(x) != len(t):
        raise ValueError(
            f"x and t must hold the same number of samples, got shapes {x.shape} and {t.shape}"
        )
    order = np.random.default_rng(rng).permutation(len(x))
    return x[order], t[order]


def conv_output_size(input_size: int, filter_size: int, stride: int = 1, pad: int = 0) -> int:
    """Return at how many places a filter stops along an axis.

    Parameters
    ----------
    input_size, filter_size : int
        Height or width of the input and of the filter.
    stride : int
        The distance from stop to stop.
    pad : int
        The zeros put before and behind the input.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the filter is larger than the padded input, or a number is out of range.

    Notes
    -----
    `(H + 2P - F) / S + 1`, rounded down: what is left over at the end is not seen. Saito (2016),
    section 7.2.4, whose function returns a float and does not round.

    Examples
    --------
    >>> conv_output_size(28, 5), conv_output_size(28, 3, pad=1), conv_output_size(24, 2, stride=2)
    (24, 28, 12)
    """
    if stride < 1 or pad < 0 or filter_size < 1:
        raise ValueError(
            "the size of a filter and its stride must be 1 or more and pad 0 or more, "
            f"got {filter_size}, {stride} and {pad}"
        )
    if filter_size > input_size + 2 * pad:
        raise ValueError(
            f"a filter of size {filter_size} does not fit an input of size {input_size} "
            f"with pad {pad}; use a smaller filter or more padding"
        )
    return (input_size + 2 * pad - filter_size) // stride + 1


def im2col(
    input_data: NDArray[Any], filter_h: int, filter_w: int, stride: int = 1, pad: int = 0
) -> NDArray[Any]:
    """Lay out what a filter sees at each of its places as a row.

    Parameters
    ----------
    input_data : ndarray, shape (N, C, H, W)
        Images. Left as they are.
    filter_h, filter_w : int
        Height and width of the filter.
    stride : int
        The distance from place to place.
    pad : int
        The zeros put around each image.

    Returns
    -------
    ndarray, shape (N * OH * OW, C * filter_h * filter_w), dtype of `input_data`
        Image by image, and row by row in each of them.

    Raises
    ------
    ValueError
        If `input_data` has not four axes, or the filter does not fit.

    Notes
    -----
    With the filters as columns, a convolution is one product of matrices. Saito (2016), section
    7.4.3.

    Examples
    --------
    >>> image = np.arange(9).reshape(1, 1, 3, 3)
    >>> im2col(image, 2, 2)
    array([[0, 1, 3, 4],
           [1, 2, 4, 5],
           [3, 4, 6, 7],
           [4, 5, 7, 8]])
    """
    N, C, OH, OW = _shape_of_patches(np.shape(input_data), filter_h, filter_w, stride, pad)
    padded = np.pad(input_data, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    windows: Any = sliding_window_view  # the types of NumPy 2.0 know one axis
    patches = windows(padded, (filter_h, filter_w), axis=(2, 3))
    patches = patches[:, :, ::stride, ::stride]  # (N, C, OH, OW, filter_h, filter_w)
    col: NDArray[Any] = patches.transpose(0, 2, 3, 1, 4, 5).reshape(
        N * OH * OW, C * filter_h * filter_w
    )
    return col


def col2im(  # noqa: PLR0917 (the book takes them by position)
    col: NDArray[Any],
    input_shape: tuple[int, int, int, int],
    filter_h: int,
    filter_w: int,
    stride: int = 1,
    pad: int = 0,
) -> NDArray[Any]:
    """Add up rows of patches at the places in the images that they were taken from.

    Parameters
    ----------
    col : ndarray, shape (N * OH * OW, C * filter_h * filter_w)
        Rows in the order of `im2col`. Left as they are.
    input_shape : tuple of int
        Of the images, (N, C, H, W).
    filter_h, filter_w, stride, pad : int
        As `im2col` was given them.

    Returns
    -------
    ndarray, shape (N, C, H, W), dtype of `col`

    Raises
    ------
    ValueError
        If the shapes do not belong together, or the filter does not fit.

    Notes
    -----
    The way back of `im2col`: a pixel that was copied to several rows receives the derivatives of
    all of them, `sum(im2col(x) * col) == sum(x * col2im(col))`. Saito (2016), section 7.4.4.

    Examples
    --------
    >>> col2im(np.ones((4, 4)), (1, 1, 3, 3), 2, 2)
    array([[[[1., 2., 1.],
             [2., 4., 2.],
             [1., 2., 1.]]]])
    """
    N, C, OH, OW = _shape_of_patches(tuple(input_shape), filter_h, filter_w, stride, pad)
    expected = (N * OH * OW, C * filter_h * filter_w)
    if np.shape(col) != expected:
        raise ValueError(
            f"col must have shape {expected} for images of shape {tuple(input_shape)}, "
            f"got {np.shape(col)}"
        )
    H, W = input_shape[2:]
    patches = col.reshape(N, OH, OW, C, filter_h, filter_w).transpose(4, 5, 0, 3, 1, 2)
    images = np.zeros((N, C, H + 2 * pad, W + 2 * pad), col.dtype)
    for i, j in np.ndindex(filter_h, filter_w):
        rows, columns = (slice(at, at + stride * n, stride) for at, n in ((i, OH), (j, OW)))
        images[:, :, rows, columns] += patches[i, j]
    return images[:, :, pad : pad + H, pad : pad + W]


def _shape_of_patches(
    shape: tuple[int, ...], filter_h: int, filter_w: int, stride: int, pad: int
) -> tuple[int, int, int, int]:
    """Return N, C and the numbers of places along both axes."""
    if len(shape) != 4:
        raise ValueError(f"images must have shape (N, C, H, W), got {shape}")
    N, C, H, W = shape
    OH, OW = (
        conv_output_size(size, filter_size, stride, pad)
        for size, filter_size in ((H, filter_h), (W, filter_w))
    )
    return N, C, OH, OW
