"""Facts about the convolutional networks: the book's shapes, gradients, and what they refuse."""

import math
import re
import tracemalloc
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kasago.common.gradient import gradient_check
from kasago.common.layers import Dropout
from kasago.common.optimizer import Adam
from kasago.common.trainer import Trainer
from kasago.network import DeepConvNet, SimpleConvNet

DEEP = [
    *((f"conv_param_{i}", {"filter_num": 3 + i, "filter_size": 3, "pad": 1 + (i == 4), "stride": 1})
      for i in range(1, 7)),
]  # fmt: skip


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def batch(count: int = 3, shape: tuple[int, ...] = (1, 10, 10)) -> tuple[Any, Any]:
    return rng(1).standard_normal((count, *shape)), rng(2).integers(10, size=count)


def small(**how: Any) -> SimpleConvNet:
    """The network of the book's gradient check, a little smaller, and away from zero."""
    how = {"weight_init_std": 0.3, "rng": rng(), "dtype": np.float64} | how
    filters = {"filter_num": 4, "filter_size": 3, "pad": 0, "stride": 1}
    return SimpleConvNet((1, 10, 10), filters, 6, 10, **how)


def small_deep(**how: Any) -> DeepConvNet:
    how = {"rng": rng(), "dtype": np.float64} | how
    return DeepConvNet((1, 10, 10), hidden_size=20, **dict(DEEP), **how)


def off_the_corners(net: Any) -> None:
    """Move the biases, so that no sum is 0, where ReLU has no derivative."""
    for i, (name, param) in enumerate(net.params.items()):
        if name[0] == "b":
            net.params[name] = param + rng(3 + i).uniform(0.05, 0.2, param.shape)


def test_the_simple_network_is_the_books() -> None:
    net = SimpleConvNet(rng=rng())
    assert {name: param.shape for name, param in net.params.items()} == {
        "W1": (30, 1, 5, 5), "b1": (30,), "W2": (4320, 100), "b2": (100,),
        "W3": (100, 10), "b3": (10,),
    }  # fmt: skip
    assert list(net.layers) == ["Conv1", "Relu1", "Pool1", "Affine1", "Relu2", "Affine2"]
    for name, param in net.params.items():
        assert param.dtype == np.float32
        if name[0] == "W":
            assert param.std() == pytest.approx(0.01, rel=0.1)
        else:
            assert not param.any()


def test_the_deep_network_is_the_books() -> None:
    net = DeepConvNet(rng=rng())
    expected = [(16, 1), (16, 16), (32, 16), (32, 32), (64, 32), (64, 64)]
    shapes = [net.params[f"W{i}"].shape for i in range(1, 9)]
    assert shapes == [*((*pair, 3, 3) for pair in expected), (1024, 50), (50, 10)]
    # The places at which the book's load_params looks for the layers with weights.
    places = [i for i, layer in enumerate(net.layers) if hasattr(layer, "W")]
    assert places == [0, 2, 5, 7, 10, 12, 15, 18]
    assert [i for i, layer in enumerate(net.layers) if isinstance(layer, Dropout)] == [17, 19]
    for i, n_in in enumerate([9, 144, 144, 288, 288, 576, 1024, 50], start=1):
        deviation = net.params[f"W{i}"].std()
        assert deviation == pytest.approx(math.sqrt(2 / n_in), rel=0.2 if i == 1 else 0.1)


@pytest.mark.parametrize("network", [small, small_deep])
def test_the_gradient_of_the_loss_is_right(network: Any) -> None:
    net, (x, t) = network(), batch()
    off_the_corners(net)
    draws = net._rng.bit_generator
    state = draws.state
    grads = net.gradient(x, t)

    def loss() -> float:
        draws.state = state
        return net.loss(x, t)

    assert gradient_check(loss, net.params, grads, directions=5, rng=rng(4)) < 1e-6


def test_the_gradient_check_of_the_book() -> None:
    """Chapter 7, with its labels of shape (1, 1)."""
    net = SimpleConvNet(
        input_dim=(1, 10, 10),
        conv_param={"filter_num": 3, "filter_size": 3, "pad": 0, "stride": 1},
        hidden_size=4,
        output_size=10,
        weight_init_std=0.01,
        rng=rng(),
    )
    x, t = rng(1).random(100).reshape((1, 1, 10, 10)), np.array([1]).reshape((1, 1))
    slow, fast = net.numerical_gradient(x, t), net.gradient(x, t)
    for name, grad in slow.items():
        np.testing.assert_allclose(fast[name], grad, atol=1e-6)


def test_the_numerical_gradient_of_the_deep_network_drops_what_the_next_gradient_drops() -> None:
    net, (x, t) = DeepConvNet(
        (1, 4, 4), hidden_size=3, output_size=10, rng=rng(), dtype=np.float64,
        **{name: how | {"filter_num": 1} for name, how in DEEP},
    ), batch(2, (1, 4, 4))  # fmt: skip
    off_the_corners(net)
    slow = net.numerical_gradient(x, t)
    fast = net.gradient(x, t)
    assert not np.array_equal(net.gradient(x, t)["b8"], fast["b8"])
    for name, grad in slow.items():
        np.testing.assert_allclose(fast[name], grad, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("network", [small, small_deep])
def test_the_dtype_is_that_of_all_that_follows(network: Any, dtype: Any) -> None:
    net, (x, t) = network(dtype=dtype), batch()
    loss, grads = net.loss_and_gradient(x.astype(dtype), t)
    assert math.isfinite(loss)
    assert net.predict(x.astype(dtype)).dtype == dtype
    for name, param in net.params.items():
        assert param.dtype == grads[name].dtype == dtype
        assert param.shape == grads[name].shape


@pytest.mark.parametrize("network", [small, small_deep])
def test_a_few_steps_learn_a_few_images(network: Any) -> None:
    net, (x, t) = network(dtype=np.float32), batch(20)
    optimizer, before = Adam(0.01), net.loss(x, t, train_flg=False)
    x = x.astype(np.float32)
    x.flags.writeable = False
    for _ in range(80):
        optimizer.update(net.params, net.gradient(x, t))
    assert net.loss(x, t, train_flg=False) < 0.8 * before


def test_the_trainer_takes_them() -> None:
    net, (x, t) = small(), batch(30)
    trainer = Trainer(
        net, x, t, x, t, 2, 10, "Adam", {"lr": 0.001},
        evaluate_sample_num_per_epoch=20, verbose=False,
    )  # fmt: skip
    trainer.train()
    assert len(trainer.train_loss_list) == 6
    assert np.isfinite(trainer.train_loss_list).all()


def test_units_are_dropped_in_training_alone() -> None:
    net, (x, t) = small_deep(), batch()
    assert np.array_equal(net.predict(x), net.predict(x))
    assert not np.array_equal(net.predict(x, train_flg=True), net.predict(x, train_flg=True))
    assert net.loss(x, t) != net.loss(x, t)  # the book's loss is that of training
    assert net.loss(x, t, train_flg=False) == net.loss(x, t, train_flg=False)
    assert net.accuracy(x, t) == net.accuracy(x, t)


def test_sizes_that_are_odd_lose_their_last_row() -> None:
    filters = {"filter_num": 2, "filter_size": 4, "pad": 0, "stride": 1}
    net = SimpleConvNet((3, 10, 8), filters, 4, 5, rng=rng())
    assert net.params["W2"].shape == (2 * 3 * 2, 4)
    assert net.predict(np.zeros((2, 3, 10, 8))).shape == (2, 5)


@pytest.mark.parametrize("count", [1, 100, 250])
def test_accuracy_counts_all_samples(count: int) -> None:
    """The book's leaves out those of a last batch that is not full."""
    net, (x, _) = small(), batch(count)
    answers = np.argmax(net.predict(x), axis=1)
    wrong = answers.copy()
    wrong[-1] = (wrong[-1] + 1) % 10
    assert net.accuracy(x, answers) == 1
    assert net.accuracy(x, wrong, batch_size=100) == pytest.approx(1 - 1 / count)
    assert net.accuracy(x, np.eye(10)[answers]) == 1


def test_a_step_of_the_deep_network_on_a_hundred_images_fits_in_a_quarter_of_a_gigabyte() -> None:
    net, (x, t) = DeepConvNet(rng=rng()), batch(100, (1, 28, 28))
    tracemalloc.start()
    try:
        net.gradient(x.astype(np.float32), t)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        net.accuracy(np.zeros((300, 1, 28, 28), np.float32), np.zeros(300, int))
        assert tracemalloc.get_traced_memory()[1] < 250e6
    finally:
        tracemalloc.stop()
    assert peak < 250e6


@pytest.mark.parametrize("network", [small, small_deep])
@pytest.mark.parametrize("shape", [(2, 100), (1, 10, 10), (2, 1, 10, 9), (2, 3, 10, 10)])
def test_images_of_another_shape_are_refused_with_both(network: Any, shape: Any) -> None:
    message = f"images of shape (N, 1, 10, 10), got x of shape {shape}; x.reshape(-1, 1, 10, 10)"
    net = network()
    for ask in (net.predict, lambda x: net.gradient(x, np.zeros(len(x), int))):
        with pytest.raises(ValueError, match=re.escape(message)):
            ask(np.zeros(shape))


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"filter_num": 3}, "filter_size, pad, stride is unknown or missing in {'filter_num': 3}"),
        ({"filter_num": 3, "filter_size": 3, "pad": 0, "stride": 1, "dilation": 2}, "dilation is"),
        ({"filter_num": 3, "filter_size": 11, "pad": 0, "stride": 1}, "size 11 does not fit"),
        ({"filter_num": 3, "filter_size": 10, "pad": 0, "stride": 1}, "size 2 does not fit"),
    ],
)
def test_filters_that_cannot_be_made_are_refused(filters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        SimpleConvNet((1, 10, 10), filters)


def test_the_same_seed_gives_the_same_network() -> None:
    for kind in (SimpleConvNet, DeepConvNet):
        one, two, other = (kind(rng=rng(seed)) for seed in (7, 7, 8))
        for name, param in one.params.items():
            assert np.array_equal(param, two.params[name])
            assert name[0] == "b" or not np.any(param == other.params[name])


def test_what_was_saved_answers_alike(tmp_path: Path) -> None:
    for network in (small, small_deep):
        net, (x, _) = network(), batch()
        net.save_params(tmp_path / "params.pkl")  # as the book's programs call it
        other = network(rng=rng(9))
        assert not np.array_equal(other.predict(x), net.predict(x))
        other.load_params(tmp_path / "params.pkl")
        assert np.array_equal(other.predict(x), net.predict(x))


def test_layers_in_an_ordered_dictionary_are_layers_too() -> None:
    net, (x, _) = small(), batch()
    expected = net.predict(x)
    net.layers = OrderedDict(net.layers)
    assert np.array_equal(net.predict(x), expected)
