"""A hook for MkDocs: an index of its own for the search in each language.

In ``mkdocs.yml``, with the plugin search (Material's)::

    hooks:
      - kasago/literate/site/search.py

It writes ``search/en.json`` and so on, for a script that looks for what is typed as it stands: the
text of each section, without marks, and what the menu calls each page. As for the plugin,
``search: {boost: 0.5}`` in the header of a page puts it behind others that fit as well. The plugin
is told to skip every page, and the index that it writes is taken away: it would hold all languages,
and cut them into words by the rules of English. A page keeps out of the search as the plugin has
it, with ``search: {exclude: true}`` in its header.
"""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from kasago.literate.files import write_whole
from kasago.literate.site.sections import Section, sections

pages: list[Page] = []  # of the build that is under way: of one language
read: dict[str, tuple[str, list[Section]]] = {}  # the content of each page, and its sections


def language_of(config: MkDocsConfig) -> str:
    """Return the language of the pages that are built.

    Parameters
    ----------
    config : MkDocsConfig

    Returns
    -------
    str
        English if the theme does not know.
    """
    return str(config.theme.get("language") or "en")


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Have the plugin skip a page; keep what the page itself wanted."""
    wanted = page.meta.get("search") or {}
    found, boost = not wanted.get("exclude"), wanted.get("boost", 1)
    page.meta["search"] = {"exclude": True, "found": found, "boost": boost}


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Remember the pages of a language."""
    pages[:] = [file.page for file in files.documentation_pages() if file.page]


def _write(config: MkDocsConfig) -> None:
    """Write the index of a language, all pages of which are finished."""
    found = [entry for page in pages if page.meta["search"]["found"] for entry in _entries(page)]
    file = Path(config.site_dir, "search", f"{language_of(config)}.json")
    write_whole(file, json.dumps(found, ensure_ascii=False, separators=(",", ":")))


@event_priority(-200)  # after i18n has built every language, each of which writes it
def _take_away(config: MkDocsConfig) -> None:
    Path(config.site_dir, "search", "search_index.json").unlink(missing_ok=True)


on_post_build = CombinedEvent(_write, _take_away)


def _sections(page: Page) -> list[Section]:
    """Return the sections of a page: a server builds again what hardly changed."""
    content = page.content or ""
    if read.get(page.url, ("",))[0] != content:
        read[page.url] = content, sections(content)
    return read[page.url][1]


def _entries(page: Page) -> list[dict[str, Any]]:
    """Return the entries of a page: where each section is, its title and its text."""
    name = str(page.title)
    entries = []
    for section in _sections(page):
        location = f"{page.url}#{section.id}" if section.id else page.url
        title = section.title or name
        entries.append({"location": location, "title": title, "text": section.text})
        if (boost := page.meta["search"]["boost"]) != 1:
            entries[-1]["boost"] = boost
        if not section.id:
            entries[-1]["menu"] = name
    return entries
