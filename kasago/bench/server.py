"""The server of the book, asked for pages as a browser does."""

import re
import socket
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Self

from kasago.bench.copies import PAGE
from kasago.bench.programs import Book, Row, Tree

__all__ = ["Asking", "Server", "address_of"]

# Seconds: what takes longer does not come.
LIMIT = 3600.0


class Server:
    """``mkdocs serve --dirty`` of a book.

    Parameters
    ----------
    book : Book
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.at = f"127.0.0.1:{free.getsockname()[1]}"
        self.ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        names = [page.relative_to(book.folder / "docs").as_posix() for page in book.pages]
        # From last to first. MkDocs warns of what is not there yet, such as the second language.
        self.waiting = sorted(map(address_of, names), key=lambda address: address[:3] != "ja/")
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115, it is closed with the server

    def __enter__(self) -> Self:
        self.start = time.perf_counter()
        self.process = self.book.start(["mkdocs", "serve", "--dirty", "-a", self.at], self.said)
        self.tree = Tree(self.process.pid).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.tree.__exit__()
        self.process.terminate()
        self.process.wait()
        self.said.close()

    def page(self, address: str) -> str:
        """Return what is answered, nothing if it is no page."""
        try:
            with self.ask(f"http://{self.at}/{address}", timeout=LIMIT) as answer:
                return str(answer.read().decode())
        except OSError:  # not there, or not yet
            return ""

    def shows(self, word: str) -> bool:
        """Say whether a word is on the page, or comes in its last place, as its script has it."""
        page = self.page(f"{PAGE}/")
        runs = re.findall(r'data-run="(\w+)"', page)
        return word in page or (bool(runs) and word in self.page(f"-/kasago/result?run={runs[-1]}"))

    def is_complete(self) -> bool:
        """Say whether every page is there and waits for nothing."""
        while self.waiting:
            page = self.page(self.waiting[-1])
            if not page or 'data-run="' in page:
                return False
            self.waiting.pop()
        return True

    def until(self, what: str, done: Callable[[], object], *, saved: bool = False) -> Row:
        """Wait for something, from now on if a file was saved; else it counts from the start.

        Parameters
        ----------
        what : str
        done : callable
            Whether it is there.
        saved : bool

        Returns
        -------
        Row
        """
        start, cpu = (time.perf_counter(), self._cpu()) if saved else (self.start, 0.0)
        self.tree.peak *= not saved
        while not done():
            if self.process.poll() is not None or time.perf_counter() - start > LIMIT:
                self.said.seek(0)
                raise RuntimeError(f"{self.book.name}, {what}: it never came\n{self.said.read()}")
            time.sleep(0.05)
        seconds = time.perf_counter() - start
        self.tree.look()
        cpu = self._cpu() - cpu
        return Row(what, seconds, cpu or None, self.tree.peak or None)

    def shown(self, what: str, word: str) -> Row:
        """Wait until a word is shown that was just saved."""
        return self.until(what, lambda: self.shows(word), saved=True)

    def _cpu(self) -> float:
        return sum(self.tree.seconds().values())


class Asking:
    """Asks a server for its front page again and again.

    Parameters
    ----------
    server : Server

    Attributes
    ----------
    slowest : float
        The seconds of the slowest answer.
    """

    def __init__(self, server: Server) -> None:
        self.server, self.slowest = server, 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._end.wait(0.1):
            start = time.perf_counter()
            if self.server.page(""):
                self.slowest = max(self.slowest, time.perf_counter() - start)


def address_of(name: str) -> str:
    """Return the address of a page, such as ``ja/loss/`` of ``loss.ja.md``.

    Parameters
    ----------
    name : str
        Of its file, in the folder of the pages.

    Returns
    -------
    str
    """
    name, _, language = name.removesuffix(".md").partition(".")
    name = "" if name == "index" else name.removesuffix("/index") + "/"
    return f"{language}/{name}" if language else name
