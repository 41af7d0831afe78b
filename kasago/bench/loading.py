"""Loading MNIST as float32 and labels, from files on this machine."""

import gzip
import pickle
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np

from kasago.bench import Work
from kasago.dataset import mnist
from kasago.dataset.mnist import load_mnist

__all__ = ["kasago", "notebook", "unzip"]


def notebook() -> Work:
    """Read one pickle with all arrays, not compressed, as the notebook's loader keeps it."""
    folder = tempfile.mkdtemp()
    file = Path(folder, "mnist.pkl")
    (x_train, t_train), (x_test, t_test) = load_mnist(normalize=False)
    file.write_bytes(pickle.dumps([x_train, t_train, x_test, t_test]))

    def work() -> Any:
        with open(file, "rb") as opened:
            x_train, t_train, x_test, t_test = pickle.load(opened)
        x_train, x_test = (x.astype(np.float32) / 255.0 for x in (x_train, x_test))
        return (x_train, t_train), (x_test, t_test)

    weakref.finalize(work, shutil.rmtree, folder)
    return work


def kasago() -> Work:
    """Read the four compressed files with this package, and check them."""
    return load_mnist


def unzip() -> Work:
    """Decompress the four files: no more."""
    files = sorted(Path(mnist.__file__).parent.glob("*.gz"))

    def work() -> None:
        for file in files:
            gzip.decompress(file.read_bytes())

    return work
