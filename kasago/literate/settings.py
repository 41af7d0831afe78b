"""What a project says of its pages: ``[tool.kasago.literate]`` in its ``pyproject.toml``.

pytest, the build of the site and ``python -m kasago.literate`` read it there, so that an author
says nothing twice; it is the file that every project with Python has, and no tool of ours has to
read the settings of another one. What only one of them asks for stands in its own settings.
`Settings` has the options and their defaults.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = "pyproject.toml"
TABLE = "tool.kasago.literate"
# What Python does with a warning.
ACTIONS = ("default", "error", "ignore", "always", "all", "module", "once")


class SettingsError(ValueError):
    """An option that there is not, or that has a value which it cannot have."""


@dataclass(frozen=True)
class Settings:
    """The options of a project.

    Attributes
    ----------
    time_limit : float
        Seconds after which a snippet is ended.
    warnings : tuple of str
        What Python does with warnings, each as after ``python -W``; the last one that fits holds.
    style : str
        How Matplotlib draws: ``page``, in the colours of the page; ``matplotlib``, as it does
        by itself; or the name of a file of its settings, from the folder of the project.
    equations : bool
        Whether each display equation needs a tie to code; if not, those with a tie are checked.
    install : str
        What ``%pip install`` names in the notebook of a page: the name of the project, if it
        has one and is not told otherwise; empty for no such line.
    notebook_style : str
        The style of Matplotlib that the notebook of a page sets; empty for none.
    words : dict of str to dict of str to str
        Words of a language, which the pages show, by the names in `kasago.literate.words`.
    """

    time_limit: float = 120.0
    warnings: tuple[str, ...] = ("error",)
    style: str = "page"
    equations: bool = False
    install: str = ""
    notebook_style: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def settings() -> Settings:
    """Return the options of the project in the working folder, or in the nearest above it.

    Returns
    -------
    Settings
        Read once.

    Raises
    ------
    SettingsError
        If the file cannot be read, an option is unknown, or has a value that it cannot have.
    """
    return _settings_in(Path.cwd())


@lru_cache
def _settings_in(folder: Path) -> Settings:
    for each in (folder, *folder.parents):
        if (file := each / FILE).is_file():
            return read(file)
    return Settings()


def read(file: Path) -> Settings:
    """Return the options that a file gives.

    Parameters
    ----------
    file : Path
        A ``pyproject.toml``.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        See `settings`.
    """
    try:
        whole: Any = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file}: {error}") from None
    table = whole
    for name in TABLE.split("."):
        table = table.get(name, {}) if isinstance(table, dict) else {}
    try:
        given = {name: _checked(name, value, file.parent) for name, value in table.items()}
    except SettingsError as error:
        raise SettingsError(f"{file}: [{TABLE}] {error}") from None
    project = whole.get("project", {}).get("name", "")
    return Settings(**{"install": project} | given)


def _checked(name: str, value: Any, folder: Path) -> Any:
    """Return the value of an option, as `Settings` has it."""
    match name, value:
        case "time_limit", int() | float() if value > 0 and not isinstance(value, bool):
            return float(value)
        case "warnings", list() if all(map(_is_filter, value)):
            return tuple(value)
        case "style", "page" | "matplotlib":
            return value
        case "style", str() if (folder / value).is_file():
            return str(folder / value)
        case ("equations", bool()) | ("install" | "notebook_style", str()):
            return value
        case "words", dict() if all(map(_is_words, value.values())):
            return value
    if name not in EXPECTED:
        raise SettingsError(f"unknown option {name!r}; known: {', '.join(EXPECTED)}")
    raise SettingsError(f"{name}: expected {EXPECTED[name]}, got {value!r}")


def _is_filter(value: Any) -> bool:
    return isinstance(value, str) and value.partition(":")[0] in ACTIONS


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(word, str) for word in value.values())


EXPECTED = {
    "time_limit": "seconds, above 0",
    "warnings": f'a list such as ["error", "ignore::DeprecationWarning"], of {", ".join(ACTIONS)}',
    "style": '"page", "matplotlib", or the name of a file of Matplotlib\'s settings',
    "equations": "true or false",
    "install": "the name of a distribution, in quotes",
    "notebook_style": "the name of a style of Matplotlib, in quotes",
    "words": 'a table for each language, such as words.fr = { error = "Cette page échoue" }',
}
