"""What an equation says, held against the code of its tie for random inputs of many sizes."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kasago.literate.equations.errors import EquationMismatch, WrongTie
from kasago.literate.equations.evaluate import Scope
from kasago.literate.equations.expression import (
    Call,
    Expression,
    Number,
    Series,
    Symbol,
    Vector,
    symbols,
    walk,
)
from kasago.literate.equations.read import read_equation
from kasago.literate.equations.tie import Draw, EquationTie

DRAWS = 10
RTOL = 1e-9
# The tolerance is relative to the largest number of the code, but to no smaller one than this.
SMALL = 1e-3


def compare(latex: str, tie: EquationTie) -> None:
    """Compute a formula and its code for a row of random inputs.

    Parameters
    ----------
    latex : str
    tie : EquationTie

    Raises
    ------
    EquationMismatch
        If they differ, or the formula cannot be computed.
    UnreadableEquation
        If the formula cannot be read.
    WrongTie
        If the tie is wrong.

    Examples
    --------
    >>> compare("y_{n} = 2 x_{n}", EquationTie("x + x; x: real[N]"))
    >>> compare("y_{n} = 3 x_{n}", EquationTie("x + x; x = np.ones(2)"))
    Traceback (most recent call last):
    kasago.literate.equations.errors.EquationMismatch: it at [0] gives 3, the code 2
    """
    rng = np.random.default_rng(0)
    draws = [tie.draw(rng) for _ in range(DRAWS)]
    # A name has the same kind of value in every draw.
    claim = _Claim(latex, draws[0].formula, tie.options)
    for draw in draws:
        claim.compare(tie.value(draw), draw)
    if unused := tie.unused(draws[0], claim.names):
        raise WrongTie(f"{', '.join(unused)} is declared, and used nowhere")


class _Claim:
    """What an equation says: which expressions have the values of the code."""

    def __init__(
        self, latex: str, values: Mapping[str, object], options: Mapping[str, float]
    ) -> None:
        sides = read_equation(latex, values)
        self.names = {symbol.name for symbol in symbols(*sides)}
        self.free = _free_indices(sides[0], values)
        self.first = int(options.get("first", 0 if _counts_from_zero(sides) else 1))
        self.rtol = options.get("rtol", RTOL)
        # A symbol on the left gets its value from the right.
        defined = len(sides) > 1 and _is_symbol(sides[0])
        self.compared = list(enumerate(sides, 1))[defined:]

    def compare(self, code: NDArray[np.float64], draw: Draw) -> None:
        """Raise an error if an expression and the value of the code differ."""
        scope = Scope(draw.formula, draw.labels, self.first)
        for number, expression in self.compared:
            which = f"side {number} " if len(self.compared) > 1 else "it "
            try:
                with np.errstate(all="raise", under="ignore"):
                    values = scope.array(expression, self.free, code.shape)
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise EquationMismatch(f"{error}{_among(draw.sizes)}") from error
            if complaint := _difference(values, code, self.rtol):
                raise EquationMismatch(f"{which}{complaint}{_among(draw.sizes)}")


def _is_symbol(side: Expression) -> bool:
    """Whether a side is a symbol, perhaps with indices or arguments, or a vector of such."""
    return isinstance(side, Symbol | Call) or (
        isinstance(side, Vector) and all(map(_is_symbol, side.elements))
    )


def _free_indices(side: Expression, values: Mapping[str, object]) -> list[str]:
    """Return the letters in indices of a side that are neither declared nor summed over."""
    summed = {part.index for part in walk(side) if isinstance(part, Series)}
    indices = [index for symbol in symbols(side) for index in symbol.indices]
    names = dict.fromkeys(symbol.name for symbol in symbols(*indices))
    return [name for name in names if len(name) == 1 and name not in {*summed, *values}]


def _counts_from_zero(sides: list[Expression]) -> bool:
    """Whether an index, or the lower bound of a sum, is written as 0."""
    indices = [index for symbol in symbols(*sides) for index in symbol.indices]
    bounds = [part.lower for part in walk(*sides) if isinstance(part, Series)]
    return Number(0) in indices + bounds


def _difference(formula: NDArray[np.float64], code: NDArray[np.float64], rtol: float) -> str:
    """Say where two arrays differ; empty if they do not."""
    if formula.shape != code.shape:
        return f"has values of shape {formula.shape}, the code {code.shape}"
    # What is not finite agrees with nothing.
    scale = max(float(np.abs(code[np.isfinite(code)]).max(initial=0)), SMALL)
    with np.errstate(invalid="ignore"):
        wrong = np.argwhere(~(np.abs(formula - code) <= rtol * scale))
    if not len(wrong):
        return ""
    place = tuple(map(int, wrong[0]))
    where = f"at {list(place)} " if place else ""
    return f"{where}gives {formula[place]:.10g}, the code {code[place]:.10g}"


def _among(sizes: dict[str, int]) -> str:
    named = ", ".join(f"{name} = {size}" for name, size in sizes.items())
    return f", for {named}" if named else ""
