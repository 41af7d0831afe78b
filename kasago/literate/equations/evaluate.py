"""Compute a formula that `latex` has read, from arrays and functions by name."""

import functools
import itertools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from kasago.literate.equations.read import Call, Cases, Expression, Reader, Symbol, Vector

CONSTANTS = {"e": math.e, "pi": math.pi}


class FormulaError(ValueError):
    """Why a formula cannot be computed, or what it disagrees in."""


@dataclass
class Formula:
    """What a formula is computed from.

    Attributes
    ----------
    reader : Reader
        What its names stand for.
    values : mapping of str to object
        The numbers, arrays and functions.
    labels : collection of str
        The arrays that hold class numbers, from 0; as indices they count as the formula does.
    first : int
        Where its indices begin, 0 or 1.
    """

    reader: Reader
    values: Mapping[str, Any]
    labels: Sequence[str] = ()
    first: int = 1

    def array(
        self, expression: Expression, free: Sequence[str], like: tuple[int, ...]
    ) -> NDArray[Any]:
        """Return the values of an expression for all values of its free indices.

        Parameters
        ----------
        expression : sympy.Expr
        free : sequence of str
            The indices, one for each leading axis of the result.
        like : tuple of int
            The shape that the result should have: the range of an index that no array gives.

        Returns
        -------
        ndarray

        Raises
        ------
        FormulaError
            If the expression cannot be computed.
        """
        ranges = [self._range(name, expression, like[i : i + 1]) for i, name in enumerate(free)]
        values = [
            self.value(expression, dict(zip(free, place, strict=True)))
            for place in itertools.product(*ranges)
        ]
        array = np.array(values, dtype=np.float64)
        return array.reshape([len(r) for r in ranges] + list(array.shape[1:]))

    def value(self, expression: Expression, bound: Mapping[str, int]) -> Any:
        """Return the value of an expression.

        Parameters
        ----------
        expression : sympy.Expr
        bound : mapping of str to int
            The indices that have a value.

        Returns
        -------
        number or ndarray

        Raises
        ------
        FormulaError
            If it cannot be computed.
        """
        if expression in self.reader.nodes:
            return self._node(self.reader.nodes[expression], bound)
        if isinstance(expression, sympy.Sum | sympy.Product):
            return self._sum(expression, list(expression.limits), bound)
        if not expression.args:
            return _constant(expression)
        values = [self.value(part, bound) for part in expression.args]
        if expression.func in OF_ARRAYS:
            return OF_ARRAYS[expression.func](values)
        if expression.func in OF_NUMBERS:
            return _number(OF_NUMBERS[expression.func](*map(_number, values)))
        raise FormulaError(f"{expression.func.__name__} cannot be computed")

    def _sum(self, whole: Expression, limits: list[Expression], bound: Mapping[str, int]) -> Any:
        """Add or multiply over the last of the limits, which is the outermost."""
        if not limits:
            return self.value(whole.function, bound)
        name, *bounds = limits.pop()
        lower, upper = (_whole(self.value(limit, bound)) for limit in bounds)
        index = self.reader.nodes[name]
        assert isinstance(index, Symbol)
        terms = [
            self._sum(whole, list(limits), {**bound, index.name: i})
            for i in range(lower, upper + 1)
        ]
        if isinstance(whole, sympy.Product):
            return functools.reduce(_times, terms, 1)
        return functools.reduce(_plus, terms) if terms else 0

    def _node(self, node: Any, bound: Mapping[str, int]) -> Any:
        match node:
            case Symbol():
                return self._symbol(node, bound)
            case Call():
                # A function is given positions, as Python counts them.
                places = [
                    _whole(self.value(index, bound)) - self.first for index in node.function.indices
                ]
                arguments = [self.value(argument, bound) for argument in node.arguments]
                return self.values[node.function.name](*places, *arguments)
            case Vector():
                parts = [np.atleast_1d(self.value(part, bound)) for part in node.parts]
                return np.concatenate([_vector(part) for part in parts])
            case Cases():
                for value, condition in node.branches:
                    if condition is None or self.value(condition, bound):
                        return self.value(value, bound)
                raise FormulaError("none of the cases holds")

    def _symbol(self, symbol: Symbol, bound: Mapping[str, int]) -> Any:
        if symbol.name in bound and not symbol.indices:
            return bound[symbol.name]
        if symbol.name not in self.values:
            if symbol.name in CONSTANTS and not symbol.indices:
                return CONSTANTS[symbol.name]
            raise FormulaError(f"the formula uses {symbol.name}, which the tie does not declare")
        value = self.values[symbol.name]
        if len(symbol.indices) > np.ndim(value):
            raise FormulaError(
                f"{symbol.name} has {len(symbol.indices)} indices in the formula and "
                f"{np.ndim(value)} axes in the tie"
            )
        for index in symbol.indices:
            i = _whole(self.value(index, bound))
            if not 0 <= i - self.first < len(value):
                raise FormulaError(
                    f"{symbol.name} is used at index {i} of an axis that runs "
                    f"from {self.first} to {len(value) - 1 + self.first}"
                )
            value = value[i - self.first]
        return value + self.first if symbol.name in self.labels else value

    def _range(self, name: str, expression: Expression, like: tuple[int, ...]) -> range:
        """Return the values of a free index: the axes that it is an index of say how many."""
        lengths: dict[int, str] = {}
        for symbol in self.reader.symbols(expression):
            if not callable(self.values.get(symbol.name, abs)):
                shape = np.shape(self.values[symbol.name])
                for length, index in zip(shape, symbol.indices, strict=False):
                    if self.reader.nodes.get(index) == Symbol(name):
                        lengths[length] = symbol.name
        if len(lengths) > 1:
            axes = " and ".join(f"{length} ({array})" for length, array in lengths.items())
            raise FormulaError(f"the index {name} belongs to axes of different lengths: {axes}")
        [length] = lengths or like or [0]
        return range(self.first, length + self.first)


def _constant(expression: Expression) -> Any:
    if expression.is_Integer:
        return int(expression)
    if expression in (sympy.true, sympy.false):
        return bool(expression)
    return float(expression)


def _plus(a: Any, b: Any) -> Any:
    if np.shape(a) != np.shape(b):
        raise FormulaError(f"a sum of shapes {np.shape(a)} and {np.shape(b)}: write its indices")
    return a + b


def _times(a: Any, b: Any) -> Any:
    if np.ndim(a) and np.ndim(b):
        raise FormulaError("a product of two arrays: write it with indices, as a sum")
    return a * b


def _vector(value: NDArray[Any]) -> NDArray[Any]:
    if value.ndim != 1:
        raise FormulaError(f"a vector is needed, got an array of shape {value.shape}")
    return value


def _number(value: Any) -> Any:
    if np.ndim(value) or callable(value) or isinstance(value, complex):
        what = f"an array of shape {np.shape(value)}" if np.ndim(value) else repr(value)
        raise FormulaError(f"a number is needed, got {what}")
    return value


def _whole(value: Any) -> int:
    if np.ndim(value) or value != int(value):
        raise FormulaError(f"an index or a bound is a whole number, got {value}")
    return int(value)


def _size(values: list[Any]) -> Any:
    """Return the absolute value of a number, or the length of a vector."""
    return np.linalg.norm(_vector(values[0])) if np.ndim(values[0]) else abs(values[0])


OF_ARRAYS: dict[Any, Callable[[list[Any]], Any]] = {
    sympy.Add: functools.partial(functools.reduce, _plus),
    sympy.Mul: functools.partial(functools.reduce, _times),
    sympy.Abs: _size,
}
OF_NUMBERS: dict[Any, Callable[..., Any]] = {
    sympy.Pow: operator.pow,
    sympy.Max: max,
    sympy.Min: min,
    sympy.exp: np.exp,
    sympy.log: np.log,
    sympy.sin: np.sin,
    sympy.cos: np.cos,
    sympy.tan: np.tan,
    sympy.StrictLessThan: operator.lt,
    sympy.LessThan: operator.le,
    sympy.StrictGreaterThan: operator.gt,
    sympy.GreaterThan: operator.ge,
    sympy.Equality: operator.eq,
    sympy.Unequality: operator.ne,
}
