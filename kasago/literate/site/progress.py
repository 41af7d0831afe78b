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
from dataclasses import dataclass
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


@dataclass
class Waiting:
    """A page with what still runs for it."""

    page: str
    futures: list[Future[Result]]


waiting: list[Waiting] = []
reporter: list[threading.Thread] = []


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
    """Have everything run whose result is not kept."""
    pool = pool_of(Path(config.mdx_configs["kasago.literate.markdown"]["cache"]))
    for page in nav.pages:
        source = Path(config.docs_dir, page.file.src_uri)
        futures = [pool.submit(job) for job in jobs_of(source)]
        if open_ := [future for future in futures if not future.done()]:
            waiting.append(Waiting(relative(source), open_))
    if waiting and not any(thread.is_alive() for thread in reporter):
        reporter[:] = [threading.Thread(target=_report, daemon=True)]
        reporter[0].start()


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


def _report() -> None:
    """Say how far the pages are, until all of them are there."""
    start, said, number = time.monotonic(), 0.0, 0
    while number < len(waiting):
        if all(future.done() for future in waiting[number].futures):
            number += 1
            continue
        time.sleep(0.1)
        passed = time.monotonic() - start
        if passed > QUIET and passed - said > EVERY:
            said = passed
            futures = [future for each in waiting for future in each.futures]
            done = sum(future.done() for future in futures)
            left = f", about {passed / done * (len(futures) - done):.0f} s left" if done else ""
            place = f"{waiting[number].page}, page {number + 1} of {len(waiting)}"
            log.info("Running the snippets of %s%s", place, left)
    if said:
        log.info("All snippets have run, in %.0f s", time.monotonic() - start)
    waiting.clear()
