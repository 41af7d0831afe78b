"""The comparison of an equation with its code, as a job for a process of its own."""

import ast

from kasago.literate.equations.errors import EquationError, WrongTie
from kasago.literate.running.job import Job, Result

CODE = """\
from kasago.literate.equations.errors import EquationError
from kasago.literate.equations.finding import finding

try:
    found = "", finding({latex!r}, {tie!r})
except EquationError as error:
    found = "tie" if error.in_tie else "equation", str(error)
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
    # What is found is no output: the code of the tie may print.
    return Job("<equation>", 0, ((0, CODE.format(latex=latex, tie=tie)),), ("found",))


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
    wrong, message = ast.literal_eval(result.values["found"])
    if wrong:
        raise (WrongTie if wrong == "tie" else EquationError)(message)
    return str(message)
