"""Facts about kasago.literate.equations.page: equations are found, checked, and named by line."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from kasago.literate.equations.__main__ import main
from kasago.literate.equations.errors import EquationMismatch, UnreadableEquation, WrongTie
from kasago.literate.equations.page import check_equation, equations_of, finding
from kasago.literate.errors import LiterateError

DOCS = Path(__file__).parent.parent / "docs"

SQUARES = r"E = \frac{1}{2} \sum_{k=1}^{K} (y_{k} - t_{k})^{2} \label{eq:squares}"
SQUARES_TIE = "kasago.common.functions.sum_squared_error(y, t); y, t: real[K]"


def page(latex, tie):
    return f"Text.\n\n<!-- formula: {tie} -->\n\\begin{{equation}}\n{latex}\n\\end{{equation}}\n"


def check(text):
    [equation] = equations_of(text, "docs/page.md")
    return check_equation(equation)


def complaint(text):
    with pytest.raises(LiterateError) as caught:
        check(text)
    return str(caught.value)


# What a report says, and the line that it names.


def test_an_equation_that_agrees_is_what_its_tie_names():
    code = "kasago.common.functions.sum_squared_error(y, t)"
    assert check(page(SQUARES, SQUARES_TIE)) == f"is {code}"


def test_an_equation_that_differs_is_named_by_page_line_and_label():
    found = complaint(page(SQUARES.replace("- t", "+ t"), SQUARES_TIE))
    assert found.startswith(
        "docs/page.md:4: the equation eq:squares is not "
        "kasago.common.functions.sum_squared_error(y, t): it gives "
    )


def test_the_functions_behind_a_result_are_named():
    tie = """params["W"]
        W, dEdW: real[I, J]; eta: positive; params = {"W": W}
        kasago.common.optimizer.SGD(lr=eta).update(params, {"W": dEdW})"""
    found = complaint(page(r"W \leftarrow W + \eta \frac{\partial E}{\partial W}", tie))
    assert 'is not params["W"] (kasago.common.optimizer.SGD): it at [0, 0] gives' in found


def test_an_equation_that_cannot_be_read_is_named_by_its_line():
    assert complaint(page("y = 1 / 2 x", "x; x: real")) == (
        "docs/page.md:4: the equation, tied to x, cannot be read: what a / divides by is not "
        r"clear: write \frac{}{}, after '1 / 2'"
    )


def test_a_wrong_tie_is_named_by_its_own_line():
    found = complaint(page(r"y = x \label{eq:y}", "x; x: rael"))
    assert found.startswith(
        "docs/page.md:3: the tie of the equation eq:y is wrong: x is of no known kind: rael; known:"
    )


@pytest.mark.parametrize(
    ("latex", "tie", "error"),
    [
        ("y = 3 x", "2 * x; x: real", EquationMismatch),
        (r"y = \lim x", "2 * x; x: real", UnreadableEquation),
        ("y = 2 x", "2 * z; x: real", WrongTie),
    ],
)
def test_a_finding_knows_no_line_and_may_come_from_another_process(latex, tie, error):
    with pytest.raises(error) as caught:
        finding(latex, tie)
    with pytest.raises(error) as again:
        finding(f"\n\n{latex}", tie)
    assert str(caught.value) == str(again.value)
    sent = pickle.loads(pickle.dumps(caught.value))
    assert (type(sent), str(sent), sent.in_tie) == (error, str(caught.value), error is WrongTie)


def test_findings_may_come_from_elsewhere():
    [equation] = equations_of(page(SQUARES, SQUARES_TIE), "docs/page.md")
    assert check_equation(equation, lambda latex, tie: tie) == SQUARES_TIE


def test_whoever_looks_for_equations_does_not_wait_for_numpy():
    code = "import sys, kasago.literate.equations.page; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# Where equations and ties stand.


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
        ("loss.md", "eq:softmax-loss", "j=0", "j=1"),
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
        ("training.md", "eq:output", "{K-1}", "{K-2}"),
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
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nliterate_paths = ["."]\n'
        "[tool.kasago.literate]\nequations = true\n"
    )
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
