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
    folder = _serve(socket.socket(fileno=control))
    _become(folder, loaded)


def _serve(control: socket.socket) -> Path:
    """Start snippets and see to their end; return in each of them, with the folder of its job."""
    server = os.getpid()
    running: dict[int, socket.socket] = {}
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting = selectors.DefaultSelector()
    for source in (0, control, woken):
        waiting.register(source, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj == 0:
                for pid in running:
                    _kill(pid)
                os._exit(0)
            elif key.fileobj is control:
                message, descriptors, _, _ = socket.recv_fds(control, 2**16, 1)
                connection = socket.socket(fileno=descriptors[0])
                if not (pid := os.fork()):
                    for each in (control, woken, waker, connection, *running.values()):
                        each.close()
                    waiting.close()
                    _let_go_of(server)
                    return Path(message.decode())
                running[pid] = connection
                waiting.register(connection, selectors.EVENT_READ, pid)
            elif key.fileobj is woken:
                woken.recv(2**16)
                _reap(running, waiting)
            elif key.data in running:
                # Nobody waits any more.
                _kill(key.data)
                waiting.unregister(key.fileobj)


def _reap(running: dict[int, socket.socket], waiting: selectors.BaseSelector) -> None:
    """Tell the exit codes of the snippets that have ended."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        _kill(pid)  # and whatever it has started
        connection = running.pop(pid)
        with contextlib.suppress(KeyError):
            waiting.unregister(connection)
        with connection, contextlib.suppress(OSError):
            connection.send(str(os.waitstatus_to_exitcode(status)).encode())


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # all of them are gone
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):  # it has no group yet
        os.kill(pid, signal.SIGKILL)


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
    for name, stream, mode in (
        (os.devnull, 0, os.O_RDONLY),
        (folder / "stdout", 1, os.O_WRONLY | os.O_CREAT),
        (folder / "stderr", 2, os.O_WRONLY | os.O_CREAT),
    ):
        file = os.open(name, mode, 0o600)
        os.dup2(file, stream)
    os.closerange(3, 1024)
    os.environ.clear()
    os.environ.update(json.loads((folder / "environment.json").read_text("utf-8")))
    os.chdir(folder / "work")
    if random := sys.modules.get("numpy.random"):
        random.seed()  # every fork has the state of the server
    sys.path_importer_cache.clear()
    loaded.hide()
    code = child.main(folder, set(sys.modules))
    child.end()
    os._exit(code)
