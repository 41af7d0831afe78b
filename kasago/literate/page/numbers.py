r"""Numbers of a sentence that are tied to code, and the comments that tie them.

A number is directly followed by a comment with the Python expression that gives it::

    The network reads 94.4<!-- = 100 * accuracy -->% of the digits.

The expression is evaluated after the nearest snippet above that runs to its end, with the names
of that snippet. In a formula the number comes last, and the comment after the closing dollar:
``$\eta = 0.1$<!-- = lr -->``.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# The digits of `float64`, of `W_1` and of `1.2.3` belong to names.
NUMBER = re.compile(
    r"""
    (?<![A-Za-z0-9_])(?<!\d\.)
    [+−-]?
    (?:\d{1,3}(?:(?:,|\{,\})\d{3})+(?!\d)|\d+)
    (?:\.\d+)?
    (?:[eE][+-]?\d+|\s*\\times\s*10\^\{?-?\d+\}?)?
    """,
    re.VERBOSE,
)
TIE = re.compile(
    rf"(?:(?P<number>{NUMBER.pattern})(?:\s?\\?%)?\$?)? <!--\s*=(?P<expression>.*?)(?:-->|\Z)",
    re.VERBOSE | re.DOTALL,
)
CODE_SPAN = re.compile(
    r"(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\s*\n).)*?(?<!`)(?P=ticks)(?!`)", re.DOTALL
)
# Numbers and formulas are tied by comments, which are for the tests and not for the reader; others
# are the places of figures that move (see movable.py), which a page alone has.
COMMENT = re.compile(
    rf"(?P<code>{CODE_SPAN.pattern})|<!--\s*(?:=|formula:|not\ computed:|movable:).*?-->", re.DOTALL
)


@dataclass(frozen=True)
class Tie:
    """A number of the page, as it is written there, and the expression that gives it."""

    line: int
    number: str
    expression: str

    def holds(self, value: str) -> bool:
        """Return whether a value is the number of the page, which may be rounded.

        Parameters
        ----------
        value : str
            A number as Python writes it, or what came instead of one.

        Returns
        -------
        bool

        Examples
        --------
        >>> tie = Tie(1, "60{,}000", "n")
        >>> tie.holds("60000"), tie.holds("60001"), tie.holds("NameError: n")
        (True, False, False)
        """
        try:
            return number_of(self.number) == Decimal(value) or is_rounded(self.number, value)
        except InvalidOperation:
            return False


def number_of(text: str) -> Decimal:
    r"""Return the number that a page writes with separators, a minus sign or a power of ten.

    Parameters
    ----------
    text : str

    Returns
    -------
    decimal.Decimal

    Examples
    --------
    >>> number_of("60,000"), number_of(r"−9 \times 10^{-13}")
    (Decimal('60000'), Decimal('-9E-13'))
    """
    text = re.sub(r"\{,\}|,", "", text).replace("−", "-")
    return Decimal(re.sub(r"\s*\\times\s*10\^\{?(-?\d+)\}?", r"e\1", text))


def is_rounded(number: str, value: str) -> bool:
    """Return whether a number has fewer decimals than a value, and is the value rounded.

    A tenth of the last digit is to spare, for machines that differ in their last bits.

    Parameters
    ----------
    number, value : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_rounded("0.94", "0.9437"), is_rounded("0.95", "0.9437"), is_rounded("0.94", "0.9")
    (True, False, False)
    """
    try:
        wanted, given = number_of(number), Decimal(value)
        if not given.is_finite():
            return False
        unit, finer = wanted.as_tuple().exponent, given.as_tuple().exponent
        assert isinstance(unit, int)
        assert isinstance(finer, int)
        return finer < unit and abs(wanted - given) <= Decimal(6).scaleb(unit - 1)
    except ArithmeticError:  # no number, or one beyond all bounds
        return False


def without_comments(text: str) -> str:
    """Return a text without the comments that tie its numbers and formulas to code.

    Parameters
    ----------
    text : str
        Markdown, without fences.

    Returns
    -------
    str

    Examples
    --------
    >>> without_comments("read 0.94<!-- = accuracy --> of them; `1<!-- = n -->` stays")
    'read 0.94 of them; `1<!-- = n -->` stays'
    """
    return COMMENT.sub(lambda match: match["code"] or "", text)
