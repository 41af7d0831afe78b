"""A hook for MkDocs: both cores work from the start of a build, and the terminal says how far.

In ``mkdocs.yml``, beside the extension `kasago.literate`::

    hooks:
      - kasago/literate/site/progress.py

An extension learns of a page when it is converted; this hook has the snippets of all pages run
while the first ones are, in the order of the book.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
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
from kasago.literate.settings import settings
from kasago.literate.site.kept import cache_of
from kasago.literate.site.notebook import job_of_notebook
from kasago.literate.site.state import state

log = logging.getLogger("mkdocs.kasago.literate")

# Seconds: work that is done sooner is not worth a word, and a word is enough for as many.
QUIET, EVERY = 3.0, 5.0


class Progress:
    """How far the runs are for the pages of a book.

    Attributes
    ----------
    pages : dict of str to set of Future
        What was run for each page, in the order of the book.
    """

    def __init__(self) -> None:
        self.pages: dict[str, set[Future[Result]]] = {}
        self.start, self.said, self.done = time.monotonic(), 0.0, -1

    def add(self, page: str, futures: Iterable["Future[Result]"]) -> None:
        """Take up what runs for a page.

        Parameters
        ----------
        page : str
        futures : iterable of Future
        """
        if waiting := {future for future in futures if not future.done()}:
            self.pages.setdefault(page, set()).update(waiting)

    def say(self) -> bool:
        """Say how far the pages are, if it is time to.

        Returns
        -------
        bool
            Whether any of them still runs.
        """
        seconds = time.monotonic() - self.start
        open_ = [page for page, runs in self.pages.items() if not all(run.done() for run in runs)]
        if not open_:
            if self.said:
                log.info("All snippets have run, in %.0f s", seconds)
            return False
        if seconds > QUIET and seconds - self.said > EVERY:
            self.said = seconds
            runs = set().union(*self.pages.values())
            before, self.done = self.done, sum(run.done() for run in runs)
            if self.done == before:
                return True  # one runs long: a server says which
            left = (
                f", about {seconds / self.done * (len(runs) - self.done):.0f} s left"
                if self.done
                else ""
            )
            number = len(self.pages) - len(open_) + 1
            place = f"page {number} of {len(self.pages)}"
            log.info("Running the snippets of %s, %s%s", open_[0], place, left)
        return True


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
    """Have everything run whose result is not kept; a server does as its pages are converted."""
    if state.serves:
        return
    pool, progress = pool_of(cache_of(config)), Progress()
    for page in nav.pages:
        source = Path(config.docs_dir, page.file.src_uri)
        progress.add(relative(source), [pool.submit(job) for job in jobs_of(source)])
    if progress.pages:
        threading.Thread(target=_report, args=[progress], daemon=True).start()


def _report(progress: Progress) -> None:
    while progress.say():
        time.sleep(0.1)


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
        snippets, equations = (
            parse(text, path),
            equations_of(text, path, every=settings().equations),
        )
    except (LiterateError, OSError, ValueError):
        return  # who converts the page says so
    yield from (job_of(snippet) for snippet in snippets if snippet.runs)
    for equation in equations:
        if equation.kind == "formula" and equation.tie:
            yield job_of_equation(equation.latex, equation.tie)
