"""Train the networks that come with the package: ``python -m kasago.pretrain [NET] [FILE]``.

NET is ``three`` (the default), ``simple`` or ``deep``, for `ThreeLayerNet`, `SimpleConvNet` or
`DeepConvNet`. FILE ends with ``.npz``; by default it has the name that it has in the package, in
the working folder. On one core they take about a minute, four minutes and half an hour. The same
weights come again on the same machine with the same versions.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from kasago.common.classifier import Classifier
from kasago.common.optimizer import Adam, Momentum
from kasago.dataset.mnist import load_mnist
from kasago.network import DeepConvNet, SimpleConvNet, ThreeLayerNet

__all__ = ["RECIPES", "Recipe", "falling_rate", "pretrain"]

SEED = 0
BATCH_SIZE = 100


@dataclass(frozen=True)
class Recipe:
    """How a network is trained, and where its weights go.

    Attributes
    ----------
    network : callable
        Makes the network; takes `rng`.
    optimizer : callable
        Makes the optimizer; takes the learning rate.
    lr : float
        The learning rate at the start, from which it falls to 0 along a cosine.
    epochs : int
        How often each image is seen.
    shift : int
        By how many pixels a batch is moved at most, up or down and to a side.
    weight_decay : float
        The part of each weight that is added to its gradient.
    file : str
        The name of the file of weights.
    dtype : str
        Of the weights in the file.
    """

    network: Callable[..., Classifier]
    optimizer: Callable[[float], Any]
    lr: float
    epochs: int
    shift: int
    weight_decay: float
    file: str
    dtype: str


# For the convolutional networks, rates and shifts were tried on the last 10,000 training digits
# after a few epochs on the others; the epochs are as many as one has patience for. To its end,
# `simple` on the first 50,000 digits was right about 9,925 of those 10,000.
RECIPES = {
    "three": Recipe(
        ThreeLayerNet,
        Momentum,
        lr=0.5,
        epochs=250,
        shift=1,
        weight_decay=1e-5,
        file="three_layer_net.npz",
        dtype="float32",
    ),
    "simple": Recipe(
        SimpleConvNet,
        Adam,
        lr=0.002,
        epochs=15,
        shift=1,
        weight_decay=0,
        file="simple_conv_net.npz",
        dtype="float16",
    ),
    "deep": Recipe(
        DeepConvNet,
        Adam,
        lr=0.001,
        epochs=20,
        shift=2,
        weight_decay=0,
        file="deep_conv_net.npz",
        dtype="float16",
    ),
}
"""The recipe of each network that comes trained, by the name that the command has for it."""


def pretrain(
    x_train: NDArray[Any],
    t_train: NDArray[Any],
    net: str = "three",
    *,
    epochs: int | None = None,
    progress: bool = True,
) -> Classifier:
    """Train a network for accuracy, by the recipe of that name in `RECIPES`.

    The learning rate falls along a cosine, and every batch is shifted by a pixel or two, so that
    the place of a stroke matters less.

    Parameters
    ----------
    x_train : ndarray, shape (N, 784) or (N, 1, 28, 28)
        Images, float32 in [0, 1].
    t_train : ndarray, shape (N,) or (N, 10)
        Their labels.
    net : str
        "three", "simple" or "deep".
    epochs : int, optional
        How often each image is seen; by default as often as the recipe says.
    progress : bool
        Whether to show a progress bar (on the standard error stream).

    Returns
    -------
    ThreeLayerNet, SimpleConvNet or DeepConvNet

    Raises
    ------
    ValueError
        If there is no such recipe, or there are too few images for one batch of 100.

    Examples
    --------
    >>> (x_train, t_train), (x_test, t_test) = load_mnist()
    >>> net = pretrain(x_train[:5000], t_train[:5000], epochs=5, progress=False)
    >>> net.accuracy(x_test, t_test) > 0.9
    True
    """
    if net not in RECIPES:
        raise ValueError(f"net must be one of {', '.join(RECIPES)}; got {net!r}")
    recipe = RECIPES[net]
    epochs = recipe.epochs if epochs is None else epochs
    rng = np.random.default_rng(SEED)
    network, optimizer = recipe.network(rng=rng), recipe.optimizer(recipe.lr)
    images = x_train.reshape(-1, 28, 28)
    batches = len(images) // BATCH_SIZE
    if batches == 0:
        raise ValueError(f"a batch needs {BATCH_SIZE} images, got {len(images)}")
    for epoch in tqdm(range(epochs), desc="epochs", disable=not progress):
        order = rng.permutation(len(images))[: batches * BATCH_SIZE].reshape(batches, BATCH_SIZE)
        for step, batch in enumerate(order):
            done = (epoch + step / batches) / epochs
            optimizer.lr = falling_rate(recipe.lr, done)
            shift = rng.integers(-recipe.shift, recipe.shift + 1, size=2)
            shifted = _as_input(network, np.roll(images[batch], shift, axis=(1, 2)))
            _, grads = network.loss_and_gradient(shifted, t_train[batch])
            for name in grads:
                if name.startswith("W"):
                    grads[name] += recipe.weight_decay * network.params[name]
            optimizer.update(network.params, grads)
    return network


def falling_rate(lr: float, done: float) -> float:
    """Return a learning rate that falls along a cosine.

    Parameters
    ----------
    lr : float
        The rate at the start.
    done : float
        The part of the steps that is done: 0 at the start, 1 at the end.

    Returns
    -------
    float

    Notes
    -----
    `lr (1 + cos(pi done)) / 2`. Loshchilov and Hutter, "SGDR: stochastic gradient descent with
    warm restarts" (2017), equation 5, without the restarts.

    Examples
    --------
    >>> [round(falling_rate(1.0, done), 2) for done in (0, 0.25, 0.5, 1)]
    [1.0, 0.85, 0.5, 0.0]
    """
    return lr * (1 + math.cos(math.pi * done)) / 2


def _as_input(network: Classifier, images: NDArray[Any]) -> NDArray[Any]:
    """Return images in the shape that a network takes: (N, 784), or with channel and sides."""
    return images.reshape(-1, *getattr(network, "input_dim", (784,)))


def _main(net: str, file: Path) -> None:
    """Train, say how well it reads the test digits, and write the weights."""
    (x_train, t_train), (x_test, t_test) = load_mnist()
    network = pretrain(x_train, t_train, net)
    weights = {name: p.astype(RECIPES[net].dtype) for name, p in network.params.items()}
    network.params.update({name: p.astype(np.float32) for name, p in weights.items()})
    right = round(network.accuracy(_as_input(network, x_test), t_test) * len(t_test))
    print(f"{right} of {len(t_test)} test digits are right")
    np.savez(file, **weights)


def _parse(args: list[str]) -> tuple[str, Path]:
    """Return the name of the recipe and the file that the command line asks for."""
    net, *rest = args if args and args[0] in RECIPES else ["three", *args]
    if len(rest) > 1 or not all(file.endswith(".npz") for file in rest):
        raise SystemExit(
            f"use: python -m kasago.pretrain [{'|'.join(RECIPES)}] [FILE], and FILE ends with "
            f".npz; got {' '.join(args)}"
        )
    return net, Path(rest[0] if rest else RECIPES[net].file)


if __name__ == "__main__":
    _main(*_parse(sys.argv[1:]))
