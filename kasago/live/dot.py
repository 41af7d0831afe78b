"""Products of matrices in a browser, where NumPy comes without a BLAS."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["faster"]

# Fewer multiplications than this take no longer by NumPy's own loops.
SMALL = 20_000
# Rows of the left matrix that are made float64 at a time: a whole set of images would be too much.
ROWS = 2048
FLOATS = (np.float32, np.float64)


def faster(plain: Callable[..., Any], kernel: Callable[..., object]) -> Callable[..., Any]:
    """Return ``np.dot``, which leaves products of two float matrices of some size to a kernel.

    Parameters
    ----------
    plain : callable
        NumPy's own, for everything else.
    kernel : callable
        ``dgemm`` of ``gemm.ts``: given M, N, K, the address of an (M, K) matrix of float64 with
        the strides of its rows and columns in bytes, those of a contiguous (K, N) matrix and of
        the (M, N) matrix that is filled.

    Returns
    -------
    callable
    """

    @functools.wraps(plain)
    def dot(a: Any, b: Any, out: Any = None) -> Any:
        if not _fits(a, b) or not (out is None or _takes(out, a, b)):
            return plain(a, b, out)
        right = np.ascontiguousarray(b, dtype=np.float64)
        product = np.empty((len(a), b.shape[1]), np.result_type(a, b)) if out is None else out
        for start in range(0, len(a), ROWS):
            left = a[start : start + ROWS].astype(np.float64, copy=False)
            part = product[start : start + ROWS]
            wide = part if part.dtype == np.float64 else np.empty(part.shape)
            sizes = (*wide.shape, a.shape[1])
            kernel(*sizes, left.ctypes.data, *left.strides, right.ctypes.data, wide.ctypes.data)
            if wide is not part:
                part[...] = wide
        return product

    return dot


def _fits(a: Any, b: Any) -> bool:
    return (
        type(a) is type(b) is np.ndarray
        and a.ndim == b.ndim == 2
        and a.shape[1] == b.shape[0]
        and a.dtype.type in FLOATS
        and b.dtype.type in FLOATS
        and a.dtype.isnative
        and b.dtype.isnative
        and a.size * b.shape[1] >= SMALL
    )


def _takes(out: Any, a: Any, b: Any) -> bool:
    """Return whether the rows can be written there one after the other."""
    return (
        type(out) is np.ndarray
        and out.shape == (len(a), b.shape[1])
        and out.dtype == np.result_type(a, b)
        and out.flags.c_contiguous
        and out.flags.writeable
        and not np.may_share_memory(out, a)
        and not np.may_share_memory(out, b)
    )
