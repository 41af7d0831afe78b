"""The tie of an equation: the code that it describes, and random values for what that needs."""

import ast
import pkgutil
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = r"[A-Za-z_]\w*"
RANDOM = re.compile(
    rf"(?P<names>{NAME}(?:\s*,\s*{NAME})*)\s*:\s*(?P<kind>\w+)\s*(?:\[(?P<shape>.*)\])?", re.DOTALL
)
DEFINITION = re.compile(rf"(?P<name>{NAME})\s*=(?!=)\s*(?P<code>.+)", re.DOTALL)

Shape = tuple[int, ...]


def _one_hot(rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
    return np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])]


# What a declaration may ask for, beside `size`.
KINDS: dict[str, Callable[[np.random.Generator, Shape], Any]] = {
    "real": lambda rng, shape: rng.standard_normal(shape),
    "positive": lambda rng, shape: rng.uniform(0.1, 2, shape),
    "unit": lambda rng, shape: rng.uniform(0.01, 0.99, shape),
    "integer": lambda rng, shape: rng.integers(-2, 3, shape).astype(np.float64),
    "probability": lambda rng, shape: rng.dirichlet(np.ones(shape[-1]), shape[:-1]),
    "one_hot": _one_hot,
    "label": lambda rng, shape: rng.integers(shape[-1], size=shape[:-1]),
}


@dataclass
class Draw:
    """Values for one comparison.

    Attributes
    ----------
    python : dict of str to object
        What the code of the tie sees, and may change.
    formula : dict of str to object
        What the formula is computed from: copies of the values as they were declared.
    sizes : dict of str to int
    labels : list of str
        The names of the class numbers.
    """

    python: dict[str, Any] = field(default_factory=lambda: {"np": np})
    formula: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)

    def declare(self, name: str, value: Any) -> None:
        """Give a name a value, in the code and in the formula.

        Parameters
        ----------
        name : str
        value : object
        """
        self.python[name] = value
        is_array = isinstance(value, np.ndarray | list | tuple)
        self.formula[name] = np.array(value) if is_array else value


class TieError(ValueError):
    """A tie that cannot be read, or whose code fails."""


class EquationTie:
    """The code of an equation, and the declarations that it needs.

    Parameters
    ----------
    text : str
        What stands in the comment after ``formula:``.

    Attributes
    ----------
    code : str
        The Python expression.
    name : str
        The expression, and the functions that the declarations name if it names none itself.
    options : dict of str to float
        `rtol` and `first`, where they are given.

    Raises
    ------
    TieError
        If it cannot be read.
    """

    def __init__(self, text: str) -> None:
        self.code, *self._declarations = _items(text)
        self.options: dict[str, float] = {}
        codes = [self.code]
        for item in list(self._declarations):
            definition = DEFINITION.fullmatch(item)
            if definition and definition["name"] in ("rtol", "first"):
                self.options[definition["name"]] = float(_run(definition["code"], {}))
                self._declarations.remove(item)
            elif definition:
                codes.append(definition["code"])
            elif not RANDOM.fullmatch(item):
                if not isinstance(_tree(item).body, ast.Call):
                    raise TieError(f"{item!r} is no declaration: name: kind[sizes], or name = code")
                codes.append(item)
        self._names = {name for code in codes for name in _names(code)}
        own = {"np", *(name for item in self._declarations for name in _declared(item))}
        called = [[name for name in _dotted(code) if _root(name) not in own] for code in codes]
        self.name = self.code
        if not called[0] and any(called):
            self.name += f" ({', '.join(name for names in called for name in names)})"

    def draw(self, rng: np.random.Generator) -> Draw:
        """Return values for everything that is declared.

        Parameters
        ----------
        rng : numpy.random.Generator

        Returns
        -------
        Draw

        Raises
        ------
        TieError
            If a declaration is wrong.
        """
        draw = Draw()
        for item in self._declarations:
            if random := RANDOM.fullmatch(item):
                for name in _declared(item):
                    self._randomize(draw, name, random["kind"], random["shape"], rng)
            elif definition := DEFINITION.fullmatch(item):
                draw.declare(definition["name"], _run(definition["code"], draw.python))
            else:
                _run(item, draw.python)
        return draw

    def value(self, draw: Draw) -> Any:
        """Return the value of the code.

        Parameters
        ----------
        draw : Draw
            What it sees.

        Returns
        -------
        object

        Raises
        ------
        TieError
            If the code fails.
        """
        return _run(self.code, draw.python)

    def unused(self, draw: Draw, in_formula: set[str]) -> list[str]:
        """Return the declared names that neither the code nor the formula uses.

        Parameters
        ----------
        draw : Draw
        in_formula : set of str

        Returns
        -------
        list of str
        """
        return [
            name for name in draw.formula if name not in self._names | in_formula | {*draw.sizes}
        ]

    def _randomize(
        self, draw: Draw, name: str, kind: str, shape: str | None, rng: np.random.Generator
    ) -> None:
        lengths = self._shape(draw, shape, rng) if shape is not None else ()
        if kind == "size" and len(lengths) == 2:
            draw.sizes[name] = _size(draw, rng, *lengths)
            draw.declare(name, draw.sizes[name])
        elif kind not in KINDS:
            raise TieError(f"{name} is of no known kind: {kind}; known: {', '.join(KINDS)}, size")
        elif kind in ("probability", "one_hot", "label") and not lengths:
            raise TieError(f"{name}: {kind} needs its sizes, {kind}[N, K]")
        else:
            if kind == "label":
                draw.labels.append(name)
            draw.declare(name, np.asarray(KINDS[kind](rng, lengths))[()])

    def _shape(self, draw: Draw, shape: str, rng: np.random.Generator) -> Shape:
        """Return the lengths of axes; a letter that is not declared becomes a size."""
        for name in sorted(_names(shape)):
            if name not in draw.python:
                draw.sizes[name] = _size(draw, rng)
                draw.declare(name, draw.sizes[name])
        lengths = np.atleast_1d(_run(f"({shape},)", draw.python))
        if lengths.ndim != 1 or lengths.dtype.kind != "i" or lengths.min() < 0:
            raise TieError(f"[{shape}] is no shape: expected whole numbers, got {lengths.tolist()}")
        return tuple(map(int, lengths))


def _size(draw: Draw, rng: np.random.Generator, low: int = 1, high: int = 5) -> int:
    """Draw a size, another one than those before if there is any."""
    sizes = range(low, high + 1)
    left = [size for size in sizes if size not in draw.sizes.values()]
    if not sizes:
        raise TieError(f"size[{low}, {high}] is empty")
    return int(rng.choice(left or sizes))


def _items(text: str) -> list[str]:
    """Return what semicolons and line feeds part, outside brackets and quotes."""
    items, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        depth += (sign in "([{") - (sign in ")]}") if not quote else 0
        if sign in ";\n" and depth <= 0 and not quote:
            items.append("")
        else:
            items[-1] += sign
    return [item.strip() for item in items if item.strip()]


def _tree(code: str) -> ast.Expression:
    try:
        return ast.parse(code.strip(), mode="eval")
    except SyntaxError as error:
        raise TieError(f"{code.strip()!r} is no Python expression: {error.msg}") from None


def _names(code: str) -> set[str]:
    return {node.id for node in ast.walk(_tree(code)) if isinstance(node, ast.Name)}


def _declared(item: str) -> list[str]:
    """Return the names that a declaration declares."""
    if random := RANDOM.fullmatch(item):
        return re.split(r"\s*,\s*", random["names"])
    definition = DEFINITION.fullmatch(item)
    return [definition["name"]] if definition else []


def _root(dotted: str) -> str:
    return dotted.partition(".")[0]


def _dotted(code: str) -> list[str]:
    """Return the dotted names in an expression, such as kasago.common.functions.relu."""
    attributes = [node for node in ast.walk(_tree(code)) if isinstance(node, ast.Attribute)]
    longest = {ast.unparse(node) for node in attributes} - {
        ast.unparse(node.value) for node in attributes
    }
    return sorted(name for name in longest if re.fullmatch(rf"{NAME}(\.{NAME})+", name))


def _run(code: str, names: dict[str, Any]) -> Any:
    """Return the value of an expression; what its dotted names need is imported."""
    tree = _tree(code)
    try:
        for name in _dotted(code):
            root = _root(name)
            if root not in names or names[root] is sys.modules.get(root):
                pkgutil.resolve_name(name)
                names[root] = sys.modules[root]
        return eval(compile(tree, "<tie>", "eval"), names)
    except Exception as error:
        raise TieError(f"{code} fails: {type(error).__name__}: {error}") from error
