"""Layers of a network: each knows the way forward and, by the chain rule, the way back.

`forward` takes the input and keeps what the way back will need; `backward` takes the derivative
of the loss with respect to the output, of the output's shape, and returns that with respect to
the input, of the input's shape. Samples lie along the first axis. A layer has what `forward`
keeps only after it: going back first is an AttributeError.

The layers for images, and those that do something else in training, are written in
`kasago.common.convolution` and `kasago.common.regularization`.
"""

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kasago.common.convolution import Convolution, Pooling
from kasago.common.functions import one_hot, relu, sigmoid, softmax, softmax_loss
from kasago.common.regularization import BatchNormalization, Dropout

__all__ = [
    "AddLayer",
    "Affine",
    "BatchNormalization",
    "Convolution",
    "Dropout",
    "LeakyRelu",
    "MulLayer",
    "Pooling",
    "Relu",
    "Sigmoid",
    "SoftmaxWithLoss",
    "Tanh",
]


class MulLayer:
    """Multiply two inputs, element by element.

    Notes
    -----
    `z = x y`, and so `dE/dx = y dE/dz`, `dE/dy = x dE/dz`. Saito (2016), section 5.4.1.

    Examples
    --------
    >>> layer = MulLayer()
    >>> layer.forward(100, 2)
    200
    >>> layer.backward(1.1)
    (2.2, 110.00000000000001)
    """

    x: Any
    y: Any

    def forward(self, x: Any, y: Any) -> Any:
        """Return the product.

        Parameters
        ----------
        x, y : number or ndarray, same shape

        Returns
        -------
        number or ndarray
        """
        self.x, self.y = x, y
        return x * y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """Return the derivatives with respect to both inputs.

        Parameters
        ----------
        dout : number or ndarray
            The derivative with respect to the product.

        Returns
        -------
        dx, dy
        """
        return dout * self.y, dout * self.x


class AddLayer:
    """Add two inputs, element by element.

    Notes
    -----
    `z = x + y`, and so both derivatives are `dE/dz`. Saito (2016), section 5.4.2.

    Examples
    --------
    >>> layer = AddLayer()
    >>> layer.forward(200, 450)
    650
    >>> layer.backward(1.1)
    (1.1, 1.1)
    """

    def forward(self, x: Any, y: Any) -> Any:
        """Return the sum.

        Parameters
        ----------
        x, y : number or ndarray, same shape

        Returns
        -------
        number or ndarray
        """
        return x + y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """Return the derivatives with respect to both inputs.

        Parameters
        ----------
        dout : number or ndarray
            The derivative with respect to the sum.

        Returns
        -------
        dx, dy
        """
        return dout * 1, dout * 1


class Relu:
    """Pass positive numbers, stop the others, and do the same to the derivative.

    Notes
    -----
    `z = max(0, x)`; the derivative at 0 is taken as 0. Saito (2016), section 5.5.1.

    Examples
    --------
    >>> layer = Relu()
    >>> layer.forward(np.array([1.0, -0.5]))
    array([1., 0.])
    >>> layer.backward(np.array([3.0, 3.0]))
    array([3., 0.])
    """

    mask: Any

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the positive part.

        Parameters
        ----------
        x : ndarray, any shape

        Returns
        -------
        ndarray, shape of `x`
        """
        self.mask = x <= 0
        return relu(x)

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative with respect to the input.

        Parameters
        ----------
        dout : ndarray
            The derivative with respect to the output. Left as it is.

        Returns
        -------
        ndarray, shape of `dout`
        """
        # A product takes a tenth of the time of np.where, which guesses each branch.
        return dout * ~self.mask


class LeakyRelu:
    """Pass positive numbers, and let a small part of the others through.

    Parameters
    ----------
    alpha : float
        The part.

    Notes
    -----
    `z = x` if `x > 0`, else `alpha x`; so `dE/dx` is `dE/dz`, or `alpha dE/dz` (also at 0). A unit
    whose sums are all negative still learns. Maas, Hannun and Ng, "Rectifier nonlinearities
    improve neural network acoustic models" (2013), section 2.

    Examples
    --------
    >>> layer = LeakyRelu(0.1)
    >>> layer.forward(np.array([1.0, -0.5]))
    array([ 1.  , -0.05])
    >>> layer.backward(np.array([3.0, 3.0]))
    array([3. , 0.3])
    """

    slope: Any

    def __init__(self, alpha: float = 0.01) -> None:
        self.alpha = alpha

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the positive part, and the part of the negative one.

        Parameters
        ----------
        x : ndarray, any shape

        Returns
        -------
        ndarray, shape of `x`
        """
        self.slope = np.where(x > 0, 1, self.alpha).astype(np.result_type(x, self.alpha))
        return x * self.slope

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative with respect to the input.

        Parameters
        ----------
        dout : ndarray
            The derivative with respect to the output.

        Returns
        -------
        ndarray, shape of `dout`
        """
        return dout * self.slope


class Tanh:
    """Squash every number into [-1, 1].

    Notes
    -----
    `z = tanh(x)`, and so `dE/dx = (1 - z^2) dE/dz`. Saito (2016), section 6.2.2.

    Examples
    --------
    >>> layer = Tanh()
    >>> layer.forward(np.array([0.0, 100.0]))
    array([0., 1.])
    >>> layer.backward(np.array([3.0, 3.0]))
    array([3., 0.])
    """

    out: Any

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the hyperbolic tangent.

        Parameters
        ----------
        x : ndarray, any shape

        Returns
        -------
        ndarray, shape of `x`
        """
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative with respect to the input.

        Parameters
        ----------
        dout : ndarray
            The derivative with respect to the output.

        Returns
        -------
        ndarray, shape of `dout`
        """
        return dout * (1 - self.out) * (1 + self.out)


class Sigmoid:
    """Squash every number into [0, 1].

    Notes
    -----
    `z = 1 / (1 + exp(-x))`, and so `dE/dx = z (1 - z) dE/dz`. Saito (2016), section 5.5.2.

    Examples
    --------
    >>> layer = Sigmoid()
    >>> layer.forward(np.array([0.0]))
    array([0.5])
    >>> layer.backward(np.array([1.0]))
    array([0.25])
    """

    out: Any

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the sigmoid.

        Parameters
        ----------
        x : ndarray, any shape

        Returns
        -------
        ndarray, shape of `x`
        """
        self.out = sigmoid(x)
        return self.out

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative with respect to the input.

        Parameters
        ----------
        dout : ndarray
            The derivative with respect to the output.

        Returns
        -------
        ndarray, shape of `dout`
        """
        return dout * self.out * (1 - self.out)


class Affine:
    """Multiply by weights and add biases.

    Parameters
    ----------
    W : ndarray, shape (n_in, n_out)
        The weights; not copied, so that a step of training shows here.
    b : ndarray, shape (n_out,)
        The biases.

    Attributes
    ----------
    dW, db : ndarray
        The derivatives with respect to `W` and `b`, after `backward`.

    Notes
    -----
    `z = x W + b`, and so `dE/dx = dE/dz W^T`, `dE/dW = x^T dE/dz`, and `dE/db` is the sum of
    `dE/dz` over the samples. An input with more than two axes, such as (N, 1, 28, 28), is laid
    out as (N, n_in). Saito (2016), section 5.6.2.

    Examples
    --------
    >>> layer = Affine(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0]))
    >>> layer.forward(np.array([[1.0, 1.0]]))
    array([[14., 26.]])
    >>> layer.backward(np.array([[1.0, 0.0]]))
    array([[1., 3.]])
    >>> layer.dW
    array([[1., 0.],
           [1., 0.]])
    """

    x: Any
    dW: NDArray[Any]
    db: NDArray[Any]
    _shape: tuple[int, ...]

    def __init__(self, W: NDArray[Any], b: NDArray[Any]) -> None:
        self.W, self.b = W, b

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the weighted sums.

        Parameters
        ----------
        x : ndarray, shape (N, n_in) or (N, ...) with n_in elements a sample

        Returns
        -------
        ndarray, shape (N, n_out)

        Raises
        ------
        ValueError
            If the samples have not as many numbers as `W` has rows.
        """
        self._shape = x.shape
        if x.ndim > 2 and math.prod(x.shape[1:]) != len(self.W):
            raise ValueError(
                f"weights W of shape {self.W.shape} take {len(self.W)} numbers a sample, "
                f"got x of shape {x.shape}"
            )
        self.x = x.reshape(len(x), len(self.W)) if x.ndim > 2 else x
        return _dot(self.x, self.W) + self.b

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative with respect to the input; keep `dW` and `db`.

        Parameters
        ----------
        dout : ndarray, shape (N, n_out)
            The derivative with respect to the output.

        Returns
        -------
        ndarray, shape of the input
        """
        self.backward_params(dout)
        return np.dot(dout, self.W.T).reshape(self._shape)

    def backward_params(self, dout: NDArray[Any]) -> None:
        """Keep `dW` and `db` alone: all that the first layer of a network is asked for.

        Parameters
        ----------
        dout : ndarray, shape (N, n_out)
            The derivative with respect to the output.
        """
        x, rows = np.atleast_2d(self.x), np.atleast_2d(dout)
        self.dW = np.dot(x.T, rows)
        self.db = np.sum(rows, axis=0)


class SoftmaxWithLoss:
    """The output of a classifier and its loss: softmax and cross entropy in one.

    Attributes
    ----------
    loss : float
        The mean loss of the batch, after `forward`.
    y : ndarray
        The probabilities, after `forward`.

    Notes
    -----
    The derivative with respect to the scores is `(y - t) / N`. The loss is `softmax_loss`,
    which has no delta. Saito (2016), section 5.6.3.

    Examples
    --------
    >>> layer = SoftmaxWithLoss()
    >>> layer.forward(np.array([[0.0, 0.0]]), np.array([1]))
    0.6931471805599453
    >>> layer.backward()
    array([[ 0.5, -0.5]])
    """

    loss: float
    y: Any
    t: Any

    def forward(self, x: NDArray[Any], t: ArrayLike) -> float:
        """Return the mean loss of a batch.

        Parameters
        ----------
        x : ndarray, shape (K,) or (N, K)
            The scores.
        t : array_like
            One-hot or class indices; of a batch, these may also stand in a column, (N, 1).

        Returns
        -------
        float
            Of scores that are not finite, NaN, with a warning.
        """
        t = np.asarray(t)
        if x.ndim == 2 and t.shape == (len(x), 1) != x.shape:
            t = t[:, 0]
        self.t = one_hot(t, x)
        if np.isfinite(x).all():
            self.y = softmax(x)
            self.loss = softmax_loss(x, self.t)
        else:
            # To be compared with one that learns, a training goes on after it has diverged.
            warnings.warn("the scores are not finite; the training diverged", stacklevel=2)
            self.y, self.loss = np.full_like(x, np.nan), math.nan
        return self.loss

    def backward(self, dout: float = 1) -> Any:
        """Return the derivative with respect to the scores.

        Parameters
        ----------
        dout : float
            The derivative with respect to the loss.

        Returns
        -------
        ndarray, shape of the scores
        """
        N = self.y[..., 0].size  # 1 of one sample
        return dout * (self.y - self.t) / N


def _dot(a: NDArray[Any], b: NDArray[Any]) -> Any:
    """Return the product of matrices; of float16 by float32, for which there is a fast one."""
    if a.dtype == b.dtype == np.float16:
        return np.dot(a.astype(np.float32), b.astype(np.float32)).astype(np.float16)
    return np.dot(a, b)
