"""A hook for MkDocs: what the head of a page says to others: its picture, and its editions.

In ``mkdocs.yml``, with the plugin i18n::

    hooks:
      - kasago/literate/site/share.py

Where a link to a page is shown as a card, the card has a picture: the page's first figure, a PNG
beside the page; a page without a figure has the one of the front page. The theme finds what it
needs for the tags in ``page.meta.share``: ``picture`` and ``alt``, and ``editions``, the addresses
of the page below that of the site, by language. An extension writes no files, and knows no other
edition.
"""

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from kasago.literate.running.raster import to_card
from kasago.literate.site.kept import cache_of, digest, kept
from kasago.literate.site.search import language_of

FIGURE = re.compile(r'<figure class="drawn".*?(<svg .*?</svg>)', re.DOTALL)
LABEL = re.compile(r' aria-label="([^"]*)"')


def on_post_template(output: str, *, template_name: str, config: MkDocsConfig) -> str:
    """Keep one page 404, that of the default language, which speaks all of them.

    Each language would write its own in place of the last.
    """
    again = template_name == "404.html" and language_of(config) != _languages(config)[0]
    return "" if again else output


@event_priority(-50)  # when the content is as it stays
def on_page_content(content: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Draw the picture of a page, and know its editions."""
    page.meta["share"] = {"editions": editions(page.url, _languages(config))}
    figure = FIGURE.search(content)
    if figure:
        name = f"{page.file.name}.png"
        file = Path(page.file.abs_dest_path).with_name(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_card(figure[1], config))
        alt = LABEL.search(figure[1])
        page.meta["share"] |= {
            "picture": urljoin(page.canonical_url or "", name),
            "alt": html.unescape(alt[1]) if alt else "",
        }


def _card(svg: str, config: MkDocsConfig) -> bytes:
    return kept(cache_of(config) / "derived", digest("card", svg), lambda: to_card(svg))


def on_page_context(
    context: dict[str, Any], *, page: Page, config: MkDocsConfig, nav: Navigation
) -> None:
    """Give a page without a picture that of the front page."""
    front = nav.homepage.meta.get("share", {}) if nav.homepage else {}
    page.meta["share"] = front | page.meta["share"]


def editions(url: str, languages: Sequence[str]) -> dict[str, str]:
    """Return the addresses of the editions of a page.

    Parameters
    ----------
    url : str
        That of one of them, below the address of the site.
    languages : sequence of str
        The first one has the site; each other has a folder of that name in it.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> editions("ja/loss/", ["en", "ja"])
    {'en': 'loss/', 'ja': 'ja/loss/'}
    """
    first, *others = languages
    for language in others:
        if url.startswith(f"{language}/"):
            url = url.removeprefix(f"{language}/")
            break
    return {first: url} | {language: f"{language}/{url}" for language in others}


def _languages(config: MkDocsConfig) -> list[str]:
    """Return the languages that are built, the default one first."""
    i18n: Any = config.plugins.get("i18n")
    if not i18n:
        return [language_of(config)]
    built = [each for each in i18n.config.languages if each.build]
    return [each.locale for each in sorted(built, key=lambda each: not each.default)]
