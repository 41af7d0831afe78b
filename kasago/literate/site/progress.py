"""A hook for MkDocs: both cores work from the start of a build, and the terminal says how far.

In ``mkdocs.yml``, beside the extension `kasago.literate.markdown`::

    hooks:
      - kasago/literate/site/progress.py

An extension learns of a page when it is converted; this hook has the snippets of all pages run
while the first ones are, in the order of the book.
"""

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation

from kasago.literate.equations.job import job_of_equation
from kasago.literate.equations.page import equations_of
from kasago.literate.errors import LiterateError
from kasago.literate.files import relative
from kasago.literate.page.blocks import is_notebook
from kasago.literate.page.snippets import parse
from kasago.literate.running.check import job_of
from kasago.literate.running.job import Job, Result
from kasago.literate.running.pool import pool_of
from kasago.literate.site.notebook import job_of_notebook

log = logging.getLogger("mkdocs.kasago.literate")

# Seconds: work that is done sooner is not worth a word, and a word is enough for as many.
QUIET, EVERY = 3.0, 5.0


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
    """Have everything run whose result is not kept."""
    pool = pool_of(Path(config.mdx_configs["kasago.literate.markdown"]["cache"]))
    waiting: list[tuple[str, list[Future[Result]]]] = []
    for page in nav.pages:
        source = Path(config.docs_dir, page.file.src_uri)
        futures = [pool.submit(job) for job in jobs_of(source)]
        if open_ := [future for future in futures if not future.done()]:
            waiting.append((relative(source), open_))
    if waiting:
        threading.Thread(target=_report, args=[waiting], daemon=True).start()


def jobs_of(source: Path) -> Iterator[Job]:
    """Yield what is run for a page: nothing for one that cannot be read.

    Parameters
    ----------
    source : Path
        Its file.

    Yields
    ------
    Job
    """
    path = relative(source)
    try:
        text = source.read_text("utf-8-sig")
        if is_notebook(text):
            yield job_of_notebook(text, path)
            return
        snippets, equations = parse(text, path), equations_of(text, path)
    except (LiterateError, OSError, ValueError):
        return  # who converts the page says so
    yield from (job_of(snippet) for snippet in snippets if snippet.runs)
    for equation in equations:
        if equation.kind == "formula" and equation.tie:
            yield job_of_equation(equation.latex, equation.tie)


def _report(waiting: list[tuple[str, list[Future[Result]]]]) -> None:
    """Say how far the pages are, until all of them are there."""
    start, said = time.monotonic(), 0.0
    count = sum(len(futures) for _, futures in waiting)
    for number, (page, futures) in enumerate(waiting, 1):
        for future in futures:
            while not future.done():
                time.sleep(0.1)
                passed = time.monotonic() - start
                if passed > QUIET and passed - said > EVERY:
                    said = passed
                    done = sum(each.done() for _, f in waiting for each in f)
                    left = f", about {passed / done * (count - done):.0f} s left" if done else ""
                    log.info("Running the snippets of %s, page %d of %d%s", page, number,
                             len(waiting), left)  # fmt: skip
    if said:
        log.info("All snippets have run, in %.0f s", time.monotonic() - start)
