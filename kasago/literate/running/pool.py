"""Run several jobs at once, each as soon as a core is free."""

import itertools
import os
import queue
import threading
import time
from collections.abc import Collection
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path

from kasago.literate.running.job import Job, Result
from kasago.literate.running.results import Results
from kasago.literate.running.run import Stopped


class Pool:
    """Runs jobs on all cores: the urgent ones first, else as they are submitted.

    Its threads end with the program, whatever they wait for, and what they run ends with them.

    Parameters
    ----------
    results : Results
        Where what comes of them is kept.
    workers : int, optional
        How many run at once; as many as there are cores if not given.
    """

    def __init__(self, results: Results, workers: int | None = None) -> None:
        self.results = results
        self._waiting: queue.PriorityQueue[tuple[bool, int, Job]] = queue.PriorityQueue()
        self._number = itertools.count()
        self._lock = threading.Lock()
        self._futures: dict[Job, Future[Result]] = {}
        self._stops: dict[Job, threading.Event] = {}
        self._since: dict[Job, float] = {}
        for _ in range(workers or os.cpu_count() or 1):
            threading.Thread(target=self._work, daemon=True).start()

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
            The same for the same job, as long as it is not done.
        """
        with self._lock:
            if job in self._futures:
                if urgent:
                    self._put(job, urgent)
                return self._futures[job]
        if kept := self.results.kept(job):
            done: Future[Result] = Future()
            done.set_result(kept)
            return done
        with self._lock:
            if job not in self._futures:
                self._futures[job], self._stops[job] = Future(), threading.Event()
                self._put(job, urgent)
            return self._futures[job]

    def running(self) -> dict[Job, float]:
        """Return the jobs that run, with the seconds since each began.

        Returns
        -------
        dict of Job to float
        """
        with self._lock:
            return {job: time.monotonic() - since for job, since in self._since.items()}

    def stop(self, jobs: Collection[Job]) -> None:
        """End jobs that nobody waits for any more: their futures raise Stopped.

        Parameters
        ----------
        jobs : collection of Job
        """
        with self._lock:
            for job in jobs:
                if job in self._stops:
                    self._stops[job].set()

    def _put(self, job: Job, urgent: bool) -> None:
        self._waiting.put((not urgent, next(self._number), job))

    def _work(self) -> None:
        while True:
            *_, job = self._waiting.get()
            with self._lock:
                # One that became urgent has been put twice.
                if job in self._since or job not in self._futures:
                    continue
                self._since[job] = time.monotonic()
                future, stop = self._futures[job], self._stops[job]
            try:
                if stop.is_set():
                    raise Stopped
                result = self.results.of(job, stop)
            except BaseException as error:
                self._forget(job)
                future.set_exception(error)
            else:
                self._forget(job)
                future.set_result(result)

    def _forget(self, job: Job) -> None:
        with self._lock:
            self._since.pop(job, None)
            del self._futures[job], self._stops[job]


@lru_cache
def pool_of(folder: Path) -> Pool:
    """Return the pool of this program that keeps its results in a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Pool
    """
    return Pool(Results(folder))
