"""Facts about kasago.common.functions: worked numbers, identities, and every finite input."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import ArrayLike, DTypeLike, NDArray

import complex_step
from kasago.common.functions import (
    cross_entropy_error,
    identity_function,
    one_hot,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    softmax,
    softmax_loss,
    step_function,
    sum_squared_error,
)
from kasago.common.gradient import numerical_diff, numerical_gradient
from properties import many

Function = Callable[..., Any]

ACTIVATIONS = [
    identity_function,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    softmax,
    step_function,
]
KEEP_FLOATS = [f for f in ACTIVATIONS if f is not step_function]
LOSSES = [cross_entropy_error, softmax_loss, sum_squared_error]
CROSS_ENTROPIES = [cross_entropy_error, softmax_loss]

# The seed's example: the right class is 2; one output favours it, the other favours 7.
T = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
GOOD = [0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0]
BAD = [0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0]

# Drawn with the numbers, since each cell of a matrix of tests would have as many examples.
dtypes = st.sampled_from([np.float32, np.float64])


def finite(dtype: DTypeLike = np.float64, **limits: Any) -> st.SearchStrategy[Any]:
    width = 8 * np.dtype(dtype).itemsize
    return st.floats(allow_nan=False, allow_infinity=False, width=width, **limits)


def batches(dtype: DTypeLike = np.float64, **limits: Any) -> st.SearchStrategy[NDArray[Any]]:
    """One sample or a batch, of 1 to 5 classes."""
    shape = hnp.array_shapes(min_dims=1, max_dims=2, max_side=5)
    return hnp.arrays(dtype, shape, elements=finite(dtype, **limits))


def read_only(x: ArrayLike) -> NDArray[Any]:
    """An array that complains when it is written to."""
    x = np.array(x)
    x.flags.writeable = False
    return x


def layouts(x: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The same numbers in other places of the memory."""
    wide = np.full((2 * x.shape[0], 3 * x.shape[1]), 99, x.dtype)
    wide[::2, ::3] = x
    return {
        "Fortran": np.asfortranarray(x),
        "strided": wide[::2, ::3],
        "reversed": x[::-1, ::-1].copy()[::-1, ::-1],
    }


# The numbers of the seed.


@pytest.mark.parametrize(("y", "expected"), [(GOOD, 0.09750000000000003), (BAD, 0.5975)])
def test_squared_error_gives_the_numbers_of_the_seed(y: list[float], expected: float) -> None:
    assert sum_squared_error(y, T) == expected
    assert sum_squared_error(np.array(y), np.array(T)) == expected


@pytest.mark.parametrize(("y", "expected"), [(GOOD, 0.510825457099338), (BAD, 2.302584092994546)])
@pytest.mark.parametrize(
    ("copies", "t"),
    [(None, T), (None, 2), (1, [T]), (1, [2]), (2, [T, T]), (2, [2, 2])],
    ids=["one-hot", "index", "row one-hot", "row index", "batch one-hot", "batch index"],
)
def test_cross_entropy_gives_the_numbers_of_the_seed(
    y: list[float], expected: float, copies: int | None, t: Any
) -> None:
    batch = y if copies is None else [y] * copies
    assert cross_entropy_error(batch, t) == expected
    assert cross_entropy_error(np.array(batch), np.array(t)) == expected


def test_a_batch_of_different_samples_has_the_mean_of_their_losses() -> None:
    batch = [GOOD, BAD, GOOD, GOOD]
    single = [cross_entropy_error(y, 2) for y in batch]
    assert cross_entropy_error(batch, [2] * 4) == pytest.approx(sum(single) / 4, rel=1e-14)


def test_squared_error_of_a_batch_is_the_sum_as_in_the_book() -> None:
    assert sum_squared_error([GOOD, GOOD], [T, T]) == pytest.approx(0.195, rel=1e-14)


def test_losses_are_python_floats() -> None:
    for dtype in (np.float32, np.float64):
        y, t = np.array([0.25, 0.75], dtype), np.array([0, 1])
        assert [type(loss(y, t)) for loss in LOSSES] == [float] * 3


# Values by hand.


def test_step_is_one_only_above_zero() -> None:
    assert step_function([-2.0, -5e-324, -0.0, 0.0, 5e-324, 3.0]).tolist() == [0, 0, 0, 0, 1, 1]
    assert step_function([1.0]).dtype == np.int_


def test_relu_passes_the_positive_and_its_slope_at_zero_is_zero() -> None:
    x = [-2.0, -5e-324, 0.0, 5e-324, 3.0]
    assert relu(x).tolist() == [0, 0, 0, 5e-324, 3]
    assert relu_grad(x).tolist() == [0, 0, 0, 1, 1]


def test_sigmoid_gives_hand_computed_values() -> None:
    # 1 / (1 + 1/3) and 1 / (1 + 3)
    x = [-math.log(3), 0, math.log(3)]
    np.testing.assert_allclose(sigmoid(x), [0.25, 0.5, 0.75], rtol=1e-15)
    np.testing.assert_allclose(sigmoid_grad(x), [3 / 16, 0.25, 3 / 16], rtol=1e-15)


def test_softmax_gives_hand_computed_values() -> None:
    scores = np.log([[1, 2, 5], [3, 3, 2]])
    np.testing.assert_allclose(
        softmax(scores), [[0.125, 0.25, 0.625], [0.375, 0.375, 0.25]], rtol=1e-14
    )


def test_softmax_takes_each_row_by_itself() -> None:
    batch = [[1.0, 2.0], [1000.0, 1000.0], [-5.0, 5.0]]
    np.testing.assert_array_equal(softmax(batch), [softmax(row) for row in batch])


def test_softmax_loss_of_equal_scores_is_the_logarithm_of_their_number() -> None:
    assert softmax_loss([7.0] * 10, 3) == pytest.approx(math.log(10), rel=1e-15)


def test_softmax_loss_has_no_ceiling() -> None:
    # One sample is right, the other off by 1000.
    assert softmax_loss([[1000.0, 0.0], [1000.0, 0.0]], [0, 1]) == 500


def test_softmax_loss_keeps_the_digits_of_a_small_loss() -> None:
    # log(1 + exp(-30)); through probabilities it would be lost against delta.
    assert softmax_loss([30.0, 0.0], 0) == pytest.approx(math.log1p(math.exp(-30)), rel=2e-3)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("loss", LOSSES)
def test_no_loss_is_zero_with_a_minus(loss: Function, dtype: DTypeLike) -> None:
    # Certain and right; log(y + delta) is 0 for the last and, of float16, for all of them.
    outputs = [[1, 0], [1000, 0], [1, -1000], [0, 0], [1 - 1e-7, 1e-7]]
    if loss is cross_entropy_error:
        outputs = [[1, 0], [1 - 1e-7, 1e-7]]
    for y in np.array(outputs, dtype):
        # A target of zeros has no class and no loss; a single class is always right.
        for part, t in ((y, [1, 0]), (y, [0, 0]), (y[:1], [1]), (y[np.newaxis], [[1, 0]])):
            value = loss(part, np.array(t, dtype))
            assert value != 0 or math.copysign(1, value) == 1


def test_squared_error_of_bytes_does_not_wrap() -> None:
    y, t = np.array([0, 255], np.uint8), np.array([255, 0], np.uint8)
    assert sum_squared_error(y, t) == 255**2


# Every finite input: no infinity, no NaN, no warning (a warning is an error here).

EXTREMES = [
    *(s * x for s in (-1, 1) for x in (0.0, 5e-324, 2.2e-308, 1e-16, 36.8, 709.0, 746.0)),
    *(s * x for s in (-1, 1) for x in (1e4, 1e16, 1e308, np.finfo(np.float64).max)),
]
EXTREMES_32 = [
    *(s * x for s in (-1, 1) for x in (0.0, 1e-45, 1.2e-38, 1e-7, 17.4, 88.0, 104.0)),
    *(s * x for s in (-1, 1) for x in (1e4, 1e16, 1e38, float(np.finfo(np.float32).max))),
]
HARD = [np.array(EXTREMES), np.array(EXTREMES_32, np.float32)]
both_widths = pytest.mark.parametrize("x", HARD, ids=["float64", "float32"])


@both_widths
@pytest.mark.parametrize("f", ACTIVATIONS)
def test_activations_of_extreme_numbers_are_finite(f: Function, x: NDArray[Any]) -> None:
    assert np.isfinite(f(x)).all()
    pairs = np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)
    assert np.isfinite(f(pairs)).all()


@both_widths
def test_losses_of_extreme_numbers_are_finite(x: NDArray[Any]) -> None:
    pairs = np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)
    for t in (0, 1):
        assert math.isfinite(softmax_loss(pairs, [t] * len(pairs)))
        assert all(math.isfinite(softmax_loss(pair, t)) for pair in pairs)
        probabilities = softmax(pairs)
        assert math.isfinite(cross_entropy_error(probabilities, [t] * len(pairs)))
        assert all(math.isfinite(cross_entropy_error(y, t)) for y in probabilities)
    assert math.isfinite(sum_squared_error(pairs, pairs[::-1]))
    assert all(math.isfinite(sum_squared_error(x, np.roll(x, i))) for i in range(len(x)))


@many
@given(data=st.data())
def test_every_finite_batch_gives_finite_numbers(data: st.DataObject) -> None:
    x = data.draw(batches(data.draw(dtypes)))
    classes = st.integers(0, x.shape[-1] - 1)
    t = data.draw(hnp.arrays(np.int64, x.shape[:-1], elements=classes))
    for f in ACTIVATIONS:
        y = f(x)
        assert y.shape == x.shape
        assert np.isfinite(y).all()
    assert 0 <= softmax_loss(x, t) < np.inf
    assert math.isfinite(cross_entropy_error(softmax(x), t))
    assert 0 <= sum_squared_error(x, x[::-1]) < np.inf


def test_sigmoid_of_a_large_number_does_not_overflow() -> None:
    np.testing.assert_array_equal(sigmoid([-1e4, 1e4, -1e308, 1e308]), [0, 1, 0, 1])


def test_sigmoid_of_a_very_negative_number_keeps_its_digits() -> None:
    assert sigmoid(-700.0) == pytest.approx(math.exp(-700), rel=1e-12)
    assert sigmoid_grad(40.0) == pytest.approx(math.exp(-40), rel=1e-12)


def test_softmax_of_opposite_extremes_is_certain() -> None:
    largest = np.finfo(np.float64).max
    np.testing.assert_array_equal(softmax([[largest, -largest], [-1e4, 1e4]]), [[1, 0], [0, 1]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_cross_entropy_of_a_zero_probability_is_finite(dtype: DTypeLike) -> None:
    # -log(1e-7), the ceiling
    assert cross_entropy_error(np.array([0, 1], dtype), 0) == pytest.approx(16.118096, abs=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_cross_entropy_of_certainty_is_zero_within_delta(dtype: DTypeLike) -> None:
    assert cross_entropy_error(np.array([0, 1], dtype), 1) == pytest.approx(0, abs=2e-7)


def extreme_batches(dtype: DTypeLike, least: int, **limits: Any) -> st.SearchStrategy[Any]:
    """Batches of `least` to 4 samples, of 1 to 5 classes, any number in them an extreme one."""
    low, high = limits.get("min_value", -np.inf), limits.get("max_value", np.inf)
    extremes = [x for x in [*HARD[dtype != np.float64].tolist(), 1.0] if low <= x <= high]
    shape = st.tuples(st.integers(least, 4), st.integers(1, 5))
    return hnp.arrays(dtype, shape, elements=st.sampled_from(extremes) | finite(dtype, **limits))


@many
@given(data=st.data(), dtype=dtypes)
def test_activations_of_any_numbers_anywhere_in_memory_are_those_of_a_plain_array(
    data: st.DataObject, dtype: DTypeLike
) -> None:
    x = data.draw(extreme_batches(dtype, least=0))
    # Vectorised exponentials may differ in the last digit, and below `tiny` there are fewer.
    close = {"rtol": 10 * np.finfo(dtype).eps, "atol": np.finfo(dtype).tiny}
    for given_x in layouts(x).values():
        given_x.flags.writeable = False
        for f in ACTIVATIONS:
            y = f(given_x)
            assert y.shape == x.shape
            assert y.dtype == (np.int_ if f is step_function else dtype)
            assert np.isfinite(y).all()
            np.testing.assert_allclose(y, f(x), **close)
        np.testing.assert_array_equal(given_x, x)


@many
@given(data=st.data(), dtype=dtypes)
def test_losses_of_any_numbers_anywhere_in_memory_are_those_of_a_plain_array(
    data: st.DataObject, dtype: DTypeLike
) -> None:
    x = data.draw(extreme_batches(dtype, least=1))
    y = data.draw(hnp.arrays(dtype, x.shape, elements=finite(dtype, min_value=0, max_value=1)))
    t = data.draw(hnp.arrays(np.int64, len(x), elements=st.integers(0, x.shape[1] - 1)))
    close = 10 * float(np.finfo(dtype).eps)
    for loss, scores, top in (
        (softmax_loss, x, np.inf),
        (cross_entropy_error, y, 16.12),
        (cross_entropy_error, softmax(x), 16.12),
        (sum_squared_error, x, np.inf),
    ):
        target = one_hot(t, scores)
        expected = loss(scores, target)
        # Certainty costs -log(1 + delta), in float32 the rounding of it.
        assert -2e-7 <= expected < top
        for name, given_scores in layouts(scores).items():
            given_target = layouts(target)[name]
            given_scores.flags.writeable = given_target.flags.writeable = False
            assert loss(given_scores, given_target) == pytest.approx(expected, rel=close)
            if loss is not sum_squared_error:
                assert loss(given_scores, t) == loss(given_scores, given_target)
            np.testing.assert_array_equal(given_scores, scores)
            np.testing.assert_array_equal(given_target, target)


# Identities.


@many
@given(finite())
def test_sigmoid_of_the_opposite_is_the_complement(x: float) -> None:
    assert sigmoid(-x) == pytest.approx(1 - sigmoid(x), rel=0, abs=2.3e-16)


@many
@given(finite())
def test_sigmoid_stays_in_its_range_and_its_slope_too(x: float) -> None:
    assert 0 <= sigmoid(x) <= 1
    assert 0 <= sigmoid_grad(x) <= 0.25
    assert sigmoid_grad(x) == sigmoid_grad(-x)


@many
@given(finite(min_value=-30, max_value=30))
def test_sigmoid_is_half_of_a_hyperbolic_tangent(x: float) -> None:
    assert sigmoid(x) == pytest.approx((1 + math.tanh(x / 2)) / 2, rel=1e-12, abs=1e-15)


@many
@given(finite(min_value=-700, max_value=700))
def test_softmax_of_two_scores_is_the_sigmoid_of_their_difference(x: float) -> None:
    np.testing.assert_allclose(softmax([x, 0.0]), sigmoid([x, -x]), rtol=1e-14)


@many
@given(data=st.data(), dtype=dtypes)
def test_softmax_sums_to_one(data: st.DataObject, dtype: DTypeLike) -> None:
    y = softmax(data.draw(batches(dtype)))
    assert y.min() >= 0
    assert y.max() <= 1
    error = 1e-14 if dtype == np.float64 else 1e-6
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=error)


@many
@given(batches(min_value=-50, max_value=50), finite(min_value=-1000, max_value=1000))
def test_softmax_does_not_notice_a_shift(x: NDArray[Any], shift: float) -> None:
    np.testing.assert_allclose(softmax(x + shift), softmax(x), rtol=1e-11)


@many
@given(
    hnp.arrays(np.int64, (3, 4), elements=st.integers(-1000, 1000)),
    st.integers(-(10**9), 10**9),
)
def test_softmax_does_not_notice_an_exact_shift_to_the_bit(x: NDArray[Any], shift: int) -> None:
    np.testing.assert_array_equal(softmax(x + shift), softmax(x))
    t = [0, 3, 1]
    assert softmax_loss(x + shift, t) == softmax_loss(x, t)


@many
@given(batches(min_value=-3, max_value=3))
def test_softmax_loss_is_the_cross_entropy_of_softmax(x: NDArray[Any]) -> None:
    t = np.zeros(x.shape[:-1], int)
    # The smallest of 5 probabilities is exp(-6) / 5 = 5e-4, where delta weighs 2e-4.
    difference = softmax_loss(x, t) - cross_entropy_error(softmax(x), t)
    assert difference >= -1e-14
    assert difference < 3e-4


@many
@given(batches(min_value=-1e6, max_value=1e6))
def test_relu_is_the_input_times_its_slope(x: NDArray[Any]) -> None:
    np.testing.assert_array_equal(relu(x), x * relu_grad(x))
    np.testing.assert_array_equal(relu(x) - relu(-x), x)
    np.testing.assert_array_equal(relu_grad(x), step_function(x))


@many
@given(batches(min_value=-1e6, max_value=1e6))
def test_squared_error_is_zero_on_target_and_the_same_both_ways(x: NDArray[Any]) -> None:
    assert sum_squared_error(x, x) == 0
    assert sum_squared_error(x, x[::-1]) == sum_squared_error(x[::-1], x)
    assert sum_squared_error(x, -x) == pytest.approx(2 * np.sum(x**2), rel=1e-12)


@many
@given(batches(min_value=-700, max_value=700), st.randoms(use_true_random=False))
def test_softmax_does_not_know_the_order_of_the_classes(x: NDArray[Any], random: Any) -> None:
    order = list(range(x.shape[-1]))
    random.shuffle(order)
    np.testing.assert_allclose(softmax(x[..., order]), softmax(x)[..., order], rtol=1e-14)


@many
@given(data=st.data(), dtype=dtypes)
def test_losses_of_the_parts_of_a_batch_make_that_of_the_whole(
    data: st.DataObject, dtype: DTypeLike
) -> None:
    x = data.draw(extreme_batches(dtype, least=2, min_value=-1e4, max_value=1e4))
    t = data.draw(hnp.arrays(np.int64, len(x), elements=st.integers(0, x.shape[1] - 1)))
    cut, n = data.draw(st.integers(1, len(x) - 1)), len(x)
    for loss, y in ((softmax_loss, x), (cross_entropy_error, softmax(x))):
        parts = cut * loss(y[:cut], t[:cut]) + (n - cut) * loss(y[cut:], t[cut:])
        # The mean is taken in float64, also of float32 losses.
        assert n * loss(y, t) == pytest.approx(parts, rel=1e-13, abs=1e-15)
    target = one_hot(t, x)
    assert sum_squared_error(x, target) == pytest.approx(
        sum_squared_error(x[:cut], target[:cut]) + sum_squared_error(x[cut:], target[cut:]),
        rel=10 * float(np.finfo(dtype).eps),
    )


@pytest.mark.parametrize("loss", CROSS_ENTROPIES)
def test_the_mean_of_float32_losses_has_the_digits_of_float64(loss: Function) -> None:
    y = np.array([[0.3, 0.7], [0.6, 0.4], [0.1, 0.9]], np.float32)
    single = [loss(row, 0) for row in y]
    assert single == [float(np.float32(value)) for value in single]
    assert loss(y, [0, 0, 0]) == pytest.approx(sum(single) / 3, rel=1e-15)


# Derivatives: by a complex step of the formula, and by differences of the function.


@many
@given(finite(min_value=-300, max_value=300))
def test_sigmoid_grad_is_right_to_the_last_digits_on_both_sides(x: float) -> None:
    expected = complex_step.slope(complex_step.sigmoid, x)
    assert sigmoid(x) == pytest.approx(complex_step.sigmoid(x), rel=1e-14)
    assert sigmoid_grad(x) == pytest.approx(expected, rel=1e-12)


@many
@given(finite())
def test_relu_grad_is_that_of_the_formula(x: float) -> None:
    assert relu_grad(x) == pytest.approx(complex_step.slope(complex_step.relu, x), rel=1e-14)


@many
@given(data=st.data())
def test_gradient_of_softmax_with_cross_entropy_is_y_less_t_over_n_to_the_last_digits(
    data: st.DataObject,
) -> None:
    shape = st.tuples(st.integers(1, 4), st.integers(1, 5))
    x = data.draw(hnp.arrays(float, shape, elements=finite(min_value=-300, max_value=300)))
    t = data.draw(hnp.arrays(np.int64, len(x), elements=st.integers(0, x.shape[1] - 1)))
    grad = complex_step.gradient(lambda x: complex_step.softmax_cross_entropy(x, t), x)
    np.testing.assert_allclose((softmax(x) - one_hot(t, x)) / len(x), grad, atol=1e-15)
    assert softmax_loss(x, t) == pytest.approx(
        complex_step.softmax_cross_entropy(x, t), rel=1e-13, abs=1e-12
    )


@many
@given(hnp.arrays(float, (3, 4), elements=finite(min_value=0.01, max_value=1)))
def test_gradient_of_cross_entropy_is_the_target_over_the_probability(y: NDArray[Any]) -> None:
    t, inside = [1, 3, 0], 0.01 + 0.98 * y  # a difference must not leave [0, 1]

    def formula(y: Any) -> Any:
        return -np.mean(np.log(y[np.arange(3), t] + 1e-7))

    expected = complex_step.gradient(formula, inside)
    np.testing.assert_allclose(expected, -one_hot(t, y) / (inside + 1e-7) / 3, rtol=1e-14)
    slow = numerical_gradient(lambda y: cross_entropy_error(y, t), inside)
    # The difference is off by h^2 / 3 y^2 of the derivative: 1e-5 where y is 0.02.
    np.testing.assert_allclose(slow, expected, rtol=2e-5, atol=1e-9)


@many
@given(finite(min_value=-20, max_value=20))
def test_sigmoid_grad_is_the_slope_of_sigmoid(x: float) -> None:
    assert sigmoid_grad(x) == pytest.approx(numerical_diff(sigmoid, x), abs=1e-8)


@many
@given(finite(min_value=1e-3, max_value=100), st.sampled_from([-1, 1]))
def test_relu_grad_is_the_slope_of_relu_away_from_zero(x: float, sign: int) -> None:
    assert relu_grad(sign * x) == pytest.approx(numerical_diff(relu, sign * x), abs=1e-8)


@pytest.mark.parametrize("shape", [(3,), (1, 3), (4, 3)])
def test_gradient_of_softmax_loss_is_output_less_target_over_samples(shape: tuple[int]) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape, scale=2)
    t = rng.integers(3, size=shape[:-1])
    samples = x.size // 3
    expected = (softmax(x) - np.eye(3)[t]) / samples
    for target in (t, np.eye(3)[t]):

        def loss(x: NDArray[Any], target: NDArray[Any] = target) -> float:
            return softmax_loss(x, target)

        np.testing.assert_allclose(numerical_gradient(loss, x), expected, atol=1e-8)


def test_gradient_of_squared_error_is_output_less_target() -> None:
    y, t = np.array([0.1, 0.6, 0.3]), np.array([0, 1, 0])
    grad = numerical_gradient(lambda y: sum_squared_error(y, t), y)
    np.testing.assert_allclose(grad, y - t, atol=1e-10)


# Dtypes, shapes, memory.


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("f", KEEP_FLOATS)
def test_activations_keep_the_dtype_of_floats(f: Function, dtype: DTypeLike) -> None:
    assert f(np.array([[-1, 0, 2]], dtype)).dtype == dtype


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.bool_])
@pytest.mark.parametrize("f", [relu_grad, sigmoid, sigmoid_grad, softmax])
def test_integers_are_computed_in_float64(f: Function, dtype: DTypeLike) -> None:
    x = np.array([0, 1, 100]).astype(dtype)
    y = f(x)
    assert y.dtype == np.float64
    np.testing.assert_array_equal(y, f(x.astype(np.float64)))


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_of_integers_are_those_of_the_same_floats(loss: Function) -> None:
    y, t = np.array([[1, 0], [0, 1]]), np.array([[1, 0], [1, 0]])
    assert loss(y, t) == loss(y.astype(float), t.astype(float))


@pytest.mark.parametrize("f", ACTIVATIONS)
def test_activations_take_lists_and_single_rows(f: Function) -> None:
    row = [-1.0, 0.5, 2.0]
    assert f(row).shape == (3,)
    np.testing.assert_array_equal(f([row]), f(row)[np.newaxis])


@pytest.mark.parametrize("f", [f for f in ACTIVATIONS if f is not softmax])
def test_activations_take_a_single_number(f: Function) -> None:
    assert f(0.5).shape == ()
    assert f(0.5) == f([0.5])[0]


@pytest.mark.parametrize("f", ACTIVATIONS)
def test_an_activation_of_an_empty_batch_is_an_empty_batch(f: Function) -> None:
    assert f(np.empty((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("loss", CROSS_ENTROPIES)
def test_one_row_has_the_loss_of_its_sample(loss: Function) -> None:
    assert loss([GOOD], [2]) == loss([GOOD], [T]) == loss(GOOD, 2) == loss(GOOD, T)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("layout", ["Fortran", "strided", "reversed"])
def test_the_order_in_memory_does_not_matter(layout: str, dtype: DTypeLike) -> None:
    rng = np.random.default_rng(1)
    x = (3 * rng.standard_normal((6, 10))).astype(dtype)
    indices = rng.integers(10, size=6)
    t = one_hot(indices, x)
    moved, moved_t = layouts(x)[layout], layouts(t)[layout]
    # The order of a sum and vectorised exponentials may differ in the last digit.
    close = 10 * float(np.finfo(dtype).eps)
    for f in ACTIVATIONS:
        np.testing.assert_allclose(f(moved), f(x), rtol=close)
    for f, y in ((softmax_loss, x), (sum_squared_error, x), (cross_entropy_error, softmax(x))):
        moved_y = layouts(y)[layout]
        assert f(moved_y, moved_t) == pytest.approx(f(y, t), rel=close)
    assert softmax_loss(moved, indices[::-1].copy()[::-1]) == pytest.approx(
        softmax_loss(x, indices), rel=close
    )


@pytest.mark.parametrize("f", ACTIVATIONS)
def test_activations_do_not_change_their_input(f: Function) -> None:
    for x in ([[-1.0, 0.0, 2000.0]], np.array([1, 2], np.float32), [-1, 0, 3]):
        given = read_only(x)
        f(given)
        np.testing.assert_array_equal(given, x)


@pytest.mark.parametrize("t", [[2, 2], [T, T]], ids=["index", "one-hot"])
@pytest.mark.parametrize("loss", CROSS_ENTROPIES)
def test_cross_entropies_do_not_change_their_input(loss: Function, t: Any) -> None:
    # The seed added delta to its argument.
    given_y, given_t = read_only([GOOD, BAD]), read_only(t)
    loss(given_y, given_t)
    np.testing.assert_array_equal(given_y, [GOOD, BAD])
    np.testing.assert_array_equal(given_t, t)


def test_squared_error_does_not_change_its_input() -> None:
    given_y, given_t = read_only(GOOD), read_only(T)
    sum_squared_error(given_y, given_t)
    assert given_y.tolist() == GOOD
    assert given_t.tolist() == T


# Labels.


def test_one_hot_targets_that_fit_are_not_copied() -> None:
    t = np.eye(3)
    assert one_hot(t, np.zeros((3, 3))) is t


def test_no_samples_have_no_labels() -> None:
    y = np.zeros((0, 3), np.float32)
    for t in (np.zeros(0, int), np.zeros((0, 3))):
        assert one_hot(t, y).shape == (0, 3)
        assert one_hot(t, y).dtype == np.float32


def test_one_hot_marks_the_class() -> None:
    y = np.zeros((3, 4))
    assert one_hot([2, 0, 3], y).tolist() == [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    assert one_hot(1, y[0]).tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_one_hot_has_the_dtype_of_the_output(dtype: DTypeLike) -> None:
    y = np.zeros((2, 3), dtype)
    for t in ([2, 0], [[0, 0, 1], [1, 0, 0]], np.eye(3)[[2, 0]]):
        assert one_hot(t, y).dtype == dtype


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.uint64])
def test_one_hot_takes_any_integers(dtype: DTypeLike) -> None:
    assert one_hot(np.array([1, 0], dtype), np.zeros((2, 2))).tolist() == [[0, 1], [1, 0]]


def test_one_hot_targets_of_a_square_batch_are_not_taken_for_indices() -> None:
    # As many samples as classes: only the number of axes tells the forms apart.
    y = [[0.5, 0.5], [0.25, 0.75]]
    assert cross_entropy_error(y, [[0, 1], [1, 0]]) == cross_entropy_error(y, [1, 0])
    assert cross_entropy_error([0.5, 0.25], [1, 0]) == cross_entropy_error([0.5, 0.25], 0)


@many
@given(data=st.data())
def test_one_hot_and_index_labels_agree_to_the_bit(data: st.DataObject) -> None:
    y = data.draw(batches(data.draw(dtypes), min_value=0, max_value=1))
    classes = y.shape[-1]
    t = data.draw(hnp.arrays(np.int64, y.shape[:-1], elements=st.integers(0, classes - 1)))
    for loss in CROSS_ENTROPIES:
        for label_dtype in (np.int64, np.uint8, np.bool_, np.float32, np.float64):
            assert loss(y, np.eye(classes, dtype=label_dtype)[t]) == loss(y, t)


@pytest.mark.parametrize(
    ("y", "t"),
    [
        ((3,), (2,)),
        ((3,), (1,)),
        ((3,), (1, 3)),
        ((2, 3), ()),
        ((2, 3), (3,)),
        ((2, 3), (1,)),
        ((2, 3), (2, 1)),
        ((2, 3), (1, 3)),
        ((2, 3), (3, 2)),
        ((2, 3), (6,)),
        ((2, 3), (2, 3, 1)),
        ((1, 3), (3,)),
        ((3, 1), (1, 3)),
        ((2, 3), (0,)),
        ((), ()),
    ],
)
@pytest.mark.parametrize("f", [*CROSS_ENTROPIES, one_hot])
def test_labels_of_another_shape_are_refused_with_both_shapes(
    f: Function, y: tuple[int, ...], t: tuple[int, ...]
) -> None:
    given = (np.zeros(t, int), np.ones(y)) if f is one_hot else (np.ones(y), np.zeros(t, int))
    with pytest.raises(ValueError, match="fit") as error:
        f(*given)
    either = f" or class indices {y[:-1]}" if y else ""
    assert str(error.value) == f"t {t} does not fit y {y}: expected one-hot targets {y}{either}"


@pytest.mark.parametrize("t", [2, [0, 1], [[0, 1, 0]], [0, 1, 0, 0], []])
def test_squared_error_of_different_shapes_is_refused_with_both_shapes(t: Any) -> None:
    shapes = re.escape(f"y (3,) and t {np.shape(t)}; a class index")
    with pytest.raises(ValueError, match=f"{shapes} has .* one-hot first, see one_hot$"):
        sum_squared_error([0.1, 0.6, 0.3], t)


@pytest.mark.parametrize("loss", CROSS_ENTROPIES)
@pytest.mark.parametrize(("t", "named"), [([0, 3], "3"), ([-1, 0], "-1"), ([0, 255], "255")])
def test_class_indices_out_of_range_are_refused(loss: Function, t: list[int], named: str) -> None:
    with pytest.raises(ValueError, match=f"0 to 2.*{named}"):
        loss([[0.2, 0.3, 0.5], [0.2, 0.3, 0.5]], t)


@pytest.mark.parametrize("loss", CROSS_ENTROPIES)
@pytest.mark.parametrize("t", [[0.0, 1.0], [0.5, 1.0], [True, False], ["0", "1"]], ids=str)
def test_class_indices_that_are_not_integers_are_refused(loss: Function, t: Any) -> None:
    with pytest.raises(ValueError, match=r"integers.*dtype"):
        loss([[0.2, 0.8], [0.2, 0.8]], t)


@pytest.mark.parametrize("t", [1, [0, 1]], ids=["index", "one-hot"])
@pytest.mark.parametrize(
    ("y", "named"),
    [
        ([-0.1, 1.1], "-0.1"),
        ([-1e-12, 1.0], "-1e-12"),
        ([0.0, 1.0 + 1e-12], "1.000000000001"),
        ([3.0, 4.0], "4.0"),
        ([np.nan, 0.5], "nan"),
        ([0.5, np.nan], "nan"),
        ([np.inf, 0.5], "inf"),
        ([0.5, -np.inf], "-inf"),
    ],
)
def test_numbers_that_are_no_probabilities_are_refused(y: list[float], named: str, t: Any) -> None:
    with pytest.raises(
        ValueError, match=rf"probabilities in \[0, 1\].*{named}.*; did .* softmax\?$"
    ):
        cross_entropy_error(y, t)


@pytest.mark.parametrize("x", [[np.nan, 0.5], [[0.0, 1.0], [0.5, np.nan]]])
def test_softmax_loss_of_nan_is_refused(x: Any) -> None:
    with pytest.raises(ValueError, match=r"^x holds NaN .*did the training diverge\?$"):
        softmax_loss(x, np.zeros(np.shape(x)[:-1], int))


@pytest.mark.parametrize("shape", [(0,), (0, 3)])
@pytest.mark.parametrize("loss", CROSS_ENTROPIES)
def test_the_mean_loss_of_an_empty_batch_is_refused(loss: Function, shape: tuple[int]) -> None:
    with pytest.raises(
        ValueError, match=re.escape(f"empty batch has no mean loss, got shape {shape}")
    ):
        loss(np.empty(shape), np.empty(shape))


@pytest.mark.parametrize("loss", CROSS_ENTROPIES)
def test_the_mean_loss_of_an_empty_batch_of_indices_is_refused(loss: Function) -> None:
    with pytest.raises(ValueError, match="empty batch"):
        loss(np.empty((0, 3)), np.empty(0, int))
