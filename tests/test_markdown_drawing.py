"""Figures of few elements: what is joined, and what must not be."""

import re

import numpy as np
import pytest

from kasago.literate.markdown.drawing import lighter

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
RED = "fill: red; stroke: red"


def light(content):
    return re.sub(r"</?svg[^>]*>", "", lighter(SVG.format(content)))


def paths(content):
    """The outlines of the paths that are left."""
    return re.findall(r' d="([^"]*)"', light(content))


def path(outline, style="fill: none; stroke: red"):
    return f'<g><path d="{outline}" style="{style}"/></g>'


def test_ticks_of_an_axis_are_one_path_in_their_own_look_and_places():
    mark = '<defs><path id="t" d="M 0 0&#10;L 0 3.5&#10;" style="stroke: blue"/></defs>'
    ticks = "".join(
        f'<g><g>{mark if x == 1 else ""}<use xlink:href="#t" x="{x}" y="5" style="stroke: red; '
        f'fill: none"/></g><g><text x="{x}" y="9">{x}</text></g></g>'
        for x in (1, 2)
    )
    assert light(ticks) == (
        '<path style="stroke: blue; fill: none" d="M1 5l0 3.5M2 5l0 3.5" />'
        '<text x="1" y="9">1</text><text x="2" y="9">2</text>'
    )


def test_a_marker_keeps_its_shape_where_it_goes():
    mark = '<defs><path id="m" d="M 1 0 C 1 1 0 1 0 0 z M 5 5 L 6 5"/></defs>'
    outlines = paths(f'{mark}<use xlink:href="#m" x="10" y="20"/>')
    assert outlines == ["M11 20c0 1 -1 1 -1 0zm4 5l1 0"]


def test_a_marker_that_is_turned_stays_a_marker():
    content = (
        '<defs><path id="m" d="M 0 0 L 1 0"/></defs>'
        '<use xlink:href="#m" x="1" y="1" transform="rotate(45)"/>'
    )
    assert light(content) == content.replace("/>", " />")


@pytest.mark.parametrize(
    ("one", "other", "how_many"),
    [
        (path("M 0 0 L 1 0"), path("M 0 1 L 1 1"), 1),
        (path("M 0 0 L 1 0"), path("M 0 1 L 1 1", "fill: none; stroke: blue"), 2),
        # Where both lie upon each other it is darker.
        *[(path("M 0 0 L 1 0", see), path("M 0 1 L 1 1", see), 2) for see in ["stroke-opacity: 0"]],
        (path("M 0 0 L 1 0 L 1 1 z", RED), path("M 0 0 L 2 0 L 2 2 z", RED), 1),
        # Turned the other way around, the second would leave a hole in the first.
        (path("M 0 0 L 9 0 L 9 9 z", RED), path("M 1 1 L 3 3 L 3 1 z", RED), 2),
        # The line around the first is below the second.
        (path("M 0 0 L 9 0 L 9 9 z", "fill: red"), path("M 0 0 L 9 0 L 9 8 z", "fill: red"), 1),
        *[
            (path("M 0 0 L 9 0 L 9 9 z", both), path("M 0 0 L 9 0 L 9 8 z", both), 2)
            for both in ["fill: red; stroke: blue"]
        ],
        (path("M 0 0 L 1 0"), f"<image/>{path('M 0 1 L 1 1')}", 2),
        (path("M 0 0 L 1 0"), f'<g clip-path="url(#c)">{path("M 0 1 L 1 1")}</g>', 2),
    ],
)
def test_paths_are_one_where_that_looks_the_same(one, other, how_many):
    assert len(paths(one + other)) == how_many


def test_what_draws_nothing_goes_and_what_is_referred_to_stays():
    clip = '<defs><clipPath id="c"><rect x="0" /></clipPath></defs>'
    assert light('<g><path d="M 0 0 L 1 0" style="fill: none"/></g>' + clip) == clip


def test_a_field_of_arrows_is_one_path():
    turns = np.linspace(0, 6, 50)
    arrow = np.array([[0, 0], [4, 0], [4, 1], [6, -1], [4, -3], [4, -2], [0, -2]])
    field = ""
    for turn in turns:
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        corners = " L ".join(f"{x:.2f} {y:.2f}" for x, y in arrow @ rotation)
        field += path(f"M {corners} z", "fill: currentColor")
    (outline,) = paths(field)
    assert outline.count("M") == 50
