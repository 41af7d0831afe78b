"""What the lab trains: a network of one hidden layer on some of the digits, told step by step."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kasago.common.multi_layer_net import MultiLayerNet
from kasago.common.optimizer import SGD, AdaGrad, Adam, Momentum
from kasago.dataset.mnist import load_mnist

__all__ = ["steps", "tell"]

OPTIMIZERS = {"SGD": SGD, "Momentum": Momentum, "AdaGrad": AdaGrad, "Adam": Adam}

STEPS = 600
# The accuracy is taken before every so many steps, and after the last one.
EVERY = 20
# Few digits, in a browser on a phone too; those held out are of the 10,000 that the book holds out.
LEARNED = slice(0, 5000)
HELD_OUT = slice(50000, 51000)


def steps(
    *,
    hidden_size: int = 50,
    activation: str = "relu",
    optimizer: str = "SGD",
    lr: float = 0.1,
    batch_size: int = 100,
    number: int = STEPS,
) -> Iterator[tuple[float | None, float | None]]:
    """Train a network of one hidden layer; yield what came of each step.

    Parameters
    ----------
    hidden_size : int
    activation : str
        "relu" or "sigmoid"; the weights are drawn as suits it.
    optimizer : str
        "SGD", "Momentum", "AdaGrad" or "Adam".
    lr : float
        The learning rate.
    batch_size : int
    number : int
        How many steps are made.

    Returns
    -------
    iterator of (loss, accuracy)
        The loss of the batch, before the step that it causes; None after the last step. The
        accuracy on the digits that are held out, before this step; None where it is not taken.

    Raises
    ------
    ValueError
        If the activation or the optimizer has another name.

    Examples
    --------
    >>> (loss, accuracy), _, (end, last) = steps(number=2)
    >>> 2 < loss < 4, 0 <= accuracy <= 1, end
    (True, True, None)
    """
    if optimizer not in OPTIMIZERS:
        names = ", ".join(OPTIMIZERS)
        raise ValueError(f"optimizer must be one of {names}; got {optimizer!r}")
    (x_train, t_train), (x_val, t_val) = _digits()
    rng = np.random.default_rng(0)
    network = MultiLayerNet(
        784, [hidden_size], 10, activation=activation, weight_init_std=activation, rng=rng
    )
    rule = OPTIMIZERS[optimizer](lr=lr)
    for step in range(number):
        accuracy = None if step % EVERY else network.accuracy(x_val, t_val)
        batch = rng.integers(len(x_train), size=batch_size)
        loss, grads = network.loss_and_gradient(x_train[batch], t_train[batch])
        rule.update(network.params, grads)
        yield loss, accuracy
    yield None, network.accuracy(x_val, t_val)


def tell(**settings: Any) -> None:
    """Train, and print a line for each step at once: its loss, and the accuracy or nothing.

    Parameters
    ----------
    settings : object
        Those of `steps`.
    """
    for loss, accuracy in steps(**settings):
        # Eight digits: more than float32 has.
        print(*("" if each is None else f"{each:.8g}" for each in (loss, accuracy)), flush=True)


@cache
def _digits() -> tuple[tuple[NDArray[Any], NDArray[Any]], ...]:
    """Return the digits to learn from and those held out: bytes until few are left."""
    (x, t), _ = load_mnist(normalize=False)
    return tuple((x[part] / np.float32(255), t[part]) for part in (LEARNED, HELD_OUT))
