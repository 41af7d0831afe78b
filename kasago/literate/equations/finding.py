"""LaTeX held against the code of a tie, wherever the two stand."""

from kasago.literate.equations.errors import EquationError
from kasago.literate.equations.tokens import label_of


def finding(latex: str, tie: str) -> str:
    r"""Compare LaTeX with the code that a tie names; neither knows where it stands.

    Parameters
    ----------
    latex : str
        What stands in the equation.
    tie : str
        What stands in the comment after ``formula:``.

    Returns
    -------
    str
        What it agrees with.

    Raises
    ------
    EquationError
        If they differ or one of them is wrong; the message names the label and the code.

    Examples
    --------
    >>> finding(r"y_{n} = 2 x_{n} \label{eq:twice}", "np.add(x, x); x: real[N]")
    'is np.add(x, x)'
    >>> finding("y_{n} = 3 x_{n}", "np.add(x, x); x = np.ones(2)")
    Traceback (most recent call last):
    kasago...EquationMismatch: the equation is not np.add(x, x): it at [0] gives 3, the code 2
    """
    # Whoever only looks for equations does not wait for NumPy.
    from kasago.literate.equations.compare import compare  # noqa: PLC0415
    from kasago.literate.equations.tie import EquationTie  # noqa: PLC0415

    code = ""
    try:
        parsed = EquationTie(tie)
        code = parsed.name
        compare(latex, parsed)
    except EquationError as error:
        raise error.about(named(label_of(latex)), code) from None
    return f"is {code}"


def named(label: str) -> str:
    """Return what messages call the equation with a label, which may be empty.

    Parameters
    ----------
    label : str

    Returns
    -------
    str
    """
    return f"the equation {label}".strip()
