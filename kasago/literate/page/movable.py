r"""The places of a page where a figure stands that its reader moves.

Such a figure is a module of the site's scripts. A comment names it, on lines of its own, and has
its caption after the name::

    <!-- movable: tangent
         Make $h$ smaller. What happens to the errors? -->

Where no script runs there is nothing in its place, so that the page has to stand without it.
"""

import importlib.util
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from kasago.literate.errors import LiterateError
from kasago.literate.page.blocks import prose

COMMENT = re.compile(r"<!--(?P<text>.*?)(?:-->|\Z)", re.DOTALL)
MEANT = re.compile(r"\s*mov(?:e?able|ed)\b", re.IGNORECASE)
WRITTEN = re.compile(
    r"^(?P<indent>[ \t]*)<!-- movable: (?P<name>[\w-]+)(?P<caption>(?:\s.*?)?)\s*-->[ \t]*$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Movable:
    """A place for a figure that moves.

    Attributes
    ----------
    name : str
        What the module of the figure is called.
    caption : str
        Markdown, on one line; empty if there is none.
    start, end : int
        Offsets of the comment in the text of the page, with the white space before it.
    indent : str
        This white space.
    """

    name: str
    caption: str
    start: int
    end: int
    indent: str


def movable_in(package: str) -> dict[str, Path]:
    """Return the modules of the figures that move, by name.

    Parameters
    ----------
    package : str
        The package with a folder ``figures``; none if empty.

    Returns
    -------
    dict of str to Path

    Raises
    ------
    ModuleNotFoundError
        If there is no such package.

    Examples
    --------
    >>> movable_in("kasago.movable")["tangent"].name
    'tangent.js'
    """
    if not package:
        return {}
    found = importlib.util.find_spec(package)
    if not found:
        raise ModuleNotFoundError(f"there is no package {package!r} with figures that move")
    folders = [Path(folder, "figures") for folder in found.submodule_search_locations or []]
    return {file.stem: file for folder in folders for file in folder.glob("*.js")}


def movables_of(text: str, path: str, known: Collection[str], first_line: int = 1) -> list[Movable]:
    """Return the places of a page for figures that move, in order.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.
    known : collection of str
        The names of the figures that there are.
    first_line : int
        The line of the file on which the text begins.

    Returns
    -------
    list of Movable

    Raises
    ------
    LiterateError
        If a comment names no figure that there is, or is not written as one is read.

    Examples
    --------
    >>> page = "<!-- movable: line Turn it. -->"
    >>> [place.name for place in movables_of(page, "page.md", ["line"])]
    ['line']
    >>> movables_of(page, "page.md", ["plane"])
    Traceback (most recent call last):
    ...
    kasago.literate.errors.LiterateError: page.md:1: no movable figure is called 'line': ...
    """
    found = []
    shown = prose(text, path, first_line)
    for comment in COMMENT.finditer(shown):
        if not MEANT.match(comment["text"]):
            continue
        line = first_line + text.count("\n", 0, comment.start())
        place = WRITTEN.match(text, shown.rfind("\n", 0, comment.start()) + 1)
        if not place or place.end() < comment.end():
            raise LiterateError(
                path,
                line,
                "a movable figure is <!-- movable: NAME A caption. -->, on lines of its own",
            )
        if place["name"] not in known:
            there = ", ".join(sorted(known)) or "none; the option `movable` names their package"
            raise LiterateError(
                path, line, f"no movable figure is called {place['name']!r}: there is {there}"
            )
        caption = " ".join(place["caption"].split())
        found.append(Movable(place["name"], caption, *place.span(), place["indent"]))
    return found
