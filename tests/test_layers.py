"""Facts about kasago.common.layers: the way forward, and that what comes back is its derivative."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import DTypeLike, NDArray

import complex_step
from kasago.common.functions import one_hot, relu, sigmoid, softmax
from kasago.common.gradient import numerical_gradient
from kasago.common.layers import (
    AddLayer,
    Affine,
    LeakyRelu,
    MulLayer,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)
from kasago.network import TwoLayerNet
from properties import many

Array = NDArray[Any]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


dtypes = st.sampled_from([np.float32, np.float64])
ACTIVATIONS = [Relu(), LeakyRelu(), LeakyRelu(-0.5), Tanh(), Sigmoid()]
by_activation = pytest.mark.parametrize(
    "layer", ACTIVATIONS, ids=lambda layer: type(layer).__name__
)


def batches(dtype: DTypeLike, limit: float, least: int = 0) -> st.SearchStrategy[Array]:
    """Batches of `least` to 4 samples of 1 to 5 numbers up to a limit."""
    limit = float(np.array(limit, dtype))
    elements = st.floats(-limit, limit, width=8 * np.dtype(dtype).itemsize)
    extremes = st.sampled_from([-limit, -0.0, 0.0, 1.0, limit])
    shape = st.tuples(st.integers(least, 4), st.integers(1, 5))
    return hnp.arrays(dtype, shape, elements=elements | extremes)


def elsewhere(x: Array) -> list[Array]:
    """The same numbers in other orders of the memory, not to be written to."""
    wide = np.repeat(np.repeat(x, 2, axis=0), 3, axis=-1)
    flip = (slice(None, None, -1),) * x.ndim
    views = [np.asfortranarray(x), wide[::2, ..., ::3], x[flip].copy()[flip]]
    for view in views:
        view.flags.writeable = False
    return views


def test_the_apples_of_the_book() -> None:
    """Two apples at 100 and three oranges at 150, with 10 % tax (Saito, section 5.4.2)."""
    apple, orange, both, tax = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    price = tax.forward(both.forward(apple.forward(100, 2), orange.forward(150, 3)), 1.1)
    assert round(price) == 715
    d_all, d_tax = tax.backward(1)
    d_apples, d_oranges = both.backward(d_all)
    assert d_tax == 650
    assert np.round(apple.backward(d_apples), 6).tolist() == [2.2, 110]
    assert np.round(orange.backward(d_oranges), 6).tolist() == [3.3, 165]


@by_activation
@given(seed=st.integers(0, 1000))
@many
def test_an_activation_gives_back_its_derivative(layer: Any, seed: int) -> None:
    x = rng(seed).normal(scale=3, size=(4, 5))
    x[np.abs(x) < 1e-3] = 1  # ReLU has a corner at 0
    dout = rng(seed + 1).normal(size=x.shape)
    before = x.copy(), dout.copy()
    layer.forward(x)
    dx = layer.backward(dout)
    expected = numerical_gradient(lambda x: np.sum(layer.forward(x) * dout), x.copy())
    np.testing.assert_allclose(dx, expected, atol=1e-7)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(dout, before[1])


def test_relu_stops_the_derivative_at_zero() -> None:
    layer = Relu()
    layer.forward(np.array([-1.0, 0.0, 1.0]))
    assert layer.backward(np.ones(3)).tolist() == [0, 0, 1]


def test_leaky_relu_lets_a_hundredth_through_where_nothing_else_is_asked_for() -> None:
    layer = LeakyRelu()
    assert layer.forward(np.array([-1.0, 0.0, 1.0])).tolist() == [-0.01, 0, 1]
    assert layer.backward(np.ones(3)).tolist() == [0.01, 0.01, 1]
    assert LeakyRelu(0.1).forward(np.array([-10, 20])).tolist() == [-1, 20]


@by_activation
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_an_activation_keeps_the_dtype(layer: Any, dtype: DTypeLike) -> None:
    x = np.array([[-2.0, 0.5]], dtype)
    assert layer.forward(x).dtype == layer.backward(x).dtype == dtype


@pytest.mark.parametrize("shape", [(5, 6), (5, 2, 3), (5, 1, 2, 3)])
def test_affine_gives_back_all_three_derivatives(shape: tuple[int, ...]) -> None:
    W, b, x = rng(1).normal(size=(6, 4)), rng(2).normal(size=4), rng(3).normal(size=shape)
    dout = rng(4).normal(size=(5, 4))
    layer = Affine(W, b)

    def loss(_: Array) -> float:
        return float(np.sum(layer.forward(x) * dout))

    expected = [numerical_gradient(loss, array) for array in (x, W, b)]
    layer.forward(x)
    dx = layer.backward(dout)
    assert dx.shape == shape
    for actual, wanted in zip((dx, layer.dW, layer.db), expected, strict=True):
        np.testing.assert_allclose(actual, wanted, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_affine_keeps_the_dtype(dtype: DTypeLike) -> None:
    W, b, x = (rng(i).normal(size=(3, 3)).astype(dtype) for i in range(3))
    layer = Affine(W, b[0])
    out = layer.forward(x)
    exact = x.astype(float) @ W.astype(float) + b[0]
    np.testing.assert_allclose(out, exact, atol=10 * float(np.finfo(dtype).eps))
    for array in (out, layer.backward(x), layer.dW, layer.db):
        assert array.dtype == dtype


def test_affine_takes_one_sample() -> None:
    W, x = rng(1).normal(size=(3, 2)), rng(2).normal(size=3)
    one, batch = Affine(W, np.ones(2)), Affine(W, np.ones(2))
    np.testing.assert_allclose(one.forward(x), batch.forward(x[np.newaxis])[0])
    dout = np.array([1.0, -2.0])
    np.testing.assert_allclose(one.backward(dout), batch.backward(dout[np.newaxis])[0])
    np.testing.assert_allclose(one.dW, batch.dW)
    np.testing.assert_allclose(one.db, batch.db)


@pytest.mark.parametrize("shape", [(0, 6), (0, 2, 3), (0, 1, 2, 3)])
def test_affine_takes_a_batch_of_no_samples(shape: tuple[int, ...]) -> None:
    layer = Affine(np.ones((6, 4)), np.ones(4))
    out = layer.forward(np.zeros(shape))
    assert out.shape == (0, 4)
    assert layer.backward(out).shape == shape
    assert layer.dW.tolist() == np.zeros((6, 4)).tolist()
    assert layer.db.tolist() == [0] * 4


def test_affine_refuses_samples_of_another_size_with_both_shapes() -> None:
    layer = Affine(np.ones((6, 4)), np.ones(4))
    for shape in [(5, 7), (5, 2, 4), (5, 1, 2, 4), (0, 1, 2, 4)]:
        with pytest.raises(ValueError, match=r"\(6, ?4\)") as error:
            layer.forward(np.ones(shape))
        assert str(shape).replace(" ", "") in str(error.value).replace(" ", "")


def test_affine_sees_a_step_of_training() -> None:
    """The weights are those of the network, not copies."""
    W = np.zeros((2, 2))
    layer = Affine(W, np.zeros(2))
    W += 1
    assert layer.forward(np.ones((1, 2))).tolist() == [[2, 2]]


# Every way back, by a complex step of the formula: right to the last digits.


@many
@given(data=st.data())
def test_the_way_back_of_sum_and_product_is_that_of_the_formula(data: st.DataObject) -> None:
    x = data.draw(batches(np.float64, 1e4))
    y, dout = rng(1).normal(size=x.shape), rng(2).normal(size=x.shape)
    product, total = MulLayer(), AddLayer()
    product.forward(x, y)
    total.forward(x, y)
    for actual, expected in zip(
        (*product.backward(dout), *total.backward(dout)),
        (
            complex_step.gradient(lambda x: np.sum(x * y * dout), x),
            complex_step.gradient(lambda y: np.sum(x * y * dout), y),
            complex_step.gradient(lambda x: np.sum((x + y) * dout), x),
            complex_step.gradient(lambda y: np.sum((x + y) * dout), y),
        ),
        strict=True,
    ):
        # 1e-280 times the step is below the smallest number.
        np.testing.assert_allclose(actual, expected, rtol=1e-13, atol=1e-270)


@many
@given(data=st.data())
def test_the_way_back_of_an_activation_is_that_of_the_formula(data: st.DataObject) -> None:
    x = data.draw(batches(np.float64, 300))
    dout = rng(1).normal(size=x.shape)
    for layer, formula in (
        (Relu(), complex_step.relu),
        (LeakyRelu(0.25), lambda x: np.where(np.real(x) > 0, x, 0.25 * x)),
        (Tanh(), np.tanh),
        (Sigmoid(), complex_step.sigmoid),
    ):
        layer.forward(x)
        expected = complex_step.slope(formula, x) * dout
        # z (1 - z) has an error of the last digit of 1 where z is close to it.
        np.testing.assert_allclose(layer.backward(dout), expected, rtol=1e-12, atol=1e-15)


@many
@given(data=st.data())
def test_the_way_back_of_affine_is_that_of_the_formula(data: st.DataObject) -> None:
    x = data.draw(batches(np.float64, 1e4))
    W, b = rng(1).normal(size=(x.shape[1], 3)), rng(2).normal(size=3)
    dout = rng(3).normal(size=(len(x), 3))
    layer = Affine(W, b)
    layer.forward(x)
    dx = layer.backward(dout)
    for actual, expected in (
        (dx, complex_step.gradient(lambda x: np.sum((x @ W + b) * dout), x)),
        (layer.dW, complex_step.gradient(lambda W: np.sum((x @ W + b) * dout), W)),
        (layer.db, complex_step.gradient(lambda b: np.sum((x @ W + b) * dout), b)),
    ):
        np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-10)


@many
@given(data=st.data())
def test_the_way_back_of_softmax_with_loss_is_that_of_the_formula(data: st.DataObject) -> None:
    x = data.draw(batches(np.float64, 300, least=1))
    t = data.draw(hnp.arrays(int, len(x), elements=st.integers(0, x.shape[1] - 1)))
    expected = complex_step.gradient(lambda x: complex_step.softmax_cross_entropy(x, t), x)
    layer = SoftmaxWithLoss()
    for target in (t, one_hot(t, x)):
        layer.forward(x, target)
        np.testing.assert_allclose(layer.backward(), expected, atol=1e-15)


@pytest.mark.parametrize("t", [np.array([0, 2, 1]), np.eye(3)[[0, 2, 1]]], ids=["index", "one-hot"])
def test_the_derivative_of_softmax_with_loss_is_y_minus_t_over_n(t: Array) -> None:
    x = rng().normal(size=(3, 3))
    layer = SoftmaxWithLoss()
    loss = layer.forward(x, t)
    dx = layer.backward()
    assert loss == layer.loss
    np.testing.assert_allclose(dx, (softmax(x) - np.eye(3)[[0, 2, 1]]) / 3)
    expected = numerical_gradient(lambda x: SoftmaxWithLoss().forward(x, t), x)
    np.testing.assert_allclose(dx, expected, atol=1e-9)
    np.testing.assert_allclose(layer.backward(2.0), 2 * dx)


def test_softmax_with_loss_takes_one_sample_as_a_batch_of_one() -> None:
    one, batch, x = SoftmaxWithLoss(), SoftmaxWithLoss(), np.array([0.5, -1.0, 2.0, 0.0])
    for t in (2, np.eye(4)[2]):
        assert one.forward(x, t) == batch.forward(x[np.newaxis], np.array(t)[np.newaxis])
        np.testing.assert_array_equal(one.backward(), batch.backward()[0])


def test_softmax_with_loss_takes_class_indices_in_a_column() -> None:
    """As the book's gradient check of chapter 7 has them."""
    layer, x = SoftmaxWithLoss(), rng().normal(size=(3, 4))
    loss = layer.forward(x, [2, 0, 1])
    dx = layer.backward()
    assert layer.forward(x, [[2], [0], [1]]) == loss
    assert np.array_equal(layer.backward(), dx)
    assert layer.forward(x[:1], np.array([[1]])) == layer.forward(x[:1], [1])
    # A column that is one-hot, of a single class.
    assert layer.forward(np.ones((2, 1)), [[1], [0]]) == 0
    assert layer.backward().tolist() == [[0], [0.5]]
    with pytest.raises(ValueError, match="does not fit"):
        layer.forward(x, [[2], [0]])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_scores_that_are_not_finite_have_no_loss_and_a_warning(bad: float) -> None:
    """The book compares trainings, some of which diverge."""
    layer = SoftmaxWithLoss()
    x = np.array([[1.0, 2.0], [bad, 0.0]])
    with pytest.warns(UserWarning, match="not finite; the training diverged"):
        assert np.isnan(layer.forward(x, [0, 1]))
    assert np.isnan(layer.backward()).all()
    assert np.isfinite(layer.forward(x[:1], [0]))


def test_softmax_with_loss_keeps_the_probabilities() -> None:
    layer, x = SoftmaxWithLoss(), rng().normal(size=(2, 4))
    layer.forward(x, np.array([3, 1]))
    np.testing.assert_array_equal(layer.y, softmax(x))
    # They sum to 1 before and after a small change of the scores.
    np.testing.assert_allclose(layer.backward().sum(axis=1), 0, atol=1e-16)


# Any numbers, anywhere in memory.


@many
@given(data=st.data(), dtype=dtypes)
def test_activations_take_any_numbers_anywhere_in_memory(
    data: st.DataObject, dtype: DTypeLike
) -> None:
    x = data.draw(batches(dtype, np.finfo(dtype).max))
    dout = rng(1).normal(size=x.shape).astype(dtype)
    close = {"rtol": 10 * np.finfo(dtype).eps, "atol": np.finfo(dtype).tiny}
    for layer, function in (
        (Relu(), relu),
        (LeakyRelu(0.5), lambda x: np.maximum(x, 0.5 * x)),
        (Tanh(), np.tanh),
        (Sigmoid(), sigmoid),
    ):
        out = layer.forward(x)
        dx = layer.backward(dout)
        np.testing.assert_array_equal(out, function(x))
        for given_x, given_dout in zip(elsewhere(x), elsewhere(dout), strict=True):
            for actual, expected in (
                (layer.forward(given_x), out),
                (layer.backward(given_dout), dx),
            ):
                assert actual.dtype == dtype
                assert np.isfinite(actual).all()
                np.testing.assert_allclose(actual, expected, **close)
            np.testing.assert_array_equal(given_x, x)
            np.testing.assert_array_equal(given_dout, dout)


@many
@given(data=st.data(), dtype=dtypes)
def test_affine_takes_a_batch_anywhere_in_memory(data: st.DataObject, dtype: DTypeLike) -> None:
    x = data.draw(batches(dtype, 1e4))
    W = rng(1).normal(size=(x.shape[1], 3)).astype(dtype)
    b, dout = np.arange(3, dtype=dtype), rng(2).normal(size=(len(x), 3)).astype(dtype)

    def way(W: Array, x: Array, dout: Array) -> list[Array]:
        layer = Affine(W, b)
        return [layer.forward(x), layer.backward(dout), layer.dW, layer.db]

    expected = way(W, x, dout)
    for views in zip(elsewhere(W), elsewhere(x), elsewhere(dout), strict=True):
        for actual, wanted in zip(way(*views), expected, strict=True):
            assert actual.dtype == dtype
            # Of sums of 5 terms of up to 1e4, in another order.
            np.testing.assert_allclose(actual, wanted, atol=1e6 * np.finfo(dtype).eps)
        for view, array in zip(views, (W, x, dout), strict=True):
            np.testing.assert_array_equal(view, array)


@many
@given(data=st.data(), dtype=dtypes)
def test_softmax_with_loss_takes_any_numbers_anywhere_in_memory(
    data: st.DataObject, dtype: DTypeLike
) -> None:
    x = data.draw(batches(dtype, np.finfo(dtype).max, least=1))
    t = data.draw(hnp.arrays(int, len(x), elements=st.integers(0, x.shape[1] - 1)))
    layer, close = SoftmaxWithLoss(), 10 * float(np.finfo(dtype).eps)
    loss = layer.forward(x, t)
    dx = layer.backward()
    for given_x, given_t in zip(elsewhere(x), elsewhere(one_hot(t, x)), strict=True):
        assert layer.forward(given_x, given_t) == pytest.approx(loss, rel=close)
        actual = layer.backward()
        assert actual.dtype == dtype
        assert np.isfinite(actual).all()
        np.testing.assert_allclose(actual, dx, atol=close)
        np.testing.assert_array_equal(given_x, x)
        np.testing.assert_array_equal(given_t, one_hot(t, x))


def test_the_derivatives_of_a_sum_are_two_arrays_of_their_own() -> None:
    dout = np.array([1, 2])
    dx, dy = AddLayer().backward(dout)
    dx += 1
    assert (dx.tolist(), dy.tolist(), dout.tolist()) == ([2, 3], [1, 2], [1, 2])
    assert dx.dtype == dy.dtype == dout.dtype


@pytest.mark.parametrize(
    "layer", [MulLayer(), Relu(), LeakyRelu(), Tanh(), Sigmoid(), Affine(np.eye(2), np.ones(2))]
)
def test_a_layer_cannot_go_back_before_it_went_forward(layer: Any) -> None:
    with pytest.raises(AttributeError, match="no attribute"):
        layer.backward(np.ones((1, 2)))


def test_an_output_cannot_go_back_before_it_went_forward() -> None:
    with pytest.raises(AttributeError, match="no attribute"):
        SoftmaxWithLoss().backward()


def test_layers_agree_with_the_network_that_is_written_out() -> None:
    net = TwoLayerNet(6, 5, 3, weight_init_std=1, rng=rng(), dtype=np.float64)
    x, t = rng(1).normal(size=(7, 6)), rng(2).integers(3, size=7)
    p = net.params
    affine1, activation, affine2 = Affine(p["W1"], p["b1"]), Sigmoid(), Affine(p["W2"], p["b2"])
    last = SoftmaxWithLoss()
    loss = last.forward(affine2.forward(activation.forward(affine1.forward(x))), t)
    affine1.backward(activation.backward(affine2.backward(last.backward())))
    assert loss == pytest.approx(net.loss(x, t), rel=1e-12)
    grads = net.gradient(x, t)
    for name, grad in {
        "W1": affine1.dW, "b1": affine1.db, "W2": affine2.dW, "b2": affine2.db
    }.items():  # fmt: skip
        np.testing.assert_allclose(grads[name], grad, atol=1e-12)
