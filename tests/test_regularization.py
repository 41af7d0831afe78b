"""Facts about batch normalization and dropout: in training, and when it is over."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import complex_step
from kasago.common.gradient import numerical_gradient
from kasago.common.layers import BatchNormalization, Dropout
from properties import many

Array = NDArray[Any]
dtypes = st.sampled_from([np.float16, np.float32, np.float64])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# Batch normalization.


def test_two_samples_by_hand() -> None:
    """1 and 3 have mean 2 and variance 1; 5 and 5 stay where their mean is."""
    layer = BatchNormalization(np.array([1.0, 2.0]), np.array([0.0, 7.0]))
    out = layer.forward(np.array([[1.0, 5.0], [3.0, 5.0]]))
    np.testing.assert_allclose(out, [[-1, 7], [1, 7]], atol=1e-6)
    assert layer.running_mean.tolist() == pytest.approx([0.2, 0.5])
    assert layer.running_var.tolist() == pytest.approx([0.1, 0])
    np.testing.assert_allclose(layer.std, [1, 1e-3], rtol=1e-6)


@many
@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 4))
    | st.tuples(*(st.integers(1, 3) for _ in range(4))),
    by_channel=st.booleans(),
    dtype=dtypes,
)
def test_batch_normalization_is_its_formula_forward_and_back(
    shape: tuple[int, ...], by_channel: bool, dtype: Any
) -> None:
    D = int(np.prod(shape[1:]))
    by_channel = by_channel and len(shape) == 4
    x, dout = (3 * rng(seed).standard_normal(shape).astype(dtype) for seed in (1, 2))
    gamma, beta = (
        rng(seed).standard_normal(shape[1] if by_channel else D).astype(dtype) for seed in (3, 4)
    )

    def columns(x: Array) -> Array:
        return np.moveaxis(x, 1, -1).reshape(-1, shape[1]) if by_channel else x.reshape(len(x), D)

    layer = BatchNormalization(gamma, beta)
    out = layer.forward(x)
    dx = layer.backward(dout)
    assert out.shape == dx.shape == shape
    for array in (out, dx, layer.dgamma, layer.dbeta):
        assert array.dtype == dtype
    wide = [columns(x).astype(float), gamma.astype(float), beta.astype(float)]
    # A feature of equal numbers is divided by 1e-3, and by its square on the way back.
    eps = float(np.finfo(dtype).eps)
    close = 100 * eps if dtype != np.float64 else 1e-9
    np.testing.assert_allclose(
        columns(out), complex_step.batch_normalization(*wide), rtol=close, atol=close
    )
    dz = columns(dout).astype(float)
    for i, grad in enumerate((columns(dx), layer.dgamma, layer.dbeta)):
        u = rng(5 + i).standard_normal(wide[i].shape)

        def moved(part: Any, i: int = i) -> Any:
            arrays = [*wide[:i], part, *wide[i + 1 :]]
            return np.sum(complex_step.batch_normalization(*arrays) * dz)

        size = np.sum(np.abs(grad * u), dtype=float)
        expected = complex_step.slope(moved, wide[i], u)
        assert np.sum(grad * u, dtype=float) == pytest.approx(
            expected, rel=10 * close, abs=close * (10 * size + 1e4)
        )


@pytest.mark.parametrize("train_flg", [True, False])
@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 2, 1)])
def test_every_derivative_is_the_numerical_one(shape: tuple[int, ...], train_flg: bool) -> None:
    x, dout = rng(1).normal(size=shape), rng(2).normal(size=shape)
    gamma, beta = rng(3).normal(size=3), rng(4).normal(size=3)
    layer = BatchNormalization(gamma, beta, running_mean=np.ones(3), running_var=np.full(3, 2.0))

    def loss(_: Array) -> float:
        return float(np.sum(layer.forward(x, train_flg) * dout))

    expected = [numerical_gradient(loss, array) for array in (x, gamma, beta)]
    layer.running_mean, layer.running_var = np.ones(3), np.full(3, 2.0)
    layer.forward(x, train_flg)
    grads = layer.backward(dout), layer.dgamma, layer.dbeta
    for actual, wanted in zip(grads, expected, strict=True):
        np.testing.assert_allclose(actual, wanted, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 4), (1, 2, 3, 3)])
def test_a_batch_of_one_is_beta_and_gives_nothing_back(shape: tuple[int, ...]) -> None:
    D = int(np.prod(shape[1:]))
    layer = BatchNormalization(np.full(D, 3.0), np.arange(float(D)))
    out = layer.forward(rng().normal(size=shape))
    assert out.ravel().tolist() == list(range(D))
    assert not layer.backward(np.ones(shape)).any()
    assert layer.dbeta.tolist() == [1] * D
    assert not layer.dgamma.any()


def test_a_number_scales_and_shifts_all_features() -> None:
    x, one, many_ = (
        rng().normal(size=(5, 3)),
        BatchNormalization(2, 1),
        BatchNormalization(np.full(3, 2.0), np.ones(3)),
    )
    assert np.array_equal(one.forward(x), many_.forward(x))
    assert np.array_equal(one.backward(x), many_.backward(x))
    assert np.array_equal(one.dgamma, many_.dgamma)
    assert one.forward(np.array([[1], [3]]) * [1, 1, 1]).dtype == np.float64


def test_the_running_mean_and_variance_are_kept_and_used_when_training_is_over() -> None:
    layer = BatchNormalization(np.ones(2), np.zeros(2), momentum=0.75)
    mean, var = np.zeros(2), np.zeros(2)
    for seed in range(3):
        x = rng(seed).normal(loc=5, size=(8, 2))
        layer.forward(x)
        mean, var = 0.75 * mean + 0.25 * x.mean(axis=0), 0.75 * var + 0.25 * x.var(axis=0)
    x = rng(9).normal(size=(4, 2))
    out = layer.forward(x, train_flg=False)
    np.testing.assert_allclose(layer.running_mean, mean)
    np.testing.assert_allclose(layer.running_var, var)
    np.testing.assert_allclose(out, (x - mean) / np.sqrt(var + 1e-6))
    # Then a sample does not depend on those beside it.
    np.testing.assert_allclose(layer.forward(x[:1], train_flg=False), out[:1])


def test_what_it_is_given_stays() -> None:
    arrays = [rng(i).normal(size=(4, 3)) if i < 2 else np.ones(3) for i in range(6)]
    for array in arrays:
        array.flags.writeable = False
    x, dout, gamma, beta, mean, var = arrays
    layer = BatchNormalization(gamma, beta, 0.9, mean, var)
    layer.forward(x)
    layer.backward(dout)
    assert mean.tolist() == var.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("gamma", "x", "message"),
    [
        ((3,), (5, 4), "gamma of shape (3,) does not fit x of shape (5, 4): expected (4,)"),
        ((5,), (2, 3, 2, 2), "fit x of shape (2, 3, 2, 2): expected (12,) or (3,)"),
        ((5,), (2, 3, 4), "fit x of shape (2, 3, 4): expected (12,) or (3,)"),
        ((4,), (4,), "takes a batch, shape (N, D) or (N, C, H, W), got (4,)"),
        ((4,), (0, 4), "an empty batch has no mean, got x of shape (0, 4)"),
    ],
)
def test_features_that_do_not_fit_are_refused_with_both_shapes(
    gamma: Any, x: Any, message: str
) -> None:
    layer = BatchNormalization(np.ones(gamma), np.zeros(gamma))
    with pytest.raises(ValueError, match=re.escape(message)):
        layer.forward(np.ones(x))


def test_a_beta_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("beta of shape (2,) does not fit x of shape")):
        BatchNormalization(np.ones(3), np.zeros(2)).forward(np.ones((4, 3)))


def test_a_derivative_of_another_shape_is_refused_with_both() -> None:
    layer = BatchNormalization(1, 0)
    layer.forward(np.ones((4, 3)))
    with pytest.raises(ValueError, match=re.escape("shape (4, 3), got (3, 4)")):
        layer.backward(np.ones((3, 4)))


# Dropout.


@pytest.mark.parametrize("ratio", [0, 0.2, 0.5, 1])
def test_a_unit_is_dropped_with_the_chance_asked_for(ratio: float) -> None:
    layer, x = Dropout(ratio, rng=rng()), rng(1).normal(size=(100, 100))
    out = layer.forward(x)
    # 10,000 draws: four deviations of their share.
    assert np.mean(out == 0) == pytest.approx(ratio, abs=0.02)
    assert np.array_equal(out[out != 0], x[out != 0])
    assert layer.mask.dtype == bool


def test_when_training_is_over_units_give_what_they_gave_on_average() -> None:
    layer, x = Dropout(0.25, rng=rng()), np.ones((1, 4), np.float32)
    mean = np.mean([layer.forward(x) for _ in range(4000)], axis=0)
    out = layer.forward(x, train_flg=False)
    assert out.tolist() == [[0.75] * 4]
    np.testing.assert_allclose(mean, out, atol=0.03)


@pytest.mark.parametrize("train_flg", [True, False])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_derivative_passes_where_the_input_did(train_flg: bool, dtype: Any) -> None:
    layer, x = Dropout(0.5, rng=rng()), np.full((5, 2, 3), 4, dtype)
    x.flags.writeable = False
    out = layer.forward(x, train_flg)
    dx = layer.backward(x)
    assert np.array_equal(dx, out)
    assert out.dtype == dx.dtype == dtype


def test_every_pass_drops_other_units_and_a_seed_gives_the_same_again() -> None:
    one, two, x = Dropout(rng=rng(3)), Dropout(rng=rng(3)), np.ones((10, 10))
    first, second = one.forward(x), one.forward(x)
    assert not np.array_equal(first, second)
    assert np.array_equal(two.forward(x), first)
    assert np.array_equal(two.forward(x), second)


@pytest.mark.parametrize("ratio", [-0.1, 1.1, float("nan")])
def test_a_ratio_that_is_no_share_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match=f"dropout_ratio must be from 0 to 1, got {ratio}"):
        Dropout(ratio)


@pytest.mark.parametrize("layer", [Dropout(), BatchNormalization(1, 0)])
def test_it_cannot_go_back_before_it_went_forward(layer: Any) -> None:
    with pytest.raises(AttributeError, match="no attribute"):
        layer.backward(np.ones((1, 2)))
