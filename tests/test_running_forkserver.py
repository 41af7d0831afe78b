"""Facts about kasago.literate.running.forkserver: what it starts ends with it, and is reaped."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kasago.literate.running import run as run_module
from kasago.literate.running.job import Job, Result
from kasago.literate.running.run import FORKS, run

pytestmark = pytest.mark.skipif(not FORKS, reason="processes do not fork here")

LIMIT = 60  # seconds that a busy machine may take
HOLD = """\
import fcntl
file = open({lock!r})
fcntl.flock(file, fcntl.LOCK_EX)
open({lock!r} + ".taken", "x").close()
while True: pass
"""


def holding(lock):
    """Return code that takes a lock and does not end."""
    lock.touch()
    return HOLD.format(lock=str(lock))


def until(condition):
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def taken(lock):
    return Path(f"{lock}.taken").exists


def is_free(lock):
    """Return whether nobody holds a lock: a process that is gone holds none."""
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


PARENT = """\
import sys
from kasago.literate.running.job import Job
from kasago.literate.running.run import run
run(Job.of(sys.argv[1]))
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_snippet_dies_with_its_parent(how, tmp_path):
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", PARENT, holding(lock)]
    # A program that is killed leaves the folder in which it ran the snippet.
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as parent:
        until(taken(lock))
        assert not is_free(lock)
        parent.send_signal(how)
        parent.wait(LIMIT)
    until(lambda: is_free(lock))


@pytest.mark.skipif(sys.platform != "linux", reason="needs a signal at the death of a parent")
def test_a_snippet_dies_with_the_server_and_the_next_run_has_another(tmp_path):
    lock = tmp_path / "lock"
    with ThreadPoolExecutor() as threads:
        future = threads.submit(run, Job.of(f"print(1)\n{holding(lock)}"))
        until(taken(lock))
        os.kill(run_module._servers.server.process.pid, signal.SIGKILL)
        result, reads = future.result(LIMIT)
    assert result == Result("1\n", (), "the process that snippets start from has ended")
    assert not reads.alone
    until(lambda: is_free(lock))
    assert run(Job.of("print(2)"))[0].output == "2\n"


def server():
    """Return the folder of /proc that tells of the server."""
    if not Path("/proc/self/task").is_dir():
        pytest.skip("no /proc on this machine")
    run(Job.of(""))
    return Path("/proc") / str(run_module._servers.server.process.pid)


def children(process):
    return (process / "task" / process.name / "children").read_text().split()


def test_many_at_once_leave_no_process_and_no_file_open():
    process = server()
    before = [len(os.listdir(folder / "fd")) for folder in (process, Path("/proc/self"))]
    codes = [f"print({n})" if n % 3 else f"print({n})\nraise SystemExit" for n in range(60)]
    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(lambda code: run(Job.of(code)), codes))
    assert [result.output for result, _ in results] == [f"{n}\n" for n in range(60)]
    assert [bool(result.error) for result, _ in results] == [n % 3 == 0 for n in range(60)]
    assert server() == process
    assert not children(process)
    after = [len(os.listdir(folder / "fd")) for folder in (process, Path("/proc/self"))]
    assert after == before


def test_what_nobody_waits_for_from_the_start_ends_too(tmp_path):
    process = server()
    for part in ("work", "figures"):
        (tmp_path / part).mkdir()
    (tmp_path / "environment.json").write_text("{}")
    for _ in range(3):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            run_module._servers.start(tmp_path, theirs)
    until(lambda: server() == process and not children(process))


def test_a_message_without_a_connection_is_passed_over():
    process = server()
    run_module._servers.server.control.send(b"nowhere")
    assert server() == process


def test_a_fork_of_the_program_starts_from_a_server_of_its_own():
    code = """\
import multiprocessing
from kasago.literate.running import run
from kasago.literate.running.job import Job

def output(n):
    return run.run(Job.of(f"print({n})"))[0].output

assert output(1) == "1\\n"
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(output, [2, 3]) == ["2\\n", "3\\n"]
assert output(4) == "4\\n"
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=LIMIT)


def test_signals_do_not_disturb_who_waits():
    ticks = []
    old = signal.signal(signal.SIGALRM, lambda *_: ticks.append(threading.active_count()))
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        result, _ = run(Job.of("import time; time.sleep(1); print(1)"))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert (result.output, result.error) == ("1\n", "")
    assert len(ticks) > 1
