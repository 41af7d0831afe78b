"""Facts about kasago.literate.equations.job: an equation is compared in a process of its own."""

import pytest

from kasago.literate.equations.errors import EquationError
from kasago.literate.equations.job import finding_in, job_of_equation
from kasago.literate.equations.page import check_equation, equations_of
from kasago.literate.errors import LiterateError
from kasago.literate.running.job import Result
from kasago.literate.running.run import run

TWICE = r"y_{n} = 2 x_{n} \label{eq:twice}"
TIE = "np.add(x, x); x: real[N]"
HELPER = "def f(x):\n    {}\n    return x + x\n"


def found(latex, tie):
    result, reads = run(job_of_equation(latex, tie))
    return finding_in(result), reads


def error(latex, tie):
    with pytest.raises(EquationError) as caught:
        found(latex, tie)
    return str(caught.value), caught.value.in_tie


def test_what_is_found_is_handed_over_with_what_was_read_for_it():
    finding, reads = found(TWICE, TIE)
    assert finding == "is np.add(x, x)"
    # So a change of what compares them compares them anew.
    assert {"kasago.literate.equations.compare", "numpy"} <= reads.modules.keys()
    assert reads.alone


def test_another_equation_and_a_wrong_tie_are_told_apart():
    message, in_tie = error(TWICE.replace("2", "3"), TIE)
    assert message.startswith("the equation eq:twice is not np.add(x, x): it at [0] gives ")
    assert not in_tie
    message, in_tie = error(TWICE, "np.addd(x, x); x: real[N]")
    assert message.startswith("the tie of the equation eq:twice is wrong: ")
    assert in_tie


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("print('printed')", ""),
        ("print('printed', end='')", ""),
        ("import os; os._exit(0)", "it cannot be compared: the process ended before"),
        ("raise SystemExit", "it cannot be compared: Traceback"),
        ("raise ValueError('no')", "is wrong: helper.f(x) fails: ValueError: no"),
    ],
)
def test_code_that_prints_or_exits_spoils_nothing(line, message, tmp_path, monkeypatch):
    (tmp_path / "helper.py").write_text(HELPER.format(line))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    tie = "helper.f(x); x: real[N]"
    if message:
        assert message in error(TWICE, tie)[0]
    else:
        assert found(TWICE, tie)[0] == "is helper.f(x)"


def test_the_editions_of_a_page_share_a_job_and_each_says_where_it_fails():
    text = f"<!-- formula: {TIE} -->\n$$\n{TWICE}\n$$\n"
    [one], [two] = equations_of(text, "a.md"), equations_of(f"\n\n{text}", "a.ja.md")
    jobs = [job_of_equation(each.latex, each.tie) for each in (one, two)]
    assert jobs[0] == jobs[1]
    for in_tie, lines in ((True, (1, 3)), (False, (2, 4))):
        kind = "tie" if in_tie else "equation"
        result = Result("printed", (), values={"found": str((kind, "no"))})
        for equation, line in zip((one, two), lines, strict=True):
            with pytest.raises(LiterateError, match=rf"^{equation.path}:{line}: no$"):
                check_equation(equation, lambda *_, given=result: finding_in(given))
