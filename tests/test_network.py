"""Facts about kasago.network: the book's example, and backpropagation against differences."""

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

import complex_step
from conftest import THREADS
from kasago import network
from kasago.common.classifier import Classifier
from kasago.common.functions import one_hot, sigmoid, softmax_loss
from kasago.common.gradient import gradient_check, numerical_gradient
from kasago.dataset.mnist import load_mnist
from kasago.network import WEIGHTS, SimpleNet, ThreeLayerNet, TwoLayerNet
from kasago.pretrain import pretrain
from properties import many

Array = NDArray[Any]

SIZES = {"W1": (4, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def small_net(seed: int = 0, scale: float = 0.25) -> TwoLayerNet:
    """4 inputs, 3 hidden units, 2 classes; float64, weights and biases away from zero."""
    net = TwoLayerNet(4, 3, 2, weight_init_std=scale, rng=rng(seed), dtype=np.float64)
    for name in ("b1", "b2"):
        net.params[name] += scale * rng(seed + 1).normal(size=SIZES[name])
    return net


def argmax_net(classes: int) -> TwoLayerNet:
    """A network whose answer is the place of the largest input."""
    net = TwoLayerNet(classes, classes, classes, rng=rng())
    net.params["W1"][...] = net.params["W2"][...] = np.eye(classes)
    return net


# SimpleNet.

BOOK_W = [[0.47355232, 0.9977393, 0.84668094], [0.85557411, 0.03563661, 0.69422093]]
BOOK_GRADIENT = [
    [0.21924763, 0.14356247, -0.36281009],
    [0.32887144, 0.2153437, -0.54421514],
]


@pytest.mark.parametrize("t", [[0, 0, 1], 2], ids=["one-hot", "index"])
def test_simple_net_gives_the_loss_and_the_gradient_of_the_book(t: Any) -> None:
    net = SimpleNet()
    net.W = np.array(BOOK_W)
    x, t = np.array([0.6, 0.9]), np.array(t)
    assert net.loss(x, t) == pytest.approx(0.92806853663411326, abs=1e-6)
    grad = numerical_gradient(lambda _: net.loss(x, t), net.W)
    np.testing.assert_allclose(grad, BOOK_GRADIENT, atol=1e-6)


def test_simple_net_gradient_is_the_outer_product_of_input_and_error() -> None:
    net, x, t = SimpleNet(rng=rng()), np.array([0.6, 0.9]), np.array([0, 1, 0])
    grad = numerical_gradient(lambda _: net.loss(x, t), net.W)
    # delta = 1e-7 in the loss moves the last digits.
    np.testing.assert_allclose(grad, np.outer(x, net.predict(x) - t), atol=1e-6)


def test_simple_net_predicts_probabilities_of_scores() -> None:
    net = SimpleNet()
    net.W = np.log([[1.0, 2.0, 5.0], [1.0, 1.0, 1.0]])
    np.testing.assert_allclose(net.predict(np.array([1.0, 7.0])), [0.125, 0.25, 0.625])


def test_simple_net_takes_a_sample_and_a_batch() -> None:
    net, X = SimpleNet(rng=rng()), rng(1).normal(size=(4, 2))
    assert net.predict(X[0]).shape == (3,)
    assert net.predict(X).shape == (4, 3)
    assert net.predict(X[:0]).shape == (0, 3)
    np.testing.assert_allclose(net.predict(X), [net.predict(x) for x in X], rtol=1e-14)


def test_simple_net_weights_come_from_the_generator() -> None:
    np.testing.assert_array_equal(SimpleNet(rng=rng(7)).W, SimpleNet(rng=rng(7)).W)
    assert not np.any(SimpleNet(rng=rng(7)).W == SimpleNet(rng=rng(8)).W)
    assert SimpleNet().W.shape == (2, 3)
    assert not np.any(SimpleNet().W == SimpleNet().W)


# What every network writes for itself.


def test_a_network_without_its_own_way_forward_and_back_is_none() -> None:
    class NoWayBack(Classifier):
        def scores(self, x: Array) -> Array:
            return x

    with pytest.raises(TypeError, match=r"NoWayBack.*loss_and_gradient"):
        NoWayBack()
    with pytest.raises(TypeError, match=r"Classifier.*loss_and_gradient.*scores"):
        Classifier()


# TwoLayerNet: its parameters.


def test_default_sizes_are_those_of_the_book() -> None:
    net = TwoLayerNet()
    shapes = {name: param.shape for name, param in net.params.items()}
    assert shapes == {"W1": (784, 50), "b1": (50,), "W2": (50, 10), "b2": (10,)}


def test_sizes_are_inputs_hidden_units_classes() -> None:
    net = TwoLayerNet(input_size=4, hidden_size=3, output_size=2)
    assert {name: param.shape for name, param in net.params.items()} == SIZES
    assert all(param.dtype == np.float32 for param in net.params.values())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_the_parameters_is_that_of_all_that_follows(dtype: type) -> None:
    net, x, t = (
        TwoLayerNet(4, 3, 2, rng=rng(), dtype=dtype),
        np.ones((5, 4), dtype),
        np.arange(5) % 2,
    )
    assert net.predict(x).dtype == dtype
    assert all(grad.dtype == dtype for grad in net.gradient(x, t).values())
    assert all(grad.dtype == dtype for grad in net.gradient(x, np.eye(2)[t]).values())


def test_a_float32_network_has_its_numerical_gradient_in_float64() -> None:
    """In float32 the difference of two losses would be half noise."""
    wide = small_net()
    narrow = TwoLayerNet(4, 3, 2)
    narrow.params = {name: param.astype(np.float32) for name, param in wide.params.items()}
    x, t = rng(1).normal(size=(5, 4)), np.array([0, 1, 1, 0, 1])
    before = {name: param.copy() for name, param in narrow.params.items()}
    for name, grad in narrow.numerical_gradient(x, t).items():
        np.testing.assert_allclose(grad, wide.gradient(x, t)[name], atol=1e-6)
        np.testing.assert_array_equal(narrow.params[name], before[name])


def test_the_gradient_of_one_sample_asks_for_a_batch() -> None:
    with pytest.raises(ValueError, match=r"got \(4,\); .* x\[np.newaxis\]$"):
        small_net().gradient(np.ones(4), np.array(1))


def test_biases_start_at_zero_and_weights_with_the_deviation_asked_for() -> None:
    for std, net in [
        (0.01, TwoLayerNet(rng=rng())),
        (0.5, TwoLayerNet(weight_init_std=0.5, rng=rng())),
    ]:
        assert not net.params["b1"].any()
        assert not net.params["b2"].any()
        # 39200 and 500 numbers: the error of a deviation is 1 / sqrt(2 n).
        assert net.params["W1"].std() == pytest.approx(std, rel=0.02)
        assert net.params["W2"].std() == pytest.approx(std, rel=0.15)
        assert abs(net.params["W1"].mean()) < 0.03 * std


def test_the_same_seed_gives_the_same_weights() -> None:
    one, two, other = (TwoLayerNet(4, 3, 2, rng=rng(seed)) for seed in (7, 7, 8))
    for name in SIZES:
        np.testing.assert_array_equal(one.params[name], two.params[name])
        assert not np.shares_memory(one.params[name], two.params[name])
    assert not np.any(one.params["W1"] == other.params["W1"])
    assert not np.any(one.params["W2"] == other.params["W2"])


def test_two_networks_from_one_generator_differ() -> None:
    generator = rng()
    one, two = TwoLayerNet(4, 3, 2, rng=generator), TwoLayerNet(4, 3, 2, rng=generator)
    assert not np.any(one.params["W1"] == two.params["W1"])


def test_a_generator_keeps_numpys_global_state_out() -> None:
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002
    TwoLayerNet(4, 3, 2, rng=rng())
    TwoLayerNet(4, 3, 2)
    SimpleNet()
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


# TwoLayerNet: its answers.


def test_prediction_by_hand() -> None:
    net = TwoLayerNet(2, 2, 2, dtype=np.float64)
    net.params["W1"][...] = [[math.log(3), 0], [0, 1]]
    net.params["b1"][...] = [0, 5]
    net.params["W2"][...] = [[4 * math.log(2), 0], [0, 0]]
    net.params["b2"][...] = [-math.log(2), 0]
    # Hidden: sigmoid(log 3) = 3/4; scores log 4 and 0; probabilities 4/5 and 1/5.
    x = np.array([1.0, -5.0])
    np.testing.assert_allclose(net.predict(x), [0.8, 0.2], rtol=1e-14)
    assert net.loss(x, np.array(1)) == pytest.approx(math.log(5), abs=1e-6)


def test_a_new_network_is_undecided() -> None:
    # Weights of 0.01: each of 10 classes has a probability of about 1/10.
    net = TwoLayerNet(rng=rng())
    x = rng(1).random((20, 784))
    np.testing.assert_allclose(net.predict(x), 0.1, atol=0.03)
    assert net.loss(x, np.zeros(20, int)) == pytest.approx(math.log(10), abs=0.2)


def test_a_sample_and_a_batch_have_their_shapes() -> None:
    net, X = small_net(), rng(1).normal(size=(5, 4))
    assert net.predict(X[0]).shape == (2,)
    assert net.predict(X[:1]).shape == (1, 2)
    assert net.predict(X).shape == (5, 2)
    np.testing.assert_allclose(net.predict(X), [net.predict(x) for x in X], rtol=1e-14)


def test_loss_of_a_batch_is_the_mean_over_its_samples() -> None:
    net, X, t = small_net(), rng(1).normal(size=(5, 4)), np.array([0, 1, 1, 0, 1])
    single = [net.loss(x, label) for x, label in zip(X, t, strict=True)]
    assert net.loss(X, t) == pytest.approx(np.mean(single), rel=1e-13)
    assert net.loss(X, t) == net.loss(X, np.eye(2)[t])


def test_extreme_inputs_give_a_finite_loss_and_gradient() -> None:
    net, t = small_net(), np.array([0, 1])
    x = np.array([[1e300, -1e300, 1e300, 1e4], [-1e4, 1e4, 0, 5e-324]])
    assert np.isfinite(net.loss(x, t))
    assert all(np.isfinite(grad).all() for grad in net.gradient(x, t).values())


# TwoLayerNet: accuracy.


def test_accuracy_by_hand() -> None:
    net = argmax_net(3)
    x = np.array([[9, 1, 2], [1, 9, 2], [1, 2, 9], [3, 2, 1.0]])  # 0, 1, 2, 0
    for t, expected in [([0, 1, 2, 0], 1), ([0, 1, 2, 1], 0.75), ([1, 2, 0, 0], 0.25)]:
        assert net.accuracy(x, np.array(t)) == expected
        assert net.accuracy(x, np.eye(3)[t]) == expected
        assert net.accuracy(x, np.eye(3, dtype=int)[t]) == expected
    assert net.accuracy(x, np.array([1, 2, 0, 1])) == 0


def test_accuracy_of_a_square_batch_is_not_confused() -> None:
    # As many samples as classes.
    net, x = argmax_net(2), np.array([[9.0, 1.0], [8.0, 2.0]])
    assert net.accuracy(x, np.array([0, 1])) == 0.5
    assert net.accuracy(x, np.array([[0, 1], [1, 0]])) == 0.5
    assert net.accuracy(x, np.array([[1, 0], [1, 0]])) == 1


def test_accuracy_is_a_python_float() -> None:
    assert type(argmax_net(2).accuracy(np.ones((3, 2)), np.zeros(3, int))) is float


@pytest.mark.parametrize("t", [np.zeros(0, int), np.zeros((0, 2))], ids=["index", "one-hot"])
def test_an_empty_batch_is_refused(t: Array) -> None:
    x = np.empty((0, 4))
    with pytest.raises(ValueError, match=r"empty batch has no accuracy.*\(0, 4\)"):
        small_net().accuracy(x, t)
    with pytest.raises(ValueError, match="empty batch has no mean loss"):
        small_net().loss(x, t)


@pytest.mark.parametrize("inputs", [4, 3000])
@pytest.mark.parametrize("method", ["accuracy", "gradient"])
def test_one_sample_is_no_batch_and_the_way_to_make_one_is_told(method: str, inputs: int) -> None:
    net = TwoLayerNet(inputs, 3, 2)
    with pytest.raises(ValueError, match=rf"^{method} takes a batch.*\({inputs},\).*np\.newaxis"):
        getattr(net, method)(np.ones(inputs), 1)
    assert net.accuracy(np.ones(inputs)[np.newaxis], np.array([1])) in (0, 1)


@pytest.mark.parametrize("t", [np.zeros(2, int), np.zeros((5, 3)), np.zeros((1, 5), int)])
@pytest.mark.parametrize("method", ["accuracy", "gradient", "loss", "numerical_gradient"])
def test_labels_that_do_not_fit_are_refused(method: str, t: Array) -> None:
    with pytest.raises(ValueError, match="does not fit") as error:
        getattr(small_net(), method)(np.ones((5, 4)), t)
    assert str(t.shape) in str(error.value)
    assert "(5, 2)" in str(error.value)


@pytest.mark.parametrize("method", ["accuracy", "gradient", "loss"])
@pytest.mark.parametrize("t", [[0, 2], [-1, 0], [0.0, 1.0]])
def test_labels_that_are_no_classes_are_refused(method: str, t: list[float]) -> None:
    with pytest.raises(ValueError, match="class indices"):
        getattr(small_net(), method)(np.ones((2, 4)), np.array(t))


# TwoLayerNet: gradients.


@pytest.mark.parametrize("samples", [1, 2, 5])
@pytest.mark.parametrize("seed", range(3))
def test_backpropagation_agrees_with_differences(seed: int, samples: int) -> None:
    net, x = small_net(seed), rng(seed + 10).normal(size=(samples, 4))
    indices = rng(seed + 20).integers(2, size=samples)
    # No probability is below 0.1, where delta = 1e-7 in the loss would weigh 1e-6.
    assert net.predict(x).min() > 0.1
    for t in (indices, np.eye(2)[indices], np.eye(2, dtype=np.uint8)[indices]):
        fast, slow = net.gradient(x, t), net.numerical_gradient(x, t)
        assert {name: grad.shape for name, grad in fast.items()} == SIZES
        assert {name: grad.shape for name, grad in slow.items()} == SIZES
        for name in SIZES:
            np.testing.assert_allclose(fast[name], slow[name], atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_backpropagation_is_right_also_where_the_network_is_surely_wrong(seed: int) -> None:
    # There delta weighs in `loss`, not in `gradient`: compare with the loss without it.
    net, x = small_net(seed, scale=4.0), rng(seed + 10).normal(size=(5, 4))
    t = np.argmin(net.predict(x), axis=1)
    p = net.params

    def loss(_: Array) -> float:
        return softmax_loss(sigmoid(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"], t)

    for name, grad in net.gradient(x, t).items():
        np.testing.assert_allclose(grad, numerical_gradient(loss, p[name]), atol=1e-6)


@many
@given(
    sizes=st.tuples(*[st.integers(1, 4)] * 4),
    seed=st.integers(0, 1000),
    scale=st.sampled_from([0.01, 1.0, 10.0]),
)
def test_backpropagation_is_right_to_the_last_digits(
    sizes: tuple[int, int, int, int], seed: int, scale: float
) -> None:
    samples, n_in, hidden, classes = sizes
    draw = rng(seed)
    net = TwoLayerNet(n_in, hidden, classes, scale, rng=draw, dtype=np.float64)
    for name in ("b1", "b2"):
        net.params[name] += scale * draw.normal(size=net.params[name].shape)
    x, t = draw.normal(size=(samples, n_in)), draw.integers(classes, size=samples)
    assert net.loss(x, t) == pytest.approx(
        complex_step.network_loss(net.params, x, t), rel=1e-12, abs=1e-13
    )
    for name, grad in net.gradient(x, t).items():
        expected = complex_step.gradient(
            lambda value, name=name: complex_step.network_loss(net.params | {name: value}, x, t),
            net.params[name],
        )
        # Entries of 10 times sums that cancel; 1 - z has an error of the last digit of 1.
        np.testing.assert_allclose(grad, expected, atol=1e-13)


def test_the_gradient_says_that_a_constant_added_to_all_scores_changes_nothing() -> None:
    net, x, t = small_net(scale=2.0), rng(1).normal(size=(6, 4)), np.array([0, 1, 1, 0, 1, 0])
    grads = net.gradient(x, t)
    assert grads["b2"].sum() == pytest.approx(0, abs=1e-15)
    np.testing.assert_allclose(grads["W2"].sum(axis=1), 0, atol=1e-15)


@many
@given(cut=st.integers(1, 5), seed=st.integers(0, 1000))
def test_gradients_of_the_parts_of_a_batch_make_that_of_the_whole(cut: int, seed: int) -> None:
    net, x, t = small_net(seed, scale=2.0), rng(seed).normal(size=(6, 4)), np.arange(6) % 2
    whole, first, rest = (net.gradient(x[s], t[s]) for s in (np.s_[:], np.s_[:cut], np.s_[cut:]))
    for name in SIZES:
        parts = cut * first[name] + (6 - cut) * rest[name]
        np.testing.assert_allclose(6 * whole[name], parts, atol=1e-14)


@many
@given(data=st.data(), dtype=st.sampled_from([np.float32, np.float64]))
def test_any_batch_anywhere_in_memory_has_a_finite_loss_and_gradient(
    data: st.DataObject, dtype: Any
) -> None:
    limit = float(np.finfo(dtype).max) / 128  # a weighted sum of 4 stays in range
    elements = st.floats(-limit, limit, width=8 * np.dtype(dtype).itemsize) | st.sampled_from(
        [0.0, 1.0, -1.0]
    )
    x = data.draw(hnp.arrays(dtype, st.tuples(st.integers(1, 3), st.just(4)), elements=elements))
    t = data.draw(hnp.arrays(int, len(x), elements=st.integers(0, 1)))
    net = TwoLayerNet(4, 3, 2, 1.0, rng=rng(), dtype=dtype)
    assert 0 <= net.loss(x, t) < np.inf
    for given_x in (np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2], x[::-1].copy()[::-1]):
        given_x.flags.writeable = False
        assert net.loss(given_x, t) == net.loss(given_x, one_hot(t, np.zeros((len(x), 2))))
        for name, grad in net.gradient(given_x, t).items():
            assert grad.dtype == dtype
            assert np.isfinite(grad).all()
            assert grad.shape == net.params[name].shape
        np.testing.assert_array_equal(given_x, x)


@pytest.mark.parametrize("t", [np.zeros(0, int), np.zeros((0, 2))], ids=["index", "one-hot"])
def test_an_empty_batch_has_no_gradient(t: Array) -> None:
    with pytest.raises(ValueError, match="empty batch has no mean loss"):
        small_net().gradient(np.empty((0, 4)), t)


def test_gradients_of_one_hot_and_index_labels_agree_to_the_bit() -> None:
    net, x, t = small_net(), rng(1).normal(size=(6, 4)), np.array([0, 1, 1, 0, 1, 0])
    by_index, by_one_hot = net.gradient(x, t), net.gradient(x, np.eye(2, dtype=int)[t])
    for name in SIZES:
        np.testing.assert_array_equal(by_index[name], by_one_hot[name])


def test_gradient_does_not_depend_on_the_size_of_the_batch() -> None:
    net, x, t = small_net(), rng(1).normal(size=(3, 4)), np.array([0, 1, 1])
    once, thrice = net.gradient(x, t), net.gradient(np.tile(x, (3, 1)), np.tile(t, 3))
    for name in SIZES:
        np.testing.assert_allclose(thrice[name], once[name], atol=1e-15)


def test_a_small_step_against_the_gradient_lowers_the_loss() -> None:
    net, x, t = small_net(), rng(1).normal(size=(8, 4)), np.arange(8) % 2
    before, grads = net.loss(x, t), net.gradient(x, t)
    step = 1e-3
    for name in SIZES:
        net.params[name] -= step * grads[name]
    # By the length of the gradient squared, to first order.
    expected = step * sum(np.sum(grad**2) for grad in grads.values())
    assert before - net.loss(x, t) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("method", ["accuracy", "gradient", "loss", "numerical_gradient"])
def test_nothing_is_changed_by_asking(method: str) -> None:
    net, x, t = small_net(), rng(1).normal(size=(3, 4)), np.array([0, 1, 1])
    before = {name: param.tobytes() for name, param in net.params.items()}
    for array in (x, t):
        array.flags.writeable = False
    getattr(net, method)(x, t)
    assert {name: param.tobytes() for name, param in net.params.items()} == before


def test_the_order_in_memory_does_not_matter() -> None:
    net, t = small_net(), np.array([0, 1, 1, 0, 1])
    wide = rng(1).normal(size=(10, 12))
    x = wide[::2, ::3]
    expected = net.gradient(x.copy(), t)
    for given_x in (x, np.asfortranarray(x)):
        assert net.loss(given_x, t) == pytest.approx(net.loss(x.copy(), t), rel=1e-14)
        for name, grad in net.gradient(given_x, t).items():
            np.testing.assert_allclose(grad, expected[name], atol=1e-15)


def test_images_of_bytes_are_taken_as_numbers() -> None:
    net, x, t = small_net(), np.array([[0, 255, 3, 128], [1, 2, 3, 4]], np.uint8), np.array([0, 1])
    assert net.loss(x, t) == net.loss(x.astype(float), t)
    for name, grad in net.gradient(x, t).items():
        np.testing.assert_array_equal(grad, net.gradient(x.astype(float), t)[name])


# ThreeLayerNet.

# What the shipped weights read; they come from one run of kasago.pretrain, not the best of many.
RIGHT = 9852

LAYERS = {"W1": (784, 50), "b1": (50,), "W2": (50, 100), "b2": (100,), "W3": (100, 10), "b3": (10,)}


def test_three_layers_backpropagate_what_differences_say() -> None:
    net = ThreeLayerNet(rng=rng(), dtype=np.float64)
    x, t = rng(1).random((10, 784)), rng(2).integers(10, size=10)
    assert {name: param.shape for name, param in net.params.items()} == LAYERS

    def loss() -> float:
        return net.loss(x, t)

    for grads in (net.gradient(x, t), net.gradient(x, np.eye(10)[t])):
        assert gradient_check(loss, net.params, grads, directions=5, rng=rng(3)) < 1e-8
        assert gradient_check(loss, net.params, grads, entries=50, rng=rng(4)) < 1e-7


def test_three_layers_are_right_to_the_last_digits_along_any_direction() -> None:
    draw = rng(5)
    net = ThreeLayerNet(rng=draw, dtype=np.float64)
    for name in ("b1", "b2", "b3"):
        net.params[name] += draw.normal(size=net.params[name].shape)
    x, t = draw.random((10, 784)), draw.integers(10, size=10)
    loss, grads = net.loss_and_gradient(x, t)
    assert loss == pytest.approx(complex_step.network_loss(net.params, x, t), rel=1e-12)
    for name, grad in grads.items():
        for _ in range(3):
            direction = draw.normal(size=grad.shape)
            expected = complex_step.slope(
                lambda value, name=name: complex_step.network_loss(
                    net.params | {name: value}, x, t
                ),
                net.params[name],
                direction,
            )
            assert np.sum(grad * direction) == pytest.approx(expected, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_three_layers_start_with_a_spread_of_one_over_the_root_of_the_inputs(dtype: Any) -> None:
    net = ThreeLayerNet(rng=rng(), dtype=dtype)
    for name, param in net.params.items():
        assert param.dtype == dtype
        if name[0] == "b":
            assert not param.any()
        else:
            # 1000 numbers and more: the error of a deviation is 1 / sqrt(2 n).
            assert param.std() == pytest.approx(len(param) ** -0.5, rel=0.1)
            assert abs(param.mean()) < 0.1 * len(param) ** -0.5
    assert ThreeLayerNet().params["W1"].dtype == np.float32


def test_weights_that_could_run_code_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = tmp_path / "weights.npz"
    np.savez(evil, **{name: np.array([None], object) for name in LAYERS})
    monkeypatch.setattr(network, "WEIGHTS", evil)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        ThreeLayerNet.trained()


@pytest.fixture(scope="module")
def test_digits() -> tuple[Array, Array]:
    return load_mnist()[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_trained_network_reads_exactly_so_many_digits(
    dtype: type, test_digits: tuple[Array, Array]
) -> None:
    x, t = test_digits
    net = ThreeLayerNet.trained(dtype)
    assert all(param.dtype == dtype for param in net.params.values())
    answers = np.argmax(net.predict(x.astype(dtype)), axis=1)
    assert np.sum(answers == t) == RIGHT
    assert net.accuracy(x, t) == RIGHT / 10_000
    one_by_one = [np.argmax(net.predict(image)) for image in x[:200].astype(dtype)]
    assert one_by_one == answers[:200].tolist()


def test_the_trained_network_is_the_same_on_any_number_of_threads() -> None:
    code = (
        "from kasago.dataset.mnist import load_mnist; from kasago.network import ThreeLayerNet; "
        "x, t = load_mnist()[1]; print(round(ThreeLayerNet.trained().accuracy(x, t) * len(t)))"
    )
    for threads in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | dict.fromkeys(THREADS, threads),
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(run.stdout) == RIGHT


def test_the_weights_are_plain_arrays_that_can_run_no_code() -> None:
    with np.load(WEIGHTS, allow_pickle=False) as weights:
        assert {name: weights[name].shape for name in weights} == LAYERS
        assert all(weights[name].dtype == np.float32 for name in weights)


def test_no_answer_of_the_trained_network_hangs_on_the_last_bit(
    test_digits: tuple[Array, Array],
) -> None:
    """Then the count of right answers is the same in float32, float64 and any order of sums."""
    x, _ = test_digits
    scores = np.sort(ThreeLayerNet.trained(np.float64).scores(x.astype(np.float64)), axis=1)
    assert (scores[:, -1] - scores[:, -2]).min() > 1e-4


def test_a_recipe_without_a_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="a batch needs 100 images, got 99"):
        pretrain(np.zeros((99, 784), np.float32), np.zeros(99, int), progress=False)


def test_the_recipe_of_the_weights_gives_the_same_again() -> None:
    (x, t), _ = load_mnist()
    one, two = (pretrain(x[:1000], t[:1000], epochs=1, progress=False) for _ in range(2))
    for name, param in one.params.items():
        np.testing.assert_array_equal(param, two.params[name])
