"""Activation functions and loss functions.

Samples lie along the leading axes of an array, classes along the last one: `(K,)` is one
sample, `(N, K)` a batch. A float array keeps its dtype; anything else is computed in float64.
No function changes what it is given.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "cross_entropy_error",
    "identity_function",
    "one_hot",
    "relu",
    "relu_grad",
    "sigmoid",
    "sigmoid_grad",
    "softmax",
    "softmax_loss",
    "step_function",
    "sum_squared_error",
]

# Keeps log(0) away from the loss; the book's and the notebook's value.
DELTA = 1e-7


def identity_function(x: ArrayLike) -> NDArray[Any]:
    """Return the input as it is: the output activation of regression.

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    ndarray, shape of `x`

    Notes
    -----
    `h(x) = x`. Saito, *Deep Learning from Scratch* (2016), section 3.5.1.

    Examples
    --------
    >>> identity_function([-1.0, 2.0])
    array([-1.,  2.])
    """
    return np.asarray(x)


def step_function(x: ArrayLike) -> NDArray[np.int_]:
    """Return 1 where the input is positive, 0 elsewhere: the perceptron's activation.

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    ndarray of int, shape of `x`

    Notes
    -----
    `h(x) = 1` if `x > 0`, else `0`. Saito (2016), section 3.2.2.

    Examples
    --------
    >>> step_function([-1.0, 0.0, 2.0])
    array([0, 0, 1])
    """
    return np.asarray(np.asarray(x) > 0, dtype=np.int_)


def sigmoid(x: ArrayLike) -> Any:
    """Squash every number into [0, 1], smoothly.

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    ndarray or scalar, shape of `x`

    Notes
    -----
    `h(x) = 1 / (1 + exp(-x))`. For a negative x this is `exp(x) / (1 + exp(x))`, which is what is
    computed there, so that no exponential overflows. Saito (2016), section 3.2.4.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    x = _as_float(x)
    z = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, z) / (1 + z)


def sigmoid_grad(x: ArrayLike) -> Any:
    """Return the derivative of the sigmoid.

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    ndarray or scalar, shape of `x`
        Between 0 and 0.25.

    Notes
    -----
    `h'(x) = h(x) (1 - h(x)) = h(x) h(-x)`. The second form keeps its digits where h(x) is
    close to 1. Saito (2016), section 5.5.2.

    Examples
    --------
    >>> sigmoid_grad([-1.0, 0.0, 1.0])
    array([0.19661193, 0.25      , 0.19661193])
    """
    x = _as_float(x)
    return sigmoid(x) * sigmoid(-x)


def relu(x: ArrayLike) -> Any:
    """Pass positive numbers, stop the others (rectified linear unit).

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    ndarray or scalar, shape and dtype of `x`

    Notes
    -----
    `h(x) = max(0, x)`. Saito (2016), section 3.2.7.

    Examples
    --------
    >>> relu([-1.0, 0.0, 2.0])
    array([0., 0., 2.])
    """
    return np.maximum(x, 0)


def relu_grad(x: ArrayLike) -> NDArray[Any]:
    """Return the derivative of ReLU: 1 where the input is positive, 0 elsewhere.

    Parameters
    ----------
    x : array_like, any shape

    Returns
    -------
    ndarray of float, shape of `x`

    Notes
    -----
    ReLU has no derivative at 0; 0 is used there, as in the book's ReLU layer.
    Saito (2016), section 5.5.1.

    Examples
    --------
    >>> relu_grad([-1.0, 0.0, 2.0])
    array([0., 0., 1.])
    """
    x = _as_float(x)
    return np.asarray(x > 0, dtype=x.dtype)


def softmax(x: ArrayLike) -> NDArray[Any]:
    """Turn scores into probabilities: positive, and summing to 1 over the last axis.

    Parameters
    ----------
    x : array_like, shape (K,) or (N, K)
        One score for each of K classes.

    Returns
    -------
    ndarray, shape of `x`

    Notes
    -----
    `y_k = exp(x_k) / sum_j exp(x_j)`. A constant added to all scores changes nothing, so the
    largest is subtracted first and no exponential overflows. Saito (2016), section 3.5.2.

    Examples
    --------
    >>> softmax([1000.0, 1000.0, -1000.0])
    array([0.5, 0.5, 0. ])
    """
    z = np.exp(_below_max(_as_float(x)))
    y: NDArray[Any] = z / z.sum(axis=-1, keepdims=True)
    return y


def sum_squared_error(y: ArrayLike, t: ArrayLike) -> float:
    """Return half the sum of the squared differences between output and target.

    Parameters
    ----------
    y, t : array_like, same shape
        Output and target.

    Returns
    -------
    float
        A sum too large for the dtype is returned as its largest number, not as infinity.

    Raises
    ------
    ValueError
        If the shapes differ.

    Notes
    -----
    `E = 1/2 sum_k (y_k - t_k)^2`. Saito (2016), section 4.2.1.

    Examples
    --------
    >>> sum_squared_error([0.1, 0.6, 0.3], [0, 1, 0])
    0.13
    """
    y, t = _as_float(y), np.asarray(t)
    if y.shape != t.shape:
        raise ValueError(
            f"y and t must have the same shape, got y {y.shape} and t {t.shape}; "
            "a class index has to be made one-hot first, see one_hot"
        )
    with np.errstate(over="ignore"):
        return _finite(0.5 * np.sum((y - t) ** 2))


def cross_entropy_error(y: ArrayLike, t: ArrayLike) -> float:
    """Return the cross entropy of probabilities and target, the mean over a batch.

    Parameters
    ----------
    y : array_like, shape (K,) or (N, K)
        Probabilities of K classes, as softmax returns them.
    t : array_like
        The target: one-hot in the shape of `y`, or class indices, one axis fewer.

    Returns
    -------
    float
        From 0 (less delta) to 16.1, the logarithm of 1 / delta.

    Raises
    ------
    ValueError
        If `y` is empty, is not a number somewhere, or leaves [0, 1]; if `t` fits neither form.

    Notes
    -----
    `E = -1/N sum_n sum_k t_nk log(y_nk + delta)` with delta = 1e-7, which keeps log(0)
    out. Saito (2016), sections 4.2.2 to 4.2.4.

    Examples
    --------
    >>> cross_entropy_error([0.1, 0.6, 0.3], [0, 1, 0])
    0.510825457099338
    >>> cross_entropy_error([[0.1, 0.6, 0.3], [0.2, 0.2, 0.6]], [1, 2])
    0.510825457099338
    """
    y = _as_float(y)
    t = one_hot(t, y)
    _refuse_empty(y)
    if not (np.min(y) >= 0 and np.max(y) <= 1):
        raise ValueError(
            f"y must hold probabilities in [0, 1], got values from {np.min(y)} to {np.max(y)}; "
            "did you forget the softmax?"
        )
    # 0 - ..., since the negative of a sum of 0 would be -0.0.
    return float(0 - np.mean(np.sum(t * np.log(y + DELTA), axis=-1), dtype=np.float64))


def softmax_loss(x: ArrayLike, t: ArrayLike) -> float:
    """Return the cross entropy of the softmax of scores, without the detour by probabilities.

    Parameters
    ----------
    x : array_like, shape (K,) or (N, K)
        Scores of K classes, before softmax.
    t : array_like
        The target: one-hot in the shape of `x`, or class indices, one axis fewer.

    Returns
    -------
    float
        `cross_entropy_error(softmax(x), t)` without its delta, and therefore without its
        ceiling of 16.1. A loss too large for the dtype is returned as its largest number.

    Raises
    ------
    ValueError
        If `x` is empty or not a number somewhere; if `t` fits neither form.

    Notes
    -----
    `E = 1/N sum_n sum_k t_nk (log(sum_j exp(x_nj)) - x_nk)`: the logarithm and the
    exponential of softmax cancel. Saito (2016), section 5.6.3.

    Examples
    --------
    >>> softmax_loss([0.0, 0.0], 1)
    0.6931471805599453
    >>> softmax_loss([1000.0, 0.0], 1)
    1000.0
    """
    x = _as_float(x)
    t = one_hot(t, x)
    _refuse_empty(x)
    z = _below_max(x)
    costs = np.log(np.exp(z).sum(axis=-1, keepdims=True)) - z
    with np.errstate(over="ignore"):
        losses = (t * costs).sum(axis=-1)
        loss = _finite(losses.sum(dtype=np.float64) / losses.size)
    if math.isnan(loss):
        raise ValueError("x holds NaN (not a number) or infinity; did the training diverge?")
    return loss


def one_hot(t: ArrayLike, y: ArrayLike) -> NDArray[Any]:
    """Return the target in the shape of the output, one-hot.

    Parameters
    ----------
    t : array_like
        One-hot in the shape of `y`, or class indices, one axis fewer.
    y : array_like, shape (..., K)
        The output that the target belongs to, for its shape and dtype.

    Returns
    -------
    ndarray, shape and dtype of `y`

    Raises
    ------
    ValueError
        If `t` has neither shape, or holds class indices that are not integers from 0 to K - 1.

    Examples
    --------
    >>> one_hot(2, [0.1, 0.2, 0.7])
    array([0., 0., 1.])
    """
    t, y = np.asarray(t), _as_float(y)
    if y.ndim > 0 and t.shape == y.shape:
        return t.astype(y.dtype, copy=False)
    if y.ndim == 0 or t.shape != y.shape[:-1]:
        raise ValueError(
            f"t {t.shape} does not fit y {y.shape}: expected one-hot targets {y.shape}"
            + (f" or class indices {y.shape[:-1]}" if y.ndim else "")
        )
    classes = y.shape[-1]
    if t.dtype.kind not in "iu":
        raise ValueError(f"class indices must be integers, got dtype {t.dtype}")
    if t.size and not (t.min() >= 0 and t.max() < classes):
        raise ValueError(
            f"class indices must lie in 0 to {classes - 1}, got values from {t.min()} to {t.max()}"
        )
    return np.asarray(t[..., np.newaxis] == np.arange(classes), dtype=y.dtype)


def _as_float(x: ArrayLike) -> NDArray[Any]:
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _below_max(x: NDArray[Any]) -> Any:
    """Subtract the largest score of each sample; what falls out of range stays finite."""
    with np.errstate(over="ignore"):
        return np.maximum(x - x.max(axis=-1, keepdims=True), np.finfo(x.dtype).min)


def _finite(loss: np.floating[Any]) -> float:
    """Return the loss, or the largest number of its dtype where it overflowed."""
    return float(np.minimum(loss, np.finfo(loss.dtype).max))


def _refuse_empty(y: NDArray[Any]) -> None:
    if y.size == 0:
        raise ValueError(f"an empty batch has no mean loss, got shape {y.shape}")
