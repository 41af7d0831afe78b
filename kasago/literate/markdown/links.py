"""Names of a package in the code of a page, as links to their entries in its reference.

A link is an element ``autoref``, which the MkDocs plugin of that name resolves when all pages
are there. Without the plugin a browser shows the name alone.
"""

import ast
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from kasago.literate.page.source import module_file

# A snippet of the finished page up to its code, and its code.
SNIPPET = re.compile(
    r'(<div class="snippet"(?: data-source="([^"]*)")?[^>]*>.*?<code>)(.*?)(?=</code>)', re.DOTALL
)
TAG = re.compile(r"(<[^>]*>)")


def link_names(page: str, package: str) -> str:
    """Put links around the names of a package in the highlighted snippets of a page.

    Parameters
    ----------
    page : str
        HTML. A snippet is a `div` of class `snippet`, with `data-source` where it is an excerpt:
        the dotted name of what it shows.
    package : str
        The package whose names are wanted.

    Returns
    -------
    str

    Examples
    --------
    >>> code = "from json import <span>load</span>"
    >>> page = link_names(f'<div class="snippet"><code>{code}</code></div>', "json")
    >>> print(page.partition("import ")[2])
    <span><autoref identifier="json.load" optional>load</autoref></span></code></div>
    """

    def linked(snippet: re.Match[str]) -> str:
        before, source, code = snippet.groups()
        pieces = TAG.split(code)
        texts = ["" if piece.startswith("<") else html.unescape(piece) for piece in pieces]
        names = names_in("".join(texts), package, source)
        offset = 0
        for number, text in enumerate(texts):
            # A name is one token to the highlighter, and so one text between tags.
            name, identifier = names.get(offset, ("", ""))
            if text and text == name:
                pieces[number] = f'<autoref identifier="{identifier}" optional>{name}</autoref>'
            offset += len(text)
        return before + "".join(pieces)

    return SNIPPET.sub(linked, page)


def names_in(code: str, package: str, source: str | None = None) -> Mapping[int, tuple[str, str]]:
    """Find the names that a piece of code has from a package.

    Parameters
    ----------
    code : str
        What is no Python has no names.
    package : str
        The package whose names are wanted.
    source : str, optional
        What the code is an excerpt of: the dotted name of a function, class or method. The
        imports are then those of its module.

    Returns
    -------
    dict of int to (str, str)
        For each place, counted in characters: the name that stands there, and its dotted name.

    Examples
    --------
    >>> names_in("from json import load as read", "json")
    {17: ('load', 'json.load')}
    """
    source = source if _within(source, package) else None
    around = _of_module(source, package) if source else {}
    return _names_in(code, package, source, tuple(around.items()))


@lru_cache(maxsize=1024)  # the editions of a page show the same code
def _names_in(
    code: str, package: str, source: str | None, around: tuple[tuple[str, str], ...]
) -> Mapping[int, tuple[str, str]]:
    """Return the names in a piece of code; `around` are those of the module it is taken from."""
    if not source and package not in code:
        return {}
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return {}
    nodes = list(ast.walk(tree))
    known = dict(_imported(nodes, package)) | dict(around)
    # What the code itself calls by that name is something else.
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            known.pop(node.id, None)
        elif isinstance(node, ast.arg):
            known.pop(node.arg, None)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and not source:
            known.pop(node.name, None)

    places = _Places(code)
    found = {}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in known:
            found[places.of(node)] = (node.id, known[node.id])
        elif isinstance(node, ast.ImportFrom) and _imports(node, package):
            for alias in node.names:
                found[places.of(alias)] = (alias.name, f"{node.module}.{alias.name}")
    first = tree.body[0] if tree.body else None
    if source and _public(source) and isinstance(first, ast.FunctionDef | ast.ClassDef):
        keyword = "def " if isinstance(first, ast.FunctionDef) else "class "
        found[places.of(first) + len(keyword)] = (first.name, source)
    return found


def _imported(nodes: Iterable[ast.AST], package: str) -> Iterator[tuple[str, str]]:
    """Yield the names that code imports from a package, each with its dotted name."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and _imports(node, package):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _of_module(source: str, package: str) -> Mapping[str, str]:
    """Return the public names that are known in the module of an object."""
    try:
        file, qualified = module_file(source)
    except LookupError:
        return {}
    module = source.removesuffix("." + ".".join(qualified))
    return _known_in(file.read_text(encoding="utf-8"), module, package)


@lru_cache(maxsize=64)  # a page shows many excerpts of few modules
def _known_in(text: str, module: str, package: str) -> Mapping[str, str]:
    tree = ast.parse(text)
    own = {
        node.name: f"{module}.{node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    known = dict(_imported(ast.walk(tree), package)) | own
    return {name: dotted for name, dotted in known.items() if _public(dotted)}


def _public(dotted: str) -> bool:
    return "._" not in dotted


def _imports(node: ast.ImportFrom, package: str) -> bool:
    return not node.level and _within(node.module, package)


def _within(name: str | None, package: str) -> bool:
    return name is not None and f"{name}.".startswith(f"{package}.")


class _Places:
    """Where the nodes of a tree stand in the text that was parsed, in characters."""

    def __init__(self, code: str) -> None:
        self.lines = code.splitlines(keepends=True)

    def of(self, node: ast.expr | ast.stmt | ast.alias) -> int:
        """Return the offset of a node; its column counts bytes."""
        line = self.lines[node.lineno - 1].encode()
        return sum(map(len, self.lines[: node.lineno - 1])) + len(line[: node.col_offset].decode())
