"""What movable figures read: a digit of MNIST, and the weights of the trained network."""

import numpy as np

from kasago.dataset.mnist import load_mnist
from kasago.network import ThreeLayerNet

__all__ = ["data"]

# Of the training set: the 5 that the chapter on convolution looks at.
DIGIT = 0


def data() -> dict[str, bytes]:
    """Return the files that the figures read, made anew from those of the package.

    Returns
    -------
    dict of str to bytes
        ``digit.bin`` has the 784 pixels of a digit, row after row, a byte each.
        ``weights.bin`` has the parameters of `ThreeLayerNet.trained`, W1, b1, W2, b2, W3 and b3,
        row after row, as little-endian float16: half the bytes of float32, and no probability
        differs by more than 0.002 on the test set.

    Examples
    --------
    >>> {name: len(content) for name, content in data().items()}
    {'digit.bin': 784, 'weights.bin': 90720}
    """
    (x_train, _), _ = load_mnist(normalize=False)
    params = ThreeLayerNet.trained().params
    halves = [params[name].astype("<f2").ravel() for name in ("W1", "b1", "W2", "b2", "W3", "b3")]
    return {
        "digit.bin": x_train[DIGIT].astype(np.uint8).tobytes(),
        "weights.bin": np.concatenate(halves).tobytes(),
    }
