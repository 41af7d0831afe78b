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
import textwrap
from concurrent.futures import Future
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
from kasago.literate.markdown.source import Pending
from kasago.literate.page.blocks import is_notebook
from kasago.literate.running.job import Job, Result
from kasago.literate.running.pool import pool_of
from kasago.literate.site.kept import cache_of, digest, kept
from kasago.literate.site.lab import tidied
from kasago.literate.site.notebook import (
    empty_notebook,
    executed_notebook,
    job_of_notebook,
    notebook_of,
)
from kasago.literate.site.state import state
from kasago.literate.words import words_of

log = logging.getLogger("mkdocs.kasago.literate")

lab: "list[tuple[Job, Future[Result]]]" = []  # what runs for the page that comes next


def on_config(config: MkDocsConfig) -> None:
    """Know what runs notebooks."""
    state.pool = pool_of(cache_of(config))


@event_priority(100)
def on_pre_page(page: Page, *, config: MkDocsConfig, files: Files) -> None:
    """Run a page that is a notebook, and have mkdocs-jupyter render it with what came of it.

    The plugin keeps what it rendered. It drops what it has not used when a build ends, and that
    is before the pages of the second language are built: so each page has a folder of its own.
    """
    plugin = config.plugins.get("mkdocs-jupyter")
    source = _source(page, config)
    if not plugin or not source or not is_notebook(text := source.read_text("utf-8-sig")):
        return
    path = relative(source)
    pool = state.pool
    job = job_of_notebook(text, path)
    run = state.run(job)
    lab[:] = [(job, run)]
    result = None if state.serves and not run.done() else run.result()
    if result and result.error:
        log.error("%s: a cell fails\n%s", path, textwrap.indent(result.error, "    "))
    folder = pool.results.folder.absolute() / "notebooks" / page.file.src_uri.replace("/", "-")
    executed = folder / f"{page.file.name}.ipynb"
    write_whole(executed, executed_notebook(text, path, result))
    file: Any = page.file
    file.content_string = text  # what is rendered has another file, which the plugin reads
    file.abs_src_path = str(executed)
    plugin.config["cache_dir"] = str(folder)


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Say of a page that is a notebook what was run for it, and whether it still runs."""
    source = state.source
    for job, run in lab:
        source.jobs.append(job)
        if state.serves and not run.done():
            source.pending.append(Pending(source.path, source.path, job.line, job, run))
        elif run.result().error:
            source.known[job] = run.result()
    lab.clear()


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str | None:
    """Write the notebook of a page that was just converted, its snippets in the cache."""
    source = _source(page, config)
    if not source:
        return None
    text = source.read_text("utf-8-sig")
    known, results = state.source.known, state.pool.results

    def result_of(job: Job) -> Result:
        return known[job] if job in known else results.of(job)

    derived = cache_of(config) / "derived"
    folder = urljoin(page.canonical_url or "", "." if page.file.name == "index" else "..")
    if is_notebook(text):
        html = _tidy(html, text, page, source, derived)
        notebook: str | None = _without_outputs(text, folder, derived)
    elif state.source.pending:
        return None  # another build comes when all is there
    else:
        try:
            notebook = notebook_of(text, relative(source), folder, result_of, derived)
        except LiterateError:
            return None  # the extension has said so, on the page too
    if notebook:
        name = f"{page.file.name}.ipynb"
        write_whole(Path(page.file.abs_dest_path).with_name(name), notebook)
        page.meta["notebook"] = name
    return html


def _source(page: Page, config: MkDocsConfig) -> Path | None:
    """Return the Markdown file of a page."""
    source = Path(config.docs_dir, page.file.src_uri)
    return source if source.suffix == ".md" and source.is_file() else None


def _without_outputs(text: str, folder: str, derived: Path) -> str:
    """Return the notebook of a page that is one."""
    key = digest("empty notebook", text, folder)
    return kept(derived, key, lambda: empty_notebook(text, folder).encode()).decode()


def _tidy(html: str, text: str, page: Page, source: Path, derived: Path) -> str:
    """Return the page of a notebook; see to its table of contents and its links."""
    directories = page.file.use_directory_urls
    permalink = words_of(page.file.src_uri)["permalink"]

    def tidy() -> bytes:
        tidy_html, headings, files = tidied(html, text, directories, permalink)
        return json.dumps([tidy_html, [asdict(heading) for heading in headings], files]).encode()

    try:
        key = digest("lab", html, text, str(directories), permalink)
        html, headings, files = json.loads(kept(derived, key, tidy))
    except ValueError as error:
        log.error("%s: %s", relative(source), error)
        return html
    page.toc = get_toc(nest_toc_tokens(headings))
    for file in files:
        if not (source.parent / file).is_file():
            log.warning("%s links to %s, which is not there", relative(source), file)
    return html
