"""Turn the LaTeX of a page into MathML, while the page is built."""

import html
import re
import textwrap

from math_core import LatexError, LatexToMathML

# What pymdownx.arithmatex leaves of a formula with `generic: true`, and the marks beside it that
# belong on its line.
FORMULA = re.compile(
    r"(?P<before>[(（「]*)"
    r'<(?P<tag>span|div) class="arithmatex">\\[(\[](?P<latex>.*?)\\[)\]]</(?P=tag)>'
    r"(?P<after>[-–a-z,.:;?!)’、。，．：；？！）」]*)",
    re.DOTALL,
)
# A command after a dollar that arithmatex did not take for the beginning of a formula. Code,
# figures and attributes may say what they like.
STRAY = re.compile(
    r"<(?P<tag>code|pre|svg|math)\b.*?</(?P=tag)> | <[^>]*> "
    r"| (?P<latex>\$[^$<>]*\\[A-Za-z][^$<>]*\$?)",
    re.DOTALL | re.VERBOSE,
)
# A reference that stands alone: a link. Inside of <math> nothing can be told from the outside,
# so a screen reader may not announce it.
LINK = re.compile(r'<math( data-latex="[^"]*")><mtext><a( href="[^"]*">[^<]*</a>)</mtext></math>')
# What math-core leaves of a reference to an equation that is not on the page.
UNRESOLVED = re.compile(r'<a href="#([^"]*)">\(\?\?\)</a>')


class FormulaError(ValueError):
    """A formula that cannot be read."""

    def __init__(self, latex: str, reason: str) -> None:
        typed = textwrap.indent(latex, "    ")
        super().__init__(f"the formula cannot be read: {reason}\n{typed}")
        self.latex = latex


def to_mathml(page: str) -> tuple[str, list[FormulaError]]:
    r"""Replace every formula of a page by MathML that carries its LaTeX as an attribute.

    All formulas of a page are converted together, so that equations are numbered from top to
    bottom and ``\eqref`` finds the ones below it as well. A browser may break a line on either
    side of a formula; one in a sentence is kept together with the marks beside it.

    Parameters
    ----------
    page : str
        HTML, with formulas as `pymdownx.arithmatex` leaves them.

    Returns
    -------
    str
        The page. A formula that cannot be read stands there as its LaTeX, marked, with the reason.
    list of FormulaError

    Examples
    --------
    >>> page, errors = to_mathml('<span class="arithmatex">\\(x^2\\)</span>')
    >>> page
    '<math data-latex="x^2"><msup><mi>x</mi><mn>2</mn></msup></math>'
    >>> to_mathml('<span class="arithmatex">\\(\\no\\)</span>')[1]
    [FormulaError('the formula cannot be read: Unknown command "\\no".\n    \\no')]
    """
    if 'class="arithmatex"' not in page and "$" not in page:
        return page, []
    found = list(FORMULA.finditer(page))
    latex = [html.unescape(match["latex"]).strip() for match in found]
    display = [match["tag"] == "div" for match in found]
    errors = []
    formulas = []
    converter = LatexToMathML(fancy_error=False, continue_on_error=True)
    for source, block, mathml in zip(
        latex, display, converter.convert_all(list(zip(latex, display, strict=True))), strict=True
    ):
        if reason := _reason(source, block, mathml):
            errors.append(FormulaError(source, reason))
            formula = (
                f'<mark class="formula-error"><code>{html.escape(source)}</code> '
                f"{html.escape(reason)}</mark>"
            )
        else:
            attribute = html.escape(source).replace("\n", " ")
            formula = mathml.replace("<math", f'<math data-latex="{attribute}"', 1)
            formula = LINK.sub(r"<a\1\2", formula)
        formulas.append(f'<div class="formula">{formula}</div>' if block else formula)
    waiting = iter(formulas)
    page = FORMULA.sub(lambda match: _with_marks(match, next(waiting)), page)
    for stray in STRAY.finditer(page):
        if stray["latex"]:
            source = html.unescape(stray["latex"]).strip()
            reason = "a formula is $...$, without white space inside the dollars, or $$...$$"
            errors.append(FormulaError(source, reason))
    return page, errors


def _with_marks(match: re.Match[str], formula: str) -> str:
    """Return a formula between the marks that stood beside it."""
    whole = match["before"] + formula + match["after"]
    alone = match["tag"] == "div" or whole == formula
    return whole if alone else f'<span class="unbroken">{whole}</span>'


def _reason(latex: str, block: bool, mathml: str) -> str:
    """Return why a formula did not convert, empty if it did."""
    if not mathml.startswith("<math"):
        try:
            LatexToMathML(fancy_error=False).convert_with_local_state(latex, displaystyle=block)
        except LatexError as error:
            return re.sub(r"^\d+: ", "", str(error))
        return "it depends on another formula that cannot be read"
    if missing := UNRESOLVED.search(mathml):
        return f"no equation of this page has the label {missing[1]!r}"
    return ""
