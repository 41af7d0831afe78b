"""A hook for MkDocs: what the head of a page says to others: its picture, and its editions.

In ``mkdocs.yml``, with the plugin i18n::

    hooks:
      - kasago/literate/site/share.py

Where a link to a page is shown as a card, the card has a picture: the page's first figure, a PNG
beside the page; a page without a figure has the one of the front page. The theme finds what it
needs for the tags in ``page.meta.share``: ``picture`` and ``alt``, and ``editions``, the full
addresses of the page by language. An extension writes no files, and knows no other edition.
"""

import html
import re
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

FIGURE = re.compile(r'<figure class="drawn".*?(<svg .*?</svg>)', re.DOTALL)
LABEL = re.compile(r' aria-label="([^"]*)"')


def on_post_template(output: str, *, template_name: str, config: MkDocsConfig) -> str:
    """Keep one page 404, that of the default language, which speaks all of them.

    Each language would write its own in place of the last.
    """
    i18n: Any = config.plugins.get("i18n")
    again = i18n and template_name == "404.html" and not i18n.is_default_language_build
    return "" if again else output


@event_priority(-50)  # after mkdocs-jupyter's page is tidied
def on_page_content(content: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Draw the picture of a page."""
    figure = FIGURE.search(content)
    if figure:
        name = f"{page.file.name}.png"
        file = Path(page.file.abs_dest_path).with_name(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_card(figure[1], config))
        alt = LABEL.search(figure[1])
        page.meta["share"] = {
            "picture": urljoin(page.canonical_url or "", name),
            "alt": html.unescape(alt[1]) if alt else "",
        }


def _card(svg: str, config: MkDocsConfig) -> bytes:
    return kept(cache_of(config) / "derived", digest("card", svg), lambda: to_card(svg))


@event_priority(-100)  # after i18n
def on_page_context(
    context: dict[str, Any], *, page: Page, config: MkDocsConfig, nav: Navigation
) -> None:
    """Let the page lead to its editions, and give it the front page's picture if it has none."""
    site = config.site_url or ""
    front = nav.homepage.meta.get("share", {}) if nav.homepage else {}
    own = page.meta.get("share", front)
    file: Any = page.file
    alternates = getattr(file, "alternates", {})
    editions = {language: edition.url for language, edition in alternates.items()}
    page.meta["share"] = own | {
        "editions": {language: urljoin(site, url) for language, url in editions.items()}
    }
    # The plugin leaves the front pages their paths on the host, which hold at one address only.
    extra: Any = config.extra
    for alternate in getattr(extra, "alternate", []):
        alternate["link"] = editions.get(alternate["lang"], alternate["link"])
