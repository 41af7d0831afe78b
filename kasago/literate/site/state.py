"""What the hooks know together: the page that is converted, what still runs, how many builds."""

import atexit
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from kasago.literate.markdown.source import Pending, Source
from kasago.literate.running.job import Job, Result
from kasago.literate.running.pool import Pool

# Seconds after which a snippet that still runs is named.
LONG = 5.0


class State:
    """What the hooks know together.

    Attributes
    ----------
    serves : bool
        Whether there is a server; a build waits for results.
    build : int
        How many builds are finished.
    building : bool
        Whether one is under way.
    awaited : bool
        Whether one is under way, or sure to come: a page that is missing may be in it.
    ended, took : float
        When the last one ended, and the seconds it took.
    pending : dict of str to Pending
        The places on pages whose results are not there yet, by name.
    pages : list of list of Pending
        The same, those of a page together, in the order of the book.
    pool : Pool
        What runs the snippets.
    source : Source
        Where the page comes from that is converted, and what the extension says of it.
    known : dict of Job to Result
        Results for the page that is converted which are kept nowhere else.
    """

    def __init__(self) -> None:
        self.serves, self.build = False, 0
        self.building, self.awaited = False, True
        self.pending: dict[str, Pending] = {}
        self.pages: list[list[Pending]] = []
        self.pool: Pool
        self.source = Source()
        self.known: dict[Job, Result] = {}
        self.ended = self.took = self._began = 0.0
        self._news = threading.Condition()

    @property
    def signal(self) -> Path:
        """A file that is watched: to write it has MkDocs build once more."""
        with self._news:  # two threads ask for it when the first build ends
            if not hasattr(self, "_signal"):
                folder = tempfile.mkdtemp(prefix="kasago-")
                atexit.register(shutil.rmtree, folder, ignore_errors=True)
                self._signal = Path(folder, "results")
                self._signal.touch()
            return self._signal

    def run(self, job: Job) -> "Future[Result]":
        """Have a job run for the page that is converted, if its result is not known.

        Parameters
        ----------
        job : Job

        Returns
        -------
        concurrent.futures.Future
        """
        if job not in self.known:
            return self.pool.submit(job)
        known: Future[Result] = Future()
        known.set_result(self.known[job])
        return known

    def begin_build(self) -> None:
        """Have those who miss a page wait for the build that begins."""
        self.building, self.awaited, self._began = True, True, time.monotonic()

    def end_build(self, pages: list[list[Pending]] | None = None, *, another: bool = False) -> None:
        """Tell those who wait that a build has ended.

        Parameters
        ----------
        pages : list of list of Pending, optional
            What it did not wait for; None if it failed.
        another : bool
            Whether another one is sure to come.
        """
        with self._news:
            if pages is not None:
                self.build += 1
                self.pages = pages
                self.pending = {each.name: each for page in pages for each in page}
                for each in self.pending.values():
                    each.run.add_done_callback(self.look_again)
            self.building, self.awaited, self.ended = False, another, time.monotonic()
            self.took = self.ended - self._began
            self._news.notify_all()

    def wait(self, for_this: Callable[[], bool], timeout: float) -> None:
        """Wait until something holds: it is looked at when a build or a run has ended.

        Parameters
        ----------
        for_this : callable
        timeout : float
            Seconds after which the wait is over in any case.
        """
        with self._news:
            self._news.wait_for(for_this, timeout)

    def look_again(self, _: object = None) -> None:
        """Have those who wait look whether it holds."""
        with self._news:
            self._news.notify_all()


state = State()
