"""Facts about the figure of the chapter on batch normalization."""

import numpy as np
import pytest

from kasago.plot import plot_curve_pairs

WITH, WITHOUT = [[0.0, 1.0, 0.5]] * 3, [[0.25, 0.25, 0.25]] * 3


def curves(ax):
    """Return the two curves of each small plot, and the frame before them."""
    lines = [line.get_xydata() for line in ax.lines]
    return list(zip(lines[::3], lines[1::3], lines[2::3], strict=True))


def test_each_pair_stands_on_the_foot_of_its_own_frame():
    ax = plot_curve_pairs(WITH, WITHOUT, ["1", "0.1", "0.01"], columns=2)
    corners = []
    for frame, first, second in curves(ax):
        corner = frame[1]
        np.testing.assert_allclose(first - corner, [[0, 0], [0.5, 1], [1, 0.5]], atol=1e-12)
        np.testing.assert_allclose(second - corner, [[0, 0.25], [0.5, 0.25], [1, 0.25]])
        corners.append(corner)
    (first, beside, below) = corners
    assert beside[0] > first[0] + 1
    assert beside[1] == first[1]
    assert below[0] == first[0]
    assert below[1] < first[1] - 1


def test_all_small_plots_lie_within_the_axes():
    ax = plot_curve_pairs(WITH, WITHOUT, ["1", "0.1", "0.01"], columns=2)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for line in ax.lines:
        x, y = line.get_data()
        assert left <= min(x) <= max(x) <= right
        assert low <= min(y) <= max(y) <= high


def test_each_small_plot_has_its_title_and_the_legend_both_names_once():
    ax = plot_curve_pairs(WITH, WITHOUT, ["1", "0.1", "0.01"], names=("new", "old"))
    assert [text.get_text() for text in ax.texts] == ["1", "0.1", "0.01"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["new", "old"]


def test_the_curves_of_a_pair_are_told_apart_without_colours():
    _, first, second = plot_curve_pairs(WITH, WITHOUT, ["1", "0.1", "0.01"]).lines[:3]
    assert first.get_linestyle() != second.get_linestyle()


@pytest.mark.parametrize("without", [WITHOUT[:2], [[0.5, 0.5]] * 3, [0.5, 0.5]])
def test_pairs_of_other_shapes_are_refused(without):
    with pytest.raises(ValueError, match="must have the same shape"):
        plot_curve_pairs(WITH, without, ["1", "0.1", "0.01"])


@pytest.mark.parametrize("flat", [[[0.5]], np.zeros((0, 3)), [0.5, 0.5]])
def test_less_than_a_curve_is_refused(flat):
    with pytest.raises(ValueError, match="n at least 2"):
        plot_curve_pairs(flat, flat, ["1"])


def test_titles_are_as_many_as_small_plots():
    with pytest.raises(ValueError, match="3 small plots need as many titles, got 2"):
        plot_curve_pairs(WITH, WITHOUT, ["1", "0.1"])


def test_no_column_is_refused():
    with pytest.raises(ValueError, match="columns must be 1 or more, got 0"):
        plot_curve_pairs(WITH, WITHOUT, ["1", "0.1", "0.01"], columns=0)
