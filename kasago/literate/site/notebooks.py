"""What an extension of Markdown cannot do: files beside a page, and the pages of mkdocs-jupyter.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/site/notebooks.py

Beside each page whose snippets run comes its notebook; the theme finds the name of that file in
``page.meta.notebook``. A page that is a notebook itself is run by mkdocs-jupyter, in the same way
as the snippets, and is made to look like any other page.
"""

import json
import logging
import os
import shutil
from dataclasses import asdict
from pathlib import Path
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
from kasago.literate.site.kept import digest, kept
from kasago.literate.site.lab import tidied
from kasago.literate.site.notebook import empty_notebook, notebook_of

log = logging.getLogger("mkdocs.kasago.literate")


def on_config(config: MkDocsConfig) -> None:
    """Have notebooks run as snippets are; drop what another state of the package gave."""
    os.environ.update(SETTINGS)
    os.environ["IPYTHONDIR"] = str(_ipython(_cache(config)))
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
    derived = _cache(config) / "derived"
    folder = urljoin(page.canonical_url or "", "." if page.file.name == "index" else "..")
    if is_notebook(text):
        html = _tidy(html, text, page, derived)
        notebook: str | None = _without_outputs(text, folder, derived)
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


def _without_outputs(text: str, folder: str, derived: Path) -> str:
    """Return the notebook of a page that is one."""
    key = digest("empty notebook", text, folder)
    return kept(derived, key, lambda: empty_notebook(text, folder).encode()).decode()


def _tidy(html: str, text: str, page: Page, derived: Path) -> str:
    """Return the page of a notebook; see to its table of contents and its links."""
    source = Path(page.file.abs_src_path or "")
    directories = page.file.use_directory_urls

    def tidy() -> bytes:
        tidy_html, headings, files = tidied(html, text, directories)
        return json.dumps([tidy_html, [asdict(heading) for heading in headings], files]).encode()

    try:
        key = digest("lab", html, text, str(directories))
        html, headings, files = json.loads(kept(derived, key, tidy))
    except ValueError as error:
        log.error("%s: %s", relative(source), error)
        return html
    page.toc = get_toc(nest_toc_tokens(headings))
    for file in files:
        if not (source.parent / file).is_file():
            log.warning("%s links to %s, which is not there", relative(source), file)
    return html


def _ipython(cache: Path) -> Path:
    """Return the folder of IPython's settings: not the author's own, so that all get the same.

    A kernel warns that it talks over TCP, on this machine and to this process.
    """
    folder = cache.with_name(f"{cache.name}-ipython").absolute()
    settings = folder / "profile_default" / "ipython_kernel_config.json"
    if not settings.is_file():
        write_whole(settings, json.dumps({"IPKernelApp": {"log_level": logging.ERROR}}))
    return folder


def _cache(config: MkDocsConfig) -> Path:
    return Path(config.mdx_configs["kasago.literate.markdown"]["cache"])


def _notebook_cache(config: MkDocsConfig) -> Path:
    cache = _cache(config)
    return cache.with_name(f"{cache.name}-notebooks") / package_state()[:16]
