r"""Read the LaTeX of an equation as a reader of the page reads it, or say what is not clear.

What print leaves to convention:

- a product needs no sign, and ``h(x)`` is a call if `h` is declared as a function, else a product;
- ``\sum_{i=1}^{I} x_{i} + b`` ends at the plus, and so does ``\log x + b``;
- a power is taken first, then products and quotients from left to right, then sums;
- of the indices of a symbol, as many belong to its name as a declared name has: ``W_{1,ij}`` and
  ``W^{(1)}_{ij}`` are `W1` at i and j if `W1` is declared, and `W` at 1, i and j if not;
- ``f'`` is `df` and ``\frac{\partial E}{\partial W_{ij}}`` is `dEdW` at i and j.

What convention does not settle, such as ``1 / 2 x`` or ``\log x y``, is an error.
"""

import re
from collections.abc import Mapping
from typing import NoReturn

from kasago.literate.equations.errors import UnreadableEquation
from kasago.literate.equations.expression import (
    Call,
    Cases,
    Expression,
    Number,
    Operation,
    Series,
    Symbol,
    Vector,
)
from kasago.literate.equations.tokens import parted, tokens_of, unwrapped

RELATIONS = ("=", r"\leftarrow", r"\approx")
# The signs of LaTeX, and what an `Operation` calls them.
COMPARISONS = {
    "<": "<",
    ">": ">",
    **dict.fromkeys((r"\leq", r"\le"), "<="),
    **dict.fromkeys((r"\geq", r"\ge"), ">="),
    **dict.fromkeys((r"\neq", r"\ne"), "!="),
    "=": "=",
}
PRODUCTS = {**dict.fromkeys(("*", r"\cdot", r"\times"), "*"), "/": "/"}
OPERATORS = {"+", "-", *PRODUCTS}
FUNCTIONS = {rf"\{name}" for name in ("exp", "log", "ln", "sin", "cos", "tan")}
# A pair of braces groups and is not printed.
BRACKETS = {"(": ")", "[": "]", "{": "}", "|": "|", r"\{": r"\}", r"\lvert": r"\rvert"}
UPRIGHT = (r"\mathrm", r"\operatorname", r"\text", r"\textrm", r"\mathit")
BOLD = (r"\mathbf", r"\boldsymbol", r"\bm")
ACCENTS = (r"\hat", r"\bar", r"\tilde", r"\dot")
GREEK = re.compile(
    r"\\(?:var)?(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho"
    r"|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi"
    r"|Omega|ell)"
)


def read_equation(latex: str, values: Mapping[str, object]) -> list[Expression]:
    r"""Return the sides of an equation: what its relations part.

    Parameters
    ----------
    latex : str
    values : mapping of str to object
        What is declared: which names there are, and which of them are functions. On the left
        of a relation, f(x) may stand with an f that is not declared.

    Returns
    -------
    list of Expression

    Raises
    ------
    UnreadableEquation
        If a side is no formula, or may be read in more than one way.

    Examples
    --------
    >>> read_equation("x_{i} = 2", {"x": [1, 2]})
    [Symbol(name='x', indices=(Symbol(name='i', indices=()),)), Number(value=2)]
    """
    sides = parted(tokens_of(latex), RELATIONS)
    return [
        _Reader(side, values, defines=number == 0 and len(sides) > 1).expression()
        for number, side in enumerate(sides)
    ]


class _Reader:
    """Reads tokens from left to right.

    A method that takes `stops` reads up to one of these tokens, and leaves it; "" is the end.
    """

    def __init__(
        self, tokens: list[str], values: Mapping[str, object], defines: bool = False
    ) -> None:
        self.tokens, self.values, self.defines = tokens, values, defines
        self.at = 0

    def expression(self) -> Expression:
        """Return the expression that all the tokens are."""
        return self._terms("")

    def comparison(self) -> Expression:
        """Return the comparison that all the tokens are."""
        left = self._terms("", *COMPARISONS)
        if not self._next:
            self._fail("a condition compares two expressions")
        sign = COMPARISONS[self._take()]
        return Operation(sign, (left, self._terms("")))

    # From what binds least to what binds most.

    def _terms(self, *stops: str) -> Expression:
        terms = [self._term(stops)]
        while self._next in ("+", "-"):
            terms.append(self._term(stops))
        if self._next not in stops:
            self._fail(f"{self._next} stands in a condition of cases, and there once")
        return Operation("+", tuple(terms)) if len(terms) > 1 else terms[0]

    def _term(self, stops: tuple[str, ...]) -> Expression:
        """Read a product with the sign before it."""
        sign = self._take() if self._next in ("+", "-") else ""
        product = self._product((*stops, "+", "-", *COMPARISONS))
        return Operation("-", (product,)) if sign == "-" else product

    def _product(self, stops: tuple[str, ...]) -> Expression:
        product, sign = self._factor(stops), ""
        while self._next not in stops:
            if self._next in PRODUCTS:
                sign = PRODUCTS[self._take()]
            elif sign == "/":
                self._fail(r"what a / divides by is not clear: write \frac{}{}")
            else:
                sign = "*"
            product = Operation(sign, (product, self._factor(stops)))
        return product

    def _factor(self, stops: tuple[str, ...]) -> Expression:
        """Read one factor with its power."""
        if self._next in (*stops, *PRODUCTS):
            self._fail("an expression is missing")
        if self._next in (r"\sum", r"\prod"):
            return self._series(stops)
        factor = self._function(stops) if self._next in FUNCTIONS else self._base()
        if self._next == "^":
            self._take()
            factor = Operation("^", (factor, self._argument()))
        return factor

    def _series(self, stops: tuple[str, ...]) -> Expression:
        """Read a sum, which reaches to the next plus or minus, and no further."""
        sign = self._take()
        limits: dict[str, list[str]] = {}
        while self._next in ("_", "^") and self._next not in limits:
            script = self._take()
            limits[script] = self._group()
        start, end = limits.get("_", []), limits.get("^", [])
        if start[1:2] != ["="] or not end:
            self._fail(rf"write the bounds of {sign}: {sign}_{{k=1}}^{{K}}")
        return Series(
            "+" if sign == r"\sum" else "*",
            self._of(start[:1])._letter(),
            self._of(start[2:]).expression(),
            self._of(end).expression(),
            self._product(stops),
        )

    def _function(self, stops: tuple[str, ...]) -> Expression:
        function = self._take()
        if self._next in ("_", "^"):
            self._fail(rf"write {function}(x) without _ and ^, and powers behind it")
        if self._next in BRACKETS and self._next != "{":
            argument = self._base()
        else:
            argument = self._factor(stops)
            if self._next not in (*stops, *PRODUCTS):
                self._fail(f"what {function} takes is not clear: write {function}(...)")
        return Operation(function[1:], (argument,))

    def _base(self) -> Expression:
        """Read a factor without its power."""
        if self._next[:1].isdigit():
            digits = self._take().replace("{,}", "")
            return Number(float(digits) if "." in digits else int(digits))
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

    def _root(self) -> Expression:
        self._take()
        if self._next == "[":
            self._fail(r"write \sqrt[n]{x} as a power")
        return Operation("sqrt", (self._argument(),))

    def _extreme(self) -> Expression:
        extreme = self._take()
        inner = self._list() if self._next == "(" else ()
        if len(inner) < 2:
            self._fail(rf"write {extreme}(a, b)")
        return Operation(extreme[1:], inner)

    def _bracket(self) -> Expression:
        opening = self._next
        inner = self._list()
        if len(inner) > 1:
            if opening not in ("(", "["):
                self._fail("a vector is written (a, b)")
            return Vector(inner)
        if opening in ("|", r"\lvert"):
            return Operation("|", inner)
        if opening == "{" and isinstance(inner[0], Operation | Series):
            self._fail("braces are not printed: write parentheses")
        return inner[0]

    def _list(self) -> tuple[Expression, ...]:
        """Read a bracket, and what commas part in it."""
        closing = BRACKETS[self._take()]
        parts = [self._terms(",", closing)]
        while self._take() == ",":
            parts.append(self._terms(",", closing))
        return tuple(parts)

    def _fraction(self) -> Expression:
        self._take()
        above, below = self._group(), self._group()
        if r"\partial" in above or (above[:1] == ["d"] and below[:1] == ["d"] and above[1:]):
            return self._derivative(above, below)
        return Operation("/", (self._of(above).expression(), self._of(below).expression()))

    def _derivative(self, above: list[str], below: list[str]) -> Symbol:
        """Read dE/dW as one symbol, with the indices of both."""
        name, indices = "", []
        for tokens in (above, below):
            inner = self._of(tokens[1:])
            one = tokens[:1] in ([r"\partial"], ["d"]) and inner._next not in ("", "^")
            base, scripts = inner._scripted() if one else ("", [])
            if not one or inner._next:
                self._fail(r"a derivative is \frac{\partial E}{\partial x}, one symbol each")
            name += f"d{base}"
            indices += scripts
        return self._resolved(name, indices)

    def _cases(self) -> Expression:
        r"""Read \begin{cases} value & condition \\ ... \end{cases}."""
        self._take()
        if self._group() != list("cases"):
            self._fail(r"of the environments, only cases can be read")
        branches: list[tuple[Expression, Expression | None]] = []
        while self._next != r"\end":
            if branches and branches[-1][1] is None:
                self._fail("otherwise is the last of the cases")
            value = self._terms(",", "&")
            while self._next in (",", "&"):
                self._take()
            branches.append((value, self._condition()))
            if self._next == r"\\":
                self._take()
        self._take()
        self._group()
        return Cases(tuple(branches))

    def _condition(self) -> Expression | None:
        word = ""
        if self._next in (r"\text", r"\textrm"):
            self._take()
            word = "".join(self._group())
        tokens: list[str] = []
        while self._next not in (r"\\", r"\end"):
            tokens.append(self._take())
        if word == "otherwise" and not tokens:
            return None
        if word not in ("", "if"):
            self._fail(rf"{word!r} is no word of a condition: \text{{if}} or \text{{otherwise}}")
        return self._of(unwrapped(tokens)).comparison()

    # Symbols, and what stands at them.

    def _symbol(self) -> Expression:
        may_define = self.defines and self.at == 0
        symbol = self._resolved(*self._scripted())
        defines = may_define and symbol.name not in self.values
        if self._next == "(" and (defines or callable(self.values.get(symbol.name))):
            return Call(symbol, self._list())
        return symbol

    def _scripted(self) -> tuple[str, list[list[str]]]:
        """Read a symbol: its name, and the tokens of each of its indices."""
        name, indices = self._letter(), []
        while True:
            if self._next == "_" or self._at_layer():
                self._take()
                indices += self._indices(self._group())
            elif self._next.startswith("'"):
                order = len(self._take())
                name = f"d{order if order > 1 else ''}{name}"
            else:
                return name, indices

    def _at_layer(self) -> bool:
        """Whether an index in parentheses follows, as that of W^{(1)}; it is no power."""
        script = self.tokens[self.at : self.at + 6]
        return script[:3] == ["^", "{", "("] and script[4:] == [")", "}"]

    def _letter(self) -> str:
        token = self._take()
        if re.fullmatch("[A-Za-z]", token):
            return token
        if greek := GREEK.fullmatch(token):
            return "lambda_" if greek[1] == "lambda" else greek[1]
        if token in UPRIGHT:
            return "".join(self._group())
        if token in (*BOLD, *ACCENTS):
            inner = self._of(self._group())
            name = inner._letter()
            if not inner._next:
                return name if token in BOLD else f"{name}_{token[1:]}"
        if token == r"\nabla":
            return f"nabla_{self._letter()}"
        self.at -= 1
        self._fail(f"{token!r} cannot be read")

    def _resolved(self, base: str, indices: list[list[str]]) -> Symbol:
        """Return the symbol: as many of its indices as a declared name has belong to its name."""
        for count in range(len(indices), 0, -1):
            words = [self._word(tokens) for tokens in indices[:count]]
            word = "".join(words) if all(words) else ""
            for name in (f"{base}_{word}", f"{base}{word}" if word.isdigit() else ""):
                if word and name in self.values:
                    return self._indexed(name, indices[count:])
        return self._indexed(base, indices)

    def _indexed(self, name: str, indices: list[list[str]]) -> Symbol:
        return Symbol(name, tuple(self._of(tokens).expression() for tokens in indices))

    def _word(self, index: list[str]) -> str:
        """Return an index as a part of a name, empty if it is more than a word."""
        if index[0].isdigit():
            return index[0] if len(index) == 1 else ""
        inner = self._of(index)
        word, further = inner._scripted()
        return "" if further or inner._next else word

    def _indices(self, script: list[str]) -> list[list[str]]:
        """Return the indices in a script: parted by commas, or one symbol after the other."""
        indices: list[list[str]] = []
        for part in parted(unwrapped(script), ","):
            if not part:
                self._fail("an index is missing")
            indices += [part] if OPERATORS & set(part) else self._one_by_one(part)
        return indices

    def _one_by_one(self, tokens: list[str]) -> list[list[str]]:
        symbols: list[list[str]] = []
        inner = self._of(tokens)
        while inner._next:
            if inner._next.isdigit():
                symbols += [[digit] for digit in inner._take()]
            else:
                start = inner.at
                inner._scripted()
                symbols.append(tokens[start : inner.at])
        return symbols

    # Tokens.

    def _of(self, tokens: list[str]) -> "_Reader":
        """Return a reader of some of the tokens."""
        return _Reader(tokens, self.values)

    def _argument(self) -> Expression:
        return self._of(self._group()).expression()

    def _group(self) -> list[str]:
        """Take a group in braces, or one token, and return its tokens."""
        tokens = [self._take()]
        if tokens != ["{"]:
            if len(tokens[0]) > 1 and tokens[0].isdigit():
                self._fail(f"TeX takes one digit of {tokens[0]}: write {{{tokens[0]}}}")
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
        raise UnreadableEquation(f"{why}, after {before!r}" if before else why)
