"""What a formula is once it has been read: a tree of small parts, which `evaluate` computes."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written; one without a point is whole."""

    value: float

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions that it is made of."""
        return ()


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name, as the tie declares it, with the indices that are not part of the name."""

    name: str
    indices: tuple["Expression", ...] = ()

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions that it is made of."""
        return self.indices


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: Symbol
    arguments: tuple["Expression", ...]

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions that it is made of."""
        return (self.function, *self.arguments)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation, under its sign in `evaluate.OPERATIONS`: + - * / ^ | < exp max ...

    A difference is a sum with a negative term: the minus has one operand.
    """

    sign: str
    operands: tuple["Expression", ...]

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions that it is made of."""
        return self.operands


@dataclass(frozen=True, slots=True)
class Series:
    """A sum (+) or a product (*) of one term for all values of an index."""

    sign: str
    index: str
    lower: "Expression"
    upper: "Expression"
    term: "Expression"

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions that it is made of."""
        return (self.lower, self.upper, self.term)


@dataclass(frozen=True, slots=True)
class Vector:
    """Expressions in parentheses, parted by commas."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """Values and their conditions, in pairs; the last condition may be None: otherwise."""

    branches: tuple[tuple["Expression", "Expression | None"], ...]

    @property
    def parts(self) -> tuple["Expression", ...]:
        """The expressions that it is made of."""
        return tuple(part for branch in self.branches for part in branch if part is not None)


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
        yield from walk(*expression.parts)


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
    >>> symbols(Call(Symbol("h"), (Symbol("x", (Symbol("i"),)),)))
    [Symbol(name='h', indices=()), Symbol(name='x', indices=(Symbol(name='i', indices=()),)), \
Symbol(name='i', indices=())]
    """
    return [part for part in walk(*expressions) if isinstance(part, Symbol)]
