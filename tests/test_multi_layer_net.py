"""Facts about kasago.common.multi_layer_net: the same mathematics as TwoLayerNet, of any depth."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kasago.common.functions import softmax
from kasago.common.gradient import gradient_check
from kasago.common.multi_layer_net import MultiLayerNet
from kasago.common.trainer import Trainer
from kasago.network import TwoLayerNet
from kasago.training import train
from properties import many


def batch(count: int = 6, size: int = 4, classes: int = 3) -> tuple[Any, Any]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((count, size)), rng.integers(classes, size=count)


def small(activation: str = "relu", **how: Any) -> MultiLayerNet:
    return MultiLayerNet(
        4, [5, 7], 3, activation, rng=np.random.default_rng(0), dtype=np.float64, **how
    )


def test_with_one_hidden_layer_of_sigmoids_it_is_the_two_layer_net_to_the_bit() -> None:
    x, t = batch()
    deep = MultiLayerNet(4, [5], 3, "sigmoid", 0.01, rng=np.random.default_rng(0))
    plain = TwoLayerNet(4, 5, 3, 0.01, rng=np.random.default_rng(0))
    assert np.array_equal(deep.scores(x), plain.scores(x))
    assert deep.loss(x, t) == plain.loss(x, t)
    assert deep.accuracy(x, t) == plain.accuracy(x, t)
    for name, grad in plain.gradient(x, t).items():
        np.testing.assert_allclose(deep.gradient(x, t)[name], grad, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("decay", [0, 2])
def test_weights_whose_squares_leave_float32_have_a_finite_loss(decay: float) -> None:
    net = MultiLayerNet(2, [], 2, weight_init_std=0, weight_decay_lambda=decay)
    net.params["W1"][0] = 1e20
    # Zeros in, so both classes have the same score; two weights of 1e20 decay.
    loss = net.loss(np.zeros((3, 2)), np.zeros(3, int))
    assert loss == pytest.approx(np.log(2) + decay * 1e40, rel=1e-6)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("decay", [0, 0.1])
def test_the_gradient_is_the_numerical_one(activation: str, decay: float) -> None:
    net = small(activation, weight_decay_lambda=decay)
    x, t = batch()
    grads = net.gradient(x, t)
    assert gradient_check(lambda: net.loss(x, t), net.params, grads) < 1e-7
    for name, slow in net.numerical_gradient(x, t).items():
        np.testing.assert_allclose(grads[name], slow, atol=1e-7)


@many
@given(st.lists(st.integers(1, 6), max_size=4), st.integers(1, 5))
def test_any_number_of_layers_fits_together(hidden: list[int], count: int) -> None:
    net = MultiLayerNet(4, hidden, 3, rng=np.random.default_rng(0))
    x, t = batch(count)
    loss, grads = net.loss_and_gradient(x, t)
    assert net.predict(x).shape == (count, 3)
    assert np.isfinite(loss)
    assert {n: g.shape for n, g in grads.items()} == {n: p.shape for n, p in net.params.items()}
    assert len(net.layers) == 2 * len(hidden) + 1


def test_predict_gives_scores_as_the_book_does() -> None:
    net, (x, _) = small(), batch()
    assert np.array_equal(net.predict(x), net.scores(x))
    assert not np.allclose(softmax(net.predict(x)), net.predict(x))


def test_training_and_scoring_never_ask_for_a_prediction() -> None:
    """Of one class it is scores, of the others probabilities."""

    class Silent(TwoLayerNet):
        def predict(self, x: Any) -> Any:
            raise AssertionError("asked for a prediction")

    x, t = batch()
    net = Silent(4, 5, 3, rng=np.random.default_rng(0))
    train(net, x, t, x, t, iterations=3, batch_size=2, progress=False)
    Trainer(net, x, t, x, t, epochs=1, mini_batch_size=2, verbose=False).train()
    net.numerical_gradient(x, t)


def test_weight_decay_adds_half_of_lambda_times_the_squared_weights() -> None:
    x, t = batch()
    plain, decayed = small(), small(weight_decay_lambda=0.5)
    squares = sum(np.sum(plain.params[f"W{i}"] ** 2) for i in (1, 2, 3))
    assert decayed.loss(x, t) == pytest.approx(plain.loss(x, t) + 0.25 * squares)


def test_biases_do_not_decay() -> None:
    x, t = batch()
    plain, decayed = small(), small(weight_decay_lambda=0.5)
    for net in (plain, decayed):
        net.params["b1"] += 1
    expected = plain.loss(x, t) - plain.loss(x, t)
    extra = decayed.loss(x, t) - plain.loss(x, t)
    squares = sum(np.sum(plain.params[f"W{i}"] ** 2) for i in (1, 2, 3))
    assert extra - expected == pytest.approx(0.25 * squares)
    assert np.array_equal(plain.gradient(x, t)["b1"], decayed.gradient(x, t)["b1"])


@pytest.mark.parametrize(
    ("how", "std"),
    [
        ("relu", np.sqrt(2 / 2000)),
        ("he", np.sqrt(2 / 2000)),
        ("He", np.sqrt(2 / 2000)),
        ("sigmoid", np.sqrt(1 / 2000)),
        ("xavier", np.sqrt(1 / 2000)),
        (0.3, 0.3),
    ],
)
def test_weights_start_with_the_spread_that_is_asked_for(how: Any, std: float) -> None:
    net = MultiLayerNet(2000, [500], 3, weight_init_std=how, rng=np.random.default_rng(0))
    assert net.params["W1"].std() == pytest.approx(std, rel=0.01)
    assert not net.params["b1"].any()


def test_a_step_in_place_reaches_the_layers() -> None:
    net, (x, t) = small(), batch()
    before = net.loss(x, t)
    for name, grad in net.gradient(x, t).items():
        net.params[name] -= 0.1 * grad
    assert net.loss(x, t) < before


def test_the_numerical_gradient_leaves_the_network_as_it_was() -> None:
    net, (x, t) = MultiLayerNet(4, [5], 3, rng=np.random.default_rng(0)), batch()
    before = {name: param.copy() for name, param in net.params.items()}
    assert all(grad.dtype == np.float64 for grad in net.numerical_gradient(x, t).values())
    assert all(np.array_equal(net.params[name], before[name]) for name in before)
    assert net.layers["Affine1"].W is net.params["W1"]


def test_the_same_seed_gives_the_same_weights_and_float32_is_the_default() -> None:
    one, two = (MultiLayerNet(4, [5], 3, rng=np.random.default_rng(3)) for _ in range(2))
    for name, param in one.params.items():
        assert np.array_equal(param, two.params[name])
        assert param.dtype == np.float32


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"activation": "tanh"}, "activation must be one of relu, sigmoid; got 'tanh'"),
        (
            {"weight_init_std": "large"},
            "weight_init_std must be one of relu, he, sigmoid, xavier; got 'large'",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_those_that_are_known(
    how: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        MultiLayerNet(4, [5], 3, **how)
