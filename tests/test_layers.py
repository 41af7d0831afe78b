"""Facts about kasago.common.layers: the way forward, and that what comes back is its derivative."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kasago.common.functions import softmax
from kasago.common.gradient import numerical_gradient
from kasago.common.layers import AddLayer, Affine, MulLayer, Relu, Sigmoid, SoftmaxWithLoss
from kasago.network import TwoLayerNet

Array = NDArray[Any]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


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


@pytest.mark.parametrize("layer", [Relu(), Sigmoid()], ids=lambda layer: type(layer).__name__)
@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
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


def test_affine_takes_one_sample() -> None:
    W, x = rng(1).normal(size=(3, 2)), rng(2).normal(size=3)
    one, batch = Affine(W, np.ones(2)), Affine(W, np.ones(2))
    np.testing.assert_allclose(one.forward(x), batch.forward(x[np.newaxis])[0])
    dout = np.array([1.0, -2.0])
    np.testing.assert_allclose(one.backward(dout), batch.backward(dout[np.newaxis])[0])
    np.testing.assert_allclose(one.dW, batch.dW)
    np.testing.assert_allclose(one.db, batch.db)


def test_affine_sees_a_step_of_training() -> None:
    """The weights are those of the network, not copies."""
    W = np.zeros((2, 2))
    layer = Affine(W, np.zeros(2))
    W += 1
    assert layer.forward(np.ones((1, 2))).tolist() == [[2, 2]]


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layers_keep_the_dtype(dtype: type) -> None:
    x = rng().normal(size=(3, 4)).astype(dtype)
    for layer in (Relu(), Sigmoid(), Affine(np.ones((4, 4), dtype), np.zeros(4, dtype))):
        out = layer.forward(x)
        assert out.dtype == dtype
        assert layer.backward(out).dtype == dtype


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
