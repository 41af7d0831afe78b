"""Time the machinery of the book: ``python -m kasago.bench.book``.

Builds, the server and the tests run in copies of the project in a temporary folder, and are
measured from outside. A copy may have several times as many pages; another checkout may be
measured beside this one.
"""

import argparse
import contextlib
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kasago.bench.copies import PAGE, make
from kasago.bench.programs import Book, Row
from kasago.bench.server import Asking, Server

__all__ = ["MEASURES", "appended", "builds", "main", "pytest", "serve"]

ROOT = Path(__file__).parents[2]
# Shows where it is written; where the module says it, the figure of the page shows it.
WORD = "changed-by-the-benchmark"
SAYS_IT = f'WORD = "{WORD}"\n'
# Seconds that a server rests before something is saved.
REST = 3.0
HEAD = ("wall s", "CPU s", "peak MB", "s/page")


@contextlib.contextmanager
def appended(file: Path, text: str) -> Iterator[None]:
    """Append to a file, and undo it."""
    before = file.read_text("utf-8")
    file.write_text(before + text, "utf-8")
    try:
        yield
    finally:
        file.write_text(before, "utf-8")


def builds(book: Book) -> Iterator[Row]:
    """Build the site: with nothing kept, with everything kept, after changes."""
    book.forget()
    yield book.build("build: cold")
    yield book.build("build: warm")
    (book.folder / "kasago" / "unused.py").write_text('"""Nobody imports this."""\n', "utf-8")
    yield book.build("build: a new file that nothing imports")
    with appended(book.functions, SAYS_IT):
        yield book.build("build: a line of functions.py changed")
    yield book.build("build: that undone")


def serve(book: Book) -> Iterator[Row]:
    """Start the server with nothing kept; then save a page, and a module that it imports."""
    book.forget()
    rows = []  # all of them before the first is yielded: no two servers run at once
    with Server(book) as server:
        rows.append(server.until("serve: a page is answered", lambda: server.page(f"{PAGE}/")))
        with Asking(server) as asking:
            rows.append(server.until("serve: all results are there", server.is_complete))
        rows[-1].pages = len(book.pages)
        rows.append(Row("serve: the slowest answer until then", asking.slowest))
        time.sleep(REST)
        with appended(book.page, f"\n{WORD}\n"):
            rows.append(server.shown("serve: a saved sentence is shown", WORD))
        server.until("the page as it was", lambda: not server.shows(WORD))
        time.sleep(REST)
        with Asking(server) as asking, appended(book.functions, SAYS_IT):
            rows.append(server.shown("serve: a page shows the saved functions.py", WORD))
        rows.append(Row("serve: the slowest answer until then", asking.slowest))
    yield from rows


def pytest(book: Book) -> Iterator[Row]:
    """Collect and run the tests of a page."""
    yield book.run("pytest: collect a page", "pytest", "--collect-only", "-q", f"docs/{PAGE}.md")
    yield book.run("pytest: a page", "pytest", "-q", f"docs/{PAGE}.md")


MEASURES = {"build": builds, "serve": serve, "pytest": pytest}


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Measure what the command line names, and print each line of the table as it is known.

    Parameters
    ----------
    arguments : list of str, optional
        In place of the command line.
    root : Path
        This project.

    Returns
    -------
    int
        0
    """
    parser = argparse.ArgumentParser(prog="python -m kasago.bench.book", description=__doc__)
    parser.add_argument("what", nargs="*", help=f"some of: {', '.join(MEASURES)} (all by default)")
    parser.add_argument("--times", default="1", help="how often each chapter is there: 10, or 1,10")
    parser.add_argument("--pages", type=int, help="how many chapters, for a quick look")
    parser.add_argument(
        "--against", type=Path, help="another checkout; its .venv is used if it has one"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.what) - set(MEASURES):
        parser.error(
            f"cannot measure {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}"
        )
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", options.times):
        parser.error(f"--times must be a number, or several with commas, got {options.times}")
    with tempfile.TemporaryDirectory(prefix="kasago-bench-") as name:
        books: list[Book] = []
        for project in filter(None, [root, options.against]):
            python = project / ".venv" / "bin" / "python"
            own = project is not root and python.exists()
            for times in map(int, options.times.split(",")):
                folder = Path(name, str(len(books)))
                make(project, folder, times, options.pages)
                words = f"{'this' if project is root else project.name} x {times}"
                books.append(Book(words, folder, str(python) if own else sys.executable))
                books[-1].run("compile", "compileall", "-q", "kasago")
        width = max(len(book.name) for book in books)
        print(f"{'':{width + 47}} {' '.join(f'{h:>8}' for h in HEAD)}")
        for what in options.what or MEASURES:
            # In each step all books have their turn, so that what else the machine does meets all.
            for rows in zip(*map(MEASURES[what], books), strict=True):
                for book, row in zip(books, rows, strict=True):
                    print(f"{book.name:{width}}  {row}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
