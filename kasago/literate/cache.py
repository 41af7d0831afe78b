"""Keep the results of snippets between builds of the site; tests never come here."""

import hashlib
import json
import shutil
import sys
import uuid
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from kasago.literate.parse import Snippet
from kasago.literate.run import Result, run

PACKAGE = Path(__file__).parent.parent


def run_cached(snippet: Snippet, folder: Path) -> Result:
    """Return the result of a snippet, from the cache if nothing that it depends on changed.

    That is its code, the package's files that it can import, the way snippets are run, and the
    versions of Python, NumPy and Matplotlib. A failure is not kept.

    Parameters
    ----------
    snippet : Snippet
    folder : Path
        Where results are kept, a file each; made if it does not exist.

    Returns
    -------
    Result
    """
    name = key(snippet.code)
    file = folder / f"{name}.json"
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = None  # not there, or damaged: run
    match kept:
        case {"output": str(output), "figures": [*figures]} if all(
            isinstance(figure, str) for figure in figures
        ):
            return Result(output, tuple(figures))
    result = run(snippet)
    if not result.error and key(snippet.code) == name:  # else the package changed meanwhile
        write_whole(file, json.dumps(asdict(result)))
    return result


def key(code: str) -> str:
    """Return the name under which the result of some code is kept.

    Parameters
    ----------
    code : str

    Returns
    -------
    str
    """
    parts = [code, sys.version, version("numpy"), version("matplotlib"), _package_state()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _package_state() -> str:
    files = sorted(f for f in PACKAGE.rglob("*") if f.is_file() and "__pycache__" not in f.parts)
    return _digest(tuple((str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in files))


@lru_cache(maxsize=4)
def _digest(files: tuple[tuple[str, int, int], ...]) -> str:
    """Return a digest of the contents; time and size only tell when to read them again."""
    digest = hashlib.sha256()
    for name, _, _ in files:
        digest.update(f"{Path(name).relative_to(PACKAGE)}\0".encode())
        digest.update(hashlib.sha256(Path(name).read_bytes()).digest())
    return digest.hexdigest()


def write_whole(file: Path, text: str, newline: str = "\n") -> None:
    """Write a file so that nobody ever sees half of it, also after an interrupt.

    A file that is there keeps its permissions, and a link to it stays a link.

    Parameters
    ----------
    file : Path
    text : str
    newline : str
        What ends a line in the file.
    """
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    try:
        new.write_text(text, encoding="utf-8", newline=newline)
        if file.exists():
            shutil.copymode(file, new)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
