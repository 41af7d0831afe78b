"""Layers for images: filters that slide over them, and the largest of each neighbourhood.

Images go in and come out as (N, C, H, W): samples, channels, rows, columns. Inside, the channels
lie last: what a filter sees of a row is then one piece of memory, which is copied in one go, and
the output of a layer is in the right order for the next.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike, NDArray

from kasago.common.util import conv_output_size

__all__ = ["Convolution", "Pooling"]

# Numbers in the patches of images that are multiplied at once. Few enough to stay in the
# processor's cache, where to copy them is cheap, and enough to keep it busy.
CHUNK = 2**20


class Convolution:
    """Slide filters over images; each gives a channel of the output.

    Parameters
    ----------
    W : ndarray, shape (FN, C, FH, FW)
        FN filters over C channels; not copied, so that a step of training shows here.
    b : ndarray, shape (FN,), or number
        What is added to each channel of the output.
    stride : int
        The distance from place to place of a filter.
    pad : int
        The zeros put around each image.

    Attributes
    ----------
    x : ndarray
        The input, after `forward`.
    dW, db : ndarray, shapes (FN, C, FH, FW) and (FN,)
        The derivatives with respect to `W` and `b`, after `backward`.

    Notes
    -----
    With padded images x and stride S,
    `z[n, f, p, q] = sum_cij x[n, c, S p + i, S q + j] W[f, c, i, j] + b[f]`, and so

    - `dE/dx[n, c, S p + i, S q + j]` is the sum of `dE/dz[n, f, p, q] W[f, c, i, j]` over f and
      over all p, q, i, j that lead there;
    - `dE/dW[f, c, i, j]` is the sum of `dE/dz[n, f, p, q] x[n, c, S p + i, S q + j]` over n, p, q;
    - `dE/db[f]` is the sum of `dE/dz[n, f, p, q]` over n, p, q.

    Saito (2016), section 7.4.4, which lays out the patches of all images as one matrix, `col`;
    here it is those of a few images at a time. float16 is summed in float32.

    Examples
    --------
    >>> edges = np.array([[[[-1.0, 1.0]]]])
    >>> layer = Convolution(edges, np.zeros(1))
    >>> layer.forward(np.array([[[[0.0, 0.0, 1.0, 1.0]]]]))
    array([[[[0., 1., 0.]]]])
    >>> layer.backward(np.array([[[[0.0, 1.0, 0.0]]]]))
    array([[[[ 0., -1.,  1.,  0.]]]])
    >>> layer.dW
    array([[[[0., 1.]]]])
    """

    x: Any
    dW: NDArray[Any]
    db: NDArray[Any]
    _padded: NDArray[Any]  # (N, H + 2 pad, W + 2 pad, C)

    def __init__(self, W: NDArray[Any], b: NDArray[Any] | float, stride: int = 1, pad: int = 0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the sums of what each filter sees at each place.

        Parameters
        ----------
        x : ndarray, shape (N, C, H, W)

        Returns
        -------
        ndarray, shape (N, FN, OH, OW)
            OH and OW are `conv_output_size` of H and W.

        Raises
        ------
        ValueError
            If `x` is no batch of images with the channels of `W`, or smaller than a filter.
        """
        self.x = x = _as_float(x)
        self._output_shape(x)
        dtype = np.result_type(x.dtype, self.W.dtype, self.b)
        self._padded = _channels_last(x, self.pad, 0, _wide(dtype))
        out = _sums(self._seen(), self.W.transpose(2, 3, 1, 0), self.b)
        return out.transpose(0, 3, 1, 2).astype(dtype, copy=False)

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative with respect to the input; keep `dW` and `db`.

        Parameters
        ----------
        dout : ndarray, shape (N, FN, OH, OW)
            The derivative with respect to the output.

        Returns
        -------
        ndarray, shape of the input

        Raises
        ------
        ValueError
            If `dout` has not the shape of the output.
        """
        dz = self._like_the_output(dout)
        self._differentiate_params(dz)

        _, OH, OW, FN = dz.shape
        N, _, H, W = self.x.shape
        _, _, FH, FW = self.W.shape
        _, PH, PW, _ = self._padded.shape
        # A pixel gets back what the filters make of the places that see it. That is a convolution
        # as well: of the derivatives, as far apart as the places were, by the filters turned upside
        # down and left to right.
        apart = np.zeros((N, PH + FH - 1, PW + FW - 1, FN), dz.dtype)
        _, places = next(_places(1, 1, OH, OW, self.stride))
        apart[:, FH - 1 :, FW - 1 :][places] = dz
        seen = _windows(apart, FH, FW)[:, self.pad : self.pad + H, self.pad : self.pad + W]
        dx = _sums(seen, self.W[:, :, ::-1, ::-1].transpose(2, 3, 0, 1))
        return dx.transpose(0, 3, 1, 2).astype(np.result_type(dout, self.W), copy=False)

    def backward_params(self, dout: NDArray[Any]) -> None:
        """Keep `dW` and `db` alone: all that the first layer of a network is asked for.

        Parameters
        ----------
        dout : ndarray, shape (N, FN, OH, OW)
            The derivative with respect to the output.

        Raises
        ------
        ValueError
            If `dout` has not the shape of the output.
        """
        self._differentiate_params(self._like_the_output(dout))

    def _differentiate_params(self, dz: NDArray[Any]) -> None:
        FN, C, FH, FW = self.W.shape
        dW, seen = np.zeros((FH * FW * C, FN), dz.dtype), self._seen()
        for some in _chunks(seen):
            dW += np.dot(_patches(seen[some]).T, dz[some].reshape(-1, FN))
        dW = dW.reshape(FH, FW, C, FN).transpose(3, 2, 0, 1)
        self.dW = dW.astype(self.W.dtype if self.W.dtype.kind == "f" else dW.dtype, order="C")
        rows = dz.reshape(-1, FN)
        # The sum over rows; as a product it takes a tenth of the time, with less rounding.
        self.db = np.dot(np.ones(len(rows), dz.dtype), rows).astype(self.dW.dtype)

    def _seen(self) -> Any:
        """Return what the filters see at each place, (N, OH, OW, C, FH, FW), without a copy."""
        _, _, FH, FW = self.W.shape
        return _windows(self._padded, FH, FW)[:, :: self.stride, :: self.stride]

    def _output_shape(self, x: NDArray[Any]) -> tuple[int, int, int, int]:
        FN, C, FH, FW = self.W.shape
        if x.ndim != 4 or x.shape[1] != C:
            raise ValueError(
                f"filters W of shape {self.W.shape} take images of shape (N, {C}, H, W), "
                f"got {x.shape}; x.reshape(-1, {C}, H, W) makes images of rows"
            )
        try:
            OH = conv_output_size(x.shape[2], FH, self.stride, self.pad)
            OW = conv_output_size(x.shape[3], FW, self.stride, self.pad)
        except ValueError as error:
            raise ValueError(f"{error} (x has shape {x.shape}, W {self.W.shape})") from None
        return len(x), FN, OH, OW

    def _like_the_output(self, dout: NDArray[Any]) -> NDArray[Any]:
        """Return the derivative with the channels last, in the dtype of the sums."""
        shape = self._output_shape(self.x)
        if np.shape(dout) != shape:
            raise ValueError(f"dout must have the output's shape {shape}, got {np.shape(dout)}")
        return _channels_last(dout, 0, 0, _wide(np.result_type(dout, self.W)))


class Pooling:
    """Keep the largest of each neighbourhood, channel by channel.

    Parameters
    ----------
    pool_h, pool_w : int
        Height and width of a neighbourhood.
    stride : int
        The distance from one to the next.
    pad : int
        The margin put around each image; less than `pool_h` and `pool_w`. No number of it is ever
        the largest.

    Attributes
    ----------
    x : ndarray
        The input, after `forward`.
    arg_max : ndarray of int, shape (N, C, OH, OW)
        Where in its neighbourhood the largest is, counted row by row; of several, the first.

    Notes
    -----
    `z[n, c, p, q] = max_ij x[n, c, S p + i, S q + j]` with stride S, and so the derivative goes
    to the one that is the largest, and none to the others. Saito (2016), section 7.4.5.

    Examples
    --------
    >>> layer = Pooling(2, 2, stride=2)
    >>> layer.forward(np.array([[[[1.0, 2.0, 0.0, 1.0], [4.0, 3.0, 1.0, 1.0]]]]))
    array([[[[4., 1.]]]])
    >>> layer.backward(np.array([[[[10.0, 20.0]]]]))
    array([[[[ 0.,  0.,  0., 20.],
             [10.,  0.,  0.,  0.]]]])
    """

    x: Any
    arg_max: NDArray[Any]

    def __init__(self, pool_h: int, pool_w: int, stride: int = 1, pad: int = 0) -> None:
        if pad >= min(pool_h, pool_w):
            raise ValueError(
                f"pad must be less than {pool_h} and {pool_w}, the height and width of a "
                f"neighbourhood, or some would lie in the margin; got {pad}"
            )
        self.pool_h, self.pool_w, self.stride, self.pad = pool_h, pool_w, stride, pad

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the largest of each neighbourhood.

        Parameters
        ----------
        x : ndarray, shape (N, C, H, W)

        Returns
        -------
        ndarray, shape (N, C, OH, OW)
            OH and OW are `conv_output_size` of H and W.

        Raises
        ------
        ValueError
            If `x` is no batch of images, or smaller than a neighbourhood.
        """
        self.x = x = _as_float(x)
        N, C, OH, OW = self._output_shape(x)
        out = np.full((N, OH, OW, C), -np.inf, x.dtype)
        # Numbers of one byte are compared many at a time.
        arg_max = np.zeros(out.shape, np.min_scalar_type(self.pool_h * self.pool_w))
        padded = _channels_last(x, self.pad, -np.inf, x.dtype)
        for k, seen in enumerate(self._places(OH, OW)):
            candidate = padded[seen].copy()  # in one piece, which is compared faster
            # k only grows, so the larger of two places is the later one.
            arg_max = np.maximum(arg_max, (candidate > out) * arg_max.dtype.type(k))
            out = np.maximum(out, candidate)
        self.arg_max = arg_max.transpose(0, 3, 1, 2)
        return out.transpose(0, 3, 1, 2)

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative with respect to the input.

        Parameters
        ----------
        dout : ndarray, shape (N, C, OH, OW)
            The derivative with respect to the output.

        Returns
        -------
        ndarray, shape of the input

        Raises
        ------
        ValueError
            If `dout` has not the shape of the output.
        """
        shape = self._output_shape(self.x)
        if np.shape(dout) != shape:
            raise ValueError(f"dout must have the output's shape {shape}, got {np.shape(dout)}")
        N, C, OH, OW = shape
        H, W = self.x.shape[2:]
        dz = _channels_last(dout, 0, 0, dout.dtype)
        arg_max = self.arg_max.transpose(0, 2, 3, 1)
        dx = np.zeros((N, H + 2 * self.pad, W + 2 * self.pad, C), dz.dtype)
        apart = self.stride >= max(self.pool_h, self.pool_w)
        for k, seen in enumerate(self._places(OH, OW)):
            share = dz * (arg_max == k)
            dx[seen] = share if apart else dx[seen] + share
        dx = dx[:, self.pad : self.pad + H, self.pad : self.pad + W]
        return dx.transpose(0, 3, 1, 2)

    def _places(self, OH: int, OW: int) -> Iterator[Any]:
        return (seen for _, seen in _places(self.pool_h, self.pool_w, OH, OW, self.stride))

    def _output_shape(self, x: NDArray[Any]) -> tuple[int, int, int, int]:
        if x.ndim != 4:
            raise ValueError(
                f"pooling takes images of shape (N, C, H, W), got {x.shape}; "
                "x.reshape(-1, C, H, W) makes images of rows"
            )
        N, C, H, W = x.shape
        try:
            OH = conv_output_size(H, self.pool_h, self.stride, self.pad)
            OW = conv_output_size(W, self.pool_w, self.stride, self.pad)
        except ValueError as error:
            pool = (self.pool_h, self.pool_w)
            raise ValueError(f"{error} (x has shape {x.shape}, pooling {pool})") from None
        return N, C, OH, OW


def _windows(images: NDArray[Any], FH: int, FW: int) -> Any:
    """Return a view of images (N, H, W, C), what fits into a window: (N, OH, OW, C, FH, FW)."""
    windows: Any = sliding_window_view  # the types of NumPy 2.0 know one axis
    return windows(images, (FH, FW), axis=(1, 2))


def _sums(windows: Any, filters: NDArray[Any], b: Any = 0) -> NDArray[Any]:
    """Return what filters (FH, FW, C, FN) make of each window, (N, OH, OW, FN)."""
    FN = filters.shape[-1]
    matrix = filters.reshape(-1, FN).astype(windows.dtype, copy=False)
    out = np.empty((*windows.shape[:3], FN), windows.dtype)
    for some in _chunks(windows):
        np.dot(_patches(windows[some]), matrix, out=out[some].reshape(-1, FN))
        out[some] += b
    return out


def _patches(windows: Any) -> NDArray[Any]:
    """Return windows (N, OH, OW, C, FH, FW) as a matrix, with a row for each place."""
    _, _, OW, C, FH, FW = windows.shape
    # Of the same matrix, what is copied in the longer pieces: what a filter sees of a row of
    # many channels, or what each of its places sees of a row of few.
    if OW > FW * C:
        columns: NDArray[Any] = windows.transpose(4, 5, 3, 0, 1, 2).reshape(FH * FW * C, -1)
        return columns.T
    rows: NDArray[Any] = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, FH * FW * C)
    return rows


def _chunks(windows: Any) -> Iterator[slice]:
    """Return slices of a batch, of as many images as are multiplied at once."""
    count = max(1, CHUNK // math.prod(windows.shape[1:]))
    return (slice(i, i + count) for i in range(0, len(windows), count))


def _channels_last(x: NDArray[Any], pad: int, margin: float, dtype: DTypeLike) -> NDArray[Any]:
    """Return images (N, C, H, W) as (N, H, W, C), in that order of the memory, with a margin."""
    x = x.transpose(0, 2, 3, 1)
    if pad == 0:
        return np.ascontiguousarray(x, dtype)
    N, H, W, C = x.shape
    padded = np.full((N, H + 2 * pad, W + 2 * pad, C), margin, dtype)
    padded[:, pad:-pad, pad:-pad] = x
    return padded


def _places(
    FH: int, FW: int, OH: int, OW: int, stride: int
) -> Iterator[tuple[tuple[int, int], Any]]:
    """Return each place in a filter, and the index of what it sees of images (N, H, W, C)."""
    for i, j in np.ndindex(FH, FW):
        yield (i, j), np.s_[:, i : i + stride * OH : stride, j : j + stride * OW : stride]


def _as_float(x: NDArray[Any]) -> NDArray[Any]:
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _wide(dtype: Any) -> Any:
    """Return the dtype for sums: that of the numbers, but float32 for float16."""
    return np.result_type(dtype, np.float32)
