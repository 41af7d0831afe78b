"""The training loop: draw a mini-batch, take the gradient, make a step, keep the score."""

from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kasago.common.optimizer import SGD, AdaDelta, AdaGrad, Adam, Momentum, Nesterov, RMSprop

__all__ = ["Network", "NetworkOfTheBook", "Optimizer", "Trainer"]

# "rmsprpo" is what the book's class calls it.
OPTIMIZERS = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "rmsprpo": RMSprop,
    "adadelta": AdaDelta,
    "adam": Adam,
}


class Network(Protocol):
    """What training asks of a network."""

    @property
    def params(self) -> MutableMapping[str, Any]:
        """What training changes: arrays by name, in place."""

    def loss_and_gradient(
        self, x: NDArray[Any], t: NDArray[Any]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        """Return the mean loss of a batch, and its gradient by the names of `params`."""

    def accuracy(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the share of right answers."""


class NetworkOfTheBook(Protocol):
    """What `Trainer` asks of a network that is written for the book."""

    @property
    def params(self) -> MutableMapping[str, Any]:
        """What training changes: arrays by name, in place."""

    def loss(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the mean loss of a batch."""

    def gradient(self, x: NDArray[Any], t: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the gradient of the loss, by the names of `params`."""

    def accuracy(self, x: NDArray[Any], t: NDArray[Any]) -> float:
        """Return the share of right answers."""


class Optimizer(Protocol):
    """What training asks of an optimizer."""

    def update(self, params: MutableMapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Move every parameter one step, in place."""


class Trainer:
    """Train a network by mini-batches.

    Parameters
    ----------
    network : object with `params`, `accuracy`, and `loss_and_gradient` or `loss` and `gradient`
        Its parameters are changed in place.
    x_train, x_test : array_like, shape (N, ...)
        Inputs to learn from, and inputs kept aside.
    t_train, t_test : array_like
        Their targets, one-hot or class indices.
    epochs : int
        How often `train` goes through as many samples as there are.
    mini_batch_size : int
        Samples drawn for each step, with replacement.
    optimizer : str or object with `update(params, grads)`
        "SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "AdaDelta" or "Adam", in any case of
        letters.
    optimizer_param : mapping, optional
        Arguments of a named optimizer, ``{"lr": 0.01}`` by default.
    evaluate_sample_num_per_epoch : int, optional
        Take the accuracies of so many samples, the first, in place of all.
    verbose : bool
        Whether to print the accuracies of each epoch, and at the end that of all test samples.
    rng : numpy.random.Generator, optional
        Draws the mini-batches.

    Attributes
    ----------
    train_loss_list : list of float
        The loss of each mini-batch, before the step that it caused.
    train_acc_list, test_acc_list : list of float
        The accuracies at the start of each epoch.
    current_iter, current_epoch : int
        Steps made, and epochs begun.
    iter_per_epoch, max_iter : int
        The steps of an epoch, and of `train`.

    Raises
    ------
    ValueError
        If inputs and targets differ in number, there are none, a count is out of range, or the
        optimizer has another name.

    Notes
    -----
    Saito (2016), chapter 6, `common/trainer.py`. There the loss is taken once more after the
    step, and printed each time.

    Examples
    --------
    >>> from kasago.common.multi_layer_net import MultiLayerNet
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 2))
    >>> t = (x[:, 0] > 0).astype(int)
    >>> net = MultiLayerNet(2, [4], 2, rng=rng)
    >>> trainer = Trainer(net, x, t, x, t, epochs=30, mini_batch_size=20, optimizer="Adam",
    ...                   optimizer_param={"lr": 0.01}, verbose=False, rng=rng)
    >>> trainer.train()
    >>> len(trainer.train_loss_list), len(trainer.test_acc_list)
    (300, 30)
    >>> trainer.test_acc_list[-1] > 0.95
    True
    """

    def __init__(  # noqa: PLR0917 (the book takes them by position)
        self,
        network: Network | NetworkOfTheBook,
        x_train: ArrayLike,
        t_train: ArrayLike,
        x_test: ArrayLike,
        t_test: ArrayLike,
        epochs: int = 20,
        mini_batch_size: int = 100,
        optimizer: str | Optimizer = "SGD",
        optimizer_param: Mapping[str, float] | None = None,
        evaluate_sample_num_per_epoch: int | None = None,
        verbose: bool = True,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.x_train, self.t_train = np.asarray(x_train), np.asarray(t_train)
        self.x_test, self.t_test = np.asarray(x_test), np.asarray(t_test)
        for split, x, t in (
            ("train", self.x_train, self.t_train),
            ("test", self.x_test, self.t_test),
        ):
            if len(x) == 0 or len(x) != len(t):
                raise ValueError(
                    f"x_{split} and t_{split} must hold the same number of samples, at least one; "
                    f"got shapes {np.shape(x)} and {np.shape(t)}"
                )
        if mini_batch_size < 1 or epochs < 0:
            raise ValueError(
                "mini_batch_size must be 1 or more and epochs 0 or more, "
                f"got {mini_batch_size} and {epochs}"
            )
        if evaluate_sample_num_per_epoch is not None and evaluate_sample_num_per_epoch < 1:
            raise ValueError(
                "evaluate_sample_num_per_epoch must be 1 or more, or None for all; "
                f"got {evaluate_sample_num_per_epoch}"
            )
        self.network, self.verbose = network, verbose
        self.epochs, self.batch_size = epochs, mini_batch_size
        self.optimizer = _optimizer(optimizer, optimizer_param)
        self.evaluate_sample_num_per_epoch = evaluate_sample_num_per_epoch
        self.rng = np.random.default_rng(rng)

        self.train_size = len(self.x_train)
        self.iter_per_epoch = max(self.train_size // mini_batch_size, 1)
        self.max_iter = epochs * self.iter_per_epoch
        self.current_iter = self.current_epoch = 0
        self.train_loss_list: list[float] = []
        self.train_acc_list: list[float] = []
        self.test_acc_list: list[float] = []

    def train(self) -> None:
        """Make all steps of all epochs."""
        for _ in range(self.max_iter):
            self.train_step()
        if self.verbose:
            accuracy = self.network.accuracy(self.x_test, self.t_test)
            print(f"final test accuracy: {accuracy:.4f}")

    def train_step(self) -> None:
        """Make one step; at the start of an epoch, take the accuracies first."""
        if self.current_iter % self.iter_per_epoch == 0:
            self._evaluate()
        batch = self.rng.integers(self.train_size, size=self.batch_size)
        x, t = self.x_train.take(batch, axis=0), self.t_train.take(batch, axis=0)
        loss, grads = self._loss_and_gradient(x, t)
        self.train_loss_list.append(loss)
        self.optimizer.update(self.network.params, grads)
        self.current_iter += 1

    def _evaluate(self) -> None:
        some = slice(self.evaluate_sample_num_per_epoch)
        self.train_acc_list.append(self.network.accuracy(self.x_train[some], self.t_train[some]))
        self.test_acc_list.append(self.network.accuracy(self.x_test[some], self.t_test[some]))
        self.current_epoch += 1
        if self.verbose:
            print(
                f"epoch {self.current_epoch}: train accuracy {self.train_acc_list[-1]:.4f}, "
                f"test accuracy {self.test_acc_list[-1]:.4f}"
            )

    def _loss_and_gradient(
        self, x: NDArray[Any], t: NDArray[Any]
    ) -> tuple[float, Mapping[str, NDArray[Any]]]:
        network: Any = self.network
        if hasattr(network, "loss_and_gradient") and not _has_newer_gradient(type(network)):
            loss, grads = network.loss_and_gradient(x, t)
        else:  # A network written for the book: two runs forward in place of one.
            loss, grads = network.loss(x, t), network.gradient(x, t)
        return loss, grads


def _has_newer_gradient(kind: type) -> bool:
    """Whether a subclass writes `gradient` anew, as for the book, on a network of ours."""
    for base in kind.__mro__:
        if "loss_and_gradient" in vars(base):
            return False
        if "gradient" in vars(base):
            return True
    return False


def _optimizer(optimizer: str | Optimizer, param: Mapping[str, float] | None) -> Optimizer:
    if not isinstance(optimizer, str):
        if param is not None:
            raise ValueError("optimizer_param is for an optimizer that is given by its name")
        return optimizer
    if optimizer.lower() not in OPTIMIZERS:
        names = ", ".join(sorted(kind.__name__ for kind in set(OPTIMIZERS.values())))
        raise ValueError(f"optimizer must be one of {names}; got {optimizer!r}")
    made: Optimizer = OPTIMIZERS[optimizer.lower()](**({"lr": 0.01} if param is None else param))
    return made
