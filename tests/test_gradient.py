"""Facts about kasago.common.gradient: analytic derivatives, and an array that comes back whole."""

import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import ArrayLike, NDArray

import complex_step
from kasago.common.gradient import (
    gradient_check,
    numerical_diff,
    numerical_gradient,
    numerical_gradient_2d,
    tangent_line,
)
from kasago.network import TwoLayerNet
from properties import many

Array = NDArray[Any]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


small = st.floats(-10, 10)


def seed_function(x: Any) -> Any:
    """The seed's function of one variable."""
    return 0.01 * x**2 + 0.1 * x


def bowl(x: Array) -> Any:
    """The seed's function of two variables, for any number of them; its gradient is 2x."""
    return np.sum(x**2)


class Failing:
    """A function that raises at one of its calls."""

    def __init__(self, at: int, error: BaseException, value: Any = 0.0) -> None:
        self.calls, self.at, self.error, self.value = 0, at, error, value

    def __call__(self, x: Array) -> Any:
        self.calls += 1
        if self.calls == self.at:
            raise self.error
        return self.value


# One variable.


def test_derivative_of_the_seeds_function_is_exactly_the_seeds_number() -> None:
    for x in (5, 5.0, np.float32(5), np.array(5)):
        assert numerical_diff(seed_function, x) == 0.1999999999990898


@pytest.mark.parametrize(
    ("f", "derivative"),
    [
        (np.sin, np.cos),
        (np.exp, np.exp),
        (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        (lambda x: x**3 - 2 * x, lambda x: 3 * x**2 - 2),
        (lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2),
    ],
    ids=["sin", "exp", "tanh", "cubic", "rational"],
)
def test_derivative_of_an_array_is_the_analytic_one(
    f: Callable[[Any], Any], derivative: Callable[[Any], Any]
) -> None:
    x = np.linspace(-2, 2, 21).reshape(3, 7)
    np.testing.assert_allclose(numerical_diff(f, x), derivative(x), atol=1e-7)


@many
@given(small, small, small, small)
def test_central_difference_of_a_parabola_has_no_error_of_the_formula(
    a: float, b: float, c: float, x: float
) -> None:
    # What is left is rounding: 1e-16 times the values over h.
    assert numerical_diff(lambda x: a * x**2 + b * x + c, x) == pytest.approx(
        2 * a * x + b, abs=1e-8
    )


@many
@given(small, st.floats(1e-3, 1))
def test_the_error_of_the_formula_grows_with_the_square_of_the_step(x: float, h: float) -> None:
    # (x + h)^3 - (x - h)^3 = 2h (3x^2 + h^2)
    assert numerical_diff(lambda x: x**3, x, h=h) == pytest.approx(3 * x**2 + h**2, rel=1e-9)


def test_each_element_may_have_a_step_of_its_own() -> None:
    for h in (np.array([1, 2]), np.array([1, 2], np.float32)):
        # At 0: h^2
        assert numerical_diff(lambda x: x**3, [0, 0], h=h).tolist() == [1, 4]


def test_derivative_of_a_cubic_is_off_by_the_square_of_the_step() -> None:
    # (x + h)^3 - (x - h)^3 = 2h (3x^2 + h^2), with h = 1e-4; at 0 nothing is rounded away.
    assert numerical_diff(lambda x: x**3, 0.0) == pytest.approx(1e-8, rel=1e-9)


@many
@given(st.floats(-3, 3))
def test_derivative_is_that_of_a_complex_step(x: float) -> None:
    def f(x: Any) -> Any:
        return np.exp(np.sin(x)) / (2 + np.cos(3 * x))

    assert numerical_diff(f, x) == pytest.approx(complex_step.slope(f, x), abs=1e-6)


def test_derivative_at_an_integer_does_not_cut_off_the_step() -> None:
    for x in (3, np.array([3, 3]), [3, 3]):
        np.testing.assert_allclose(numerical_diff(lambda x: x**2, x), 6, rtol=1e-9)


def test_derivative_of_float32_is_computed_in_float64() -> None:
    result = numerical_diff(lambda x: x**2, np.array([300], np.float32))
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, 600, rtol=1e-9)


def test_derivative_at_a_number_is_a_number() -> None:
    assert np.ndim(numerical_diff(np.sin, 1)) == 0
    assert isinstance(numerical_diff(np.sin, np.array(1.0)), float)


def test_derivative_does_not_change_its_point() -> None:
    x = np.array([1.0, 2.0])
    x.flags.writeable = False
    numerical_diff(np.square, x)
    assert x.tolist() == [1, 2]


@many
@given(small)
def test_a_tangent_touches_and_has_the_slope_of_the_function(x: float) -> None:
    line = tangent_line(np.sin, x)
    assert line(x) == pytest.approx(np.sin(x), abs=1e-12)
    assert line(x + 1) - line(x) == pytest.approx(np.cos(x), abs=1e-8)


def test_a_tangent_of_a_parabola_lies_below_it() -> None:
    t = np.linspace(0, 20, 201)
    gap = seed_function(t) - tangent_line(seed_function, 5)(t)
    # f(t) - f(5) - f'(5)(t - 5) = 0.01 (t - 5)^2
    np.testing.assert_allclose(gap, 0.01 * (t - 5) ** 2, atol=1e-10)


# Many variables.


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (2, 3, 2), (0,), (2, 0)])
def test_gradient_has_the_shape_of_its_point(shape: tuple[int, ...]) -> None:
    x = np.asarray(np.random.default_rng(0).normal(size=shape))
    grad = numerical_gradient(bowl, x)
    assert isinstance(grad, np.ndarray)
    assert grad.shape == shape
    assert grad.dtype == np.float64
    np.testing.assert_allclose(grad, 2 * x, atol=1e-9)


@many
@given(hnp.arrays(float, 3, elements=small), hnp.arrays(float, 7, elements=small))
def test_gradient_of_a_polynomial_of_several_variables(x: Array, c: Array) -> None:
    def polynomial(x: Array) -> Any:
        u, v, w = x
        terms = np.array([1, u, v**2, u * v, v * w, u * v * w, u**2 * w])
        return np.dot(c, terms)

    u, v, w = x
    analytic = [
        c[1] + c[3] * v + c[5] * v * w + 2 * c[6] * u * w,
        2 * c[2] * v + c[3] * u + c[4] * w + c[5] * u * w,
        c[4] * v + c[5] * u * v + c[6] * u**2,
    ]
    # Values up to 2e4 are rounded at 4e-12, and divided by 2h.
    np.testing.assert_allclose(numerical_gradient(polynomial, x), analytic, atol=1e-6)


@many
@given(hnp.arrays(float, st.integers(2, 5), elements=st.floats(-2, 2)))
def test_gradient_is_that_of_a_complex_step(x: Array) -> None:
    def rosenbrock(x: Array) -> Any:
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    # The third derivative, up to 4800, times h^2 / 6; values of 1e4 rounded, over h.
    np.testing.assert_allclose(
        numerical_gradient(rosenbrock, x), complex_step.gradient(rosenbrock, x), atol=2e-5
    )


def test_gradient_of_a_matrix_function() -> None:
    # d(a W b)/dW_ij = a_i b_j
    rng = np.random.default_rng(0)
    a, b, W = rng.normal(size=2), rng.normal(size=3), rng.normal(size=(2, 3))
    grad = numerical_gradient(lambda W: a @ W @ b, W)
    np.testing.assert_allclose(grad, np.outer(a, b), atol=1e-10)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_a_function_that_reads_the_array_through_a_closure_sees_it_move(
    shape: tuple[int, ...],
) -> None:
    W = np.asarray(np.random.default_rng(0).normal(size=shape))
    grad = numerical_gradient(lambda _: bowl(W), W)
    np.testing.assert_allclose(grad, 2 * W, atol=1e-9)


def test_the_function_is_given_the_array_itself_one_element_moved() -> None:
    x, before, moved = np.zeros((2, 2)), np.zeros((2, 2)), []

    def f(given: Array) -> float:
        assert given is x
        moved.append(np.flatnonzero(given != before).tolist())
        return 0.0

    numerical_gradient(f, x)
    assert moved == [[i] for i in (0, 0, 1, 1, 2, 2, 3, 3)]


@pytest.mark.parametrize("value", [7, 7.0, True, np.float32(7), np.int64(7), np.array(7.0)])
def test_any_single_number_is_a_value(value: Any) -> None:
    assert numerical_gradient(lambda _: value, np.ones(2)).tolist() == [0, 0]


# The array comes back.

AWKWARD = [0.1, -0.0, 0.0, 5e-324, 1e-4, 1 / 3, -1e8, 1e300, np.nan]


def flat(x: Array) -> Any:
    """Return a number whatever the point, so that no arithmetic complains."""
    return float(x.size)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_every_element_is_restored_to_the_bit(dtype: Any) -> None:
    x = np.array([v for v in AWKWARD if not abs(v) > float(np.finfo(dtype).max)], dtype)
    before = x.tobytes()
    numerical_gradient(flat, x)
    assert x.tobytes() == before


@many
@given(hnp.arrays(float, hnp.array_shapes(max_dims=3, max_side=3), elements=st.floats()))
def test_any_float_is_restored_to_the_bit(x: Array) -> None:
    before = x.copy()
    with np.errstate(invalid="ignore"):  # A signalling NaN says that it is one.
        numerical_gradient(flat, x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(np.signbit(x), np.signbit(before))


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("at", range(1, 13))
def test_the_array_is_restored_when_the_function_raises(at: int, kind: type[BaseException]) -> None:
    x = np.random.default_rng(at).normal(size=(2, 3))
    before, error = x.tobytes(), kind()
    with pytest.raises(kind) as caught:
        numerical_gradient(Failing(at, error), x)
    assert caught.value is error
    assert x.tobytes() == before


@pytest.mark.parametrize("bad_call", [1, 2, 3])
def test_the_array_is_restored_when_a_value_is_refused(bad_call: int) -> None:
    x = np.array([0.1, 0.2])
    values = [1.0, 1.0, 1.0, 1.0]
    given: list[Any] = [*values[: bad_call - 1], np.ones(2), *values]
    answers = iter(given)
    with pytest.raises(ValueError, match="one number"):
        numerical_gradient(lambda _: next(answers), x)
    assert x.tolist() == [0.1, 0.2]


# Views.


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a[::2, ::3],
        lambda a: a[::-1, ::-1],
        lambda a: a.T,
        lambda a: a[1],
        lambda a: a[:, 1],
        lambda a: a[1, 2, ...],
        np.asfortranarray,
    ],
    ids=["strided", "reversed", "transposed", "row", "column", "element", "Fortran"],
)
def test_a_view_is_moved_in_the_memory_of_its_owner(view: Callable[[Array], Array]) -> None:
    owner = np.random.default_rng(0).normal(size=(4, 6))
    before = owner.copy()
    x = view(owner)
    np.testing.assert_allclose(numerical_gradient(bowl, x), 2 * x, atol=1e-9)
    np.testing.assert_array_equal(owner, before)
    if np.shares_memory(x, owner):
        grad = numerical_gradient(lambda _: bowl(owner), x)
        np.testing.assert_allclose(grad, 2 * x, atol=1e-8)
        np.testing.assert_array_equal(owner, before)


# Precision.


def test_float32_is_right_to_three_digits() -> None:
    # The seed's step of 1e-4 vanishes beside 300 in float32: it gave 0.
    x = np.array([300, 400], np.float32)
    grad = numerical_gradient(bowl, x)
    assert grad.dtype == np.float32
    np.testing.assert_allclose(grad, [600, 800], rtol=1e-3)


@many
@given(
    hnp.arrays(np.float32, 2, elements=st.floats(0.125, 1024, width=32)),
    st.sampled_from([-1, 0, 1]),
)
def test_float32_gradient_of_a_product_is_right_to_three_digits(x: Array, sign: int) -> None:
    x[0] *= sign
    grad = numerical_gradient(lambda x: x[0] * x[1], x)
    np.testing.assert_allclose(grad, x[::-1], rtol=1e-3)


@pytest.mark.parametrize(("dtype", "digits"), [(np.float32, 23), (np.float16, 10)])
def test_the_step_near_zero_is_the_cube_root_of_the_rounding_error(dtype: Any, digits: int) -> None:
    # (h^3 - (-h)^3) / 2h = h^2; 2^-23 and 2^-10 is what 1 is off from its neighbour.
    square = numerical_gradient(lambda x: float(x[0]) ** 3, np.zeros(1, dtype))[0]
    assert square == pytest.approx(2 ** (-digits * 2 / 3), rel=2e-3)


def test_float16_is_right_to_two_digits() -> None:
    grad = numerical_gradient(bowl, np.array([3, -4], np.float16))
    np.testing.assert_allclose(grad, [6, -8], rtol=1e-2)


# Refusals.


@pytest.mark.parametrize(
    ("x", "named"),
    [
        (np.array([3, 4]), "int64"),
        (np.array([3, 4], np.uint8), "uint8"),
        (np.array([True]), "bool"),
        (np.array([3j]), "complex128"),
        (np.array([3.0], dtype=object), "object"),
        ([3.0, 4.0], "list"),
        (3.0, "float"),
        (np.float64(3), "float64"),
    ],
)
def test_what_is_not_an_array_of_floats_is_refused(x: Any, named: str) -> None:
    with pytest.raises(TypeError, match=rf"floats, got .*{named}\b.* dtype=float\)$") as error:
        numerical_gradient(bowl, x)
    assert "numerical_gradient" in str(error.value)


def test_a_refused_integer_array_is_not_changed() -> None:
    x = np.array([3, 4])
    with pytest.raises(TypeError):
        numerical_gradient(bowl, x)
    assert x.tolist() == [3, 4]


@pytest.mark.parametrize(
    "value", [np.ones(2), np.ones(1), np.ones((1, 1)), [1.0], np.empty(0)], ids=repr
)
def test_a_function_that_returns_an_array_is_refused(value: Any) -> None:
    shape = re.escape(str(np.shape(value)))
    with pytest.raises(ValueError, match=f"one number.*{shape}"):
        numerical_gradient(lambda _: value, np.ones(2))


@pytest.mark.parametrize("value", [None, "3", 1j, np.complex128(1j)], ids=repr)
def test_a_function_that_returns_no_real_number_is_refused(value: Any) -> None:
    # None is what a function without a return statement gives.
    with pytest.raises(ValueError, match=re.escape(f"one number, got {value!r}")):
        numerical_gradient(lambda _: value, np.ones(2))


def test_a_read_only_array_is_refused_and_stays() -> None:
    x = np.array([3.0, 4.0])
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        numerical_gradient(bowl, x)
    assert x.tolist() == [3, 4]


# A point a row.

by_way = pytest.mark.parametrize(
    "how", [{}, {"vectorized": True}], ids=["point by point", "vectorized"]
)


@many
@given(hnp.arrays(float, st.tuples(st.integers(0, 4), st.integers(1, 3)), elements=small))
def test_gradient_at_rows_is_the_gradient_at_each_row(X: Array) -> None:
    def f(x: Array) -> Any:
        return np.prod(np.sin(x)) + bowl(x)

    expected = [numerical_gradient(f, row.copy()) for row in X]
    np.testing.assert_array_equal(numerical_gradient_2d(f, X), np.reshape(expected, X.shape))


def test_gradient_at_one_point_has_its_shape() -> None:
    np.testing.assert_allclose(numerical_gradient_2d(bowl, np.array([3.0, 4.0])), [6, 8])
    np.testing.assert_allclose(numerical_gradient_2d(bowl, np.array([[3.0, 4.0]])), [[6, 8]])


@pytest.mark.parametrize("X", [[[3.0, 4.0], [0.0, 2.0]], [3.0, 4.0]], ids=["rows", "point"])
def test_gradient_at_rows_takes_lists_and_read_only_arrays(X: ArrayLike) -> None:
    given = np.array(X)
    given.flags.writeable = False
    np.testing.assert_allclose(numerical_gradient_2d(bowl, given), 2 * given, atol=1e-9)
    np.testing.assert_allclose(numerical_gradient_2d(bowl, X), 2 * given, atol=1e-9)
    np.testing.assert_array_equal(given, X)


def test_points_are_left_as_they_are_when_the_function_raises() -> None:
    X = np.array([[0.1, 0.2], [0.3, 0.4]])
    with pytest.raises(RuntimeError):
        numerical_gradient_2d(Failing(6, RuntimeError()), X)
    assert X.tolist() == [[0.1, 0.2], [0.3, 0.4]]


def test_points_are_taken_one_by_one() -> None:
    shapes = []

    def f(x: Array) -> Any:
        shapes.append(x.shape)
        return np.sum(x**2)

    numerical_gradient_2d(f, np.ones((3, 2)))
    assert shapes == [(2,)] * 12


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x[0] * np.mean(x),
        lambda x: np.sum(x**2, axis=-1),
        lambda x: np.cumsum(x[0] * x[1])[-1] * x[0],
        lambda x: np.maximum.accumulate(np.ravel(x[0]))[-1] * x[1],
        lambda x: max(x[0], x[1]),  # an array is neither true nor false
        lambda x: x[0] if x[0] > 0 else -x[1],
        lambda x: float(x[0]),
    ],
)
@pytest.mark.parametrize("n", [1, 2, 7])
def test_one_point_does_not_know_of_the_others(f: Any, n: int) -> None:
    X = rng(3).normal(size=(n, 2))
    expected = [numerical_gradient(f, x) for x in X.copy()]
    np.testing.assert_array_equal(numerical_gradient_2d(f, X), expected)


def test_a_vectorized_function_is_given_all_points_together() -> None:
    shapes = []

    def f(x: Array) -> Any:
        shapes.append(x.shape)
        return x[0] ** 2 + 3 * x[1]

    X = rng().normal(size=(1000, 2))
    grad = numerical_gradient_2d(f, X, vectorized=True)
    np.testing.assert_allclose(grad, np.stack([2 * X[:, 0], np.full(1000, 3)], axis=-1), atol=1e-6)
    assert shapes == [(2, 1000)] * 4


@many
@given(
    dtype=st.sampled_from([np.float64, np.float32]),
    shape=st.tuples(st.integers(0, 4), st.just(2)) | st.just((2,)),
    seed=st.integers(0, 1000),
)
def test_vectorized_or_not_the_gradient_is_the_same(
    dtype: Any, shape: tuple[int, ...], seed: int
) -> None:
    X = np.asarray(rng(seed).uniform(-10, 10, shape), dtype)
    X.flags.writeable = False

    def f(x: Array) -> Any:
        return x[0] * np.sin(x[1]) + x[0] ** 2

    slow = numerical_gradient_2d(f, X)
    fast = numerical_gradient_2d(f, X, vectorized=True)
    assert fast.shape == shape
    assert fast.dtype == slow.dtype == dtype
    # Values of 100, rounded in the last digit, over the step.
    close = 1e-9 if dtype == np.float64 else 1e-2
    np.testing.assert_allclose(fast, slow, atol=close)


def test_a_vectorized_function_may_return_a_variable_itself() -> None:
    grad = numerical_gradient_2d(lambda x: x[1], np.ones((3, 2)), vectorized=True)
    np.testing.assert_allclose(grad, [[0, 1]] * 3)


@pytest.mark.parametrize(
    ("f", "named"),
    [
        (lambda x: np.sum(x**2), r"for each of 3 points, shape \(3,\); got float64 of shape \(\)"),
        (lambda x: x, r"got float64 of shape \(2, 3\)"),
        (lambda x: x[0, :2], r"got float64 of shape \(2,\)"),
        (lambda x: x[0] * 1j, r"got complex128 of shape \(3,\)"),
        (lambda x: None, r"got object of shape \(\)"),
    ],
)
def test_what_is_no_number_for_each_point_is_refused(f: Any, named: str) -> None:
    with pytest.raises(ValueError, match=f"^a vectorized f must return .*{named}$"):
        numerical_gradient_2d(f, np.ones((3, 2)), vectorized=True)


def test_what_a_vectorized_function_raises_is_not_hidden() -> None:
    error = RuntimeError()
    for at in range(1, 5):
        with pytest.raises(RuntimeError) as caught:
            numerical_gradient_2d(Failing(at, error, np.ones(2)), np.ones((2, 2)), vectorized=True)
        assert caught.value is error


@by_way
def test_no_points_have_no_gradients(how: dict[str, bool]) -> None:
    assert numerical_gradient_2d(lambda x: x[0] ** 2, np.empty((0, 2)), **how).shape == (0, 2)


@by_way
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.float32])
def test_differences_of_small_types_do_not_wrap(dtype: Any, how: dict[str, bool]) -> None:
    # From 1 to 0 within the step.
    X = np.array([[1.0, 5.0], [3.0, 5.0]])
    grad = numerical_gradient_2d(lambda x: (x[0] < 1).astype(dtype), X, **how)
    np.testing.assert_allclose(grad, [[-1 / 2e-4, 0], [0, 0]])


# Checking a gradient.


def cubes() -> tuple[dict[str, Array], dict[str, Array]]:
    params = {"W": rng().normal(size=(3, 4)), "b": rng(1).normal(size=4)}
    return params, {name: 3 * param**2 for name, param in params.items()}


HOW: list[dict[str, Any]] = [{}, {"entries": 10}, {"directions": 3}]


@pytest.mark.parametrize("how", HOW, ids=str)
def test_a_right_gradient_passes_and_a_wrong_entry_shows(how: dict[str, Any]) -> None:
    params, grads = cubes()
    before = {name: param.copy() for name, param in params.items()}

    def f() -> float:
        return float(sum(np.sum(param**3) for param in params.values()))

    assert gradient_check(f, params, grads, rng=rng(), **how) < 1e-7
    for name, param in params.items():
        np.testing.assert_array_equal(param, before[name])
    wrong = {"W": -grads["W"], "b": grads["b"]}
    assert gradient_check(f, params, wrong, rng=rng(), **how) > 0.1


@pytest.mark.parametrize("how", HOW, ids=str)
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(("name", "index"), [("W", (0, 0)), ("W", (2, 3)), ("b", 0), ("b", 3)])
def test_a_gradient_that_is_not_finite_never_passes(
    how: dict[str, Any], value: float, name: str, index: Any
) -> None:
    params, grads = cubes()
    grads[name][index] = value
    error = gradient_check(lambda: 0.0, params, grads, rng=rng(), **how)
    assert math.isnan(error)


@pytest.mark.parametrize("how", HOW, ids=str)
def test_a_loss_that_is_not_a_number_somewhere_never_passes(how: dict[str, Any]) -> None:
    params, grads = cubes()
    losses = itertools.cycle([0.0, 0.0, np.nan, 0.0])
    zero = {name: np.zeros_like(grad) for name, grad in grads.items()}
    assert math.isnan(gradient_check(lambda: next(losses), params, zero, rng=rng(), **how))


@pytest.mark.parametrize("how", HOW, ids=str)
def test_a_check_that_fails_restores_the_parameters(how: dict[str, Any]) -> None:
    params, grads = cubes()
    before = {name: param.copy() for name, param in params.items()}

    def f() -> float:
        raise RuntimeError("the loss fails")

    with pytest.raises(RuntimeError, match="the loss fails"):
        gradient_check(f, params, grads, rng=rng(), **how)
    for name, param in params.items():
        np.testing.assert_array_equal(param, before[name])


def test_a_check_of_what_cannot_be_checked_is_refused() -> None:
    params, grads = cubes()
    with pytest.raises(ValueError, match=r"^give entries or directions, not both$"):
        gradient_check(lambda: 0.0, params, grads, entries=1, directions=1)
    with pytest.raises(ValueError, match=r"'b' has shape \(4,\), its gradient none"):
        gradient_check(lambda: 0.0, params, {"W": grads["W"]})
    with pytest.raises(ValueError, match=r"'b' has shape \(4,\), its gradient \(1, 4\)"):
        gradient_check(lambda: 0.0, params, {"W": grads["W"], "b": np.ones((1, 4))})
    with pytest.raises(TypeError, match="'W' is float32"):
        gradient_check(lambda: 0.0, {"W": np.ones(2, np.float32)}, {"W": np.ones(2)})


@pytest.mark.parametrize("how", HOW[:2], ids=str)
@pytest.mark.parametrize(
    ("claimed", "error"),
    [
        ([3, 3], 0),
        # Off by 2 of 5, by 6 of 3, by 3 of 0.5: the largest entry is the measure ...
        ([3, 5], 2 / 5),
        ([3, -3], 2),
        ([0.5, 0], 6),
        # ... but of a gradient of nothing, 1 is.
        ([0, 0], 3),
    ],
)
def test_an_error_is_measured_by_the_largest_entry(
    how: dict[str, Any], claimed: list[float], error: float
) -> None:
    params = {"a": np.ones(5), "b": np.ones((5, 1))}
    grads = {"a": np.full(5, claimed[0]), "b": np.full((5, 1), claimed[1])}

    def f() -> float:
        return 3 * float(params["a"].sum() + params["b"].sum())

    measured = gradient_check(f, params, grads, rng=rng(), **how)
    assert measured == pytest.approx(error, abs=1e-10)


def test_an_error_along_a_direction_is_its_part_of_the_gradient() -> None:
    # In one variable the only directions are forward and back.
    params, grads = {"a": np.array([2.0])}, {"a": np.array([8.0])}
    for seed in range(5):
        error = gradient_check(
            lambda: float(params["a"][0] ** 2), params, grads, directions=1, rng=rng(seed)
        )
        assert error == pytest.approx(4 / 8)


def test_nothing_to_check_has_no_error() -> None:
    assert gradient_check(lambda: 1.0, {}, {}) == 0
    empty = {"a": np.empty((0, 3))}
    for how in ({}, {"entries": 0}, {"directions": 0}, {"directions": 1}):
        assert gradient_check(lambda: 1.0, empty, empty, **how) == 0


def test_entries_are_drawn_once_each() -> None:
    calls = []

    def f() -> float:
        calls.append(params["W"].copy())
        return float(np.sum(params["W"]))

    params, grads = {"W": np.zeros((3, 4))}, {"W": np.ones((3, 4))}
    for seed in range(5):
        calls.clear()
        assert gradient_check(f, params, grads, entries=12, rng=rng(seed)) < 1e-8
        assert len(calls) == 24
        assert np.all(np.any(calls, axis=0))
    with pytest.raises(ValueError, match="larger sample"):
        gradient_check(f, params, grads, entries=13)


@pytest.mark.parametrize("how", [{"entries": 2}, {"directions": 1}], ids=str)
def test_the_same_seed_checks_the_same(how: dict[str, Any]) -> None:
    params, wrong = {"W": np.ones((5, 6))}, {"W": rng(1).normal(size=(5, 6))}

    def f() -> float:
        return float(np.sum(params["W"] ** 2))

    one, same, other = (
        gradient_check(f, params, wrong, rng=rng(seed), **how) for seed in (7, 7, 8)
    )
    assert one == same != other


def test_backpropagation_on_mnist_sizes_is_right_along_random_directions() -> None:
    net = TwoLayerNet(rng=rng(), dtype=np.float64)
    x, t = rng(1).random((20, 784)), rng(2).integers(10, size=20)
    grads = net.gradient(x, t)
    error = gradient_check(lambda: net.loss(x, t), net.params, grads, directions=5, rng=rng(3))
    assert error < 1e-8


@by_way
@pytest.mark.parametrize("X", [[[3, 4], [0, 2]], [3, 4], np.zeros((0, 2), int)], ids=str)
def test_integer_points_are_refused(X: ArrayLike, how: dict[str, bool]) -> None:
    with pytest.raises(TypeError, match=r"int64.*dtype=float"):
        numerical_gradient_2d(bowl, X, **how)


@by_way
@pytest.mark.parametrize("shape", [(), (2, 2, 2)])
def test_points_with_other_axes_are_refused_with_their_shape(
    shape: tuple[int, ...], how: dict[str, bool]
) -> None:
    with pytest.raises(ValueError, match=re.escape(f"(n, d) or (d,), got {shape}")):
        numerical_gradient_2d(bowl, np.ones(shape), **how)
