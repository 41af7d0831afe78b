r"""Hold the equations of a page against the code that they describe.

Directly above each display equation stands a comment, its tie: the Python expression that the
equation describes and what that needs, or the reason why no program can compute it::

    <!-- formula: kasago.common.functions.sum_squared_error(y, t)
         y, t: real[K] -->
    \begin{equation}
    E = \frac{1}{2} \sum_{k=1}^{K} (y_{k} - t_{k})^{2} \label{eq:squared-error}
    \end{equation}

    <!-- not computed: a limit has no end -->
    \begin{equation}
    f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}
    \end{equation}

The LaTeX of the page is read (`latex`), and both are computed for random inputs of many sizes.
After the expression come declarations, parted by semicolons or line feeds:

- ``y, t: real[N, K]``: random numbers, of a kind in `KINDS`. A letter in brackets is a size;
  sizes differ from each other as far as possible. ``K: size[2, 5]`` is one with bounds.
- ``delta = 1e-7``, ``h = kasago.common.functions.sigmoid``: any Python.
- ``optimizer.update(params, grads)``: a call for its effect. The formula keeps the old values.
- ``rtol = 1e-6``: the tolerance, relative to the largest number; 1e-9 if not given.
- ``first = 0``: where indices begin. If not given, at 0 in a formula that writes an index or
  the bound of a sum as 0, and at 1 in any other.

``python -m kasago.literate.equations PAGE ...`` says of each equation what it agrees with.
"""

import argparse
import ast
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from kasago.literate.evaluate import Formula, FormulaError
from kasago.literate.latex import (
    LABEL,
    Expression,
    LatexError,
    Reader,
    Symbol,
    sides_of,
)
from kasago.literate.parse import LiterateError, prose, relative

DRAWS = 10
RTOL = 1e-9
# The tolerance is relative to the largest number of the code, but to no smaller one than this.
SMALL = 1e-3

COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
TIE = re.compile(r"\s*(?P<kind>formula|not computed)\s*:(?P<text>.*)", re.DOTALL | re.IGNORECASE)
EQUATION = re.compile(
    r"^[ \t]*(?:\\begin\{equation\}(.*?)\\end\{equation\}|\$\$(.*?)\$\$)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
INLINE = re.compile(r"(?<![\\$])\$(?=[^\s$])(?:(?!\n[ \t]*\n)[^$])*?(?<=\S)\$(?!\$)")
DISPLAY = re.compile(r"\\begin\{|\\\[|\$\$")

NAME = r"[A-Za-z_]\w*"
RANDOM = re.compile(
    rf"(?P<names>{NAME}(?:\s*,\s*{NAME})*)\s*:\s*(?P<kind>\w+)\s*(?:\[(?P<shape>.*)\])?", re.DOTALL
)
DEFINITION = re.compile(rf"(?P<name>{NAME})\s*=(?!=)\s*(?P<code>.+)", re.DOTALL)

Shape = tuple[int, ...]


def _one_hot(rng: np.random.Generator, shape: Shape) -> NDArray[Any]:
    return np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])]


# What a declaration may ask for; `size` and `label`, which are whole numbers, beside them.
KINDS: dict[str, Callable[[np.random.Generator, Shape], Any]] = {
    "real": lambda rng, shape: rng.standard_normal(shape),
    "positive": lambda rng, shape: rng.uniform(0.1, 2, shape),
    "unit": lambda rng, shape: rng.uniform(0.01, 0.99, shape),
    "integer": lambda rng, shape: rng.integers(-2, 3, shape).astype(np.float64),
    "probability": lambda rng, shape: rng.dirichlet(np.ones(shape[-1]), shape[:-1]),
    "one_hot": _one_hot,
    "label": lambda rng, shape: rng.integers(shape[-1], size=shape[:-1]),
}


@dataclass(frozen=True)
class Equation:
    """A display equation and its tie.

    Attributes
    ----------
    path, line : str, int
        The page, and the line where the equation begins.
    latex : str
    label : str
        Its label; empty if it has none.
    kind : str
        "formula" or "not computed"; empty if there is no tie.
    tie : str
        What the tie says: declarations or reason.
    tie_line : int
    start, end : int
        Offsets in the text of the page, of tie and equation.
    """

    path: str
    line: int
    latex: str
    label: str
    kind: str
    tie: str
    tie_line: int
    start: int
    end: int


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


def parse(text: str, path: str) -> list[Equation]:
    r"""Return the display equations of a page, each with its tie if it has one.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.

    Returns
    -------
    list of Equation

    Raises
    ------
    LiterateError
        If a tie stands above no equation, or a display formula is not written as an equation.

    Examples
    --------
    >>> page = "<!-- not computed: a symbol -->\n$$\nx\n$$\n"
    >>> [equation] = parse(page, "page.md")
    >>> equation.line, equation.latex, equation.kind, equation.tie
    (2, '\nx\n', 'not computed', 'a symbol')
    """

    def line(position: int) -> int:
        return text.count("\n", 0, position) + 1

    shown = prose(text, path)
    ties = {}
    for comment in COMMENT.finditer(shown):
        if tie := TIE.fullmatch(comment[1]):
            # The code of a tie may hold what looks like code of the page.
            tie = TIE.fullmatch(text, *comment.span(1)) or tie
            ties[comment.end()] = (comment.start(), tie)
    shown = COMMENT.sub(_blank, shown)
    equations = []
    for match in EQUATION.finditer(shown):
        above = re.search(r"-->[ \t]*\n[ \t]*\Z", text[: match.start()])
        start, tie = ties.pop(above.start() + 3, (match.start(), None)) if above else (0, None)
        latex = match[1] or match[2]
        label = LABEL.search(latex)
        equations.append(
            Equation(
                path=path,
                line=line(match.start()),
                latex=latex,
                label=label[1] if label else "",
                kind=tie["kind"].lower() if tie else "",
                tie=tie["text"].strip() if tie else "",
                tie_line=line(start),
                start=start if tie else match.start(),
                end=match.end(),
            )
        )
    if ties:
        start, _ = min(ties.values(), key=lambda tie: tie[0])
        raise LiterateError(
            path, line(start), "this tie stands above no equation: the next line has to begin one"
        )
    rest = INLINE.sub(_blank, EQUATION.sub(_blank, shown))
    if stray := DISPLAY.search(rest):
        raise LiterateError(
            path,
            line(stray.start()),
            rf"{stray[0]} would pass untested; write \begin{{equation}} and \end{{equation}}, "
            "on lines of their own",
        )
    return equations


def check(equation: Equation) -> str:
    """Compare an equation with the code that its tie names.

    Parameters
    ----------
    equation : Equation

    Returns
    -------
    str
        What was found: what it agrees with, or why it is not computed.

    Raises
    ------
    LiterateError
        If the equation has no tie or a wrong one, or if it says something else than the code.
    """
    named = f"the equation {equation.label}".strip()
    if not equation.kind:
        raise LiterateError(
            equation.path,
            equation.line,
            f"{named} has no tie; write directly above it <!-- formula: ... --> or "
            "<!-- not computed: why -->",
        )
    if not equation.tie:
        what = "names no code" if equation.kind == "formula" else "gives no reason"
        raise LiterateError(equation.path, equation.tie_line, f"the tie of {named} {what}")
    if equation.kind == "not computed":
        return f"not computed: {equation.tie}"
    try:
        tie = Tie(equation.tie)
        _compare(equation.latex, tie)
    except TieError as error:
        raise LiterateError(
            equation.path, equation.tie_line, f"the tie of {named} is wrong: {error}"
        ) from None
    except LatexError as error:
        raise LiterateError(
            equation.path, equation.line, f"{named}, tied to {tie.name}, cannot be read: {error}"
        ) from None
    except FormulaError as error:
        raise LiterateError(
            equation.path, equation.line, f"{named} is not {tie.name}: {error}"
        ) from None
    return f"is {tie.name}"


class TieError(ValueError):
    """A tie that cannot be read, or whose code fails."""


class Tie:
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


class _Statement:
    """What an equation says: which expressions have the values of the code."""

    def __init__(self, latex: str, tie: Tie, draw: Draw) -> None:
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

    def compare(self, tie: Tie, draw: Draw) -> None:
        """Raise an error if an expression and the code differ."""
        value = _run(tie.code, draw.python)
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


def _compare(latex: str, tie: Tie) -> None:
    """Raise an error if a formula and its code differ for one of a row of random inputs."""
    rng = np.random.default_rng(0)
    draws = [tie.draw(rng) for _ in range(DRAWS)]
    statement = _Statement(latex, tie, draws[0])
    for draw in draws:
        statement.compare(tie, draw)
    if unused := tie.unused(draws[0], statement.names):
        raise TieError(f"{', '.join(unused)} is declared, and used nowhere")


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


def _blank(match: re.Match[str]) -> str:
    """Return white space as long as the match, with its line feeds."""
    return re.sub(r"[^\n]", " ", match[0])


def main(arguments: list[str] | None = None) -> int:
    """Check the equations of the pages that the command line names.

    Parameters
    ----------
    arguments : list of str, optional
        In place of the command line.

    Returns
    -------
    int
        0, or 1 if an equation or a tie is wrong.
    """
    parser = argparse.ArgumentParser(
        prog="python -m kasago.literate.equations", description="Check the equations of pages."
    )
    parser.add_argument("pages", nargs="+", type=Path)
    failed = False
    for page in parser.parse_args(arguments).pages:
        try:
            equations = parse(page.read_text(encoding="utf-8"), relative(page))
        except LiterateError as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        for equation in equations:
            try:
                found = check(equation)
                print(f"{equation.path}:{equation.line}: {equation.label} {found}")
            except LiterateError as error:
                print(error, file=sys.stderr)
                failed = True
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
