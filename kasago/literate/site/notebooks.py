"""What an extension of Markdown cannot do: files beside a page, and pages that are notebooks.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/site/notebooks.py

Beside each page whose snippets run comes its notebook; the theme finds the name of that file in
``page.meta.notebook``. The cells of a page that is a notebook itself are run together, in the way
that snippets are, and look like them.
"""

import logging
import textwrap
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from kasago.literate.errors import LiterateError
from kasago.literate.files import relative, write_whole
from kasago.literate.markdown.source import Pending
from kasago.literate.page.blocks import is_notebook
from kasago.literate.running.job import Job, Result
from kasago.literate.running.pool import pool_of
from kasago.literate.site.kept import cache_of, digest, kept
from kasago.literate.site.lab import cells_of, filled, with_places
from kasago.literate.site.notebook import (
    empty_notebook,
    job_of_notebook,
    notebook_of,
)
from kasago.literate.site.state import state

log = logging.getLogger("mkdocs.kasago.literate")

cells: list[str] = []  # of the page that is converted, as HTML


def on_config(config: MkDocsConfig) -> None:
    """Know what runs notebooks."""
    state.pool = pool_of(cache_of(config))


def on_page_markdown(
    markdown: str, *, page: Page, config: MkDocsConfig, files: Files
) -> str | None:
    """Run a page that is a notebook, and mark where its cells belong."""
    cells.clear()
    source = _source(page, config)
    if not source or not is_notebook(text := source.read_text("utf-8-sig")):
        return None
    path = relative(source)
    try:
        job = job_of_notebook(text, path)
        result = _result(job)
        cells[:] = cells_of(text, path, result)
        return with_places(markdown, path)
    except LiterateError as error:
        log.error("%s", error)
        return None


def _result(job: Job) -> Result | None:
    """Run a notebook; return what came of it, or take note that it still runs."""
    source, run = state.source, state.run(job)
    source.jobs.append(job)
    if state.serves and not run.done():
        source.pending.append(Pending(source.path, source.path, job.line, job, run))
        return None
    result = run.result()
    if result.error:
        source.known[job] = result
        log.error("%s: a cell fails\n%s", job.path, textwrap.indent(result.error, "    "))
    return result


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
        html = filled(html, iter(cells))
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
