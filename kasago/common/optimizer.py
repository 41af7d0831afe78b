"""Ways to walk downhill: from a gradient to the next point.

AdaGrad, RMSprop, AdaDelta and Adam square the gradient. Where the square overflows, for an entry
beyond about 1e154 (1e19 in float32), NumPy warns, and that entry of the parameter moves no more.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, MutableMapping
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kasago.common.gradient import numerical_gradient

__all__ = [
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "Momentum",
    "Nesterov",
    "RMSprop",
    "gradient_descent",
    "np",  # as in the book's module, on which a program relies that takes all from it
]

# Keeps a division by 0 away from a parameter whose gradients were all 0; the book's value.
TINY = 1e-7


def gradient_descent(
    f: Callable[[NDArray[Any]], Any], init_x: ArrayLike, lr: float = 0.01, step_num: int = 100
) -> NDArray[Any]:
    """Walk down a function by gradient descent and return the points passed.

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


class _Optimizer(ABC):
    """A rule that moves parameters by their gradients; a subclass says how far.

    Parameters
    ----------
    lr : float
        Learning rate.
    """

    def __init__(self, lr: float) -> None:
        self.lr = lr

    def update(self, params: MutableMapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Move every parameter one step.

        Parameters
        ----------
        params : mapping of str to ndarray of float, or number
            The parameters by name. An array is changed in place; in the place of a number comes
            another, a float.
        grads : mapping of str to array_like
            The gradient of each, same names and shapes.

        Raises
        ------
        TypeError
            If a parameter is no array of floats and no number, or a gradient is not of numbers.
        ValueError
            If a gradient is missing or has another shape. No parameter has moved then, nor after
            a TypeError.
        """
        floats = {name: _gradient(name, param, grads) for name, param in params.items()}
        for name, grad in floats.items():
            param = params[name]
            if isinstance(param, np.ndarray):
                # Not params[name] += ..., which would also write into the mapping.
                np.add(param, self._step(name, grad), out=param)
            else:
                kind = type(param) if isinstance(param, np.floating) else float
                params[name] = kind(param + self._step(name, grad))

    @abstractmethod
    def _step(self, name: str, grad: NDArray[Any]) -> Any:
        """Return what is added to the parameter of that name."""


def _gradient(name: str, param: Any, grads: Mapping[str, Any]) -> NDArray[Any]:
    """Return the gradient of a parameter in floats, or say why there is no step."""
    is_array = isinstance(param, np.ndarray)
    if not (param.dtype.kind == "f" if is_array else isinstance(param, Real)):
        given = f"an array of {param.dtype}" if is_array else type(param).__name__
        raise TypeError(
            f"{name!r} must be an array of floats or a number, such as np.array([1.0, 2.0]); "
            f"got {given}"
        )
    if name not in grads:
        raise ValueError(f"no gradient for {name!r}; grads has {sorted(grads)}")
    grad = np.asarray(grads[name])
    if grad.shape != np.shape(param):
        raise ValueError(
            f"the gradient of {name!r} has shape {grad.shape}, the parameter {np.shape(param)}"
        )
    if grad.dtype.kind not in "fiub":
        raise TypeError(f"the gradient of {name!r} must hold numbers, got {grads[name]!r}")
    # Squares of small integers would wrap.
    return grad if grad.dtype.kind == "f" else grad.astype(np.float64)


class SGD(_Optimizer):
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
    >>> params = {"x": -7.0, "y": 2.0}
    >>> SGD(lr=0.5).update(params, {"x": -0.7, "y": 4.0})
    >>> params
    {'x': -6.65, 'y': 0.0}
    """

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)

    def _step(self, name: str, grad: NDArray[Any]) -> Any:
        return -self.lr * grad


class Momentum(_Optimizer):
    """A ball that rolls downhill, and keeps part of its speed.

    Parameters
    ----------
    lr : float
        Learning rate.
    momentum : float
        The part of the speed that is kept.

    Attributes
    ----------
    v : dict of str to ndarray
        The speed of each parameter.

    Notes
    -----
    `v <- momentum * v - lr * dE/dW`, `W <- W + v`. Saito (2016), section 6.1.4.

    Examples
    --------
    >>> params, optimizer = {"W": np.array([1.0])}, Momentum(lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     optimizer.update(params, {"W": np.array([1.0])})
    >>> params["W"].round(6)
    array([0.71])
    """

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        super().__init__(lr)
        self.momentum = momentum
        self.v: dict[str, NDArray[Any]] = {}

    def _step(self, name: str, grad: NDArray[Any]) -> Any:
        self.v[name] = self.momentum * self.v.get(name, 0.0) - self.lr * grad
        return self.v[name]


class Nesterov(Momentum):
    """Momentum that takes the gradient where the ball is about to be.

    Parameters
    ----------
    lr : float
        Learning rate.
    momentum : float
        The part of the speed that is kept.

    Attributes
    ----------
    v : dict of str to ndarray
        The speed of each parameter.

    Notes
    -----
    `v <- momentum * v - lr * dE/dW`, `W <- W + momentum * v - lr * dE/dW`, in the form of
    Bengio, Boulanger-Lewandowski and Pascanu, "Advances in optimizing recurrent networks"
    (2012), equation 7, which needs the gradient at `W` only.

    Examples
    --------
    >>> params, optimizer = {"W": np.array([1.0])}, Nesterov(lr=0.1, momentum=0.9)
    >>> optimizer.update(params, {"W": np.array([1.0])})
    >>> params["W"].round(6)
    array([0.81])
    """

    def _step(self, name: str, grad: NDArray[Any]) -> Any:
        return self.momentum * super()._step(name, grad) - self.lr * grad


class AdaGrad(_Optimizer):
    """Steps that shrink for each parameter, the more it has moved.

    Parameters
    ----------
    lr : float
        Learning rate.

    Attributes
    ----------
    h : dict of str to ndarray
        The sum of the squared gradients of each parameter.

    Notes
    -----
    `h <- h + (dE/dW)^2`, `W <- W - lr / (sqrt(h) + 1e-7) * dE/dW`. Saito (2016), section 6.1.5.

    Examples
    --------
    >>> params, optimizer = {"W": np.array([1.0])}, AdaGrad(lr=0.1)
    >>> optimizer.update(params, {"W": np.array([5.0])})
    >>> params["W"].round(6)
    array([0.9])
    """

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)
        self.h: dict[str, NDArray[Any]] = {}

    def _step(self, name: str, grad: NDArray[Any]) -> Any:
        self.h[name] = self.h.get(name, 0.0) + grad**2
        return -self.lr * grad / (np.sqrt(self.h[name]) + TINY)


class RMSprop(_Optimizer):
    """AdaGrad that forgets: recent gradients count more.

    Parameters
    ----------
    lr : float
        Learning rate.
    decay_rate : float
        The part of the mean square that is kept from step to step.

    Attributes
    ----------
    h : dict of str to ndarray
        The mean of the squared gradients of each parameter.

    Notes
    -----
    `h <- decay_rate * h + (1 - decay_rate) * (dE/dW)^2`, and then as AdaGrad. Tieleman and
    Hinton, "Neural networks for machine learning", lecture 6.5 (2012).

    Examples
    --------
    >>> params, optimizer = {"W": np.array([1.0])}, RMSprop(lr=0.1, decay_rate=0.75)
    >>> optimizer.update(params, {"W": np.array([5.0])})
    >>> params["W"].round(6)
    array([0.8])
    """

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99) -> None:
        super().__init__(lr)
        self.decay_rate = decay_rate
        self.h: dict[str, NDArray[Any]] = {}

    def _step(self, name: str, grad: NDArray[Any]) -> Any:
        h = self.h.get(name, 0.0)
        self.h[name] = self.decay_rate * h + (1 - self.decay_rate) * grad**2
        return -self.lr * grad / (np.sqrt(self.h[name]) + TINY)


class AdaDelta(_Optimizer):
    """RMSprop that measures its steps by those that it made before.

    Parameters
    ----------
    lr : float
        A factor of each step; the paper has none, which is 1.
    decay_rate : float
        The part of both mean squares that is kept from step to step.
    epsilon : float
        Added to both; its root is about the length of the first steps.

    Attributes
    ----------
    h, s : dict of str to ndarray
        The mean of the squared gradients of each parameter, and that of its squared steps.

    Notes
    -----
    `h <- decay_rate * h + (1 - decay_rate) * (dE/dW)^2`,
    `d = -sqrt(s + epsilon) / sqrt(h + epsilon) * dE/dW`,
    `s <- decay_rate * s + (1 - decay_rate) * d^2`, `W <- W + lr * d`: a step has the unit of W, and
    no rate needs to be chosen. Zeiler, "ADADELTA: an adaptive learning rate method" (2012),
    algorithm 1.

    Examples
    --------
    >>> params, optimizer = {"W": np.array([1.0])}, AdaDelta(decay_rate=0.75)
    >>> optimizer.update(params, {"W": np.array([5.0])})
    >>> params["W"].round(6)
    array([0.998])
    """

    def __init__(self, lr: float = 1.0, decay_rate: float = 0.95, epsilon: float = 1e-6) -> None:
        super().__init__(lr)
        self.decay_rate, self.epsilon = decay_rate, epsilon
        self.h: dict[str, NDArray[Any]] = {}
        self.s: dict[str, NDArray[Any]] = {}

    def _step(self, name: str, grad: NDArray[Any]) -> Any:
        h, s = (old.get(name, np.zeros_like(grad)) for old in (self.h, self.s))
        self.h[name] = self.decay_rate * h + (1 - self.decay_rate) * grad**2
        step = -np.sqrt(s + self.epsilon) / np.sqrt(self.h[name] + self.epsilon) * grad
        self.s[name] = self.decay_rate * s + (1 - self.decay_rate) * step**2
        return self.lr * step


class Adam(_Optimizer):
    """Momentum and RMSprop together, corrected for their start at zero.

    Parameters
    ----------
    lr : float
        Learning rate.
    beta1, beta2 : float
        The parts of the mean gradient and of the mean square that are kept.

    Attributes
    ----------
    m, v : dict of str to ndarray
        The mean of the gradients of each parameter, and that of their squares.
    iter : dict of str to int
        The steps that each parameter has made.

    Notes
    -----
    `m <- beta1 * m + (1 - beta1) * dE/dW`, `v <- beta2 * v + (1 - beta2) * (dE/dW)^2`,
    `W <- W - lr * sqrt(1 - beta2^n) / (1 - beta1^n) * m / (sqrt(v) + 1e-7)` at step n. Kingma
    and Ba, "Adam: a method for stochastic optimization" (2015), section 2.

    Examples
    --------
    >>> params, optimizer = {"W": np.array([1.0])}, Adam(lr=0.1)
    >>> optimizer.update(params, {"W": np.array([5.0])})
    >>> params["W"].round(6)
    array([0.9])
    """

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999) -> None:
        super().__init__(lr)
        self.beta1, self.beta2 = beta1, beta2
        self.m: dict[str, NDArray[Any]] = {}
        self.v: dict[str, NDArray[Any]] = {}
        self.iter: dict[str, int] = {}

    def _step(self, name: str, grad: NDArray[Any]) -> Any:
        n = self.iter[name] = self.iter.get(name, 0) + 1
        m, v = self.m.get(name, 0.0), self.v.get(name, 0.0)
        self.m[name] = self.beta1 * m + (1 - self.beta1) * grad
        self.v[name] = self.beta2 * v + (1 - self.beta2) * grad**2
        lr = self.lr * float(np.sqrt(1 - self.beta2**n)) / (1 - self.beta1**n)
        return -lr * self.m[name] / (np.sqrt(self.v[name]) + TINY)
