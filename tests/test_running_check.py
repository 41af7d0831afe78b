"""Facts about kasago.literate.running.check: the page shows what came, or a message does."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kasago.literate.errors import LiterateError
from kasago.literate.page.numbers import Tie
from kasago.literate.page.snippets import Figure, Snippet
from kasago.literate.running.check import check, check_source, same_output
from kasago.literate.running.figure import standalone
from kasago.literate.running.job import Result

PRINTED = """\
0.09750000000000003
[[ 1.5 -2. ] [ 3.25e-07  4.  ]]
accuracy 94.37 % after 10 epochs, lr=1e-3, seed 0x2a, {'W1': (784, 50)}
"""


def replaced(text, position, character):
    return text[:position] + character + text[position + 1 :]


def complaint(snippet, result):
    [error] = check(snippet, result)
    return str(error)


def snippet(output=None, figures=(), path="docs/page.md"):
    return Snippet(path, 7, "code\n", {}, output, tuple(figures))


def figure(path):
    return Figure(12, "What it shows", path, "")


# What counts as the same output.


@pytest.mark.parametrize(
    "page",
    [
        PRINTED,
        # As many decimals as are worth reading, rounded; dots for what is left out.
        "0.0975\n[[ 1.5 -2. ] [ 3.25e-07  4.  ]]\n"
        "accuracy 94.4 % after 10 epochs, lr=1e-3, seed 0x2a, {'W1': (784, 50)}\n",
        "0.0975...\n...\naccuracy 94.37 % after 10 epochs, lr=1e-3, seed 0x2a, {'W1': (784, 50)}\n",
    ],
    ids=["in full", "rounded", "cut short"],
)
def test_any_digit_changed_in_an_output_is_noticed(page):
    assert same_output(page, PRINTED)
    for position, old in enumerate(page):
        for new in set("0123456789") - {old} if old.isdigit() else ():
            assert not same_output(replaced(page, position, new), PRINTED), (position, new)


@given(digits=st.integers(0, 10**11), decimals=st.integers(1, 6), sign=st.sampled_from([-1, 1]))
def test_a_number_with_fewer_decimals_is_the_printed_one_rounded(digits, decimals, sign):
    printed = Decimal(digits).scaleb(-7)
    page = round(printed, decimals)
    assert same_output(f"E = {page:f}", f"E = {printed:f}")
    unit = Decimal(1).scaleb(-decimals)
    # Nearer to the middle a machine that differs in its last bits may print the neighbour.
    assume(abs(page - printed) < unit * Decimal("0.4"))
    assert not same_output(f"E = {page + sign * unit:f}", f"E = {printed:f}")


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("1.23e-5", "1.2345e-05"),
        ("1.2e+20", "1.23456e+20"),
        ("-0.33", "-0.3333"),
        ("0.12", "0.125"),  # both are right
        ("0.13", "0.125"),
        ("a  \n\nb", "a\n\nb   \n\n\n"),  # white space that nobody sees
        ("a   b", "a\tb"),  # the site has no tabs
        ("[1 ... 9]", "[1 2 3 4 5 6 7 8 9]"),
        ("nan inf", "nan inf"),
        ("é − 勾配 ``` $x$", "é − 勾配 ``` $x$"),
    ],
)
def test_the_same_output_written_otherwise_agrees(page, printed):
    assert same_output(page, printed)


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("0.94378", "0.9437"),  # more than was printed
        ("0.9438", "0.9437"),
        ("0.94", "0.9"),
        ("94", "94.37"),
        ("-0.0", "0.0"),
        ("1", "True"),
        ("a\nb", "a\n\nb"),
        ("a\n\nb", "a\nb"),
        ("a b", "a  b"),
        ("a", " a"),
        ("A", "a"),
        ("<BLANKLINE>", "\n"),
        ("a\n<BLANKLINE>\nb", "a\n\nb"),
        ("0.1 0.25", "0.1 0.25 0.5"),
        ("1.5e-07", "1.5e-08"),
        ("0.098...", "0.0975"),  # dots leave out, they do not round
        ("a\nb", "a\u2028b"),  # no end of a line of the page
        ("1.5e-3", "1.5e-99999999999999999999"),
        ("1.5", "1.25e+99999999"),
    ],
)
def test_another_output_does_not_agree(page, printed):
    assert not same_output(page, printed)


# What the messages say.


def test_the_right_output_and_number_of_figures_pass():
    assert check(snippet("1\n", [figure("figures/a.svg")]), Result("1\n", ("<svg/>",))) == []
    assert check(snippet(), Result("\n", ())) == []


def test_another_output_is_shown_beside_the_expected_one():
    said = complaint(snippet("0.1\n\nb\n"), Result("0.2\n\nb\n", ()))
    assert said == (
        "docs/page.md:7: the snippet prints something else; expected\n"
        "    0.1\n\n    b\ngot\n    0.2\n\n    b\n"
        "python -m kasago.literate docs/page.md writes it anew"
    )


def test_output_without_a_fence_and_a_fence_without_output_are_errors():
    said = complaint(snippet(), Result("1\n", ()))
    assert said.startswith("docs/page.md:7: the snippet prints, and no output fence follows")
    assert said.endswith("got\n    1\npython -m kasago.literate docs/page.md writes it")
    for fence in ("1\n", "...\n", "\n", ""):
        said = complaint(snippet(fence), Result("", ()))
        assert said.startswith("docs/page.md:7: the snippet prints nothing; expected\n")
        assert said.endswith("python -m kasago.literate docs/page.md takes the fence away")


@pytest.mark.parametrize(("shown", "drawn"), [(0, 1), (1, 0), (2, 1), (1, 2)])
def test_too_few_and_too_many_figures_are_errors(shown, drawn):
    said = complaint(snippet(figures=[figure("figures/a.svg")] * shown), Result("", ("",) * drawn))
    assert said.startswith(f"docs/page.md:7: the page has {shown} image line(s)")
    assert said.endswith(f"drew {drawn} figure(s)")


def test_all_that_is_wrong_is_said_at_once():
    said = complaint(snippet("1\n"), Result("2\n", ("<svg/>",)))
    assert "something else" in said
    assert "drew 1 figure(s)" in said


def test_a_failure_shows_the_traceback_and_nothing_else():
    said = complaint(snippet("1\n"), Result("", (), "ValueError: np"))
    assert said == "docs/page.md:7: the snippet fails\n    ValueError: np"


def test_a_name_that_another_snippet_has_defined_is_explained():
    failed = Result("", (), "Traceback\n  ...\nNameError: name 'np' is not defined")
    said = complaint(snippet("1\n"), failed)
    assert said.endswith(
        "    NameError: name 'np' is not defined\n"
        "each snippet stands alone: it imports and defines all that it uses, or its fence says why "
        'it is not run: ```python not-run="..."'
    )
    for error in ("Traceback\nNameError: x\nValueError: y", "", "the process ended"):
        said = "".join(map(str, check(snippet("1\n"), Result("1\n", (), error))))
        assert "stands alone" not in said


def test_a_session_of_the_interpreter_is_explained():
    failed = Result("", (), "SyntaxError: invalid syntax")
    session = replace(snippet(None), code=">>> 1 + 1\n2\n")
    assert "write the code without >>>" in complaint(session, failed)
    assert "without >>>" not in complaint(snippet(None), failed)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("SyntaxError: invalid syntax", 'says why it is not run: ```python not-run="..."'),
        ("IndentationError: unexpected indent", "what is no whole program"),
        ("UserWarning: no file\nSee the page about files.", "`warnings` in [tool.kasago.literate]"),
        ("ImportWarning: can't resolve package from __spec__", "belongs to no package"),
        ("a.b.OldWarning: b is old", "`warnings` in [tool.kasago.literate]"),
        ("ModuleNotFoundError: No module named 'a'", "what it imports is installed"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'a'", "in an empty folder"),
        ("the snippet ran longer than the limit of 10 s", "`time_limit` in [tool.kasago.literate]"),
    ],
)
def test_a_failure_that_comes_of_how_snippets_run_is_explained(error, advice):
    for above in ("", "Traceback (most recent call last):\n  File\n"):
        said = complaint(snippet("1\n"), Result("", (), above + error))
        assert advice in said.rpartition("\n")[2]
        assert advice not in complaint(snippet("1\n"), Result("", (), f"{error}\nValueError: y"))


@pytest.mark.parametrize("sign", ["\r", "\x08", "\x0c", "\x00", "\x0b", "\x1b[2J", "\x7f"])
def test_a_sign_that_no_page_can_show_is_refused(sign):
    printed = f"a{sign}b\n"
    for fence in (None, printed, "ab\n", "...\n"):
        said = complaint(snippet(fence), Result(printed, ()))
        assert said == (
            f"docs/page.md:7: the snippet prints {sign[0]!a}, "
            "a control character, which no page can show"
        )


# Snippets that fail on purpose.

TRACEBACK = "Traceback (most recent call last):\n  ...\nAssertionError: not yet: a hint\n"


def test_a_snippet_may_fail_as_its_fence_says_and_in_no_other_way():
    stub = replace(snippet("1\n"), options={"fails": "AssertionError: not yet: a hint"})
    assert check(stub, Result("1\n", (), TRACEBACK)) == []
    assert "prints something else" in complaint(stub, Result("2\n", (), TRACEBACK))
    assert complaint(stub, Result("1\n", ())) == (
        "docs/page.md:7: the snippet comes to its end; its fence says that it fails\n"
        "    AssertionError: not yet: a hint"
    )
    for other in (
        TRACEBACK.replace("hint", "hind"),
        TRACEBACK.replace("Assertion", "Value"),
        TRACEBACK.replace("not yet", "so not yet"),
        f"{TRACEBACK}and more",
        "the snippet ran longer than the limit of 120 s",
    ):
        said = complaint(stub, Result("1\n", (), other))
        assert (
            "fails otherwise than its fence says; expected\n    AssertionError: not yet: a" in said
        )
        assert said.endswith(other.strip().splitlines()[-1])


# Numbers of the text.


def test_a_number_that_the_run_does_not_give_is_named_with_its_line():
    ties = (Tie(9, "0.94", "a"), Tie(12, "60,000", "n"), Tie(13, "7", "b[-1]"))
    tied = replace(snippet(), ties=ties)
    values = {"a": "0.9437", "n": "60000", "b[-1]": "7"}
    assert check(tied, Result("", (), values=values)) == []
    values |= {"n": "60001", "b[-1]": "NameError: name 'b'"}
    errors = check(tied, Result("1\n", (), values=values))
    assert [error.line for error in errors] == [7, 12, 13]
    assert [str(error) for error in errors[1:]] == [
        "docs/page.md:12: the page says 60,000, and n gives 60001",
        "docs/page.md:13: the page says 7, and b[-1] gives NameError: name 'b'",
    ]
    # The numbers of a snippet that failed are not known, each of which is said where it stands.
    errors = check(tied, Result("", (), "ValueError: no"))
    assert [error.line for error in errors] == [7, 9, 12, 13]
    assert str(errors[2]) == "docs/page.md:12: 60,000 is not checked: the snippet in line 7 fails"


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("0.94", "0.9437"),
        ("0.94", "0.94"),
        ("0.940", "0.94"),
        ("94", "94.37"),
        ("2", "2.0"),
        ("60,000", "60000"),
        ("60{,}000", "60000.0"),
        ("1,234.5", "1234.53"),
        ("−0.33", "-0.3333"),
        ("9e-13", "9.094947017729282e-13"),
        ("9 \\times 10^{-13}", "9.094947017729282e-13"),
        ("6.02 \\times 10^23", "6.022e+23"),
        ("0.0001", "0.0001"),
        ("0.3", "0.30000000000000004"),
    ],
)
def test_a_number_holds(number, value):
    assert Tie(1, number, "x").holds(value)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("0.95", "0.9437"),
        ("0.94", "0.9"),
        ("0.943", "0.94"),
        ("94", "94.7"),
        ("94", "95"),
        ("100", "101"),
        ("0.33", "-0.3333"),
        ("60,000", "60001"),
        ("9 \\times 10^{-13}", "9e-12"),
        ("1", "True"),
        ("1", "nan"),
        ("1", "inf"),
        ("1", "'1'"),
        ("1", "array(1)"),
        ("1", "()"),
        ("1", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_number_does_not_hold(number, value):
    assert not Tie(1, number, "x").holds(value)


# Figures that are files beside the page, as README.md has them.


def test_a_figure_file_shows_what_the_snippet_draws(tmp_path):
    drawn = '<svg><path d="M 1.00 2.00"/></svg>'
    shown = snippet(None, [figure("assets/a.svg")], path=str(tmp_path / "README.md"))
    file = tmp_path / "assets" / "a.svg"
    file.parent.mkdir()

    assert "assets/a.svg is not what the snippet draws" in complaint(shown, Result("", (drawn,)))
    file.write_text(standalone(drawn), encoding="utf-8")
    assert check(shown, Result("", (drawn,))) == []
    # Another machine may round otherwise.
    assert check(shown, Result("", (drawn.replace("2.00", "2.01"),))) == []
    for other in (drawn.replace("2.00", "3.00"), drawn.replace("path", "line"), "<svg></svg>"):
        said = complaint(shown, Result("", (other,)))
        assert "assets/a.svg is not what the snippet draws; python -m kasago.literate" in said


# Fences that show source.


def test_a_fence_that_shows_source_names_what_does_not_exist():
    shown = Snippet("docs/page.md", 7, "", {"source": "kasago.literate.page.snippets.parse"})
    assert check_source(shown).startswith("def parse(")
    for name in ("kasago.literate.page.snippets.prase", "kasago.nothing.at_all", "nothing"):
        with pytest.raises(LiterateError, match=rf"docs/page\.md:7: .*{name}"):
            check_source(Snippet("docs/page.md", 7, "", {"source": name}))
