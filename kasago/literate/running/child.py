"""Run one job in this process, in an empty folder.

The folder of the job holds ``job.json``: path, line, pieces of code, and expressions to evaluate
afterwards. What the code prints goes to the standard output; ``done`` says that it came to its
last line, and holds the values of the expressions; ``failed`` says that an exception was raised,
whose traceback, in the lines of the page, goes to the standard error; ``used`` names the files
that were read for it.
"""

import atexit
import gc
import json
import linecache
import numbers
import os
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import resource

# More than any page needs, and little enough that an endless loop of prints fills no disk.
LARGEST_FILE = 64 * 2**20

# What starts another program, whose files nobody notes: events, and modules that are loaded then.
PROCESSES = "multiprocessing.popen_"
STARTS = ("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system")


def main(folder: Path, hidden: AbstractContextManager[None] | None = None) -> int:
    """Run a job.

    Parameters
    ----------
    folder : Path
        The folder of the job.
    hidden : context manager, optional
        Keeps out of sight, while the code runs, what it must not find.

    Returns
    -------
    int
        The exit code.
    """
    job = json.loads((folder / "job.json").read_text("utf-8"))
    path: str = job["path"]
    _limit_files()
    _report_unraised(folder)
    # As in a terminal: what was printed is there, however the code ends.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    # Our own style lays figures out; a snippet may lay out one for itself.
    warnings.filterwarnings("ignore", "The figure layout has changed to tight")

    # The whole text, with blank lines above it, gives every line the number that it has on the
    # page. A program that the code starts by itself finds it in a file.
    source = "\n" * job["line"] + job["code"]
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    module = types.ModuleType("__main__")
    module.__file__ = str(folder / "snippet.py")
    Path(module.__file__).write_text(source, "utf-8")
    sys.modules["__main__"] = module
    sys.argv = [path]
    figures = folder / "figures"
    reads = _Reads()
    ends = []
    try:
        with hidden or nullcontext(), reads:
            for offset, code in job["cells"]:
                text = "\n" * (job["line"] + offset) + code
                exec(compile(text, path, "exec"), module.__dict__)
                sys.stdout.flush()
                ends.append((os.fstat(1).st_size, len(os.listdir(figures))))
            _refuse_unseen_figures()
            values = {each: _value(each, module.__dict__) for each in job["expressions"]}
    except BaseException as error:
        if isinstance(error, SystemExit):
            error.add_note("A snippet runs to its last line; it does not exit.")
        _print_trimmed(error, path)
        (folder / "failed").touch()
        return 1
    finally:
        reads.write(folder)
        (folder / "ends").write_text(json.dumps(ends))
    (folder / "done").write_text(json.dumps(values))
    return 0


def end() -> None:
    """Do what Python does when a program ends, but for taking the libraries apart."""
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads, as multiprocessing does
    atexit._run_exitfuncs()
    # What is lost unclosed warns.
    sys.modules.pop("__main__").__dict__.clear()
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()


class _Reads:
    """The files that are read while the code runs: modules, and what they and the code open."""

    def __init__(self) -> None:
        self.modules: dict[str, str] = {}
        self.opened, self.alone = set[str](), True

    def __enter__(self) -> None:
        self.before = set(sys.modules)
        sys.addaudithook(self._hear)

    def __exit__(self, *_: object) -> None:
        for name, module in list(sys.modules.items()):
            # Not by getattr: there are modules that load others when they are asked for a name.
            file = getattr(module, "__dict__", {}).get("__file__")
            if name not in self.before and isinstance(file, str):
                self.modules[name] = file
            self.alone = self.alone and not name.startswith(PROCESSES)

    def write(self, folder: Path) -> None:
        """Write the files of modules by their names, the opened ones, and whether that is all.

        What lies in the folder of the job is made by the code itself.
        """
        modules = {n: f for n, f in self.modules.items() if not Path(f).is_relative_to(folder)}
        used = {"modules": modules, "opened": sorted(self.opened), "alone": self.alone}
        (folder / "used").write_text(json.dumps(used), "utf-8")

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes):
            name, mode, flags = arguments
            written = flags & os.O_WRONLY if isinstance(flags, int) else str(mode)[:1] in "wax"
            if not written:
                self.opened.add(os.path.abspath(os.fsdecode(name)))
        elif event in STARTS or event == "subprocess.Popen":
            self.alone = False


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


def _report_unraised(folder: Path) -> None:
    """Let exceptions that nobody catches, in threads and destructors, fail the snippet too."""

    def failing(hook: Callable[[Any], object]) -> Callable[[Any], None]:
        def report(failure: Any) -> None:
            (folder / "failed").touch()
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
    sys.path[0] = os.getcwd()  # not the folder of this file
    raise SystemExit(main(Path(sys.argv[1])))
