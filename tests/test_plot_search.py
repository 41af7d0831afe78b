"""Facts about the figure of a search."""

import numpy as np
import pytest

from kasago.plot import plot_search


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
