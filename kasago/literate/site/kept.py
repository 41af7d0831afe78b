"""What is made of a result and kept beside it, so that no build makes it again for nothing."""

import contextlib
import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

import kasago.literate
from kasago.literate.files import write_whole


def cache_of(config: MkDocsConfig) -> Path:
    """Return the folder in which a site keeps what came of its snippets.

    Parameters
    ----------
    config : MkDocsConfig

    Returns
    -------
    Path
    """
    options = config.mdx_configs.get("kasago.literate") or {}
    return Path(options.get("cache") or ".cache/literate")


def kept(folder: Path, key: str, make: Callable[[], bytes]) -> bytes:
    """Return what is kept under a key, made and kept if it is not there.

    Parameters
    ----------
    folder : Path
        Where it is kept, a file each; made if it does not exist.
    key : str
        A digest of all that it is made of; see `digest`.
    make : callable
        What makes it.

    Returns
    -------
    bytes
    """
    file = folder / key
    try:
        content = file.read_bytes()
        os.utime(file)  # so that it is not dropped
        return content
    except OSError:  # not there
        made = make()
    with contextlib.suppress(OSError):  # a folder that cannot be written is no failure
        write_whole(file, made)
    return made


def digest(*parts: str) -> str:
    """Return a digest of texts, and of the code of this package, which makes things of them.

    Parameters
    ----------
    *parts : str

    Returns
    -------
    str
    """
    return hashlib.sha256("\0".join([*parts, _makers()]).encode()).hexdigest()


@cache
def _makers() -> str:
    """Return a digest of what makes all that is kept: this package, and who works for it."""
    digest = hashlib.sha256()
    for file in sorted(Path(kasago.literate.__path__[0]).rglob("*.py")):
        digest.update(file.read_bytes() + b"\0")
    for name in ("jupytext", "matplotlib", "resvg-py"):  # which has the fonts
        digest.update(f"{name} {version(name)}\0".encode())
    return digest.hexdigest()
