"""Snippets, equations and docstrings for Sybil: three parsers, for ``conftest.py``."""

import doctest
import unittest
from collections.abc import Iterable

from sybil import Document, Example, Region

from kasago.literate.cache import run_cached
from kasago.literate.check import check, check_source, same_output
from kasago.literate.equations.page import Equation, check_equation, equations_of
from kasago.literate.parse import LiterateError, parse, relative


def snippets(document: Document) -> Iterable[Region]:
    """Yield the snippets of a Markdown document, each to be run by itself.

    The fixture ``results`` gives a folder, new in each session, for what came of them.

    Parameters
    ----------
    document : sybil.Document

    Yields
    ------
    sybil.Region

    Raises
    ------
    LiterateError
        If the page breaks the rules of `parse`.
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
        If the page breaks the rules of `kasago.literate.equations.page.equations_of`.
    """
    for equation in equations_of(document.text, relative(document.path)):
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


def _run_snippet(example: Example) -> str | None:
    snippet = example.parsed
    try:
        if "source" in snippet.options:
            check_source(snippet)
        elif "not-run" in snippet.options:
            raise unittest.SkipTest(snippet.options["not-run"])
        else:
            errors = check(snippet, run_cached(snippet, example.namespace["results"]))
            return "\n".join(map(str, errors)) or None
    except LiterateError as error:
        return str(error)
    return None


def _check_equation(example: Example) -> str | None:
    equation: Equation = example.parsed
    try:
        found = check_equation(equation)
    except LiterateError as error:
        return str(error)
    if equation.kind == "not computed":
        raise unittest.SkipTest(found)
    return None


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
