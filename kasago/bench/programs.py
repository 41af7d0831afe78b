"""The programs of the book, started in a copy of the project and measured from outside."""

import contextlib
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from kasago.bench.copies import PAGE

__all__ = ["Book", "Row", "Tree"]

# What the environment may say of a site, and here must not.
SETTINGS = {"BOOK_PDF", "DIRECTORY_URLS", "KASAGO_CACHE", "REPO_URL", "SITE_URL"}
# Seconds between two looks at the memory, which cost time too.
LOOK = 0.5


@dataclass
class Row:
    """A line of the table.

    Attributes
    ----------
    what : str
    seconds : float
        By a clock on the wall.
    cpu, memory : float, optional
        Seconds of all processes; MB of all of them at their peak, what they share counted once.
    pages : int
        How many pages that is, if that helps; 0 if not.
    note : str
    """

    what: str
    seconds: float
    cpu: float | None = None
    memory: float | None = None
    pages: int = 0
    note: str = ""

    def __str__(self) -> str:
        per_page = self.seconds / self.pages if self.pages else None
        numbers = [(self.seconds, 2), (self.cpu, 2), (self.memory, 0), (per_page, 3)]
        columns = ["-" if n is None else f"{n:.{digits}f}" for n, digits in numbers]
        return " ".join([f"{self.what:46}", *(f"{c:>8}" for c in columns), "", self.note]).rstrip()


class Tree:
    """What a process and all that it has started use. Without /proc, nothing is known of it.

    Parameters
    ----------
    root : int
        The number of the process.

    Attributes
    ----------
    peak : float
        The most memory that was seen, in MB.
    """

    def __init__(self, root: int) -> None:
        self.root, self.peak = root, 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def seconds(self) -> dict[int, float]:
        """Return the CPU seconds of each process, with those of the ended that it waited for.

        Returns
        -------
        dict of int to float
        """
        parents, seconds = {}, {}
        for file in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it has ended
                fields = file.read_text("utf-8", "replace").rpartition(")")[2].split()
                pid = int(file.parent.name)
                parents[pid] = int(fields[1])
                seconds[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

        def within(pid: int) -> bool:
            return pid == self.root or (pid in parents and within(parents[pid]))

        return {pid: seconds[pid] for pid in seconds if within(pid)}

    def look(self) -> None:
        """See how much memory they have."""
        kilobytes = 0
        for pid in self.seconds():
            with contextlib.suppress(OSError):  # it has ended, or is another user's
                text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
                kilobytes += sum(map(int, re.findall(r"^Pss: +(\d+)", text, re.MULTILINE)))
        self.peak = max(self.peak, kilobytes / 1000)

    def _watch(self) -> None:
        while not self._end.wait(LOOK):
            self.look()


@dataclass
class Book:
    """A copy of a project.

    Attributes
    ----------
    name : str
    folder : Path
    python : str
        The interpreter that has what the project needs.
    """

    name: str
    folder: Path
    python: str = sys.executable

    def __post_init__(self) -> None:
        self.pages = sorted((self.folder / "docs").rglob("*.md"))
        self.page = self.folder / "docs" / f"{PAGE}.md"
        self.functions = self.folder / "kasago" / "common" / "functions.py"

    def start(self, options: list[str], said: "IO[str]") -> "subprocess.Popen[str]":
        """Start a module of Python; what it says goes to a file."""
        kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        return subprocess.Popen(
            [self.python, "-m", *options],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": str(self.folder), "NO_MKDOCS_2_WARNING": "1"},
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, what: str, *options: str) -> Row:
        """Run a module of Python to its end; note what goes wrong on the way."""
        with tempfile.TemporaryFile("w+") as said:
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            with self.start(list(options), said) as process, Tree(process.pid) as tree:
                process.wait()
                seconds = time.perf_counter() - start
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            said.seek(0)
            text = said.read()
        if process.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(options)} failed:\n{text}")
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        wrong = len(re.findall(r"^(?:WARNING|ERROR) ", text, re.MULTILINE))
        note = f"warnings and errors: {wrong}" if wrong else ""
        return Row(what, seconds, cpu, tree.peak or None, note=note)

    def build(self, what: str) -> Row:
        """Build the site; note how many results are new."""
        before = self._results()
        row = self.run(what, "mkdocs", "build")
        new = len(self._results() - before)
        row.note = ", ".join(filter(None, [f"{new} run", row.note]))
        row.pages = len(self.pages)
        return row

    def forget(self) -> None:
        """Remove what builds have kept."""
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)

    def _results(self) -> set[Path]:
        """Return the files in which results are kept."""
        return set((self.folder / ".cache").rglob("*.json"))
