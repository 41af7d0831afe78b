"""Facts about kasago.literate.equations: a formula that says something else than the code fails."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sympy.parsing.latex import parse_latex

from kasago.literate.equations.__main__ import main
from kasago.literate.equations.page import check_equation, equations_of
from kasago.literate.equations.read import LatexError, Reader, Symbol
from kasago.literate.equations.tie import EquationTie
from kasago.literate.parse import LiterateError

DOCS = Path(__file__).parent.parent / "docs"

SQUARES = r"E = \frac{1}{2} \sum_{k=1}^{K} (y_{k} - t_{k})^{2} \label{eq:squares}"
SQUARES_TIE = "kasago.common.functions.sum_squared_error(y, t); y, t: real[K]"
ENTROPY = (
    r"E = -\frac{1}{N} \sum_{n=1}^{N} \sum_{k=1}^{K} t_{nk} \log (y_{nk} + \delta) \label{eq:ce}"
)
ENTROPY_TIE = """kasago.common.functions.cross_entropy_error(y, t)
    y: probability[N, K]; t: one_hot[N, K]; delta = 1e-7"""
SOFTMAX = r"y_{nk} = \frac{\exp(a_{nk})}{\sum_{j=1}^{K} \exp(a_{nj})}"
SOFTMAX_TIE = "kasago.common.functions.softmax(a); a: real[N, K]"
AFFINE = r"a_{nj} = \sum_{i=1}^{I} x_{ni} W_{ij} + b_{j}"
AFFINE_TIE = """kasago.common.layers.Affine(W, b).forward(x)
    x: real[N, I]; W: real[I, J]; b: real[J]"""
SGD = r"W_{ij} \leftarrow W_{ij} - \eta \frac{\partial E}{\partial W_{ij}}"
SGD_TIE = """params["W"]
    W, dEdW: real[I, J]; eta: positive; params = {"W": W}
    kasago.common.optimizer.SGD(lr=eta).update(params, {"W": dEdW})"""
CENTRAL = r"f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}"
CENTRAL_TIE = "kasago.common.gradient.numerical_diff(f, x); f = np.sin; h = 1e-4; x: real"
STEP = r"h(x) = \begin{cases} 0 & (x \leq 0) \\ 1 & (x > 0) \end{cases}"
STEP_TIE = "kasago.common.functions.step_function(x); x: integer"
RIGHT = [
    (SQUARES, SQUARES_TIE),
    (ENTROPY, ENTROPY_TIE),
    (SOFTMAX, SOFTMAX_TIE),
    (AFFINE, AFFINE_TIE),
    (SGD, SGD_TIE),
    (CENTRAL, CENTRAL_TIE),
    (STEP, STEP_TIE),
]


def page(latex, tie):
    return f"Text.\n\n<!-- formula: {tie} -->\n\\begin{{equation}}\n{latex}\n\\end{{equation}}\n"


def check(text):
    [equation] = equations_of(text, "docs/page.md")
    return check_equation(equation)


def complaint(text):
    with pytest.raises(LiterateError) as caught:
        check(text)
    return str(caught.value)


def value(latex, **declared):
    """Compute a formula without a relation by comparing it with what it should be."""
    expected = declared.pop("expected")
    names = "; ".join(f"{name} = {code}" for name, code in declared.items())
    return check(page(latex, f"{expected}; {names}" if names else str(expected)))


# A formula and its code.


@pytest.mark.parametrize(("latex", "tie"), RIGHT)
def test_a_formula_that_says_what_the_code_does_passes(latex, tie):
    assert check(page(latex, tie)).startswith("is ")


@pytest.mark.parametrize(
    ("latex", "tie", "right", "wrong"),
    [
        # A sign.
        (SQUARES, SQUARES_TIE, "- t", "+ t"),
        (ENTROPY, ENTROPY_TIE, r"= -\frac", r"= \frac"),
        (ENTROPY, ENTROPY_TIE, r"+ \delta", r"- \delta"),
        (AFFINE, AFFINE_TIE, "+ b", "- b"),
        (SGD, SGD_TIE, r"- \eta", r"+ \eta"),
        (CENTRAL, CENTRAL_TIE, "f(x - h)", "f(x + h)"),
        # A factor, or a term.
        (SQUARES, SQUARES_TIE, r"\frac{1}{2} ", ""),
        (ENTROPY, ENTROPY_TIE, r"\frac{1}{N} ", ""),
        (ENTROPY, ENTROPY_TIE, r"\frac{1}{N} ", r"\frac{1}{K} "),
        (AFFINE, AFFINE_TIE, " + b_{j}", ""),
        (SGD, SGD_TIE, r"\eta ", ""),
        (CENTRAL, CENTRAL_TIE, "{2h}", "{h}"),
        # A constant.
        (SQUARES, SQUARES_TIE, r"\frac{1}{2}", r"\frac{1}{3}"),
        (SQUARES, SQUARES_TIE, "^{2}", "^{3}"),
        (ENTROPY, ENTROPY_TIE.replace("1e-7", "1e-8"), "", ""),
        (STEP, STEP_TIE, " 1 &", " 2 &"),
        # A bound.
        (SQUARES, SQUARES_TIE, "k=1", "k=2"),
        (SQUARES, SQUARES_TIE, "^{K}", "^{K-1}"),
        (SQUARES, SQUARES_TIE, "^{K}", "^{K+1}"),
        (SQUARES, SQUARES_TIE, "k=1", "k=0"),
        (ENTROPY, ENTROPY_TIE, "^{N}", "^{K}"),
        (SOFTMAX, SOFTMAX_TIE, "^{K}", "^{N}"),
        (STEP, STEP_TIE, r"\leq", "<"),
        # An index.
        (SOFTMAX, SOFTMAX_TIE, "y_{nk}", "y_{kn}"),
        (SOFTMAX, SOFTMAX_TIE, r"\exp(a_{nj})", r"\exp(a_{nk})"),
        (AFFINE, AFFINE_TIE, "W_{ij}", "W_{ji}"),
        (AFFINE, AFFINE_TIE, "x_{ni}", "x_{in}"),
        (AFFINE, AFFINE_TIE, "b_{j}", "b_{n}"),
        (AFFINE, AFFINE_TIE, "b_{j}", "b_{i}"),
        (SGD, SGD_TIE, r"\leftarrow W_{ij}", r"\leftarrow W_{ji}"),
        (SGD, SGD_TIE, r"\partial W_{ij}", r"\partial W_{ji}"),
        # A shape.
        (SOFTMAX, SOFTMAX_TIE, "y_{nk}", "y_{k}"),
        (AFFINE, AFFINE_TIE, "a_{nj}", "a_{j}"),
        (SQUARES, SQUARES_TIE, "E", "E_{k}"),
        # Another function.
        (SQUARES, SQUARES_TIE.replace("sum_squared_error", "softmax_loss"), "", ""),
        (SOFTMAX, SOFTMAX_TIE.replace("softmax", "sigmoid"), "", ""),
        (STEP, STEP_TIE.replace("step_function", "relu"), "", ""),
    ],
)
def test_a_formula_that_says_something_else_fails(latex, tie, right, wrong):
    assert right in latex
    if right:
        # The last place, which is never on the left.
        at = latex.index(right) if right in ("y_{nk}", "a_{nj}", "E") else latex.rindex(right)
        latex = latex[:at] + wrong + latex[at + len(right) :]
    found = complaint(page(latex, tie))
    assert found.startswith("docs/page.md:")
    assert tie.split(";")[0].split("\n")[0].split("(")[0] in found


def test_the_message_names_page_line_label_function_and_both_values():
    wrong = page(SQUARES.replace(r"\frac{1}{2} ", ""), SQUARES_TIE)
    found = complaint(wrong)
    start, values, sizes = found.partition(": it gives ")[0], found, found.rpartition(", for ")[2]
    assert start == (
        "docs/page.md:4: the equation eq:squares is not "
        "kasago.common.functions.sum_squared_error(y, t)"
    )
    formula, code = values.partition("gives ")[2].partition(", for")[0].split(", the code ")
    assert float(formula) == pytest.approx(2 * float(code))
    assert sizes[:4] == "K = "


def test_the_message_tells_where_arrays_differ_and_in_which_side():
    found = complaint(
        page(r"y_{i} = x_{i} = x_{i} x_{1}", "np.abs(x) - x + x; x = np.ones(3) * -2")
    )
    assert ": side 2 at [0] gives -2, the code 2" in found
    found = complaint(page(r"y_{i} = x_{i} = x_{1}", "x; x = np.arange(3)"))
    assert ": side 3 at [1] gives 0, the code 1" in found


def test_the_functions_behind_a_result_are_named():
    found = complaint(page(SGD.replace("- ", "+ "), SGD_TIE))
    assert 'is not params["W"] (kasago.common.optimizer.SGD): it at [0, 0] gives' in found


def test_a_tolerance_is_for_what_is_only_nearly_the_same():
    tie = "kasago.common.gradient.numerical_diff(np.exp, x); x: real"
    assert "gives" in complaint(page(r"y = \exp(x)", tie))
    assert check(page(r"y = \exp(x)", f"{tie}; rtol = 1e-6"))
    assert "gives" in complaint(page(r"y = 1.00001 \exp(x)", f"{tie}; rtol = 1e-6"))


def test_no_number_is_wrong_by_default():
    assert "it gives 1, the code nan" in complaint(page("y = 1", "np.nan"))


def test_the_comparison_is_the_same_each_time():
    wrong = page(SQUARES.replace("- t", "+ t"), SQUARES_TIE)
    assert complaint(wrong) == complaint(wrong)


def test_sizes_differ_so_that_swapped_axes_show():
    rng = np.random.default_rng(1)
    tie = EquationTie("0; x: real[A, B, C, D]; y: real[E]")
    for _ in range(20):
        draw = tie.draw(rng)
        assert sorted(draw.sizes.values()) == [1, 2, 3, 4, 5]
        assert draw.formula["x"].shape == tuple(draw.sizes[name] for name in "ABCD")


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        ("real[N, K]", lambda x: np.ptp(x) > 0 or x.size == 1),
        ("positive[N, K]", lambda x: x.min() > 0),
        ("unit[N, K]", lambda x: 0 < x.min() <= x.max() < 1),
        ("integer[N, K]", lambda x: set(x.ravel()) <= {-2, -1, 0, 1, 2}),
        ("probability[N, K]", lambda x: np.allclose(x.sum(axis=-1), 1) and x.min() >= 0),
        ("one_hot[N, K]", lambda x: (x.sum(axis=-1) == 1).all() and set(x.ravel()) <= {0, 1}),
    ],
)
def test_random_values_are_of_their_kind(kind, holds):
    rng = np.random.default_rng(1)
    tie = EquationTie(f"0; K: size[2, 4]; x: {kind}")
    for _ in range(20):
        draw = tie.draw(rng)
        assert draw.formula["x"].shape == (draw.sizes["N"], draw.sizes["K"])
        assert 2 <= draw.sizes["K"] <= 4
        assert holds(draw.formula["x"])


def test_class_numbers_count_as_indices_do():
    tie = "kasago.common.functions.softmax_loss(a, t); a: real[N, K]; t: label[N, K]; "
    tie += "y = kasago.common.functions.softmax(a)"
    assert check(page(r"E = -\frac{1}{N} \sum_{n=1}^{N} \log y_{n,t_{n}}", tie))
    assert check(page(r"E = -\frac{1}{N} \sum_{n=0}^{N-1} \log y_{n t_{n}}", tie))


def test_what_the_code_does_to_its_values_does_not_reach_the_formula():
    assert check(page("v = x - 2", 'p["x"]; x = np.zeros(()); p = {"x": x}; p["x"].__isub__(2)'))


# How LaTeX is read.


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        # What print leaves to convention.
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
    assert value(latex, expected=expected)


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
    assert value(latex, expected=expected, **declared)


def test_a_function_that_is_not_declared_may_be_defined_but_not_used():
    assert check(page("h(x) = 2 x", "2 * x; x: real"))
    assert "the formula uses h, which the tie does not declare" in complaint(
        page("y = h(x)", "2 * x; x: real")
    )


@pytest.mark.parametrize(
    ("latex", "why"),
    [
        (r"y = \lim_{x \to 0} x", r"'\\lim' cannot be read"),
        (r"y = \log x 2", r"what \log takes is not clear"),
        (r"y = 1 / 2 x", "what a / divides by is not clear"),
        (r"y = \sum_{k} x", r"write the bounds of \sum"),
        (r"y = \sum_{k=1} x", r"write the bounds of \sum"),
        (r"y = \sum_{k=1}^{2}", "an expression is missing"),
        (r"y = ", "an expression is missing"),
        (r"y = (x", "something is missing"),
        (r"y = x)", "')' cannot be read"),
        (r"y = 1 +", "SymPy cannot read"),
        (r"y = \frac{\partial^{2} E}{\partial x}", "a derivative is"),
        (r"y = \begin{pmatrix} x \end{pmatrix}", "only cases can be read"),
        (r"y = x, \qquad z = x", "',' cannot be read"),
        (r"y = \max_{k} x", r"write \max(a, b)"),
        (r"y = \log_{2} x", r"write \log(x) without"),
        (r"y = \sqrt[3]{x}", "as a power"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(latex, why):
    found = complaint(page(latex, "x; x: real"))
    assert found.startswith("docs/page.md:4: the equation, tied to x, cannot be read: ")
    assert why in found


def test_sympy_may_not_read_a_formula_in_two_ways(monkeypatch):
    # As it would if its structure were not made explicit first.
    monkeypatch.setattr(
        "kasago.literate.equations.read.parse_latex",
        lambda _, backend: parse_latex("f(x)", backend=backend),
    )
    reader = Reader(lambda name: True, lambda name: False)
    with pytest.raises(LatexError, match=r"SymPy reads '.*' in 2 ways"):
        reader.read("y")


def test_the_same_symbol_has_the_same_name():
    reader = Reader(lambda name: name == "x", lambda name: False)
    assert reader.read("x_{i} - x_{i}") == 0
    assert Symbol("i") in reader.nodes.values()


@pytest.mark.parametrize(
    ("latex", "tie", "why"),
    [
        ("y = x W", "x; x: real[3]; W: real[3, 3]", "a product of two arrays"),
        ("y = x + b", "x; x: real[3]; b: real[2]", "a sum of shapes (3,) and (2,)"),
        ("y = x^{2}", "x; x: real[3]", "a number is needed, got an array of shape (3,)"),
        ("y = x_{4}", "x; x: real[3]", "x is used at index 4 of an axis that runs from 1 to 3"),
        ("y = x_{3} + x_{0}", "x; x: real[3]", "index 3 of an axis that runs from 0 to 2"),
        ("y = x_{1}", "x; x: real", "x has 1 indices in the formula and 0 axes in the tie"),
        ("y_{i} = x_{i} + z_{i}", "x; x: real[2]; z: real[3]", "belongs to axes of different len"),
        ("y = x_{x}", "x; x = [0.5]", "an index or a bound is a whole number"),
        ("y = 1 / x", "x; x = 0", "0.0 cannot be raised to a negative power"),
        ("y = x^{0.5}", "x; x = -1", "a number is needed, got (6"),
        (r"y = \log(x)", "x; x = 0", "divide by zero"),
        ("y = f(x)", "x; x = 1; f = lambda: 0", "takes 0 positional arguments"),
        ("y = f x", "f(1); f = np.sin; x = 1", "unsupported operand"),
        (r"y = \begin{cases} 1 & x > 2 \end{cases}", "x; x = 1", "none of the cases holds"),
        (r"y = \sum_{i=1}^{x} i", "x; x = 1.5", "an index or a bound is a whole number, got 1.5"),
    ],
)
def test_what_cannot_be_computed_says_why(latex, tie, why):
    found = complaint(page(latex, tie))
    assert found.startswith("docs/page.md:4: the equation is not ")
    assert why in found


# Left and right.


def test_every_side_of_a_chain_is_compared():
    tie = "kasago.common.functions.sigmoid_grad(x); h = kasago.common.functions.sigmoid; x: real"
    chain = "h'(x) = h(x) (1 - h(x)) = h(x) h(-x)"
    assert check(page(chain, tie))
    assert "side 2 gives" in complaint(page(chain.replace("1 - h", "1 + h"), tie))
    assert "side 3 gives" in complaint(page(chain.replace("h(-x)", "h(x)"), tie))


def test_a_left_side_that_is_no_symbol_is_compared_too():
    tie = "2 * x + h; f = lambda x: x**2; x: real; h: positive"
    assert check(page(r"\frac{f(x + h) - f(x)}{h} = 2 x + h", tie))
    assert "side 1 gives" in complaint(page(r"\frac{f(x + h) + f(x)}{h} = 2 x + h", tie))
    assert "side 2 gives" in complaint(page(r"\frac{f(x + h) - f(x)}{h} = 2 x", tie))


def test_an_equation_without_a_relation_is_one_side():
    assert check(page("x^{2}", "x**2; x: real"))
    assert "it gives" in complaint(page("x^{3}", "x**2; x: real"))


def test_free_indices_are_the_axes_in_their_order():
    assert check(page("y_{ji} = x_{ij}", "x.T; x: real[I, J]"))
    assert "it has values of shape" in complaint(page("y_{ij} = x_{ij}", "x.T; x: real[I, J]"))
    # The range of an index that no array of the formula has is that of the code.
    assert check(page(r"y_{k} = \frac{1}{K}", "np.full(K, 1 / K); K: size[1, 5]"))
    assert check(page(r"I_{ij} = i - j", "np.subtract.outer(np.arange(K), np.arange(K)); K = 3"))


def test_an_update_replaces_what_is_on_its_left():
    assert check(page(r"x_{n} \leftarrow 2 x_{n}", "2 * x; x: real[N]"))
    assert "it gives" in complaint(page(r"x \leftarrow 2 x", "x; x: real"))


# Ties.


@pytest.mark.parametrize(
    ("tie", "why"),
    [
        ("kasago.common.functions.rellu(x); x: real", "has no attribute 'rellu'"),
        ("nowhere.relu(x); x: real", "No module named 'nowhere'"),
        ("x + z; x: real", "NameError: name 'z' is not defined"),
        ("x +; x: real", "'x +' is no Python expression: invalid syntax"),
        ("x; x: rael", "x is of no known kind: rael; known: real, positive,"),
        ("x; x: probability", "x: probability needs its sizes, probability[N, K]"),
        ("x; x: real[-1]", "[-1] is no shape: expected whole numbers, got [-1]"),
        ("x; x: real[0.5]", "[0.5] is no shape"),
        ("x; x: real[]", "is no Python expression"),
        ("x; x: size[5, 2]", "size[5, 2] is empty"),
        ("x; x: real; x + 1", "'x + 1' is no declaration"),
        ("x; x: real; z: real", "z is declared, and used nowhere"),
        ("x; x: real; rtol = small", "name 'small' is not defined"),
        ("'a'; x: real", "'a' is no array of numbers: 'a'"),
        ("1 / 0; x: real", "1 / 0 fails: ZeroDivisionError"),
    ],
)
def test_a_wrong_tie_is_refused_with_its_line(tie, why):
    found = complaint(page(r"y = x \label{eq:y}", tie))
    assert found.startswith("docs/page.md:3: the tie of the equation eq:y is wrong: ")
    assert why in found


def test_an_equation_without_a_tie_fails():
    text = "Text.\n\n\\begin{equation}\nx = 1 \\label{eq:x}\n\\end{equation}\n"
    assert complaint(text).startswith(
        "docs/page.md:3: the equation eq:x has no tie; write directly"
    )
    # Neither is one that stands further up, or that says something else.
    assert "has no tie" in complaint("<!-- a remark -->\n$$\nx\n$$\n")
    with pytest.raises(LiterateError, match=r"docs/page.md:1: this tie stands above no equation"):
        check("<!-- not computed: a symbol -->\n\n$$\nx\n$$\n")


def test_an_equation_that_is_not_computed_gives_a_reason():
    text = "<!-- not computed: {} -->\n$$\nx\n$$\n"
    assert check(text.format("a symbol")) == "not computed: a symbol"
    assert complaint(text.format("")) == "docs/page.md:1: the tie of the equation gives no reason"
    found = complaint(text.format("").replace("not computed", "formula"))
    assert found == "docs/page.md:1: the tie of the equation names no code"


@pytest.mark.parametrize(
    "below",
    ["", "Text.\n", "```text\n$$\nx\n$$\n```\n", "Text $$x$$\n", "<!-- not computed: a -->"],
)
def test_a_tie_above_something_else_fails(below):
    with pytest.raises(LiterateError, match=r"page.md:2: this tie stands above no equation"):
        equations_of(f"\n<!-- formula: 1 -->\n{below}", "page.md")


@pytest.mark.parametrize(
    "stray",
    [
        "Text $$x$$ goes on.",
        r"\[ x \]",
        r"\begin{align} x \end{align}",
        r"Text \begin{equation} x \end{equation}",
        "It costs 5$.\n\n$$\nx\n$$ and more",
    ],
)
def test_a_display_formula_in_another_form_fails(stray):
    with pytest.raises(LiterateError, match=r"page.md:\d: .* would pass untested; write"):
        equations_of(stray, "page.md")


@pytest.mark.parametrize(
    "text",
    [
        "```markdown\n<!-- formula: 1 -->\n$$\nx\n$$\n```\n",
        "Write `<!-- formula: 1 -->` above `$$` or\n`\\begin{equation}`.\n",
        "Inline $x$ and $\\begin{cases} 1 & x > 0 \\end{cases}$ need no tie.\n",
        "<!-- A remark\n$$\nx\n$$\n-->\n",
        "5<!-- = 2 + 3 --> of 100",
    ],
)
def test_code_inline_formulas_and_remarks_are_left_alone(text):
    assert equations_of(text, "page.md") == []


def test_equations_are_found_in_boxes_and_in_dollars_too():
    text = (
        "Text\n\n    <!-- formula: 1 -->\n    \\begin{equation}\n    x = 1\n    \\end{equation}\n"
        "\n<!-- formula: 2;\n y: real -->\n$$ x = 2 $$\n"
    )
    first, second = equations_of(text, "page.md")
    assert (first.line, first.tie_line, first.tie) == (4, 3, "1")
    assert (second.line, second.tie_line, second.latex) == (10, 8, " x = 2 ")
    assert text[first.start : first.end].startswith("<!--")


# The book.


@pytest.mark.parametrize(
    ("name", "label", "right", "wrong"),
    [
        ("loss.md", "eq:squared-error", "y_{k} - t_{k}", "y_{k} + t_{k}"),
        ("loss.md", "eq:cross-entropy", r"E = -\sum", r"E = \sum"),
        ("loss.md", "eq:batch", "t_{nk}", "t_{kn}"),
        ("loss.md", "eq:mean-gradient", r"\frac{1}{N} ", ""),
        ("loss.md", "eq:softmax-loss", "j=1", "j=2"),
        ("loss.md", "eq:y-minus-t", "y_{k} - t_{k}", "t_{k} - y_{k}"),
        ("differentiation.md", "eq:central", "{2h}", "{h}"),
        ("differentiation.md", "eq:forward-error", r"\frac{h}{2}", r"\frac{h}{3}"),
        ("differentiation.md", "eq:central-error", "{6}", "{3}"),
        ("differentiation.md", "eq:tangent", "t - x", "t + x"),
        ("gradient.md", "eq:gradient", "2 x_{1}", "2 x_{0}"),
        ("gradient.md", "eq:directional", r"\cos \theta", r"\sin \theta"),
        ("gradient.md", "eq:arrow", r"-\frac", r"\frac"),
        ("training.md", "eq:hidden", "W_{1,ij}", "W_{1,ji}"),
        ("training.md", "eq:sigmoid", "e^{-a", "e^{a"),
        ("training.md", "eq:output", "{K}", "{K-1}"),
        ("training.md", "eq:sgd", r"\eta", r"2 \eta"),
    ],
)
def test_a_formula_of_the_book_that_is_changed_fails(name, label, right, wrong):
    text = (DOCS / name).read_text("utf-8")
    [equation] = [e for e in equations_of(text, name) if e.label == label]
    assert check_equation(equation)
    assert right in equation.latex
    changed = equation.latex.replace(right, wrong, 1)
    broken = text.replace(equation.latex, changed)
    [equation] = [e for e in equations_of(broken, name) if e.label == label]
    with pytest.raises(
        LiterateError, match=rf"{name}:{equation.line}: the equation {label} is not"
    ):
        check_equation(equation)


# The command, and pytest.


def test_the_command_says_of_each_equation_what_was_found(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("good.md").write_text(page(SQUARES, SQUARES_TIE))
    Path("bad.md").write_text(page(SQUARES.replace("- t", "+ t"), SQUARES_TIE))
    Path("stray.md").write_text("<!-- formula: 1 -->\n")
    assert main(["good.md"]) == 0
    assert capsys.readouterr().out == (
        "good.md:4: eq:squares is kasago.common.functions.sum_squared_error(y, t)\n"
    )
    assert main(["bad.md", "stray.md", "good.md"]) == 1
    printed = capsys.readouterr()
    assert "bad.md:4: the equation eq:squares is not kasago" in printed.err
    assert "stray.md:1: this tie stands above no equation" in printed.err
    assert "good.md:4: eq:squares is" in printed.out


def test_pytest_has_a_test_for_each_equation(tmp_path):
    shutil.copy(Path(__file__).parents[1] / "conftest.py", tmp_path)
    (tmp_path / "page.md").write_text(
        page(SQUARES, SQUARES_TIE)
        + "\n```python\nprint(1)\n```\n\n```output\n1\n```\n\n"
        + page(SQUARES.replace("k=1", "k=2"), SQUARES_TIE)
        + "\n<!-- not computed: a symbol -->\n$$\nx\n$$\n\n$$\ny\n$$\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 failed, 2 passed, 1 skipped" in result.stdout.splitlines()[-1]
    assert "page.md:19: the equation eq:squares is not kasago.common.functions" in result.stdout
    assert "the equation has no tie" in result.stdout
    assert "not computed: a symbol" in result.stdout
