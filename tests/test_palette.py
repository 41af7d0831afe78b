"""The colours of figures: legible on their ground, and apart for every kind of colour vision."""

import re
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from conftest import ROOT
from kasago.literate.files import ASSETS
from kasago.literate.running.figure import COLORS, DARK_COLORS, GRID, INK, PLACES
from kasago.literate.running.raster import ACCENT
from kasago.literate.running.run import STYLE

# How linear RGB looks to people without one kind of cone (Machado, Oliveira and Fernandes 2009,
# severity 1).
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}

# From linear RGB to OKLab (Ottosson 2020), in which equal distances look equal.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(color):
    value = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2.2, 1.4.3."""
    low, high = sorted(linear(color) @ [0.2126, 0.7152, 0.0722] for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def oklab(color, vision):
    return TO_OKLAB @ np.cbrt(TO_CONES @ np.clip(VISION[vision] @ linear(color), 0, 1))


def scheme(name):
    """Return the colours that the site's style gives a scheme, by their names."""
    css = (ROOT / "docs" / "assets" / "kasago.css").read_text("utf-8")
    block = re.search(rf'\[data-md-color-scheme="{name}"\] \{{(.*?)\}}', css, re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#\w{6});", block[1]))


SCHEMES = {"default": COLORS, "slate": DARK_COLORS}
schemes = pytest.mark.parametrize("name", SCHEMES)


def test_the_colours_of_figures_are_those_of_the_style():
    css = (ASSETS / "literate.css").read_text("utf-8")
    colors = re.findall(r"--figure-\d: light-dark\((#\w{6}), (#\w{6})\);", css)
    assert list(zip(*colors, strict=True)) == [COLORS, DARK_COLORS]


def test_the_colours_of_matplotlib_are_places_that_the_page_fills():
    with mpl.rc_context(fname=STYLE):
        cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert tuple(cycle) == COLORS
    assert set(COLORS) < set(PLACES)


def test_the_edge_of_a_card_is_the_red_of_the_style():
    assert scheme("default")["red"] == ACCENT


@schemes
def test_a_colour_of_figures_stands_out_from_its_ground(name):
    for color in SCHEMES[name]:
        assert contrast(color, scheme(name)["paper"]) >= 3


@schemes
@pytest.mark.parametrize("text", ["ink", "ink-soft", "red"])
def test_text_is_legible_on_paper_and_on_shade(name, text):
    colors = scheme(name)
    for ground in ("paper", "shade"):
        assert contrast(colors[text], colors[ground]) >= 4.5


@schemes
def test_code_is_legible(name):
    colors = scheme(name)
    for role, color in colors.items():
        if role.startswith("code-"):
            assert contrast(color, colors["shade"]) >= 4.5, role


@schemes
@pytest.mark.parametrize("vision", VISION)
def test_two_colours_of_figures_are_never_taken_for_each_other(name, vision):
    for one, other in combinations(SCHEMES[name], 2):
        distance = np.linalg.norm(oklab(one, vision) - oklab(other, vision))
        assert distance >= 0.095, (one, other)


def test_a_reader_s_own_figures_look_like_those_of_the_pages():
    """The style that comes with the package is that of the pages, but for their own ground."""
    ours = mpl.rc_params_from_file(ROOT / "kasago/plot/book.mplstyle", use_default_template=False)
    pages = mpl.rc_params_from_file(STYLE, use_default_template=False)
    assert {INK, GRID} <= {str(value) for value in pages.values()}
    colors = scheme("default")
    filled = {INK: colors["ink"], GRID: colors["line"]}
    for name, value in ours.items():
        assert value == filled.get(str(pages[name]), pages[name]), name
    with plt.style.context("kasago.plot.book"):
        assert plt.rcParams["figure.figsize"] == pages["figure.figsize"]
