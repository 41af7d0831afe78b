"""Figures as pixels, for where no page draws them: a notebook, a card of a page that is shared."""

import re
from pathlib import Path

from kasago.literate.running.figure import GRID_OF_PAGE

# The edge of a card: the red of a rockfish.
ACCENT = "#a8281a"

SIZE = re.compile(r' (width|height)="([\d.]+)"')


def to_png(svg: str) -> bytes:
    """Return a figure as pixels, two for each of its own, dark ink on a white ground.

    Its text is set in Matplotlib's own typeface, so that every machine gives the same bytes.

    Parameters
    ----------
    svg : str
        A cleaned SVG.

    Returns
    -------
    bytes
        A PNG.
    """
    return _pixels(svg, zoom=2)


def to_card(svg: str) -> bytes:
    """Return a figure in the middle of a card: the picture of a page, where a link to it is shown.

    Parameters
    ----------
    svg : str
        A cleaned SVG, or one from a page.

    Returns
    -------
    bytes
        A PNG of 1200 by 630 pixels.
    """
    size = dict(SIZE.findall(svg[: svg.index(">")]))
    width, height = float(size["width"]), float(size["height"])
    scale = min(1080 / width, 540 / height)
    x, y = (1200 - scale * width) / 2, (630 - scale * height) / 2
    return _pixels(
        '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630">'
        f'<rect width="1200" height="14" fill="{ACCENT}"/>'
        f'<g transform="translate({x:.2f} {y:.2f}) scale({scale:.4f})">{svg}</g></svg>'
    )


def _pixels(svg: str, zoom: int = 1) -> bytes:
    """Draw an SVG with dark ink on a white ground."""
    # Here, because a build that finds its pictures drawn does not wait for them.
    from matplotlib import get_data_path  # noqa: PLC0415
    from resvg_py import svg_to_bytes  # noqa: PLC0415

    svg = svg.replace("currentColor", "#24292f").replace(GRID_OF_PAGE, "#d0d7de")
    svg = re.sub(r"var\(--figure-\w+, ([^()]*)\)", r"\1", svg)
    fonts = sorted(Path(get_data_path(), "fonts", "ttf").glob("DejaVuSans*.ttf"))
    return svg_to_bytes(
        svg_string=svg,
        background="white",
        zoom=zoom,
        skip_system_fonts=True,
        sans_serif_family="DejaVu Sans",
        font_files=[str(font) for font in fonts],
    )
