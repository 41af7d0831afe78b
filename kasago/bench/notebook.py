"""How the original notebook writes things, for comparison.

Its weights are float64, it makes probabilities of all scores also where only the largest is
asked for, and it takes a derivative one element at a time.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Notebook", "notebook_gradient"]


class Notebook:
    """A network of sigmoid layers as the notebook writes one.

    Parameters
    ----------
    sizes : int
        Of the input, of each hidden layer, of the output.
    """

    def __init__(self, *sizes: int) -> None:
        rng = np.random.default_rng(0)
        self.layers = [
            [0.01 * rng.standard_normal(shape), np.zeros(shape[1])] for shape in pairwise(sizes)
        ]

    def predict(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return the probabilities of the classes.

        Parameters
        ----------
        x : ndarray, shape (n_in,) or (N, n_in)

        Returns
        -------
        ndarray, shape (K,) or (N, K)
        """
        return self._forward(x)[-1]

    def loss(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the cross entropy.

        Parameters
        ----------
        x, t : ndarray, shape (N, n_in) and (N, K)

        Returns
        -------
        float
        """
        y = self.predict(x)
        return float(-np.sum(t * np.log(y + 1e-7)) / len(y))

    def accuracy(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the share of right answers.

        Parameters
        ----------
        x, t : ndarray, shape (N, n_in) and (N, K)

        Returns
        -------
        float
        """
        return float(np.mean(np.argmax(self.predict(x), axis=1) == np.argmax(t, axis=1)))

    def gradient(self, x: NDArray[Any], t: NDArray[Any]) -> list[list[NDArray[Any]]]:
        """Return the gradient of the loss, by backpropagation.

        Parameters
        ----------
        x, t : ndarray, shape (N, n_in) and (N, K)

        Returns
        -------
        list of [dW, db]
        """
        outputs = self._forward(x)
        delta = (outputs[-1] - t) / len(x)
        grads = []
        for (W, _), z in zip(self.layers[::-1], outputs[-2::-1], strict=True):
            grads.append([np.dot(z.T, delta), np.sum(delta, axis=0)])
            delta = np.dot(delta, W.T) * z * (1 - z)
        return grads[::-1]

    def _forward(self, x: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the input and the output of each layer."""
        outputs = [x]
        for W, b in self.layers[:-1]:
            outputs.append(1 / (1 + np.exp(-(np.dot(outputs[-1], W) + b))))
        W, b = self.layers[-1]
        a = (np.dot(outputs[-1], W) + b).T
        y = np.exp(a - np.max(a, axis=0))
        outputs.append((y / np.sum(y, axis=0)).T)
        return outputs


def notebook_gradient(f: Any, x: NDArray[Any]) -> NDArray[Any]:
    """Return the numerical gradient, one element at a time.

    Parameters
    ----------
    f : callable
        Takes `x`, returns one number.
    x : ndarray, any shape

    Returns
    -------
    ndarray, shape of `x`
    """
    h, grad = 1e-4, np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        index = it.multi_index
        value = x[index]
        x[index] = value + h
        above = f(x)
        x[index] = value - h
        below = f(x)
        grad[index] = (above - below) / (2 * h)
        x[index] = value
        it.iternext()
    return grad
