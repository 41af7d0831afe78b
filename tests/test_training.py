"""Facts about kasago.training: what is counted, repeated, learnt and refused."""

import functools
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from conftest import THREADS
from kasago.common.optimizer import SGD
from kasago.network import TwoLayerNet
from kasago.training import History, train

Array = NDArray[Any]


def points(count: int, seed: int = 0) -> tuple[Array, Array]:
    """Points of a plane, two classes, with a gap of 1 between them."""
    rng = np.random.default_rng(seed)
    t = np.arange(count) % 2
    x = rng.uniform(-2, 2, size=(count, 2))
    x[:, 0] = np.where(t, 1, -1) * rng.uniform(0.5, 2, size=count)
    return x, t


def net(seed: int = 0) -> TwoLayerNet:
    return TwoLayerNet(2, 4, 2, weight_init_std=0.5, rng=np.random.default_rng(seed))


def short(*, samples: int = 20, **options: Any) -> History:
    """Train a small network for a moment."""
    x, t = points(samples)
    options = {"iterations": 6, "batch_size": 5, "lr": 0.1, "progress": False} | options
    network = options.pop("network", None) or net()
    options.setdefault("rng", np.random.default_rng(1))
    return train(network, x, t, x, t, **options)


# What is counted.


@pytest.mark.parametrize(
    ("samples", "batch_size", "iterations", "accuracies"),
    [
        (20, 5, 8, 2),  # An epoch of 4 iterations, twice.
        (20, 5, 9, 3),  # A third one begun.
        (20, 5, 3, 1),
        (20, 5, 1, 1),
        (20, 5, 0, 0),
        (20, 6, 7, 3),  # 20 // 6 = 3 iterations.
        (20, 20, 3, 3),
        (20, 21, 3, 3),  # A batch larger than the data is one epoch.
        (20, 500, 3, 3),
        (1, 1, 2, 2),
    ],
)
def test_there_is_a_loss_for_each_iteration_and_an_accuracy_for_each_epoch(
    samples: int, batch_size: int, iterations: int, accuracies: int
) -> None:
    history = short(samples=samples, batch_size=batch_size, iterations=iterations)
    assert len(history.loss) == iterations
    assert len(history.train_accuracy) == accuracies
    assert len(history.test_accuracy) == accuracies


def test_the_score_is_kept_in_python_floats() -> None:
    history = short()
    assert {type(value) for scores in asdict(history).values() for value in scores} == {float}


def test_a_new_history_is_empty_and_its_own() -> None:
    one, two = History(), History()
    one.loss.append(1.0)
    assert two == History(loss=[], train_accuracy=[], test_accuracy=[])


class Recorder:
    """A network that learns nothing and writes down what it is asked."""

    def __init__(self) -> None:
        self.params: dict[str, Array] = {"w": np.zeros(1)}
        self.asked: list[tuple[str, int]] = []
        self.batches: list[Array] = []

    def loss_and_gradient(self, x: Array, t: Array) -> tuple[float, dict[str, Array]]:
        self.asked.append(("loss", len(x)))
        self.batches.append(x)
        np.testing.assert_array_equal(x[:, 0], t)  # Inputs keep their targets.
        return float(self.params["w"][0]), {"w": np.ones(1)}

    def accuracy(self, x: Array, t: Array) -> float:
        self.asked.append(("accuracy", len(x)))
        return float(len(x))


def record(**options: Any) -> tuple[Recorder, History]:
    """Train on 12 samples whose input is their target, test on 3."""
    recorder, t = Recorder(), np.arange(12)
    x = t[:, np.newaxis].astype(float)
    options = {"batch_size": 6, "iterations": 3, "lr": 0.5, "progress": False} | options
    return recorder, train(recorder, x, t, x[:3], t[:3], **options)


def test_accuracy_is_taken_before_the_steps_of_an_epoch_on_all_samples() -> None:
    recorder, history = record()
    accuracies = [("accuracy", 12), ("accuracy", 3)]
    iteration = [("loss", 6)]
    assert recorder.asked == [*accuracies, *iteration, *iteration, *accuracies, *iteration]
    assert history.train_accuracy == [12, 12]
    assert history.test_accuracy == [3, 3]


def test_a_loss_is_taken_before_the_step_that_it_causes() -> None:
    recorder, history = record()
    assert history.loss == [0, -0.5, -1]
    assert recorder.params["w"] == -1.5


def test_mini_batches_are_drawn_from_all_training_samples() -> None:
    recorder, _ = record(iterations=100, rng=np.random.default_rng(0))
    drawn = np.concatenate(recorder.batches).ravel().astype(int)
    counts = np.bincount(drawn, minlength=12)
    # 600 draws, 50 for each of 12; the deviation is 7.
    assert len(counts) == 12
    assert counts.min() > 20
    assert counts.max() < 80


# What repeats.


def test_the_same_seed_gives_the_same_history_and_the_same_weights() -> None:
    one, two = net(), net()
    first, second = short(network=one), short(network=two)
    assert first == second
    for name, param in one.params.items():
        np.testing.assert_array_equal(param, two.params[name])


def test_another_seed_gives_other_batches() -> None:
    assert short().loss != short(rng=np.random.default_rng(2)).loss


def test_without_a_generator_batches_are_drawn_anew() -> None:
    assert short(rng=None, iterations=20).loss != short(rng=None, iterations=20).loss


def test_the_networks_own_arrays_are_trained() -> None:
    network = net()
    held = dict(network.params)
    before = {name: param.copy() for name, param in held.items()}
    short(network=network)
    for name, param in network.params.items():
        assert param is held[name]
        assert np.all(param != before[name])


def test_data_are_not_changed() -> None:
    x, t = points(20)
    for array in (x, t):
        array.flags.writeable = False
    train(net(), x, t, x, t, iterations=3, batch_size=5, progress=False)


# What is learnt.


@pytest.mark.parametrize("one_hot", [False, True], ids=["index", "one-hot"])
def test_two_separate_classes_are_learnt(one_hot: bool) -> None:
    (x, t), (x_test, t_test) = points(200), points(100, seed=1)
    if one_hot:
        t, t_test = np.eye(2)[t], np.eye(2)[t_test]
    rng = np.random.default_rng(0)
    network = net()
    history = train(
        network, x, t, x_test, t_test, iterations=300, batch_size=20, lr=1, rng=rng, progress=False
    )
    assert network.accuracy(x, t) == 1
    assert network.accuracy(x_test, t_test) == 1
    assert history.test_accuracy[-1] == 1
    assert np.mean(history.loss[-20:]) < 0.2 * np.mean(history.loss[:5])


def test_one_hot_and_index_labels_give_the_same_history() -> None:
    x, t = points(20)
    histories = [
        train(
            net(),
            x,
            labels,
            x,
            labels,
            iterations=8,
            batch_size=5,
            rng=np.random.default_rng(0),
            progress=False,
        )
        for labels in (t, np.eye(2)[t])
    ]
    assert histories[0] == histories[1]


def test_a_rate_of_zero_learns_nothing() -> None:
    network = net()
    before = {name: param.copy() for name, param in network.params.items()}
    history = short(network=network, lr=0, iterations=8)
    assert len(set(history.train_accuracy)) == 1
    for name, param in network.params.items():
        np.testing.assert_array_equal(param, before[name])


def test_by_default_hyperparameters_are_those_of_the_book() -> None:
    # 10,000 mini-batches of 100, at a rate of 0.1.
    defaults = {name: p.default for name, p in inspect.signature(train).parameters.items()}
    assert (defaults["iterations"], defaults["batch_size"], defaults["lr"]) == (10_000, 100, 0.1)


# Optimizers.


class Signs:
    """An optimizer of another kind: a step of fixed length."""

    def update(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        for name in params:
            params[name][...] -= 0.05 * np.sign(grads[name])


class Log(list[float]):
    """An optimizer that is also a list, empty at first, and therefore false."""

    def update(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        self.append(float(grads["w"][0]))


def test_any_optimizer_with_an_update_is_used() -> None:
    network = net()
    before = {name: param.copy() for name, param in network.params.items()}
    short(network=network, optimizer=Signs(), iterations=1)
    for name, param in network.params.items():
        np.testing.assert_allclose(np.abs(param - before[name]), 0.05, rtol=1e-6)


def test_the_default_optimizer_is_sgd_at_the_rate_given() -> None:
    assert short(lr=0.3) == short(optimizer=SGD(0.3), lr=99)


def test_an_optimizer_that_counts_as_false_is_used_all_the_same() -> None:
    log = Log()
    recorder, _ = record(optimizer=log)
    assert log == [1, 1, 1]
    assert recorder.params["w"] == 0


# The progress bar.


def test_the_progress_bar_is_on_stderr_alone(capsys: pytest.CaptureFixture[str]) -> None:
    short(progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "training" in err
    assert "6/6" in err


def test_the_progress_bar_is_on_unless_switched_off(capsys: pytest.CaptureFixture[str]) -> None:
    x, t = points(4)
    train(net(), x, t, x, t, iterations=2, batch_size=2)
    assert "2/2" in capsys.readouterr().err


def test_without_progress_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    short(progress=False)
    assert capsys.readouterr() == ("", "")


# What is refused.


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize(("inputs", "targets"), [(20, 19), (19, 20), (0, 0), (0, 20), (20, 0)])
def test_data_that_do_not_match_or_are_missing_are_refused(
    split: str, inputs: int, targets: int
) -> None:
    network = net()
    before = network.params["W1"].copy()
    x, t = points(20)
    data = {"x_train": x, "t_train": t, "x_test": x, "t_test": t}
    data |= {f"x_{split}": x[:inputs], f"t_{split}": t[:targets]}
    named = re.escape(f"got shapes ({inputs}, 2) and ({targets},)")
    with pytest.raises(ValueError, match=f"x_{split} and t_{split} .*{named}"):
        train(network, **data, progress=False)
    np.testing.assert_array_equal(network.params["W1"], before)


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_of_no_samples_is_refused(batch_size: int) -> None:
    with pytest.raises(ValueError, match=rf" and batch_size 1 or more, got \d+ and {batch_size}$"):
        short(batch_size=batch_size)


def test_a_negative_number_of_iterations_is_refused() -> None:
    with pytest.raises(ValueError, match=r"iterations must be 0 or more.*-1"):
        short(iterations=-1)


def test_a_label_without_a_class_is_refused_before_the_first_step() -> None:
    network = net()
    before = network.params["W1"].copy()
    x, t = points(20)
    wrong = np.where(np.arange(20) == 7, 2, t)
    with pytest.raises(ValueError, match=r"class indices must lie in 0 to 1.*2"):
        train(network, x, wrong, x, t, iterations=3, batch_size=5, progress=False)
    np.testing.assert_array_equal(network.params["W1"], before)


# What the machine changes.

# An epoch on MNIST, in a process of its own; the accuracy, and every bit of the weights.
EPOCH = """
import hashlib
import numpy as np
from kasago.dataset.mnist import load_mnist
from kasago.network import TwoLayerNet
from kasago.training import train
(x, t), (x_test, t_test) = load_mnist()
rng = np.random.default_rng(0)
net = TwoLayerNet(784, 50, 10, rng=rng)
train(net, x, t, x_test, t_test, iterations=600, lr=0.5, rng=rng, progress=False)
weights = b"".join(net.params[name].tobytes() for name in sorted(net.params))
print(net.accuracy(x_test, t_test), hashlib.sha256(weights).hexdigest())
"""


@functools.cache
def epoch(threads: int, attempt: str) -> tuple[float, str]:
    """Train with so many threads for products of matrices; each attempt in its own process."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EPOCH],
        env=os.environ | dict.fromkeys(THREADS, str(threads)),
        capture_output=True,
        text=True,
        check=True,
    )
    accuracy, weights = done.stdout.split()
    return float(accuracy), weights


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_seed_gives_the_same_bits_in_every_process(threads: int) -> None:
    assert epoch(threads, "first") == epoch(threads, "second")


def test_the_number_of_threads_hardly_changes_the_accuracy() -> None:
    # Threads add in another order, and the rounding errors grow from step to step.
    accuracies = [epoch(threads, "first")[0] for threads in (1, 2)]
    assert min(accuracies) > 0.88
    assert max(accuracies) - min(accuracies) <= 0.005
