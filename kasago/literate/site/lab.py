"""From the HTML that mkdocs-jupyter makes of a notebook to what a page of this site looks like.

It comes with half a megabyte of JupyterLab's style, with scripts from other hosts, and with cells
that neither the site's style nor its script knows. What is kept is the notebook's own: text, code,
what it printed, what it drew; the figures get their alt text from the cells that draw them.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jupytext
from bs4 import BeautifulSoup, Tag

from kasago.literate.running.figure import embed

HEADING_ID = re.compile(r"\s*\{ ?#(?P<id>[\w-]+) ?\}\s*$")
MARKDOWN_FILE = re.compile(r"(?:(?:^|(?<=/))index)?\.md(?=#|$)")
SVG = "data:image/svg+xml;base64,"


@dataclass(frozen=True)
class Heading:
    """A heading of a page, for its table of contents."""

    level: int
    id: str
    name: str


def tidied(
    html: str, source: str, directories: bool = True, permalink: str = "Permanent link"
) -> tuple[str, list[Heading], list[str]]:
    """Return the HTML of a notebook as the site's own.

    Parameters
    ----------
    html : str
        What mkdocs-jupyter made of it.
    source : str
        The notebook, Markdown as jupytext writes it. The option ``alt`` of a cell says what its
        figure shows, to someone who cannot see it.
    directories : bool
        Whether the address of a page of the site is a folder, or else a file.
    permalink : str
        What the link of a heading to itself says.

    Returns
    -------
    str
        The page.
    list of Heading
    list of str
        The files of the site that it links to, by their paths from its own.

    Raises
    ------
    ValueError
        If a figure has no alt text, or is no SVG.
    """
    soup = BeautifulSoup(html[html.index('<div class="jupyter-wrapper">') :], "html.parser")
    links = [link for link in soup.select("a[href]") if not re.match("[a-z]+:|#", _href(link))]
    files = [_href(link).partition("#")[0] for link in links]
    for link in links:
        link["href"] = _address(_href(link), directories)
    headings = [_heading(heading, permalink) for heading in soup.select("h1, h2, h3, h4, h5, h6")]
    book = jupytext.reads(source, fmt="md")
    alts = [cell.metadata.get("alt", "") for cell in book.cells if cell.cell_type == "code"]
    return "\n".join(_cells(soup, alts)), headings, files


def _href(link: Tag) -> str:
    return str(link["href"])


def _address(file: str, directories: bool) -> str:
    """Return the address of the page that is made of a file."""
    if not directories:
        return re.sub(r"\.md(?=#|$)", ".html", file)
    return MARKDOWN_FILE.sub(lambda end: "" if end[0].startswith("index") else "/", file)


def _heading(heading: Tag, permalink: str) -> Heading:
    """Give a heading the id that its text ends with, and a link to itself."""
    for anchor in heading.select("a.anchor-link"):
        anchor.decompose()
    heading.smooth()
    text = heading.get_text().strip()
    found = HEADING_ID.search(text)
    if not found:
        raise ValueError(f"the heading {text!r} has no id: write {{ #id }} at its end")
    last = heading.find_all(string=True)[-1]
    last.replace_with(HEADING_ID.sub("", str(last)))
    heading["id"] = found["id"]
    link = BeautifulSoup("", "html.parser").new_tag("a", href=f"#{found['id']}")
    link["class"], link["title"], link.string = "headerlink", permalink, "¶"
    name = heading.get_text()
    heading.append(link)
    return Heading(int(heading.name[1]), found["id"], name)


def _cells(soup: BeautifulSoup, alts: Sequence[str]) -> Iterator[str]:
    """Yield the cells of a notebook as HTML."""
    waiting = iter(alts)
    for number, cell in enumerate(soup.select(".jp-Cell[id]")):
        text = cell.select_one("[data-mime-type='text/markdown']")
        if text:
            yield text.decode_contents()
            continue
        yield '<div class="snippet">'
        yield _code("language-python highlight", cell.select_one(".jp-Cell-inputWrapper pre"))
        alt = next(waiting)
        for output in cell.select(".jp-OutputArea-output"):
            yield _output(output, alt, f"f{number}-")
        yield "</div>"


def _code(classes: str, block: Tag | None) -> str:
    code = block.decode_contents() if block else ""
    return f'<div class="{classes}"><pre><code>{code}</code></pre></div>'


def _output(output: Tag, alt: str, prefix: str) -> str:
    if output["data-mime-type"] == "text/plain":
        return _code("language-text output no-copy highlight", output.select_one("pre"))
    image = output.select_one("img")
    address = str(image["src"]) if image else ""
    if not alt or not address.startswith(SVG):
        raise ValueError(
            "a figure of a notebook is SVG, and its cell says what it shows: "
            f'write ```python alt="..." (got alt {alt!r}, {output["data-mime-type"]})'
        )
    svg = embed(b64decode(address.removeprefix(SVG)).decode(), alt, prefix)
    return f'<figure class="drawn" data-search-exclude>{svg}</figure>'
