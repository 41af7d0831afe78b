"""Facts about kasago.common.optimizer: the walk from (-3, 4), and steps that move in place."""

import math
import re
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from kasago.common.optimizer import (
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    Momentum,
    Nesterov,
    RMSprop,
    gradient_descent,
)
from properties import many

Array = NDArray[Any]


def bowl(x: Array) -> Any:
    return np.sum(x**2)


# Steepest descent.


def test_descent_of_the_book_ends_at_the_minimum() -> None:
    history = gradient_descent(bowl, np.array([-3.0, 4.0]), lr=0.1, step_num=100)
    assert np.linalg.norm(history[-1]) < 1e-8


@pytest.mark.parametrize("lr", [0.1, 0.3, 0.9])
def test_each_step_in_the_bowl_shrinks_the_point_by_one_less_twice_the_rate(lr: float) -> None:
    # x - lr * 2x
    start = np.array([-3.0, 4.0])
    history = gradient_descent(bowl, start, lr=lr, step_num=20)
    expected = start * (1 - 2 * lr) ** np.arange(20)[:, np.newaxis]
    np.testing.assert_allclose(history, expected, atol=1e-9)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3)])
@pytest.mark.parametrize("step_num", [0, 1, 4])
def test_history_has_a_point_for_each_step_and_starts_at_the_start(
    shape: tuple[int, ...], step_num: int
) -> None:
    start = np.asarray(np.random.default_rng(0).normal(size=shape))
    history = gradient_descent(bowl, start, step_num=step_num)
    assert history.shape == (step_num, *shape)
    if step_num:
        np.testing.assert_array_equal(history[0], start)


def test_by_default_there_are_100_steps_at_rate_one_hundredth() -> None:
    history = gradient_descent(bowl, [1.0])
    assert history.shape == (100, 1)
    assert history[-1] == pytest.approx(0.98**99)


def test_points_of_the_history_are_not_one_and_the_same() -> None:
    history = gradient_descent(bowl, [1.0, 2.0], lr=0.1, step_num=5)
    assert len(np.unique(history, axis=0)) == 5


@pytest.mark.parametrize(
    "start",
    [[-3.0, 4.0], [-3, 4], (-3, 4), np.array([-3, 4]), np.array([-3.0, 4.0], np.float32)],
    ids=["floats", "integers", "tuple", "integer array", "float32"],
)
def test_any_start_gives_the_same_walk_in_float64(start: Any) -> None:
    expected = gradient_descent(bowl, np.array([-3.0, 4.0]), lr=0.1, step_num=10)
    history = gradient_descent(bowl, start, lr=0.1, step_num=10)
    assert history.dtype == np.float64
    np.testing.assert_array_equal(history, expected)


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.float64])
def test_the_start_does_not_move(dtype: Any) -> None:
    # The seed's init_x moved along.
    start = np.array([-3, 4], dtype)
    start.flags.writeable = False
    gradient_descent(bowl, start, lr=0.1, step_num=10)
    assert start.tolist() == [-3, 4]
    numbers = [-3, 4]
    gradient_descent(bowl, numbers, lr=0.1, step_num=10)
    assert numbers == [-3, 4]


@many
@given(
    hnp.arrays(float, 2, elements=st.floats(-10, 10)),
    hnp.arrays(float, (2, 2), elements=st.floats(-1, 1)),
)
def test_a_small_rate_never_climbs_a_convex_function(start: Array, A: Array) -> None:
    # |Ax|^2 + |x|^2 curves by 2 (|A|^2 + 1), 10 at most: a rate below 0.1 is small.
    def f(x: Array) -> Any:
        return bowl(A @ x) + bowl(x)

    heights = [f(x) for x in gradient_descent(f, start, lr=0.05, step_num=20)]
    # Near the minimum the difference of two heights is rounding.
    assert all(np.diff(heights) <= 1e-12 * (1 + heights[0]))
    assert heights[-1] <= heights[0]


def test_a_rate_above_one_over_the_half_curvature_diverges() -> None:
    history = gradient_descent(bowl, [-3.0, 4.0], lr=1.1, step_num=50)
    length = np.linalg.norm(history, axis=1)
    assert all(np.diff(length) > 0)
    assert length[-1] > 1e4


def test_a_rate_of_ten_ends_far_away_and_a_rate_of_nearly_zero_stays() -> None:
    # The book's two failures.
    far = gradient_descent(bowl, [-3.0, 4.0], lr=10.0, step_num=20)
    assert np.linalg.norm(far[-1]) > 1e10
    near = gradient_descent(bowl, [-3.0, 4.0], lr=1e-10, step_num=20)
    np.testing.assert_allclose(near[-1], [-3, 4], rtol=1e-7)


def test_a_descent_on_a_plain_stays() -> None:
    history = gradient_descent(lambda _: 1.0, [1.0, 2.0], lr=0.5, step_num=3)
    assert history.tolist() == [[1, 2]] * 3


@pytest.mark.parametrize("step_num", [-1, -100])
def test_a_negative_number_of_steps_is_refused(step_num: int) -> None:
    with pytest.raises(ValueError, match=f"step_num must be 0 or more, got {step_num}"):
        gradient_descent(bowl, [1.0], step_num=step_num)


def test_a_descent_on_a_function_of_several_values_is_refused() -> None:
    with pytest.raises(ValueError, match="one number"):
        gradient_descent(lambda x: x**2, [1.0, 2.0])


def test_all_that_comes_from_the_module_is_what_came_from_the_books() -> None:
    """A program of chapter 6 has NumPy from there alone."""
    space: dict[str, Any] = {}
    exec("from kasago.common.optimizer import *", space)
    assert space["np"] is np
    assert space["SGD"] is SGD


# SGD.


def parameters() -> dict[str, Array]:
    return {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([5.0, 6.0])}


def gradients() -> dict[str, Array]:
    return {"W": np.array([[10.0, 0.0], [-10.0, 20.0]]), "b": np.array([1.0, -1.0])}


def test_sgd_steps_against_the_gradient() -> None:
    params = parameters()
    SGD(lr=0.1).update(params, gradients())
    np.testing.assert_allclose(params["W"], [[0, 2], [4, 2]])
    np.testing.assert_allclose(params["b"], [4.9, 6.1])


def test_sgd_moves_the_arrays_that_others_hold() -> None:
    params = parameters()
    held = dict(params)
    SGD(lr=0.1).update(params, gradients())
    assert all(params[name] is held[name] for name in held)
    np.testing.assert_allclose(held["b"], [4.9, 6.1])


def test_sgd_writes_into_the_arrays_and_not_into_the_mapping() -> None:
    params = parameters()
    SGD(lr=0.1).update(MappingProxyType(params), MappingProxyType(gradients()))
    np.testing.assert_allclose(params["b"], [4.9, 6.1])


def test_sgd_moves_the_owner_of_a_view() -> None:
    owner = np.zeros((2, 3))
    SGD(lr=1).update({"column": owner[:, 1]}, {"column": np.array([1.0, 2.0])})
    assert owner.tolist() == [[0, -1, 0], [0, -2, 0]]


def test_sgd_does_not_change_the_gradients() -> None:
    grads = gradients()
    for grad in grads.values():
        grad.flags.writeable = False
    SGD().update(parameters(), grads)
    assert grads["b"].tolist() == [1, -1]


def test_sgd_by_default_takes_a_hundredth_of_the_gradient() -> None:
    params = {"b": np.zeros(1)}
    SGD().update(params, {"b": np.array([-1.0])})
    assert params["b"] == 0.01


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sgd_keeps_the_dtype_of_a_parameter(dtype: Any) -> None:
    params = {"b": np.zeros(2, dtype)}
    SGD(lr=0.5).update(params, {"b": np.ones(2)})
    assert params["b"].dtype == dtype
    assert params["b"].tolist() == [-0.5, -0.5]


def test_sgd_walks_down_like_gradient_descent() -> None:
    history = gradient_descent(bowl, [-3.0, 4.0], lr=0.1, step_num=11)
    params = {"x": np.array([-3.0, 4.0])}
    for _ in range(10):
        SGD(lr=0.1).update(params, {"x": 2 * params["x"]})
    np.testing.assert_allclose(params["x"], history[-1], atol=1e-9)


@pytest.mark.parametrize("missing", ["W", "b"])
def test_sgd_refuses_a_missing_gradient_and_moves_nothing(missing: str) -> None:
    params, grads = parameters(), gradients()
    del grads[missing]
    with pytest.raises(ValueError, match=f"no gradient for '{missing}'"):
        SGD(lr=0.1).update(params, grads)
    for name, value in parameters().items():
        np.testing.assert_array_equal(params[name], value)


@pytest.mark.parametrize(
    ("wrong", "shape"), [("W", (2,)), ("W", (4,)), ("W", ()), ("b", (1,)), ("b", (1, 2)), ("b", ())]
)
def test_sgd_refuses_a_gradient_that_would_be_broadcast_and_moves_nothing(
    wrong: str, shape: tuple[int, ...]
) -> None:
    params, grads = parameters(), gradients()
    grads[wrong] = np.ones(shape)
    named = f"'{wrong}' has shape {shape}, the parameter {params[wrong].shape}"
    with pytest.raises(ValueError, match=re.escape(named)):
        SGD(lr=0.1).update(params, grads)
    for name, value in parameters().items():
        np.testing.assert_array_equal(params[name], value)


# The other optimizers, against their formulas written out for one number.


def by_hand(rule: str, grads: list[float]) -> float:
    """Return where a parameter that starts at 1 is after steps with these gradients."""
    w, v, h, m = 1.0, 0.0, 0.0, 0.0
    for n, g in enumerate(grads, start=1):
        match rule:
            case "Momentum":
                v = 0.9 * v - 0.1 * g
                w += v
            case "Nesterov":
                v = 0.9 * v - 0.1 * g
                w += 0.9 * v - 0.1 * g
            case "AdaGrad":
                h += g * g
                w -= 0.1 * g / (h**0.5 + 1e-7)
            case "RMSprop":
                h = 0.99 * h + 0.01 * g * g
                w -= 0.1 * g / (h**0.5 + 1e-7)
            case "AdaDelta":
                h = 0.95 * h + 0.05 * g * g
                step = -((m + 1e-6) ** 0.5) / (h + 1e-6) ** 0.5 * g
                m = 0.95 * m + 0.05 * step * step
                w += 0.1 * step
            case "Adam":
                m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
                w -= 0.1 * (1 - 0.999**n) ** 0.5 / (1 - 0.9**n) * m / (v**0.5 + 1e-7)
    return w


ALL = [SGD, Momentum, Nesterov, AdaGrad, RMSprop, AdaDelta, Adam]
by_optimizer = pytest.mark.parametrize("optimizer", ALL, ids=lambda rule: rule.__name__)


@pytest.mark.parametrize("optimizer", ALL[1:], ids=lambda rule: rule.__name__)
def test_three_steps_follow_the_formula(optimizer: Any) -> None:
    rule, params = optimizer(lr=0.1), {"a": np.ones((2, 3)), "b": np.array([1.0])}
    for g in (2.0, -1.0, 0.5):
        rule.update(params, {"a": np.full((2, 3), g), "b": np.array([3 * g])})
    np.testing.assert_allclose(params["a"], by_hand(optimizer.__name__, [2.0, -1.0, 0.5]))
    np.testing.assert_allclose(params["b"], by_hand(optimizer.__name__, [6.0, -3.0, 1.5]))


@by_optimizer
def test_a_bowl_is_descended(optimizer: Any) -> None:
    # AdaDelta finds its steps itself.
    lr = 1 if optimizer is AdaDelta else 0.1
    rule, params = optimizer(lr=lr), {"x": np.array([-3.0, 4.0])}
    for _ in range(2000):
        rule.update(params, {"x": 2 * params["x"]})
    assert np.abs(params["x"]).max() < 0.2


@by_optimizer
def test_a_gradient_of_zero_moves_nothing(optimizer: Any) -> None:
    params = {"x": np.array([1.0, 2.0])}
    optimizer().update(params, {"x": np.zeros(2)})
    assert params["x"].tolist() == [1, 2]


@by_optimizer
def test_a_bad_gradient_moves_nothing(optimizer: Any) -> None:
    params = {"a": np.zeros(2), "b": np.zeros(3)}
    rule = optimizer()
    with pytest.raises(ValueError, match="no gradient for 'b'"):
        rule.update(params, {"a": np.ones(2)})
    with pytest.raises(ValueError, match=r"'b' has shape \(2,\), the parameter \(3,\)"):
        rule.update(params, {"a": np.ones(2), "b": np.ones(2)})
    assert not params["a"].any()


@pytest.mark.parametrize("optimizer", [AdaGrad, RMSprop, AdaDelta, Adam])
@pytest.mark.parametrize(("dtype", "largest"), [(np.float32, 1e19), (np.float64, 1e154)])
def test_a_gradient_whose_square_overflows_is_warned_of_and_stops_its_parameter(
    optimizer: Any, dtype: Any, largest: float
) -> None:
    params, rule = {"x": np.ones(2, dtype)}, optimizer()
    rule.update(params, {"x": np.array([largest, 1], dtype)})
    stopped = params["x"][0]
    assert stopped < 1
    with pytest.warns(RuntimeWarning, match="overflow"):
        rule.update(params, {"x": np.array([10 * largest, 1], dtype)})
    rule.update(params, {"x": np.ones(2, dtype)})
    assert params["x"][0] == stopped
    assert params["x"][1] < 1


@by_optimizer
def test_float32_stays_float32_and_the_gradient_as_it_is(optimizer: Any) -> None:
    params, grads = {"x": np.ones(3, np.float32)}, {"x": np.full(3, 0.5, np.float32)}
    rule = optimizer()
    for _ in range(3):
        rule.update(params, grads)
    assert params["x"].dtype == np.float32
    assert grads["x"].tolist() == [0.5, 0.5, 0.5]
    state = [v for kept in vars(rule).values() if isinstance(kept, dict) for v in kept.values()]
    assert all(v.dtype == np.float32 for v in state if isinstance(v, np.ndarray))


# Numbers, as the programs of the book have them where a parameter is one.


@by_optimizer
def test_a_number_is_moved_as_an_array_of_one_is(optimizer: Any) -> None:
    for number in (float, int, bool, np.float64, np.float32, np.int64, np.uint8):
        rules, params = (optimizer(lr=0.1), optimizer(lr=0.1)), {"x": number(7), "y": number(1)}
        arrays = {name: np.array([float(value)]) for name, value in params.items()}
        for g in (2.0, -1.0, 0.5):
            rules[0].update(params, {"x": g, "y": 3 * g})
            rules[1].update(arrays, {"x": np.array([g]), "y": np.array([3 * g])})
        for name, array in arrays.items():
            close = 1e-6 if number is np.float32 else 1e-15
            assert params[name] == pytest.approx(array[0], rel=close)
            # A float stays what it is; what could not hold a step becomes a float.
            kept = number if issubclass(number, float | np.floating) else float
            assert type(params[name]) is kept


@by_optimizer
def test_a_gradient_may_be_any_single_number(optimizer: Any) -> None:
    expected = {"x": np.array([1.0])}
    optimizer().update(expected, {"x": np.array([2.0])})
    for g in (2, 2.0, np.float32(2), np.int64(2), np.array(2), np.array(2.0)):
        whole = np.array(1.0)
        for x in (1.0, 1, np.float64(1), whole):
            params = {"x": x}
            optimizer().update(params, {"x": g})
            assert params["x"] == pytest.approx(expected["x"][0])
        assert params["x"] is whole  # an array without axes is an array: in place


def test_the_walk_of_the_book_down_its_valley() -> None:
    """Saito, section 6.1.4: from (-7, 2), the gradient (x / 10, 2 y) as two numbers."""
    params, optimizer, history = {"x": -7.0, "y": 2.0}, SGD(lr=0.95), []
    for _ in range(30):
        history.append((params["x"], params["y"]))
        optimizer.update(params, {"x": params["x"] / 10.0, "y": 2.0 * params["y"]})
    # Each step takes 95 thousandths of x, and turns y over: 1 - 0.95 * 2.
    expected = [(-7 * 0.905**n, 2 * (-0.9) ** n) for n in range(30)]
    np.testing.assert_allclose(history, expected)


@by_optimizer
def test_numbers_and_arrays_may_stand_side_by_side(optimizer: Any) -> None:
    params: dict[str, Any] = {"W": np.ones((2, 2)), "b": 1.0}
    held = params["W"]
    optimizer(lr=0.1).update(params, {"W": np.full((2, 2), 2.0), "b": 2.0})
    assert params["W"] is held
    np.testing.assert_allclose(params["W"], params["b"])
    assert params["b"] < 1


@by_optimizer
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64])
def test_a_gradient_of_integers_does_not_wrap(optimizer: Any, dtype: Any) -> None:
    largest = np.iinfo(dtype).max
    rule, twin = optimizer(), optimizer()
    params, expected = {"x": np.zeros(2)}, {"x": np.zeros(2)}
    for _ in range(2):
        rule.update(params, {"x": np.array([largest, 1], dtype)})
        twin.update(expected, {"x": np.array([largest, 1], float)})
    np.testing.assert_array_equal(params["x"], expected["x"])


@by_optimizer
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (np.array([1, 2]), "an array of int64"),
        (np.array([True, False]), "an array of bool"),
        (np.array([1j, 2j]), "an array of complex128"),
        ([1.0, 2.0], "list"),
        (1j, "complex"),
        ("1", "str"),
        (None, "NoneType"),
    ],
    ids=repr,
)
def test_what_cannot_hold_a_step_is_refused_and_nothing_moves(
    optimizer: Any, wrong: Any, named: str
) -> None:
    params, grads = {"a": np.zeros(3), "b": wrong}, {"a": np.ones(3), "b": np.ones(np.shape(wrong))}
    rule = optimizer()
    before = repr(vars(rule))
    with pytest.raises(
        TypeError, match=rf"'b' must be an array of floats or a number, .* {named}$"
    ):
        rule.update(params, grads)
    assert not params["a"].any()
    assert params["b"] is wrong
    assert repr(vars(rule)) == before


@by_optimizer
@pytest.mark.parametrize("wrong", [None, 1j, "1", np.array(None)], ids=repr)
def test_a_gradient_that_is_no_number_is_refused_and_nothing_moves(
    optimizer: Any, wrong: Any
) -> None:
    params = {"a": 1.0, "b": 2.0}
    with pytest.raises(TypeError, match="the gradient of 'b' must hold numbers, got"):
        optimizer().update(params, {"a": 1.0, "b": wrong})
    assert params == {"a": 1.0, "b": 2.0}


# The first steps, as the papers have them.


@pytest.mark.parametrize(
    ("optimizer", "first", "second"),
    [
        (SGD, -0.01, -0.02),
        (Momentum, -0.01, -0.029),
        # 0.9 v - lr g: the ball is a step ahead.
        (Nesterov, -0.019, -0.0461),
        # lr / sqrt(1), lr / sqrt(2)
        (AdaGrad, -0.01, -0.01 - 0.01 / math.sqrt(2)),
        # lr / sqrt(0.01), lr / sqrt(0.0199)
        (RMSprop, -0.1, -0.1 - 0.01 / math.sqrt(0.0199)),
        # sqrt(1e-6 / (0.05 + 1e-6)), and then, as the mean square of the steps has grown from 0
        # to 1e-6 too, sqrt(2e-6 / (0.0975 + 1e-6)) more.
        (
            AdaDelta,
            -math.sqrt(1e-6 / 0.050001),
            -math.sqrt(1e-6 / 0.050001) - math.sqrt(2e-6 / 0.097501),
        ),
        (Adam, -0.001, -0.002),
    ],
)
def test_the_first_two_steps_with_the_defaults_by_hand(
    optimizer: Any, first: float, second: float
) -> None:
    rule, params = optimizer(), {"x": np.zeros(1)}
    for expected in (first, second):
        rule.update(params, {"x": np.ones(1)})
        # 1e-7 beside a root of 0.001 in Adam.
        assert params["x"][0] == pytest.approx(expected, rel=1e-5)


@many
@given(n=st.sampled_from([1, 2, 5, 20]), g=st.floats(0.1, 100), sign=st.sampled_from([-1, 1]))
def test_steps_of_a_constant_gradient_have_closed_forms(n: int, g: float, sign: int) -> None:
    g *= sign
    for optimizer, expected in (
        (Momentum, -0.1 * g * sum(1 - 0.9**k for k in range(1, n + 1)) / 0.1),
        (AdaGrad, -0.1 * sign * sum(k**-0.5 for k in range(1, n + 1))),
        (RMSprop, -0.1 * sign * sum((1 - 0.99**k) ** -0.5 for k in range(1, n + 1))),
        # The bound of a step, about lr (section 2.1 of the paper), is reached.
        (Adam, -0.1 * sign * n),
    ):
        rule, params = optimizer(lr=0.1), {"x": np.zeros(1)}
        for _ in range(n):
            rule.update(params, {"x": np.array([g])})
        # 1e-7 beside sqrt(0.001) * 0.1 in Adam.
        assert params["x"][0] == pytest.approx(expected, rel=1e-4)


@many
@given(hnp.arrays(float, (10, 3), elements=st.floats(0.01, 10) | st.floats(-10, -0.01)))
def test_adam_is_the_algorithm_of_its_paper(grads: Array) -> None:
    # Algorithm 1, with the bias taken out of both means and its epsilon left out.
    rule, params = Adam(lr=0.1, beta1=0.8, beta2=0.95), {"x": np.zeros(3)}
    theta, m, v = np.zeros(3), np.zeros(3), np.zeros(3)
    for step, g in enumerate(grads, start=1):
        rule.update(params, {"x": g})
        m, v = 0.8 * m + (1 - 0.8) * g, 0.95 * v + (1 - 0.95) * g**2
        theta = theta - 0.1 * (m / (1 - 0.8**step)) / np.sqrt(v / (1 - 0.95**step))
    # 1e-7 beside sqrt(0.05) * 0.01
    np.testing.assert_allclose(params["x"], theta, atol=1e-3)


def test_adadelta_does_not_care_for_the_size_of_the_loss() -> None:
    """A loss a thousand times as large has the same steps, but for epsilon."""
    ends = []
    for size in (1e3, 1e6):
        rule, params = AdaDelta(), {"x": np.array([2.0])}
        for _ in range(50):
            rule.update(params, {"x": size * params["x"]})
        ends.append(params["x"][0])
    assert ends[0] == pytest.approx(ends[1], rel=1e-9)
    assert ends[0] < 1.9


def test_nesterov_is_where_the_ball_that_looks_ahead_is_about_to_be() -> None:
    # Sutskever et al. (2013), equations 3 and 4, in their own variables.
    A = np.array([[3.0, 1.0], [1.0, 2.0]])
    theta, v = np.array([-3.0, 4.0]), np.zeros(2)
    rule, params = Nesterov(lr=0.05, momentum=0.8), {"x": theta.copy()}
    for _ in range(20):
        v = 0.8 * v - 0.05 * A @ (theta + 0.8 * v)
        theta = theta + v
        rule.update(params, {"x": A @ params["x"]})
        np.testing.assert_allclose(params["x"], theta + 0.8 * v, rtol=1e-12)
        np.testing.assert_allclose(rule.v["x"], v, rtol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "g"), [(AdaGrad, 1e-7), (RMSprop, 1e-6), (Adam, 1e-7 / math.sqrt(0.001))]
)
def test_a_gradient_as_small_as_what_guards_the_division_makes_half_a_step(
    optimizer: Any, g: float
) -> None:
    # The root of the first mean square is then 1e-7 too: lr g / (1e-7 + 1e-7).
    params = {"x": np.zeros(1)}
    optimizer(lr=0.1).update(params, {"x": np.array([g])})
    full = -1 if optimizer is RMSprop else -0.1
    assert params["x"][0] == pytest.approx(full / 2, rel=1e-9)


# Anywhere in memory.


@many
@given(data=st.data(), dtype=st.sampled_from([np.float32, np.float64]))
def test_a_step_is_the_same_anywhere_in_memory(data: st.DataObject, dtype: Any) -> None:
    shape = data.draw(st.tuples(st.integers(0, 4), st.integers(0, 4)))
    elements = st.floats(-1e4, 1e4, width=8 * np.dtype(dtype).itemsize)
    values, grad = (data.draw(hnp.arrays(dtype, shape, elements=elements)) for _ in range(2))
    for optimizer in ALL:
        a_step_is_the_same_anywhere_in_memory(optimizer, values, grad)


def a_step_is_the_same_anywhere_in_memory(optimizer: Any, values: Array, grad: Array) -> None:
    shape, dtype = values.shape, values.dtype
    wide = np.zeros((2 * shape[0], 3 * shape[1]), dtype)
    places = {
        "C": values.copy(),
        "Fortran": np.asfortranarray(values.copy()),
        "strided": wide[::2, ::3],
        "reversed": np.empty(shape, dtype)[::-1, ::-1],
        "gradient": values.copy(),
    }
    rule = optimizer(lr=0.5)
    for step in range(2):
        for name, param in places.items():
            if step == 0:
                param[...] = values
            held = param.ctypes.data
            given_grad = np.asfortranarray(grad) if name == "gradient" else grad.copy()
            given_grad.flags.writeable = False
            rule.update({name: param}, {name: given_grad})
            assert param.dtype == dtype
            assert param.ctypes.data == held
            np.testing.assert_array_equal(given_grad, grad)
            np.testing.assert_allclose(param, places["C"], rtol=1e-5)
            assert np.isfinite(param).all()
    # Nothing beside the view has moved.
    wide[::2, ::3] = 0
    assert not wide.any()


def test_a_missing_gradient_is_told_with_those_that_are_there() -> None:
    with pytest.raises(ValueError, match=re.escape("no gradient for 'W'; grads has ['V', 'b']")):
        SGD().update({"W": np.ones(2)}, {"b": np.ones(2), "V": np.ones(2)})
