"""What MkDocs has to do itself: a notebook beside each page whose snippets run.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/notebook_hook.py

The theme finds the name of the notebook's file in ``page.meta.notebook``.
"""

from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from kasago.literate.cache import write_whole
from kasago.literate.notebook import notebook_of
from kasago.literate.parse import LiterateError, relative


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Write the notebook of a page that was just converted, its snippets in the cache."""
    source = Path(page.file.abs_src_path or "")
    if source.suffix != ".md":
        return
    folder = urljoin(page.canonical_url or "", "." if page.file.name == "index" else "..")
    cache = Path(config.mdx_configs["kasago.literate.extension"]["cache"])
    try:
        text = notebook_of(source.read_text("utf-8-sig"), relative(source), folder, cache)
    except LiterateError:
        return  # the extension has said so, on the page too
    if text:
        name = f"{page.file.name}.ipynb"
        write_whole(Path(page.file.abs_dest_path).with_name(name), text)
        page.meta["notebook"] = name
