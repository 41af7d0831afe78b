"""Products of matrices in a browser, where NumPy comes without a BLAS."""

import ctypes
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["faster", "replace_loop"]

# Rows of the left matrix that are made float64 at a time: a whole set of images would be too much.
ROWS = 2048
FLOATS = (np.float32, np.float64)


class _Ufunc(ctypes.Structure):
    """How a ufunc begins, as NumPy's C-API documents it for who makes one."""

    _fields_ = (
        ("head", ctypes.c_ssize_t * 2),
        ("numbers", ctypes.c_int * 4),
        ("loops", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.c_void_p),
        ("ntypes", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("types", ctypes.POINTER(ctypes.c_char)),
    )


def replace_loop(dtype: str, loop: int) -> int:
    """Have ``np.matmul``, and with it ``@``, compute by another inner loop.

    Parameters
    ----------
    dtype : str
        Of both matrices and of the product.
    loop : int
        The address of a function with the signature of an inner loop.

    Returns
    -------
    int
        The address of the loop that was there.

    Raises
    ------
    RuntimeError
        If this NumPy keeps the loops of a ufunc in another way.
    """
    ufunc = _Ufunc.from_address(id(np.matmul))
    if (ufunc.ntypes, ufunc.name) != (np.matmul.ntypes, b"matmul"):
        raise RuntimeError(f"NumPy {np.__version__} does not say where matmul has its loops")
    number = np.dtype(dtype).num
    kinds = [ufunc.types[3 * i : 3 * i + 3] for i in range(ufunc.ntypes)]
    place = kinds.index(bytes([number] * 3))
    before: int = ufunc.loops[place]
    ufunc.loops[place] = loop
    return before


def faster(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``np.dot``, which leaves products of two float matrices to ``np.matmul``.

    Parameters
    ----------
    plain : callable
        NumPy's own, for everything else.

    Returns
    -------
    callable
    """

    @functools.wraps(plain)
    def dot(a: Any, b: Any, out: Any = None) -> Any:
        if not _fits(a, b) or not (out is None or _takes(out, a, b)):
            return plain(a, b, out)
        if a.dtype == b.dtype:
            return np.matmul(a, b, out=out)
        right = b.astype(np.float64, copy=False)
        product = np.empty((len(a), b.shape[1])) if out is None else out
        for start in range(0, len(a), ROWS):
            left = a[start : start + ROWS].astype(np.float64, copy=False)
            np.matmul(left, right, out=product[start : start + ROWS])
        return product

    return dot


def _fits(a: Any, b: Any) -> bool:
    return (
        type(a) is type(b) is np.ndarray
        and a.ndim == b.ndim == 2
        and a.shape[1] == b.shape[0]
        and a.dtype.type in FLOATS
        and b.dtype.type in FLOATS
    )


def _takes(out: Any, a: Any, b: Any) -> bool:
    """Return whether NumPy's own would fill it."""
    return (
        type(out) is np.ndarray
        and out.shape == (len(a), b.shape[1])
        and out.dtype == np.result_type(a, b)
        and out.flags.c_contiguous
        and out.flags.writeable
        and not np.may_share_memory(out, a)
        and not np.may_share_memory(out, b)
    )
