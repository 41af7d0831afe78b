"""A hook for MkDocs: what the figures that a reader moves are made of, as files of the site.

In ``mkdocs.yml``, beside the option `movable` of the extension `kasago.literate`::

    hooks:
      - kasago/literate/site/movable.py

The package that the option names has scripts and style sheets, in its folder and in ``figures``,
and may have a module ``data`` with a function ``data``, which returns other files by name. All of
them are written to ``assets/movable/``; the template of a page asks for what it needs of them.
"""

import importlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

from kasago.literate.files import write_whole

ADDRESS = "assets/movable"


@cache
def data_of(package: str) -> dict[str, bytes]:
    """Return the files that a package of figures makes: once, for each language and each build.

    Parameters
    ----------
    package : str

    Returns
    -------
    dict of str to bytes
    """
    name = f"{package}.data"
    if not importlib.util.find_spec(name):
        return {}
    files: dict[str, bytes] = importlib.import_module(name).data()
    return files


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Write the files, before a server answers with a page that asks for them."""
    options: dict[str, Any] = config.mdx_configs.get("kasago.literate") or {}
    package = options.get("movable")
    found = importlib.util.find_spec(package) if package else None
    if not package or not found:
        return
    site = Path(config.site_dir, ADDRESS)
    for folder in map(Path, found.submodule_search_locations or []):
        for file in sorted(folder.rglob("*")):
            if file.suffix in {".js", ".css"}:
                write_whole(site / file.relative_to(folder), file.read_text("utf-8"))
    for name, content in data_of(package).items():
        write_whole(site / name, content)
