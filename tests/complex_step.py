"""Derivatives by a complex step: right to the last digits, with no difference to round.

For a formula that takes complex numbers, `f(x + ih) = f(x) + ih f'(x)` up to `h^2`: the
imaginary part over h is the derivative, whatever the size of h. Squire and Trapp, "Using complex
variables to estimate derivatives of real functions", SIAM Review 40 (1998).

The formulas are written here once more, as a textbook has them and without the package, so that
a test compares two pieces of work.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

STEP = 1e-30


def slope(f: Callable[[Any], Any], x: Any, direction: Any = 1.0) -> Any:
    """The derivative of `f` along a direction; for a function of one number, its derivative."""
    return np.imag(f(np.asarray(x) + STEP * 1j * np.asarray(direction))) / STEP


def gradient(f: Callable[[Array], Any], x: Any) -> Array:
    """The derivative with respect to every element of `x`."""
    x = np.asarray(x)
    basis = np.eye(x.size).reshape(x.size, *x.shape)
    return np.reshape([slope(f, x, direction) for direction in basis], x.shape)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def relu(x: Any) -> Any:
    return np.where(np.real(x) > 0, x, 0)


def softmax_cross_entropy(x: Any, t: Any) -> Any:
    """The mean loss of scores (N, K) whose classes are t (N,)."""
    right = x[np.arange(len(x)), t]
    return np.mean(np.log(np.sum(np.exp(x), axis=1)) - right)


def network_loss(params: dict[str, Any], x: Any, t: Any) -> Any:
    """The loss of sigmoid layers W1, b1, W2, b2, ... with softmax after the last."""
    layers = len(params) // 2
    for i in range(1, layers + 1):
        x = x @ params[f"W{i}"] + params[f"b{i}"]
        x = sigmoid(x) if i < layers else x
    return softmax_cross_entropy(x, t)


def padded(x: Any, pad: int, margin: float = 0) -> Any:
    """Images (N, C, H, W) in a margin."""
    return np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], constant_values=margin)


def convolution(x: Any, W: Any, b: Any, stride: int, pad: int) -> Any:
    """Place by place: the sum of a patch of (N, C, H, W) times each filter of (FN, C, FH, FW)."""
    x, (_, _, FH, FW) = padded(x, pad), W.shape
    rows = [
        [
            np.einsum("ncij,fcij->nf", x[:, :, p : p + FH, q : q + FW], W) + b
            for q in range(0, x.shape[3] - FW + 1, stride)
        ]
        for p in range(0, x.shape[2] - FH + 1, stride)
    ]
    return np.transpose(rows, (2, 3, 0, 1))


def max_pooling(x: Any, height: int, width: int, stride: int, pad: int) -> Any:
    """Place by place: the first of the largest of a patch."""
    x = padded(x, pad, -np.inf)
    rows = []
    for p in range(0, x.shape[2] - height + 1, stride):
        rows.append([])
        for q in range(0, x.shape[3] - width + 1, stride):
            patch = x[:, :, p : p + height, q : q + width].reshape(*x.shape[:2], -1)
            first = np.argmax(np.real(patch), axis=-1)[..., np.newaxis]
            rows[-1].append(np.take_along_axis(patch, first, axis=-1)[..., 0])
    return np.transpose(rows, (2, 3, 0, 1))


def batch_normalization(x: Any, gamma: Any, beta: Any) -> Any:
    """Of features (N, D), with the variance as the mean square about the mean."""
    centred = x - np.mean(x, axis=0)
    return gamma * centred / np.sqrt(np.mean(centred**2, axis=0) + 1e-6) + beta
