"""Networks small enough to read: their weights, their loss, their gradients.

`TwoLayerNet` and `ThreeLayerNet` are one algorithm at two depths, every product written out, so
that each line can be laid beside its formula. `kasago.common.multi_layer_net` has it once more,
as a loop over layers, for any depth. `SimpleConvNet` and `DeepConvNet` are chains of layers too;
what a chain does is in `kasago.common.classifier`.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kasago.common.classifier import Classifier, LayeredClassifier
from kasago.common.functions import cross_entropy_error, one_hot, sigmoid, softmax, softmax_loss
from kasago.common.layers import Affine, Convolution, Dropout, Pooling, Relu, SoftmaxWithLoss
from kasago.common.util import conv_output_size

__all__ = ["DeepConvNet", "SimpleConvNet", "SimpleNet", "ThreeLayerNet", "TwoLayerNet"]

# The trained weights; `python -m kasago.pretrain` makes them.
WEIGHTS = Path(__file__).with_name("three_layer_net.npz")
SIMPLE_CONV_WEIGHTS = Path(__file__).with_name("simple_conv_net.npz")
DEEP_CONV_WEIGHTS = Path(__file__).with_name("deep_conv_net.npz")


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


def _filters(number: int, size: int, pad: int) -> Mapping[str, int]:
    """Return what a convolution is made of, by the book's names."""
    return MappingProxyType({"filter_num": number, "filter_size": size, "pad": pad, "stride": 1})


class _ConvNet(LayeredClassifier):
    """A chain of layers for images of a known shape."""

    # The sums of a hundred images at all layers take some ten megabytes.
    _chunk = 100

    def __init__(self, input_dim: tuple[int, int, int], rng: Any, dtype: DTypeLike) -> None:
        self.input_dim = input_dim
        self.last_layer = SoftmaxWithLoss()
        self._rng, self._dtype = np.random.default_rng(rng), dtype

    def predict(self, x: NDArray[Any], train_flg: bool = False) -> NDArray[Any]:
        """Return the scores, as the book's class does: the largest is that of the answer.

        Parameters
        ----------
        x : ndarray, shape (N, *input_dim)
        train_flg : bool
            Whether this is training, for layers that do something else then.

        Returns
        -------
        ndarray, shape (N, output_size)
            `softmax` makes probabilities of them.

        Raises
        ------
        ValueError
            If `x` is no batch of such images.
        """
        if np.shape(x)[1:] != tuple(self.input_dim):
            sizes = ", ".join(map(str, self.input_dim))
            raise ValueError(
                f"this network takes images of shape (N, {sizes}), got x of shape {np.shape(x)}; "
                f"x.reshape(-1, {sizes}) makes them of rows or of one image, and "
                "load_mnist(flatten=False) gives digits so"
            )
        return super().predict(x, train_flg)

    def _convolution(self, shape: tuple[int, int, int], filters: Any, std: float | None) -> Any:
        """Return a convolution of images of a shape, and the shape of its output."""
        unknown = set(filters) ^ {"filter_num", "filter_size", "pad", "stride"}
        if unknown:
            raise ValueError(
                "a convolution has filter_num, filter_size, pad and stride; "
                f"{', '.join(sorted(unknown))} is unknown or missing in {dict(filters)}"
            )
        C, H, W = shape
        FN, F = filters["filter_num"], filters["filter_size"]
        layer = Convolution(
            self._weights((FN, C, F, F), C * F * F, std),
            np.zeros(FN, self._dtype),
            filters["stride"],
            filters["pad"],
        )
        sizes = (conv_output_size(size, F, filters["stride"], filters["pad"]) for size in (H, W))
        return layer, (FN, *sizes)

    def _affine(self, n_in: int, n_out: int, std: float | None) -> Affine:
        return Affine(self._weights((n_in, n_out), n_in, std), np.zeros(n_out, self._dtype))

    def _weights(self, shape: tuple[int, ...], n_in: int, std: float | None) -> NDArray[Any]:
        """Return random weights; without a deviation, that of He et al. (2015) for ReLU."""
        deviation = np.sqrt(2 / n_in) if std is None else std
        return np.asarray(deviation * self._rng.standard_normal(shape), self._dtype)


def _pooled(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return the shape of images after pooling by two."""
    C, H, W = shape
    return C, conv_output_size(H, 2, 2), conv_output_size(W, 2, 2)


class SimpleConvNet(_ConvNet):
    """A convolutional network: conv - relu - pool - affine - relu - affine - softmax.

    Parameters
    ----------
    input_dim : tuple of int
        Shape of an image, (C, H, W).
    conv_param : mapping of str to int
        filter_num, filter_size, pad and stride of the convolution.
    hidden_size, output_size : int
        Numbers of hidden units and of classes.
    weight_init_std : float
        Standard deviation of the weights at the start; the biases start at 0.
    rng : numpy.random.Generator, optional
        Draws the weights.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    params : mapping of str to ndarray
        W1 (filter_num, C, filter_size, filter_size), b1 (filter_num,), W2, b2 (hidden_size,),
        W3 (hidden_size, output_size), b3 (output_size,): those of the layers, to be changed or
        replaced.
    layers : dict of str to layer
        Conv1, Relu1, Pool1, Affine1, Relu2, Affine2.
    last_layer : SoftmaxWithLoss

    Raises
    ------
    ValueError
        If the filters do not fit the images, or their description is not complete.

    Notes
    -----
    Saito (2016), section 7.5. The pooling is by 2 x 2; where a size is odd, its last row or
    column is not seen.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> net = SimpleConvNet(rng=rng)
    >>> {name: param.shape for name, param in net.params.items() if name[0] == "W"}
    {'W1': (30, 1, 5, 5), 'W2': (4320, 100), 'W3': (100, 10)}
    >>> x, t = rng.random((20, 1, 28, 28), np.float32), rng.integers(10, size=20)
    >>> before = net.loss(x, t)
    >>> for name, grad in net.gradient(x, t).items():
    ...     net.params[name] -= 0.1 * grad
    >>> bool(net.loss(x, t) < before)
    True
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        conv_param: Mapping[str, int] = _filters(30, 5, 0),
        hidden_size: int = 100,
        output_size: int = 10,
        weight_init_std: float = 0.01,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(input_dim, rng, dtype)
        convolution, shape = self._convolution(input_dim, conv_param, weight_init_std)
        n_in = math.prod(_pooled(shape))
        self.layers = {
            "Conv1": convolution,
            "Relu1": Relu(),
            "Pool1": Pooling(pool_h=2, pool_w=2, stride=2),
            "Affine1": self._affine(n_in, hidden_size, weight_init_std),
            "Relu2": Relu(),
            "Affine2": self._affine(hidden_size, output_size, weight_init_std),
        }

    @classmethod
    def trained(cls, dtype: DTypeLike = np.float32) -> Self:
        """Return the network with the weights that come with the package.

        Parameters
        ----------
        dtype : dtype
            Of the parameters. In the file they are float16.

        Returns
        -------
        SimpleConvNet

        Examples
        --------
        >>> from kasago.dataset.mnist import load_mnist
        >>> _, (x_test, t_test) = load_mnist(flatten=False)
        >>> np.argmax(SimpleConvNet.trained().predict(x_test[:5]), axis=1)
        array([7, 2, 1, 0, 4])
        """
        net = cls(dtype=dtype)
        net.load_params(SIMPLE_CONV_WEIGHTS)
        return net


class DeepConvNet(_ConvNet):
    """A deep convolutional network: six convolutions, three poolings, two affine layers.

    conv - relu - conv - relu - pool, three times; affine - relu - dropout - affine - dropout -
    softmax.

    Parameters
    ----------
    input_dim : tuple of int
        Shape of an image, (C, H, W).
    conv_param_1, conv_param_2, conv_param_3, conv_param_4, conv_param_5, conv_param_6 : mapping
        filter_num, filter_size, pad and stride of each convolution.
    hidden_size, output_size : int
        Numbers of hidden units and of classes.
    rng : numpy.random.Generator, optional
        Draws the weights, and in training the units that are dropped.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    params : mapping of str to ndarray
        W1, b1, ..., W6, b6 of the convolutions, W7, b7, W8, b8 of the affine layers: those of the
        layers, to be changed or replaced.
    layers : list of layer
        From the first convolution to the last dropout.
    last_layer : SoftmaxWithLoss

    Raises
    ------
    ValueError
        If the filters do not fit the images, or the description of one is not complete.

    Notes
    -----
    Weights start with a variance of 2 over the inputs of a unit (He et al., 2015). Saito (2016),
    section 8.1.

    Examples
    --------
    >>> net = DeepConvNet(rng=np.random.default_rng(0))
    >>> net.params["W4"].shape, net.params["W7"].shape
    ((32, 32, 3, 3), (1024, 50))
    >>> net.predict(np.zeros((3, 1, 28, 28))).shape
    (3, 10)
    """

    def __init__(  # noqa: PLR0917 (the book takes them by position)
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        conv_param_1: Mapping[str, int] = _filters(16, 3, 1),
        conv_param_2: Mapping[str, int] = _filters(16, 3, 1),
        conv_param_3: Mapping[str, int] = _filters(32, 3, 1),
        conv_param_4: Mapping[str, int] = _filters(32, 3, 2),
        conv_param_5: Mapping[str, int] = _filters(64, 3, 1),
        conv_param_6: Mapping[str, int] = _filters(64, 3, 1),
        hidden_size: int = 50,
        output_size: int = 10,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(input_dim, rng, dtype)
        self.layers: list[Any] = []
        shape = input_dim
        for pair in (
            (conv_param_1, conv_param_2),
            (conv_param_3, conv_param_4),
            (conv_param_5, conv_param_6),
        ):
            for filters in pair:
                convolution, shape = self._convolution(shape, filters, None)
                self.layers += [convolution, Relu()]
            self.layers.append(Pooling(pool_h=2, pool_w=2, stride=2))
            shape = _pooled(shape)
        self.layers += [
            self._affine(math.prod(shape), hidden_size, None),
            Relu(),
            Dropout(0.5, rng=self._rng),
            self._affine(hidden_size, output_size, None),
            Dropout(0.5, rng=self._rng),
        ]

    @classmethod
    def trained(cls, dtype: DTypeLike = np.float32) -> Self:
        """Return the network with the weights that come with the package.

        Parameters
        ----------
        dtype : dtype
            Of the parameters. In the file they are float16.

        Returns
        -------
        DeepConvNet

        Examples
        --------
        >>> from kasago.dataset.mnist import load_mnist
        >>> _, (x_test, t_test) = load_mnist(flatten=False)
        >>> np.argmax(DeepConvNet.trained().predict(x_test[:5]), axis=1)
        array([7, 2, 1, 0, 4])
        """
        net = cls(dtype=dtype)
        net.load_params(DEEP_CONV_WEIGHTS)
        return net

    def loss(self, x: NDArray[Any], t: NDArray[Any], train_flg: bool = True) -> float:
        """Return the mean cross entropy of a batch; as the book's, with units dropped.

        Parameters
        ----------
        x : ndarray, shape (N, *input_dim)
        t : ndarray
            One-hot or class indices.
        train_flg : bool
            Whether to drop units.

        Returns
        -------
        float
        """
        return super().loss(x, t, train_flg)
