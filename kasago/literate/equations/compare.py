"""What an equation says, held against the code of its tie for random inputs of many sizes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from kasago.literate.equations.evaluate import Formula, FormulaError
from kasago.literate.equations.read import Expression, Reader, Symbol, sides_of
from kasago.literate.equations.tie import Draw, EquationTie, TieError

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
    FormulaError
        If they differ, or the formula cannot be computed.
    LatexError
        If the formula cannot be read.
    TieError
        If the tie is wrong.
    """
    rng = np.random.default_rng(0)
    draws = [tie.draw(rng) for _ in range(DRAWS)]
    statement = _Statement(latex, tie, draws[0])
    for draw in draws:
        statement.compare(tie, draw)
    if unused := tie.unused(draws[0], statement.names):
        raise TieError(f"{', '.join(unused)} is declared, and used nowhere")


class _Statement:
    """What an equation says: which expressions have the values of the code."""

    def __init__(self, latex: str, tie: EquationTie, draw: Draw) -> None:
        # A name has the same kind of value in every draw.
        self.reader = Reader(
            lambda name: name in draw.formula, lambda name: callable(draw.formula.get(name))
        )
        sides = sides_of(latex)
        left = sides[0] if len(sides) > 1 else None
        expressions = [self.reader.read(side, definition=side is left) for side in sides]
        self.free = self._free(expressions[0], draw)
        self.first = int(tie.options.get("first", 0 if self._from_zero(expressions) else 1))
        # A symbol on the left gets its value from the right.
        defined = left is not None and expressions[0] in self.reader.nodes
        self.compared = list(enumerate(expressions, 1))[defined:]
        self.names = {symbol.name for symbol in self.reader.symbols(*expressions)}

    def compare(self, tie: EquationTie, draw: Draw) -> None:
        """Raise an error if an expression and the code differ."""
        value = tie.value(draw)
        try:
            code = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise TieError(f"{tie.code} is no array of numbers: {value!r}") from None
        formula = Formula(self.reader, draw.formula, draw.labels, self.first)
        for number, expression in self.compared:
            which = f"side {number} " if len(self.compared) > 1 else "it "
            try:
                with np.errstate(all="raise", under="ignore"):
                    values = formula.array(expression, self.free, code.shape)
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise FormulaError(f"{error}{_among(draw.sizes)}") from error
            if complaint := _difference(values, code, tie.options.get("rtol", RTOL)):
                raise FormulaError(f"{which}{complaint}{_among(draw.sizes)}")

    def _free(self, expression: Expression, draw: Draw) -> list[str]:
        """Return the letters in indices of the first side that are neither declared nor summed."""
        used = [
            name
            for symbol in self.reader.symbols(expression)
            for index in symbol.indices
            for name in index.atoms(sympy.Symbol)
        ]
        summed = {limit[0] for part in self._sums([expression]) for limit in part.limits}
        free = [
            node.name
            for name, node in self.reader.nodes.items()
            if name in used and name not in summed and isinstance(node, Symbol)
        ]
        return [name for name in free if len(name) == 1 and name not in draw.formula]

    def _from_zero(self, expressions: list[Expression]) -> bool:
        indices = [index for s in self.reader.symbols(*expressions) for index in s.indices]
        bounds = [limit[1] for part in self._sums(expressions) for limit in part.limits]
        return 0 in indices + bounds

    def _sums(self, expressions: list[Expression]) -> Iterator[Expression]:
        for expression in self.reader.within(*expressions):
            yield from expression.atoms(sympy.Sum, sympy.Product)


def _difference(formula: NDArray[Any], code: NDArray[Any], rtol: float) -> str:
    """Say where two arrays differ; empty if they do not."""
    if formula.shape != code.shape:
        return f"has values of shape {formula.shape}, the code {code.shape}"
    scale = max(float(np.abs(code).max(initial=0)), SMALL)
    wrong = np.argwhere(~(np.abs(formula - code) <= rtol * scale))
    if not len(wrong):
        return ""
    place = tuple(map(int, wrong[0]))
    where = f"at {list(place)} " if place else ""
    return f"{where}gives {formula[place]:.10g}, the code {code[place]:.10g}"


def _among(sizes: dict[str, int]) -> str:
    named = ", ".join(f"{name} = {size}" for name, size in sizes.items())
    return f", for {named}" if named else ""
