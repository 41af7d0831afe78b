"""What all networks that tell classes apart have in common."""

import functools
import inspect
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kasago.common.functions import one_hot, softmax, softmax_loss
from kasago.common.gradient import numerical_gradient
from kasago.common.layers import Affine, Convolution

__all__ = ["Classifier", "LayeredClassifier"]

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

    params: MutableMapping[str, Any]
    _chunk = CHUNK

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

    def accuracy(self, x: NDArray[Any], t: NDArray[Any], batch_size: int | None = None) -> float:
        """Return the share of samples whose most probable class is the right one.

        Parameters
        ----------
        x : ndarray, shape (N, input_size)
        t : ndarray, shape (N, output_size) or (N,)
            One-hot or class indices.
        batch_size : int, optional
            The samples that go through the network at once; 1,000, or of images 100. It changes
            the time and the memory, and not the result.

        Returns
        -------
        float
            Between 0 and 1.

        Raises
        ------
        ValueError
            If `x` is no batch or an empty one, `t` fits neither form, or `batch_size` is below 1.
        """
        step = self._chunk if batch_size is None else batch_size
        if step < 1:
            raise ValueError(f"batch_size must be 1 or more, got {batch_size}")
        if np.ndim(x) < 2:
            raise _no_batch("accuracy", x)
        if len(x) == 0:
            raise ValueError(f"an empty batch has no accuracy, got x of shape {np.shape(x)}")
        # The largest score is the largest probability: no softmax needed.
        scores = np.concatenate(
            [self.scores(x[start : start + step]) for start in range(0, len(x), step)]
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
        return _numerical_gradients(self.params, lambda: self.loss(x, t))


class LayeredClassifier(Classifier):
    """A classifier that is a chain of layers, with a loss behind the last.

    A subclass makes `layers` and `last_layer`. A layer has `forward` and `backward`; where its
    `forward` takes `train_flg`, it is told whether this is training. So layers may be replaced, and
    others put between them.

    Attributes
    ----------
    layers : dict of str to layer, or list of layer
        From the input to the scores.
    last_layer : layer
        Takes the scores and the targets, and gives the loss.
    params : mapping of str to ndarray
        `W` and `b` of the n-th layer with weights are W1, b1, W2, ...; `gamma` and `beta` of a
        batch normalization have the number of the layer before it. They are the layers' own: who
        replaces one here replaces it there, and the other way round.

    Examples
    --------
    >>> from kasago.common.layers import Affine, Relu, SoftmaxWithLoss
    >>> class Small(LayeredClassifier):
    ...     def __init__(self):
    ...         self.layers = [Affine(np.eye(2), np.zeros(2)), Relu(), Affine(np.eye(2), 0.0)]
    ...         self.last_layer = SoftmaxWithLoss()
    >>> net = Small()
    >>> list(net.params)
    ['W1', 'b1', 'W2', 'b2']
    >>> net.params["W1"] = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> net.predict(np.array([[1.0, 1.0]]))
    array([[4., 6.]])
    >>> net.gradient(np.array([[1.0, 1.0]]), np.array([1]))["b2"].round(3)
    array([ 0.119, -0.119])
    """

    layers: Any = ()
    last_layer: Any

    @property
    def params(self) -> MutableMapping[str, Any]:
        return _Parameters(self._chain(), vars(self).setdefault("_others", {}))

    @params.setter
    def params(self, params: Mapping[str, Any]) -> None:
        self.params.update(params)

    def _chain(self) -> list[Any]:
        return list(self.layers.values() if hasattr(self.layers, "values") else self.layers)

    def scores(self, x: NDArray[Any]) -> NDArray[Any]:
        return self.predict(x)

    def predict(self, x: NDArray[Any], train_flg: bool = False) -> NDArray[Any]:
        """Return the scores, as the book's classes do: the largest is that of the answer.

        Parameters
        ----------
        x : ndarray, shape (N, ...)
        train_flg : bool
            Whether this is training, for layers that do something else then.

        Returns
        -------
        ndarray, shape (N, output_size)
            `softmax` makes probabilities of them.
        """
        for layer in self._chain():
            x = _call(layer.forward, x, train_flg=train_flg)
        return x

    def loss(self, x: NDArray[Any], t: NDArray[Any], train_flg: bool = False) -> float:
        """Return the mean cross entropy of a batch.

        Parameters
        ----------
        x : ndarray, shape (N, ...)
        t : ndarray
            One-hot or class indices.
        train_flg : bool
            Whether this is training.

        Returns
        -------
        float
        """
        y = _call(self.predict, x, train_flg=train_flg)
        loss: float = self.last_layer.forward(y, t)
        return loss

    def loss_and_gradient(
        self, x: NDArray[Any], t: NDArray[Any]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        loss = _call(self.loss, x, t, train_flg=True)
        first, *others = self._chain()
        dout = self.last_layer.backward()
        for layer in reversed(others):
            dout = layer.backward(dout)
        # By the samples nobody differentiates: for the first layer half of the way back.
        if getattr(first.backward, "__func__", None) in {Affine.backward, Convolution.backward}:
            first.backward_params(dout)
        else:
            first.backward(dout)
        places = _places(self._chain())
        return loss, {name: getattr(layer, f"d{kind}") for name, (layer, kind) in places.items()}

    def gradient(self, x: NDArray[Any], t: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the gradient of the loss in training, by backpropagation.

        Parameters
        ----------
        x : ndarray, shape (N, ...)
        t : ndarray
            One-hot or class indices.

        Returns
        -------
        dict of str to ndarray
            Names and shapes as in `params`.
        """
        return self.loss_and_gradient(x, t)[1]

    def numerical_gradient(self, x: NDArray[Any], t: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the gradient of the loss in training, by differences, in float64.

        Parameters
        ----------
        x : ndarray, shape (N, ...)
        t : ndarray
            One-hot or class indices.

        Returns
        -------
        dict of str to ndarray
            Names and shapes as in `params`, in float64.

        Notes
        -----
        All losses drop the same units, or their differences would be chance: those that the next
        call of `gradient` drops. Running means stay as they are.
        """
        draws = [layer.rng.bit_generator for layer in self._chain() if hasattr(layer, "rng")]
        states = [draw.state for draw in draws]
        running = [
            (layer, name, getattr(layer, name))
            for layer in self._chain()
            for name in ("running_mean", "running_var")
            if hasattr(layer, name)
        ]

        def rewind() -> None:
            for draw, state in zip(draws, states, strict=True):
                draw.state = state

        def loss() -> float:
            rewind()
            return float(_call(self.loss, x, t, train_flg=True))

        try:
            return _numerical_gradients(self.params, loss)
        finally:
            rewind()
            for layer, name, value in running:
                setattr(layer, name, value)

    def save_params(self, file_name: str | os.PathLike[str] = "params.npz") -> None:
        """Write all parameters to a file.

        Parameters
        ----------
        file_name : str or path
            Of whatever ending; what is written is NumPy's ``.npz``: arrays, and no pickle.
        """
        with open(file_name, "wb") as file:
            np.savez(file, **self.params)

    def load_params(self, file_name: str | os.PathLike[str] = "params.npz") -> None:
        """Read all parameters from a file of `save_params`; they keep their dtypes.

        Parameters
        ----------
        file_name : str or path

        Raises
        ------
        ValueError
            If the file is another, such as a pickle, or of a network of other names or shapes.
            Nothing has changed then.
        """
        with open(file_name, "rb") as file:
            if file.read(2) != b"PK":
                raise ValueError(
                    f"{os.fspath(file_name)} is not of save_params, which writes .npz. A pickle, "
                    "such as the book's, could run any code and is never read; if you trust where "
                    "it comes from, make another file of it: np.savez('params.npz', "
                    f"**pickle.load(open({os.fspath(file_name)!r}, 'rb')))"
                )
        with np.load(file_name, allow_pickle=False) as file:
            given = {name: file[name] for name in file.files}
        params = self.params
        shapes, expected = (
            {name: np.shape(param) for name, param in some.items()} for some in (given, params)
        )
        if shapes != expected:
            differ = sorted(shapes.items() ^ expected.items())
            raise ValueError(
                f"{os.fspath(file_name)} is of another network: "
                + "; ".join(
                    f"{name} has shape {expected.get(name, 'none')} here and "
                    f"{shapes.get(name, 'none')} there"
                    for name in dict.fromkeys(name for name, _ in differ)
                )
            )
        for name, param in given.items():
            params[name] = param.astype(np.asarray(params[name]).dtype)


class _Parameters(MutableMapping[str, Any]):
    """The parameters of layers by name: a view, which has nothing of its own.

    Names that no layer has are kept in `others`, for who trains more than layers.
    """

    def __init__(self, layers: list[Any], others: dict[str, Any]) -> None:
        self._places, self._others = _places(layers), others

    def __getitem__(self, name: str) -> Any:
        if name in self._places:
            return getattr(*self._places[name])
        return self._others[name]

    def __setitem__(self, name: str, param: Any) -> None:
        if name in self._places:
            setattr(*self._places[name], param)
        else:
            self._others[name] = param

    def __delitem__(self, name: str) -> None:
        del self._others[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._places
        yield from (name for name in self._others if name not in self._places)

    def __len__(self) -> int:
        return len(self._places.keys() | self._others.keys())

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> Any:
        return dict, (dict(self),)  # a copy is a dictionary of its own

    def copy(self) -> dict[str, Any]:
        """Return a dictionary of the same arrays, as the copy of a dictionary is."""
        return dict(self)


def _places(layers: list[Any]) -> dict[str, tuple[Any, str]]:
    """Return where each parameter is: a layer, and the name of the attribute."""
    places, number = {}, 0
    for layer in layers:
        number += hasattr(layer, "W")
        for kind in ("W", "b", "gamma", "beta"):
            if hasattr(layer, kind):
                places[f"{kind}{number}"] = layer, kind
    return places


def _call(method: Any, *arguments: Any, train_flg: bool) -> Any:
    """Call a method, and tell it whether this is training if it asks."""
    if _asks(getattr(method, "__func__", method)):
        return method(*arguments, train_flg)
    return method(*arguments)


@functools.cache
def _asks(function: Callable[..., Any]) -> bool:
    return "train_flg" in inspect.signature(function).parameters


def _numerical_gradients(
    params: MutableMapping[str, Any], loss: Callable[[], float]
) -> dict[str, NDArray[Any]]:
    """Return the numerical gradient by all parameters, which are float64 for so long."""
    before = dict(params)
    try:
        params.update({name: np.array(param, np.float64) for name, param in before.items()})
        return {name: numerical_gradient(lambda _: loss(), param) for name, param in params.items()}
    finally:
        params.update(before)


def _no_batch(method: str, x: NDArray[Any]) -> ValueError:
    return ValueError(
        f"{method} takes a batch, shape (N, input_size), got {np.shape(x)}; "
        "one sample is the batch x[np.newaxis]"
    )
