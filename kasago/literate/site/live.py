"""A hook for MkDocs: what runs the snippets in the reader's browser, beside the pages.

In ``mkdocs.yml``::

    extra:
      live:
        assets: .cache/live            # what `python -m kasago.live` made
        scripts: kasago/live/browser   # what a page loads
        packages: [kasago, tqdm]       # what a snippet imports, beside NumPy and Matplotlib
    hooks:
      - kasago/literate/site/live.py

Each page with snippets that run gets a script and a style sheet, by the theme, which finds in
``live`` where they are and which words they show. Without the assets there are neither, and the
site is as it was. Everything lies in folders that are named for their content: a browser that has
kept a file never has a wrong one.
"""

import hashlib
import importlib.util
import io
import json
import logging
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files

from kasago.literate.files import write_whole
from kasago.literate.site.search import language_of
from kasago.literate.words import words_in

log = logging.getLogger("mkdocs.kasago.literate")

# Where everything is, below the address of the site.
PLACE = "live"
# Files of a package that are larger than this come only when a snippet opens them.
LARGE = 200_000
# What a snippet has no use for.
LEFT_OUT = {"__pycache__", "bench", "tests", "package.json", "package-lock.json"}
USED = {"", ".gz", ".json", ".npz", ".py"}
DATE = (2020, 1, 1, 0, 0, 0)
# What is loaded at the first Run and can be counted while it comes.
COUNTED = ("wasm.bin", "lib.bin", "python_stdlib.zip")


@dataclass(frozen=True)
class Live:
    """What runs snippets in a browser, for one build.

    Attributes
    ----------
    assets : Path
        The folder of a version of the assets.
    files : dict of str to bytes
        What lies in a folder of its own: scripts, and what they read.
    lazy : dict of str to Path
        Large files of packages, by their names on the site.
    """

    assets: Path
    files: dict[str, bytes]
    lazy: dict[str, Path]

    @property
    def folder(self) -> str:
        """The folder of the scripts on the site, named for what is in it."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name} {len(content)}\n".encode() + content)
        return f"{PLACE}/{digest.hexdigest()[:12]}"

    def put(self, site: Path) -> None:
        """Put everything into the folder of a site, if it is not there already.

        Parameters
        ----------
        site : Path
        """
        for name, content in self.files.items():
            _put(site / self.folder / name, content)
        for file in self.assets.iterdir():
            _put(site / PLACE / self.assets.name / file.name, file)
        for name, file in self.lazy.items():
            _put(site / PLACE / "files" / name, file)

    def told(self, language: str) -> dict[str, str]:
        """Return what a page is told: where its script is, and the words that it shows.

        Parameters
        ----------
        language : str

        Returns
        -------
        dict of str to str
            ``script``, ``style`` and ``licences``, addresses below that of the site; ``words``,
            as JSON.
        """
        words = words_in(language)
        said = {name[5:]: word for name, word in words.items() if name.startswith("live-")}
        said["megabytes"] = f"{self.weight / 1e6:.0f}"
        return {
            "script": f"{self.folder}/live.js",
            "style": f"{self.folder}/live.css",
            "licences": f"{PLACE}/{self.assets.name}/licences.txt",
            "words": json.dumps(said, ensure_ascii=False),
        }

    @property
    def weight(self) -> int:
        """The bytes that the first Run loads."""
        first = (f for f in self.assets.iterdir() if f.name not in {"editor.js", "licences.txt"})
        return sum(file.stat().st_size for file in first) + len(self.files["packages.zip"])


class _State:
    live: Live | None = None


def live_of(folder: Path, scripts: Path, packages: list[str]) -> Live | None:
    """Put together what runs snippets in a browser.

    Parameters
    ----------
    folder : Path
        What ``python -m kasago.live`` made.
    scripts : Path
        The folder of what a page loads.
    packages : list of str
        What a snippet imports.

    Returns
    -------
    Live or None
        None if there are no assets, or if their recipe has changed.

    Raises
    ------
    ValueError
        If a package is not installed.
    """
    assets = _current(folder)
    if not assets:
        return None
    files = {file.name: file.read_bytes() for file in sorted(scripts.iterdir()) if file.is_file()}
    small, lazy, places = {}, {}, {}
    for package in packages:
        for name, file in _files_of(package):
            if file.stat().st_size <= LARGE:
                small[name] = file.read_bytes()
                continue
            digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
            lazy[f"{digest}.bin"] = file
            places[name] = f"../files/{digest}.bin"
    files["packages.zip"] = _zip(small)
    counted = sum((assets / name).stat().st_size for name in COUNTED)
    about = {
        "assets": f"../{assets.name}/",
        "bytes": counted + len(files["packages.zip"]),
        "lazy": places,
    }
    files["live.json"] = json.dumps(about).encode()
    return Live(assets, files, lazy)


@event_priority(-100)
def on_config(config: MkDocsConfig) -> None:
    """Look for the assets, and put together what the pages load."""
    _State.live = None
    extra: Any = config.extra
    options = extra.get("live")
    # A page that is read from the disk may start no worker.
    if options and options.get("assets") and config.use_directory_urls:
        assets, scripts = Path(options["assets"]), Path(options["scripts"])
        _State.live = live_of(assets, scripts, options["packages"])


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Tell the theme where the scripts are, and what they say in the language of the pages."""
    env.globals["live"] = None
    if live := _State.live:
        env.globals["live"] = live.told(language_of(config))


def on_post_build(config: MkDocsConfig) -> None:
    """Put everything beside the pages, if it is not there already."""
    if _State.live:
        _State.live.put(Path(config.site_dir))


def _put(target: Path, content: bytes | Path) -> None:
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        write_whole(target, content)
    else:
        shutil.copy(content, target)


def _current(folder: Path) -> Path | None:
    """Return the folder of the assets, None if there are none or their recipe has changed."""
    try:
        note = json.loads((folder / "current.json").read_text("utf-8"))
        recipe = Path(note["recipe"])
        changed = [
            name
            for name, digest in note["digests"].items()
            if hashlib.sha256((recipe / name).read_bytes()).hexdigest() != digest
        ]
    except (OSError, ValueError, KeyError):
        return None
    if changed:
        log.info(
            "Snippets do not run on the pages: %s has changed since %s was made; "
            "`python -m kasago.live` makes it anew",
            ", ".join(changed),
            folder,
        )
        return None
    assets = folder / note["version"]
    return assets if assets.is_dir() else None


def _files_of(package: str) -> Iterator[tuple[str, Path]]:
    """Yield the files of a package that a snippet may use, by their names below its parent."""
    spec = importlib.util.find_spec(package)
    if not spec or not spec.submodule_search_locations:
        raise ValueError(f"{package!r}, which snippets shall find in the browser, is not installed")
    root = Path(spec.submodule_search_locations[0])
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for name in sorted(names):
            file = Path(folder, name)
            if file.suffix in USED and name not in LEFT_OUT:
                yield f"{package}/{file.relative_to(root).as_posix()}", file


def _zip(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, data in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED, 9)
    return content.getvalue()
