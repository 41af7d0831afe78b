"""Facts about kasago.common.util: patches by hand, and that col2im is the way back of im2col."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kasago.common.util import col2im, conv_output_size, im2col, shuffle_dataset, smooth_curve
from properties import many

Shape = tuple[tuple[int, int, int, int], int, int, int, int]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@st.composite
def slides(draw: st.DrawFn) -> Shape:
    """Images, a filter that fits them, its stride, also beyond its own size, and a margin."""
    pad = draw(st.integers(0, 2))
    N, C, H, W = (draw(st.integers(1, most)) for most in (3, 3, 6, 6))
    FH, FW = (draw(st.integers(1, size + 2 * pad)) for size in (H, W))
    return (N, C, H, W), FH, FW, draw(st.integers(1, 4)), pad


# Patches.


def test_the_patches_of_an_image_by_hand() -> None:
    image = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    assert im2col(image, 2, 2).tolist() == [[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]]
    assert im2col(image, 2, 2, stride=2, pad=1).tolist() == [
        [0, 0, 0, 1], [0, 0, 2, 3], [0, 4, 0, 7], [5, 6, 8, 9],
    ]  # fmt: skip
    assert im2col(image, 3, 3).tolist() == [[1, 2, 3, 4, 5, 6, 7, 8, 9]]


def test_the_channels_of_a_patch_stand_one_after_the_other() -> None:
    images = np.array([[[[1, 2]], [[3, 4]]], [[[5, 6]], [[7, 8]]]])
    assert im2col(images, 1, 2).tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert im2col(images, 1, 1).tolist() == [[1, 3], [2, 4], [5, 7], [6, 8]]


def test_patches_have_the_sizes_of_the_book() -> None:
    """Saito, section 7.4.3."""
    assert im2col(np.zeros((1, 3, 7, 7)), 5, 5, stride=1, pad=0).shape == (9, 75)
    assert im2col(np.zeros((10, 3, 7, 7)), 5, 5, stride=1, pad=0).shape == (90, 75)


@many
@given(slides())
def test_col2im_is_the_way_back_of_im2col(slide: Shape) -> None:
    shape, *how = slide
    x = rng(1).standard_normal(shape)
    col = im2col(x, *how)
    dcol = rng(2).standard_normal(col.shape)
    back = col2im(dcol, shape, *how)
    assert back.shape == shape
    # <A x, y> = <x, A^T y>
    assert np.sum(col * dcol) == pytest.approx(np.sum(x * back), abs=1e-10)
    # A pixel comes back as often as it was copied.
    times = col2im(np.ones_like(col), shape, *how)
    np.testing.assert_allclose(col2im(col, shape, *how), times * x, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.uint8])
def test_patches_keep_the_dtype_and_leave_their_images(dtype: Any) -> None:
    x = np.arange(16, dtype=dtype).reshape(1, 1, 4, 4)
    x.flags.writeable = False
    col = im2col(x, 2, 2, pad=1)
    col.flags.writeable = False
    assert col.dtype == col2im(col, (1, 1, 4, 4), 2, 2, pad=1).dtype == dtype


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: im2col(np.zeros((4, 4)), 2, 2), "must have shape (N, C, H, W), got (4, 4)"),
        (
            lambda: im2col(np.zeros((1, 1, 4, 4)), 5, 2),
            "a filter of size 5 does not fit an input of size 4 with pad 0",
        ),
        (
            lambda: col2im(np.zeros((4, 4)), (1, 1, 4, 4), 2, 2),
            "col must have shape (9, 4) for images of shape (1, 1, 4, 4), got (4, 4)",
        ),
        (lambda: col2im(np.zeros((4, 4)), (4, 4), 2, 2), "(N, C, H, W), got (4, 4)"),  # type: ignore[arg-type]
    ],
)
def test_patches_that_do_not_fit_are_refused_with_the_shapes(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


# Sizes.


@pytest.mark.parametrize(
    ("arguments", "size"),
    # The first three are the book's, section 7.2.4.
    [((4, 3, 1, 1), 4), ((7, 3, 2, 0), 3), ((28, 5, 3, 2), 10), ((5, 5), 1), ((5, 2, 2), 2)],
)
def test_sizes_of_outputs(arguments: tuple[int, ...], size: int) -> None:
    found = conv_output_size(*arguments)
    assert (found, type(found)) == (size, int)


@many
@given(slides())
def test_the_size_counts_the_places_at_which_a_filter_fits(slide: Shape) -> None:
    (_, _, H, _), FH, _, stride, pad = slide
    fits = [at for at in range(0, H + 2 * pad, stride) if at + FH <= H + 2 * pad]
    assert conv_output_size(H, FH, stride, pad) == len(fits)


@pytest.mark.parametrize("arguments", [(4, 2, 0), (4, 2, 1, -1), (4, 0), (4, 2, -1)])
def test_sizes_out_of_range_are_refused(arguments: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="must be 1 or more and pad 0 or more, got"):
        conv_output_size(*arguments)


# Curves and data sets.


def test_a_smooth_curve_is_a_weighted_mean_of_eleven_values() -> None:
    x = np.zeros(31)
    x[15] = 1
    smooth = smooth_curve(x)
    weights = np.kaiser(11, 2) / np.kaiser(11, 2).sum()
    np.testing.assert_allclose(smooth[10:21], weights)
    assert not smooth[:10].any()
    assert not smooth[21:].any()


@pytest.mark.parametrize("n", [1, 2, 5, 10, 11, 12, 40])
def test_a_smooth_curve_has_as_many_points_and_no_new_extremes(n: int) -> None:
    x = rng(n).standard_normal(n)
    before = x.copy()
    smooth = smooth_curve(x)
    assert smooth.shape == (n,)
    assert x.min() - 1e-12 <= smooth.min() <= smooth.max() <= x.max() + 1e-12
    assert np.array_equal(x, before)
    np.testing.assert_allclose(smooth_curve(np.full(n, 3)), 3)


def test_a_curve_is_mirrored_beyond_its_ends() -> None:
    """At the start about the first value, at the end behind the last one, as the book does it."""
    x = rng().standard_normal(20)
    longer = np.concatenate([x[5:0:-1], x, x[:-6:-1]])
    weights = np.kaiser(11, 2) / np.kaiser(11, 2).sum()
    assert smooth_curve(x)[0] == pytest.approx(weights @ longer[:11])
    assert smooth_curve(x)[-1] == pytest.approx(weights @ longer[-11:])


@pytest.mark.parametrize("x", [[], [[1.0, 2.0]], 3.0])
def test_what_is_no_curve_is_refused(x: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"got shape {np.shape(x)}")):
        smooth_curve(x)


@pytest.mark.parametrize("shape", [(20,), (20, 3), (20, 1, 2, 2)])
def test_a_shuffled_data_set_keeps_each_target_with_its_sample(shape: tuple[int, ...]) -> None:
    t = np.arange(20)
    x = np.broadcast_to(t.reshape(20, *[1] * (len(shape) - 1)), shape)
    new_x, new_t = shuffle_dataset(x, t, rng=rng())
    assert new_x.shape == shape
    assert np.array_equal(new_x.reshape(20, -1)[:, 0], new_t)
    assert sorted(new_t) == t.tolist()
    assert new_t.tolist() != t.tolist() == list(range(20))
    assert np.array_equal(shuffle_dataset(x, t, rng=rng())[1], new_t)


def test_lists_are_shuffled_too() -> None:
    x, t = shuffle_dataset([[1], [2]], [[0, 1], [1, 0]])
    assert np.array_equal(t[:, 0] + 1, x[:, 0])


@pytest.mark.parametrize(("x", "t"), [((3, 2), (2,)), ((3,), ()), ((), ())])
def test_samples_and_targets_of_different_numbers_are_refused(x: Any, t: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"got shapes {x} and {t}")):
        shuffle_dataset(np.zeros(x), np.zeros(t))
