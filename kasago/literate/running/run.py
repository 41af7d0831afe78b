"""Run one snippet by itself: a process, a working folder and random state of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from kasago.literate import FIGURES_FOLDER
from kasago.literate.page.snippets import Snippet
from kasago.literate.running.figure import clean

# Seconds. Many times what the longest snippet of the book takes.
TIME_LIMIT = 120.0

STYLE = Path(__file__).with_name("matplotlibrc")


# How code is run for a page: drawn in the page's style, on one thread.
SETTINGS = {"MATPLOTLIBRC": str(STYLE)} | dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


@dataclass(frozen=True)
class Result:
    """What came of running a snippet.

    Attributes
    ----------
    output : str
        What it printed.
    figures : tuple of str
        What it showed, as SVG, in order.
    error : str
        Why it did not come to its end, with the traceback; empty if it did.
    values : dict of str to str
        What each expression of its ties gives afterwards: a number, or what came instead.
    """

    output: str
    figures: tuple[str, ...]
    error: str = ""
    values: dict[str, str] = field(default_factory=dict)


def run(snippet: Snippet, time_limit: float = TIME_LIMIT) -> Result:
    """Run a snippet in a fresh process and an empty folder.

    Warnings are errors there, the numerical libraries use one thread (so that the same code
    gives the same bits on any number of cores), and ``plt.show()`` hands over the figures.

    Parameters
    ----------
    snippet : Snippet
    time_limit : float
        Seconds after which the process is ended.

    Returns
    -------
    Result
        Also when the snippet fails.
    """
    with tempfile.TemporaryDirectory(prefix="kasago-", ignore_cleanup_errors=True) as folder:
        job = Path(folder)
        (job / "work").mkdir()
        (job / "figures").mkdir()
        (job / "snippet.json").write_text(
            json.dumps(
                {
                    "path": snippet.path,
                    "line": snippet.line,
                    "code": snippet.code,
                    "expressions": snippet.expressions,
                }
            )
        )
        exit_code = _wait(job, time_limit)
        output = (job / "stdout").read_text("utf-8", errors="replace")
        if error := _error(job, exit_code, time_limit):
            return Result(output, (), error)
        files = sorted((job / "figures").iterdir())
        figures = tuple(clean(file.read_text("utf-8")) for file in files)
        return Result(output, figures, values=json.loads((job / "done").read_text()))


def ends_as_said(snippet: Snippet, result: Result) -> bool:
    """Return whether a snippet came to its end, or to the failure that its fence announces.

    Parameters
    ----------
    snippet : Snippet
    result : Result

    Returns
    -------
    bool
    """
    last_line = result.error.rstrip().rpartition("\n")[2]
    return last_line == snippet.options.get("fails", "")


def _error(job: Path, exit_code: int | None, time_limit: float) -> str:
    """Return why the snippet of a job did not come to its end, empty if it did."""
    if exit_code is None:
        return f"the snippet ran longer than the limit of {time_limit:g} s"
    done, failed = (job / "done").exists(), (job / "failed").exists()
    if done and not failed and not exit_code:
        return ""
    stderr = (job / "stderr").read_text("utf-8", errors="replace").strip()
    if failed:
        return stderr
    when = "after" if done else "before"
    reason = f"the process ended {when} the last line of the snippet, with exit code {exit_code}"
    return f"{reason}\n{stderr}".strip()


def _wait(job: Path, time_limit: float) -> int | None:
    """Start the process of a job and wait for it; return its exit code, None if it was ended."""
    command = [sys.executable, "-W", "error", "-m", "kasago.literate.running.child", str(job)]
    # Into files, not pipes: a process that the snippet leaves behind cannot hold us up.
    with open(job / "stdout", "wb") as stdout, open(job / "stderr", "wb") as stderr:
        process = subprocess.Popen(
            command,
            cwd=job / "work",
            env=_environment(job),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            return process.wait(time_limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):  # all of them are gone
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _environment(job: Path) -> dict[str, str]:
    return (
        os.environ
        | SETTINGS
        | {
            FIGURES_FOLDER: str(job / "figures"),
            "MPLBACKEND": "module://kasago.literate.running.backend",
            "PYTHONHASHSEED": "0",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONUTF8": "1",
            "COLUMNS": "80",
            "NO_COLOR": "1",
        }
    )
