"""Where the text that is converted comes from, and what its page still waits for."""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown import Markdown

from kasago.literate.files import relative
from kasago.literate.page.numbers import Tie
from kasago.literate.running.job import Job, Result


@dataclass
class Source:
    """Where a text comes from, and what its conversion has to say to who asked for it.

    Attributes
    ----------
    path : str
        The file, as messages name it.
    first_line : int
        The line of the file on which the text begins.
    waits : bool
        Whether the conversion waits for results. If not, the page says what still runs.
    jobs : list of Job
        What was run for the page.
    files : set of Path
        The files beside its own that it shows a part of.
    pending : list of Pending
        What still runs.
    known : dict of Job to Result
        Results that are kept nowhere else, such as failures: those that are known before, and
        those that come.
    ties : tuple of Tie
        The tied numbers that belong to the snippet which is all of the text.
    """

    path: str = "<page>"
    first_line: int = 1
    waits: bool = True
    jobs: list[Job] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    pending: list["Pending"] = field(default_factory=list)
    known: dict[Job, Result] = field(default_factory=dict)
    ties: tuple[Tie, ...] = ()

    def results(self) -> dict[Job, Result]:
        """Return what is known by now: also of what was pending.

        Returns
        -------
        dict of Job to Result
        """
        came = {each.job: each.run.result() for each in self.pending if each.has_result}
        return self.known | came


@dataclass
class Pending:
    """A place on a page whose result is not there yet.

    Attributes
    ----------
    name : str
        Stands in the attribute ``data-run`` of the place.
    path, line : str, int
    job : Job
        What runs.
    run : concurrent.futures.Future
        Its run.
    urgent : bool
        Whether somebody looks at the place.
    text, ties : str, tuple of Tie
        The Markdown to convert for the place when its result is there, and the tied numbers
        below it.
    box : callable, optional
        Makes the HTML for the place of a result instead.
    """

    name: str
    path: str
    line: int
    job: Job
    run: "Future[Result]"
    urgent: bool = False
    text: str = ""
    ties: tuple[Tie, ...] = ()
    box: Callable[[Result], str] | None = None

    @property
    def has_result(self) -> bool:
        """Whether the run came to an end, and was not stopped before."""
        return self.run.done() and not self.run.cancelled() and not self.run.exception()


SOURCE: ContextVar[Source | None] = ContextVar("SOURCE", default=None)
"""Where the text that is converted next comes from."""


def said_by_zensical(md: Markdown, text: str) -> Source | None:
    """Return where a text comes from, if Zensical converts it.

    Parameters
    ----------
    md : Markdown
        Zensical gives it a preprocessor ``rendering_context`` that knows page and configuration.
    text : str
        The text of the page, or of something on it, such as a docstring.

    Returns
    -------
    Source or None
        None if someone else converts it, or if it does not stand in the file of the page.
    """
    if "rendering_context" not in md.preprocessors:
        return None
    context: Any = md.preprocessors["rendering_context"]
    file = Path(context.config["docs_dir"], context.page.path)
    lines, (above, first) = file.read_text("utf-8-sig").splitlines(), _first_line(text)
    if first not in lines:
        return None
    return Source(relative(file), lines.index(first) - above + 1)


def _first_line(text: str) -> tuple[int, str]:
    """Return how many blank lines a text begins with, and the line that follows."""
    lines = enumerate(text.splitlines())
    return next(((number, line) for number, line in lines if line.strip()), (0, ""))
