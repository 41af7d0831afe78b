"""A network of as many layers as one likes, put together from `kasago.common.layers`."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kasago.common.classifier import Classifier
from kasago.common.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss

__all__ = ["MultiLayerNet"]

ACTIVATIONS = {"relu": Relu, "sigmoid": Sigmoid}

# The variance of a weight, times the number of inputs of its layer: what keeps the spread of
# the sums alike from layer to layer. He et al. (2015) for ReLU, Glorot and Bengio (2010) for
# the sigmoid.
GAINS = {"relu": 2.0, "he": 2.0, "sigmoid": 1.0, "xavier": 1.0}


class MultiLayerNet(Classifier):
    """A network with any number of hidden layers: affine, activation, ..., affine, softmax.

    Parameters
    ----------
    input_size : int
        Number of inputs.
    hidden_size_list : sequence of int
        Number of units of each hidden layer.
    output_size : int
        Number of classes.
    activation : str
        "relu" or "sigmoid", for all hidden layers.
    weight_init_std : float or str
        Standard deviation of the weights at the start; "relu" or "he" for sqrt(2 / n) with n
        inputs of a layer, "sigmoid" or "xavier" for sqrt(1 / n). The biases start at 0.
    weight_decay_lambda : float
        The loss has `lambda / 2` times the sum of all squared weights added to it.
    rng : numpy.random.Generator, optional
        Draws the weights.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    params : dict of str to ndarray
        W1 (n_in, n_out), b1 (n_out,), W2, ..., shared with the layers: change them in place.
    layers : dict of str to layer
        Affine1, Activation_function1, Affine2, ... in order.
    last_layer : SoftmaxWithLoss

    Raises
    ------
    ValueError
        If the activation or the way to draw weights has another name.

    Notes
    -----
    Saito (2016), chapter 6, `common/multi_layer_net.py`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> net = MultiLayerNet(4, [5, 3], 2, activation="sigmoid", weight_init_std="xavier", rng=rng)
    >>> list(net.layers)
    ['Affine1', 'Activation_function1', 'Affine2', 'Activation_function2', 'Affine3']
    >>> x, t = rng.standard_normal((6, 4)), np.array([0, 1, 1, 0, 1, 0])
    >>> fast, slow = net.gradient(x, t), net.numerical_gradient(x, t)
    >>> all(np.allclose(fast[name], slow[name], atol=1e-6) for name in net.params)
    True
    """

    def __init__(  # noqa: PLR0917 (the book takes them by position)
        self,
        input_size: int,
        hidden_size_list: Sequence[int],
        output_size: int,
        activation: str = "relu",
        weight_init_std: float | str = "relu",
        weight_decay_lambda: float = 0,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.input_size, self.output_size = input_size, output_size
        self.hidden_size_list = list(hidden_size_list)
        self.activation = _known(activation, ACTIVATIONS, "activation")
        self.weight_decay_lambda = weight_decay_lambda
        rng = np.random.default_rng(rng)
        sizes = [input_size, *hidden_size_list, output_size]
        self.params = {}
        for i, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
            weights = _std(weight_init_std, n_in) * rng.standard_normal((n_in, n_out))
            self.params[f"W{i}"] = weights.astype(dtype)
            self.params[f"b{i}"] = np.zeros(n_out, dtype)
        self._put_together()

    def _put_together(self) -> None:
        self.layers: dict[str, Any] = {}
        count = len(self.hidden_size_list) + 1
        for i in range(1, count + 1):
            self.layers[f"Affine{i}"] = Affine(self.params[f"W{i}"], self.params[f"b{i}"])
            if i < count:
                self.layers[f"Activation_function{i}"] = ACTIVATIONS[self.activation]()
        self.last_layer = SoftmaxWithLoss()

    def _with(self, params: dict[str, NDArray[Any]]) -> Self:
        other = super()._with(params)
        other._put_together()
        return other

    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def predict(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the scores, as the book's class does: the largest is that of the answer.

        Parameters
        ----------
        x : ndarray, shape (N, input_size)

        Returns
        -------
        ndarray, shape (N, output_size)
            `softmax` makes probabilities of them.
        """
        return self.scores(x)

    def loss(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the mean cross entropy of a batch, with the weight decay.

        Parameters
        ----------
        x : ndarray, shape (N, input_size)
        t : ndarray
            One-hot or class indices.

        Returns
        -------
        float
        """
        squares = sum(
            float(np.sum(np.square(W, dtype=np.float64)))
            for name, W in self.params.items()
            if name[0] == "W"
        )
        return self.last_layer.forward(self.scores(x), t) + self.weight_decay_lambda / 2 * squares

    def loss_and_gradient(
        self, x: NDArray[Any], t: NDArray[Any]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        loss = self.loss(x, t)
        dout = self.last_layer.backward()
        for layer in reversed(self.layers.values()):
            dout = layer.backward(dout)
        grads = {}
        for i in range(1, len(self.hidden_size_list) + 2):
            affine = self.layers[f"Affine{i}"]
            grads[f"W{i}"] = affine.dW + self.weight_decay_lambda * affine.W
            grads[f"b{i}"] = affine.db
        return loss, grads


def _known(name: str, names: Any, what: str) -> str:
    if name.lower() not in names:
        raise ValueError(f"{what} must be one of {', '.join(names)}; got {name!r}")
    return name.lower()


def _std(weight_init_std: float | str, n_in: int) -> float:
    if isinstance(weight_init_std, str):
        gain = GAINS[_known(weight_init_std, GAINS, "weight_init_std")]
        return float(np.sqrt(gain / n_in))
    return weight_init_std
