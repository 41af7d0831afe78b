"""A network of as many layers as one likes, put together from `kasago.common.layers`."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kasago.common.classifier import LayeredClassifier
from kasago.common.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss

__all__ = ["MultiLayerNet"]

ACTIVATIONS = {"relu": Relu, "sigmoid": Sigmoid}

# The variance of a weight, times the number of inputs of its layer: what keeps the spread of
# the sums alike from layer to layer. He et al. (2015) for ReLU, Glorot and Bengio (2010) for
# the sigmoid.
GAINS = {"relu": 2.0, "he": 2.0, "sigmoid": 1.0, "xavier": 1.0}


class MultiLayerNet(LayeredClassifier):
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
    params : mapping of str to ndarray
        W1 (n_in, n_out), b1 (n_out,), W2, ...: those of the layers, to be changed or replaced.
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
        self.layers: dict[str, Any] = {}
        sizes = [input_size, *hidden_size_list, output_size]
        for i, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
            weights = _std(weight_init_std, n_in) * rng.standard_normal((n_in, n_out))
            self.layers[f"Affine{i}"] = Affine(weights.astype(dtype), np.zeros(n_out, dtype))
            if i < len(sizes) - 1:
                self.layers |= self._behind(i, n_out, dtype)
        self.last_layer = SoftmaxWithLoss()

    def _behind(self, i: int, size: int, dtype: DTypeLike) -> dict[str, Any]:
        """Return what follows the i-th affine layer, all but the last, which has so many units."""
        return {f"Activation_function{i}": ACTIVATIONS[self.activation]()}

    def loss(self, x: NDArray[Any], t: NDArray[Any], train_flg: bool = False) -> float:
        """Return the mean cross entropy of a batch, with the weight decay.

        Parameters
        ----------
        x : ndarray, shape (N, input_size)
        t : ndarray
            One-hot or class indices.
        train_flg : bool
            Whether this is training, for layers that do something else then.

        Returns
        -------
        float
        """
        loss = super().loss(x, t, train_flg)
        for W in self._decaying().values():
            loss += self.weight_decay_lambda / 2 * float(np.sum(np.square(W, dtype=np.float64)))
        return loss

    def loss_and_gradient(
        self, x: NDArray[Any], t: NDArray[Any]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        loss, grads = super().loss_and_gradient(x, t)
        for name, W in self._decaying().items():
            grads[name] = grads[name] + self.weight_decay_lambda * W
        return loss, grads

    def _decaying(self) -> dict[str, Any]:
        """Return the weights that are kept small: none without weight decay."""
        if not self.weight_decay_lambda:
            return {}
        return {name: param for name, param in self.params.items() if name[0] == "W"}


def _known(name: str, names: Any, what: str) -> str:
    if name.lower() not in names:
        raise ValueError(f"{what} must be one of {', '.join(names)}; got {name!r}")
    return name.lower()


def _std(weight_init_std: float | str, n_in: int) -> float:
    if isinstance(weight_init_std, str):
        gain = GAINS[_known(weight_init_std, GAINS, "weight_init_std")]
        return float(np.sqrt(gain / n_in))
    return weight_init_std
