"""What is run, and what came of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Job:
    """Code to run in a process of its own.

    Attributes
    ----------
    path, line : str, int
        The page and the line above the code, for tracebacks.
    cells : tuple of (int, str)
        The code in pieces that share a namespace, each with the number of lines that stand
        between its first line and the line above the first piece; a snippet is one piece.
    expressions : tuple of str
        What is evaluated afterwards.
    fails : str
        The last line of the traceback with which it has to fail; empty if it must not.
    """

    path: str
    line: int
    cells: tuple[tuple[int, str], ...]
    expressions: tuple[str, ...] = ()
    fails: str = ""

    @classmethod
    def of(cls, code: str, path: str = "<code>", line: int = 0) -> "Job":
        """Return a job of one piece of code.

        Parameters
        ----------
        code, path : str
        line : int

        Returns
        -------
        Job
        """
        return cls(path, line, ((0, code),))

    @property
    def code(self) -> str:
        """All the code, each line where it stands on the page, below the line of the job."""
        text = ""
        for offset, code in self.cells:
            text += "\n" * (offset - text.count("\n")) + code
        return text


@dataclass(frozen=True)
class Result:
    """What came of running a job.

    Attributes
    ----------
    output : str
        What it printed.
    figures : tuple of str
        What it showed, as SVG, in order.
    error : str
        Why it did not come to its end, with the traceback; empty if it did.
    values : dict of str to str
        What each expression gives afterwards: a number, or what came instead.
    ends : tuple of (int, int)
        How many characters were printed and figures shown when each piece of code had ended.
    """

    output: str
    figures: tuple[str, ...]
    error: str = ""
    values: dict[str, str] = field(default_factory=dict)
    ends: tuple[tuple[int, int], ...] = ()


def ends_as_said(job: Job, result: Result) -> bool:
    """Return whether a job came to its end, or to the failure that it announces.

    Parameters
    ----------
    job : Job
    result : Result

    Returns
    -------
    bool
    """
    last_line = result.error.rstrip().rpartition("\n")[2]
    return last_line == job.fails
