"""The process that snippets start from: it has NumPy and Matplotlib loaded, and forks.

Each snippet has a connection to the process that asked for it. Its end is the end of the snippet:
so it ends when nobody waits for it any more, or when who waited is gone.
"""

import contextlib
import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import NoReturn

from kasago.literate.running import child
from kasago.literate.running.hiding import Loaded


def main(control: int, loaded: Loaded) -> NoReturn:
    """Start snippets until the standard input is closed.

    Parameters
    ----------
    control : int
        A socket; each message is the folder of a job, and brings the connection for it.
    loaded : Loaded
        What is hidden from the snippets until they import it.
    """
    gc.freeze()
    os.nice(5)  # who waits for a page goes first
    folder = _Server(socket.socket(fileno=control)).serve()
    _become(folder, loaded)


class _Server:
    """The snippets that run, each with its connection, by the number of its process."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.running: dict[int, socket.socket] = {}
        self.waiting = selectors.DefaultSelector()
        # The end of a snippet wakes the server.
        self.woken, self.waker = socket.socketpair()
        self.waker.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> Path:
        """Start snippets and see to their end; return in each of them, with its folder."""
        for source in (0, self.control, self.woken):
            self.waiting.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in self.waiting.select():
                if key.fileobj == 0:
                    self.end()
                elif key.fileobj is self.control:
                    if folder := self.start():
                        return folder
                elif key.fileobj is self.woken:
                    self.woken.recv(2**16)
                    self.reap()
                elif key.data in self.running:  # nobody waits for it any more
                    self.waiting.unregister(key.fileobj)
                    _kill(key.data)

    def start(self) -> Path | None:
        """Start what a message asks for; return its folder in the new process."""
        message, descriptors, _, _ = socket.recv_fds(self.control, 2**16, 1)
        if not descriptors:
            return None
        connection = socket.socket(fileno=descriptors[0])
        server = os.getpid()
        try:
            # A thread that a library has started does not know of any snippet.
            with warnings.catch_warnings(action="ignore"):
                pid = os.fork()
        except OSError:  # no room for another process: whoever waits sees the connection end
            connection.close()
            return None
        if pid:
            self.running[pid] = connection
            self.waiting.register(connection, selectors.EVENT_READ, pid)
            return None
        for each in (self.control, self.woken, self.waker, connection, *self.running.values()):
            each.close()
        self.waiting.close()
        _let_go_of(server)
        return Path(os.fsdecode(message))

    def reap(self) -> None:
        """Tell the exit codes of the snippets that have ended."""
        while self.running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if connection := self.running.pop(pid, None):
                _kill_group(pid)  # what it has started and not waited for
                with contextlib.suppress(KeyError):
                    self.waiting.unregister(connection)
                with connection, contextlib.suppress(OSError):
                    connection.send(str(os.waitstatus_to_exitcode(status)).encode())

    def end(self) -> NoReturn:
        """End all snippets and this process."""
        for pid in self.running:
            _kill(pid)
        for pid in self.running:
            os.waitpid(pid, 0)
        os._exit(0)


def _kill(pid: int) -> None:
    """End a snippet that was not waited for yet, and all that it has started."""
    _kill_group(pid)
    os.kill(pid, signal.SIGKILL)  # it may have no group yet


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # all of them are gone
        os.killpg(pid, signal.SIGKILL)


def _let_go_of(server: int) -> None:
    """Make a process of its own of the one that was forked; it dies with the server."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != server:
            os._exit(1)


def _become(folder: Path, loaded: Loaded) -> NoReturn:
    """Run the job of a folder as a fresh process would."""
    code = 1
    try:
        for name, stream, mode in (
            (os.devnull, 0, os.O_RDONLY),
            (folder / "stdout", 1, os.O_WRONLY | os.O_CREAT),
            (folder / "stderr", 2, os.O_WRONLY | os.O_CREAT),
        ):
            os.dup2(os.open(name, mode, 0o600), stream)
        os.closerange(3, 1024)
        os.environ.clear()
        os.environ.update(json.loads((folder / "environment.json").read_text("utf-8")))
        time.tzset()
        os.chdir(folder / "work")
        sys.path.insert(0, str(folder / "work"))
        sys.path_importer_cache.clear()
        if random := sys.modules.get("numpy.random"):
            random.seed()  # or every snippet would have the state of the server
        code = child.main(folder, loaded)
        child.end()
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        os._exit(code)
