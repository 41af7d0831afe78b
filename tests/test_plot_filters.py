"""Facts about the figures of filters and accuracies: what they show, and what they refuse."""

from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from kasago.plot import plot_accuracies, plot_feature_maps, plot_filters, plot_sliding_filter

mpl.use("Agg")

IMAGE = np.arange(42.0).reshape(6, 7)
SIDE = np.array([[1.0, 0.0, -1.0]] * 3)
FILTERS = np.stack([SIDE, 2 * SIDE.T])


def pictures(ax: Any) -> list[Any]:
    ax.figure.canvas.draw()
    return [image.get_array() for image in ax.images]


def test_the_output_is_filled_up_to_the_place_and_no_further() -> None:
    image, w, output = pictures(plot_sliding_filter(IMAGE, SIDE, (1, 2)))
    np.testing.assert_array_equal(image, IMAGE)
    np.testing.assert_array_equal(w, SIDE)
    # Neighbours in a row differ by 1: three rows of 1 * x - 1 * (x + 2).
    assert output.shape == (4, 5)
    assert output.compressed().tolist() == [-6.0] * 8
    assert np.ma.getmaskarray(output).sum() == 12
    assert not np.ma.getmaskarray(output)[1, 2]


def test_the_frame_is_where_the_filter_is() -> None:
    ax = plot_sliding_filter(IMAGE, SIDE, (1, 2))
    window, cell = (patch for patch in ax.patches[-2:] if isinstance(patch, Rectangle))
    assert (*window.get_xy(), window.get_width(), window.get_height()) == (2, 1, 3, 3)
    assert (cell.get_width(), cell.get_height()) == (1, 1)
    left, _, top = (ax.images[2].get_extent()[k] for k in (0, 1, 3))
    assert cell.get_xy() == (left + 2, top + 1)


def test_one_scale_of_colours_has_0_in_the_middle_for_all_maps() -> None:
    ax = plot_feature_maps(IMAGE, FILTERS, [IMAGE - 2, IMAGE])
    _, first, map_of_first, second, map_of_second = ax.images
    assert first.get_clim() == second.get_clim() == (-2, 2)
    assert map_of_first.get_clim() == map_of_second.get_clim() == (-41, 41)
    np.testing.assert_array_equal(map_of_second.get_array(), IMAGE)


def test_filters_stand_in_rows() -> None:
    ax = plot_filters(np.repeat(FILTERS[:, np.newaxis], 2, axis=0), columns=3)
    assert len(pictures(ax)) == 4
    left = [image.get_extent()[0] for image in ax.images]
    top = [image.get_extent()[3] for image in ax.images]
    assert (left[3], top[0]) == (left[0], top[2])
    assert top[3] > top[2]


def test_filters_of_0_are_drawn() -> None:
    assert plot_filters(np.zeros((1, 3, 3))).images[0].get_clim() == (-1, 1)


def test_each_accuracy_is_drawn_at_its_place_and_named() -> None:
    ax = plot_accuracies([0, 2, 5], {"dense": [0.9, 0.8, 0.5], "both": [1.0, 0.9, 0.9]}, xlabel="n")
    assert [line.get_label() for line in ax.lines] == ["dense", "both"]
    assert np.array(ax.lines[0].get_xydata()).tolist() == [[0, 0.9], [2, 0.8], [5, 0.5]]
    assert ax.get_ylim()[1] == 1.02
    assert 0.4 < ax.get_ylim()[0] < 0.5
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["dense", "both"]
    assert len({line.get_marker() for line in ax.lines}) == 2  # told apart without colours
    assert len({line.get_linestyle() for line in ax.lines}) == 2


def test_a_dotted_line_stands_where_the_best_accuracy_is() -> None:
    *_, line = plot_accuracies([0, 2, 5], {"a": [0, 1, 2], "b": [0.1, 0.7, 0.5]}, best="b").lines
    assert set(line.get_xdata()) == {2}
    assert line.get_linestyle() == ":"


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: plot_sliding_filter(IMAGE, SIDE, (4, 0)), "4 x 5 places, none at row 4, column 0"),
        (lambda: plot_sliding_filter(IMAGE, SIDE, (0, -1)), "none at row 0, column -1"),
        (lambda: plot_sliding_filter(IMAGE, SIDE[0], (0, 0)), r"got \(6, 7\) and \(3,\)"),
        (lambda: plot_sliding_filter(IMAGE, np.ones((9, 9)), (0, 0)), "does not fit"),
        (lambda: plot_feature_maps(IMAGE, FILTERS, [IMAGE]), "2 filters need as many maps"),
        (lambda: plot_filters(np.ones((4, 2, 3, 3))), r"one channel .* got \(4, 2, 3, 3\)"),
        (lambda: plot_filters(np.ones((0, 3, 3))), "at least 1"),
        (lambda: plot_accuracies([0, 1], {"a": [0.5]}, xlabel="n"), r"'a' .* got \(1,\)"),
        (lambda: plot_accuracies([0, 1], {}, xlabel="n"), "there must be a line"),
        (lambda: plot_accuracies([], {"a": []}, xlabel="n"), "a place for it"),
        (lambda: plot_accuracies([[0]], {"a": [[1]]}), "a place for it"),
        (lambda: plot_accuracies([0], {"a": [1]}, best="b"), "one of a; got 'b'"),
        (lambda: plot_filters(FILTERS, columns=0), "columns must be 1 or more"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_was_given(
    draw: Callable[[], Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        draw()
