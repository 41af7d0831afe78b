"""The whole book as a PDF: ``python -m kasago.literate.site.pdf SITE NAME``.

Puts the pages of a built site, one of Material's theme, into one document in the order of the
menu, and has Chromium print it: to a file NAME beside the front page of each language. The
document has a cover, contents with page numbers, bookmarks, and links that lead within it.
"""

import argparse
import html
import re
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from bs4 import BeautifulSoup, Tag
from pypdf import PdfReader, PdfWriter

from kasago.literate.words import words_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The first has no window to draw, and prints twice as fast.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# A radical, as the table of a font in a PDF names it (U+2F00 to U+2FD5).
RADICAL = re.compile(rb"(?<=> )<(2F[0-9A-D][0-9A-F])>(?=\n)")

# What a page has for the screen.
OF_THE_SCREEN = ".headerlink, .movable, .notebook, .report, script"

STYLE = """
@page { size: A4; }
@page :first { @bottom-center { content: none; } }
.md-content__inner { break-before: page; margin: 0; padding: 0; }
.md-content__inner::before { display: none; }
.cover { break-after: page; padding-top: 25vh; text-align: center; }
.cover img { height: 7rem; }
.cover p { margin: 1.5rem auto; }
.cover p { text-wrap: balance; word-break: auto-phrase; }
.cover .title { font-size: 2rem; font-weight: 700; line-height: 1.3; }
.cover .rights { font-size: 0.65rem; margin-top: 10rem; }
.contents ol { list-style: none; margin: 0; max-width: none; padding: 0; }
.contents li { display: flex; font-size: 0.75rem; line-height: 1.4; margin: 0.25em 0; }
.contents .part { font-weight: 700; margin-top: 1em; }
.contents a { flex-grow: 1; text-decoration: none; }
"""


@dataclass(frozen=True)
class Leaf:
    """A page of the site, as a part of the book.

    Attributes
    ----------
    id : str
        That of the part in the book; what it holds has it as a prefix.
    title : str
    file : Path
    soup : BeautifulSoup
    """

    id: str
    title: str
    file: Path
    soup: BeautifulSoup


@dataclass(frozen=True)
class Part:
    """A heading of the menu, which has no page."""

    title: str


def main(arguments: list[str] | None = None) -> int:
    """Print the book in each of its languages.

    Parameters
    ----------
    arguments : list of str, optional
        In place of the command line.

    Returns
    -------
    int
        0, or 1 if there is no site, another theme's, or no Chromium.
    """
    parser = argparse.ArgumentParser(prog="python -m kasago.literate.site.pdf", description=__doc__)
    parser.add_argument("site", type=Path, help="the folder of a built site")
    parser.add_argument("name", help="what the files are to be called")
    chosen = parser.parse_args(arguments)
    try:
        found = fronts(chosen.site)
        with chromium() as browser:
            for front in found:
                file = front.with_name(chosen.name)
                file.write_bytes(book(front, browser))
                print(file)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Start Chromium, without the services that would look for other hosts.

    Yields
    ------
    Browser

    Raises
    ------
    FileNotFoundError
        If there is none on this machine.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only tests and PDFs have it

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not program:
        raise FileNotFoundError(f"no Chromium on this machine: looked for {', '.join(BROWSERS)}")
    options = ["--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


def fronts(site: Path) -> list[Path]:
    """Return the front page of each language of a site.

    Parameters
    ----------
    site : Path
        The folder of a built site.

    Returns
    -------
    list of Path

    Raises
    ------
    FileNotFoundError
        If there is no site in the folder.
    """
    front = site / "index.html"
    if not front.is_file():
        raise FileNotFoundError(f"no built site in {site}: it has no index.html")
    links = _read(front).select("header a[hreflang]")
    return list(dict.fromkeys([front.resolve(), *(_target(front, link) for link in links)]))


def book(front: Path, browser: "Browser") -> bytes:
    """Print one edition.

    Parameters
    ----------
    front : Path
        Its front page.
    browser : Browser

    Returns
    -------
    bytes
        A PDF of sheets of A4.
    """
    parts = list(menu(front))
    leaves = [part for part in parts if isinstance(part, Leaf)]
    chapters = "".join(_chapter(leaf, leaves) for leaf in leaves)
    # Which page a part begins on is known when it is printed.
    numbers = {leaf.id: 0 for leaf in leaves}
    while True:
        pdf = _printed(_opening(parts, numbers) + chapters, browser)
        found = _numbers(pdf, leaves)
        if found == numbers:
            return _searchable(pdf)
        numbers = found


def menu(front: Path) -> Iterator[Leaf | Part]:
    """Yield the pages of an edition as the menu names them, and its headings.

    Parameters
    ----------
    front : Path
        The front page of the edition.

    Yields
    ------
    Leaf or Part

    Raises
    ------
    ValueError
        If the page is not of Material's theme.
    """
    known = set()
    for item in _one(_read(front), ".md-nav--primary").select(".md-nav__link"):
        if item.find_parent(class_="md-nav--secondary"):
            continue  # of the contents of the page itself
        if item.name != "a":
            if title := item.get_text(strip=True):
                yield Part(title)
        elif (file := _target(front, item)) not in known:
            known.add(file)
            soup = _read(file)
            for part in soup.select(OF_THE_SCREEN):
                part.decompose()
            title = _one(soup, "article h1").get_text(strip=True)
            yield Leaf(f"part-{len(known)}", title, file, soup)


def _read(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text("utf-8"), "html.parser")


def _one(soup: BeautifulSoup, selector: str) -> Tag:
    """Return the element of a page that there is one of.

    Raises
    ------
    ValueError
        If there is none.
    """
    if found := soup.select_one(selector):
        return found
    raise ValueError(f"a page has no {selector!r}: was the site built with Material's theme?")


def _target(page: Path, element: Tag) -> Path:
    """Return the file that a relative address on a page leads to."""
    path = urldefrag(str(element.get("href") or element["src"])).url
    file = (page.parent / path).resolve() if path else page
    return file / "index.html" if file.is_dir() else file


def _opening(parts: Sequence[Leaf | Part], numbers: dict[str, int]) -> str:
    """Return the head of the document, its cover and its contents."""
    front = next(part for part in parts if isinstance(part, Leaf))
    styles = [_target(front.file, link) for link in front.soup.select("link[rel=stylesheet]")]
    language = str(_one(front.soup, "html")["lang"])
    title = html.escape(front.title)
    lines = [
        f'<li><a href="#{part.id}">{html.escape(part.title)}</a> {numbers[part.id]}</li>'
        if isinstance(part, Leaf)
        else f'<li class="part">{html.escape(part.title)}</li>'
        for part in parts
    ]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        + "".join(f'<link rel="stylesheet" href="{style.as_uri()}">' for style in styles)
        + f'<style>{STYLE}</style></head><body dir="ltr" data-md-color-scheme="default">'
        f'<div class="md-typeset cover">'
        f'<img src="{_target(front.file, _one(front.soup, "link[rel=icon]")).as_uri()}" alt="">'
        f'<p class="title">{title}</p>'
        f"<p>{html.escape(str(_one(front.soup, 'meta[name=description]')['content']))}</p>"
        f'<p class="rights">{_one(front.soup, ".md-copyright__highlight").decode_contents()}</p>'
        f'</div><div class="md-typeset contents"><h1>{words_in(language)["contents"]}</h1>'
        f"<ol>{''.join(lines)}</ol></div>"
    )


def _chapter(leaf: Leaf, leaves: Sequence[Leaf]) -> str:
    """Return the text of a page, its ids its own, its links as they hold within the book."""
    article = _one(leaf.soup, "article")
    for details in article.find_all("details"):
        details["open"] = ""
    for element in article.find_all(True):
        for name, value in element.attrs.items():
            if name == "id":
                element[name] = f"{leaf.id}-{value}"
            elif name == "xlink:href" and str(value).startswith("#"):
                element[name] = f"#{leaf.id}-{str(value)[1:]}"
            elif name == "href":
                element[name] = _link(element, leaf, leaves)
            elif name == "src" and not str(value).startswith("data:"):
                element[name] = _target(leaf.file, element).as_uri()
            elif "url(#" in value:
                element[name] = str(value).replace("url(#", f"url(#{leaf.id}-")
    article["id"] = leaf.id
    return str(article)


def _link(element: Tag, leaf: Leaf, leaves: Sequence[Leaf]) -> str:
    """Return what a link of a page leads to: a part of the book, or an address of the web."""
    address = str(element["href"])
    if ":" in address.partition("/")[0]:
        return address
    file, anchor = _target(leaf.file, element), urldefrag(address).fragment
    for part in leaves:
        if part.file == file:
            return f"#{part.id}-{anchor}" if anchor else f"#{part.id}"
    return urljoin(str(_one(leaf.soup, "link[rel=canonical]")["href"]), address)


def _printed(document: str, browser: "Browser") -> bytes:
    with tempfile.TemporaryDirectory() as folder, browser.new_page() as tab:
        file = Path(folder, "book.html")
        file.write_text(document, "utf-8")
        tab.goto(file.as_uri(), wait_until="load")
        tab.evaluate("document.fonts.ready")
        return tab.pdf(prefer_css_page_size=True, outline=True, tagged=True)


def _numbers(pdf: bytes, leaves: Sequence[Leaf]) -> dict[str, int]:
    """Return the number of the page on which each part begins."""
    reader = PdfReader(BytesIO(pdf))
    places: Any = reader.named_destinations
    pages = {leaf.id: reader.get_destination_page_number(places[f"/{leaf.id}"]) for leaf in leaves}
    return {name: page + 1 for name, page in pages.items() if page is not None}


def _searchable(pdf: bytes) -> bytes:
    """Return a PDF whose text has the usual characters.

    Fonts draw some Chinese characters and the radicals of dictionaries with the same glyphs, and
    Chromium notes the radical: 小 would be found and copied as ⼩ (U+2F29).
    """
    writer = PdfWriter(clone_from=BytesIO(pdf))
    for page in writer.pages:
        fonts: Any = page["/Resources"]
        for font in fonts.get("/Font", {}).values():
            if table := font.get_object().get("/ToUnicode"):
                text = table.get_object().get_data()
                table.get_object().set_data(RADICAL.sub(_usual, text))
    whole = BytesIO()
    writer.write(whole)
    return whole.getvalue()


def _usual(radical: re.Match[bytes]) -> bytes:
    character = unicodedata.normalize("NFKC", chr(int(radical[1], 16)))
    return b"<%04X>" % ord(character)


if __name__ == "__main__":
    sys.exit(main())
