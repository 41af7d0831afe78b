"""The answers of the trained network to all 10,000 test digits, one by one and in batches."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kasago.bench import Work
from kasago.bench.notebook import Notebook
from kasago.common.functions import sigmoid
from kasago.dataset.mnist import load_mnist
from kasago.network import ThreeLayerNet

__all__ = [
    "kasago_batches",
    "kasago_one_by_one",
    "matrices_batches",
    "notebook_batches",
    "notebook_one_by_one",
    "pytorch_batches",
    "pytorch_one_by_one",
]

BATCH = 100


def _digits() -> tuple[NDArray[Any], NDArray[Any]]:
    return load_mnist()[1]


def _count(answers: Callable[[Any], Any], x: Any, t: NDArray[Any], size: int) -> Work:
    """Return the work of counting the right answers; `answers` takes (N, 784), or one (784,)."""

    def one_by_one() -> int:
        return sum(int(answers(x[i]) == t[i]) for i in range(len(t)))

    def batches() -> int:
        return sum(
            int(np.sum(answers(x[i : i + size]) == t[i : i + size])) for i in range(0, len(t), size)
        )

    return one_by_one if size == 1 else batches


def _notebook(size: int) -> Work:
    x, t = _digits()
    network = Notebook(784, 50, 100, 10)
    params = ThreeLayerNet.trained(np.float64).params
    network.layers = [[params[f"W{i}"], params[f"b{i}"]] for i in (1, 2, 3)]
    return _count(lambda x: np.argmax(network.predict(x), axis=-1), x, t, size)


def notebook_one_by_one() -> Work:
    """Ask as the notebook does, digit after digit."""
    return _notebook(1)


def notebook_batches() -> Work:
    """Ask as the notebook does, a hundred at a time."""
    return _notebook(BATCH)


def _kasago(size: int) -> Work:
    x, t = _digits()
    network = ThreeLayerNet.trained()
    return _count(lambda x: np.argmax(network.predict(x), axis=-1), x, t, size)


def kasago_one_by_one() -> Work:
    """Ask with this package, digit after digit."""
    return _kasago(1)


def kasago_batches() -> Work:
    """Ask with this package, a hundred at a time."""
    return _kasago(BATCH)


def matrices_batches() -> Work:
    """Multiply the matrices and evaluate the sigmoid, a hundred digits at a time: no more."""
    x, t = _digits()
    params = ThreeLayerNet.trained().params
    W1, W2, W3 = (params[f"W{i}"] for i in (1, 2, 3))

    def answers(x: NDArray[Any]) -> NDArray[Any]:
        scores = np.dot(sigmoid(np.dot(sigmoid(np.dot(x, W1)), W2)), W3)
        return np.asarray(np.argmax(scores, axis=-1))

    return _count(answers, x, t, BATCH)


def _pytorch(size: int) -> Work:
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    x, t = _digits()
    network = torch.nn.Sequential(
        torch.nn.Linear(784, 50), torch.nn.Sigmoid(),
        torch.nn.Linear(50, 100), torch.nn.Sigmoid(), torch.nn.Linear(100, 10),
    )  # fmt: skip
    params = ThreeLayerNet.trained().params
    with torch.no_grad():
        for i, layer in enumerate(network[::2], start=1):
            layer.weight.copy_(torch.from_numpy(params[f"W{i}"].T.copy()))
            layer.bias.copy_(torch.from_numpy(params[f"b{i}"]))

    @torch.inference_mode()  # type: ignore[untyped-decorator, unused-ignore]
    def answers(x: Any) -> Any:
        return torch.softmax(network(x), dim=-1).argmax(-1).numpy()

    return _count(answers, torch.from_numpy(x), t, size)


def pytorch_one_by_one() -> Work:
    """Ask with PyTorch, digit after digit."""
    return _pytorch(1)


def pytorch_batches() -> Work:
    """Ask with PyTorch, a hundred at a time."""
    return _pytorch(BATCH)
