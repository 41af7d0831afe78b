"""Networks small enough to read: their weights, their loss, their gradients.

`TwoLayerNet` and `ThreeLayerNet` are one algorithm at two depths, every product written out, so
that each line can be laid beside its formula. `kasago.common.multi_layer_net` has it once more,
as a loop over layers, for any depth.
"""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kasago.common.classifier import Classifier
from kasago.common.functions import cross_entropy_error, one_hot, sigmoid, softmax, softmax_loss

__all__ = ["SimpleNet", "ThreeLayerNet", "TwoLayerNet"]

# The trained weights of ThreeLayerNet; `python -m kasago.pretrain` makes them.
WEIGHTS = Path(__file__).with_name("three_layer_net.npz")


class SimpleNet:
    """One layer, two inputs, three classes: the smallest network with a gradient to look at.

    Parameters
    ----------
    rng : numpy.random.Generator, optional
        Draws the weights from the standard normal distribution.

    Attributes
    ----------
    W : ndarray, shape (2, 3)
        The weights; column k belongs to class k.

    Notes
    -----
    `y = softmax(x W)`. Saito (2016), section 4.4.2, whose class is called `simpleNet` and
    returns the scores without softmax.

    Examples
    --------
    >>> net = SimpleNet(rng=np.random.default_rng(0))
    >>> net.W = np.array([[0.5, 0.8, -0.1], [-1.0, 0.2, 1.0]])
    >>> net.predict(np.array([0.6, 0.9])).round(3)
    array([0.114, 0.403, 0.483])
    """

    def __init__(self, *, rng: np.random.Generator | None = None) -> None:
        self.W = np.random.default_rng(rng).standard_normal((2, 3))

    def predict(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the probabilities of the three classes.

        Parameters
        ----------
        x : ndarray, shape (2,) or (N, 2)

        Returns
        -------
        ndarray, shape (3,) or (N, 3)
        """
        return softmax(np.dot(x, self.W))

    def loss(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the cross entropy of the prediction.

        Parameters
        ----------
        x : ndarray, shape (2,) or (N, 2)
        t : ndarray
            One-hot or class indices, as `cross_entropy_error` takes them.

        Returns
        -------
        float
        """
        return cross_entropy_error(self.predict(x), t)


class TwoLayerNet(Classifier):
    """A network of two layers: sigmoid in the hidden one, softmax at the output.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Numbers of inputs, hidden units and classes.
    weight_init_std : float
        Standard deviation of the weights at the start; the biases start at 0.
    rng : numpy.random.Generator, optional
        Draws the weights.
    dtype : dtype
        Of the parameters. float32 takes half the time of float64 and learns as well.

    Attributes
    ----------
    params : dict of str to ndarray
        W1 (input_size, hidden_size), b1 (hidden_size,), W2 (hidden_size, output_size),
        b2 (output_size,).

    Notes
    -----
    `y = softmax(sigmoid(x W1 + b1) W2 + b2)`. Saito (2016), section 4.5.1. The derivative of the
    loss with respect to the scores, where the way back begins, is `(y - t) / N`; section 5.7.

    Examples
    --------
    >>> net = TwoLayerNet(4, 3, 2, rng=np.random.default_rng(0))
    >>> x, t = np.ones((5, 4)), np.array([0, 1, 1, 0, 1])
    >>> net.predict(x).shape
    (5, 2)
    >>> before = net.loss(x, t)
    >>> for name, grad in net.gradient(x, t).items():
    ...     net.params[name] -= 0.1 * grad
    >>> net.loss(x, t) < before
    True
    """

    def __init__(
        self,
        input_size: int = 784,
        hidden_size: int = 50,
        output_size: int = 10,
        weight_init_std: float = 0.01,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        params = {
            "W1": weight_init_std * rng.standard_normal((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": weight_init_std * rng.standard_normal((hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }
        self.params = {name: param.astype(dtype) for name, param in params.items()}

    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        return self._forward(x)[-1]

    def loss_and_gradient(
        self, x: NDArray[Any], t: NDArray[Any]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        W2 = self.params["W2"]
        z1, a2 = self._forward(x)

        t = one_hot(t, a2)
        da2 = (softmax(a2) - t) / len(x)
        da1 = np.dot(da2, W2.T) * z1 * (1 - z1)
        return softmax_loss(a2, t), {
            "W1": np.dot(x.T, da1),
            "b1": da1.sum(axis=0),
            "W2": np.dot(z1.T, da2),
            "b2": da2.sum(axis=0),
        }

    def _forward(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        z1 = sigmoid(np.dot(x, W1) + b1)
        a2 = np.dot(z1, W2) + b2
        return z1, a2


class ThreeLayerNet(Classifier):
    """A network of three layers, 784-50-100-10: sigmoid, sigmoid, softmax.

    Parameters
    ----------
    rng : numpy.random.Generator, optional
        Draws the weights, with a variance of one over the inputs of the layer, so that no layer
        starts where the sigmoid is flat; the biases start at 0.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    params : dict of str to ndarray
        W1 (784, 50), b1 (50,), W2 (50, 100), b2 (100,), W3 (100, 10), b3 (10,).

    Notes
    -----
    `y = softmax(sigmoid(sigmoid(x W1 + b1) W2 + b2) W3 + b3)`. Saito (2016), section 3.6.2.

    Examples
    --------
    >>> from kasago.dataset.mnist import load_mnist
    >>> _, (x_test, t_test) = load_mnist()
    >>> net = ThreeLayerNet.trained()
    >>> np.argmax(net.predict(x_test[:5]), axis=1)
    array([7, 2, 1, 0, 4])
    """

    def __init__(
        self, *, rng: np.random.Generator | None = None, dtype: DTypeLike = np.float32
    ) -> None:
        rng = np.random.default_rng(rng)
        self.params = {}
        for i, (n_in, n_out) in enumerate([(784, 50), (50, 100), (100, 10)], start=1):
            weights = rng.standard_normal((n_in, n_out)) / np.sqrt(n_in)
            self.params[f"W{i}"] = weights.astype(dtype)
            self.params[f"b{i}"] = np.zeros(n_out, dtype)

    @classmethod
    def trained(cls, dtype: DTypeLike = np.float32) -> Self:
        """Return the network with the weights that come with the package.

        They are read as plain arrays: a pickle, as the book's, could run any code.

        Parameters
        ----------
        dtype : dtype
            Of the parameters.

        Returns
        -------
        ThreeLayerNet
        """
        net = cls(dtype=dtype)
        with np.load(WEIGHTS, allow_pickle=False) as weights:
            net.params = {name: weights[name].astype(dtype) for name in net.params}
        return net

    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        return self._forward(x)[-1]

    def loss_and_gradient(
        self, x: NDArray[Any], t: NDArray[Any]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        W2, W3 = self.params["W2"], self.params["W3"]
        z1, z2, a3 = self._forward(x)

        t = one_hot(t, a3)
        da3 = (softmax(a3) - t) / len(x)
        da2 = np.dot(da3, W3.T) * z2 * (1 - z2)
        da1 = np.dot(da2, W2.T) * z1 * (1 - z1)
        return softmax_loss(a3, t), {
            "W1": np.dot(x.T, da1),
            "b1": da1.sum(axis=0),
            "W2": np.dot(z1.T, da2),
            "b2": da2.sum(axis=0),
            "W3": np.dot(z2.T, da3),
            "b3": da3.sum(axis=0),
        }

    def _forward(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        W1, W2, W3 = (self.params[name] for name in ("W1", "W2", "W3"))
        b1, b2, b3 = (self.params[name] for name in ("b1", "b2", "b3"))
        z1 = sigmoid(np.dot(x, W1) + b1)
        z2 = sigmoid(np.dot(z1, W2) + b2)
        a3 = np.dot(z2, W3) + b3
        return z1, z2, a3
