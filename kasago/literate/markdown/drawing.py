"""A figure with fewer elements, drawn alike: a browser styles each of them, several times a page.

Matplotlib writes an element for each tick, each point and each arrow, inside of groups that say
nothing. Neighbours that look the same become one path, and such groups go.
"""

import functools
import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
ElementTree.register_namespace("", SVG[1:-1])
ElementTree.register_namespace("xlink", HREF[1 : HREF.index("}")])

# A command whose numbers are pairs of coordinates; in small letters, from where the last one ended.
COMMAND = re.compile(r"([MLQCZmlqcz])([\s\d.e-]*)")
# What may stand between two paths that become one: a tick is not under the number beside it.
WORDS = {f"{SVG}{name}" for name in ("g", "text", "tspan")}
UNTURNED = re.compile(r"rotate\(-?0 [^)]*\)")
FAMILY = "font-family: var(--figure-font, sans-serif)"

Point = tuple[float, float]


@functools.lru_cache(maxsize=1024)  # the editions of a page show the same figures
def lighter(svg: str) -> str:
    """Return a drawing with fewer elements.

    Parameters
    ----------
    svg : str
        A cleaned SVG, as `kasago.literate.running.figure.clean` returns it.

    Returns
    -------
    str
        One ``<svg>`` element that looks the same. Groups and paths that nothing refers to and that
        draw nothing are gone; markers are paths, and paths of one look that come one after the
        other, with at most text between, are one path.

    Examples
    --------
    >>> line = '<g><path style="fill: none; stroke: red" d="M 0 {0} L 9 {0}"/></g>'
    >>> svg = f'<svg xmlns="http://www.w3.org/2000/svg">{line.format(1)}{line.format(2)}</svg>'
    >>> print(lighter(svg).partition(">")[2])
    <path style="fill: none; stroke: red" d="M 0 1 L 9 1M 0 2 L 9 2" /></svg>
    """
    root = ElementTree.fromstring(svg)
    marks = {path.get("id", ""): path for path in root.iter(f"{SVG}path") if path.get("id")}
    _lighten(root, marks)
    used = {use.get(HREF, "")[1:] for use in root.iter(f"{SVG}use")}
    _drop_unused(root, used)
    if texts := [text for text in root.iter(f"{SVG}text") if FAMILY in text.get("style", "")]:
        root.set("style", f"{root.get('style', '')}; {FAMILY}".removeprefix("; "))
        for text in texts:
            text.set("style", text.get("style", "").replace(FAMILY, "").replace("; ;", ";"))
    for text in root.iter(f"{SVG}text"):
        if UNTURNED.fullmatch(text.get("transform", "")):
            del text.attrib["transform"]
    return ElementTree.tostring(root, encoding="unicode")


def _lighten(parent: Element, marks: dict[str, Element]) -> None:
    """Unfold the groups of an element, draw its markers as paths, and join its paths."""
    children: list[Element] = []
    last: Element | None = None  # what a path may join: nothing but text came after it
    outlines: dict[Element, list[str]] = {}
    for child in _unfolded(parent, marks):
        if child.tag == f"{SVG}path" and last is not None and _joins(last, child):
            outlines.setdefault(last, [last.get("d", "")]).append(child.get("d", ""))
            continue
        children.append(child)
        if child.tag == f"{SVG}path":
            last = child
        elif child.tag != f"{SVG}defs" and not {part.tag for part in child.iter()} <= WORDS:
            last = None
    for path, parts in outlines.items():
        path.set("d", "".join(parts))
    parent[:] = children
    if parent.text and not parent.text.strip():
        parent.text = None


def _unfolded(parent: Element, marks: dict[str, Element]) -> Iterator[Element]:
    for child in parent:
        child.tail = None
        if child.tag == f"{SVG}g":
            _lighten(child, marks)
            if not child.attrib:
                yield from child
            elif len(child):
                yield child
        elif child.tag == f"{SVG}use":
            drawn = _drawn(child, marks)
            yield child if drawn is None else drawn
        elif (
            child.tag != f"{SVG}path"
            or child.attrib.keys() - {"d", "style"}
            or child.get("style") != "fill: none"
        ):
            yield child


def _drop_unused(parent: Element, used: set[str]) -> None:
    """Drop the markers that are drawn as paths now, and definitions that define nothing."""
    for child in list(parent):
        if child.tag == f"{SVG}defs":
            for path in child.findall(f"{SVG}path"):
                if path.get("id") not in used:
                    child.remove(path)
            if not len(child):
                parent.remove(child)
        else:
            _drop_unused(child, used)


def _drawn(use: Element, marks: dict[str, Element]) -> Element | None:
    """Return a marker as a path in its place; None if it is more than moved there."""
    mark = marks.get(use.get(HREF, "")[1:])
    known = use.attrib.keys() <= {HREF, "x", "y", "style"}
    if mark is None or not known or mark.attrib.keys() - {"id", "d", "style"}:
        return None
    pieces = _points(mark.get("d", ""))
    if not pieces or pieces[0][0] != "M":
        return None
    x, y = pieces[0][1][0]
    outline = f"M{float(use.get('x', 0)) + x:.6g} {float(use.get('y', 0)) + y:.6g}"
    # From point to point, every marker is the same text: it is compressed to almost nothing.
    for letter, points, (x, y) in pieces[1:]:
        outline += letter.lower() + " ".join(f"{u - x:.4g} {v - y:.4g}" for u, v in points)
    look = _properties(use) | _properties(mark)  # its own look is stronger than an inherited one
    style = "; ".join(f"{name}: {value}" for name, value in look.items())
    return Element(f"{SVG}path", {"style": style, "d": outline})


def _joins(path: Element, other: Element) -> bool:
    """Return whether a path can be drawn as a part of one before it, and look the same."""
    if {**path.attrib, "d": ""} != {**other.attrib, "d": ""} or path.get("id"):
        return False
    look = _properties(path)
    fill, stroke = look.get("fill", "black"), look.get("stroke", "none")
    if any("opacity" in name for name in look) or ("none" not in (fill, stroke) and fill != stroke):
        return False
    # Where filled outlines lie upon each other, opposite turns would leave a hole.
    return fill == "none" or _turn(path.get("d", "")) == _turn(other.get("d", "")) != 0


def _turn(outline: str) -> int:
    """Return which way around an outline goes, 1 or -1; 0 if that is not known."""
    around = 0.0
    for number, (letter, points, (x, y)) in enumerate(_points(outline)):
        if number and letter == "M":
            return 0  # several outlines
        if number:
            along = zip([(x, y), *points[:-1]], points, strict=False)
            around += sum(p[0] * q[1] - q[0] * p[1] for p, q in along)
    return (around > 0) - (around < 0)


def _points(outline: str) -> list[tuple[str, list[Point], Point]]:
    """Return each command of a path, the points it names, and the one where it begins.

    Nothing comes of a path with other commands.
    """
    if COMMAND.sub("", outline).strip():
        return []
    pieces = []
    here = start = (0.0, 0.0)
    for letter, text in COMMAND.findall(outline):
        numbers = [float(number) for number in text.split()]
        x, y = here if letter.islower() else (0.0, 0.0)
        points = [(x + u, y + v) for u, v in zip(numbers[::2], numbers[1::2], strict=True)]
        pieces.append((letter.upper(), points, here))
        here = points[-1] if points else start
        start = points[0] if letter in "Mm" else start
    return pieces


def _properties(element: Element) -> dict[str, str]:
    """Return the style of an element, by the names of its properties."""
    pairs = (pair.partition(":") for pair in element.get("style", "").split(";") if pair.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}
