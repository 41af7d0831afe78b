"""What an extension of Markdown cannot do: files beside a page, and the pages of mkdocs-jupyter.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/site/notebooks.py

Beside each page whose snippets run comes its notebook; the theme finds the name of that file in
``page.meta.notebook``. A page that is a notebook itself is run by mkdocs-jupyter, in the same way
as the snippets, and is made to look like any other page.
"""

import logging
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from markdown.extensions.toc import nest_toc_tokens
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from kasago.literate.errors import LiterateError
from kasago.literate.files import relative, write_whole
from kasago.literate.page.blocks import is_notebook
from kasago.literate.running.results import package_state
from kasago.literate.running.run import SETTINGS
from kasago.literate.site.lab import tidied
from kasago.literate.site.notebook import empty_notebook, notebook_of

log = logging.getLogger("mkdocs.kasago.literate")


def on_config(config: MkDocsConfig) -> None:
    """Have notebooks run as snippets are; drop what another state of the package gave."""
    os.environ.update(SETTINGS)
    kept = _notebook_cache(config)
    for old in kept.parent.glob("*"):
        if old != kept:
            shutil.rmtree(old)


@event_priority(100)
def on_pre_page(page: Page, *, config: MkDocsConfig, files: Files) -> None:
    """Give each notebook a cache of its own, before mkdocs-jupyter looks into it.

    It drops from its cache what it has not used when a build ends, and that is before the pages
    of the second language are built.
    """
    if plugin := config.plugins.get("mkdocs-jupyter"):
        folder = _notebook_cache(config) / page.file.src_uri.replace("/", "-")
        plugin.config["cache_dir"] = str(folder)


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str | None:
    """Write the notebook of a page that was just converted, its snippets in the cache."""
    source = Path(page.file.abs_src_path or "")
    if source.suffix != ".md":
        return None
    text = source.read_text("utf-8-sig")
    folder = urljoin(page.canonical_url or "", "." if page.file.name == "index" else "..")
    if is_notebook(text):
        html = _tidy(html, text, page)
        notebook: str | None = empty_notebook(text, folder)
    else:
        try:
            notebook = notebook_of(text, relative(source), folder, _cache(config))
        except LiterateError:
            return None  # the extension has said so, on the page too
    if notebook:
        name = f"{page.file.name}.ipynb"
        write_whole(Path(page.file.abs_dest_path).with_name(name), notebook)
        page.meta["notebook"] = name
    return html


def _tidy(html: str, text: str, page: Page) -> str:
    """Return the page of a notebook; see to its table of contents and its links."""
    source = Path(page.file.abs_src_path or "")
    try:
        html, headings, files = tidied(html, text, page.file.use_directory_urls)
    except ValueError as error:
        log.error("%s: %s", relative(source), error)
        return html
    entries: list[Any] = [asdict(heading) for heading in headings]
    page.toc = get_toc(nest_toc_tokens(entries))
    for file in files:
        if not (source.parent / file).is_file():
            log.warning("%s links to %s, which is not there", relative(source), file)
    return html


def _cache(config: MkDocsConfig) -> Path:
    return Path(config.mdx_configs["kasago.literate.markdown"]["cache"])


def _notebook_cache(config: MkDocsConfig) -> Path:
    cache = _cache(config)
    return cache.with_name(f"{cache.name}-notebooks") / package_state()[:16]
