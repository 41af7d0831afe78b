"""From the SVG that Matplotlib writes to the SVG that a page carries."""

import html
import re
from collections.abc import Callable

# The places of the style (see matplotlibrc) and what fills them: the colour of the text around
# the figure, a shade that reads on light and on dark, and the colours of the page's scheme.
INK, GRID = "#0d0f11", "#0d0f12"
COLORS = ("#2266a8", "#c2431b", "#0a9580", "#5b1f66")
DARK_COLORS = ("#4aaef5", "#f27b48", "#2fe0b4", "#b77aa6")
TYPEFACE = "var(--figure-font, sans-serif)"
GRID_OF_PAGE = "var(--figure-grid, #8886)"
PLACES = {
    INK: "currentColor",
    GRID: GRID_OF_PAGE,
    **{color: f"var(--figure-{i}, {color})" for i, color in enumerate(COLORS, 1)},
}

# On a file of its own: its colours, and with what it was drawn.
DARK_PLACES = ";".join(f"--figure-{i}:{color}" for i, color in enumerate(DARK_COLORS, 1))
STANDALONE_STYLE = (
    "<style>svg{color:#24292f}"
    f"@media(prefers-color-scheme:dark){{svg{{color:#d8dee4;{DARK_PLACES}}}}}</style>"
)


def clean(svg: str) -> str:
    """Return an SVG without what a page does not need, its ink and grid left to the page.

    Parameters
    ----------
    svg : str
        A file as Matplotlib writes it, drawn with the style of this package.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    svg = svg[svg.index("<svg") :].rstrip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    # In CSS pixels, of which three points make four: the type is as large as the page's own.
    svg = re.sub(r'"([\d.]+)pt"', lambda m: f'"{float(m[1]) * 4 / 3:.0f}"', svg, count=2)
    # A style sheet inside a figure would hold for the whole page around it.
    svg = re.sub(r"<defs>\s*<style[^>]*>\*{(.*?)}</style>\s*</defs>\s*", "", svg, count=1)
    svg = svg.replace("<svg ", '<svg style="stroke-linejoin: round; stroke-linecap: butt" ', 1)
    used = set(re.findall(r'href="#([^"]*)"', svg)) | set(re.findall(r"url\(#([^)]*)\)", svg))
    svg = _in_tags(svg, lambda tag: _clean_tag(tag, used))
    return re.sub(r"\s*\n\s*", "\n", svg)


def embed(svg: str, alt: str, prefix: str) -> str:
    """Return the SVG for the inside of a page.

    Parameters
    ----------
    svg : str
        A cleaned SVG.
    alt : str
        What the figure shows, for someone who cannot see it.
    prefix : str
        Put before every id, so that two figures of a page share none.

    Returns
    -------
    str
    """
    name = re.compile(r'( id="|href="#|url\(#)')
    svg = _in_tags(svg, lambda tag: name.sub(rf"\g<1>{prefix}", tag))
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1)


def standalone(svg: str) -> str:
    """Return the SVG for a file of its own, which follows the scheme of the reader's system.

    Parameters
    ----------
    svg : str
        A cleaned SVG.

    Returns
    -------
    str
    """
    end_of_tag = svg.index(">") + 1
    return svg[:end_of_tag] + _drawn_with() + STANDALONE_STYLE + svg[end_of_tag:] + "\n"


def same_drawing(file: str, svg: str) -> bool:
    """Return whether a file shows a drawing, coordinates equal to a tenth of a point.

    A file drawn with another version of Matplotlib cannot be compared, and counts as the same.

    Parameters
    ----------
    file : str
        The text of a standalone SVG.
    svg : str
        A cleaned SVG.

    Returns
    -------
    bool
    """
    if "<!-- Matplotlib " in file and not drawn_here(file):
        return True
    number = re.compile(r"-?\d+\.?\d*")
    old, new = file, standalone(svg)
    return number.split(old) == number.split(new) and all(
        abs(float(a) - float(b)) <= 0.1
        for a, b in zip(number.findall(old), number.findall(new), strict=True)
    )


def drawn_here(file: str) -> bool:
    """Return whether a file was drawn with the version of Matplotlib that is installed.

    Parameters
    ----------
    file : str
        The text of a standalone SVG.

    Returns
    -------
    bool
    """
    return _drawn_with() in file


def _drawn_with() -> str:
    # Here, because a browser, which draws too, would load much for it.
    from importlib.metadata import version  # noqa: PLC0415

    return f"<!-- Matplotlib {version('matplotlib')} -->"


def _in_tags(svg: str, change: Callable[[str], str]) -> str:
    """Change the tags of an SVG, and leave the text between them alone."""
    return re.sub(r"<[^>]*>", lambda tag: change(tag[0]), svg)


def _clean_tag(tag: str, used: set[str]) -> str:
    """Clean a tag; `used` are the ids that something refers to."""
    for place, filling in PLACES.items():
        tag = tag.replace(place, filling)
    # Text keeps its size and place and takes the typeface of the page.
    tag = re.sub(r"font-family: [^;\"]*", f"font-family: {TYPEFACE}", tag)
    tag = re.sub(r"font: ([^;\"]*?[\d.]+px) [^;\"]*", rf"font: \1 {TYPEFACE}", tag)
    tag = re.sub(r' id="([^"]*)"', lambda name: name[0] if name[1] in used else "", tag)
    return re.sub(r'\b(?:d|x|y|x1|y1|x2|y2|points)="[^"]*"', _shorten_numbers, tag)


def _shorten_numbers(attribute: re.Match[str]) -> str:
    """Round coordinates to a hundredth of a point: less than any screen shows."""
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", attribute[0])
