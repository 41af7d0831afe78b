"""Ways to walk downhill: from a gradient to the next point."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kasago.common.gradient import numerical_gradient

__all__ = ["SGD", "gradient_descent"]


def gradient_descent(
    f: Callable[[NDArray[Any]], Any], init_x: ArrayLike, lr: float = 0.01, step_num: int = 100
) -> NDArray[Any]:
    """Walk down a function by steepest descent and return the points passed.

    Parameters
    ----------
    f : callable
        Takes a point, returns one number.
    init_x : array_like, any shape
        Where to start. Left as it is.
    lr : float
        Learning rate: the length of a step for a gradient of length 1.
    step_num : int
        Number of steps.

    Returns
    -------
    ndarray, shape (step_num, *init_x.shape)
        The point before each step; the first is `init_x`.

    Raises
    ------
    ValueError
        If `step_num` is negative, or `f` returns anything but one number.

    Notes
    -----
    `x <- x - lr * grad f(x)` with the numerical gradient. Saito (2016), section 4.4.1, where
    `init_x` itself moves.

    Examples
    --------
    >>> history = gradient_descent(lambda x: np.sum(x**2), [-3.0, 4.0], lr=0.1, step_num=3)
    >>> history.round(6)
    array([[-3.  ,  4.  ],
           [-2.4 ,  3.2 ],
           [-1.92,  2.56]])
    """
    if step_num < 0:
        raise ValueError(f"step_num must be 0 or more, got {step_num}")
    x = np.array(init_x, dtype=np.float64)
    history = np.empty((step_num, *x.shape))
    for step in range(step_num):
        history[step] = x
        x -= lr * numerical_gradient(f, x)
    return history


class SGD:
    """Stochastic gradient descent: a step against the gradient of one mini-batch.

    Parameters
    ----------
    lr : float
        Learning rate.

    Notes
    -----
    `W <- W - lr * dE/dW`. Saito (2016), section 6.1.2.

    Examples
    --------
    >>> params = {"W": np.array([1.0, 2.0])}
    >>> SGD(lr=0.1).update(params, {"W": np.array([10.0, -10.0])})
    >>> params["W"]
    array([0., 3.])
    """

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def update(self, params: Mapping[str, NDArray[Any]], grads: Mapping[str, NDArray[Any]]) -> None:
        """Move every parameter one step, in place.

        Parameters
        ----------
        params : mapping of str to ndarray
            The parameters by name. Changed in place.
        grads : mapping of str to ndarray
            The gradient of each, same names and shapes.

        Raises
        ------
        ValueError
            If a gradient is missing or has another shape; no parameter has moved then.
        """
        for name, param in params.items():
            if name not in grads:
                raise ValueError(f"no gradient for {name!r}; grads has {sorted(grads)}")
            if grads[name].shape != param.shape:
                raise ValueError(
                    f"the gradient of {name!r} has shape {grads[name].shape}, "
                    f"the parameter {param.shape}"
                )
        for name in params:
            # Not params[name] -= ..., which would also write into the mapping.
            np.subtract(params[name], self.lr * grads[name], out=params[name])
