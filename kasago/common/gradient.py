"""Numerical differentiation: derivatives from differences of function values."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "gradient_check",
    "numerical_diff",
    "numerical_gradient",
    "numerical_gradient_2d",
    "tangent_line",
]

# Small enough for the error of the formula (h^2), large enough for that of rounding (1e-16 / h).
H = 1e-4


def numerical_diff(f: Callable[[Any], Any], x: ArrayLike, *, h: float | NDArray[Any] = H) -> Any:
    """Return the derivative of a function of one variable by a central difference.

    Parameters
    ----------
    f : callable
        Takes a number, returns a number; for an array `x`, works element by element.
    x : float or array_like
        Where to take the derivative. Computed in float64.
    h : float or ndarray
        The step; an array has one for each element of `x`.

    Returns
    -------
    float or ndarray, shape of `x`

    Notes
    -----
    `f'(x) = (f(x + h) - f(x - h)) / (2h)`. Saito (2016), section 4.3.1, with h = 1e-4.
    From about x = 1e12, floats lie further apart than h, and the result is noise or 0.

    Examples
    --------
    >>> print(numerical_diff(lambda x: 0.01 * x**2 + 0.1 * x, 5))
    0.1999999999990898
    """
    # [()] makes a scalar of an array without axes and leaves any other as it is.
    x = np.asarray(x, dtype=np.float64)[()]
    return (f(x + h) - f(x - h)) / (2 * h)


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
    _refuse_what_cannot_move(x)
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        place: Any = (*index, ...)
        element = x[place]  # a view: what is written to it is written to x
        grad[index] = _partial(lambda: _one_number(f(x)), element)
    return grad


def numerical_gradient_2d(
    f: Callable[[NDArray[Any]], Any], X: ArrayLike, *, vectorized: bool = False
) -> NDArray[Any]:
    """Return the gradient of a function at each row of an array, a point a row.

    Parameters
    ----------
    f : callable
        Takes a point, shape (d,), returns one number. If vectorized, takes the d variables of
        all points, shape (d, n), returns a number for each point, shape (n,).
    X : array_like of float, shape (n, d) or (d,)
        The points, or one point. Left as it is.
    vectorized : bool
        Whether `f` takes all points at once, as one does that is written for its variables,
        such as ``x[0] ** 2 + x[1] ** 2``. That is faster than point by point.

    Returns
    -------
    ndarray, shape of `X`

    Raises
    ------
    TypeError, ValueError
        As `numerical_gradient`; ValueError also if `X` has more than two axes, or if a
        vectorized `f` returns anything but a number for each point.

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
    >>> numerical_gradient_2d(lambda x: x[0] ** 2 + x[1] ** 2, points, vectorized=True).round(6)
    array([[6., 8.],
           [0., 4.],
           [6., 0.]])
    """
    X = np.array(X)
    if X.ndim not in (1, 2):
        raise ValueError(f"X must have shape (n, d) or (d,), got {X.shape}")
    _refuse_what_cannot_move(X)
    points = np.atleast_2d(X)
    grad = np.zeros_like(points)
    if vectorized:
        variables = points.T.copy()
        for i, variable in enumerate(variables):
            grad[:, i] = _partial(lambda: _numbers(f(variables), len(points)), variable)
    else:
        for i, point in enumerate(points):
            grad[i] = numerical_gradient(f, point)
    gradients: NDArray[Any] = grad.reshape(X.shape)
    return gradients


def gradient_check(
    f: Callable[[], Any],
    params: Mapping[str, NDArray[np.floating[Any]]],
    grads: Mapping[str, NDArray[Any]],
    *,
    entries: int | None = None,
    directions: int | None = None,
    rng: np.random.Generator | None = None,
) -> float:
    """Return how far a gradient is from the numerical one, relative to its largest entry.

    Parameters
    ----------
    f : callable
        Takes nothing, returns the loss at the present `params`, which it reads.
    params : mapping of str to ndarray of float64
        The variables. Moved during the call and restored.
    grads : mapping of str to ndarray
        The gradient to check, same names and shapes.
    entries : int, optional
        Check only so many entries, drawn at random.
    directions : int, optional
        Check only the slopes along so many directions, drawn at random: two losses for each,
        and an error in any entry shows in almost all of them.
    rng : numpy.random.Generator, optional
        Draws entries or directions.

    Returns
    -------
    float
        About 1e-8 or less for a right gradient, about 1 for a wrong one; NaN where the gradient
        or a loss is not finite.

    Raises
    ------
    TypeError
        If a parameter is not float64: in lower precision the difference of two losses is noise.
    ValueError
        If a gradient is missing or has another shape, or both `entries` and `directions` are
        given.

    Notes
    -----
    Saito (2016), section 5.7.3. Along a direction u of length 1 the slope is `grad . u`.

    Examples
    --------
    >>> params = {"W": np.array([[1.0, 2.0]]), "b": np.array([3.0])}
    >>> def f():
    ...     return np.sum(params["W"] ** 3) + params["b"][0] ** 2
    >>> grads = {"W": 3 * params["W"] ** 2, "b": 2 * params["b"]}
    >>> gradient_check(f, params, grads) < 1e-8
    True
    >>> gradient_check(f, params, grads, directions=3) < 1e-8
    True
    >>> gradient_check(f, params, {"W": 2 * params["W"], "b": grads["b"]}) > 0.1
    True
    """
    if entries is not None and directions is not None:
        raise ValueError("give entries or directions, not both")
    for name, param in params.items():
        if param.dtype != np.float64:
            raise TypeError(f"{name!r} is {param.dtype}; a gradient is checked in float64")
        if name not in grads or grads[name].shape != param.shape:
            given = grads[name].shape if name in grads else "none"
            raise ValueError(f"{name!r} has shape {param.shape}, its gradient {given}")
    # np.max, and not max, which passes over NaN.
    largest = float(np.max([np.abs(grads[name]).max(initial=0) for name in params], initial=0))
    if not math.isfinite(largest):
        return math.nan
    rng = np.random.default_rng(rng)
    if directions is not None:
        errors = [_error_along(f, params, grads, rng) for _ in range(directions)]
    else:
        places: list[tuple[str, Any]] = [
            (name, (*index, ...)) for name in params for index in np.ndindex(params[name].shape)
        ]
        if entries is not None:
            places = [places[i] for i in rng.choice(len(places), entries, replace=False)]
        errors = [
            abs(_partial(lambda: _one_number(f()), params[name][at]) - grads[name][at])
            for name, at in places
        ]
    return float(np.max(errors, initial=0)) / (largest or 1.0)


def _error_along(
    f: Callable[[], Any],
    params: Mapping[str, NDArray[Any]],
    grads: Mapping[str, NDArray[Any]],
    rng: np.random.Generator,
) -> float:
    """Return the error of the slope along a random direction of length 1."""
    u = {name: rng.standard_normal(param.shape) for name, param in params.items()}
    length = np.sqrt(sum(np.sum(part**2) for part in u.values())) or 1.0
    start = {name: param.copy() for name, param in params.items()}

    def along(distance: float) -> float:
        for name, param in params.items():
            param[...] = start[name] + distance * u[name] / length
        return _one_number(f())

    try:
        numerical = numerical_diff(along, 0.0)
    finally:
        for name, param in params.items():
            param[...] = start[name]
    slope = sum(float(np.sum(grads[name] * u[name])) for name in params) / length
    return float(abs(numerical - slope))


def _partial(f: Callable[[], Any], part: NDArray[Any]) -> Any:
    """Return the derivative of `f()` by a part of what it reads, which moves and is put back."""
    value = part.copy()

    def moved_to(x: Any) -> Any:
        part[...] = x
        return f()

    try:
        return numerical_diff(moved_to, value, h=_step(value))
    finally:
        part[...] = value


def _step(value: NDArray[Any]) -> Any:
    eps = np.finfo(value.dtype).eps
    if eps <= np.finfo(np.float64).eps:
        return H
    # The step that balances the errors of formula and rounding: the cube root of eps.
    return np.cbrt(eps) * np.maximum(np.abs(value), 1)


def _refuse_what_cannot_move(x: Any) -> None:
    if not isinstance(x, np.ndarray) or not np.issubdtype(x.dtype, np.floating):
        given = f"dtype {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(
            f"numerical_gradient needs a NumPy array of floats, got {given}: it moves each "
            "element of x by a small step, in place; use np.array(x, dtype=float)"
        )


def _one_number(value: Any) -> float:
    number = np.asarray(value)
    if number.ndim != 0 or number.dtype.kind not in "fiub":
        given = f"an array of shape {number.shape}" if number.ndim else repr(value)
        raise ValueError(f"f must return one number, got {given}")
    return float(number)


def _numbers(value: Any, count: int) -> NDArray[np.float64]:
    numbers = np.asarray(value)
    if numbers.shape != (count,) or numbers.dtype.kind not in "fiub":
        raise ValueError(
            f"a vectorized f must return a number for each of {count} points, shape ({count},); "
            f"got {numbers.dtype} of shape {numbers.shape}"
        )
    return numbers.astype(np.float64)  # a copy: what f returns may be a view of x
