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
    From about x = 1e12, floats lie further apart than h, and the result is noise or 0.

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

    A function that is written for its variables, such as ``x[0] ** 2 + x[1] ** 2``, takes arrays
    for them as well, and then all points are computed at once. Any other is called point by
    point.

    Parameters
    ----------
    f : callable
        Takes a point, shape (d,), returns one number. It is first tried with the d variables of
        all points, shape (d, n); what it raises then is ignored.
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
    if X.dtype == np.float64 and _takes_all_rows(f, X):
        variables = X.T.copy()
        return np.transpose([_difference(f, variables, variable) for variable in variables])
    grad = np.zeros_like(X)
    for i, x in enumerate(X):
        grad[i] = numerical_gradient(f, x)
    return grad


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
            abs(_difference(lambda _: f(), params[name], params[name][at]) - grads[name][at])
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
    values = {name: param.copy() for name, param in params.items()}
    losses = []
    try:
        for h in (H, -H):
            for name, param in params.items():
                param[...] = values[name] + h * u[name] / length
            losses.append(_one_number(f()))
    finally:
        for name, param in params.items():
            param[...] = values[name]
    slope = sum(float(np.sum(grads[name] * u[name])) for name in params) / length
    return float(abs((losses[0] - losses[1]) / (2 * H) - slope))


def _takes_all_rows(f: Callable[[NDArray[Any]], Any], X: NDArray[Any]) -> bool:
    """Say whether `f` of all columns is `f` of each row.

    By the shape of what it returns; by the rows in reverse, for what runs along them; and by
    a few rows alone, for what mixes them all.
    """
    try:
        values = np.asarray(f(X.T.copy()))
        if values.shape != (len(X),) or values.dtype.kind not in "fiub":
            return False
        reverse = np.asarray(f(X[::-1].T.copy()))
        # Summed in another order, the same value may differ in its last bits.
        if not np.allclose(values, reverse[::-1], rtol=1e-12, atol=0, equal_nan=True):
            return False
    except Exception:
        return False
    few = {0, len(X) // 3, len(X) // 2, len(X) - 1} if len(X) else set()
    return all(math.isclose(values[i], _one_number(f(X[i].copy())), rel_tol=1e-12) for i in few)


def _difference(f: Callable[[NDArray[Any]], Any], x: NDArray[Any], part: NDArray[Any]) -> Any:
    """Return the central difference of `f(x)` when a part of `x`, a view, moves by h."""
    value = part.copy()
    try:
        part[...] = value + H
        above = np.array(f(x), dtype=np.float64)  # copies: what f returns may be a view of x
        part[...] = value - H
        below = np.array(f(x), dtype=np.float64)
    finally:
        part[...] = value
    return (above - below) / (2 * H)


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
