"""What a formula is once it has been read: a tree of small parts, which `evaluate` computes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number as it is written; one without a point is whole."""

    value: float


@dataclass(frozen=True)
class Symbol:
    """A name, as the tie declares it, with the indices that are not part of the name."""

    name: str
    indices: tuple["Expression", ...] = ()


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    function: Symbol
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Operation:
    """An operation, under its sign in `evaluate.OPERATIONS`: + - * / ^ | < exp max ...

    A difference is a sum with a negative term: the minus has one operand.
    """

    sign: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True)
class Series:
    """A sum (+) or a product (*) of one term for all values of an index."""

    sign: str
    index: str
    lower: "Expression"
    upper: "Expression"
    term: "Expression"


@dataclass(frozen=True)
class Vector:
    """Expressions in parentheses, parted by commas."""

    elements: tuple["Expression", ...]


@dataclass(frozen=True)
class Cases:
    """Values and their conditions, in pairs; the last condition may be None: otherwise."""

    branches: tuple[tuple["Expression", "Expression | None"], ...]


Expression = Number | Symbol | Call | Operation | Series | Vector | Cases


def walk(*expressions: Expression) -> Iterator[Expression]:
    """Yield expressions and all that they are made of, as they stand from left to right.

    Parameters
    ----------
    *expressions : Expression

    Yields
    ------
    Expression

    Examples
    --------
    >>> [type(part).__name__ for part in walk(Operation("-", (Symbol("x", (Number(1),)),)))]
    ['Operation', 'Symbol', 'Number']
    """
    for expression in expressions:
        yield expression
        yield from walk(*_within(vars(expression).values()))


def symbols(*expressions: Expression) -> list[Symbol]:
    """Return the symbols in expressions, those of functions and indices too.

    Parameters
    ----------
    *expressions : Expression

    Returns
    -------
    list of Symbol

    Examples
    --------
    >>> [symbol.name for symbol in symbols(Call(Symbol("h"), (Symbol("x", (Symbol("i"),)),)))]
    ['h', 'x', 'i']
    """
    return [part for part in walk(*expressions) if isinstance(part, Symbol)]


def _within(values: Iterable[object]) -> Iterator[Expression]:
    """Yield the expressions among values, and in the tuples among them."""
    for value in values:
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            yield from _within(value)
