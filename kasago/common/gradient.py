"""Numerical differentiation: derivatives from differences of function values."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["numerical_diff", "numerical_gradient", "numerical_gradient_2d", "tangent_line"]

# Small enough for the error of the formula (h^2), large enough for that of rounding (1e-16 / h).
H = 1e-4


def numerical_diff(f: Callable[[Any], Any], x: ArrayLike) -> Any:
    """Return the derivative of a function of one variable by a central difference.

    Parameters
    ----------
    f : callable
        Takes a number, returns a number; for an array `x`, works element by element.
    x : float or array_like
        Where to take the derivative. Computed in float64.

    Returns
    -------
    float or ndarray, shape of `x`

    Notes
    -----
    `f'(x) = (f(x + h) - f(x - h)) / (2h)` with h = 1e-4. Saito (2016), section 4.3.1.

    Examples
    --------
    >>> print(numerical_diff(lambda x: 0.01 * x**2 + 0.1 * x, 5))
    0.1999999999990898
    """
    # [()] makes a scalar of an array without axes and leaves any other as it is.
    x = np.asarray(x, dtype=np.float64)[()]
    return (f(x + H) - f(x - H)) / (2 * H)


def tangent_line(f: Callable[[Any], Any], x: float) -> Callable[[Any], Any]:
    """Return the line that touches the graph of a function at a point.

    Parameters
    ----------
    f : callable
        Takes a number, returns a number.
    x : float
        Where the line touches.

    Returns
    -------
    callable
        The line, a function of a number or an array.

    Notes
    -----
    `y(t) = f'(x) t + f(x) - f'(x) x`, with the numerical derivative.

    Examples
    --------
    >>> line = tangent_line(lambda x: x**2, 3.0)
    >>> print(f"{line(3.0):.3f} {line(4.0):.3f}")
    9.000 15.000
    """
    slope = numerical_diff(f, x)
    intercept = f(x) - slope * x
    return lambda t: slope * t + intercept


def numerical_gradient(
    f: Callable[[NDArray[Any]], Any], x: NDArray[np.floating[Any]]
) -> NDArray[Any]:
    """Return the gradient of a function of an array, every element a variable.

    `f` is called with `x` itself, one element moved at a time, so that a function that reads
    the same array through a closure (``lambda W: net.loss(x, t)``) sees the move too. Every
    element is put back exactly, also when `f` raises.

    Parameters
    ----------
    f : callable
        Takes `x`, returns one number.
    x : ndarray of float, any shape
        Where to take the gradient. Changed during the call and restored.

    Returns
    -------
    ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not an array of floats: an integer array would cut off the step h.
    ValueError
        If `f` returns anything but one number.

    Notes
    -----
    `(f(x + h e_i) - f(x - h e_i)) / (2h)` for every element i. h is 1e-4; a dtype of lower
    precision than float64 gets a larger step, in proportion to the element, or rounding would
    swallow the difference. Saito (2016), section 4.4.

    Examples
    --------
    >>> x = np.array([3.0, 4.0])
    >>> print(numerical_gradient(lambda x: np.sum(x**2), x).round(6))
    [6. 8.]
    """
    if not isinstance(x, np.ndarray) or not np.issubdtype(x.dtype, np.floating):
        given = f"dtype {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(
            f"numerical_gradient needs a NumPy array of floats, got {given}: it moves each "
            "element of x by a small step, in place; use np.array(x, dtype=float)"
        )
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        h = _step(value)
        try:
            x[index] = value + h
            above = _one_number(f(x))
            x[index] = value - h
            below = _one_number(f(x))
        finally:
            x[index] = value
        grad[index] = (above - below) / (2 * h)
    return grad


def numerical_gradient_2d(f: Callable[[NDArray[Any]], Any], X: ArrayLike) -> NDArray[Any]:
    """Return the gradient of a function at each row of an array, a point a row.

    Parameters
    ----------
    f : callable
        Takes a point, shape (d,), returns one number.
    X : array_like of float, shape (n, d) or (d,)
        The points, or one point. Left as it is.

    Returns
    -------
    ndarray, shape of `X`

    Raises
    ------
    TypeError, ValueError
        As `numerical_gradient`; ValueError also if `X` has more than two axes.

    Notes
    -----
    Saito (2016), section 4.4, `gradient_2d.py`.

    Examples
    --------
    >>> points = np.array([[3.0, 4.0], [0.0, 2.0], [3.0, 0.0]])
    >>> numerical_gradient_2d(lambda x: np.sum(x**2), points).round(6)
    array([[6., 8.],
           [0., 4.],
           [6., 0.]])
    """
    X = np.array(X)
    if X.ndim not in (1, 2):
        raise ValueError(f"X must have shape (n, d) or (d,), got {X.shape}")
    if X.ndim == 1:
        return numerical_gradient(f, X)
    grad = np.zeros_like(X)
    for i, x in enumerate(X):
        grad[i] = numerical_gradient(f, x)
    return grad


def _step(value: Any) -> Any:
    eps = np.finfo(value.dtype).eps
    if eps <= np.finfo(np.float64).eps:
        return H
    # The step that balances the errors of formula and rounding: the cube root of eps.
    return np.cbrt(eps) * max(abs(value), value.dtype.type(1))


def _one_number(value: Any) -> float:
    number = np.asarray(value)
    if number.ndim != 0 or number.dtype.kind not in "fiub":
        given = f"an array of shape {number.shape}" if number.ndim else repr(value)
        raise ValueError(f"f must return one number, got {given}")
    return float(number)
