"""Facts about ``python -m kasago.literate``: it writes what came, and nothing else."""

import os
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kasago.literate.__main__ import main, rewrite
from kasago.literate.page.blocks import fenced
from kasago.literate.page.lint import UNSEEN
from kasago.literate.page.snippets import parse
from kasago.literate.running.check import check
from kasago.literate.running.job import Result


def fence_of(name, *lines, ticks="```"):
    return "\n".join([ticks + name, *lines, ticks, ""])


def agrees(code, *output, ticks="```"):
    return f"{fence_of('python', code)}\n{fence_of('output', *output, ticks=ticks)}"


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "page.md"


def stamp(file):
    """Return what tells that a file was written or replaced."""
    return file.stat().st_mtime_ns, file.stat().st_ino


def rewritten(page, text):
    page.write_text(text, encoding="utf-8")
    assert main([str(page)]) == 0
    return page.read_text("utf-8")


WRITES = {
    "missing": (
        f"a\n\n{fence_of('python', 'print(1)')}\nb\n",
        f"a\n\n{agrees('print(1)', '1')}\nb\n",
    ),
    "missing, at the very end of the file": (
        fence_of("python", "print(1)").rstrip(),
        agrees("print(1)", "1"),
    ),
    "missing, with text on the next line": (
        f"{fence_of('python', 'print(1)')}b\n",
        f"{agrees('print(1)', '1')}b\n",
    ),
    "wrong": (
        f"{agrees('print(1)', '2', '3')}\nb\n",
        f"{agrees('print(1)', '1')}\nb\n",
    ),
    "wrong, right below": (
        fence_of("python", "print(1)") + fence_of("output", "2"),
        agrees("print(1)", "1"),
    ),
    "superfluous": (
        f"{agrees('x = 1', '1')}\nb\n",
        f"{fence_of('python', 'x = 1')}\nb\n",
    ),
    "empty": (
        f"{fence_of('python', 'x = 1')}\n{fence_of('output')}",
        fence_of("python", "x = 1"),
    ),
    "several": (
        agrees("print(1)", "9")
        + "\n"
        + fence_of("python", "print(2)")
        + "\n"
        + agrees("x = 3", "3"),
        agrees("print(1)", "1")
        + "\n"
        + agrees("print(2)", "2")
        + "\n"
        + fence_of("python", "x = 3"),
    ),
    "blank lines, backticks, unicode and tabs": (
        fence_of("python", r'print("\n  a\n\n```\n\té \n\n")'),
        agrees(r'print("\n  a\n\n```\n\té \n\n")', "", "  a", "", "```", "    é", ticks="````"),
    ),
    "dots and fewer decimals beside a wrong number": (
        agrees("print(2 / 3)", "0.67") + "\n" + agrees("print(2 / 3)", "0.66"),
        agrees("print(2 / 3)", "0.67") + "\n" + agrees("print(2 / 3)", "0.6666666666666666"),
    ),
}


@pytest.mark.parametrize(("before", "after"), WRITES.values(), ids=WRITES)
def test_an_output_fence_that_is(before, after, page):
    assert rewritten(page, before) == after
    # Written once, it is right.
    written = stamp(page)
    assert main([str(page)]) == 0
    assert stamp(page) == written


def test_the_indentation_of_a_snippet_is_kept(page):
    snippet = fence_of("python", "print('a', 'b', sep='\\n\\n  ')")
    output = fence_of("output", "a", "", "  b")
    above = "!!! note\n\n    - item\n\n"
    before = above + textwrap.indent(snippet, " " * 8)
    after = above + textwrap.indent(f"{snippet}\n{output}", " " * 8)
    assert rewritten(page, before) == after
    [found] = parse(after, "page.md")
    assert found.output == "a\n\n  b\n"


AGREE = "\n".join(
    [
        agrees("print(0.1 + 0.2)", "0.30000000000000004"),
        agrees("print(2 / 3)", "0.667"),
        agrees("print(list(range(99)))", "[0, 1, ..., 98]"),
        agrees("print('a ')", "a", ticks="~~~~"),
        fence_of('python not-run="slow"', "1 / 0"),
        fence_of('python source="kasago.literate.page.snippets.parse"'),
        "````markdown\n```python\nprint(1)\n```\n````",
    ]
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_page_whose_snippets_agree_is_not_touched(newline, page):
    page.write_bytes(AGREE.replace("\n", newline).encode())
    before, written = page.read_bytes(), stamp(page)
    assert main([str(page)]) == 0
    assert page.read_bytes() == before
    assert stamp(page) == written


def test_a_failure_is_reported_and_its_snippet_left_alone(page):
    failing = agrees("print(1)\n1 / 0", "2")
    figure = "```python\nprint(1)\n```\n\n```output\n2\n```\n\n![Not drawn at all](a.svg)\n"
    text = f"{failing}\n{agrees('print(1)', '2')}\n{figure}"
    page.write_text(text)
    command = [sys.executable, "-m", "kasago.literate", "page.md"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert page.read_text() == f"{failing}\n{agrees('print(1)', '1')}\n{figure}"
    assert ended.stdout == "page.md: rewritten\n"
    err = ended.stderr
    assert "page.md:1: the snippet fails\n" in err
    assert 'File "page.md", line 3, in <module>' in err
    assert "page.md:18: the snippet prints something else" in err
    assert "drew 0 figure(s)" in err
    assert not (page.parent / "a.svg").exists()


def test_the_output_of_a_snippet_that_is_to_fail_is_what_it_prints_before(page):
    stub = fence_of('python fails="AssertionError: no"', "print(1)", "assert 0, 'no'")
    assert rewritten(page, stub) == f"{stub}\n{fence_of('output', '1')}"


@settings(deadline=None)
@given(
    output=st.text(
        st.one_of(
            st.sampled_from("`~\t\n\r\x00\x08\x0b\x0c\x1b\x85\u2028\ufeff #>*-.<1e+9 python"),
            st.characters(codec="utf-8"),
        )
    ),
    fence=st.none() | st.text(st.sampled_from("`~ab.\n ")),
    indent=st.sampled_from(["", "    "]),
)
def test_what_is_written_is_a_page_that_is_right_or_the_page_as_it_was(output, fence, indent):
    class Ran:
        """In place of a pool: each code printed the same."""

        def submit(self, job):
            done = Future()
            done.set_result(Result(output, ()))
            return done

    text = fence_of("python", "print(x)")
    if fence is not None:
        text += f"\n{fenced('output', fence)}\n"
    text = f"# Page\n\n{textwrap.indent(text, indent)}\nThe end.\n"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.md"
        page.write_text(text, encoding="utf-8")
        changed, errors = rewrite(page, Ran())
        after = page.read_text("utf-8")
        if errors:
            assert UNSEEN.search(output)
            assert (changed, after) == (False, text)
        else:
            [snippet] = parse(after, "page.md")
            assert check(snippet, Result(output, ())) == []
            assert after.endswith("\nThe end.\n")
            assert rewrite(page, Ran()) == (False, [])


def test_a_wrong_number_is_reported_and_not_rewritten(page, capsys):
    text = f"{agrees('x = 2 / 3; print(x)', '0.67')}\nIt is 0.67<!-- = x --> or 0.65<!-- = x -->.\n"
    page.write_text(text)
    assert main([str(page)]) == 1
    assert page.read_text() == text
    out, err = capsys.readouterr()
    assert (out, err) == ("", "page.md:9: the page says 0.65, and x gives 0.6666666666666666\n")


def test_pages_that_cannot_be_read_do_not_stop_the_others(page, capsys):
    for name, content in {
        "a.md": b"text\n\n```py\nprint(1)\n```\n",
        "b.md": b"\xe9\n",
        "c.md": b"\xef\xbb\xbf```python\nprint(1)\n```\n",
        "sub/d.md": b"```python\nprint(1)\n```\n",
    }.items():
        file = page.parent / "docs" / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(content)
    assert main(["docs", "nothing.md"]) == 1
    out, err = capsys.readouterr()
    assert out == "docs/sub/d.md: rewritten\n"
    assert "docs/a.md:3: a fence marked 'py' would pass untested" in err
    assert "docs/b.md: 'utf-8' codec can't decode" in err
    assert "docs/c.md:1: the unseen character" in err
    assert "nothing.md" in err
    assert (page.parent / "docs" / "b.md").read_bytes() == b"\xe9\n"


def test_a_rewritten_file_keeps_its_mode_its_line_ends_and_its_link(page):
    page.write_bytes(b"a\r\n\r\n```python\r\nprint('\xc3\xa9')\r\n```\r\n")
    page.chmod(0o640)
    link = page.with_name("link.md")
    link.symlink_to(page)
    assert main([str(link)]) == 0
    assert page.read_bytes() == (
        b"a\r\n\r\n```python\r\nprint('\xc3\xa9')\r\n```\r\n\r\n```output\r\n\xc3\xa9\r\n```\r\n"
    )
    assert page.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(os.listdir(page.parent)) == ["link.md", "page.md"]


def test_a_figure_that_is_a_file_is_drawn_beside_the_page_and_only_anew_when_it_changes(page):
    draw = "import matplotlib.pyplot as plt\n\nplt.plot([1, {}])\nplt.show()\nprint('drawn')"
    figure = "![What the figure shows](assets/a.svg)\n"
    text = f"{fence_of('python', draw.format(2))}\n{figure}"
    assert rewritten(page, text) == f"{agrees(draw.format(2), 'drawn')}\n{figure}"
    file = page.parent / "assets" / "a.svg"
    drawn = file.read_text("utf-8")
    assert drawn.startswith("<svg ")
    written = stamp(file)
    main([str(page)])
    assert stamp(file) == written

    file.write_text(drawn.replace("Matplotlib ", "Matplotlib 0."), "utf-8")
    main([str(page)])
    assert file.read_text("utf-8") == drawn

    rewritten(page, page.read_text("utf-8").replace("[1, 2]", "[1, 3]"))
    assert file.read_text("utf-8") != drawn
