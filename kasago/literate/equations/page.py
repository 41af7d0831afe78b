"""The display equations of a page, each with its tie, and the check of one of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from kasago.literate.equations.errors import EquationError
from kasago.literate.equations.finding import finding, named
from kasago.literate.equations.tokens import label_of
from kasago.literate.errors import LiterateError
from kasago.literate.page.blocks import blanked, prose

HTML_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
TIE_TEXT = re.compile(
    r"\s*(?P<kind>formula|not computed)\s*:(?P<text>.*)", re.DOTALL | re.IGNORECASE
)
EQUATION = re.compile(
    r"^[ \t]*(?:\\begin\{equation\}(.*?)\\end\{equation\}|\$\$(.*?)\$\$)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
INLINE = re.compile(r"(?<![\\$])\$(?=[^\s$])(?:(?!\n[ \t]*\n)[^$])*?(?<=\S)\$(?!\$)")
DISPLAY = re.compile(r"\\begin\{|\\\[|\$\$")


@dataclass(frozen=True)
class Equation:
    """A display equation and its tie.

    Attributes
    ----------
    path, line : str, int
        The page, and the line where the equation begins.
    latex : str
    label : str
        Its label; empty if it has none.
    kind : str
        "formula" or "not computed"; empty if there is no tie.
    tie : str
        What the tie says: declarations or reason.
    tie_line : int
    start, end : int
        Offsets in the text of the page, of tie and equation.
    """

    path: str
    line: int
    latex: str
    label: str
    kind: str
    tie: str
    tie_line: int
    start: int
    end: int


def equations_of(
    text: str, path: str, first_line: int = 1, *, every: bool = True
) -> list[Equation]:
    r"""Return the display equations of a page, each with its tie: all, or those that have one.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.
    first_line : int
        The line of the file on which the text begins: a header may have been cut off.
    every : bool
        Whether each equation needs a tie, as the option `equations` of a project says.

    Returns
    -------
    list of Equation

    Raises
    ------
    LiterateError
        If a tie stands above no equation; where each equation needs one, also if a display formula
        is not written as an equation.

    Examples
    --------
    >>> page = "<!-- not computed: a symbol -->\n$$\nx\n$$\n"
    >>> [equation] = equations_of(page, "page.md")
    >>> equation.line, equation.latex, equation.kind, equation.tie
    (2, '\nx\n', 'not computed', 'a symbol')
    """

    def line(position: int) -> int:
        return first_line + text.count("\n", 0, position)

    shown = prose(text, path, first_line)
    ties = {}
    for comment in HTML_COMMENT.finditer(shown):
        if tie := TIE_TEXT.fullmatch(comment[1]):
            # The code of a tie may hold what looks like code of the page.
            tie = TIE_TEXT.fullmatch(text, *comment.span(1)) or tie
            ties[comment.end()] = (comment.start(), tie)
    shown = _without(HTML_COMMENT, shown)
    equations = []
    for match in EQUATION.finditer(shown):
        above = re.search(r"-->[ \t]*\n[ \t]*\Z", text[: match.start()])
        start, tie = ties.pop(above.start() + 3, (match.start(), None)) if above else (0, None)
        latex = match[1] or match[2]
        equations.append(
            Equation(
                path=path,
                line=line(match.start()),
                latex=latex,
                label=label_of(latex),
                kind=tie["kind"].lower() if tie else "",
                tie=tie["text"].strip() if tie else "",
                tie_line=line(start),
                start=start if tie else match.start(),
                end=match.end(),
            )
        )
    if ties:
        start, _ = min(ties.values(), key=lambda tie: tie[0])
        raise LiterateError(
            path, line(start), "this tie stands above no equation: the next line has to begin one"
        )
    if not every:
        return [equation for equation in equations if equation.kind]
    rest = _without(INLINE, _without(EQUATION, shown))
    if stray := DISPLAY.search(rest):
        raise LiterateError(
            path,
            line(stray.start()),
            rf"{stray[0]} would pass untested; write \begin{{equation}} and \end{{equation}}, "
            "on lines of their own",
        )
    return equations


def check_equation(equation: Equation, find: Callable[[str, str], str] = finding) -> str:
    """Compare an equation with the code that its tie names.

    Parameters
    ----------
    equation : Equation
    find : callable
        What compares its LaTeX and its tie: `finding`, or what keeps the findings of that.

    Returns
    -------
    str
        What was found: what it agrees with, or why it is not computed.

    Raises
    ------
    LiterateError
        If the equation has no tie or a wrong one, or if it says something else than the code.
    """
    equation_name = named(equation.label)
    if not equation.kind:
        raise LiterateError(
            equation.path,
            equation.line,
            f"{equation_name} has no tie; write directly above it <!-- formula: ... --> or "
            "<!-- not computed: why -->",
        )
    if not equation.tie:
        what = "names no code" if equation.kind == "formula" else "gives no reason"
        raise LiterateError(equation.path, equation.tie_line, f"the tie of {equation_name} {what}")
    if equation.kind == "not computed":
        return f"not computed: {equation.tie}"
    try:
        return find(equation.latex, equation.tie)
    except EquationError as error:
        line = equation.tie_line if error.in_tie else equation.line
        raise LiterateError(equation.path, line, str(error)) from None


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Return a text with blanks for what a pattern finds."""
    return pattern.sub(lambda match: blanked(match[0]), text)
