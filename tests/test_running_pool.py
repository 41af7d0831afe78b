"""Facts about kasago.literate.running.pool: several jobs at once, the urgent ones first."""

import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from kasago.literate.running.job import Job, Result
from kasago.literate.running.pool import Pool, pool_of
from kasago.literate.running.run import Stopped

A, B, C, D = (Job.of(letter) for letter in "ABCD")
LIMIT = 60  # seconds that a busy machine may take


class Held:
    """Results, each of which is there when its job is let go."""

    def __init__(self):
        self.order, self.known = [], {}
        self.started, self.let_go = threading.Semaphore(0), threading.Semaphore(0)

    def kept(self, job):
        return self.known.get(job)

    def of(self, job, stop):
        self.order.append(job)
        self.started.release()
        while not self.let_go.acquire(timeout=0.01):
            if stop.is_set():
                raise Stopped
        if job == D:
            raise OSError("no")
        return Result(job.code, ())


@pytest.fixture
def held():
    return Held()


@pytest.fixture
def pool(held):
    with Pool(held, workers=1) as pool:
        yield pool


def test_jobs_run_as_they_are_submitted_and_the_urgent_ones_first(held, pool):
    futures = [pool.submit(job) for job in (A, B, C)]
    held.started.acquire(timeout=LIMIT)
    assert pool.submit(C, urgent=True) is futures[2]
    assert pool.submit(C, urgent=True) is futures[2]
    held.let_go.release(3)
    assert [future.result(LIMIT).output for future in futures] == ["A", "B", "C"]
    assert held.order == [A, C, B]
    assert pool.running() == {}


def test_the_same_job_runs_once_at_a_time_and_not_at_all_if_its_result_is_kept(held, pool):
    one, two = pool.submit(A), pool.submit(A)
    assert one is two
    held.let_go.release(1)
    assert one.result(LIMIT) == Result("A", ())
    held.known[A] = Result("kept", ())
    assert pool.submit(A).result(LIMIT).output == "kept"
    assert held.order == [A]


def test_as_many_run_at_once_as_there_are_workers(held):
    with Pool(held, workers=2) as pool:
        futures = [pool.submit(job) for job in (A, B, C)]
        for _ in range(2):
            assert held.started.acquire(timeout=LIMIT)
        assert pool.running().keys() == {A, B}
        assert all(0 <= seconds < LIMIT for seconds in pool.running().values())
        held.let_go.release(3)
        for future in futures:
            future.result(LIMIT)


def test_the_same_code_on_another_page_waits_without_a_worker(held):
    twin = replace(A, path="page.ja.md")
    with Pool(held, workers=2) as pool:
        first, second = pool.submit(A), pool.submit(twin)
        third = pool.submit(B)
        for _ in range(2):
            assert held.started.acquire(timeout=LIMIT)
        assert held.order == [A, B]
        held.known[twin] = Result("kept", ())
        pool.stop_others([twin])  # B ends; the code of A is still wanted
        with pytest.raises(Stopped):
            third.result(LIMIT)
        held.let_go.release(2)
        assert first.result(LIMIT).output == "A"
        second.result(LIMIT)


def test_a_job_that_waits_for_its_twin_is_stopped_at_once(held):
    with Pool(held, workers=2) as pool:
        pool.submit(A)
        second = pool.submit(replace(A, line=7))
        pool.submit(B)
        for _ in range(2):
            assert held.started.acquire(timeout=LIMIT)
        pool.stop([replace(A, line=7)])
        pool.stop([B])
        with pytest.raises(Stopped):
            second.result(LIMIT)


def test_a_run_that_raises_does_not_stop_the_others(held, pool):
    held.let_go.release(2)
    failed, done = pool.submit(D), pool.submit(A)
    with pytest.raises(OSError, match="no"):
        failed.result(LIMIT)
    assert done.result(LIMIT).output == "A"


def test_a_job_is_stopped_whether_it_runs_or_waits_and_may_be_submitted_again(held, pool):
    running, waiting = pool.submit(A), pool.submit(B)
    assert held.started.acquire(timeout=LIMIT)
    pool.stop([A, B, C])
    again = pool.submit(A)
    assert again is not running
    for future in (running, waiting):
        with pytest.raises(Stopped):
            future.result(LIMIT)
    held.let_go.release(1)
    assert again.result(LIMIT).output == "A"
    assert held.order == [A, A]


def test_what_still_runs_or_waits_is_stopped_at_the_end(held):
    with Pool(held, workers=1) as pool:
        futures = [pool.submit(job) for job in (A, B)]
        assert held.started.acquire(timeout=LIMIT)
    for future in futures:
        with pytest.raises(Stopped):
            future.result(LIMIT)
    assert not any(thread.is_alive() for thread in pool._threads)


ENDLESS = """\
import sys, time
from pathlib import Path
from kasago.literate.running.job import Job
from kasago.literate.running.pool import pool_of

folder = Path(sys.argv[1])
pool = pool_of(folder)
marks = [folder.parent / f"mark{n}" for n in range(3)]
code = "import os, time; print(os.getcwd()); open({!r}, 'x').close(); time.sleep(1000)"
for mark in marks:
    pool.submit(Job.of(code.format(str(mark)) + "\\n"))
while sum(mark.exists() for mark in marks) < 2:
    time.sleep(0.01)
"""


def test_a_program_ends_at_its_last_line_and_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", ENDLESS, str(tmp_path / "cache")],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_folder_has_one_pool(tmp_path):
    pool = pool_of(tmp_path / "a")
    assert pool_of(tmp_path / "a") is pool
    assert pool.results.folder == tmp_path / "a"
    pool.close()
