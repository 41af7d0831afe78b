"""Compute an expression from the arrays and functions that its symbols stand for."""

import functools
import itertools
import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kasago.literate.equations.errors import EquationMismatch
from kasago.literate.equations.expression import (
    Call,
    Cases,
    Expression,
    Number,
    Operation,
    Series,
    Symbol,
    Vector,
    symbols,
)

CONSTANTS = {"e": math.e, "pi": math.pi}


@dataclass(frozen=True)
class Scope:
    """What the symbols of an expression stand for.

    Attributes
    ----------
    values : mapping of str to object
        The numbers, arrays and functions.
    labels : collection of str
        The arrays that hold class numbers, from 0; as indices they count as the formula does.
    first : int
        Where its indices begin, 0 or 1.
    """

    values: Mapping[str, Any]
    labels: Collection[str] = ()
    first: int = 1

    def array(
        self, expression: Expression, free: Sequence[str], like: tuple[int, ...]
    ) -> NDArray[np.float64]:
        """Return the values of an expression for all values of its free indices.

        Parameters
        ----------
        expression : Expression
        free : sequence of str
            The indices, one for each leading axis of the result.
        like : tuple of int
            The shape that the result should have: the range of an index that no array gives.

        Returns
        -------
        ndarray
            Of shape (range of each free index, shape of the expression).

        Raises
        ------
        EquationMismatch
            If the expression cannot be computed.

        Examples
        --------
        >>> x = Symbol("x", (Symbol("i"),))
        >>> Scope({"x": [1, 2, 3]}).array(Operation("^", (x, Number(2))), ["i"], (3,))
        array([1., 4., 9.])
        """
        ranges = [self._range(name, expression, like[i : i + 1]) for i, name in enumerate(free)]
        values = [
            self.value(expression, dict(zip(free, place, strict=True)))
            for place in itertools.product(*ranges)
        ]
        array = np.array(values, dtype=np.float64)
        return array.reshape([len(r) for r in ranges] + list(array.shape[1:]))

    def value(  # noqa: PLR0911 - one for each kind of expression
        self, expression: Expression, bound: Mapping[str, int]
    ) -> Any:
        """Return the value of an expression.

        Parameters
        ----------
        expression : Expression
        bound : mapping of str to int
            The indices that have a value.

        Returns
        -------
        number or ndarray

        Raises
        ------
        EquationMismatch
            If it cannot be computed.
        ArithmeticError, LookupError, TypeError, ValueError
            Whatever NumPy, Python or a declared function raises over the values.

        Examples
        --------
        >>> Scope({"x": [5, 6]}, first=0).value(Symbol("x", (Symbol("i"),)), {"i": 1})
        6
        """
        match expression:
            case Number():
                return expression.value
            case Symbol():
                return self._symbol(expression, bound)
            case Operation():
                operands = [self.value(operand, bound) for operand in expression.operands]
                return OPERATIONS[expression.sign](*operands)
            case Series():
                return self._series(expression, bound)
            case Call():
                function = self._declared(expression.function.name)
                # A function is given positions, as Python counts them.
                places = self._places(expression.function, bound)
                return function(*places, *(self.value(x, bound) for x in expression.arguments))
            case Vector():
                parts = [np.atleast_1d(self.value(part, bound)) for part in expression.elements]
                return np.concatenate([_vector(part) for part in parts])
            case Cases():
                return self._case(expression, bound)

    def _symbol(self, symbol: Symbol, bound: Mapping[str, int]) -> Any:
        if symbol.name in bound and not symbol.indices:
            return bound[symbol.name]
        if symbol.name in CONSTANTS and symbol.name not in self.values and not symbol.indices:
            return CONSTANTS[symbol.name]
        value = self._declared(symbol.name)
        if len(symbol.indices) > np.ndim(value):
            raise EquationMismatch(
                f"{symbol.name} has {len(symbol.indices)} indices in the formula and "
                f"{np.ndim(value)} axes in the tie"
            )
        for place in self._places(symbol, bound):
            if not 0 <= place < len(value):
                raise EquationMismatch(
                    f"{symbol.name} is used at index {place + self.first} of an axis that runs "
                    f"from {self.first} to {len(value) - 1 + self.first}"
                )
            value = value[place]
        return value + self.first if symbol.name in self.labels else value

    def _declared(self, name: str) -> Any:
        if name not in self.values:
            raise EquationMismatch(f"the formula uses {name}, which the tie does not declare")
        return self.values[name]

    def _places(self, symbol: Symbol, bound: Mapping[str, int]) -> list[int]:
        """Return what the indices of a symbol are, counted from 0."""
        return [_whole(self.value(index, bound)) - self.first for index in symbol.indices]

    def _series(self, series: Series, bound: Mapping[str, int]) -> Any:
        lower, upper = (_whole(self.value(end, bound)) for end in (series.lower, series.upper))
        terms = [
            self.value(series.term, {**bound, series.index: i}) for i in range(lower, upper + 1)
        ]
        if series.sign == "*":
            return functools.reduce(_times, terms, 1)
        return _plus(*terms) if terms else 0

    def _case(self, cases: Cases, bound: Mapping[str, int]) -> Any:
        """Return the value whose condition holds: two that hold contradict each other."""
        holding = [
            value
            for value, condition in cases.branches
            if condition is not None and self.value(condition, bound)
        ]
        holding = holding or [value for value, condition in cases.branches if condition is None]
        if len(holding) != 1:
            raise EquationMismatch(f"{len(holding) or 'none'} of the cases hold")
        return self.value(holding[0], bound)

    def _range(self, name: str, expression: Expression, like: tuple[int, ...]) -> range:
        """Return the values of a free index: the axes that it is an index of say how many."""
        lengths: dict[int, str] = {}
        for symbol in symbols(expression):
            shape = np.shape(self.values.get(symbol.name, 0))
            for length, index in zip(shape, symbol.indices, strict=False):
                if index == Symbol(name):
                    lengths[length] = symbol.name
        if len(lengths) > 1:
            axes = " and ".join(f"{length} ({array})" for length, array in lengths.items())
            raise EquationMismatch(f"the index {name} belongs to axes of different lengths: {axes}")
        [length] = lengths or like or [0]
        return range(self.first, length + self.first)


def _plus(*terms: Any) -> Any:
    for term in terms:
        if np.shape(term) != np.shape(terms[0]):
            raise EquationMismatch(
                f"a sum of shapes {np.shape(terms[0])} and {np.shape(term)}: write its indices"
            )
    return functools.reduce(operator.add, terms)


def _times(a: Any, b: Any) -> Any:
    if np.ndim(a) and np.ndim(b):
        raise EquationMismatch("a product of two arrays: write it with indices, as a sum")
    return a * b


def _over(a: Any, b: Any) -> Any:
    return a / _number(b)


def _size(value: Any) -> Any:
    """Return the absolute value of a number, or the length of a vector."""
    return np.linalg.norm(_vector(value)) if np.ndim(value) else abs(value)


def _vector(value: NDArray[Any]) -> NDArray[Any]:
    if value.ndim != 1:
        raise EquationMismatch(f"a vector is needed, got an array of shape {value.shape}")
    return value


def _number(value: Any) -> float:
    if np.ndim(value) or callable(value) or isinstance(value, complex):
        what = f"an array of shape {np.shape(value)}" if np.ndim(value) else repr(value)
        raise EquationMismatch(f"a number is needed, got {what}")
    return float(value)


def _whole(value: Any) -> int:
    if np.ndim(value) or value != int(value):
        raise EquationMismatch(f"an index or a bound is a whole number, got {value}")
    return int(value)


def _of_numbers(function: Callable[..., Any]) -> Callable[..., float]:
    return lambda *values: _number(function(*map(_number, values)))


# By the signs that `read` gives them.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": _plus,
    "-": operator.neg,
    "*": _times,
    "/": _over,
    "|": _size,
    "^": _of_numbers(operator.pow),
    "<": _of_numbers(operator.lt),
    ">": _of_numbers(operator.gt),
    "<=": _of_numbers(operator.le),
    ">=": _of_numbers(operator.ge),
    "=": _of_numbers(operator.eq),
    "!=": _of_numbers(operator.ne),
    "max": _of_numbers(max),
    "min": _of_numbers(min),
    "sqrt": _of_numbers(np.sqrt),
    "exp": _of_numbers(np.exp),
    "log": _of_numbers(np.log),
    "ln": _of_numbers(np.log),
    "sin": _of_numbers(np.sin),
    "cos": _of_numbers(np.cos),
    "tan": _of_numbers(np.tan),
}
