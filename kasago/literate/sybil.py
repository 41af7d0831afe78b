"""Snippets, equations and docstrings as tests of pytest, by Sybil; each with a name that stays.

A snippet is called after the heading that it stands under, and its number there; an equation
after its label; a docstring after what it describes. So a line that is added above it leaves its
name as it was.
"""

import ast
import doctest
import re
import unittest
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.typing import Parser

from kasago.literate.equations.job import finding_in, job_of_equation
from kasago.literate.equations.page import Equation, check_equation, equations_of
from kasago.literate.errors import LiterateError
from kasago.literate.files import relative
from kasago.literate.page.blocks import prose
from kasago.literate.page.snippets import Snippet, parse
from kasago.literate.running.check import check, check_source, job_of, same_output
from kasago.literate.running.results import Results
from kasago.literate.settings import settings

# The fixture that gives a folder for what comes of them, new in each session.
FIXTURE = "literate_results"
HEADING = re.compile(r"^#+ +(?P<text>.*?)(?: *\{ ?#(?P<id>[\w-]+)[^}]*\})?[ \t]*$", re.MULTILINE)


class _Named(Sybil):
    """The files of one kind that a project names, or that lie in folders which it names.

    Parameters
    ----------
    suffix : str
        What the names of the files end with.
    parsers : sequence of callable
        What finds the examples in a file.
    paths : sequence of Path
    """

    def __init__(self, suffix: str, parsers: Sequence[Parser], paths: Sequence[Path]) -> None:
        super().__init__(parsers, pattern=f"*{suffix}", fixtures=[FIXTURE])
        self.suffix, self.paths = suffix, paths

    def should_parse(self, path: Path) -> bool:
        """Return whether a file is one of them."""
        return path.suffix == self.suffix and any(map(path.is_relative_to, self.paths))


class Pages(_Named):
    """The snippets and equations of Markdown pages."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(".md", [page], paths)

    def identify(self, example: Example) -> str:
        """Return the name of a snippet or an equation, or of a refused page, for pytest."""
        if isinstance(example.parsed, LiterateError):
            return "page"
        return _names(example.document.text, relative(example.path))[example.start]


class Docstrings(_Named):
    """The examples of docstrings."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(".py", [docstrings], paths)

    def identify(self, example: Example) -> str:
        """Return the dotted name of what a docstring describes, for pytest."""
        source = Path(example.path).read_text(encoding="utf-8")
        return _described(source).get(example.line, f"line-{example.line}")


def collector(paths: Sequence[Path]) -> Callable[[Path, Any], Any]:
    """Return what collects the tests of a file, for the hook ``pytest_collect_file``.

    Parameters
    ----------
    paths : sequence of Path
        Pages, modules, and folders of them.

    Returns
    -------
    callable
    """
    return (Pages(paths) + Docstrings(paths)).pytest()


def page(document: Document) -> Iterable[Region]:
    """Yield the snippets and equations of a Markdown document.

    Parameters
    ----------
    document : sybil.Document

    Yields
    ------
    sybil.Region
        The whole page, as a test that fails, if the page breaks the rules: an error while pytest
        collects would keep it from all other tests of the project.
    """
    try:
        yield from [*snippets(document), *equations(document)]
    except LiterateError as refusal:
        yield Region(0, len(document.text), refusal, _refuse)


def snippets(document: Document) -> Iterable[Region]:
    """Yield the snippets of a Markdown document, each to be run by itself.

    Parameters
    ----------
    document : sybil.Document

    Yields
    ------
    sybil.Region

    Raises
    ------
    LiterateError
        If the page breaks the rules of its snippets.
    """
    for snippet in parse(document.text, relative(document.path)):
        yield Region(snippet.start, snippet.end, snippet, _run_snippet)


def equations(document: Document) -> Iterable[Region]:
    """Yield the display equations of a Markdown document, each with its tie to the code.

    Parameters
    ----------
    document : sybil.Document

    Yields
    ------
    sybil.Region

    Raises
    ------
    LiterateError
        If the page breaks the rules of its equations.
    """
    every = settings().equations
    for equation in equations_of(document.text, relative(document.path), every=every):
        yield Region(equation.start, equation.end, equation, _check_equation)


def docstrings(document: Document) -> Iterable[Region]:
    """Yield a docstring that has examples: one test, with a namespace of its own.

    Parameters
    ----------
    document : sybil.Document
        The text of one docstring.

    Yields
    ------
    sybil.Region
    """
    examples = doctest.DocTestParser().get_examples(document.text)
    if examples:
        yield Region(0, len(document.text), examples, _run_docstring)


def _refuse(example: Example) -> None:
    _fail([example.parsed])


def _run_snippet(example: Example) -> None:
    snippet: Snippet = example.parsed
    try:
        if "source" in snippet.options:
            check_source(snippet)
        elif "not-run" in snippet.options:
            raise unittest.SkipTest(snippet.options["not-run"])
        else:
            result = Results(example.namespace[FIXTURE]).of(job_of(snippet))
            _fail(check(snippet, result))
    except LiterateError as error:
        _fail([error])


def _check_equation(example: Example) -> None:
    equation: Equation = example.parsed
    results = Results(example.namespace[FIXTURE])

    def find(latex: str, tie: str) -> str:
        return finding_in(results.of(job_of_equation(latex, tie)))

    try:
        found = check_equation(equation, find)
    except LiterateError as error:
        _fail([error])
    if equation.kind == "not computed":
        raise unittest.SkipTest(found)


def _fail(errors: list[LiterateError]) -> None:
    """Fail with the errors as they are: the first line of it ends up in pytest's summary."""
    __tracebackhide__ = True
    if errors:
        pytest.fail("\n".join(map(str, errors)), pytrace=False)


@lru_cache(maxsize=4)
def _names(text: str, path: str) -> dict[int, str]:
    """Return the names of the snippets and equations of a page, by where they begin."""
    headings = {m.start(): m["id"] or _slug(m["text"]) for m in HEADING.finditer(prose(text, path))}
    labels = {
        each.start: each.label for each in equations_of(text, path, every=settings().equations)
    }
    starts = [*labels, *(snippet.start for snippet in parse(text, path))]
    counts: Counter[str] = Counter()
    names: dict[int, str] = {}
    for start in sorted(starts):
        if not (name := labels.get(start, "")):
            heading = max((place for place in headings if place < start), default=-1)
            section = headings.get(heading, "top")
            counts[section] += 1
            name = f"{section}-{counts[section]}"
        names[start] = name
    return names


def _slug(heading: str) -> str:
    return "-".join(re.findall(r"\w+", heading.lower())) or "section"


@lru_cache(maxsize=4)
def _described(source: str) -> dict[int, str]:
    """Return what each docstring of a module describes, by the lines that it covers."""

    def covered(node: ast.AST, name: str) -> Iterator[tuple[int, str]]:
        for child in getattr(node, "body", []):
            own = f"{name}.{child.name}".lstrip(".") if hasattr(child, "name") else name
            if isinstance(child, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                yield from covered(child, own)
        first = getattr(node, "body", [None])[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            for line in range(first.lineno, (first.end_lineno or first.lineno) + 1):
                yield line, name or "module"

    return dict(covered(ast.parse(source), ""))


class _Checker(doctest.OutputChecker):
    """Compares as pages are compared."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return same_output(want.replace(doctest.BLANKLINE_MARKER, ""), got)


def _run_docstring(example: Example) -> str:
    test = doctest.DocTest(
        example.parsed,
        dict(example.namespace, __name__="__main__"),
        name=f"the docstring at line {example.line}",
        filename=relative(example.path),
        lineno=example.line - 1,
        docstring=None,
    )
    complaints: list[str] = []
    runner = doctest.DocTestRunner(checker=_Checker(), verbose=False)
    runner.run(test, out=complaints.append)
    return "".join(complaints)
