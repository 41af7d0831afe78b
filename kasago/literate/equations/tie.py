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

from kasago.literate.equations.errors import WrongTie

PYTHON_NAME = r"[A-Za-z_]\w*"
RANDOM = re.compile(
    rf"(?P<names>{PYTHON_NAME}(?:\s*,\s*{PYTHON_NAME})*)\s*:\s*(?P<kind>\w+)\s*(?:\[(?P<shape>.*)\])?",
    re.DOTALL,
)
DEFINITION = re.compile(rf"(?P<name>{PYTHON_NAME})\s*=(?!=)\s*(?P<code>.+)", re.DOTALL)
DOTTED = re.compile(rf"{PYTHON_NAME}(\.{PYTHON_NAME})+")
QUOTE_OR_SIGN = re.compile(r"'[^']*'|\"[^\"]*\"|.", re.DOTALL)

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
# Those whose last size is a number of classes.
OF_CLASSES = ("probability", "one_hot", "label")
# What a tie sets for the comparison, and not for its code.
SETTINGS = ("rtol", "first")


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

    def size(self, name: str, rng: np.random.Generator, low: int = 1, high: int = 5) -> None:
        """Declare a size, another one than those before if there is any.

        Parameters
        ----------
        name : str
        rng : numpy.random.Generator
        low, high : int
        """
        sizes = range(low, high + 1)
        if not sizes:
            raise WrongTie(f"size[{low}, {high}] is empty")
        left = [size for size in sizes if size not in self.sizes.values()]
        self.sizes[name] = int(rng.choice(left or sizes))
        self.declare(name, self.sizes[name])


class EquationTie:
    """The code of an equation, and the declarations that it needs.

    Parameters
    ----------
    text : str
        What stands in the comment after ``formula:``.

    Attributes
    ----------
    name : str
        The expression, and the functions that the declarations name if it names none itself.
    options : dict of str to float
        `rtol` and `first`, where they are given.

    Raises
    ------
    WrongTie
        If it cannot be read.

    Examples
    --------
    >>> tie = EquationTie("np.sum(x); x: real[N]; rtol = 1e-6")
    >>> draw = tie.draw(np.random.default_rng(0))
    >>> tie.value(draw) == draw.formula["x"].sum(), tie.options
    (np.True_, {'rtol': 1e-06})
    """

    def __init__(self, text: str) -> None:
        items = _items(text)
        if not items:
            raise WrongTie("it names no code")
        first, *further = items
        self._code = _Code(first)
        self._declarations: list[_Random | _Definition] = []
        self.options: dict[str, float] = {}
        for item in further:
            declaration = _declaration(item)
            if isinstance(declaration, _Definition) and declaration.name in SETTINGS:
                self.options[declaration.name] = _option(declaration)
            else:
                self._declarations.append(declaration)
        codes = [d.code for d in self._declarations if isinstance(d, _Definition)]
        self._names = self._code.names.union(*(code.names for code in codes))
        self.name = first
        own = {"np", *(name for d in self._declarations for name in d.names)}
        if not self._code.functions(own):
            functions = [name for code in codes for name in code.functions(own)]
            self.name += f" ({', '.join(functions)})" if functions else ""

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
        WrongTie
            If a declaration is wrong.
        """
        draw = Draw()
        for declaration in self._declarations:
            declaration.declare(draw, rng)
        return draw

    def value(self, draw: Draw) -> NDArray[np.float64]:
        """Return the value of the code.

        Parameters
        ----------
        draw : Draw
            What it sees.

        Returns
        -------
        ndarray

        Raises
        ------
        WrongTie
            If the code fails, or gives no numbers.
        """
        value = self._code.run(draw.python)
        try:
            return np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise WrongTie(f"{self._code.text} is no array of numbers: {value!r}") from None

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


class _Code:
    """A Python expression."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        try:
            tree = ast.parse(self.text, mode="eval")
        except SyntaxError as error:
            raise WrongTie(f"{self.text!r} is no Python expression: {error.msg}") from None
        nodes = list(ast.walk(tree))
        self.names = {node.id for node in nodes if isinstance(node, ast.Name)}
        self.is_call = isinstance(tree.body, ast.Call)
        # The longest dotted names, such as kasago.common.functions.relu.
        attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        inner = {ast.unparse(node.value) for node in attributes}
        dotted = {ast.unparse(node) for node in attributes} - inner
        self.dotted = sorted(name for name in dotted if DOTTED.fullmatch(name))
        self._compiled = compile(tree, "<tie>", "eval")

    def functions(self, own: set[str]) -> list[str]:
        """Return the dotted names that do not begin with one of the tie's own."""
        return [name for name in self.dotted if _root(name) not in own]

    def run(self, names: dict[str, Any]) -> Any:
        """Return the value; what the dotted names need is imported."""
        try:
            for name in self.dotted:
                root = _root(name)
                if root not in names or names[root] is sys.modules.get(root):
                    pkgutil.resolve_name(name)
                    names[root] = sys.modules[root]
            return eval(self._compiled, names)
        except Exception as error:
            raise WrongTie(f"{self.text} fails: {type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class _Definition:
    """``name = code``; or a call for its effect, without a name."""

    name: str
    code: _Code

    @property
    def names(self) -> list[str]:
        return [self.name] if self.name else []

    def declare(self, draw: Draw, rng: np.random.Generator) -> None:
        value = self.code.run(draw.python)
        if self.name:
            draw.declare(self.name, value)


@dataclass(frozen=True)
class _Random:
    """``name, name: kind[shape]``."""

    names: list[str]
    kind: str
    shape: _Code | None

    def declare(self, draw: Draw, rng: np.random.Generator) -> None:
        for name in self.names:
            lengths = self._lengths(draw, rng)
            if self.kind == "size":
                if len(lengths) != 2:
                    raise WrongTie(f"{name}: size needs its bounds, size[1, 5]")
                draw.size(name, rng, *lengths)
                continue
            if self.kind in OF_CLASSES and not (lengths and lengths[-1]):
                raise WrongTie(f"{name}: {self.kind} needs its sizes, {self.kind}[N, K]")
            if self.kind == "label":
                draw.labels.append(name)
            draw.declare(name, np.asarray(KINDS[self.kind](rng, lengths))[()])

    def _lengths(self, draw: Draw, rng: np.random.Generator) -> Shape:
        """Return the lengths of axes; a letter that is not declared becomes a size."""
        if not self.shape:
            return ()
        for name in sorted(self.shape.names - draw.python.keys()):
            draw.size(name, rng)
        lengths: list[object] = self.shape.run(draw.python)
        whole = [int(n) for n in lengths if isinstance(n, int | np.integer) and n >= 0]
        if not whole or len(whole) < len(lengths):
            raise WrongTie(f"{self.shape.text} is no shape: expected whole numbers, got {lengths}")
        return tuple(whole)


def _declaration(item: str) -> _Random | _Definition:
    if random := RANDOM.fullmatch(item):
        names, kind = re.split(r"\s*,\s*", random["names"]), random["kind"]
        shape = None if random["shape"] is None else _Code(f"[{random['shape']}]")
        if kind not in (*KINDS, "size"):
            known = ", ".join(KINDS)
            raise WrongTie(f"{names[0]} is of no known kind: {kind}; known: {known}, size")
        return _Random(names, kind, shape)
    if definition := DEFINITION.fullmatch(item):
        return _Definition(definition["name"], _Code(definition["code"]))
    code = _Code(item)
    if not code.is_call:
        raise WrongTie(f"{item!r} is no declaration: name: kind[sizes], or name = code")
    return _Definition("", code)


def _option(definition: _Definition) -> float:
    value = definition.code.run({})
    if not isinstance(value, int | float) or (definition.name == "first" and value not in (0, 1)):
        wanted = "0 or 1" if definition.name == "first" else "a number"
        raise WrongTie(f"{definition.name} is {wanted}, got {value!r}")
    return value


def _items(text: str) -> list[str]:
    """Return what semicolons and line feeds part, outside brackets and quotes."""
    items, depth = [""], 0
    for sign in QUOTE_OR_SIGN.findall(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign in ";\n" and depth <= 0:
            items.append("")
        else:
            items[-1] += sign
    return [item.strip() for item in items if item.strip()]


def _root(dotted: str) -> str:
    return dotted.partition(".")[0]
