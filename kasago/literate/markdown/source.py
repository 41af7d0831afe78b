"""Where the text that is converted comes from, and what its page still waits for."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

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
        Failures, which are kept nowhere else: those that are known, and those that come.
    """

    path: str = "<page>"
    first_line: int = 1
    waits: bool = True
    jobs: list[Job] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    pending: list["Pending"] = field(default_factory=list)
    known: dict[Job, Result] = field(default_factory=dict)


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
    text : str
        The Markdown to convert for the place when its result is there.
    box : callable, optional
        Makes the HTML for the place of a result instead.
    """

    name: str
    path: str
    line: int
    job: Job
    text: str = ""
    box: Callable[[Result], str] | None = None


SOURCE: ContextVar[Source | None] = ContextVar("SOURCE", default=None)
"""Where the text that is converted next comes from."""
