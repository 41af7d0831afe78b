"""Compare what came of a snippet with what the page shows."""

import doctest
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from kasago.literate.errors import LiterateError
from kasago.literate.page.lint import UNSEEN
from kasago.literate.page.numbers import is_rounded
from kasago.literate.page.snippets import Figure, Snippet
from kasago.literate.page.source import source_of
from kasago.literate.running.figure import same_drawing
from kasago.literate.running.job import Job, Result, ends_as_said
from kasago.literate.settings import FILE, TABLE

NUMBER = re.compile(r"[+-]?(?:\d+\.\d*|\d+(?=[eE]))(?:[eE][+-]?\d+)?")
SESSION = re.compile(r"^\s*>>> ", re.MULTILINE)
# How an error ends: with its kind (its message may have more lines), or at the time limit.
ENDS = re.compile(r"^(?:[\w.]+\.)?(\w*(?:Error|Warning)|the snippet ran longer)\b", re.MULTILINE)
NOT_RUN = 'its fence says why it is not run: ```python not-run="..."'
NO_PROGRAM = f"what is no whole program is only shown, if {NOT_RUN}"
ADVICE = {
    "NameError": "each snippet stands alone: it imports and defines all that it uses, or "
    f"{NOT_RUN}",
    "session": "a session with >>> is no code that runs: write the code without >>>, and what it "
    "prints below it, in an output fence",
    "SyntaxError": NO_PROGRAM,
    "IndentationError": NO_PROGRAM,
    "FileNotFoundError": "each snippet runs in an empty folder: it makes what it reads, or "
    f"{NOT_RUN}",
    "ModuleNotFoundError": "each snippet runs in an empty folder: what it imports is installed, or "
    f"{NOT_RUN}",
    # What Python says of a relative import before the error, where warnings are errors.
    "ImportWarning": "a snippet belongs to no package: it imports by the whole name, without a dot "
    "before it",
    "Warning": f"a warning ends a snippet, unless `warnings` in [{TABLE}] of {FILE} lets it pass",
    "the snippet ran longer": f"`time_limit` in [{TABLE}] of {FILE} sets the limit; what does not "
    f"end by itself is only shown, if {NOT_RUN}",
}
# What writes a page anew, from a run.
REWRITE = "python -m kasago.literate {}"
RULES = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1 | doctest.DONT_ACCEPT_BLANKLINE


def same_output(expected: str, printed: str) -> bool:
    """Return whether a snippet printed what the page shows.

    To the letter, but for three things: white space at the end of a line, and tabs, which the
    site turns into spaces; ``...``, which stands for anything (doctest's ELLIPSIS); a number
    that has fewer decimals on the page than in print, which has to be the printed one, rounded.
    (pytest's and Sybil's NUMBER lets the last digit be off by one. Here only a tenth of it is to
    spare, for machines that differ in their last bits.) A number with as many decimals has to
    be the same.

    Parameters
    ----------
    expected, printed : str

    Returns
    -------
    bool

    Examples
    --------
    >>> same_output("accuracy 0.94", "accuracy 0.9437")
    True
    >>> same_output("accuracy 0.95", "accuracy 0.9437")
    False
    """
    expected, printed = _tidy(expected), _tidy(printed)
    wanted, given = list(NUMBER.finditer(expected)), list(NUMBER.finditer(printed))
    if len(wanted) == len(given):
        for want, got in reversed(list(zip(wanted, given, strict=True))):
            cut_short = expected.startswith("...", want.end())
            if not cut_short and is_rounded(want[0], got[0]):
                printed = printed[: got.start()] + want[0] + printed[got.end() :]
    return doctest.OutputChecker().check_output(expected, printed, RULES)


def job_of(snippet: Snippet) -> Job:
    """Return what is run for a snippet.

    Parameters
    ----------
    snippet : Snippet

    Returns
    -------
    Job
    """
    return Job(
        snippet.path,
        snippet.line,
        ((0, snippet.code),),
        tuple(snippet.expressions),
        snippet.options.get("fails", ""),
    )


def check(snippet: Snippet, result: Result) -> list[LiterateError]:
    """Return what is wrong if a run of the snippet did not give what the page shows.

    Parameters
    ----------
    snippet : Snippet
    result : Result

    Returns
    -------
    list of LiterateError
        One if the snippet failed, printed something else, or drew another number of figures;
        one for each number of the text that the run does not give.
    """
    complaints = "\n".join(_complaints(snippet, result))
    errors = [LiterateError(snippet.path, snippet.line, complaints)] if complaints else []
    return [*errors, *_wrong_numbers(snippet, result)]


def check_source(snippet: Snippet) -> str:
    """Return the source that a fence with the option ``source`` shows.

    Parameters
    ----------
    snippet : Snippet

    Returns
    -------
    str

    Raises
    ------
    LiterateError
        If there is no such object.
    """
    try:
        return source_of(snippet.options["source"])
    except LookupError as error:
        raise LiterateError(snippet.path, snippet.line, str(error)) from None


def drawn_file(snippet: Snippet, figure: Figure) -> Path | None:
    """Return the file beside the page that shows a figure, None if the build draws it.

    A page of the site takes its figures from the build; README.md is read where nothing is
    built, so its figures are files, drawn by the command that rewrites outputs.

    Parameters
    ----------
    snippet : Snippet
    figure : Figure

    Returns
    -------
    Path or None
    """
    if figure.path.startswith("figures/"):
        return None
    return Path(snippet.path).parent / figure.path


def _complaints(snippet: Snippet, result: Result) -> Iterator[str]:
    if not ends_as_said(job_of(snippet), result):
        said = snippet.options.get("fails")
        if said and result.error:
            yield (
                "the snippet fails otherwise than its fence says; expected\n"
                f"{_indented(said)}\ngot\n{_indented(result.error)}"
            )
        elif said:
            yield f"the snippet comes to its end; its fence says that it fails\n{_indented(said)}"
        else:
            yield f"the snippet fails\n{_indented(result.error)}"
            yield from _advice(snippet, result)
        return
    if unseen := UNSEEN.search(result.output):
        yield f"the snippet prints {unseen[0]!a}, a control character, which no page can show"
        return
    rewrite = REWRITE.format(snippet.path)
    if snippet.output is None and result.output.strip():
        yield f"the snippet prints, and no output fence follows it; got\n{_indented(result.output)}"
        yield f"{rewrite} writes it"
    elif snippet.output is not None and not result.output.strip():
        yield f"the snippet prints nothing; expected\n{_indented(snippet.output)}"
        yield f"{rewrite} takes the fence away"
    elif snippet.output is not None and not same_output(snippet.output, result.output):
        yield (
            "the snippet prints something else; expected\n"
            f"{_indented(snippet.output)}\ngot\n{_indented(result.output)}"
        )
        yield f"{rewrite} writes it anew"
    if len(snippet.figures) != len(result.figures):
        yield (
            f"the page has {len(snippet.figures)} image line(s) after the snippet, "
            f"the snippet drew {len(result.figures)} figure(s)"
        )
        return
    for figure, drawn in zip(snippet.figures, result.figures, strict=True):
        file = drawn_file(snippet, figure)
        if file and not (file.is_file() and same_drawing(file.read_text("utf-8"), drawn)):
            yield f"{figure.path} is not what the snippet draws; {rewrite} draws it anew"


def _advice(snippet: Snippet, result: Result) -> Iterator[str]:
    """Yield what helps against a failure that comes of how snippets are run."""
    ends = ENDS.findall(result.error.rpartition("Traceback (most recent call last):")[2])
    end = ends[-1] if ends else ""
    if end == "SyntaxError" and SESSION.search(snippet.code):
        end = "session"
    elif end.endswith("Warning") and end not in ADVICE:
        end = "Warning"
    if end in ADVICE:
        yield ADVICE[end]


def _wrong_numbers(snippet: Snippet, result: Result) -> Iterator[LiterateError]:
    for tie in snippet.ties:
        value = result.values.get(tie.expression)
        if value is None:
            message = f"{tie.number} is not checked: the snippet in line {snippet.line} fails"
            yield LiterateError(snippet.path, tie.line, message)
        elif not tie.holds(value):
            message = f"the page says {tie.number}, and {tie.expression} gives {value}"
            yield LiterateError(snippet.path, tie.line, message)


def _tidy(text: str) -> str:
    lines = text.expandtabs(4).rstrip().split("\n")  # no other sign ends a line of a page
    return "".join(line.rstrip() + "\n" for line in lines)


def _indented(text: str) -> str:
    return textwrap.indent(text.rstrip("\n"), "    ")
