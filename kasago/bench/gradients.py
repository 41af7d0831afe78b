"""Numerical gradients: of a bowl at the 1,024 points of a grid, and of a layer's weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kasago.bench import Work
from kasago.bench.notebook import notebook_gradient
from kasago.common.functions import softmax_loss
from kasago.common.gradient import numerical_gradient, numerical_gradient_2d

__all__ = [
    "evaluations_layer",
    "kasago_grid",
    "kasago_layer",
    "notebook_grid",
    "notebook_layer",
]


def _bowl(x: NDArray[Any]) -> Any:
    return x[0] ** 2 + x[1] ** 2


def _grid() -> NDArray[Any]:
    axis = np.linspace(-2, 2, 32)
    points: NDArray[Any] = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return points


def notebook_grid() -> Work:
    """Go from point to point, as the notebook does."""
    points = _grid()
    return lambda: np.array([notebook_gradient(_bowl, point) for point in points])


def kasago_grid() -> Work:
    """Move all points at once."""
    points = _grid()
    return lambda: numerical_gradient_2d(_bowl, points, vectorized=True)


def _layer() -> tuple[Callable[[Any], float], NDArray[Any]]:
    rng = np.random.default_rng(0)
    x, t, W = rng.random((100, 50)), rng.integers(10, size=100), rng.standard_normal((50, 10))
    return lambda W: softmax_loss(np.dot(x, W), t), W


def notebook_layer() -> Work:
    """Take the 500 derivatives of a layer's loss as the notebook does."""
    f, W = _layer()
    return lambda: notebook_gradient(f, W)


def kasago_layer() -> Work:
    """Take the 500 derivatives of a layer's loss with this package."""
    f, W = _layer()
    return lambda: numerical_gradient(f, W)


def evaluations_layer() -> Work:
    """Evaluate the loss twice for each of the 500 weights: no more."""
    f, W = _layer()

    def work() -> None:
        for _ in range(2 * W.size):
            f(W)

    return work
