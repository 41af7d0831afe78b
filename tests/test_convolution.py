"""Facts about the layers for images: values by hand, and the way back of the formulas."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import complex_step
from kasago.common import convolution
from kasago.common.gradient import numerical_gradient
from kasago.common.layers import Convolution, Pooling
from kasago.common.util import im2col
from properties import many

Array = NDArray[Any]
dtypes = st.sampled_from([np.float16, np.float32, np.float64])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@st.composite
def slides(draw: st.DrawFn) -> tuple[tuple[int, int, int, int], int, int, int, int]:
    """Images, a filter that fits them, its stride, also beyond its own size, and a margin."""
    pad = draw(st.integers(0, 2))
    N, C, H, W = (draw(st.integers(1, most)) for most in (3, 4, 6, 6))
    FH, FW = (draw(st.integers(1, size + 2 * pad)) for size in (H, W))
    return (N, C, H, W), FH, FW, draw(st.integers(1, 4)), pad


def elsewhere(x: Array) -> list[Array]:
    """The same images in other orders of the memory, not to be written to."""
    channels_last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    views = [channels_last, np.asfortranarray(x), x[::-1, :, ::-1].copy()[::-1, :, ::-1]]
    for view in views:
        view.flags.writeable = False
    return views


# Convolution.


def test_the_convolution_of_the_book_by_hand() -> None:
    """Saito, figures 7.3 to 7.5: an image of 4 x 4, a filter of 3 x 3, a bias of 3."""
    x = np.array([[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]]).reshape(1, 1, 4, 4)
    W = np.array([[2, 0, 1], [0, 1, 2], [1, 0, 2]]).reshape(1, 1, 3, 3)
    assert Convolution(W, 0).forward(x).tolist() == [[[[15, 16], [6, 15]]]]
    assert Convolution(W, np.array([3])).forward(x).tolist() == [[[[18, 19], [9, 18]]]]


def test_a_stride_of_two_is_every_second_place() -> None:
    x, W = rng(1).normal(size=(2, 3, 7, 8)), rng(2).normal(size=(4, 3, 3, 2))
    every = Convolution(W, np.ones(4)).forward(x)
    np.testing.assert_allclose(
        Convolution(W, np.ones(4), stride=2).forward(x), every[:, :, ::2, ::2], atol=1e-12
    )


@many
@given(slide=slides(), filters=st.integers(1, 4), dtype=dtypes)
def test_a_convolution_is_its_formula_forward_and_back(
    slide: Any, filters: int, dtype: Any
) -> None:
    shape, FH, FW, stride, pad = slide
    x, W, b = (
        rng(seed).standard_normal(size).astype(dtype)
        for seed, size in enumerate([shape, (filters, shape[1], FH, FW), (filters,)])
    )
    layer = Convolution(W, b, stride, pad)
    out = layer.forward(x)
    dout = rng(3).standard_normal(out.shape).astype(dtype)
    dx = layer.backward(dout)
    assert layer.x is x
    for array in (out, dx, layer.dW, layer.db):
        assert array.dtype == dtype
    # Sums of up to 400 products, of numbers up to 4.
    close = {"atol": 2000 * np.finfo(dtype).eps, "rtol": 4 * np.finfo(dtype).eps}
    wide = [array.astype(np.float64) for array in (x, W, b)]
    np.testing.assert_allclose(out, complex_step.convolution(*wide, stride, pad), **close)
    # Along random directions: the formula is linear in each of the three.
    for i, grad in enumerate((dx, layer.dW, layer.db)):
        assert grad.shape == wide[i].shape
        u = rng(4 + i).standard_normal(grad.shape)

        def moved(part: Any, i: int = i) -> Any:
            arrays = [*wide[:i], part, *wide[i + 1 :]]
            return np.sum(complex_step.convolution(*arrays, stride, pad) * dout)

        assert np.sum(grad * u) == pytest.approx(complex_step.slope(moved, wide[i], u), **{
            "abs": 10 * close["atol"], "rel": 10 * close["rtol"]
        })  # fmt: skip


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 0), (1, 1), (2, 1)])
def test_every_derivative_of_a_convolution_is_the_numerical_one(stride: int, pad: int) -> None:
    x, W, b = (
        rng(1).normal(size=(2, 2, 5, 4)),
        rng(2).normal(size=(3, 2, 3, 2)),
        rng(3).normal(size=3),
    )
    layer = Convolution(W, b, stride, pad)
    dout = rng(4).normal(size=layer.forward(x).shape)

    def loss(_: Array) -> float:
        return float(np.sum(layer.forward(x) * dout))

    expected = [numerical_gradient(loss, array) for array in (x, W, b)]
    layer.forward(x)
    for actual, wanted in zip((layer.backward(dout), layer.dW, layer.db), expected, strict=True):
        np.testing.assert_allclose(actual, wanted, atol=1e-8)
    assert layer.dW.flags.c_contiguous  # like W, for the optimizers


@many
@given(slide=slides())
def test_a_convolution_is_a_product_with_the_patches(slide: Any) -> None:
    """Saito, section 7.4.2."""
    shape, FH, FW, stride, pad = slide
    x, W = rng(1).standard_normal(shape), rng(2).standard_normal((2, shape[1], FH, FW))
    out = Convolution(W, np.zeros(2), stride, pad).forward(x)
    rows = im2col(x, FH, FW, stride, pad) @ W.reshape(2, -1).T
    np.testing.assert_allclose(out.transpose(0, 2, 3, 1).reshape(-1, 2), rows, atol=1e-12)


@pytest.mark.parametrize("chunk", [1, 100, 2**20])
def test_a_batch_in_parts_is_the_batch(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution, "CHUNK", chunk)
    x, W, b = rng(1).normal(size=(7, 3, 5, 5)), rng(2).normal(size=(4, 3, 2, 3)), np.arange(4.0)
    layer = Convolution(W, b, pad=1)
    out = layer.forward(x)
    dout = rng(3).normal(size=out.shape)
    dx = layer.backward(dout)
    ones = [Convolution(W, b, pad=1) for _ in x]
    for i, one in enumerate(ones):
        np.testing.assert_allclose(one.forward(x[i : i + 1])[0], out[i], atol=1e-12)
        np.testing.assert_allclose(one.backward(dout[i : i + 1])[0], dx[i], atol=1e-12)
    np.testing.assert_allclose(sum(one.dW for one in ones), layer.dW, atol=1e-12)
    np.testing.assert_allclose(sum(one.db for one in ones), layer.db, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("chunk", "parts"),
    [(1, [1, 1, 1, 1, 1]), (719, [1, 1, 1, 1, 1]), (720, [2, 2, 1]), (2**20, [5])],
)
def test_as_many_images_at_once_as_fill_a_chunk_in_the_dtype_of_the_sums(
    chunk: int, parts: list[int], dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forward, for `dW` and for the way back: 360 numbers an image, 4 x 5 places of 2 x 3 x 3."""
    multiplied, patches = [], convolution._patches

    def seen(windows: Array) -> Array:
        multiplied.append((len(windows), windows.dtype))
        return patches(windows)

    monkeypatch.setattr(convolution, "CHUNK", chunk)
    monkeypatch.setattr(convolution, "_patches", seen)
    x = np.ones((5, 2, 4, 5), dtype)
    layer = Convolution(np.ones((2, 2, 3, 3), dtype), np.zeros(2, dtype), pad=1)
    layer.backward(layer.forward(x))
    assert multiplied == 3 * [(count, np.result_type(dtype, np.float32)) for count in parts]


def test_a_convolution_takes_images_anywhere_in_memory_and_leaves_them() -> None:
    x, W = rng(1).normal(size=(3, 2, 6, 5)), rng(2).normal(size=(4, 2, 3, 3))
    layer = Convolution(W, np.zeros(4), pad=1)
    out = layer.forward(x)
    dout = rng(3).normal(size=out.shape)
    dx, dW = layer.backward(dout), layer.dW
    for given_x, given_dout in zip(elsewhere(x), elsewhere(dout), strict=True):
        np.testing.assert_allclose(layer.forward(given_x), out, atol=1e-12)
        np.testing.assert_allclose(layer.backward(given_dout), dx, atol=1e-12)
        np.testing.assert_allclose(layer.dW, dW, atol=1e-12)
        assert np.array_equal(given_x, x)
        assert np.array_equal(given_dout, dout)


def test_the_first_layer_may_be_asked_for_its_parameters_alone() -> None:
    layer = Convolution(rng(1).normal(size=(4, 2, 3, 3)), np.zeros(4))
    dout = rng(3).normal(size=layer.forward(rng(2).normal(size=(3, 2, 6, 5))).shape)
    layer.backward(dout)
    dW, db = layer.dW, layer.db
    del layer.dW, layer.db
    layer.backward_params(dout)
    assert np.array_equal(layer.dW, dW)
    assert np.array_equal(layer.db, db)


def test_a_convolution_sees_a_step_of_training_and_new_weights() -> None:
    W, x = np.zeros((1, 1, 2, 2)), np.ones((1, 1, 2, 2))
    layer = Convolution(W, 0.5)
    W += 1
    assert layer.forward(x).tolist() == [[[[4.5]]]]
    layer.W = np.full((1, 1, 1, 1), 3.0)
    assert layer.forward(x).tolist() == [[[[3.5, 3.5], [3.5, 3.5]]]]
    assert layer.backward(np.ones((1, 1, 2, 2))).tolist() == [[[[3, 3], [3, 3]]]]
    assert layer.db.tolist() == [4]


def test_no_images_have_no_output() -> None:
    layer = Convolution(np.ones((2, 1, 2, 2)), np.zeros(2), pad=1)
    out = layer.forward(np.zeros((0, 1, 4, 4)))
    assert out.shape == (0, 2, 5, 5)
    assert layer.backward(out).shape == (0, 1, 4, 4)
    assert not layer.dW.any()
    assert not layer.db.any()


def test_float16_is_summed_in_float32() -> None:
    """4,000 ones: the sum in float16 would stop at 2,048."""
    x, W = np.ones((1, 40, 10, 10), np.float16), np.ones((1, 40, 10, 10), np.float16)
    layer = Convolution(W, 0)
    assert layer.forward(x).item() == 4000
    wide = Convolution(np.ones((1, 1, 1, 1), np.float16), 0)
    wide.backward(np.ones_like(wide.forward(np.ones((1, 1, 80, 50), np.float16))))
    assert wide.db.tolist() == [4000]
    assert wide.dW.item() == 4000
    # A pixel in the middle is seen from 900 places, by three filters.
    layer = Convolution(np.ones((3, 1, 30, 30), np.float16), 0)
    dout = np.ones_like(layer.forward(np.ones((1, 1, 59, 59), np.float16)))
    assert layer.backward(dout)[0, 0, 29, 29] == 2700


def test_integers_become_floats() -> None:
    layer = Convolution(np.array([[[[1, -1]]]]), 0)
    out = layer.forward(np.array([[[[0, 255, 0]]]], np.uint8))
    assert out.tolist() == [[[[-255, 255]]]]
    assert out.dtype == np.float64
    layer.backward(np.full_like(out, 0.5))
    assert layer.dW.tolist() == [[[[127.5, 127.5]]]]


@pytest.mark.parametrize("wide", ["x", "W", "b"])
def test_the_output_has_the_widest_dtype(wide: str) -> None:
    x, W, b = (
        np.ones(shape, np.float64 if name == wide else np.float32)
        for name, shape in {"x": (1, 1, 2, 2), "W": (1, 1, 1, 1), "b": 1}.items()
    )
    layer = Convolution(W, b)
    out = layer.forward(x)
    assert out.dtype == np.float64
    assert layer.backward(out.astype(np.float32)).dtype == W.dtype
    assert layer.backward(out).dtype == np.float64
    assert layer.dW.dtype == W.dtype


IMAGES = (5, 2, 4, 4)


@pytest.mark.parametrize(
    ("W", "x", "message"),
    [
        ((3, 1, 2, 2), IMAGES, "W of shape (3, 1, 2, 2) take images of shape (N, 1, H, W), got"),
        ((3, 1, 2, 2), IMAGES, "H, W), got (5, 2, 4, 4)"),
        ((3, 3, 2, 2), IMAGES, "shape (N, 3, H, W), got (5, 2, 4, 4)"),
        ((3, 1, 2, 2), (5, 16), "got (5, 16); x.reshape(-1, 1, H, W) makes images of rows"),
        ((3, 1, 2, 2), (1, 4, 4), "got (1, 4, 4)"),
        ((3, 2, 5, 2), IMAGES, "size 5 does not fit an input of size 4 with pad 0; use a smaller"),
        ((3, 2, 5, 2), IMAGES, "padding (x has shape (5, 2, 4, 4), W (3, 2, 5, 2))"),
        ((3, 2, 2, 5), IMAGES, "size 5 does not fit an input of size 4"),
    ],
)
def test_images_that_do_not_fit_the_filters_are_refused_with_both_shapes(
    W: Any, x: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Convolution(np.ones(W), np.zeros(W[0])).forward(np.ones(x))


def test_a_derivative_of_another_shape_is_refused_with_both() -> None:
    for layer in (Convolution(np.ones((3, 2, 2, 2)), 0), Pooling(2, 2)):
        shape = layer.forward(np.ones(IMAGES)).shape
        with pytest.raises(ValueError, match=re.escape(f"shape {shape}, got (5, 3, 3)")):
            layer.backward(np.ones((5, 3, 3)))


# Pooling.


def test_the_pooling_of_the_book_by_hand() -> None:
    """Saito, figure 7.14."""
    x = np.array([[1, 2, 1, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 4, 0, 1]]).reshape(1, 1, 4, 4)
    layer = Pooling(2, 2, stride=2)
    assert layer.forward(x).tolist() == [[[[2, 3], [4, 2]]]]
    assert layer.arg_max.tolist() == [[[[1, 3], [3, 1]]]]
    assert layer.arg_max.dtype == np.uint8
    assert layer.backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]])).tolist() == [
        [[[0, 1, 0, 0], [0, 0, 0, 2], [0, 0, 0, 4], [0, 3, 0, 0]]]
    ]


@many
@given(slide=slides(), dtype=dtypes, ties=st.booleans())
def test_pooling_is_its_formula_forward_and_back(slide: Any, dtype: Any, ties: bool) -> None:
    shape, FH, FW, stride, pad = slide
    pad = min(pad, FH - 1, FW - 1)
    if shape[2] + 2 * pad < FH or shape[3] + 2 * pad < FW:
        FH, FW, pad = shape[2], shape[3], 0
    x = rng(1).standard_normal(shape)
    x = (np.round(x) if ties else x).astype(dtype)
    layer = Pooling(FH, FW, stride, pad)
    out = layer.forward(x)
    assert layer.x is x
    np.testing.assert_array_equal(out, complex_step.max_pooling(x, FH, FW, stride, pad))
    # Small whole numbers, whose sums are exact in float16 too.
    dout = rng(2).integers(-9, 10, out.shape).astype(dtype)
    dx = layer.backward(dout)
    assert out.dtype == dx.dtype == dtype
    u = rng(3).integers(-9, 10, shape)
    expected = complex_step.slope(
        lambda x: np.sum(complex_step.max_pooling(x, FH, FW, stride, pad) * dout),
        x.astype(float),
        u,
    )
    assert np.sum(dx * u, dtype=float) == pytest.approx(expected, abs=1e-9)


def test_of_equal_numbers_the_first_receives_the_derivative() -> None:
    layer = Pooling(2, 2, stride=2)
    layer.forward(np.zeros((1, 2, 2, 2)))
    assert layer.backward(np.array([3.0, 5.0]).reshape(1, 2, 1, 1)).tolist() == [
        [[[3, 0], [0, 0]], [[5, 0], [0, 0]]]
    ]


def test_a_margin_is_never_the_largest() -> None:
    layer = Pooling(2, 2, stride=2, pad=1)
    x = np.full((1, 1, 2, 2), -7.0)
    assert layer.forward(x).tolist() == [[[[-7, -7], [-7, -7]]]]
    assert layer.backward(np.ones((1, 1, 2, 2))).tolist() == [[[[1, 1], [1, 1]]]]


def test_a_number_in_several_neighbourhoods_receives_all_their_derivatives() -> None:
    layer = Pooling(2, 2)
    layer.forward(np.array([[0.0, 0, 0], [0, 9, 0], [0, 0, 0]]).reshape(1, 1, 3, 3))
    dx = layer.backward(np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2))
    assert dx.tolist() == [[[[0, 0, 0], [0, 10, 0], [0, 0, 0]]]]


def test_a_neighbourhood_may_be_larger_than_a_byte_counts() -> None:
    x = np.arange(400.0).reshape(1, 1, 20, 20)
    layer = Pooling(20, 20)
    assert layer.forward(x).item() == 399
    assert layer.arg_max.item() == 399
    assert layer.backward(np.ones((1, 1, 1, 1)))[0, 0, 19, 19] == 1


def test_pooling_takes_images_anywhere_in_memory_and_leaves_them() -> None:
    x = rng(1).normal(size=(3, 2, 6, 5))
    layer = Pooling(2, 3, pad=1)
    out = layer.forward(x)
    dout = rng(3).normal(size=out.shape)
    dx = layer.backward(dout)
    for given_x, given_dout in zip(elsewhere(x), elsewhere(dout), strict=True):
        assert np.array_equal(layer.forward(given_x), out)
        np.testing.assert_allclose(layer.backward(given_dout), dx, atol=1e-15)
        assert np.array_equal(given_x, x)
        assert np.array_equal(given_dout, dout)


@pytest.mark.parametrize(
    ("pool", "x", "message"),
    [
        ((2, 2), (5, 16), "shape (N, C, H, W), got (5, 16); x.reshape(-1, C, H, W)"),
        ((3, 2), (1, 1, 2, 2), "size 3 does not fit an input of size 2 with pad 0; use a smaller"),
        ((3, 2), (1, 1, 2, 2), "padding (x has shape (1, 1, 2, 2), pooling (3, 2))"),
        ((2, 3), (1, 1, 2, 2), "size 3 does not fit"),
    ],
)
def test_images_that_cannot_be_pooled_are_refused(pool: Any, x: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Pooling(*pool).forward(np.ones(x))


@pytest.mark.parametrize("pool", [(2, 3), (3, 2)])
def test_neighbourhoods_of_margin_alone_are_refused(pool: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=re.escape(f"less than {pool[0]} and {pool[1]}, ")):
        Pooling(*pool, pad=2)


@pytest.mark.parametrize("layer", [Convolution(np.ones((1, 1, 1, 1)), 0), Pooling(1, 1)])
def test_a_layer_for_images_cannot_go_back_before_it_went_forward(layer: Any) -> None:
    with pytest.raises(AttributeError, match="no attribute"):
        layer.backward(np.ones((1, 1, 1, 1)))
