"""Keep the results of snippets, so that none is run twice for nothing.

A build of the site keeps them for the next build. A session of pytest begins with none, and keeps
them to its end: the editions of a page in two languages share a run of each snippet.
"""

import hashlib
import json
import sys
from dataclasses import asdict
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from kasago.literate.files import write_whole
from kasago.literate.page.snippets import Snippet
from kasago.literate.running.run import Result, ends_as_said, run

PACKAGE = Path(__file__).parent.parent.parent

version = lru_cache(metadata.version)  # it reads a file each time


def run_cached(snippet: Snippet, folder: Path) -> Result:
    """Return the result of a snippet, from the cache if nothing that it depends on changed.

    That is its code, the expressions of the numbers tied to it, the package's files that it can
    import, the way snippets are run, and the versions of Python, NumPy and Matplotlib. A failure
    is not kept, but for one that the snippet announces.

    Parameters
    ----------
    snippet : Snippet
    folder : Path
        Where results are kept, a file each; made if it does not exist.

    Returns
    -------
    Result
    """
    name = key(snippet)
    file = folder / f"{name}.json"
    try:
        kept: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = None  # not there, or damaged: run
    match kept:
        case {
            "output": str(output),
            "figures": [*figures],
            "error": str(error),
            "values": dict(values),
        } if all(isinstance(text, str) for text in [*figures, *values.values()]):
            result = Result(output, tuple(figures), error, values)
            if ends_as_said(snippet, result):
                return result
    result = run(snippet)
    # A package that was edited during the run is another one.
    if ends_as_said(snippet, result) and key(snippet) == name:
        write_whole(file, json.dumps(asdict(result)))
    return result


def key(snippet: Snippet) -> str:
    """Return the name under which the result of a snippet is kept.

    Parameters
    ----------
    snippet : Snippet

    Returns
    -------
    str
    """
    code = json.dumps([snippet.code, *snippet.expressions])
    parts = [code, sys.version, version("numpy"), version("matplotlib"), package_state()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def package_state() -> str:
    """Return a digest of the package's files, all that a page's code can import of it.

    Returns
    -------
    str
    """
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
