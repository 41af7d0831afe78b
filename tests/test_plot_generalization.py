"""Facts about the figures of the chapter on generalization."""

import numpy as np
import pytest

from kasago.plot import plot_search, plot_training_curves

CURVES = {"training": [0.1, 0.6, 0.9], "validation": [0.1, 0.7, 0.5]}


def test_each_set_has_its_accuracies_under_its_name():
    ax = plot_training_curves([0, 20, 40], CURVES)
    assert {line.get_label(): list(line.get_ydata()) for line in ax.lines} == CURVES
    assert [list(line.get_xdata()) for line in ax.lines] == [[0, 20, 40]] * 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(CURVES)


def test_curves_are_told_apart_without_colours():
    lines = plot_training_curves([0, 20, 40], CURVES).lines
    assert len({line.get_marker() for line in lines}) == 2
    assert len({line.get_linestyle() for line in lines}) == 2


def test_a_dotted_line_stands_where_the_best_step_was():
    *_, line = plot_training_curves([0, 20, 40], CURVES, best="validation").lines
    assert set(line.get_xdata()) == {20}
    assert line.get_linestyle() == ":"


@pytest.mark.parametrize("steps", [[0, 1], [], [[0, 1, 2]]])
def test_curves_that_do_not_fit_the_steps_are_refused(steps):
    with pytest.raises(ValueError, match="each with a value for each step"):
        plot_training_curves(steps, CURVES)


def test_no_curve_is_refused():
    with pytest.raises(ValueError, match="one or more"):
        plot_training_curves([0, 1], {})


def test_the_best_of_a_curve_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"one of training, validation; got 'test'"):
        plot_training_curves([0, 20, 40], CURVES, best="test")


def test_a_search_is_drawn_by_thirds_from_the_best_to_the_worst():
    rng = np.random.default_rng(0)
    rates, decays = 10 ** rng.uniform(-3, 0, (2, 9))
    accuracies = np.array([0.5, 0.9, 0.1, 0.8, 0.4, 0.2, 0.7, 0.6, 0.3])
    ax = plot_search(rates, decays, accuracies)
    for group, drawn in zip(([1, 3, 6], [7, 0, 4], [8, 5, 2]), ax.collections, strict=True):
        np.testing.assert_allclose(
            drawn.get_offsets(), np.stack([rates[group], decays[group]], axis=1)
        )
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["0.70–0.90", "0.40–0.60", "0.10–0.30"]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_runs_that_differ_in_number_are_refused():
    with pytest.raises(ValueError, match=r"got shapes \(3,\), \(4,\) and \(3,\)"):
        plot_search([0.1] * 3, [0.1] * 4, [0.5] * 3)


def test_a_search_of_two_runs_is_refused():
    with pytest.raises(ValueError, match="three runs or more, got 2"):
        plot_search([0.1] * 2, [0.1] * 2, [0.5] * 2)
