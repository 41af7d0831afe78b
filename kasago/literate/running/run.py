"""Run one job by itself: a process, a working folder and random state of its own."""

import atexit
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kasago.literate.running import FIGURES_FOLDER
from kasago.literate.running.figure import clean
from kasago.literate.running.job import Job, Result
from kasago.literate.settings import settings

# How Matplotlib draws in the colours of a page.
STYLE = Path(__file__).with_name("matplotlibrc")

# How code is run for a page, on one thread.
ENVIRONMENT = {
    "MPLBACKEND": "module://kasago.literate.running.backend",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONUTF8": "1",
    "COLUMNS": "80",
    "NO_COLOR": "1",
    # Python takes what it has compiled for current if the source has the same size and second.
    "PYTHONDONTWRITEBYTECODE": "1",
} | dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)

# How often a process that runs is looked at, in seconds.
LOOK = 0.1

# What a terminal takes for a colour; pages and tracebacks have none.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

FORKS = hasattr(os, "fork") and hasattr(socket, "send_fds")
# What is loaded ahead of time, beside what starts the snippets. Forks are safe on macOS only
# while no library of the system is loaded.
LOADED = ("kasago.literate.running.forkserver",) + (
    ()
    if sys.platform == "darwin"
    else ("numpy", "matplotlib.pyplot", "matplotlib.backends.backend_svg")
)


class Stopped(Exception):
    """A run that was ended because nobody waits for it any more."""


class _ServerEnded(Exception):
    """The process from which snippets start is gone, and so is what it has started."""


@dataclass(frozen=True)
class Reads:
    """What was read for a run.

    Attributes
    ----------
    modules : dict of str to str
        The files of the modules that were imported, by name.
    opened : list of str
        The files that were opened.
    alone : bool
        Whether that is all: no other program was started.
    """

    modules: dict[str, str] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    alone: bool = False


def run(
    job: Job, time_limit: float | None = None, stop: threading.Event | None = None
) -> tuple[Result, Reads]:
    """Run a job in a fresh process and an empty folder.

    Warnings are errors there if the project does not say otherwise, the numerical libraries use
    one thread (so that the same code gives the same bits on any number of cores), and
    ``plt.show()`` hands over the figures. Where processes fork, it starts from one that has NumPy
    and Matplotlib loaded.

    Parameters
    ----------
    job : Job
    time_limit : float, optional
        Seconds after which the process is ended; those of the project if not given.
    stop : threading.Event, optional
        Ends the process when it is set.

    Returns
    -------
    Result
        Also when the job fails.
    Reads

    Raises
    ------
    Stopped
        If it was ended by `stop`.
    """
    time_limit = time_limit or settings().time_limit
    with tempfile.TemporaryDirectory(prefix="kasago-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        for part in ("work", "figures"):
            (folder / part).mkdir()
        environment = _environment() | {FIGURES_FOLDER: str(folder / "figures")}
        _write(folder / "environment.json", environment)
        description = {"path": job.path, "line": job.line, "code": job.code}
        description |= {"cells": job.cells, "expressions": job.expressions}
        _write(folder / "job.json", description)
        try:
            with _forked(folder) if FORKS else _started(folder) as process:
                exit_code = _wait(process, time_limit, stop)
        except _ServerEnded:
            output, _ = _printed(folder / "stdout")
            return Result(output, (), "the process that snippets start from has ended"), Reads()
        output, bounds = _printed(folder / "stdout")
        reads = Reads(**_read(folder / "used", {}))
        if error := _error(folder, exit_code, time_limit):
            error = error.replace(str(folder / "snippet.py"), job.path)
            printed = tuple((bounds(size), 0) for size, _ in _read(folder / "ends", []))
            return Result(output, (), error, ends=printed), reads
        files = sorted((folder / "figures").iterdir())
        figures = tuple(clean(file.read_text("utf-8")) for file in files)
        ends = tuple((bounds(size), shown) for size, shown in _read(folder / "ends", []))
        return Result(output, figures, values=_read(folder / "done", {}), ends=ends), reads


def style_file() -> str:
    """Return the file of the settings with which Matplotlib draws.

    Returns
    -------
    str
        An empty one where it is to draw as it does by itself.
    """
    style = settings().style
    return {"page": str(STYLE), "matplotlib": os.devnull}.get(style, style)


def _environment() -> dict[str, str]:
    """Return the environment in which code runs: in another folder, but it finds the same."""
    environment = os.environ | ENVIRONMENT | {"MATPLOTLIBRC": style_file()}
    if path := environment.get("PYTHONPATH"):
        absolute = map(os.path.abspath, path.split(os.pathsep))
        environment["PYTHONPATH"] = os.pathsep.join(absolute)
    return environment


def _write(file: Path, value: object) -> None:
    file.write_text(json.dumps(value), "utf-8")


def _read(file: Path, otherwise: Any) -> Any:
    return json.loads(file.read_text("utf-8")) if file.exists() else otherwise


def _printed(file: Path) -> "tuple[str, Any]":
    """Return what was printed, and a function that counts its characters up to a byte."""
    data = file.read_bytes() if file.exists() else b""

    def text(size: int) -> str:
        return COLOUR.sub("", data[:size].decode("utf-8", "replace").replace(os.linesep, "\n"))

    return text(len(data)), lambda size: len(text(size))


def _error(folder: Path, exit_code: int | None, time_limit: float) -> str:
    """Return why the snippet of a job did not come to its end, empty if it did."""
    stderr, _ = _printed(folder / "stderr")
    if exit_code is None:
        return f"{stderr}\nthe snippet ran longer than the limit of {time_limit:g} s".strip()
    done, failed = (folder / "done").exists(), (folder / "failed").exists()
    if done and not failed and not exit_code:
        return ""
    if failed:
        return stderr.strip()
    when = "after" if done else "before"
    reason = f"the process ended {when} the last line of the snippet, with exit code {exit_code}"
    return f"{reason}\n{stderr}".strip()


class _Process(Protocol):
    """A process that runs a job."""

    def wait(self, timeout: float) -> int | None:
        """Return its exit code, None if it still runs after some seconds."""

    def end(self) -> None:
        """End it, and whatever it started."""


def _wait(process: _Process, time_limit: float, stop: threading.Event | None) -> int | None:
    """Wait for a process; return its exit code, None if it was ended at its limit."""
    deadline = time.monotonic() + time_limit
    try:
        while (exit_code := process.wait(LOOK)) is None:
            if stop and stop.is_set():
                raise Stopped
            if time.monotonic() > deadline:
                return None
        return exit_code
    finally:
        process.end()


class _ForkServer:
    """The process that has NumPy and Matplotlib loaded, from here."""

    def __init__(self) -> None:
        self.control, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        code = (
            "import sys\n"
            "del sys.path[0]\n"  # the working folder
            "from kasago.literate.running.hiding import Loaded\n"
            f"loaded = Loaded({LOADED})\n"
            "from kasago.literate.running.forkserver import main\n"
            f"main({control.fileno()}, loaded)"
        )
        self.setting = _setting()
        self.parent = os.getpid()
        with control:
            self.process = subprocess.Popen(
                [*_python(), "-c", code],
                cwd="/",
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is for this process, which ends it
                pass_fds=[control.fileno()],
            )

    @property
    def works(self) -> bool:
        """Whether a snippet can start from it as from a fresh process of Python."""
        return (
            self.parent == os.getpid()
            and self.process.poll() is None
            and self.setting == _setting()
        )

    def start(self, folder: Path, connection: socket.socket) -> None:
        """Start the job of a folder; the connection tells how it ends, and ends it."""
        socket.send_fds(self.control, [os.fsencode(folder)], [connection.fileno()])

    def close(self) -> None:
        """End the server, and with it all that it has started."""
        assert self.process.stdin
        self.control.close()
        self.process.stdin.close()
        if self.parent == os.getpid():  # and not a fork of it
            self.process.wait()


def _python() -> list[str]:
    """Return how Python is started: with what it does about warnings."""
    return [sys.executable, *(f"-W{each}" for each in settings().warnings)]


def _setting() -> list[str]:
    """Return what a process of Python reads when it starts."""
    read = ("PYTHON", "MPL", "MATPLOTLIB", "LC_", "LANG")
    environment = _environment().items()
    return _python() + [f"{name}={value}" for name, value in environment if name.startswith(read)]


class _Servers:
    """The server of this process, started when it is first needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.server: _ForkServer | None = None
        self.ended = False
        atexit.register(self.end)

    def start(self, folder: Path, connection: socket.socket) -> None:
        """Start the job of a folder from a server that works."""
        with self.lock:
            if self.ended:
                raise Stopped  # a thread that goes on while the program ends
            while self.server and self.server.works:
                try:
                    return self.server.start(folder, connection)
                except OSError:  # it is about to end; or, on macOS, too many messages wait
                    time.sleep(0.01)
            if self.server:
                self.server.close()
            self.server = _ForkServer()
            self.server.start(folder, connection)

    def end(self) -> None:
        """End the server when the program ends."""
        with self.lock:
            self.ended = True
            if self.server:
                self.server.close()


_servers = _Servers()


@dataclass
class _Forked:
    """A process that the server has forked."""

    connection: socket.socket

    def wait(self, timeout: float) -> int | None:
        self.connection.settimeout(timeout)
        try:
            code = self.connection.recv(64)
        except TimeoutError:
            return None
        if not code:
            raise _ServerEnded
        return int(code)

    def end(self) -> None:
        # The server takes it that nobody waits any more, and answers when all of it is gone.
        with contextlib.suppress(OSError, _ServerEnded):
            self.connection.shutdown(socket.SHUT_WR)
            while self.wait(10) is None:
                pass


@contextmanager
def _forked(folder: Path) -> Iterator[_Process]:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            _servers.start(folder, theirs)
        yield _Forked(ours)


@dataclass
class _Started:
    """A process that loads everything itself."""

    process: "subprocess.Popen[bytes]"

    def wait(self, timeout: float) -> int | None:
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):  # all of them are gone
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()


@contextmanager
def _started(folder: Path) -> Iterator[_Process]:
    program = Path(__file__).with_name("child.py")
    command = [*_python(), str(program), str(folder)]
    # Into files, not pipes: a process that the snippet leaves behind cannot hold us up.
    with (
        open(folder / "stdout", "wb") as stdout,
        open(folder / "stderr", "wb") as stderr,
        subprocess.Popen(
            command,
            cwd=folder / "work",
            env=_read(folder / "environment.json", {}),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        ) as process,
    ):
        # Where a thread waits for it while the program ends.
        atexit.register(process.kill)
        try:
            yield _Started(process)
        finally:
            atexit.unregister(process.kill)
