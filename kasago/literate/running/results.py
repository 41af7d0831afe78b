"""Keep what came of runs, so that nothing is run twice and nothing is stale.

A result is kept under its code, the files of any project that were read when it ran, and the
versions of the distributions that it imported. So a file that nothing imports runs nothing again,
a change runs what imported the file, and undoing the change finds the old result. A build of the
site keeps results for the next build; a session of pytest begins with none.
"""

import contextlib
import hashlib
import json
import logging
import os
import site
import sys
import sysconfig
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from filelock import FileLock, Timeout

from kasago.literate.files import write_whole
from kasago.literate.running import run as running
from kasago.literate.running.job import Job, Result, ends_as_said
from kasago.literate.settings import settings

log = logging.getLogger("mkdocs.kasago.literate")

# Of one piece of code, in as many states of what it reads. The oldest are dropped.
STATES = 8
# What nobody has asked for in as many days is dropped.
DAYS = 30

# What makes a result of a run and writes it down, beside what the code itself reads.
MACHINERY = [
    Path(__file__).with_name(name)
    for name in (
        "backend.py",
        "child.py",
        "figure.py",
        "forkserver.py",
        "hiding.py",
        "job.py",
        "results.py",
        "run.py",
    )
]


@dataclass(frozen=True)
class _State:
    """A result, with digests of the files and versions of the distributions it was made of.

    The files of the project are named from its folder: a copy of it has files of its own.
    """

    files: dict[str, str]
    versions: dict[str, str]
    result: Result


class Results:
    """The results that are kept in a folder.

    Parameters
    ----------
    folder : Path
        Made when it is needed. One that cannot be written is noted in the log, and runs are not
        kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._noted = False

    def of(self, job: Job, stop: threading.Event | None = None) -> Result:
        """Return the result of a job: the one that is kept, or that of a run.

        One process at a time runs a piece of code; the others wait for its result. A failure is
        not kept, but for one that the job announces, nor is the result of code that starts other
        programs, as nobody knows what these read.

        Parameters
        ----------
        job : Job
        stop : threading.Event, optional
            Ends the run when it is set.

        Returns
        -------
        Result

        Raises
        ------
        kasago.literate.running.run.Stopped
            If it was ended by `stop`.
        """
        if kept := self.kept(job):
            return kept
        with self._locked(job, stop):
            if kept := self.kept(job):
                return kept
            start = time.time_ns()
            result, reads = running.run(job, settings().time_limit, stop)
            if reads.alone and ends_as_said(job, result):
                self._keep(job, result, reads, start)
            return result

    def kept(self, job: Job) -> Result | None:
        """Return the result of a job if there is one for the present state of what it reads.

        Parameters
        ----------
        job : Job

        Returns
        -------
        Result or None
        """
        for file in self._states(job):
            state = _read(file)
            if state and _same(state) and ends_as_said(job, state.result):
                with contextlib.suppress(OSError):
                    os.utime(file)
                return state.result
        return None

    def files(self, job: Job) -> set[Path]:
        """Return the files that the kept result of a job was made of, in any state.

        Parameters
        ----------
        job : Job

        Returns
        -------
        set of Path
        """
        states = [_read(file) for file in self._states(job)]
        return {Path(name).absolute() for state in states if state for name in state.files}

    def drop_unused(self) -> None:
        """Drop what nobody has asked for in a month, and what was made of it (``derived``)."""
        old = time.time() - DAYS * 24 * 3600
        for folder in [*self.folder.glob(64 * "[0-9a-f]"), self.folder / "derived"]:
            with contextlib.suppress(OSError):  # another process uses it, or has dropped it
                for file in folder.iterdir():
                    if file.stat().st_mtime < old:
                        file.unlink()
                folder.rmdir()  # if it is empty now

    def _states(self, job: Job) -> list[Path]:
        """Return the files of the results of a job, the newest first."""
        with contextlib.suppress(OSError):
            files = [(f.stat().st_mtime_ns, f) for f in (self.folder / key(job)).glob("*.json")]
            return [file for _, file in sorted(files, reverse=True)]
        return []

    def _keep(self, job: Job, result: Result, reads: running.Reads, start: int) -> None:
        files, versions = _dependencies(reads, self.folder)
        # What was edited during the run is another file than the one that was read.
        if any(_changed_since(name, start) for name in files):
            return
        state = _State(files, versions, result)
        name = _checksum(json.dumps([files, versions]))[:16]
        try:
            write_whole(self.folder / key(job) / f"{name}.json", _written(state))
            for old in self._states(job)[STATES:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            self._note(error)

    @contextmanager
    def _locked(self, job: Job, stop: threading.Event | None) -> Iterator[None]:
        """Let one process at a time run a job."""
        lock = FileLock(self.folder / key(job) / "lock")
        try:
            Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
            while not lock.is_locked:
                with contextlib.suppress(Timeout):
                    lock.acquire(timeout=0.2)
                if stop and stop.is_set():
                    lock.release()
                    raise running.Stopped
        except (OSError, NotImplementedError) as error:  # or a file system without locks
            self._note(error)
        try:
            yield
        finally:
            lock.release()

    def _note(self, error: Exception) -> None:
        """Say once that nothing can be kept; everything else goes on."""
        if not self._noted:
            self._noted = True
            log.info("%s cannot keep results (%s): each snippet is run anew", self.folder, error)


def key(job: Job) -> str:
    """Return the name under which the results of a job are kept, whatever it reads.

    Parameters
    ----------
    job : Job

    Returns
    -------
    str
    """
    files = [*map(str, MACHINERY), running.style_file()]
    parts = [sys.version, *map(file_digest, files), *settings().warnings]
    codes = [code for _, code in job.cells]  # wherever they stand
    return _checksum(json.dumps([codes, sorted(job.expressions), *parts]))


def file_digest(file: str | Path) -> str:
    """Return a digest of the contents of a file, empty if it cannot be read.

    Parameters
    ----------
    file : str or Path

    Returns
    -------
    str
    """
    try:
        stat = os.stat(file)
        return _digest(str(file), stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=4096)
def _digest(name: str, *_: int) -> str:
    """Return a digest of the contents; times and size only tell when to read them again."""
    with open(name, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changed_since(name: str, start: int) -> bool:
    try:
        stat = os.stat(name)
    except OSError:
        return True
    # A file system counts in ticks, which may lag behind the clock.
    return max(stat.st_mtime_ns, stat.st_ctime_ns) >= start - 10**7


def _same(state: _State) -> bool:
    """Whether all that was read is as it was then."""
    return all(file_digest(name) == was for name, was in state.files.items()) and all(
        _version(name) == was for name, was in state.versions.items()
    )


@lru_cache
def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _dependencies(reads: running.Reads, kept: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the files of projects with their digests, and the distributions with their versions.

    What a project's code opens belongs to it, too: weights beside a module, for example.
    """
    installed = _installed()
    own = {f for f in reads.modules.values() if not _within(f, installed)}
    packages = {f for f in own if Path(f).name == "__init__.py"}
    roots = {str(Path.cwd()), *(str(Path(f).parent) for f in packages)}
    opened = {f for f in reads.opened if _within(f, roots) and not _within(f, installed)}
    opened = {f for f in opened if not f.endswith(".pyc") and os.path.isfile(f)}
    files = {f for f in own | opened if not _within(f, [str(kept.absolute())])}
    tops = {name.partition(".")[0] for name, f in reads.modules.items() if f not in own}
    distributions = {d for top in tops for d in _packages_distributions().get(top, ())}
    here = str(Path.cwd())
    names = {os.path.relpath(name, here) if _within(name, [here]) else name for name in files}
    return (
        {name: file_digest(name) for name in sorted(names)},
        {name: _version(name) for name in sorted(distributions)},
    )


@lru_cache
def _installed() -> list[str]:
    """Return the folders of what is installed: it changes by version alone."""
    paths = sysconfig.get_paths()
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = [paths[name] for name in names] + [site.getusersitepackages()]
    return [*folders, *map(os.path.realpath, folders)]


_packages_distributions = lru_cache(metadata.packages_distributions)


def _within(file: str, folders: Iterable[str]) -> bool:
    return any(file.startswith(folder + os.sep) or file == folder for folder in folders)


def _written(state: _State) -> str:
    """Return a state as the text of a file, which begins with a checksum."""
    text = json.dumps(asdict(state), ensure_ascii=False)
    return f"{_checksum(text)}\n{text}"


def _read(file: Path) -> _State | None:
    """Return the state that a file holds, None if it is not there or damaged."""
    try:
        checksum, text = file.read_text("utf-8").split("\n", 1)
    except (OSError, ValueError):
        return None
    if checksum != _checksum(text):
        return None
    state = json.loads(text)
    result = Result(**state["result"])
    ends = tuple((printed, shown) for printed, shown in result.ends)
    result = replace(result, figures=tuple(result.figures), ends=ends)
    return _State(state["files"], state["versions"], result)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
