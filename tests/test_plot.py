"""Facts about kasago.plot: what stands on the axes of each figure, and that it can be drawn."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.contour import ContourSet
from matplotlib.quiver import Quiver
from matplotlib.text import Annotation
from mpl_toolkits.mplot3d.art3d import Line3DCollection
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import NDArray

from kasago import plot
from kasago.common.layers import AddLayer, MulLayer, Sigmoid
from kasago.plot import (
    plot_accuracies,
    plot_accuracy,
    plot_activations,
    plot_answers,
    plot_benchmark,
    plot_class_accuracy,
    plot_curve,
    plot_curve_pairs,
    plot_descent,
    plot_descent_losses,
    plot_descent_paths,
    plot_difference_error,
    plot_digit,
    plot_digit_sheet,
    plot_digits,
    plot_feature_maps,
    plot_filters,
    plot_gate,
    plot_gradient_field,
    plot_gradient_surface,
    plot_graph,
    plot_loss,
    plot_loss_along_weight,
    plot_loss_by_probability,
    plot_losses,
    plot_matrix,
    plot_mistakes,
    plot_network,
    plot_outputs_along_input,
    plot_search,
    plot_sliding_filter,
    plot_stages,
    plot_surface,
    plot_tangent,
    plot_weights,
)
from kasago.training import History

Array = NDArray[Any]

mpl.use("Agg")


def curve(x: Any) -> Any:
    return 0.01 * x**2 + 0.1 * x


def bowl(x: Array) -> Any:
    return np.sum(x**2)


def slope(x: Array) -> Any:
    return x[0] + 2 * x[1]


def either(x: Array) -> Array:
    """A gate: OR."""
    return np.asarray(x[:, 0] + x[:, 1] > 0.5, dtype=int)


def plain(x: Array) -> float:
    return 3.0


HISTORY = History(
    loss=np.linspace(2.3, 0.1, 400).tolist(), train_accuracy=[0.1, 0.8], test_accuracy=[0.1, 0.7]
)
MATRIX = np.array([[0.2, 0.1, -0.3], [0.3, 0.0, -0.4]])
PATH = np.array([[-3.0, 4.0], [-1.0, 2.0], [0.0, 0.5]])
DIGITS = np.arange(3 * 784).reshape(3, 784) % 256
WEIGHTS = np.random.default_rng(0).normal(size=(784, 13))
SHEET = np.random.default_rng(0).random((30, 784))
CLASSES = np.arange(30) % 10
FILTERS = np.random.default_rng(0).normal(size=(2, 3, 3))
MAPS = np.random.default_rng(0).normal(size=(2, 26, 26))
# The first and the last are right.
PROBABILITIES = np.full((3, 10), 0.05)
PROBABILITIES[[0, 1, 2], [5, 6, 4]] = 0.55
for shared in (MATRIX, PATH, DIGITS, WEIGHTS, SHEET, CLASSES, FILTERS, MAPS, PROBABILITIES):
    shared.flags.writeable = False

LOSSES = {"one": [2.0, 1.0, 0.5, 0.3, 9.0], "other": [1.0, 0.2, 0.2, 0.1]}
RATES, DECAYS, SCORES = (0.1, 0.01, 1.0, 0.3), (1e-2, 1e-4, 1e-3, 1.0), (0.6, 0.8, 0.7, 0.1)
PATHS = {"straight": PATH, "bent": [[-3.0, 4.0], [2.0, 2.0]]}


def truck() -> tuple[dict[str, float], list[tuple[Any, ...]]]:
    """Hours and kilometres an hour, a detour, litres a kilometre: litres."""
    return {"v": 60.0, "t": 3.0, "d": 20.0, "c": 0.25}, [
        ("road", MulLayer(), "v", "t"),
        ("way", AddLayer(), "road", "d"),
        ("fuel", MulLayer(), "way", "c"),
    ]


FLAT: dict[str, Callable[..., Any]] = {
    "plot_accuracies": lambda **how: plot_accuracies(
        [0, 5], {"dense": [0.9, 0.5], "convolutional": [0.95, 0.7]}, best="dense", **how
    ),
    "plot_accuracy": lambda **how: plot_accuracy(HISTORY, **how),
    "plot_activations": lambda **how: plot_activations([SHEET, SHEET[:5]], **how),
    "plot_answers": lambda **how: plot_answers(DIGITS, PROBABILITIES, [5, 0, 4], **how),
    "plot_benchmark": lambda **how: plot_benchmark("training", **how),
    "plot_curve": lambda **how: plot_curve(np.tanh, **how),
    "plot_curve_pairs": lambda **how: plot_curve_pairs(
        [[0.1, 0.9], [0.1, 0.8]], [[0.1, 0.2], [0.1, 0.1]], ["1", "0.1"], **how
    ),
    "plot_class_accuracy": lambda **how: plot_class_accuracy(CLASSES // 2, CLASSES, **how),
    "plot_descent": lambda **how: plot_descent(bowl, PATH, **how),
    "plot_descent_losses": lambda **how: plot_descent_losses(bowl, PATHS, **how),
    "plot_descent_paths": lambda **how: plot_descent_paths(bowl, PATHS, **how),
    "plot_difference_error": lambda **how: plot_difference_error(np.sin, np.cos, 1.0, **how),
    "plot_digit": lambda **how: plot_digit(DIGITS[0], **how),
    "plot_digit_sheet": lambda **how: plot_digit_sheet(SHEET, CLASSES, columns=3, **how),
    "plot_digits": lambda **how: plot_digits(DIGITS, [5, 0, 4], **how),
    "plot_feature_maps": lambda **how: plot_feature_maps(
        SHEET[0].reshape(28, 28), FILTERS, MAPS, **how
    ),
    "plot_filters": lambda **how: plot_filters(FILTERS, **how),
    "plot_gate": lambda **how: plot_gate(either, **how),
    "plot_gradient_field": lambda **how: plot_gradient_field(bowl, **how),
    "plot_graph": lambda **how: plot_graph(*truck(), **how),
    "plot_loss": lambda **how: plot_loss(HISTORY, **how),
    "plot_loss_along_weight": lambda **how: plot_loss_along_weight(
        bowl, np.array([3.0, 4.0]), (0,), **how
    ),
    "plot_loss_by_probability": plot_loss_by_probability,
    "plot_losses": lambda **how: plot_losses(LOSSES, window=2, **how),
    "plot_matrix": lambda **how: plot_matrix(MATRIX, **how),
    "plot_mistakes": lambda **how: plot_mistakes(DIGITS, [6, 0, 4], [5, 0, 9], **how),
    "plot_network": lambda **how: plot_network((2, 3, 2, 2), marked=(1, 0, 2), **how),
    "plot_outputs_along_input": lambda **how: plot_outputs_along_input(
        lambda x: x @ MATRIX, [0.5, 1.0], 0, **how
    ),
    "plot_sliding_filter": lambda **how: plot_sliding_filter(
        SHEET[0].reshape(28, 28), FILTERS[0], (3, 4), **how
    ),
    "plot_search": lambda **how: plot_search(RATES, DECAYS, SCORES, **how),
    "plot_stages": lambda **how: plot_stages({"one": SHEET[:1].reshape(1, 28, 28)}, **how),
    "plot_tangent": lambda **how: plot_tangent(curve, 5, **how),
    "plot_weights": lambda **how: plot_weights(WEIGHTS, **how),
}
SOLID: dict[str, Callable[..., Any]] = {
    "plot_gradient_surface": lambda **how: plot_gradient_surface(bowl, **how),
    "plot_surface": lambda **how: plot_surface(bowl, **how),
}
ALL = FLAT | SOLID
# They have no axes to label.
PICTURES = [
    "plot_answers",
    "plot_curve_pairs",
    "plot_digit_sheet",
    "plot_digits",
    "plot_feature_maps",
    "plot_filters",
    "plot_graph",
    "plot_mistakes",
    "plot_network",
    "plot_sliding_filter",
    "plot_stages",
    "plot_weights",
]
ROWS = ["plot_benchmark"]  # The rows have names.


@pytest.fixture(autouse=True)
def _the_readers_style_stays_as_it_was() -> Iterator[None]:
    before = dict.copy(mpl.rcParams)
    yield
    assert dict.copy(mpl.rcParams) == before


def drawn(ax: Any) -> Any:
    """Draw the figure, where a warning is an error, and return its axes."""
    ax.figure.canvas.draw()
    return ax


def arrows(ax: Any) -> Quiver:
    (quiver,) = (c for c in ax.collections if isinstance(c, Quiver))
    return quiver


# Every figure.


def test_no_figure_is_left_out_here() -> None:
    assert sorted(ALL) == sorted(plot.__all__)


@pytest.mark.parametrize("name", ALL)
def test_without_axes_a_figure_is_made_with_one(name: str) -> None:
    other, other_ax = plt.subplots()
    ax = drawn(ALL[name]())
    assert len(plt.get_fignums()) == 2
    assert ax.figure is not other
    assert ax.figure.axes == [ax]
    assert isinstance(ax, Axes3D) == (name in SOLID)
    assert not other_ax.has_data()


@pytest.mark.parametrize("name", ALL)
def test_a_figure_is_drawn_on_the_axes_given_and_on_no_other(name: str) -> None:
    projection = "3d" if name in SOLID else None
    figure, (left, right) = plt.subplots(1, 2, subplot_kw={"projection": projection})
    assert drawn(ALL[name](ax=left)) is left
    assert plt.get_fignums() == [figure.number]
    assert left.has_data()
    assert not right.has_data()


@pytest.mark.parametrize("name", [name for name in ALL if name not in PICTURES])
def test_axes_are_labelled(name: str) -> None:
    ax = ALL[name]()
    assert ax.get_xlabel()
    assert ax.get_ylabel() or name in ROWS
    if name in SOLID:
        assert ax.get_zlabel()


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_have_no_axes(name: str) -> None:
    assert not ALL[name]().axison


def test_ink_is_the_colour_of_text() -> None:
    with mpl.rc_context({"text.color": "white"}):
        assert to_rgba("white") == tuple(arrows(plot_gradient_field(bowl)).get_facecolor()[0])
        assert plot_tangent(curve, 5).lines[-1].get_color() == "white"


# Loss by probability.


def test_losses_by_probability_are_the_logarithm_and_the_square() -> None:
    # With two classes, 1/2 ((1 - p)^2 + (1 - p)^2).
    entropy, squared = plot_loss_by_probability().lines
    p = entropy.get_xdata()
    assert p[0] < 0.01
    assert p[-1] == 1
    np.testing.assert_allclose(entropy.get_ydata(), -np.log(p), atol=2e-4)
    np.testing.assert_allclose(squared.get_xdata(), p)
    np.testing.assert_allclose(squared.get_ydata(), (1 - p) ** 2, atol=1e-12)


def test_each_loss_by_probability_has_its_name() -> None:
    ax = plot_loss_by_probability()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["cross entropy", "squared error"] == [line.get_label() for line in ax.lines]


# A function.


def test_a_curve_is_the_function_over_the_span() -> None:
    ax = drawn(plot_curve(np.tanh, span=(-2, 3)))
    (line,) = ax.lines
    x, y = line.get_data()
    np.testing.assert_array_equal(y, np.tanh(x))
    assert (x[0], x[-1]) == ax.get_xlim() == (-2, 3)


@pytest.mark.parametrize("height", [1e-3, 1, 1e3])
def test_a_jump_is_not_joined_and_nothing_else_is_parted(height: float) -> None:
    (line,) = drawn(plot_curve(lambda x: height * (x > 0), span=(-1, 1))).lines
    x, y = line.get_data()
    (gap,) = np.flatnonzero(np.isnan(y))
    assert (y[gap - 1], y[gap + 1]) == (0, height)
    assert x[gap - 1] <= 0 < x[gap + 1]


def test_a_stair_has_a_gap_at_each_step() -> None:
    (line,) = drawn(plot_curve(np.floor, span=(0.5, 4.5))).lines
    assert np.isnan(line.get_ydata()).sum() == 4


@pytest.mark.parametrize("f", [np.tanh, np.zeros_like, lambda x: x, lambda x: np.maximum(x, 0)])
def test_a_curve_without_jumps_is_one_line(f: Callable[..., Any]) -> None:
    (line,) = drawn(plot_curve(f)).lines
    assert not np.isnan(line.get_ydata()).any()


# Losses of several trainings.


def test_losses_are_the_means_of_whole_windows_on_a_logarithmic_axis() -> None:
    ax = drawn(plot_losses(LOSSES, window=2))
    assert ax.get_yscale() == "log"
    for line, expected in zip(ax.lines, ([1.5, 0.4], [0.6, 0.15]), strict=True):
        np.testing.assert_allclose(line.get_data(), [[1, 3], expected])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(LOSSES)
    assert len({line.get_linestyle() for line in ax.lines}) == 2


def test_a_marked_training_is_named_and_drawn_above_all_the_others() -> None:
    ax = drawn(plot_losses(LOSSES, marked="one", window=2))
    *others, marked = ax.lines
    assert (ax.get_title(), ax.get_legend()) == ("one", None)
    np.testing.assert_allclose(marked.get_ydata(), [1.5, 0.4])
    assert marked.get_color() == "C1"
    assert {line.get_color() for line in others} == {mpl.rcParams["text.color"]}
    assert marked.get_linewidth() > max(line.get_linewidth() for line in others)


@pytest.mark.parametrize(
    ("losses", "how", "said"),
    [
        ({}, {}, "at least one"),
        (LOSSES, {"marked": "two"}, r"one of \['one', 'other'\].*'two'"),
        (LOSSES, {"window": 0}, "1 or more, got 0"),
        (LOSSES, {"window": 5}, r"'other' must be the losses of 5.*\(4,\)"),
        ({"a": [[1.0, 2.0]]}, {"window": 1}, r"'a'.*\(1, 2\)"),
    ],
)
def test_losses_that_cannot_be_drawn_are_refused(losses: Any, how: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        plot_losses(losses, **how)


# Activations of layers.


def test_the_bars_of_a_layer_stand_at_its_number_and_are_as_long_as_it_has_values_there() -> None:
    ax = drawn(
        plot_activations([[-0.9, -0.8, 0.3, 9.0], np.full((2, 3), 0.5)], span=(-1, 1), bins=2)
    )
    first, second = (steps.get_data() for steps in ax.patches)
    assert (first.baseline, second.baseline) == (1, 2)
    np.testing.assert_allclose(first.values, [1.8, 1.4])
    np.testing.assert_allclose(second.values, [2, 2.8])
    np.testing.assert_allclose(first.edges, [-1, 0, 1])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2"]


def test_a_layer_outside_the_span_has_no_bars() -> None:
    (steps,) = drawn(plot_activations([[5.0, 6.0]])).patches
    assert set(steps.get_data().values) == {1}


@pytest.mark.parametrize(("layers", "bins"), [([], 3), ([[1.0]], 0)])
def test_no_layers_and_no_bins_are_refused(layers: Any, bins: int) -> None:
    with pytest.raises(ValueError, match=f"one layer or more.*got {len(layers)}, {bins}"):
        plot_activations(layers, bins=bins)


# Gates.


def covers(ax: Any, point: tuple[float, float]) -> bool:
    """Whether the shade of a gate covers a point."""
    shade = next(c for c in ax.collections if isinstance(c, ContourSet) and c.filled)
    return any(path.contains_point(point) for path in shade.get_paths())


def test_the_shade_covers_where_a_gate_answers_1() -> None:
    ax = drawn(plot_gate(either))
    for x in np.random.default_rng(0).uniform(-0.49, 1.49, (200, 2)):
        if abs(x.sum() - 0.5) > 0.005:
            assert covers(ax, x) == either(x[np.newaxis])[0]


def test_the_border_of_a_gate_is_drawn_where_its_answer_changes() -> None:
    ax = drawn(plot_gate(either))
    (border,) = (c for c in ax.collections if isinstance(c, ContourSet) and not c.filled)
    corners = np.concatenate([path.vertices for path in border.get_paths()])
    np.testing.assert_allclose(corners.sum(axis=1), 0.5, atol=0.005)


def test_corners_are_squares_where_the_gate_says_1_and_circles_where_0() -> None:
    ones, zeros = drawn(plot_gate(either)).lines
    assert (ones.get_marker(), zeros.get_marker()) == ("s", "o")
    assert ones.get_color() != zeros.get_color()
    assert ones.get_xydata().tolist() == [[1, 0], [0, 1], [1, 1]]
    assert zeros.get_xydata().tolist() == [[0, 0]]


def test_targets_and_points_that_are_given_are_the_ones_drawn() -> None:
    ax = drawn(plot_gate(either, [0, 1], points=[[0.2, 1], [1, 0]]))
    ones, zeros = ax.lines
    assert ones.get_xydata().tolist() == [[1, 0]]
    assert zeros.get_xydata().tolist() == [[0.2, 1]]
    assert covers(ax, (0.2, 1))  # the gate itself is as it was


@pytest.mark.parametrize("answer", [0, 1])
def test_a_gate_that_always_says_the_same_has_no_border(answer: int) -> None:
    ax = drawn(plot_gate(lambda x: np.full(len(x), answer)))
    (shade,) = (c for c in ax.collections if isinstance(c, ContourSet))
    assert shade.filled
    assert covers(ax, (0.5, 0.5)) == bool(answer)


def test_a_gate_has_axes_of_one_scale() -> None:
    ax = plot_gate(either)
    assert ax.get_aspect() == 1
    assert ax.get_xlim() == ax.get_ylim()


# Tangent and differences.


def test_the_tangent_touches_the_curve_at_the_point() -> None:
    graph, tangent, point = plot_tangent(curve, 5).lines
    x, y = graph.get_data()
    np.testing.assert_allclose(y, curve(x))
    np.testing.assert_allclose(point.get_xydata(), [[5, 0.75]])
    # f'(5) = 0.2
    np.testing.assert_allclose(tangent.get_ydata(), 0.75 + 0.2 * (tangent.get_xdata() - 5))


def test_the_legend_of_the_tangent_names_the_slope() -> None:
    labels = [text.get_text() for text in plot_tangent(curve, 5).get_legend().get_texts()]
    assert labels == ["f(x)", "tangent, slope 0.2"]


def test_the_tangent_spans_what_is_asked() -> None:
    ax = plot_tangent(np.sin, 1, span=(-2, 3))
    assert ax.get_xlim() == (-2, 3)
    for line in ax.lines[:2]:
        assert line.get_xdata().min() == -2
        assert line.get_xdata().max() == 3


def test_errors_of_differences_follow_the_series() -> None:
    # sin: forward h/2 |f''|, central h^2/6 |f'''|, where rounding is small beside them.
    forward, central = plot_difference_error(np.sin, np.cos, 1.0).lines[:2]
    for line, expected in [
        (forward, lambda h: h / 2 * np.sin(1)),
        (central, lambda h: h**2 / 6 * np.cos(1)),
    ]:
        h, error = line.get_data()
        between = (h > 9e-4) & (h < 1.1e-2)
        assert between.sum() >= 8
        np.testing.assert_allclose(error[between], expected(h[between]), rtol=0.02)


def test_errors_of_differences_grow_again_where_the_step_is_tiny() -> None:
    for line in plot_difference_error(np.sin, np.cos, 1.0).lines[:2]:
        h, error = line.get_data()
        assert error[h < 1e-13].max() > 100 * error.min()


def test_errors_of_differences_are_on_logarithmic_axes_and_mark_the_step_of_the_book() -> None:
    ax = plot_difference_error(np.sin, np.cos, 1.0)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert list(ax.lines[2].get_xdata()) == [1e-4, 1e-4]


def test_a_difference_without_error_is_left_out_of_a_logarithmic_axis() -> None:
    # The central difference of x^2 at 1 has rounding errors only; some of them are zero.
    for line in drawn(plot_difference_error(np.square, lambda x: 2 * x, 1.0)).lines[:2]:
        assert np.all(line.get_ydata() > 0)


# Gradient field.


@pytest.mark.parametrize("contours", [False, True])
def test_the_field_has_a_dot_instead_of_an_arrow_where_the_gradient_vanishes(
    contours: bool,
) -> None:
    ax = drawn(plot_gradient_field(bowl, contours=contours))
    (dots,) = ax.lines
    assert dots.get_xydata().tolist() == [[0, 0]]
    assert dots.get_marker() == "o"
    assert len(arrows(ax).get_offsets()) == 17 * 17 - 1
    assert [0, 0] not in arrows(ax).get_offsets().tolist()


def test_arrows_of_the_field_are_the_negative_gradient() -> None:
    field = arrows(plot_gradient_field(bowl))
    np.testing.assert_allclose(np.stack([field.U, field.V], axis=-1), -2 * field.XY, atol=1e-8)
    field = arrows(plot_gradient_field(slope))
    np.testing.assert_allclose(field.U, -1)
    np.testing.assert_allclose(field.V, -2)


def test_the_field_of_a_slope_has_arrows_only() -> None:
    ax = drawn(plot_gradient_field(slope))
    assert len(arrows(ax).get_offsets()) == 17 * 17
    assert sum(len(line.get_xydata()) for line in ax.lines) == 0


def test_the_field_of_a_trough_has_a_line_of_dots() -> None:
    (dots,) = drawn(plot_gradient_field(lambda x: x[0] ** 2)).lines
    assert len(dots.get_xydata()) == 17
    assert not dots.get_xdata().any()


@pytest.mark.parametrize("contours", [False, True])
def test_the_field_of_a_plain_has_dots_only(contours: bool) -> None:
    ax = drawn(plot_gradient_field(plain, contours=contours))
    assert sum(len(line.get_xydata()) for line in ax.lines) == 17 * 17
    assert sum(len(c.get_offsets()) for c in ax.collections if isinstance(c, Quiver)) == 0


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_dot_does_not_depend_on_the_units_of_the_function(scale: float) -> None:
    (dots,) = plot_gradient_field(lambda x: scale * bowl(x)).lines
    assert len(dots.get_xydata()) == 1


@pytest.mark.parametrize(("options", "limit"), [({}, 4), ({"limit": 2}, 2)])
def test_the_field_reaches_the_limit_and_is_seen_whole(
    options: dict[str, float], limit: float
) -> None:
    ax = plot_gradient_field(bowl, **options)
    points = arrows(ax).XY
    for column, (low, high) in zip(points.T, (ax.get_xlim(), ax.get_ylim()), strict=True):
        assert low <= column.min() == -limit
        assert high >= column.max() == limit


def test_contours_are_drawn_when_asked_and_no_others() -> None:
    for options, expected in ({}, 0), ({"contours": False}, 0), ({"contours": True}, 1):
        ax = plot_gradient_field(bowl, **options)
        assert sum(isinstance(c, ContourSet) for c in ax.collections) == expected


def test_circles_seen_from_above_are_round() -> None:
    assert plot_gradient_field(bowl).get_aspect() == 1
    assert plot_descent(bowl, PATH).get_aspect() == 1


# Surfaces.


def strokes(ax: Any) -> Array:
    """The polylines of the collection drawn last, after projection."""
    drawn(ax)
    assert isinstance(ax.collections[-1], Line3DCollection)
    return ax.collections[-1].get_segments()


def watch_quiver(monkeypatch: pytest.MonkeyPatch) -> list[Array]:
    """Note the six coordinates of the arrows that Axes3D is told to draw, a row each."""
    calls: list[Array] = []
    quiver = Axes3D.quiver

    def noting(self: Axes3D, *arrows: Any, **how: Any) -> Any:
        calls.append(np.stack(arrows, axis=-1))
        return quiver(self, *arrows, **how)

    monkeypatch.setattr(Axes3D, "quiver", noting)
    return calls


@pytest.mark.parametrize(("options", "limit"), [({}, 4), ({"limit": 3}, 3)])
@pytest.mark.parametrize("draw", [plot_surface, plot_gradient_surface])
def test_a_surface_reaches_the_limit_and_the_heights_of_the_function(
    draw: Callable[..., Any], options: dict[str, float], limit: float
) -> None:
    ax = drawn(draw(bowl, **options))
    np.testing.assert_allclose(ax.xy_dataLim.extents, [-limit, -limit, limit, limit])
    low, high = ax.zz_dataLim.intervalx
    # Arrows may reach below the surface.
    assert low <= 0
    assert high == 2 * limit**2


def test_a_surface_of_a_plain_is_drawn() -> None:
    drawn(plot_surface(plain))


def test_the_gradient_surface_has_a_dot_instead_of_an_arrow_at_the_minimum() -> None:
    ax = plot_gradient_surface(bowl)
    # A shaft and two strokes of the head for each arrow.
    assert len(strokes(ax)) == 3 * (7 * 7 - 1)
    (dots,) = ax.lines
    np.testing.assert_array_equal(dots.get_data_3d(), [[0], [0], [0]])
    assert dots.get_marker() == "o"


def test_the_gradient_surface_of_a_slope_has_arrows_only() -> None:
    ax = plot_gradient_surface(slope)
    assert len(strokes(ax)) == 3 * 7 * 7
    assert sum(np.size(line.get_data_3d()) for line in ax.lines) == 0


def test_the_gradient_surface_of_a_plain_has_dots_only() -> None:
    (dots,) = drawn(plot_gradient_surface(plain)).lines
    assert np.shape(dots.get_data_3d()) == (3, 7 * 7)
    np.testing.assert_array_equal(dots.get_data_3d()[2], 3)


def test_arrows_on_the_surface_start_on_it_touch_it_and_point_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = watch_quiver(monkeypatch)
    plot_gradient_surface(bowl)
    ((x0, x1, z, u, v, w),) = (call.T for call in calls)
    np.testing.assert_allclose(z, x0**2 + x1**2)
    # Along (u, v) the plane that touches the bowl rises by 2 x0 u + 2 x1 v.
    np.testing.assert_allclose(w, 2 * x0 * u + 2 * x1 * v)
    # Straight to the middle, all by the same step, downhill.
    np.testing.assert_allclose(x0 * v, x1 * u, atol=1e-8)
    np.testing.assert_allclose(np.hypot(u, v), np.hypot(u, v)[0])
    assert all(w < 0)


# Descent.


def test_the_path_of_a_descent_is_drawn_point_for_point_from_its_start() -> None:
    ax = drawn(plot_descent(bowl, PATH, limit=5))
    path, start = ax.lines
    np.testing.assert_array_equal(path.get_xydata(), PATH)
    assert start.get_xydata().tolist() == [[-3, 4]]
    assert start.get_markersize() > path.get_markersize()
    assert (ax.get_xlim(), ax.get_ylim()) == ((-5, 5), (-5, 5))


def test_a_descent_takes_a_list_and_a_single_point() -> None:
    path, _ = drawn(plot_descent(bowl, [[1, 2]])).lines
    assert path.get_xydata().tolist() == [[1, 2]]


def test_a_descent_that_leaves_the_figure_is_drawn() -> None:
    drawn(plot_descent(bowl, (-19.0) ** np.arange(20)[:, np.newaxis] * [-3, 4]))


def test_a_descent_on_a_plain_is_drawn() -> None:
    drawn(plot_descent(plain, PATH))


def test_each_descent_has_the_heights_of_its_points_on_a_logarithmic_axis() -> None:
    ax = drawn(plot_descent_losses(bowl, PATHS))
    straight, bent = ax.lines
    assert straight.get_xydata().tolist() == [[0, 25], [1, 5], [2, 0.25]]
    assert bent.get_xydata().tolist() == [[0, 25], [1, 8]]
    assert ax.get_yscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(PATHS)


def test_a_loss_of_thirty_orders_of_magnitude_has_few_ticks() -> None:
    ax = drawn(
        plot_descent_losses(bowl, {"lr 10": (-19.0) ** np.arange(12)[:, np.newaxis] * [-3, 4]})
    )
    assert len(ax.get_yticks()) < 12


def test_each_path_of_several_is_drawn_point_for_point_from_its_start() -> None:
    ax = drawn(plot_descent_paths(bowl, PATHS, limits=(8, 5)))
    straight, _, bent, start = ax.lines
    np.testing.assert_array_equal(straight.get_xydata(), PATH)
    np.testing.assert_array_equal(bent.get_xydata(), PATHS["bent"])
    assert start.get_xydata().tolist() == [[-3, 4]]
    assert (ax.get_xlim(), ax.get_ylim()) == ((-8, 8), (-5, 5))
    assert ax.get_aspect() == 1


def test_descents_side_by_side_differ_in_more_than_colour() -> None:
    for first, second in (
        plot_descent_losses(bowl, PATHS).lines,
        plot_descent_paths(bowl, PATHS).lines[::2],
    ):
        assert first.get_marker() != second.get_marker()
        assert first.get_linestyle() != second.get_linestyle()


def test_no_descent_is_dropped_however_many_there_are() -> None:
    many = {str(i): PATH for i in range(9)}
    assert len(plot_descent_losses(bowl, many).lines) == 9
    assert len(plot_descent_paths(bowl, many).get_legend().get_texts()) == 9


def test_contours_of_a_bowl_are_equally_far_apart() -> None:
    ax = plot_descent_paths(bowl, PATHS)
    (contours,) = (c for c in ax.collections if isinstance(c, ContourSet))
    np.testing.assert_allclose(np.diff(np.sqrt(contours.levels)), np.sqrt(contours.levels[0]))


def test_paths_on_a_plain_are_drawn() -> None:
    drawn(plot_descent_paths(plain, PATHS))


# Computational graphs.


def texts(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_a_graph_shows_what_its_layers_computed_forward_and_back() -> None:
    # 60 * 3 = 180, 180 + 20 = 200, 200 * 0.25 = 50; back 0.25, 0.25, and 0.25 * 3, 0.25 * 60.
    shown = texts(drawn(plot_graph(*truck())))
    expected = "fuel 50 1 × 200 0.25 + 180 0.25 × 60 0.75 v 3 15 t 20 0.25 d 0.25 200 c"
    assert sorted(shown) == sorted(expected.split())


def test_in_a_graph_a_value_stands_above_its_line_and_the_derivative_below() -> None:
    ax = plot_graph({"x": 2.0, "y": 5.0}, [("z", MulLayer(), "x", "y")])
    height = {text.get_text(): text.get_position()[1] for text in ax.texts}
    # On the level line of x: 2 forward, 5 back.
    texts_of_x = [t for t in ax.texts if t.get_position()[0] == 0.5]
    value, derivative = sorted(texts_of_x, key=lambda text: -text.get_position()[1])
    assert (value.get_text(), derivative.get_text()) == ("2", "5")
    assert height["x"] == (value.get_position()[1] + derivative.get_position()[1]) / 2


def test_arrows_forward_and_back_have_colours_of_their_own_and_numbers_are_in_ink() -> None:
    ax = plot_graph({"x": 2.0, "y": 5.0}, [("z", MulLayer(), "x", "y")])
    arrows = [text.arrow_patch for text in ax.texts if isinstance(text, Annotation)]
    colours = [to_rgba(arrow.get_edgecolor()) for arrow in arrows if arrow]
    assert [colours.count(to_rgba(colour)) for colour in ("C0", "C1")] == [3, 3]
    assert {text.get_color() for text in ax.texts} == {mpl.rcParams["text.color"]}


def test_an_input_that_is_used_twice_is_drawn_twice() -> None:
    shown = texts(drawn(plot_graph({"x": 3.0}, [("square", MulLayer(), "x", "x")])))
    assert shown.count("x") == 2
    assert shown.count("3") == 4  # forward and back on both lines


def test_numbers_below_zero_have_the_minus_of_the_axes() -> None:
    shown = texts(drawn(plot_graph({"x": -2.0, "y": 5.0}, [("z", AddLayer(), "x", "y")])))
    assert "−2" in shown


def test_a_layer_of_one_input_has_one_line() -> None:
    shown = texts(drawn(plot_graph({"a": 0.0}, [("y", Sigmoid(), "a")])))
    assert sorted(shown) == sorted(["a", "0", "0.25", "σ", "0.5", "1", "y"])


def test_nothing_in_a_graph_stands_in_the_place_of_another() -> None:
    inputs = dict.fromkeys("abcdefgh", 1.0)
    tree = [(f"{x}{y}", MulLayer(), x, y) for x, y in ("ab", "cd", "ef", "gh")]
    tree += [("abcd", AddLayer(), "ab", "cd"), ("efgh", AddLayer(), "ef", "gh")]
    ax = drawn(plot_graph(inputs, [*tree, ("z", MulLayer(), "abcd", "efgh")]))
    centres = [patch.center for patch in ax.patches if hasattr(patch, "center")]
    assert len(set(centres)) == 7
    leaves = [t.get_position() for t in ax.texts if t.get_text() in inputs]
    assert len(set(leaves)) == 8


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([], "at least one node"),
        ([("z", AddLayer(), "x", "y")], "'z' takes 'y', which is no input or earlier result"),
        ([("x", AddLayer(), "x", "x")], "two values have the name 'x'"),
        (
            [("a", AddLayer(), "x", "x"), ("b", AddLayer(), "a", "a")],
            "the result 'a' is used twice",
        ),
        (
            [("a", AddLayer(), "x", "x"), ("b", AddLayer(), "x", "x")],
            r"only the last result may be unused, got \['a', 'b'\]",
        ),
    ],
)
def test_a_graph_that_is_no_tree_is_refused(nodes: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_graph({"x": 1.0}, nodes)
    assert not plt.get_fignums()


# Pictures.


def overlapping(ax: Any) -> bool:
    """Whether two pictures cover the same pixels, or one leaves the axes."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    boxes = [image.get_extent() for image in ax.images]
    inside = all(left < x0 < x1 < right and top < y0 < y1 < bottom for x0, x1, y1, y0 in boxes)
    return not inside or any(
        a[0] < b[1] and b[0] < a[1] and a[3] < b[2] and b[3] < a[2]
        for i, a in enumerate(boxes)
        for b in boxes[:i]
    )


@pytest.mark.parametrize("shape", [(3, 784), (3, 28, 28), (3, 1, 28, 28)])
def test_digits_are_drawn_upright_side_by_side(shape: tuple[int, ...]) -> None:
    ax = drawn(plot_digits(DIGITS.reshape(shape)))
    assert len(ax.images) == 3
    for image, digit in zip(ax.images, DIGITS, strict=True):
        np.testing.assert_array_equal(image.get_array(), digit.reshape(28, 28))
        # The first row of pixels is on top.
        assert image.origin == "upper"
        assert ax.yaxis_inverted()
    assert not overlapping(ax)
    lefts = [image.get_extent()[0] for image in ax.images]
    assert lefts == sorted(lefts)


@pytest.mark.parametrize("captions", [[5, 0, 4], ("5", "0", "4"), np.array([5, 0, 4]), "504"])
def test_each_digit_has_its_caption_below_its_middle(captions: Any) -> None:
    ax = drawn(plot_digits(DIGITS, captions))
    assert [text.get_text() for text in ax.texts] == ["5", "0", "4"]
    for text, image in zip(ax.texts, ax.images, strict=True):
        x, y = text.get_position()
        left, right, bottom, _ = image.get_extent()
        assert x == (left + right) / 2
        assert y > bottom  # The axis runs downwards.


def test_digits_without_captions_have_none() -> None:
    assert not plot_digits(DIGITS).texts


@pytest.mark.parametrize("captions", [[5], [5, 0], [5, 0, 4, 1], np.arange(2), "5"])
def test_captions_that_are_not_one_for_each_image_are_refused(captions: Any) -> None:
    figures = plt.get_fignums()
    with pytest.raises(ValueError, match=f"got {len(captions)} captions for 3 images"):
        plot_digits(DIGITS, captions)
    assert plt.get_fignums() == figures


def test_one_digit_is_drawn() -> None:
    assert len(drawn(plot_digits(DIGITS[0], [7])).images) == 1


@pytest.mark.parametrize(("units", "columns"), [(13, 10), (10, 10), (3, 10), (1, 1), (5, 2)])
def test_each_unit_has_the_picture_of_its_own_weights(units: int, columns: int) -> None:
    ax = drawn(plot_weights(WEIGHTS[:, :units], columns=columns))
    assert len(ax.images) == units
    for i, image in enumerate(ax.images):
        np.testing.assert_array_equal(image.get_array(), WEIGHTS[:, i].reshape(28, 28))
    assert not overlapping(ax)
    tops = {image.get_extent()[3] for image in ax.images}
    assert len(tops) == -(-units // columns)


def test_weights_have_zero_in_the_middle_of_one_scale_of_colours() -> None:
    limits = {image.get_clim() for image in plot_weights(WEIGHTS).images}
    largest = np.abs(WEIGHTS).max()
    assert limits == {(-largest, largest)}


def test_weights_of_zero_show_the_ground_and_no_colour() -> None:
    for image in drawn(plot_weights(np.zeros((784, 2)))).images:
        assert (image.to_rgba(image.get_array())[..., 3] < 0.02).all()


def test_weights_of_opposite_sign_have_as_much_of_another_colour() -> None:
    (image,) = drawn(plot_weights(np.linspace(-1, 1, 784)[:, np.newaxis])).images
    low, *_, high = image.to_rgba(image.get_array()).reshape(784, 4)
    assert low[3] == high[3] == 1
    assert np.abs(low - high).max() > 0.3


@pytest.mark.parametrize("shape", [(784,), (28, 28), (1, 28, 28)])
def test_a_large_digit_has_its_first_row_on_top_and_every_pixel_at_its_number(
    shape: tuple[int, ...],
) -> None:
    ax = drawn(plot_digit(DIGITS[1].reshape(shape)))
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), DIGITS[1].reshape(28, 28))
    # Pixel (row, column) is the square around that point.
    assert list(image.get_extent()) == [-0.5, 27.5, 27.5, -0.5]
    assert ax.yaxis_inverted()
    assert not ax.xaxis_inverted()


def test_a_sheet_has_a_row_of_the_first_digits_for_each_class() -> None:
    ax = drawn(plot_digit_sheet(SHEET, CLASSES, columns=2))
    assert not overlapping(ax)
    for i, image in enumerate(ax.images):
        k, column = divmod(i, 2)
        np.testing.assert_array_equal(image.get_array(), SHEET[k + 10 * column].reshape(28, 28))
        left, _, bottom, top = image.get_extent()
        assert (left > 28) == (column == 1)
        _, height = ax.texts[k].get_position()
        assert top < height < bottom
    assert [text.get_text() for text in ax.texts] == [str(k) for k in range(10)]


# Answers.


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
def test_each_digit_has_the_answer_above_the_right_class_and_their_probabilities(
    columns: int,
) -> None:
    ax = drawn(plot_answers(DIGITS, PROBABILITIES, [5, 0, 4], columns=columns))
    assert not overlapping(ax)
    below: dict[int, list[str]] = {}
    for text in sorted(ax.texts, key=lambda text: text.get_position()[1]):
        x, y = text.get_position()
        for i, image in enumerate(ax.images):
            left, right, bottom, _ = image.get_extent()
            if left < x < right and bottom < y < bottom + 20:
                below.setdefault(i, []).append(text.get_text())
    assert below == {
        0: ["5  0.550", "5  0.550"],
        1: ["6  0.550", "0  0.050"],
        2: ["4  0.550", "4  0.550"],
    }


def test_each_row_of_answers_says_what_its_lines_are() -> None:
    ax = drawn(plot_answers(DIGITS, PROBABILITIES, [5, 0, 4], columns=2))
    names = [text for text in ax.texts if text.get_text() in ("answer", "right")]
    assert [text.get_text() for text in names].count("answer") == 2
    lines = {text.get_position()[1] for text in ax.texts}
    assert {text.get_position()[1] for text in names} == lines


@pytest.mark.parametrize("columns", [1, 2, 8])
def test_each_mistake_has_its_label_and_the_answer_below(columns: int) -> None:
    ax = drawn(plot_mistakes(DIGITS, [6, 0, 4], [5, 0, 9], columns=columns))
    assert not overlapping(ax)
    assert [text.get_text() for text in ax.texts] == ["5 → 6", "0 → 0", "9 → 4"]
    for text, image in zip(ax.texts, ax.images, strict=True):
        left, right, bottom, _ = image.get_extent()
        x, y = text.get_position()
        assert left < x < right
        assert bottom < y < bottom + 10


def test_a_stage_is_a_row_of_its_first_channels_with_its_name() -> None:
    outputs = {"image": SHEET[:1].reshape(1, 28, 28), "deep": np.arange(128.0).reshape(8, 4, 4)}
    ax = drawn(plot_stages(outputs, columns=3))
    assert [text.get_text() for text in ax.texts] == ["image", "deep"]
    assert [image.get_array().shape for image in ax.images] == [(28, 28)] + 3 * [(4, 4)]
    for image, channel in zip(ax.images[1:], outputs["deep"], strict=False):
        np.testing.assert_array_equal(image.get_array(), channel)
        assert image.get_clim() == (0, channel.max())
    top, *below = (image.get_extent() for image in ax.images)
    assert {extent[3] for extent in below} == {32}
    assert top[3] == 0


def test_accuracy_of_a_class_counts_its_own_digits_only() -> None:
    # Of class 3 two of four are right, of class 7 one of one, of all three of five.
    ax = drawn(plot_class_accuracy([3, 3, 7, 7, 8], [3, 3, 7, 3, 3]))
    everything, dots = ax.lines
    np.testing.assert_allclose(dots.get_xydata(), [[3, 0.5], [7, 1]])
    assert set(everything.get_ydata()) == {0.6}


def test_the_bars_are_those_of_classes_that_are_equally_hard() -> None:
    ax = drawn(plot_class_accuracy([3, 3, 3, 3, 7, 8, 7, 7], [3, 3, 3, 3, 7, 7, 7, 7]))
    # 7 of 8 are right. Of four in a class: 2 sqrt(7/8 * 1/8 / 4), for the perfect class too.
    error = np.sqrt(7) / 8
    both = [[7 / 8 - error, 7 / 8 + error]] * 2
    np.testing.assert_allclose([bar.get_bbox().intervaly for bar in ax.patches], both)


# Training.


def test_loss_is_the_mean_and_the_range_of_each_window() -> None:
    history = History(loss=[1.0, 3.0, 5.0, 2.0, 2.0, 2.0, 0.0, 9.0, 3.0, 100.0])
    ax = drawn(plot_loss(history, window=3))
    (line,) = ax.lines
    # The last one begins a window that is not full.
    assert line.get_xydata().tolist() == [[1.5, 3], [4.5, 2], [7.5, 4]]
    (band,) = ax.collections
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.tolist()}
    assert corners == {(1.5, 1), (1.5, 5), (4.5, 2), (7.5, 0), (7.5, 9)}


def test_a_loss_is_seen_from_zero() -> None:
    # An axis cut off below would make a small gain look large.
    ax = plot_loss(History(loss=[1.0, 1.1] * 100))
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylim()[1] > 1.1
    assert ax.get_xlim() == (0, 200)
    assert plot_loss_by_probability().get_ylim()[0] == 0


def test_loss_of_exactly_one_window_is_drawn() -> None:
    (line,) = drawn(plot_loss(History(loss=[1.0] * 100))).lines
    assert line.get_xydata().tolist() == [[50, 1]]


@pytest.mark.parametrize("iterations", [0, 1, 99])
def test_loss_shorter_than_a_window_is_refused(iterations: int) -> None:
    with pytest.raises(ValueError, match=f"{iterations} iterations are fewer.* window of 100"):
        plot_loss(History(loss=[1.0] * iterations))
    assert not plt.get_fignums()


def test_accuracies_are_drawn_against_the_epoch_from_zero() -> None:
    ax = drawn(plot_accuracy(HISTORY))
    training, test = ax.lines
    np.testing.assert_allclose(training.get_xydata(), [[0, 0.1], [1, 0.8]])
    np.testing.assert_allclose(test.get_xydata(), [[0, 0.1], [1, 0.7]])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["training", "test"]
    assert ax.get_ylim() == (0, 1)


def test_an_axis_of_accuracies_may_begin_higher_and_name_what_was_held_out() -> None:
    ax = drawn(plot_accuracy(HISTORY, held_out="validation", bottom=0.6))
    assert ax.get_ylim() == (0.6, 1)
    assert ax.get_legend().get_texts()[1].get_text() == "validation"


@pytest.mark.parametrize("bottom", [-0.1, 1, np.nan])
def test_an_axis_of_accuracies_without_room_is_refused(bottom: float) -> None:
    with pytest.raises(ValueError, match=f"below 1, got bottom={bottom}"):
        plot_accuracy(HISTORY, bottom=bottom)
    assert not plt.get_fignums()


def test_the_two_accuracies_differ_in_more_than_colour() -> None:
    training, test = plot_accuracy(HISTORY).lines
    assert training.get_marker() != test.get_marker()
    assert training.get_linestyle() != test.get_linestyle()


# Diagrams.


def test_a_network_has_a_line_for_each_weight_and_a_dashed_one_for_each_bias() -> None:
    ax = drawn(plot_network((2, 3, 2, 2), marked=(1, 0, 2)))
    labels = [line.get_label() for line in ax.lines]
    assert labels.count("weight") == 2 * 3 + 3 * 2 + 2 * 2 - 1
    assert labels.count("W1[0, 2]") == 1
    assert labels.count("bias") == 3 + 2 + 2
    dashed = {line.get_label() for line in ax.lines if line.get_linestyle() == "--"}
    assert dashed == {"bias"}
    assert {text.get_text() for text in ax.get_legend().get_texts()} == set(labels)


def test_a_network_names_its_units_its_layers_and_their_shapes() -> None:
    texts = [text.get_text() for text in plot_network((2, 3, 2)).texts]
    units = ["x[0]", "x[1]", "z1[0]", "z1[1]", "z1[2]", "y[0]", "y[1]", "1", "1"]
    layers = ["x\n(2,)", "z1 = h(a1)\n(3,)", "y = σ(a2)\n(2,)"]
    assert sorted(texts) == sorted([*units, *layers, "W1 (2, 3)\nb1 (3,)", "W2 (3, 2)\nb2 (2,)"])


def test_the_marked_weight_leads_from_its_input_to_its_unit() -> None:
    ax = plot_network((2, 3, 2, 2), marked=(1, 0, 2))
    place = {text.get_text(): np.array(text.get_position()) for text in ax.texts}
    (line,) = (line for line in ax.lines if line.get_label() == "W1[0, 2]")
    radius = ax.patches[0].get_radius()
    for end, unit in zip(line.get_xydata(), ("x[0]", "z1[2]"), strict=True):
        assert np.linalg.norm(end - place[unit]) == pytest.approx(radius)


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3, 2, 2), (6, 1, 5)])
def test_nodes_of_a_network_are_round_and_apart(sizes: tuple[int, ...]) -> None:
    ax = drawn(plot_network(sizes))
    assert ax.get_aspect() == 1
    assert len(ax.patches) == sum(sizes) + len(sizes) - 1
    for i, a in enumerate(ax.patches):
        for b in ax.patches[:i]:
            assert np.hypot(*np.subtract(a.center, b.center)) > a.radius + b.radius


# Weights as variables.


def test_a_matrix_has_its_numbers_in_its_cells_the_first_row_on_top() -> None:
    ax = drawn(plot_matrix(MATRIX))
    assert [text.get_text() for text in ax.texts] == [
        *("0.200", "0.100", "−0.300"),
        *("0.300", "0.000", "−0.400"),
    ]
    assert [text.get_position() for text in ax.texts[:4]] == [
        *((0.5, 0.5), (1.5, 0.5), (2.5, 0.5), (0.5, 1.5))
    ]
    assert ax.yaxis_inverted()
    (mesh,) = ax.collections
    np.testing.assert_array_equal(mesh.get_array(), MATRIX)
    assert mesh.get_clim() == (-0.4, 0.4)


def test_numbers_in_cells_can_be_read_on_every_colour() -> None:
    def luminance(color: Any) -> float:
        c = np.array(to_rgba(color)[:3])
        linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    values = np.linspace(-1, 1, 201)
    ax = plot_matrix(values[np.newaxis])
    for text, cell in zip(ax.texts, ax.collections[0].to_rgba(values), strict=True):
        dark, light = sorted([luminance(text.get_color()), luminance(cell)])
        assert (light + 0.05) / (dark + 0.05) > 4.5


def test_a_matrix_of_zeros_is_drawn() -> None:
    drawn(plot_matrix(np.zeros((2, 3))))


def test_the_loss_moves_along_one_weight_and_the_others_are_held() -> None:
    W = np.array([[1.0, 2.0], [3.0, 4.0]])
    ax = drawn(plot_loss_along_weight(lambda _: np.sum(W**2), W, (0, 1), span=(-1, 3)))
    graph, tangent, point = ax.lines
    w, loss = graph.get_data()
    assert (w.min(), w.max()) == (-1, 3) == ax.get_xlim()
    np.testing.assert_allclose(loss, 1 + w**2 + 9 + 16)
    np.testing.assert_allclose(tangent.get_ydata(), 30 + 4 * (w - 2))
    np.testing.assert_allclose(point.get_xydata(), [[2, 30]])
    assert ax.get_xlabel() == "W[0, 1]"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "loss",
        "tangent, slope 4.000",
    ]


def test_weights_are_restored_also_when_the_loss_fails() -> None:
    W = np.array([1.0, 2.0])
    plot_loss_along_weight(bowl, W, (0,))
    assert W.tolist() == [1, 2]
    with pytest.raises(ZeroDivisionError):
        plot_loss_along_weight(lambda W: 1 / 0, W, (0,))
    assert W.tolist() == [1, 2]


def test_outputs_follow_one_input_and_the_others_are_held() -> None:
    x = np.array([0.5, 1.0])
    ax = drawn(plot_outputs_along_input(lambda x: x @ MATRIX, x, 0, span=(-1, 2)))
    *outputs, here, points = ax.lines
    for k, output in enumerate(outputs):
        moved, y = output.get_data()
        assert (moved.min(), moved.max()) == (-1, 2)
        np.testing.assert_allclose(y, moved * MATRIX[0, k] + MATRIX[1, k])
    assert [line.get_label() for line in outputs] == ["y[0]", "y[1]", "y[2]"]
    assert len({line.get_linestyle() for line in outputs}) == 3
    assert list(here.get_xdata()) == [0.5, 0.5]
    np.testing.assert_allclose(points.get_ydata(), x @ MATRIX)
    assert x.tolist() == [0.5, 1]


# Bad input.


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot_digits(np.empty((0, 784))), r"N at least 1; got \(0, 784\)"),
        (lambda: plot_digits(np.zeros((28, 27, 28))), r"got \(28, 27, 28\)"),
        (lambda: plot_digit(DIGITS), "got 3 images, expected one"),
        (lambda: plot_digit_sheet(SHEET, CLASSES, columns=4), "a row needs 4 .* class 0 has 3"),
        (lambda: plot_digit_sheet(SHEET, CLASSES % 9, columns=1), "class 9 has 0"),
        (lambda: plot_digit_sheet(SHEET, CLASSES, columns=0), "at least 1"),
        (lambda: plot_answers(DIGITS, PROBABILITIES, [5, 0, 4], columns=0), "columns must be 1 or"),
        (lambda: plot_weights(WEIGHTS, columns=-1), "columns must be 1 or more, got -1"),
        (lambda: plot_digit_sheet(SHEET, np.eye(10)[CLASSES]), r"\(30,\), got \(30, 10\)"),
        (lambda: plot_answers(DIGITS, PROBABILITIES[:2], [5, 0, 4]), r"got \(2, 10\) and \(3,\)"),
        (lambda: plot_answers(DIGITS, PROBABILITIES, [5]), r"got \(3, 10\) and \(1,\)"),
        (lambda: plot_mistakes(DIGITS, [5, 0], [5, 0, 4]), r"\(3,\); got \(2,\) and \(3,\)"),
        (lambda: plot_mistakes(DIGITS, [5, 0, 4], [5, 0, 4], columns=0), "columns must be 1 or"),
        (lambda: plot_stages({}), "one or more are needed; got {}"),
        (lambda: plot_stages({"one": np.zeros((4, 4))}), r"\(C, H, W\), .*{'one': \(4, 4\)}"),
        (lambda: plot_stages({"one": np.zeros((1, 4, 4))}, columns=0), "columns must be 1 or"),
        (lambda: plot_class_accuracy([1, 2], [1]), r"got \(2,\) and \(1,\)"),
        (lambda: plot_class_accuracy([], []), "N at least 1"),
        (lambda: plot_weights(np.zeros((20, 784))), r"got \(784, 20\)"),
        (lambda: plot_loss(History(loss=[1.0, 2.0]), window=0), "window must be 1 or more, got 0"),
        (lambda: plot_gate(lambda x: 1), r"shape \(4,\); it returned one of shape \(\)"),
        (lambda: plot_gate(either, [0, 1, 1]), r"shape \(4,\); got one of shape \(3,\)"),
        (lambda: plot_descent(bowl, np.empty((0, 2))), r"got \(0, 2\)"),
        (lambda: plot_descent(bowl, np.zeros((5, 3))), r"got \(5, 3\)"),
        (lambda: plot_network((2,)), r"two layers or more, .* got \(2,\)"),
        (lambda: plot_network((2, 0, 1)), r"got \(2, 0, 1\)"),
        (lambda: plot_network((2, 3), marked=(1, 2, 0)), r"got \(1, 2, 0\)"),
        (lambda: plot_network((2, 3), marked=(0, 0, 0)), r"got \(0, 0, 0\)"),
        (lambda: plot_matrix(np.zeros(3)), r"got \(3,\)"),
        (lambda: plot_matrix(np.zeros((0, 3))), r"got \(0, 3\)"),
        (lambda: plot_descent_losses(bowl, {}), "one or more, none of them empty; got {}"),
        (lambda: plot_descent_losses(bowl, {"a": []}), r"got {'a': \(0,\)}"),
        (lambda: plot_descent_paths(bowl, {"a": np.zeros((5, 3))}), r"'a' .* got \(5, 3\)"),
    ],
)
def test_input_that_would_draw_nonsense_is_refused(
    draw: Callable[[], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw()


def test_a_weight_that_can_only_move_in_whole_steps_is_refused() -> None:
    with pytest.raises(TypeError, match=r"W must hold floats, got dtype int64"):
        plot_loss_along_weight(np.sum, np.ones((2, 3), np.int64), (0, 1))


# The benchmark.


def test_a_benchmark_has_a_dot_at_each_median_and_a_line_over_each_range(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text('{"seconds": {"job": {"slow": [4.0, 2.0, 2.5], "Kasago": [1.0, 3.0, 1.5]}}}')
    ax = plot_benchmark("job", results=file)
    ranges, medians = ax.lines[::2], ax.lines[1::2]
    assert [line.get_xdata().tolist() for line in ranges] == [[2.0, 4.0], [1.0, 3.0]]
    assert [float(dot.get_xdata()[0]) for dot in medians] == [2.5, 1.5]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["slow", "Kasago"]
    assert ax.get_xscale() == "linear"
    assert ax.get_xlim()[0] == 0


def test_a_benchmark_of_very_different_times_has_a_logarithmic_axis(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text('{"seconds": {"job": {"slow": [4.0], "fast": [0.1]}}}')
    assert plot_benchmark("job", results=file).get_xscale() == "log"


def test_a_job_that_was_not_measured_is_refused_with_those_that_were() -> None:
    with pytest.raises(ValueError, match="no job 'cooking'; it has training, inference"):
        plot_benchmark("cooking")
