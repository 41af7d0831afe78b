"""A network of as many layers as one likes, with what keeps it from learning by heart."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from kasago.common.layers import BatchNormalization, Dropout
from kasago.common.multi_layer_net import MultiLayerNet

__all__ = ["MultiLayerNetExtend"]


class MultiLayerNetExtend(MultiLayerNet):
    """A `MultiLayerNet` with dropout and batch normalization, if one likes.

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
    use_dropout : bool
        Whether to drop units behind each activation, in training.
    dropout_ration : float
        The chance of a unit to be dropped; the name is the book's.
    use_batchnorm : bool
        Whether to normalize the sums of each hidden layer over the batch.
    rng : numpy.random.Generator, optional
        Draws the weights, and in training the units that are dropped.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    params : mapping of str to ndarray
        W1 (n_in, n_out), b1 (n_out,), gamma1 (n_out,), beta1 (n_out,), W2, ...: those of the
        layers, to be changed or replaced.
    layers : dict of str to layer
        Affine1, BatchNorm1, Activation_function1, Dropout1, Affine2, ... in order.
    last_layer : SoftmaxWithLoss

    Raises
    ------
    ValueError
        If the activation or the way to draw weights has another name, or the ratio is no share.

    Notes
    -----
    Saito (2016), chapter 6, `common/multi_layer_net_extend.py`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> net = MultiLayerNetExtend(4, [5], 2, use_dropout=True, use_batchnorm=True, rng=rng)
    >>> list(net.layers)
    ['Affine1', 'BatchNorm1', 'Activation_function1', 'Dropout1', 'Affine2']
    >>> x, t = rng.standard_normal((6, 4)), np.array([0, 1, 1, 0, 1, 0])
    >>> slow, fast = net.numerical_gradient(x, t), net.gradient(x, t)
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
        use_dropout: bool = False,
        dropout_ration: float = 0.5,
        use_batchnorm: bool = False,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.use_dropout, self.dropout_ration = use_dropout, dropout_ration
        self.use_batchnorm = use_batchnorm
        self.rng = np.random.default_rng(rng)
        super().__init__(
            input_size,
            hidden_size_list,
            output_size,
            activation,
            weight_init_std,
            weight_decay_lambda,
            rng=self.rng,
            dtype=dtype,
        )

    def _behind(self, i: int, size: int, dtype: DTypeLike) -> dict[str, Any]:
        layers: dict[str, Any] = {}
        if self.use_batchnorm:
            gamma, beta = np.ones(size, dtype), np.zeros(size, dtype)
            layers[f"BatchNorm{i}"] = BatchNormalization(gamma, beta)
        layers |= super()._behind(i, size, dtype)
        if self.use_dropout:
            layers[f"Dropout{i}"] = Dropout(self.dropout_ration, rng=self.rng)
        return layers
