"""Facts about kasago.literate.equations.read: a formula has the value that print gives it."""

import math

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kasago.literate.equations.compare import compare
from kasago.literate.equations.errors import UnreadableEquation
from kasago.literate.equations.evaluate import OPERATIONS, Scope
from kasago.literate.equations.expression import (
    Call,
    Number,
    Operation,
    Series,
    Symbol,
    symbols,
    walk,
)
from kasago.literate.equations.read import (
    COMPARISONS,
    FUNCTIONS,
    OPERATORS,
    PRODUCTS,
    read_equation,
)
from kasago.literate.equations.tie import EquationTie
from kasago.literate.equations.tokens import parted, tokens_of, unwrapped


def value(latex, expected, **declared):
    """Compare a formula without a relation with what it should be."""
    names = "; ".join(f"{name} = {code}" for name, code in declared.items())
    compare(latex, EquationTie(f"{expected}; {names}" if names else expected))
    return True


def refusal(latex, *names):
    with pytest.raises(UnreadableEquation) as caught:
        read_equation(latex, dict.fromkeys(names, 1.0))
    return str(caught.value)


# What print leaves to convention.


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\log (3) 2", "2 * np.log(3)"),
        (r"2 \exp(1) (1 - 4)", "-6 * np.e"),
        (r"\log 3 + 1", "np.log(3) + 1"),
        (r"\exp(2)^{2}", "np.exp(4)"),
        (r"\log 3^{2}", "np.log(9)"),
        (r"-\cos(1) 2", "-2 * np.cos(1)"),
        (r"\sum_{i=1}^{3} i + 1", "7"),
        (r"1 - \sum_{i=1}^{3} i - 1", "-6"),
        (r"\sum_{i=1}^{3} 2 i (i + 1)", "40"),
        (r"\sum_{i=1}^{3} \sum_{j=1}^{i} j", "10"),
        (r"(\sum_{i=1}^{3} i)^{2}", "36"),
        (r"\log \sum_{i=1}^{2} e^{i} - \sum_{i=1}^{2} i", "np.log(np.e + np.e**2) - 3"),
        (r"\prod_{i=2}^{4} i", "24"),
        (r"\frac{1}{2} 3", "1.5"),
        (r"2 (3 + 4) 5", "70"),
        (r"-3^{2}", "-9"),
        (r"8 / 4 / 2", "1"),
        (r"6 - 3 - 2", "1"),
        (r"2^{-1}", "0.5"),
        (r"10^{-7} \cdot 60{,}000", "0.006"),
        (r"\left| -3 \right| |2 - 4|", "6"),
        (r"\sqrt{4} + \sqrt 9", "5"),
        (r"\max(0, 3 - 5) + \min(1, 2)", "1"),
        (r"\pi \, e^{0} \times 2", "2 * np.pi"),
        (r"\tan(1) + \sin \pi", "np.tan(1)"),
        (r"\left( 1, \; \frac{1}{2}, 3 \right)", "[1, 0.5, 3]"),
    ],
)
def test_a_formula_is_read_as_in_print(latex, expected):
    assert value(latex, expected)


@pytest.mark.parametrize(
    ("latex", "declared", "expected"),
    [
        # A declared function is called, anything else multiplied.
        ("h(2 + 1)", {"h": "lambda x: x**2"}, "9"),
        ("h(2 + 1)", {"h": "5"}, "15"),
        ("h(2) (1 - h(2)) h", {"h": "5"}, "-450"),
        ("f(1, 2) f(2, 1)", {"f": "lambda a, b: a - b"}, "-1"),
        ("f(f(2))", {"f": "lambda a: a**2"}, "16"),
        ("E_{2}(3)", {"E": "lambda n, x: 10 * n + x"}, "13"),
        (r"\operatorname{norm}(x)", {"norm": "np.linalg.norm", "x": "np.array([3, 4])"}, "5"),
        # Derivatives.
        ("f'(2) + f''(2)", {"df": "lambda x: x", "d2f": "lambda x: 5 * x"}, "12"),
        (r"\frac{\partial E}{\partial x} - \frac{d E}{d y}", {"dEdx": "3", "dEdy": "1"}, "2"),
        (r"\frac{\partial y_{2}}{\partial a_{1}}", {"dyda": "[[1, 2], [3, 4]]"}, "3"),
        (r"\frac{\partial E}{\partial W^{(1)}_{12}}", {"dEdW1": "[[1, 2], [3, 4]]"}, "2"),
        (r"\frac{d}{2}", {"d": "3"}, "1.5"),
        # Indices and names.
        ("x_{1} + x_{3}", {"x": "[1, 2, 3]"}, "4"),
        ("x_{0} + x_{2}", {"x": "[1, 2, 3]"}, "4"),
        ("x_{0} + x_{2}", {"x0": "5", "x_2": "6"}, "11"),
        ("x_{0}^{2}", {"x": "[3]"}, "9"),
        ("W_{12} W_{1,2} W_{1 2}", {"W": "[[1, 2], [3, 4]]"}, "8"),
        ("W_{1,21}", {"W1": "[[1, 2], [3, 4]]"}, "3"),
        ("W^{(1)}_{21}", {"W1": "[[1, 2], [3, 4]]"}, "3"),
        (r"\sum_{i=1}^{2} x_{i+1}", {"x": "[1, 2, 3]"}, "5"),
        (r"\sum_{i=0}^{2} x_{i}", {"x": "[1, 2, 3]"}, "6"),
        (r"\sum_{i=0}^{2} i x_{i+1}", {"x": "[1, 2, 3]", "first": "1"}, "8"),
        (r"x_{i_{2}}", {"x": "[5, 6, 7]", "i": "[1, 3]"}, "7"),
        (r"v_{t} + v_{1}", {"v_t": "1", "v": "[2]"}, "3"),
        (r"E_{\mathrm{test}}", {"E_test": "2"}, "2"),
        (r"\hat{y} \lambda \mathbf{b}", {"y_hat": "2", "lambda_": "3", "b": "4"}, "24"),
        (r"\varepsilon + e", {"epsilon": "2", "e": "1"}, "3"),
        # Whole arrays.
        (r"x - 2 (x + y) / 4", {"x": "np.ones(3)", "y": "np.arange(3)"}, "[0.5, 0, -0.5]"),
        (r"|x| + \left| \nabla f \right|", {"x": "[3, 4]", "nabla_f": "[6, 8]"}, "15"),
        (r"\left( -\frac{x}{|x|}, 7 \right)", {"x": "np.array([3, 4])"}, "[-0.6, -0.8, 7]"),
        # Cases.
        (r"\begin{cases} 1, & x < 2 \\ x, & \text{otherwise} \end{cases}", {"x": "5"}, "5"),
        (r"\begin{cases} 1 & \text{if } (x \geq 2) \\ 0 & (x < 2) \end{cases}", {"x": "2"}, "1"),
    ],
)
def test_symbols_are_looked_up_by_their_declarations(latex, declared, expected):
    assert value(latex, expected, **declared)


def test_a_function_that_is_not_declared_may_be_defined_but_not_used():
    x = Symbol("x")
    assert read_equation("h(x) = 2 x", {})[0] == Call(Symbol("h"), (x,))
    for latex in ("y = h(x)", "h(x)"):
        assert read_equation(latex, {})[-1] == Operation("*", (Symbol("h"), x))


def test_an_index_with_an_operation_is_no_part_of_a_name():
    plus = Operation("+", (Number(1), Symbol("i")))
    assert read_equation("x_{1+i}", {"x1": 0.0, "x_1": 0.0}) == [Symbol("x", (plus,))]


def test_a_power_in_parentheses_is_a_layer_if_it_is_one_symbol():
    assert read_equation("W^{(l)}", {}) == [Symbol("W", (Symbol("l"),))]
    [power] = read_equation("e^{(a + b) / 2}", {})
    assert power.sign == "^"


def test_the_bounds_of_a_sum_are_expressions():
    [series] = read_equation(r"\sum_{j=i+1}^{2n} j", {})
    assert isinstance(series, Series)
    assert (series.lower.sign, series.upper.sign) == ("+", "*")


def test_spacing_and_the_size_of_brackets_say_nothing():
    plain = read_equation("(x, |y|) = 2 z", {})
    assert plain == read_equation(
        r"\left( x, \; \bigl| y \bigr| \right) \, = ~ 2 \quad z \label{eq:a}", {}
    )
    assert plain == read_equation("(x,|y|)=2z.", {})


def test_symbols_come_as_they_stand_from_left_to_right():
    [side] = read_equation(r"\frac{\partial E}{\partial W_{ij}} x_{k_{n}} + h(a)", {"h": abs})
    names = [symbol.name for symbol in symbols(side)]
    assert names == ["dEdW", "i", "j", "x", "k", "n", "h", "a"]


def test_every_operation_that_is_read_can_be_computed():
    functions = {function.removeprefix("\\") for function in FUNCTIONS}
    signs = {*COMPARISONS.values(), *PRODUCTS.values(), *functions, *"+-^|", "max", "min", "sqrt"}
    assert signs == OPERATIONS.keys()
    assert {"+", "-", *PRODUCTS} == OPERATORS


# What is not clear.


@pytest.mark.parametrize(
    ("latex", "why"),
    [
        (r"\lim_{x \to 0} x", r"'\\lim' cannot be read"),
        (r"\log x 2", r"what \log takes is not clear: write \log(...), after '\\log x'"),
        (r"\log {x} 2", r"what \log takes is not clear"),
        (r"1 / 2 x", "what a / divides by is not clear"),
        (r"1 / 2 \exp(x)", "what a / divides by is not clear"),
        (r"1 / 2 \sum_{i=1}^{2} i", "what a / divides by is not clear"),
        (r"\sum_{k} x", r"write the bounds of \sum"),
        (r"\sum_{k=1} x", r"write the bounds of \sum"),
        (r"\sum^{2} x", r"write the bounds of \sum: \sum_{k=1}^{K}"),
        (r"\sum_{2=1}^{3} x", "'2' cannot be read"),
        (r"\sum_{k=1}^{2}", "an expression is missing"),
        (r"\sum_{k=1}^{2} -x", "an expression is missing"),
        (r"", "an expression is missing"),
        (r"1 +", "an expression is missing, after '1 +'"),
        (r"x \cdot", "an expression is missing"),
        (r"1 + -2", "an expression is missing, after '1 +'"),
        (r"2 \cdot -x", "an expression is missing"),
        (r"x * * x", "an expression is missing"),
        (r"/ x", "an expression is missing"),
        (r"e^-x", "an expression is missing"),
        (r"||x||", "an expression is missing"),
        (r"(x", "something is missing"),
        (r"\sqrt", "something is missing"),
        (r"x)", "')' cannot be read"),
        (r"(x]", "']' cannot be read"),
        (r"x!", "'!' cannot be read"),
        (r"2^3^4", "'^' cannot be read"),
        (r"x, \qquad z", "',' cannot be read"),
        (r"x_{i}_{,}", "an index is missing"),
        (r"x_{i,}", "an index is missing"),
        (r"x_{}", "an index is missing"),
        # TeX shows another formula than the one that was meant.
        (r"x^23", "TeX takes one digit of 23: write {23}"),
        (r"x_12", "TeX takes one digit of 12"),
        (r"\frac12", "TeX takes one digit of 12"),
        (r"{x + 1} 2", "braces are not printed: write parentheses"),
        (r"{\sum_{i=1}^{2} i} x", "braces are not printed"),
        (r"|x, 2|", "a vector is written (a, b)"),
        (r"\frac{\partial^{2} E}{\partial x}", "a derivative is"),
        (r"\frac{\partial E}{}", "a derivative is"),
        (r"\frac{d E F}{d x}", "a derivative is"),
        (r"\begin{pmatrix} x \end{pmatrix}", "only cases can be read"),
        (r"\max_{k} x", r"write \max(a, b)"),
        (r"\max(x)", r"write \max(a, b)"),
        (r"\log_{2} x", r"write \log(x) without"),
        (r"\sqrt[3]{x}", "as a power"),
        # Conditions.
        (r"x < 2", "< stands in a condition of cases"),
        (r"(x < 2) 3", "< stands in a condition of cases"),
        (r"\begin{cases} 1 & 0 < x < 2 \end{cases}", "in a condition of cases, and there once"),
        (r"\begin{cases} 1 & x \end{cases}", "a condition compares two expressions"),
        (r"\begin{cases} 1 & \end{cases}", "an expression is missing"),
        (
            r"\begin{cases} 1 & \text{unless } x < 2 \end{cases}",
            "'unless' is no word of a condition",
        ),
        (r"\begin{cases} 1 & \text{otherwise} x < 2 \end{cases}", "'otherwise' is no word"),
        (
            r"\begin{cases} 1 & \text{otherwise} \\ 2 & x < 2 \end{cases}",
            "otherwise is the last of the cases",
        ),
        (r"\begin{cases} 1 & x < 2", "something is missing"),
    ],
)
def test_what_is_not_clear_is_refused(latex, why):
    assert why in refusal(latex, "x")
    assert why in refusal(f"y = {latex}", "x")


def test_tokens_are_parted_outside_brackets_only():
    tokens = tokens_of(r"a = \begin{cases} 1 & (b = c) \end{cases} \approx {d = e}")
    assert ["".join(part) for part in parted(tokens, ("=", r"\approx"))] == [
        "a",
        r"\begin{cases}1&(b=c)\end{cases}",
        "{d=e}",
    ]
    assert unwrapped(tokens_of("(a + b) (c)")) == tokens_of("(a + b) (c)")
    assert unwrapped(tokens_of("((a) + b)")) == tokens_of("(a) + b")


# Any formula: LaTeX and Python are written from one tree, and read by two programs.

# Machines are noisy, so no property is judged by the time that it takes.
many = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
SUM, PRODUCT, POWER, ATOM = range(4)
VALUES = {"x": 1.5, "y": -0.75, "v": [2.0, -3.0]}
ATOMS = st.one_of(
    st.integers(0, 20).map(lambda n: (f"{n}", f"{n}.0")),
    st.sampled_from([("x", "x"), ("y", "y"), ("v_{2}", "v[1]"), (r"\pi", "math.pi")]),
).map(lambda texts: (*texts, ATOM))


def within(part, level):
    """The LaTeX of a part, in parentheses if it binds less than what stands around it."""
    latex, _, binds = part
    return latex if binds >= level else rf"\left( {latex} \right)"


def added(sign):
    def join(a, b):
        return f"{within(a, SUM)} {sign} {within(b, PRODUCT)}", f"({a[1]} {sign} {b[1]})", SUM

    return join


def multiplied(sign):
    def join(a, b):
        # Without a sign between them, what a / divides by is not clear.
        left = within(a, POWER if sign == "" else PRODUCT)
        python = f"({a[1]} {'/' if sign == '/' else '*'} {b[1]})"
        return f"{left} {sign} {within(b, POWER)}", python, PRODUCT

    return join


def raised(a, exponent):
    return f"{within(a, ATOM)}^{{{exponent}}}", f"({a[1]} ** {exponent}.0)", POWER


def trees(parts):
    pairs = [added("+"), added("-"), *map(multiplied, ["", r"\cdot", r"\times", "/"])]
    pairs.append(lambda a, b: (rf"\frac{{{a[0]}}}{{{b[0]}}}", f"({a[1]} / {b[1]})", POWER))
    pairs.append(lambda a, b: (rf"\max({a[0]}, {b[0]})", f"max({a[1]}, {b[1]})", ATOM))
    alone = [
        lambda a: (f"-{within(a, PRODUCT)}", f"(-{a[1]})", SUM),
        lambda a: (f"|{a[0]}|", f"abs({a[1]})", ATOM) if "|" not in a[0] else a,
        lambda a: (rf"\cos({a[0]})", f"math.cos({a[1]})", ATOM),
        # A sum reaches to the next plus or minus.
        lambda a: (
            rf"\left( \sum_{{i=1}}^{{3}} i \cdot {within(a, POWER)} \right)",
            f"sum(i * {a[1]} for i in (1.0, 2.0, 3.0))",
            ATOM,
        ),
    ]
    return st.one_of(
        *(st.builds(pair, parts, parts) for pair in pairs),
        *(st.builds(one, parts) for one in alone),
        st.builds(raised, parts, st.integers(0, 3)),
    )


@many
@given(st.recursive(ATOMS, trees, max_leaves=12))
def test_a_formula_has_the_value_that_python_gives_it(tree):
    latex, python, _ = tree
    try:
        expected = eval(python, {"math": math, **VALUES})
    except (OverflowError, ZeroDivisionError):
        assume(False)
    assume(math.isfinite(expected))
    [expression] = read_equation(latex, VALUES)
    found = Scope(VALUES).value(expression, {})
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@many
@given(st.recursive(ATOMS, trees, max_leaves=8), st.data())
def test_a_formula_that_lost_a_bracket_is_refused(tree, data):
    tokens = tokens_of(tree[0])
    brackets = [at for at, token in enumerate(tokens) if token in "(){}"]
    assume(brackets)
    del tokens[data.draw(st.sampled_from(brackets))]
    with pytest.raises(UnreadableEquation):
        read_equation(" ".join(tokens), VALUES)


@many
@given(st.recursive(ATOMS, trees, max_leaves=8))
def test_every_part_of_a_formula_is_walked_through(tree):
    [expression] = read_equation(tree[0], VALUES)
    numbers = [part.value for part in walk(expression) if isinstance(part, Number)]
    written = [int(token) for token in tokens_of(tree[0]) if token.isdigit()]
    assert numbers == written
