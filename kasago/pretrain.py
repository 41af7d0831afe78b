"""Train the network that comes with the package: ``python -m kasago.pretrain [FILE]``.

It takes about a minute on one core, and gives the same weights again on the same machine
and with the same versions. FILE is ``three_layer_net.npz`` in the working folder by default.
"""

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from kasago.common.optimizer import Momentum
from kasago.dataset.mnist import load_mnist
from kasago.network import ThreeLayerNet

__all__ = ["pretrain"]

SEED = 0
EPOCHS = 250
BATCH_SIZE = 100
LEARNING_RATE = 0.5
WEIGHT_DECAY = 1e-5


def pretrain(
    x_train: NDArray[Any], t_train: NDArray[Any], *, epochs: int = EPOCHS, progress: bool = True
) -> ThreeLayerNet:
    """Train a network of three layers for accuracy.

    Momentum 0.9; a learning rate that falls from 0.5 to 0 along a cosine; weight decay; and
    every batch shifted by up to one pixel, so that the place of a stroke matters less.

    Parameters
    ----------
    x_train : ndarray, shape (N, 784)
        Images, float32 in [0, 1].
    t_train : ndarray, shape (N,) or (N, 10)
        Their labels.
    epochs : int
        How often each image is seen.
    progress : bool
        Whether to show a progress bar (on the standard error stream).

    Returns
    -------
    ThreeLayerNet

    Raises
    ------
    ValueError
        If there are too few images for one batch of 100.

    Examples
    --------
    >>> (x_train, t_train), (x_test, t_test) = load_mnist()
    >>> net = pretrain(x_train[:5000], t_train[:5000], epochs=5, progress=False)
    >>> net.accuracy(x_test, t_test) > 0.9
    True
    """
    rng = np.random.default_rng(SEED)
    net, optimizer = ThreeLayerNet(rng=rng), Momentum(LEARNING_RATE, momentum=0.9)
    images = x_train.reshape(-1, 28, 28)
    batches = len(images) // BATCH_SIZE
    if batches == 0:
        raise ValueError(f"a batch needs {BATCH_SIZE} images, got {len(images)}")
    for epoch in tqdm(range(epochs), desc="epochs", disable=not progress):
        order = rng.permutation(len(images))[: batches * BATCH_SIZE].reshape(batches, BATCH_SIZE)
        for step, batch in enumerate(order):
            done = (epoch + step / batches) / epochs
            optimizer.lr = LEARNING_RATE * (1 + math.cos(math.pi * done)) / 2
            shifted = np.roll(images[batch], rng.integers(-1, 2, size=2), axis=(1, 2))
            _, grads = net.loss_and_gradient(shifted.reshape(BATCH_SIZE, -1), t_train[batch])
            for name in ("W1", "W2", "W3"):
                grads[name] += WEIGHT_DECAY * net.params[name]
            optimizer.update(net.params, grads)
    return net


def _main(file: Path) -> None:
    """Train, say how well it reads the test digits, and write the weights."""
    (x_train, t_train), (x_test, t_test) = load_mnist()
    net = pretrain(x_train, t_train)
    right = round(net.accuracy(x_test, t_test) * len(t_test))
    print(f"{right} of {len(t_test)} test digits are right")
    np.savez(file, allow_pickle=False, **net.params)


if __name__ == "__main__":
    _main(Path(sys.argv[1] if len(sys.argv) > 1 else "three_layer_net.npz"))
