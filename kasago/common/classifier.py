"""What all networks that tell classes apart have in common."""

import copy
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kasago.common.functions import one_hot, softmax, softmax_loss
from kasago.common.gradient import numerical_gradient

__all__ = ["Classifier"]

# Samples that go through a network at once where only the answers count: few enough for the
# sums of the hidden layer to stay in the processor's cache.
CHUNK = 1000


class Classifier(ABC):
    """A network that scores classes: what follows from its scores and its gradient.

    A subclass has `params` and writes `scores` and `loss_and_gradient`; without them it cannot be
    instantiated.

    Attributes
    ----------
    params : dict of str to ndarray
        The weights and biases by name.

    Examples
    --------
    >>> class Linear(Classifier):
    ...     params = {"W": np.array([[1.0, 0.0], [0.0, 1.0]])}
    ...     def scores(self, x):
    ...         return x @ self.params["W"]
    ...     def loss_and_gradient(self, x, t):
    ...         da = (self.predict(x) - one_hot(t, self.scores(x))) / len(x)
    ...         return self.loss(x, t), {"W": x.T @ da}
    >>> x, t, net = np.array([[3.0, 1.0], [0.0, 2.0]]), np.array([0, 0]), Linear()
    >>> net.accuracy(x, t)
    0.5
    >>> np.allclose(net.gradient(x, t)["W"], net.numerical_gradient(x, t)["W"])
    True
    """

    params: dict[str, NDArray[Any]]

    @abstractmethod
    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the scores of the classes, before softmax.

        Parameters
        ----------
        x : ndarray, shape (input_size,) or (N, input_size)

        Returns
        -------
        ndarray, shape (output_size,) or (N, output_size)
        """

    @abstractmethod
    def loss_and_gradient(
        self, x: NDArray[Any], t: NDArray[Any]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        """Return the loss of a batch and its gradient, from one run forward and one back.

        Parameters
        ----------
        x : ndarray, shape (N, input_size)
        t : ndarray
            One-hot or class indices.

        Returns
        -------
        float, dict of str to ndarray
            The gradient has the names and shapes of `params`.
        """

    def predict(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the probabilities of the classes.

        Parameters
        ----------
        x : ndarray, shape (input_size,) or (N, input_size)

        Returns
        -------
        ndarray, shape (output_size,) or (N, output_size)
        """
        return softmax(self.scores(x))

    def loss(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the cross entropy of the prediction, the mean over a batch.

        Parameters
        ----------
        x : ndarray, shape (input_size,) or (N, input_size)
        t : ndarray
            One-hot or class indices.

        Returns
        -------
        float
        """
        return softmax_loss(self.scores(x), t)

    def accuracy(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the share of samples whose most probable class is the right one.

        Parameters
        ----------
        x : ndarray, shape (N, input_size)
        t : ndarray, shape (N, output_size) or (N,)
            One-hot or class indices.

        Returns
        -------
        float
            Between 0 and 1.

        Raises
        ------
        ValueError
            If `x` is no batch or an empty one, or `t` fits neither form.
        """
        if np.ndim(x) < 2:
            raise _no_batch("accuracy", x)
        if len(x) == 0:
            raise ValueError(f"an empty batch has no accuracy, got x of shape {np.shape(x)}")
        # The largest score is the largest probability: no softmax needed.
        scores = np.concatenate(
            [self.scores(x[start : start + CHUNK]) for start in range(0, len(x), CHUNK)]
        )
        right = np.argmax(scores, axis=-1) == np.argmax(one_hot(t, scores), axis=-1)
        return float(np.mean(right))

    def gradient(self, x: NDArray[Any], t: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the gradient of the loss by backpropagation.

        Parameters
        ----------
        x : ndarray, shape (N, input_size)
        t : ndarray
            One-hot or class indices.

        Returns
        -------
        dict of str to ndarray
            Names and shapes as in `params`.

        Raises
        ------
        ValueError
            If `x` is not a batch, or `t` fits neither form.
        """
        if np.ndim(x) != 2:
            raise _no_batch("gradient", x)
        return self.loss_and_gradient(x, t)[1]

    def numerical_gradient(self, x: NDArray[Any], t: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the gradient of the loss by differences: simple, slow, a check on `gradient`.

        It is computed in float64, whatever the dtype of the parameters.

        Parameters
        ----------
        x : ndarray, shape (N, input_size)
        t : ndarray
            One-hot or class indices.

        Returns
        -------
        dict of str to ndarray
            Names and shapes as in `params`, in float64.
        """
        wide = self._with({name: param.astype(np.float64) for name, param in self.params.items()})
        return {
            name: numerical_gradient(lambda W: wide.loss(x, t), param)
            for name, param in wide.params.items()
        }

    def _with(self, params: dict[str, NDArray[Any]]) -> Self:
        """Return the same network with other parameters."""
        other = copy.copy(self)
        other.params = params
        return other


def _no_batch(method: str, x: NDArray[Any]) -> ValueError:
    return ValueError(
        f"{method} takes a batch, shape (N, input_size), got {np.shape(x)}; "
        "one sample is the batch x[np.newaxis]"
    )
