"""The job of the training chapter: 784-50-10, batches of 100, accuracies at each epoch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kasago.bench import Work
from kasago.bench.notebook import Notebook
from kasago.common.functions import sigmoid
from kasago.dataset.mnist import load_mnist
from kasago.network import TwoLayerNet
from kasago.training import train

__all__ = ["ITERATIONS", "jax", "kasago", "matrices", "notebook", "pytorch", "scikit_learn"]

ITERATIONS = 10_000
BATCH, RATE = 100, 0.1


def _digits(one_hot_label: bool = False) -> tuple[NDArray[Any], ...]:
    (x_train, t_train), (x_test, t_test) = load_mnist(one_hot_label=one_hot_label)
    return x_train, t_train, x_test, t_test


def notebook(iterations: int = ITERATIONS) -> Work:
    """Train as the notebook does."""
    x_train, t_train, x_test, t_test = _digits(one_hot_label=True)
    network, rng = Notebook(784, 50, 10), np.random.default_rng(0)

    def work() -> float:
        losses, accuracies = [], []
        for i in range(iterations):
            batch = rng.choice(len(x_train), BATCH)
            x, t = x_train[batch], t_train[batch]
            for (W, b), (dW, db) in zip(network.layers, network.gradient(x, t), strict=True):
                W -= RATE * dW  # noqa: PLW2901 (in place)
                b -= RATE * db  # noqa: PLW2901
            losses.append(network.loss(x, t))
            if i % (len(x_train) // BATCH) == 0:
                accuracies.append(network.accuracy(x_train, t_train))
                accuracies.append(network.accuracy(x_test, t_test))
        return network.accuracy(x_test, t_test)

    return work


def kasago(iterations: int = ITERATIONS) -> Work:
    """Train with this package."""
    x_train, t_train, x_test, t_test = _digits()
    rng = np.random.default_rng(0)
    network = TwoLayerNet(rng=rng)

    def work() -> float:
        train(
            network, x_train, t_train, x_test, t_test,
            iterations=iterations, batch_size=BATCH, lr=RATE, rng=rng, progress=False,
        )  # fmt: skip
        return network.accuracy(x_test, t_test)

    return work


def matrices(iterations: int = ITERATIONS) -> Work:
    """Gather the batches, multiply the matrices, evaluate the sigmoid and the accuracies: no more.

    Nothing is learned. What a NumPy program takes beyond this is its own.
    """
    x_train, t_train, x_test, t_test = _digits(one_hot_label=True)
    rng = np.random.default_rng(0)
    params = TwoLayerNet(rng=rng).params
    W1, W2 = params["W1"], params["W2"]
    delta = np.zeros((BATCH, 10), np.float32)

    def scores(x: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(np.dot(sigmoid(np.dot(x, W1)), W2))

    def accuracy(x: NDArray[Any], t: NDArray[Any]) -> None:
        for start in range(0, len(x), 1000):
            np.argmax(scores(x[start : start + 1000]), axis=1)

    def work() -> None:
        for i in range(iterations):
            if i % (len(x_train) // BATCH) == 0:
                accuracy(x_train, t_train)
                accuracy(x_test, t_test)
            batch = rng.integers(len(x_train), size=BATCH)
            x, _ = x_train[batch], t_train[batch]
            z = sigmoid(np.dot(x, W1))
            np.dot(z, W2)
            np.dot(z.T, delta)
            np.dot(x.T, np.dot(delta, W2.T))

    return work


def pytorch(iterations: int = ITERATIONS) -> Work:
    """Train with PyTorch, eagerly, as its tutorials do."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    torch.manual_seed(0)
    x_train, t_train, x_test, t_test = (torch.from_numpy(a) for a in _digits())
    network = torch.nn.Sequential(
        torch.nn.Linear(784, 50), torch.nn.Sigmoid(), torch.nn.Linear(50, 10)
    )
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    loss_function = torch.nn.CrossEntropyLoss()

    def accuracy(x: Any, t: Any) -> float:
        with torch.no_grad():
            right = [
                (network(x[i : i + 1000]).argmax(1) == t[i : i + 1000]).sum().item()
                for i in range(0, len(x), 1000)
            ]
        return float(sum(right) / len(x))

    def work() -> float:
        losses = []
        for i in range(iterations):
            if i % (len(x_train) // BATCH) == 0:
                accuracy(x_train, t_train)
                accuracy(x_test, t_test)
            batch = torch.randint(len(x_train), (BATCH,))
            loss = loss_function(network(x_train[batch]), t_train[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return accuracy(x_test, t_test)

    return work


def scikit_learn(iterations: int = ITERATIONS) -> Work:
    """Train with scikit-learn's MLPClassifier, an epoch a call; it shuffles and does not draw."""
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

    x_train, t_train, x_test, t_test = _digits()
    network = MLPClassifier(
        (50,), activation="logistic", solver="sgd", alpha=0.0, batch_size=BATCH,
        learning_rate_init=RATE, momentum=0.0, nesterovs_momentum=False, random_state=0,
    )  # fmt: skip

    def work() -> float:
        left = iterations * BATCH
        while left > 0:
            some = slice(min(left, len(x_train)))
            network.partial_fit(x_train[some], t_train[some], classes=np.arange(10))
            network.score(x_train, t_train)
            network.score(x_test, t_test)
            left -= len(x_train)
        return float(network.score(x_test, t_test))

    return work


def jax(iterations: int = ITERATIONS) -> Work:
    """Train with JAX, each epoch one compiled loop; compiling is not timed."""
    import jax  # noqa: PLC0415
    from jax import numpy as jnp  # noqa: PLC0415

    x_train, t_train, x_test, t_test = (jnp.asarray(a) for a in _digits())
    start = {
        name: jnp.asarray(p) for name, p in TwoLayerNet(rng=np.random.default_rng(0)).params.items()
    }
    epoch = len(x_train) // BATCH

    def scores(params: Any, x: Any) -> Any:
        z = jax.nn.sigmoid(x @ params["W1"] + params["b1"])
        return z @ params["W2"] + params["b2"]

    def loss(params: Any, x: Any, t: Any) -> Any:
        log_y = jax.nn.log_softmax(scores(params, x))
        return -jnp.mean(jnp.take_along_axis(log_y, t[:, None], axis=1))

    def step(params: Any, batch: Any) -> Any:
        value, grads = jax.value_and_grad(loss)(params, x_train[batch], t_train[batch])
        return jax.tree.map(lambda p, g: p - RATE * g, params, grads), value

    steps = jax.jit(lambda params, batches: jax.lax.scan(step, params, batches))
    accuracy = jax.jit(lambda params, x, t: jnp.mean(scores(params, x).argmax(1) == t))

    def run() -> float:
        params, key = start, jax.random.key(0)
        for first in range(0, iterations, epoch):
            accuracy(params, x_train, t_train).block_until_ready()
            accuracy(params, x_test, t_test).block_until_ready()
            key, drawn = jax.random.split(key)
            shape = (min(epoch, iterations - first), BATCH)
            params, losses = steps(params, jax.random.randint(drawn, shape, 0, len(x_train)))
            losses.block_until_ready()
        return float(accuracy(params, x_test, t_test))

    # Both lengths of an epoch, and the accuracies, are compiled here.
    for length in {min(epoch, iterations), iterations % epoch or epoch}:
        batches = jnp.zeros((length, BATCH), int)
        steps(start, batches)[1].block_until_ready()
    accuracy(start, x_train, t_train).block_until_ready()
    accuracy(start, x_test, t_test).block_until_ready()
    return run
