"""Facts about kasago.literate.equations.compare: what says something else than the code fails."""

import itertools

import pytest

from kasago.literate.equations.compare import compare
from kasago.literate.equations.errors import EquationError, EquationMismatch, WrongTie
from kasago.literate.equations.tie import EquationTie

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


def agrees(latex, tie):
    compare(latex, EquationTie(tie))
    return True


def complaint(latex, tie, error=EquationMismatch):
    with pytest.raises(EquationError) as caught:
        compare(latex, EquationTie(tie))
    assert type(caught.value) is error
    return str(caught.value)


@pytest.mark.parametrize(("latex", "tie"), RIGHT)
def test_a_formula_that_says_what_the_code_does_passes(latex, tie):
    assert agrees(latex, tie)


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
    assert complaint(latex, tie)


def test_the_message_names_both_values_and_the_sizes():
    found = complaint(SQUARES.replace(r"\frac{1}{2} ", ""), SQUARES_TIE)
    values, sizes = found.split(", for ")
    formula, code = values.removeprefix("it gives ").split(", the code ")
    assert float(formula) == pytest.approx(2 * float(code))
    assert sizes[:4] == "K = "


def test_the_message_tells_where_arrays_differ_and_in_which_side():
    found = complaint(r"y_{i} = x_{i} = x_{i} x_{1}", "np.abs(x) - x + x; x = np.ones(3) * -2")
    assert found == "side 2 at [0] gives -2, the code 2"
    found = complaint(r"y_{i} = x_{i} = x_{1}", "x; x = np.arange(3)")
    assert found == "side 3 at [1] gives 0, the code 1"


def test_a_tolerance_is_for_what_is_only_nearly_the_same():
    tie = "kasago.common.gradient.numerical_diff(np.exp, x); x: real"
    assert "gives" in complaint(r"y = \exp(x)", tie)
    assert agrees(r"y = \exp(x)", f"{tie}; rtol = 1e-6")
    assert "gives" in complaint(r"y = 1.00001 \exp(x)", f"{tie}; rtol = 1e-6")


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_what_is_not_finite_agrees_with_nothing(number):
    assert complaint("y = 1", f"np.{number}") == f"it gives 1, the code {number}"
    tie = f"np.array([1, np.{number}]); x = np.array([1, np.{number}])"
    assert f"the code {number}" in complaint("y_{n} = x_{n}", tie)


def test_the_comparison_is_the_same_each_time():
    wrong = SQUARES.replace("- t", "+ t")
    assert complaint(wrong, SQUARES_TIE) == complaint(wrong, SQUARES_TIE)


def test_class_numbers_count_as_indices_do():
    tie = "kasago.common.functions.softmax_loss(a, t); a: real[N, K]; t: label[N, K]; "
    tie += "y = kasago.common.functions.softmax(a)"
    assert agrees(r"E = -\frac{1}{N} \sum_{n=1}^{N} \log y_{n,t_{n}}", tie)
    assert agrees(r"E = -\frac{1}{N} \sum_{n=0}^{N-1} \log y_{n t_{n}}", tie)


def test_what_the_code_does_to_its_values_does_not_reach_the_formula():
    assert agrees("v = x - 2", 'p["x"]; x = np.zeros(()); p = {"x": x}; p["x"].__isub__(2)')


# Left and right.


def test_every_side_of_a_chain_is_compared():
    tie = "kasago.common.functions.sigmoid_grad(x); h = kasago.common.functions.sigmoid; x: real"
    chain = "h'(x) = h(x) (1 - h(x)) = h(x) h(-x)"
    assert agrees(chain, tie)
    assert "side 2 gives" in complaint(chain.replace("1 - h", "1 + h"), tie)
    assert "side 3 gives" in complaint(chain.replace("h(-x)", "h(x)"), tie)


def test_a_left_side_that_is_no_symbol_is_compared_too():
    tie = "2 * x + h; f = lambda x: x**2; x: real; h: positive"
    assert agrees(r"\frac{f(x + h) - f(x)}{h} = 2 x + h", tie)
    assert "side 1 gives" in complaint(r"\frac{f(x + h) + f(x)}{h} = 2 x + h", tie)
    assert "side 2 gives" in complaint(r"\frac{f(x + h) - f(x)}{h} = 2 x", tie)


def test_an_equation_without_a_relation_is_one_side():
    assert agrees("x^{2}", "x**2; x: real")
    assert "it gives" in complaint("x^{3}", "x**2; x: real")


def test_free_indices_are_the_axes_in_their_order():
    assert agrees("y_{ji} = x_{ij}", "x.T; x: real[I, J]")
    assert "it has values of shape" in complaint("y_{ij} = x_{ij}", "x.T; x: real[I, J]")
    # The range of an index that no array of the formula has is that of the code.
    assert agrees(r"y_{k} = \frac{1}{K}", "np.full(K, 1 / K); K: size[1, 5]")
    assert agrees(r"I_{ij} = i - j", "np.subtract.outer(np.arange(K), np.arange(K)); K = 3")


def test_an_update_replaces_what_is_on_its_left():
    assert agrees(r"x_{n} \leftarrow 2 x_{n}", "2 * x; x: real[N]")
    assert "it gives" in complaint(r"x \leftarrow 2 x", "x; x: real")


def test_a_vector_on_the_left_is_compared_unless_it_is_one_of_symbols():
    tie = "2 * x; x: real[2]"
    right = r"(2 x_{1}, 2 x_{2})"
    assert agrees(rf"\nabla f = {right}", tie)
    left = r"\left( \frac{\partial f}{\partial x_{1}}, \frac{\partial f}{\partial x_{2}} \right)"
    assert agrees(f"{left} = {right}", tie)
    assert "side 1 at [0] gives" in complaint(f"(3 x_{{1}}, 2 x_{{2}}) = {right}", tie)


@pytest.mark.parametrize("left", list(itertools.permutations("ijk")))
@pytest.mark.parametrize("right", list(itertools.permutations("ijk")))
def test_axes_agree_in_one_order_only(left, right):
    formula = f"y_{{{''.join(left)}}} = x_{{{''.join(right)}}}"
    axes = tuple(right.index(index) for index in left)
    assert agrees(formula, f"x.transpose{axes}; x: real[I, J, K]")
    cycle = (*axes[1:], axes[0])
    assert complaint(formula, f"x.transpose{cycle}; x: real[I, J, K]")


# What cannot be computed.


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
        ("y = 1 / x", "x; x = 0", "division by zero"),
        ("y = x^{0.5}", "x; x = -1", "a number is needed, got (6"),
        (r"y = \log(x)", "x; x = 0", "divide by zero"),
        ("y = f(x)", "x; x = 1; f = lambda: 0", "takes 0 positional arguments"),
        ("y = f x", "f(1); f = np.sin; x = 1", "unsupported operand"),
        (r"y = \begin{cases} 1 & x > 2 \end{cases}", "x; x = 1", "none of the cases hold"),
        (
            r"y = \begin{cases} 1 & x > 0 \\ 2 & x < 2 \end{cases}",
            "x; x = 1",
            "2 of the cases hold",
        ),
        ("y = h(x)", "2 * x; x: real", "the formula uses h, which the tie does not declare"),
        (r"y = \exp(x)", "x; x = 1000.0", "overflow"),
        (r"y = \sqrt{x}", "x; x = -1", "invalid value"),
        (r"y = \sum_{i=1}^{x} i", "x; x = 1.5", "an index or a bound is a whole number, got 1.5"),
    ],
)
def test_what_cannot_be_computed_says_why(latex, tie, why):
    assert why in complaint(latex, tie)


def test_what_is_declared_and_used_nowhere_is_wrong():
    assert complaint("y = x", "x; x: real; z: real", WrongTie) == "z is declared, and used nowhere"
