"""Run one snippet after the other in the reader's browser, each as if it were alone.

`setup` is called once, `run` for each snippet; ``browser/worker.js`` calls both.
"""

import contextlib
import gc
import io
import linecache
import logging
import os
import random
import shutil
import sys
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kasago.literate.running import FIGURES_FOLDER

__all__ = ["hand_over", "run", "setup"]

# What a traceback calls the code: its lines are those that the reader sees.
NAME = "snippet.py"
# Letters that a run may print, and letters of SVG that it may draw: what no page could show.
PRINTED = 200_000
DRAWN = 20_000_000
# So many pieces of text are sent at once, line by line; later ones when these letters or these
# seconds have come together.
FEW, MANY, LATE = 100, 4096, 0.25

Post = Callable[[str, str], object]


class TooMuchError(BaseException):
    """A run prints or draws without end. No snippet catches it by ``except Exception``."""


class _Page:
    """What is given to the page, and how much it was since the run began."""

    def __init__(self) -> None:
        self.post: Post = lambda kind, text: None
        self.streams: list[_Stream] = []
        self.begin()

    def begin(self) -> None:
        self.printed = self.drawn = self.pieces = 0

    def give(self, kind: str, text: str) -> None:
        if kind == "figure":
            self.drawn += len(text)
            if self.drawn > DRAWN:
                raise TooMuchError("the snippet draws more than a page can show")
        else:
            self.printed += len(text)
            self.pieces += 1
            if self.printed > PRINTED:
                raise TooMuchError(f"the snippet prints more than {PRINTED:,} letters")
        self.post(kind, text)


page = _Page()


class _Stream(io.TextIOBase):
    """A standard stream, whose text goes to the page: line by line, or many lines at once."""

    encoding = "utf-8"

    def __init__(self, kind: str) -> None:
        self.kind, self.waiting, self.sent = kind, "", 0.0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        for other in page.streams:
            if other is not self and other.waiting:
                other.flush()
        self.waiting += text
        if len(self.waiting) > MANY or (text.endswith(("\n", "\r")) and self._is_due()):
            self.flush()
        return len(text)

    def flush(self) -> None:
        text, self.waiting = self.waiting, ""
        self.sent = time.monotonic()
        if text:
            page.give(self.kind, text)

    def _is_due(self) -> bool:
        return page.pieces < FEW or time.monotonic() - self.sent > LATE


def setup(post: Post, loops: Mapping[str, int] | None = None) -> None:
    """Make ready for snippets.

    Parameters
    ----------
    post : callable
        Takes what a snippet gives: ``"stdout"``, ``"stderr"`` or ``"figure"``, and its text.
    loops : mapping of str to int, optional
        What multiplies matrices of each dtype; see `kasago.live.dot`.
    """
    page.post = post
    sys.stdout, sys.stderr = page.streams = [_Stream("stdout"), _Stream("stderr")]
    # Matplotlib would say which of its fonts are not here.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    if loops:
        # Here, because the tests of the rest need no NumPy.
        import numpy as np  # noqa: PLC0415

        from kasago.live.dot import faster, replace_loop  # noqa: PLC0415

        for dtype, loop in loops.items():
            replace_loop(dtype, loop)
        np.dot = faster(np.dot)
    gc.collect()


def hand_over(kind: str, text: str) -> None:
    """Give something to the page, after all that was printed before it.

    Parameters
    ----------
    kind : str
        ``"stdout"``, ``"stderr"`` or ``"figure"``.
    text : str
    """
    sys.stdout.flush()
    sys.stderr.flush()
    page.give(kind, text)


def run(code: str) -> str:
    """Run a snippet.

    Parameters
    ----------
    code : str

    Returns
    -------
    str
        Empty if it came to its end; otherwise the last line of the traceback, which stands on
        the standard error.
    """
    page.begin()
    linecache.cache[NAME] = (len(code), None, code.splitlines(keepends=True), NAME)
    module = types.ModuleType("__main__")
    try:
        with _as_in_a_new_process(module):
            exec(compile(code, NAME, "exec", dont_inherit=True), module.__dict__)
            # A reader who forgets plt.show() sees the figure all the same.
            pyplot = sys.modules.get("matplotlib.pyplot")
            if pyplot and pyplot.get_fignums():
                pyplot.show()
            sys.stdout.flush()
    except BaseException as error:
        return _report(error)
    finally:
        module.__dict__.clear()
        sys.modules.pop("__main__", None)
        gc.collect()
    return ""


def _report(error: BaseException) -> str:
    """Print a traceback from the snippet's own first frame on; return its last line."""
    if isinstance(error, SystemExit):
        error.add_note("A snippet runs to its last line; it does not exit.")
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != NAME:
        frames = frames.tb_next
    lines = traceback.format_exception(error.with_traceback(frames))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(TooMuchError):
            stream.flush()
    page.post("stderr", "".join(lines))
    return lines[-1].rstrip("\n").rpartition("\n")[2]


@contextlib.contextmanager
def _as_in_a_new_process(module: types.ModuleType) -> Iterator[None]:
    """Let a snippet find nothing that another one has left."""
    sys.modules["__main__"] = module
    sys.argv = [NAME]
    random.seed()
    home, folder = os.getcwd(), Path("/tmp/snippet").absolute()
    for path in (folder, Path(os.environ[FIGURES_FOLDER])):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
    os.chdir(folder)
    try:
        with warnings.catch_warnings():
            # As when the site is built: a snippet may lay out a figure for itself.
            warnings.filterwarnings("ignore", "The figure layout has changed to tight")
            # A progress bar would have a thread beside it, and there are none in a browser.
            warnings.filterwarnings("ignore", "tqdm:disabling monitor support")
            with _numpy_as_it_begins(), _matplotlib_as_it_begins():
                yield
    finally:
        os.chdir(home)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _numpy_as_it_begins() -> Iterator[None]:
    numpy: Any = sys.modules.get("numpy")
    if not numpy:
        yield
        return
    numpy.random.seed()
    with numpy.printoptions(), numpy.errstate():
        yield


@contextlib.contextmanager
def _matplotlib_as_it_begins() -> Iterator[None]:
    try:
        yield
    finally:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")
            sys.modules["matplotlib"].rc_file_defaults()
