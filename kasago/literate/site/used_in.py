"""A hook for MkDocs: each entry of a reference says which pages use it.

In ``mkdocs.yml``, beside the plugin mkdocstrings and a template of docstrings that leaves a place
for them (``theme/mkdocstrings``), a paragraph with the attribute ``data-entry``::

    hooks:
      - kasago/literate/site/used_in.py

It reads the finished pages: their headings and links. mkdocstrings has backlinks of its own, of
the pages of all languages, in the order of the alphabet; these are those of the edition, in the
order of the book. An extension sees one page alone, and cannot.
"""

import html
import re
from collections.abc import Iterator

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from kasago.literate.words import words_of

STYLE = "assets/_mkdocstrings.css"
ENTRY = re.compile(r'<p class="used-in" data-entry="([^"]+)"></p>')
# A link to a page of the site; the headings of the page are no such links.
HEADING_OR_LINK = re.compile(r'<h[1-6][^>]* id="([^"]+)"|<a [^>]*?href="[^":#]+#([^"]+)"')


@event_priority(-100)  # after the links to the reference are resolved
def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Fill the entries, when all pages are converted."""
    # Nothing here has the looks that mkdocstrings styles; it adds its file for each language.
    config.extra_css = [style for style in config.extra_css if style != STYLE]
    pages = list(_in_order(files))
    reference = {page.parent for page in pages if ENTRY.search(page.content or "")}
    used = _uses(page for page in pages if page.parent not in reference or not page.parent)
    for page in pages:
        page.content = _filled(page, used)


def _in_order(files: Files) -> Iterator[Page]:
    """Yield the pages as a reader turns them."""
    pages = [file.page for file in files.documentation_pages() if file.page]
    page = next((p for p in pages if p.next_page and not p.previous_page), None)
    while page:
        yield page
        page = page.next_page


def _uses(pages: Iterator[Page]) -> dict[str, dict[str, str]]:
    """Return, for each id, where each page first links to it, and the title of the page."""
    used: dict[str, dict[str, str]] = {}
    for page in pages:
        address = page.url
        first: dict[str, str] = {}
        for heading, identifier in HEADING_OR_LINK.findall(page.content or ""):
            if heading:
                address = f"{page.url}#{heading}"
            else:
                first.setdefault(identifier, address)
        for identifier, address in first.items():
            used.setdefault(identifier, {})[address] = str(page.title)
    return used


def _filled(page: Page, used: dict[str, dict[str, str]]) -> str:
    """Return the content of a page with its entries filled."""
    return ENTRY.sub(lambda entry: _links(used.get(entry[1], {}), page), page.content or "")


def _links(used: dict[str, str], entry: Page) -> str:
    """Return the line of an entry that leads to the pages that use it."""
    if not used:
        return ""
    words = words_of(entry.file.src_uri)
    links = words["comma"].join(
        f'<a href="{get_relative_url(address, entry.url)}">{html.escape(title)}</a>'
        for address, title in used.items()
    )
    return f'<p class="used-in" data-search-exclude>{words["used"].format(links)}</p>'
