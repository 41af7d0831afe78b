r"""Read the LaTeX of an equation with SymPy, as a reader of the page reads it.

SymPy's grammar leaves the structure of a formula open, or takes it otherwise than print does:
``\log (y) z`` is log(y z) to it, ``\sum_i x_i + b`` either of two things, ``h(x)`` a function or a
product. So what print leaves to convention is made explicit first: every product gets its
``\cdot``, every sum and function its braces, every symbol with its indices, derivative, call and
distinction of cases one name, which is looked up afterwards. SymPy reads the rest: the
arithmetic.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import sympy
from lark import Tree
from lark.exceptions import LarkError
from sympy.parsing.latex import LaTeXParsingError, parse_latex

Expression = Any  # of SymPy, which has no types

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\{,\}\d{3})*(?:\.\d+)?|'+|\S", re.DOTALL)
LABEL = re.compile(r"\\label\{([^}]*)\}")
SPACING = (
    r"\,",
    r"\;",
    r"\:",
    r"\!",
    "\\ ",
    "~",
    r"\quad",
    r"\qquad",
    r"\displaystyle",
    r"\limits",
)
SIZING = (r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr")
RELATIONS = ("=", r"\leftarrow", r"\approx")
COMPARISONS = ("<", ">", r"\leq", r"\le", r"\geq", r"\ge", r"\neq", r"\ne", "=")
TIMES = ("*", r"\cdot", r"\times")
OPERATORS = ("+", "-", "/", *TIMES)
FUNCTIONS = tuple(rf"\{name}" for name in ("exp", "log", "ln", "sin", "cos", "tan"))
BRACKETS = {"(": ")", "[": "]", "{": "}", "|": "|", r"\{": r"\}", r"\lvert": r"\rvert"}
UPRIGHT = (r"\mathrm", r"\operatorname", r"\text", r"\textrm", r"\mathit")
BOLD = (r"\mathbf", r"\boldsymbol", r"\bm")
ACCENTS = (r"\hat", r"\bar", r"\tilde", r"\dot")
GREEK = re.compile(
    r"\\(?:var)?(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho"
    r"|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi"
    r"|Omega|ell)"
)


class LatexError(ValueError):
    """A formula that cannot be read, and why."""


@dataclass(frozen=True)
class Symbol:
    """A symbol with the expressions of its indices."""

    name: str
    indices: tuple[Expression, ...] = ()

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return self.indices


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    function: Symbol
    arguments: tuple[Expression, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return self.function.indices + self.arguments


@dataclass(frozen=True)
class Vector:
    """Expressions in parentheses, parted by commas."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Cases:
    """Values and their conditions, in pairs; the last condition may be None: otherwise."""

    branches: tuple[tuple[Expression, Expression | None], ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return tuple(part for branch in self.branches for part in branch if part is not None)


Node = Symbol | Call | Vector | Cases


class Reader:
    """Reads formulas, and keeps what the names in their expressions stand for.

    Parameters
    ----------
    declared : callable
        Says of a name whether it is declared.
    function : callable
        Says of a name whether it is that of a function.

    Attributes
    ----------
    nodes : dict of sympy.Symbol to Node
        What each name in an expression stands for.
    """

    def __init__(self, declared: Callable[[str], bool], function: Callable[[str], bool]) -> None:
        self.declared, self.function = declared, function
        self.nodes: dict[Expression, Node] = {}
        self._names: dict[Node, str] = {}

    def read(self, latex: str, *, definition: bool = False) -> Expression:
        r"""Return the expression of a formula that holds no relation.

        Parameters
        ----------
        latex : str
        definition : bool
            Whether it may be no more than f(x), with an f that need not be declared.

        Returns
        -------
        sympy.Expr

        Raises
        ------
        LatexError

        Examples
        --------
        >>> reader = Reader(lambda name: name in ("x", "b"), lambda name: False)
        >>> reader.read(r"\sum_{i=1}^{I} x_{ni} + b_{n}")
        se + Sum(sd, (sa, 1, sb))
        """
        return _Formula(self, tokens_of(latex), definition).whole()

    def name(self, node: Node) -> str:
        """Return LaTeX that stands for a node where SymPy reads on.

        Parameters
        ----------
        node : Node

        Returns
        -------
        str
        """
        if node not in self._names:
            name = "s" + _letters(len(self._names))
            self._names[node] = name
            self.nodes[sympy.Symbol(name)] = node
        return rf"\mathit{{{self._names[node]}}}"

    def within(self, *expressions: Expression) -> Iterator[Expression]:
        """Yield expressions, and those that their indices, arguments and cases are.

        Parameters
        ----------
        *expressions : sympy.Expr

        Yields
        ------
        sympy.Expr
        """
        for expression in expressions:
            yield expression
            for node in self._nodes_in(expression):
                yield from self.within(*node.parts)

    def symbols(self, *expressions: Expression) -> Iterator[Symbol]:
        """Yield the symbols in expressions, those of functions too.

        Parameters
        ----------
        *expressions : sympy.Expr

        Yields
        ------
        Symbol
        """
        for expression in self.within(*expressions):
            for node in self._nodes_in(expression):
                if isinstance(node, Symbol | Call):
                    yield node if isinstance(node, Symbol) else node.function

    def _nodes_in(self, expression: Expression) -> list[Node]:
        names = expression.atoms(sympy.Symbol)
        return [node for name, node in self.nodes.items() if name in names]


def sides_of(latex: str) -> list[str]:
    r"""Return the sides of an equation: what its relations part.

    Parameters
    ----------
    latex : str

    Returns
    -------
    list of str

    Examples
    --------
    >>> sides_of(r"y = \sum_{k=1}^{K} x_{k} \approx 0 \label{eq:a}")
    ['y', '\\sum _ { k = 1 } ^ { K } x _ { k }', '0']
    """
    sides: list[list[str]] = [[]]
    depth = 0
    for token in tokens_of(latex):
        depth += (token in ("{", "(", r"\begin")) - (token in ("}", ")", r"\end"))
        if depth == 0 and token in RELATIONS:
            sides.append([])
        else:
            sides[-1].append(token)
    return [" ".join(side) for side in sides]


def tokens_of(latex: str) -> list[str]:
    """Return the tokens of a formula, without what only sets it.

    Parameters
    ----------
    latex : str

    Returns
    -------
    list of str
    """
    tokens: list[str] = []
    for token in TOKEN.findall(LABEL.sub(" ", latex)):
        # \left. sizes a bracket that is not there.
        unseen = token == "." and tokens[-1:] and tokens[-1] in SIZING
        tokens.append(r"\," if unseen else token)
    tokens = [token for token in tokens if token not in (*SPACING, *SIZING)]
    return tokens[:-1] if tokens[-1:] in (["."], [","]) else tokens


def _letters(number: int) -> str:
    return ("" if number < 26 else _letters(number // 26 - 1)) + chr(ord("a") + number % 26)


class _Formula:
    """One formula, read from left to right."""

    def __init__(self, reader: Reader, tokens: list[str], definition: bool = False) -> None:
        self.reader, self.tokens, self.at = reader, tokens, 0
        self.definition = definition

    def whole(self) -> Expression:
        """Return the expression that all the tokens are."""
        return _parsed(self._terms(("",)))

    # What follows returns LaTeX with its structure made explicit.

    def _terms(self, stops: tuple[str, ...]) -> str:
        """Read up to one of the tokens in `stops`, which is left; "" is the end."""
        explicit: list[str] = []
        while self._next not in stops:
            if self._next in (*OPERATORS, *COMPARISONS):
                token = self._take()
                explicit.append(r"\cdot" if token in TIMES else token)
                continue
            if explicit and explicit[-1] not in (*OPERATORS, *COMPARISONS):
                if "/" in explicit[-2:-1]:
                    self._fail(r"what a / divides by is not clear: write \frac{}{}")
                explicit.append(r"\cdot")
            explicit.append(self._factor(stops))
        if not explicit:
            self._fail("an expression is missing")
        return " ".join(explicit)

    def _factor(self, stops: tuple[str, ...]) -> str:
        """Read one factor with its power."""
        if self._next in (r"\sum", r"\prod"):
            return self._sum(stops)
        factor = self._function(stops) if self._next in FUNCTIONS else self._base()
        if self._next == "^":
            self._take()
            factor += f"^{{{self._argument()}}}"
        return factor

    def _sum(self, stops: tuple[str, ...]) -> str:
        """Read a sum, which reaches to the next plus or minus, and no further."""
        sign = self._take()
        limits = {}
        while self._next in ("_", "^"):
            script = self._take()
            limits[script] = self._group()
        if "_" not in limits or "^" not in limits or limits["_"][1:2] != ["="]:
            self._fail(rf"write the bounds of {sign}: {sign}_{{k=1}}^{{K}}")
        index, lower, upper = (
            _Formula(self.reader, tokens)._terms(("",))
            for tokens in (limits["_"][:1], limits["_"][2:], limits["^"])
        )
        if not re.fullmatch(r"\d+|\\mathit\{\w+\}", lower):
            self._fail("a sum begins at a number or at one symbol")
        body = self._terms((*stops, "+", "-", ",", *COMPARISONS))
        return rf"{{{sign}_{{{index} = {lower}}}^{{{upper}}} {{{body}}}}}"

    def _function(self, stops: tuple[str, ...]) -> str:
        function = self._take()
        if self._next in ("_", "^"):
            self._fail(rf"write {function}(x) without _ and ^, and powers behind it")
        if self._next in BRACKETS:
            argument = self._base()
        else:
            argument = self._factor(stops)
            if self._next not in (*stops, *OPERATORS, *COMPARISONS, ","):
                self._fail(f"what {function} takes is not clear: write {function}(...)")
        return f"{{{function} {{{argument}}}}}"

    def _base(self) -> str:
        """Read a factor without its power."""
        if self._next[:1].isdigit():
            return self._take().replace("{,}", "")
        if self._next in BRACKETS:
            return self._bracket()
        special = {
            r"\frac": self._fraction,
            r"\sqrt": self._root,
            r"\max": self._extreme,
            r"\min": self._extreme,
            r"\begin": self._cases,
        }
        return special.get(self._next, self._symbol)()

    def _root(self) -> str:
        self._take()
        if self._next == "[":
            self._fail(r"write \sqrt[n]{x} as a power")
        return rf"\sqrt{{{self._argument()}}}"

    def _extreme(self) -> str:
        extreme = self._take()
        if self._next != "(":
            self._fail(rf"write {extreme}(a, b)")
        return rf"{{{extreme}({', '.join(self._list())})}}"

    def _bracket(self) -> str:
        opening = self._next
        inner = self._list()
        if len(inner) > 1:
            return self.reader.name(Vector(tuple(_parsed(part) for part in inner)))
        if opening in ("|", r"\lvert"):
            return f"|{inner[0]}|"
        return f"({inner[0]})"

    def _list(self) -> list[str]:
        """Read a bracket, and what commas part in it."""
        closing = BRACKETS[self._take()]
        parts = [self._terms((",", closing))]
        while self._take() == ",":
            parts.append(self._terms((",", closing)))
        return parts

    def _fraction(self) -> str:
        self._take()
        above, below = self._group(), self._group()
        if r"\partial" in above or (above[:1] == ["d"] and below[:1] == ["d"] and above[1:]):
            return self._derivative(above, below)
        parts = (_Formula(self.reader, tokens)._terms(("",)) for tokens in (above, below))
        return r"\frac{{{}}}{{{}}}".format(*parts)

    def _derivative(self, above: list[str], below: list[str]) -> str:
        """Read dE/dW as one symbol, with the indices of both."""
        name, indices = "", []
        for tokens in (above, below):
            formula = _Formula(self.reader, tokens[1:])
            if tokens[:1] in ([r"\partial"], ["d"]) and formula._next not in ("", "^"):
                base, scripts = formula._scripted()
            if formula._next or not formula.at:
                self._fail(r"a derivative is \frac{\partial E}{\partial x}, one symbol each")
            name += f"d{base}"
            indices += scripts
        return self.reader.name(self._resolved(name, indices))

    def _cases(self) -> str:
        r"""Read \begin{cases} value & condition \\ ... \end{cases}."""
        self._take()
        if self._group() != list("cases"):
            self._fail(r"of the environments, only cases can be read")
        branches = []
        while self._next != r"\end":
            value = self._terms((",", "&"))
            while self._next in (",", "&"):
                self._take()
            branches.append((_parsed(value), self._condition()))
            if self._next == r"\\":
                self._take()
        self._take()
        self._group()
        return self.reader.name(Cases(tuple(branches)))

    def _condition(self) -> Expression | None:
        tokens: list[str] = []
        while self._next not in (r"\\", r"\end"):
            if self._next in (r"\text", r"\mathrm"):
                self._take()
                if "".join(self._group()) == "otherwise":
                    tokens.append("otherwise")
            else:
                tokens.append(self._take())
        if tokens == ["otherwise"]:
            return None
        if tokens[:1] == ["("] and tokens[-1] == ")":
            tokens = tokens[1:-1]
        return _Formula(self.reader, tokens).whole()

    def _symbol(self) -> str:
        defined = self.definition and self.at == 0
        symbol = self._resolved(*self._scripted())
        defined = defined and not self.reader.declared(symbol.name)
        if self._next == "(" and (defined or self.reader.function(symbol.name)):
            arguments = tuple(_parsed(argument) for argument in self._list())
            return self.reader.name(Call(symbol, arguments))
        return self.reader.name(symbol)

    def _scripted(self) -> tuple[str, list[list[str]]]:
        """Read a symbol: its name, and the tokens of each of its indices."""
        name, indices = self._letter(), []
        while True:
            if self._next == "_" or self.tokens[self.at : self.at + 3] == ["^", "{", "("]:
                self._take()
                indices += self._split(self._group())
            elif self._next.startswith("'"):
                order = len(self._take())
                name = f"d{order if order > 1 else ''}{name}"
            else:
                return name, indices

    def _letter(self) -> str:
        token = self._take()
        if re.fullmatch("[A-Za-z]", token):
            return token
        if greek := GREEK.fullmatch(token):
            return "lambda_" if greek[1] == "lambda" else greek[1]
        if token in UPRIGHT:
            return "".join(self._group())
        if token in (*BOLD, *ACCENTS):
            inner = _Formula(self.reader, self._group())
            name = inner._letter()
            if not inner._next:
                return name if token in BOLD else f"{name}_{token[1:]}"
        if token == r"\nabla":
            return f"nabla_{self._letter()}"
        self.at -= 1
        self._fail(f"{token!r} cannot be read" if token else "something is missing")

    def _resolved(self, base: str, indices: list[list[str]]) -> Symbol:
        """Return the symbol: as many of its indices as a declared name has belong to its name."""
        for count in range(len(indices), 0, -1):
            words = [self._word(tokens) for tokens in indices[:count]]
            word = "".join(words) if all(words) else ""
            for name in (f"{base}_{word}", f"{base}{word}" if word.isdigit() else ""):
                if word and self.reader.declared(name):
                    return self._indexed(name, indices[count:])
        return self._indexed(base, indices)

    def _indexed(self, name: str, indices: list[list[str]]) -> Symbol:
        return Symbol(name, tuple(_Formula(self.reader, tokens).whole() for tokens in indices))

    def _split(self, script: list[str]) -> list[list[str]]:
        """Return the indices in a script: parted by commas, or one symbol after the other."""
        if script[:1] == ["("] and script[-1:] == [")"]:
            script = script[1:-1]
        inner = _Formula(self.reader, script)
        return [
            index
            for part in inner._parted()
            for index in ([part] if set(part) & set(OPERATORS) else self._one_by_one(part))
        ]

    def _parted(self) -> list[list[str]]:
        parts: list[list[str]] = [[]]
        while self._next:
            if self._next == ",":
                self._take()
                parts.append([])
            else:
                start = self.at
                self._group()
                parts[-1] += self.tokens[start : self.at]
        return parts

    def _one_by_one(self, tokens: list[str]) -> list[list[str]]:
        symbols: list[list[str]] = []
        inner = _Formula(self.reader, tokens)
        while inner._next:
            if inner._next.isdigit():
                symbols += [[digit] for digit in inner._take()]
            else:
                start = inner.at
                inner._scripted()
                symbols.append(tokens[start : inner.at])
        return symbols

    def _word(self, index: list[str]) -> str:
        """Return an index as a part of a name, empty if it is more than a word."""
        if index[0].isdigit():
            return index[0]
        inner = _Formula(self.reader, index)
        word, further = inner._scripted()
        return "" if further or inner._next else word

    def _argument(self) -> str:
        return _Formula(self.reader, self._group())._terms(("",))

    def _group(self) -> list[str]:
        """Take a group in braces, or one token, and return its tokens."""
        tokens = [self._take()]
        if tokens != ["{"]:
            return tokens
        depth = 1
        while depth:
            tokens.append(self._take())
            depth += (tokens[-1] == "{") - (tokens[-1] == "}")
        return tokens[1:-1]

    @property
    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        if self.at >= len(self.tokens):
            self._fail("something is missing")
        self.at += 1
        return self.tokens[self.at - 1]

    def _fail(self, why: str) -> NoReturn:
        before = " ".join(self.tokens[: self.at][-6:])
        raise LatexError(f"{why}, after {before!r}" if before else why)


def _parsed(explicit: str) -> Expression:
    try:
        expression = parse_latex(explicit, backend="lark")
    except (LarkError, LaTeXParsingError) as error:
        raise LatexError(f"SymPy cannot read {explicit!r}: {error}") from None
    if isinstance(expression, Tree):
        readings = set(expression.children)
        if len(readings) > 1:
            raise LatexError(f"SymPy reads {explicit!r} in {len(readings)} ways")
        expression = readings.pop()
    return expression
