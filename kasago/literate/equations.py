r"""Hold the equations of a page against the code that they describe.

Directly above each display equation stands a comment, its tie: the Python expression that the
equation describes and what that needs, or the reason why no program can compute it::

    <!-- formula: kasago.common.functions.sum_squared_error(y, t)
         y, t: real[K] -->
    \begin{equation}
    E = \frac{1}{2} \sum_{k=1}^{K} (y_{k} - t_{k})^{2} \label{eq:squared-error}
    \end{equation}

    <!-- not computed: a limit has no end -->
    \begin{equation}
    f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}
    \end{equation}

The LaTeX of the page is read (`latex`), and both are computed for random inputs of many sizes
(`statement`). After the expression come declarations, parted by semicolons or line feeds:

- ``y, t: real[N, K]``: random numbers, of a kind in `declarations.KINDS`. A letter in brackets
  is a size; sizes differ from each other as far as possible. ``K: size[2, 5]`` is one with bounds.
- ``delta = 1e-7``, ``h = kasago.common.functions.sigmoid``: any Python.
- ``optimizer.update(params, grads)``: a call for its effect. The formula keeps the old values.
- ``rtol = 1e-6``: the tolerance, relative to the largest number; 1e-9 if not given.
- ``first = 0``: where indices begin. If not given, at 0 in a formula that writes an index or
  the bound of a sum as 0, and at 1 in any other.

``python -m kasago.literate.equations PAGE ...`` says of each equation what it agrees with.
"""

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from kasago.literate.declarations import EquationTie, TieError
from kasago.literate.errors import LiterateError
from kasago.literate.evaluate import FormulaError
from kasago.literate.files import relative
from kasago.literate.latex import LABEL, LatexError
from kasago.literate.page.blocks import prose
from kasago.literate.statement import compare

COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
TIE = re.compile(r"\s*(?P<kind>formula|not computed)\s*:(?P<text>.*)", re.DOTALL | re.IGNORECASE)
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


def parse(text: str, path: str) -> list[Equation]:
    r"""Return the display equations of a page, each with its tie if it has one.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.

    Returns
    -------
    list of Equation

    Raises
    ------
    LiterateError
        If a tie stands above no equation, or a display formula is not written as an equation.

    Examples
    --------
    >>> page = "<!-- not computed: a symbol -->\n$$\nx\n$$\n"
    >>> [equation] = parse(page, "page.md")
    >>> equation.line, equation.latex, equation.kind, equation.tie
    (2, '\nx\n', 'not computed', 'a symbol')
    """

    def line(position: int) -> int:
        return text.count("\n", 0, position) + 1

    shown = prose(text, path)
    ties = {}
    for comment in COMMENT.finditer(shown):
        if tie := TIE.fullmatch(comment[1]):
            # The code of a tie may hold what looks like code of the page.
            tie = TIE.fullmatch(text, *comment.span(1)) or tie
            ties[comment.end()] = (comment.start(), tie)
    shown = COMMENT.sub(_blank, shown)
    equations = []
    for match in EQUATION.finditer(shown):
        above = re.search(r"-->[ \t]*\n[ \t]*\Z", text[: match.start()])
        start, tie = ties.pop(above.start() + 3, (match.start(), None)) if above else (0, None)
        latex = match[1] or match[2]
        label = LABEL.search(latex)
        equations.append(
            Equation(
                path=path,
                line=line(match.start()),
                latex=latex,
                label=label[1] if label else "",
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
    rest = INLINE.sub(_blank, EQUATION.sub(_blank, shown))
    if stray := DISPLAY.search(rest):
        raise LiterateError(
            path,
            line(stray.start()),
            rf"{stray[0]} would pass untested; write \begin{{equation}} and \end{{equation}}, "
            "on lines of their own",
        )
    return equations


def check(equation: Equation) -> str:
    """Compare an equation with the code that its tie names.

    Parameters
    ----------
    equation : Equation

    Returns
    -------
    str
        What was found: what it agrees with, or why it is not computed.

    Raises
    ------
    LiterateError
        If the equation has no tie or a wrong one, or if it says something else than the code.
    """
    named = f"the equation {equation.label}".strip()
    if not equation.kind:
        raise LiterateError(
            equation.path,
            equation.line,
            f"{named} has no tie; write directly above it <!-- formula: ... --> or "
            "<!-- not computed: why -->",
        )
    if not equation.tie:
        what = "names no code" if equation.kind == "formula" else "gives no reason"
        raise LiterateError(equation.path, equation.tie_line, f"the tie of {named} {what}")
    if equation.kind == "not computed":
        return f"not computed: {equation.tie}"
    try:
        tie = EquationTie(equation.tie)
        compare(equation.latex, tie)
    except TieError as error:
        raise LiterateError(
            equation.path, equation.tie_line, f"the tie of {named} is wrong: {error}"
        ) from None
    except LatexError as error:
        raise LiterateError(
            equation.path, equation.line, f"{named}, tied to {tie.name}, cannot be read: {error}"
        ) from None
    except FormulaError as error:
        raise LiterateError(
            equation.path, equation.line, f"{named} is not {tie.name}: {error}"
        ) from None
    return f"is {tie.name}"


def _blank(match: re.Match[str]) -> str:
    """Return white space as long as the match, with its line feeds."""
    return re.sub(r"[^\n]", " ", match[0])


def main(arguments: list[str] | None = None) -> int:
    """Check the equations of the pages that the command line names.

    Parameters
    ----------
    arguments : list of str, optional
        In place of the command line.

    Returns
    -------
    int
        0, or 1 if an equation or a tie is wrong.
    """
    parser = argparse.ArgumentParser(
        prog="python -m kasago.literate.equations", description="Check the equations of pages."
    )
    parser.add_argument("pages", nargs="+", type=Path)
    failed = False
    for page in parser.parse_args(arguments).pages:
        try:
            equations = parse(page.read_text(encoding="utf-8"), relative(page))
        except LiterateError as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        for equation in equations:
            try:
                found = check(equation)
                print(f"{equation.path}:{equation.line}: {equation.label} {found}")
            except LiterateError as error:
                print(error, file=sys.stderr)
                failed = True
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
