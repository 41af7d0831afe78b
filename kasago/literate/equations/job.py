"""The comparison of an equation with its code, as a job for a process of its own."""

import json

from kasago.literate.equations.errors import EquationError, WrongTie
from kasago.literate.running.job import Job, Result

CODE = """\
import json

from kasago.literate.equations.errors import EquationError
from kasago.literate.equations.finding import finding

try:
    found = "", finding({latex!r}, {tie!r})
except EquationError as error:
    found = "tie" if error.in_tie else "equation", str(error)
print(json.dumps(found))
"""


def job_of_equation(latex: str, tie: str) -> Job:
    """Return what is run to compare LaTeX with the code that a tie names.

    It does not know where the two stand, so that the editions of a page share its result.

    Parameters
    ----------
    latex, tie : str

    Returns
    -------
    Job
    """
    return Job.of(CODE.format(latex=latex, tie=tie), "<equation>")


def finding_in(result: Result) -> str:
    """Return what the comparison has found.

    Parameters
    ----------
    result : Result
        What came of the job.

    Returns
    -------
    str
        What the equation agrees with.

    Raises
    ------
    EquationError
        If they differ, one of them is wrong, or the comparison came to no end.
    """
    if result.error:
        raise WrongTie(f"it cannot be compared: {result.error}")
    wrong, message = json.loads(result.output.rstrip().rpartition("\n")[2])
    if wrong:
        raise (WrongTie if wrong == "tie" else EquationError)(message)
    return str(message)
