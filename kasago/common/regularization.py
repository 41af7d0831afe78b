"""Layers that do one thing in training and another afterwards.

Their `forward` takes a second argument, `train_flg`; the networks of `kasago` tell every layer
that has it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BatchNormalization", "Dropout"]

# Keeps a division by 0 away from features that are the same in all samples; the book's value.
EPSILON = 1e-6


class Dropout:
    """Switch off units by chance in training, so that none relies on another alone.

    Parameters
    ----------
    dropout_ratio : float
        The chance of a unit to be dropped, from 0 to 1.
    rng : numpy.random.Generator, optional
        Draws the units.

    Attributes
    ----------
    mask : ndarray of bool, or float
        What the input was multiplied by, after `forward`.

    Raises
    ------
    ValueError
        If the ratio is no share.

    Notes
    -----
    In training `z = x m`, where each m is 0 with the chance `dropout_ratio` and else 1;
    afterwards `z = x (1 - dropout_ratio)`, the mean of that. So `dE/dx = m dE/dz`. Srivastava et
    al., "Dropout: a simple way to prevent neural networks from overfitting" (2014); Saito (2016),
    section 6.4.3.

    Examples
    --------
    >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
    >>> layer.forward(np.array([[1.0, 2.0, 3.0, 4.0]]))
    array([[1., 0., 0., 0.]])
    >>> layer.backward(np.array([[10.0, 10.0, 10.0, 10.0]]))
    array([[10.,  0.,  0.,  0.]])
    >>> layer.forward(np.array([[1.0, 2.0, 3.0, 4.0]]), train_flg=False)
    array([[0.5, 1. , 1.5, 2. ]])
    """

    mask: Any

    def __init__(
        self, dropout_ratio: float = 0.5, *, rng: np.random.Generator | None = None
    ) -> None:
        if not 0 <= dropout_ratio <= 1:
            raise ValueError(f"dropout_ratio must be from 0 to 1, got {dropout_ratio}")
        self.dropout_ratio = dropout_ratio
        self.rng = np.random.default_rng(rng)

    def forward(self, x: NDArray[Any], train_flg: bool = True) -> Any:
        """Return the input without the units that are dropped.

        Parameters
        ----------
        x : ndarray, any shape
        train_flg : bool
            Whether to drop units; if not, all are scaled alike.

        Returns
        -------
        ndarray, shape of `x`
        """
        if train_flg:
            self.mask = self.rng.random(x.shape) >= self.dropout_ratio
        else:
            self.mask = 1.0 - self.dropout_ratio
        return x * self.mask

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
        return dout * self.mask


class BatchNormalization:
    """Give every feature mean 0 and variance 1 over the batch, then scale and shift it.

    Parameters
    ----------
    gamma, beta : ndarray, shape (D,) or (C,), or number
        Scale and shift. Of samples with D numbers each, (D,) makes a feature of every number; of
        images (N, C, H, W), where D is C * H * W, (C,) makes one of every channel.
    momentum : float
        The part of the running mean and variance that is kept from batch to batch.
    running_mean, running_var : ndarray, optional
        Those to go on from, in place of 0.

    Attributes
    ----------
    dgamma, dbeta : ndarray
        The derivatives with respect to `gamma` and `beta`, after `backward`.
    running_mean, running_var : ndarray
        What stands for mean and variance when the training is over.
    xc, xn, std : ndarray
        The features less their mean, the same over the deviation, and the deviation, after
        `forward`; shapes (N, D), (N, D) and (D,).
    batch_size : int
        The samples of each feature, after `forward`.
    input_shape : tuple of int

    Notes
    -----
    `z = gamma xn + beta` with `xn = (x - mean(x)) / std` and `std = sqrt(var(x) + 1e-6)`, over the
    N samples. So `dE/dbeta = sum(dE/dz)`, `dE/dgamma = sum(xn dE/dz)`, and
    `dE/dx = gamma / std (dE/dz - (dE/dbeta + xn dE/dgamma) / N)`. Ioffe and Szegedy, "Batch
    normalization" (2015), algorithms 1 and 2, and section 3.2 for images; Saito (2016), section
    6.3, where every number of an image is a feature.

    Examples
    --------
    >>> layer = BatchNormalization(np.array([2.0]), np.array([10.0]))
    >>> layer.forward(np.array([[1.0], [3.0]])).round(3)
    array([[ 8.],
           [12.]])
    >>> layer.backward(np.array([[1.0], [1.0]])).round(3)
    array([[0.],
           [0.]])
    >>> layer.running_mean
    array([0.2])
    """

    xc: NDArray[Any]
    xn: NDArray[Any]
    std: NDArray[Any]
    dgamma: NDArray[Any]
    dbeta: NDArray[Any]
    batch_size: int
    input_shape: tuple[int, ...]
    _trained: bool

    def __init__(
        self,
        gamma: NDArray[Any] | float,
        beta: NDArray[Any] | float,
        momentum: float = 0.9,
        running_mean: Any = None,
        running_var: Any = None,
    ) -> None:
        self.gamma, self.beta, self.momentum = gamma, beta, momentum
        self.running_mean, self.running_var = running_mean, running_var

    def forward(self, x: NDArray[Any], train_flg: bool = True) -> Any:
        """Return the normalized features, scaled and shifted.

        Parameters
        ----------
        x : ndarray, shape (N, D) or (N, C, H, W)
        train_flg : bool
            Whether to take mean and variance of this batch, and go on with the running ones; if
            not, the running ones are taken, and stay.

        Returns
        -------
        ndarray, shape of `x`

        Raises
        ------
        ValueError
            If `x` is no batch, or an empty one in training, or `gamma` does not fit its features.
        """
        if x.dtype.kind != "f":
            x = x.astype(np.float64)
        self.input_shape, self._trained = x.shape, train_flg
        features = self._features(x)
        self.batch_size = len(features)
        if self.running_mean is None:
            self.running_mean = np.zeros(features.shape[1], features.dtype)
            self.running_var = np.zeros(features.shape[1], features.dtype)
        if train_flg:
            if len(features) == 0:
                raise ValueError(f"an empty batch has no mean, got x of shape {x.shape}")
            mean = features.mean(axis=0)
            self.xc = features - mean
            var = np.mean(self.xc**2, axis=0)
            # As in SGD and the like, not in place: whoever gave them keeps theirs.
            old = self.momentum
            self.running_mean = old * self.running_mean + (1 - old) * mean
            self.running_var = old * self.running_var + (1 - old) * var
        else:
            self.xc = features - self.running_mean
            var = self.running_var
        self.std = np.sqrt(var + EPSILON)
        self.xn = self.xc / self.std
        return self._images(self.gamma * self.xn + self.beta, x.dtype)

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative with respect to the input; keep `dgamma` and `dbeta`.

        Parameters
        ----------
        dout : ndarray
            The derivative with respect to the output.

        Returns
        -------
        ndarray, shape of `dout`

        Raises
        ------
        ValueError
            If `dout` has not the shape of the output.
        """
        if dout.shape != self.input_shape:
            raise ValueError(
                f"dout must have the output's shape {self.input_shape}, got {dout.shape}"
            )
        dz = self._features(dout)
        dgamma, dbeta = np.sum(self.xn * dz, axis=0), np.sum(dz, axis=0)
        if self._trained:  # Mean and variance, too, depend on the input.
            dz = dz - (dbeta + self.xn * dgamma) / self.batch_size
        self.dgamma, self.dbeta = (d.astype(dout.dtype, copy=False) for d in (dgamma, dbeta))
        return self._images(self.gamma / self.std * dz, dout.dtype)

    def _by_channel(self) -> bool:
        shape = self.input_shape
        return len(shape) > 2 and np.shape(self.gamma) == shape[1:2]

    def _features(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return an array with a column for each feature; float16 as float32, for the sums."""
        if x.ndim < 2:
            raise ValueError(
                f"batch normalization takes a batch, shape (N, D) or (N, C, H, W), got {x.shape}"
            )
        if self._by_channel():
            features = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
        else:
            features = x.reshape(len(x), int(np.prod(x.shape[1:])))
        for name, shape in (("gamma", np.shape(self.gamma)), ("beta", np.shape(self.beta))):
            if shape not in {(), features.shape[1:]}:
                raise ValueError(
                    f"{name} of shape {shape} does not fit x of shape {x.shape}: expected "
                    f"{features.shape[1:]}" + (f" or {x.shape[1:2]}" if x.ndim > 2 else "")
                )
        wide: NDArray[Any] = features.astype(np.result_type(x.dtype, np.float32), copy=False)
        return wide

    def _images(self, features: NDArray[Any], dtype: Any) -> NDArray[Any]:
        """Return columns in the shape of the input."""
        features = features.astype(np.result_type(dtype, self.gamma), copy=False)
        if not self._by_channel():
            return features.reshape(self.input_shape)
        N, C, *places = self.input_shape
        return np.moveaxis(features.reshape(N, *places, C), -1, 1)
