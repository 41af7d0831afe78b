"""Training with a progress bar, and the history that comes of it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from kasago.common.optimizer import SGD
from kasago.common.trainer import Network, Optimizer, Trainer

__all__ = ["History", "train"]


@dataclass
class History:
    """The score of a training run.

    Attributes
    ----------
    loss : list of float
        The loss of each mini-batch, before the step that it caused; one per iteration.
    train_accuracy, test_accuracy : list of float
        The accuracy at the start of each epoch, on all training and all test samples.
    """

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)


def train(
    network: Network,
    x_train: NDArray[Any],
    t_train: NDArray[Any],
    x_test: NDArray[Any],
    t_test: NDArray[Any],
    *,
    iterations: int = 10_000,
    batch_size: int = 100,
    lr: float = 0.1,
    optimizer: Optimizer | None = None,
    rng: np.random.Generator | None = None,
    progress: bool = True,
) -> History:
    """Train a network by mini-batches and return its history.

    Parameters
    ----------
    network : object with `params`, `loss_and_gradient`, `accuracy`
        Such as `kasago.network.TwoLayerNet`. Its parameters are changed in place.
    x_train, x_test : ndarray, shape (N, n_in)
        Inputs to learn from, and inputs kept aside.
    t_train, t_test : ndarray
        Their targets, one-hot or class indices.
    iterations : int
        Number of mini-batches, and so of steps.
    batch_size : int
        Samples drawn for each, with replacement.
    lr : float
        Learning rate of the default optimizer, `SGD`.
    optimizer : object with `update(params, grads)`, optional
        In place of `SGD(lr)`.
    rng : numpy.random.Generator, optional
        Draws the mini-batches.
    progress : bool
        Whether to show a progress bar (on the standard error stream).

    Returns
    -------
    History
        `iterations` losses; accuracies at iteration 0 and then once per epoch, which is
        `len(x_train) // batch_size` iterations, at least one.

    Raises
    ------
    ValueError
        If inputs and targets differ in number, there are none, or a count is out of range.

    Notes
    -----
    Saito (2016), section 4.5.2.

    Examples
    --------
    >>> from kasago.network import TwoLayerNet
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 2))
    >>> t = (x[:, 0] > 0).astype(int)
    >>> net = TwoLayerNet(2, 4, 2, rng=rng)
    >>> history = train(net, x, t, x, t, iterations=400, lr=1.0, rng=rng, progress=False)
    >>> len(history.loss), len(history.test_accuracy)
    (400, 200)
    >>> history.test_accuracy[-1] > 0.95
    True
    """
    if iterations < 0 or batch_size < 1:
        raise ValueError(
            "iterations must be 0 or more and batch_size 1 or more, "
            f"got {iterations} and {batch_size}"
        )
    trainer = Trainer(
        network,
        x_train,
        t_train,
        x_test,
        t_test,
        mini_batch_size=batch_size,
        optimizer=SGD(lr) if optimizer is None else optimizer,
        verbose=False,
        rng=rng,
    )
    for _ in tqdm(range(iterations), desc="training", disable=not progress):
        trainer.train_step()
    return History(trainer.train_loss_list, trainer.train_acc_list, trainer.test_acc_list)
