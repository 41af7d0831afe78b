"""Run several jobs at once, each as soon as a core is free."""

import atexit
import itertools
import os
import queue
import threading
import time
import weakref
from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from kasago.literate.running.job import Job, Result
from kasago.literate.running.results import Results, key
from kasago.literate.running.run import Stopped


@dataclass(eq=False)
class _Run:
    """A job that waits or runs."""

    job: Job
    future: Future[Result] = field(default_factory=Future)
    stop: threading.Event = field(default_factory=threading.Event)
    since: float = 0.0

    @cached_property
    def key(self) -> str:
        """The same for the same code."""
        return key(self.job)


class Pool:
    """Runs jobs on all cores: the urgent ones first, else as they are submitted.

    It ends with the program, or with its ``with`` statement, and what it runs ends with it.

    Parameters
    ----------
    results : Results
        Where what comes of them is kept.
    workers : int, optional
        How many run at once; as many as there are cores if not given.
    """

    def __init__(self, results: Results, workers: int | None = None) -> None:
        self.results = results
        self._waiting: queue.PriorityQueue[tuple[bool, int, _Run | None]] = queue.PriorityQueue()
        self._number = itertools.count()
        self._lock = threading.Lock()
        self._runs: dict[Job, _Run] = {}  # those that a new submission shares
        self._running: set[_Run] = set()
        self._same: list[_Run] = []  # those whose code runs for another page
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, daemon=True)
            for _ in range(workers or os.cpu_count() or 1)
        ]
        for thread in self._threads:
            thread.start()
        # At exit, what is registered first is called last: the folders in which jobs run are
        # removed by their finalizers, and that has to be after the jobs have ended.
        weakref.finalize(self, int)
        atexit.register(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, job: Job, *, urgent: bool = False) -> "Future[Result]":
        """Have a job run, if its result is not kept.

        Parameters
        ----------
        job : Job
        urgent : bool
            Whether somebody waits for it: it is run before those for which nobody does.

        Returns
        -------
        concurrent.futures.Future
            The same for the same job, as long as it is not done. It raises `Stopped` if the job
            is ended before.
        """
        with self._lock:
            if run := self._runs.get(job):
                if urgent:
                    self._put(run, urgent)
                return run.future
        if kept := self.results.kept(job):
            done: Future[Result] = Future()
            done.set_result(kept)
            return done
        with self._lock:
            if job not in self._runs:
                self._runs[job] = _Run(job)
                self._put(self._runs[job], urgent)
            return self._runs[job].future

    def running(self) -> dict[Job, float]:
        """Return the jobs whose code runs, with the seconds since it began.

        Returns
        -------
        dict of Job to float
        """
        with self._lock:
            since = {run.key: run.since for run in self._running}
            runs = [*self._running, *self._same]
            return {run.job: time.monotonic() - since[run.key] for run in runs}

    def stop(self, jobs: Collection[Job]) -> None:
        """End jobs that nobody waits for any more: their futures raise `Stopped`.

        Parameters
        ----------
        jobs : collection of Job
        """
        with self._lock:
            for job in jobs:
                # Whoever submits it from now on has it run anew.
                if run := self._runs.pop(job, None):
                    run.stop.set()
                    if run in self._same:
                        self._same.remove(run)
                        self._put(run, urgent=True)

    def stop_others(self, wanted: Collection[Job]) -> None:
        """End all jobs but those whose code somebody still waits for, wherever it stands.

        Parameters
        ----------
        wanted : collection of Job
        """
        keys = {key(job) for job in wanted}
        with self._lock:
            others = [job for job, run in self._runs.items() if run.key not in keys]
        self.stop(others)

    def close(self) -> None:
        """End all jobs, and the threads that wait for them."""
        atexit.unregister(self.close)
        self._closed = True
        with self._lock:
            for run in [*self._runs.values(), *self._running]:
                run.stop.set()
        for _ in self._threads:
            self._put(None, urgent=False)  # after all that waits
        for thread in self._threads:
            thread.join()

    def _put(self, run: _Run | None, urgent: bool) -> None:
        self._waiting.put((not urgent, next(self._number), run))

    def _work(self) -> None:
        while run := self._waiting.get()[-1]:
            with self._lock:
                if run.since:
                    continue  # one that became urgent, and was put twice
                same_code = any(other.key == run.key for other in self._running)
                if same_code and not run.stop.is_set():
                    # The same code on another page: it waits for its result without a worker.
                    self._same.append(run)
                    continue
                run.since = time.monotonic()
                self._running.add(run)
            try:
                if self._closed or run.stop.is_set():
                    raise Stopped
                result = self.results.of(run.job, run.stop)
            except BaseException as error:
                self._forget(run)
                run.future.set_exception(error)
            else:
                self._forget(run)
                run.future.set_result(result)

    def _forget(self, run: _Run) -> None:
        with self._lock:
            self._running.discard(run)
            for same in [other for other in self._same if other.key == run.key]:
                self._same.remove(same)
                self._put(same, urgent=True)
            if self._runs.get(run.job) is run:
                del self._runs[run.job]


def pool_of(folder: Path) -> Pool:
    """Return the pool of this program that keeps its results in a folder.

    When the program ends, what nobody has asked for in a month is dropped from it.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Pool
    """
    return _pool_of(folder.absolute())


@lru_cache
def _pool_of(folder: Path) -> Pool:
    pool = Pool(Results(folder))
    atexit.register(pool.results.drop_unused)
    return pool
