"""Run one snippet in this process: ``python -m kasago.literate.running.child JOB``.

`run` starts it, in an empty folder; JOB is a folder with ``snippet.json`` (path, line, code, and
expressions to evaluate afterwards). What the snippet prints goes to the standard output;
``done`` in JOB says that it came to its last line, and holds the values of the expressions;
``failed`` says that an exception was raised, whose traceback, in the lines of the page, goes to
the standard error.
"""

import json
import linecache
import numbers
import sys
import threading
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import resource

# More than any page needs, and little enough that an endless loop of prints fills no disk.
LARGEST_FILE = 64 * 2**20


def main(job: Path) -> int:
    """Run the snippet of a job; return the exit code."""
    _limit_files()
    _report_unraised(job)
    snippet = json.loads((job / "snippet.json").read_text())
    path, line, code = snippet["path"], snippet["line"], snippet["code"]

    # Blank lines above the code give every line the number that it has on the page.
    source = "\n" * line + code
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.argv = [path]
    try:
        exec(compile(source, path, "exec"), module.__dict__)
        sys.stdout.flush()
        _refuse_unseen_figures()
        values = {each: _value(each, module.__dict__) for each in snippet["expressions"]}
    except BaseException as error:
        if isinstance(error, SystemExit):
            error.add_note("A snippet runs to its last line; it does not exit.")
        _print_trimmed(error, path)
        (job / "failed").touch()
        return 1
    (job / "done").write_text(json.dumps(values))
    return 0


def _value(expression: str, namespace: dict[str, Any]) -> str:
    """Return the number that an expression gives, as text, or what it gives instead."""
    try:
        value = eval(expression, namespace)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    match value:
        case bool():
            return repr(value)
        case numbers.Integral():
            return str(int(value))
        case numbers.Real():
            return str(float(value))
    return repr(value)


def _limit_files() -> None:
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def _report_unraised(job: Path) -> None:
    """Let exceptions that nobody catches, in threads and destructors, fail the snippet too."""

    def failing(hook: Callable[[Any], object]) -> Callable[[Any], None]:
        def report(failure: Any) -> None:
            (job / "failed").touch()
            hook(failure)

        return report

    threading.excepthook = failing(threading.excepthook)
    sys.unraisablehook = failing(sys.unraisablehook)


def _refuse_unseen_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot and (unseen := len(pyplot.get_fignums())):
        raise RuntimeError(
            f"{unseen} figure(s) drawn and never shown: a reader sees them with plt.show()"
        )


def _print_trimmed(error: BaseException, path: str) -> None:
    """Print the traceback from the snippet's own first frame on."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != path:
        frames = frames.tb_next
    traceback.print_exception(error.with_traceback(frames))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
