"""Make the folder that a site needs to run Python in its pages, every byte checked.

It takes npm, Node.js 20 or newer, pip, and a connection to where these have packages from: their
own settings say where, as always.
"""

import functools
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from email.parser import HeaderParser
from pathlib import Path

from kasago.live.recipe import (
    CARRIER,
    CARRIER_PREFIX,
    CARRIER_SHA256,
    CORE,
    FOLDER,
    PACKAGES,
    digests,
    is_kept,
    version,
)

__all__ = ["AssetError", "make"]

# Every file of every zip has this date: the same content is the same bytes.
DATE = (2020, 1, 1, 0, 0, 0)
PYODIDE_SOURCE = "https://github.com/pyodide/pyodide/tree/{}"
INTRODUCTION = """\
Python in the pages of this site

What runs the snippets in your browser, and under which licences. Nothing of it was changed, but
for what is left out: tests, headers and parts that no snippet uses; Python's source is compiled.

It differs in three ways from the Python that made the pages. Whole numbers of NumPy have 32 bits
unless a snippet says otherwise. Overflow and division by zero give inf and nan without a warning.
And the products of matrices of floats, by np.dot or @, are computed by loops of this site, with
sums in float64, which may differ from NumPy's own in the last digits. A snippet has no network: it
cannot ask any host for anything but the data of the book."""
ENDS = {"pyodide.mjs": ("pyodide.asm.mjs", "pyodide.asm.js")}

Read = Callable[[str], bytes]


class AssetError(Exception):
    """Why the folder could not be made, and what to do."""


def make(folder: Path, wheels: str = "") -> Path:
    """Make the assets, if they are not there yet.

    Parameters
    ----------
    folder : Path
        Where each version has a folder of its own; ``current.json`` names the last one.
    wheels : str
        A folder, or an address, that has the wheels that Pyodide's lock names. By default they
        come from PyPI; see `recipe`.

    Returns
    -------
    Path
        The folder of this version.

    Raises
    ------
    AssetError
        If a program is missing or fails, or if a file is not the one that was pinned.
    """
    folder = folder.absolute()  # the programs run in a folder of their own
    done = folder / version()
    if not done.is_dir():
        for program in ("node", "npm"):
            if not shutil.which(program):
                raise AssetError(f"{program} is missing: install Node.js 20 or newer, with npm")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as temporary:
            work = Path(temporary)
            _make(work, wheels)
            (work / "out").rename(done)
    note = json.dumps({"version": version(), "recipe": str(FOLDER), "digests": digests()})
    (folder / "current.json").write_text(note + "\n", "utf-8")
    return done


def _make(work: Path, wheels: str) -> None:
    out, core = work / "out", work / "core"
    out.mkdir()
    core.mkdir()
    for name in ("package.json", "package-lock.json", "editor.js", "gemm.ts", "compile.mjs"):
        shutil.copy(FOLDER / name, work / name)
    # npm holds each package against the digest of package-lock.json.
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", cwd=work)
    modules = work / "node_modules"
    pyodide = modules / "pyodide"
    lock = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))
    for name in (*CORE, "pyodide.asm.wasm"):
        shutil.copy(pyodide / name, core / name)
    # Nothing is left in this lock that could be asked of another host.
    empty = json.dumps(lock | {"packages": {}})
    (core / "pyodide-lock.json").write_text(empty, "utf-8")

    files = _files(work, lock, _reader(work, wheels))
    _write_zip(work / "lib.zip", files)
    _run("node", "compile.mjs", ".", cwd=work)

    for name, plain in CORE.items():
        (out / plain).write_bytes(_renamed(name, (core / name).read_bytes()))
    (out / "pyodide-lock.json").write_text(empty, "utf-8")
    # Hosts may send these as they are: so they are packed, and the worker unpacks them.
    for source, name in ((core / "pyodide.asm.wasm", "wasm.bin"), (work / "lib.zip", "lib.bin")):
        (out / name).write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))
    _bin(work, "esbuild", "editor.js", "--bundle", "--minify", "--format=esm", "--target=es2022",
         "--log-level=error", f"--outfile={out / 'editor.js'}")  # fmt: skip
    _bin(work, "asc", "gemm.ts", "-O3", "--runtime", "stub", "--enable", "simd", "--importMemory",
         "--noAssert", "-o", str(out / "gemm.wasm"))  # fmt: skip
    (out / "licences.txt").write_text(_licences(modules, lock, files), "utf-8")


def _renamed(name: str, content: bytes) -> bytes:
    """Return a script that asks for the file beside it by the name that it has here."""
    if name not in ENDS:
        return content
    old, new = (text.encode() for text in ENDS[name])
    if content.count(old) != 1:
        raise AssetError(f"{name} does not name {ENDS[name][0]} once: look at its new version")
    return content.replace(old, new)


def _reader(work: Path, wheels: str) -> Read:
    """Return what reads a wheel by its name."""
    if not wheels:
        return _from_carrier(work)
    if "://" not in wheels:
        return lambda name: _read_file(Path(wheels).expanduser() / name)
    return lambda name: _download(f"{wheels.rstrip('/')}/{name}")


def _from_carrier(work: Path) -> Read:
    pins = work / "carrier.txt"
    pins.write_text(f"{CARRIER} --hash=sha256:{CARRIER_SHA256}\n", "utf-8")
    # It is not installed, so the version of Python is no matter.
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
         "--only-binary=:all:", "--python-version", "3.11", "--dest", str(work / "carrier"),
         "--requirement", str(pins), cwd=work)  # fmt: skip
    carrier = zipfile.ZipFile(next((work / "carrier").glob("*.whl")))
    return lambda name: carrier.read(CARRIER_PREFIX + name)


def _read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AssetError(f"{file} cannot be read: {error.strerror}") from None


def _download(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as error:
        raise AssetError(f"{address} cannot be read: {error}") from None


def _files(work: Path, lock: dict[str, dict[str, dict[str, str]]], read: Read) -> dict[str, bytes]:
    """Return the files of the wheels that are kept, each wheel checked."""
    files = {}
    for package in PACKAGES:
        entry = lock["packages"][package]
        name = entry["file_name"]
        wheel = read(name)
        found = hashlib.sha256(wheel).hexdigest()
        if found != entry["sha256"]:
            raise AssetError(
                f"{name} has the SHA-256 {found}; Pyodide's lock says {entry['sha256']}: "
                "this is another file, do not use it"
            )
        (work / name).write_bytes(wheel)
        with zipfile.ZipFile(work / name) as packed:
            files.update({n: packed.read(n) for n in packed.namelist() if is_kept(n)})
    return files


def _write_zip(file: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, DATE), files[name])


def _licences(modules: Path, lock: dict[str, dict[str, str]], files: dict[str, bytes]) -> str:
    """Return the licences of all that ships, one after the other."""
    python = lock["info"]["python"]
    parts = [
        INTRODUCTION,
        _pyodide(modules, python),
    ]
    for name in sorted(files):
        if name.endswith(".dist-info/METADATA"):
            parts.append(_wheel(name, files))
    # What esbuild has put into the editor: all that is no tool of the build.
    for package in sorted(_bundled(modules)):
        about = json.loads((package / "package.json").read_text("utf-8"))
        text = (package / "LICENSE").read_text("utf-8")
        parts.append(f"{about['name']} {about['version']}: {about['license']}\n\n{text.strip()}")
    rule = "\n\n" + "-" * 72 + "\n\n"
    return rule.join(parts) + "\n"


def _pyodide(modules: Path, python: str) -> str:
    about = json.loads((modules / "pyodide" / "package.json").read_text("utf-8"))
    return (
        f"Pyodide {about['version']}: MPL-2.0\n\nIts source: "
        f"{PYODIDE_SOURCE.format(about['version'])}\nThe licence: https://mozilla.org/MPL/2.0/\n\n"
        f"In it is CPython {python}, Copyright (c) 2001 Python Software Foundation, PSF-2.0, with "
        f"the libraries that it names: https://docs.python.org/{python.rpartition('.')[0]}"
        "/license.html\nand Emscripten's system libraries, MIT or the University of Illinois/NCSA "
        "licence: https://github.com/emscripten-core/emscripten/blob/main/LICENSE"
    )


def _wheel(metadata: str, files: dict[str, bytes]) -> str:
    about = HeaderParser().parsestr(files[metadata].decode())
    folder = metadata.removesuffix("METADATA")
    said = about["License-Expression"] or (about["License"] or "").partition("\n")[0]
    texts = [
        f"{name.removeprefix(folder)}\n\n{files[name].decode(errors='replace').strip()}"
        for name in sorted(files)
        if name.startswith(folder) and re.search("licen[cs]e|copying", name, re.IGNORECASE)
    ]
    head = f"{about['Name']} {about['Version']}: {said.strip() or 'see below'}"
    if about["Name"] == "matplotlib":
        texts += [
            f"The fonts: {name}\n\n{files[name].decode(errors='replace').strip()}"
            for name in sorted(files)
            if "/fonts/ttf/LICENSE" in name
        ]
    return "\n\n".join([head, *texts])


def _bundled(modules: Path) -> Iterator[Path]:
    for group in ("@codemirror", "@lezer", "@marijn"):
        yield from (p for p in (modules / group).iterdir() if (p / "LICENSE").is_file())
    yield from (modules / name for name in ("crelt", "style-mod", "w3c-keyname"))


def _bin(work: Path, program: str, *arguments: str) -> None:
    _run("node", f"node_modules/{_entry(work, program)}", *arguments, cwd=work)


@functools.cache
def _entry(work: Path, program: str) -> str:
    package = {"asc": "assemblyscript"}.get(program, program)
    about = json.loads((work / "node_modules" / package / "package.json").read_text("utf-8"))
    return os.path.join(package, about["bin"][program])


def _run(*command: str, cwd: Path) -> None:
    program = shutil.which(command[0]) or command[0]
    done = subprocess.run(
        [program, *command[1:]], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise AssetError(f"{' '.join(command[:4])} ... fails:\n{said}")
