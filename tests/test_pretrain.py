"""Facts about the weights of the convolutional networks, and about how weights are made."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kasago.common.functions import softmax
from kasago.dataset.mnist import load_mnist
from kasago.network import DEEP_CONV_WEIGHTS, SIMPLE_CONV_WEIGHTS, DeepConvNet, SimpleConvNet
from kasago.pretrain import RECIPES, _parse, falling_rate, pretrain

# What the weights of the package read of 10,000; each comes from one run of its recipe.
SIMPLE_RIGHT, DEEP_RIGHT = 9932, 9953

Digits = tuple[Any, Any]


@pytest.fixture(scope="module")
def test_digits() -> Digits:
    return load_mnist(flatten=False)[1]


def scores_of(net: Any, x: Any) -> Any:
    return np.concatenate([net.predict(part) for part in np.split(x, len(x) // 100)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_trained_simple_network_reads_exactly_so_many_digits(
    dtype: type, test_digits: Digits
) -> None:
    x, t = test_digits
    net = SimpleConvNet.trained(dtype)
    assert all(param.dtype == dtype for param in net.params.values())
    scores = scores_of(net, x.astype(dtype))
    assert np.sum(scores.argmax(axis=1) == t) == SIMPLE_RIGHT
    assert closest(scores).min() > 1e-4  # so no answer hangs on the last bits


def closest(scores: Any) -> Any:
    """How far the second answer of each image is from the first."""
    second, first = np.sort(scores, axis=1)[:, -2:].T
    return first - second


def test_the_trained_deep_network_reads_exactly_so_many_digits(test_digits: Digits) -> None:
    """In float32 all; in float64, which takes twice as long, those on which it might differ.

    The scores of these differ by less than a hundredth of what parts the first two scores of any
    other.
    """
    x, t = test_digits
    scores = scores_of(DeepConvNet.trained(), x)
    assert np.sum(scores.argmax(axis=1) == t) == DEEP_RIGHT

    order = np.argsort(closest(scores))
    doubtful, others = order[:300], order[300:]
    wide = scores_of(DeepConvNet.trained(np.float64), x[doubtful].astype(np.float64))
    assert wide.dtype == np.float64
    assert np.array_equal(wide.argmax(axis=1), scores[doubtful].argmax(axis=1))
    difference = np.abs(wide - scores[doubtful]).max()
    assert difference < 0.01 * closest(scores[others]).min()
    assert difference < 0.1 * closest(wide).min()


@pytest.mark.parametrize(
    ("kind", "file"), [(SimpleConvNet, SIMPLE_CONV_WEIGHTS), (DeepConvNet, DEEP_CONV_WEIGHTS)]
)
def test_the_weights_are_plain_arrays_in_half_the_bits(kind: Any, file: Path) -> None:
    (recipe,) = (recipe for recipe in RECIPES.values() if recipe.network is kind)
    assert file.name == recipe.file
    with np.load(file, allow_pickle=False) as weights:
        shapes = {name: weights[name].shape for name in weights}
        assert {str(weights[name].dtype) for name in weights} == {recipe.dtype} == {"float16"}
    assert shapes == {name: param.shape for name, param in kind().params.items()}


def test_trained_weights_fit_one_network_only() -> None:
    class Wider(SimpleConvNet):
        def __init__(self, **how: Any) -> None:
            super().__init__(hidden_size=200, **how)

    with pytest.raises(ValueError, match=r"another network: .*W2 has shape \(4320, 200\) here"):
        Wider.trained()


def test_half_precision_answers_alike(test_digits: Digits) -> None:
    x, _ = test_digits
    half = DeepConvNet.trained(np.float16).predict(x[:100].astype(np.float16))
    full = DeepConvNet.trained().predict(x[:100])
    assert half.dtype == np.float16
    assert np.array_equal(half.argmax(axis=1), full.argmax(axis=1))
    np.testing.assert_allclose(softmax(half.astype(np.float32)), softmax(full), atol=0.05)


# How they are made.


@pytest.mark.parametrize("net", ["simple", "deep"])
def test_a_recipe_gives_the_same_again_and_learns(net: str) -> None:
    (x, t), _ = load_mnist()
    one, two = (pretrain(x[:300], t[:300], net, epochs=1, progress=False) for _ in range(2))
    start = RECIPES[net].network(rng=np.random.default_rng(0))
    for name, param in one.params.items():
        assert np.array_equal(param, two.params[name])
        assert not np.array_equal(param, start.params[name])


def test_images_are_taken_in_rows_or_as_they_are() -> None:
    (x, t), _ = load_mnist()
    rows = pretrain(x[:100], t[:100], "simple", epochs=1, progress=False)
    images = pretrain(x[:100].reshape(-1, 1, 28, 28), t[:100], "simple", epochs=1, progress=False)
    for name, param in rows.params.items():
        assert np.array_equal(param, images.params[name])


def test_an_unknown_recipe_is_refused() -> None:
    with pytest.raises(ValueError, match="net must be one of three, simple, deep; got 'large'"):
        pretrain(np.zeros((100, 784)), np.zeros(100, int), "large")


def test_a_rate_falls_from_all_to_nothing_and_is_half_in_the_middle() -> None:
    assert falling_rate(0.5, 0) == 0.5
    assert falling_rate(0.5, 0.5) == pytest.approx(0.25)
    assert falling_rate(0.5, 1) == 0
    rates = [falling_rate(0.5, done) for done in np.linspace(0, 1, 20)]
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize(
    ("args", "net", "file"),
    [
        ([], "three", "three_layer_net.npz"),
        (["mine.npz"], "three", "mine.npz"),
        (["three"], "three", "three_layer_net.npz"),
        (["simple"], "simple", "simple_conv_net.npz"),
        (["deep", "folder/mine.npz"], "deep", "folder/mine.npz"),
    ],
)
def test_the_command_line_names_a_network_and_a_file(args: list[str], net: str, file: str) -> None:
    assert _parse(args) == (net, Path(file))


@pytest.mark.parametrize("args", [["large"], ["deep", "mine"], ["deep", "a.npz", "b.npz"]])
def test_a_command_line_that_says_something_else_is_refused(args: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"\[three\|simple\|deep\] \[FILE\], and FILE ends with"):
        _parse(args)
