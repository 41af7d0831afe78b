"""Facts about kasago.literate.sybil: what pytest says of pages and docstrings."""

import subprocess
import sys

import pytest

from kasago.literate.page.snippets import parse
from kasago.literate.running import run as run_module
from kasago.literate.running.check import job_of
from kasago.literate.running.job import Result
from kasago.literate.running.results import Results
from kasago.literate.running.run import Reads

GOOD = """\
---
title: Good
---

```python
import math

print(math.sqrt(2))
```

```output
1.4142135623730951
```
"""
DRAWN = """\
```python
import matplotlib.pyplot as plt

plt.show()
```

![What the figure shows](figures/a.svg)
"""
MODULE = r'''"""A module.

>>> x = 1
"""


def half(x):
    r"""Halve.

    >>> half(3), [1, 2, 3, 4]
    (1.5, [1, ..., 4])
    >>> print(half(1) / 3, end="\n\n.")
    0.1667
    <BLANKLINE>
    .
    """
    return x / 2


def third(x):
    """Return a third.

    >>> third(3)
    1.0
    >>> third(4.5)
    1.6
    """
    return x / 3


def alone():
    """Lean on another docstring.

    >>> x
    1
    """
'''


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\naddopts = -p no:doctest\nfilterwarnings = error\nliterate_paths = .\n"
    )
    (tmp_path / "docs").mkdir()
    return tmp_path


def pytest_run(folder, *options):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfs", "-p", "no:cacheprovider", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_snippet_passes_fails_or_is_skipped_by_itself(folder, monkeypatch):
    wrong = GOOD.replace("0951", "0952")
    pages = {
        "good": GOOD,
        "windows": GOOD.replace("\n", "\r\n"),
        "stub": '```python fails="AssertionError: not yet"\nassert 0, "not yet"\n```\n',
        "slow": '```python not-run="takes a day"\n1 / 0\n```\n',
        "source": '```python source="kasago.literate.page.snippets.parse"\n```\n',
        # The faults, and how each is reported.
        "digit": wrong,
        "import": GOOD.replace("import math\n", ""),
        "figure": DRAWN,
        "fence": wrong.replace("```python", '```python title="x"'),
        "leans": "```python\nx = 1\n```\n\n```python\nprint(x)\n```\n\n```output\n1\n```\n",
        "gone": '```python source="kasago.literate.page.snippets.gone"\n```\n',
        "number": f"{GOOD}\nRounded, 1.41<!-- = math.sqrt(2) -->, 1.43<!-- = math.sqrt(2) -->.\n",
        "done": '```python fails="AssertionError: not yet"\nassert 1, "not yet"\n```\n',
        "cached": "```python\nprint(1)\n```\n\n```output\n2\n```\n",
    }
    for name, text in pages.items():
        (folder / "docs" / f"{name}.md").write_bytes(text.encode())
    # The site's cache, with a lie in it.
    cache = folder / ".cache" / "literate"
    [cached] = parse(pages["cached"], "docs/cached.md")
    lie = (Result("2\n", ()), Reads(alone=True))
    monkeypatch.setattr(run_module, "run", lambda *_: lie)
    assert Results(cache).of(job_of(cached)).output == "2\n"

    result = pytest_run(folder, "-n", "2")
    assert "9 failed, 5 passed, 1 skipped" in result.stdout.splitlines()[-1]
    assert "takes a day" in result.stdout
    said = [
        "docs/digit.md:5: the snippet prints something else; expected\n"
        "    1.4142135623730952\ngot\n    1.4142135623730951",
        "docs/import.md:5: the snippet fails\n    Traceback (most recent call last):\n"
        '      File "docs/import.md", line 7, in <module>',
        "docs/figure.md:1: the page has 1 image line(s) after the snippet, the snippet drew 0",
        "docs/fence.md:5: the snippet prints something else",
        "docs/leans.md:5: the snippet fails",
        "docs/gone.md:1: there is no function or class 'kasago.literate.page.snippets.gone'",
        "docs/number.md:15: the page says 1.43, and math.sqrt(2) gives 1.4142135623730951",
        "docs/done.md:1: the snippet comes to its end; its fence says that it fails",
        "docs/cached.md:1: the snippet prints something else; expected\n    2\ngot\n    1",
    ]
    for message in said:
        assert message in result.stdout
    # The summary says why, and nothing stands around a message.
    summary = result.stdout[result.stdout.index("short test summary") :]
    assert "FAILED docs/digit.md::top-1 - Failed: docs/digit.md:5: the snippet prints" in summary
    assert "did not evaluate as expected" not in result.stdout


WAIT = """\
import time
from pathlib import Path

while not Path({log!r}).exists():
    time.sleep(0.01)
time.sleep(1)  # until the result is written
"""


@pytest.mark.parametrize(("workers", "sessions"), [("0", 2), ("2", 1)])
def test_a_snippet_runs_once_in_a_session_for_the_editions_of_its_page(
    workers, sessions, folder, tmp_path_factory
):
    log = tmp_path_factory.mktemp("log") / "log"
    page = f"```python\nwith open({str(log)!r}, 'a') as file:\n    file.write('run ')\n```\n"
    (folder / "docs" / "a.md").write_text(page)
    (folder / "docs" / "b.md").write_text(f"```python\n{WAIT.format(log=str(log))}```\n\n{page}")
    for _session in range(sessions):
        options = ("-n", workers, "--dist", "loadfile", "-p", "no:randomly")
        assert "3 passed" in pytest_run(folder, *options).stdout.splitlines()[-1]
        assert log.read_text() == "run "
        log.unlink()


def test_a_page_that_would_hide_a_snippet_fails_the_run_and_stops_no_other_test(folder):
    (folder / "test_own.py").write_text("def test_own(): pass\n")
    for name, page in {
        "good": GOOD.encode(),
        "a": b"\n```py\nprint(1)\n```\n",
        "b": b"\xef\xbb\xbf```python\nprint(1)\n```\n",
        "c": b"\r\n> ```python\r\n> print(1)\r\n> ```\r\n",
        "d": b"```text\n```\n\n<!-- formula: np.add -->\n\n",
    }.items():
        (folder / "docs" / f"{name}.md").write_bytes(page)
    result = pytest_run(folder, "-p", "no:xdist")
    assert result.returncode == 1
    assert "4 failed, 2 passed" in result.stdout.splitlines()[-1]
    assert "\ndocs/a.md:2: a fence marked 'py' would pass untested" in result.stdout
    assert "\ndocs/b.md:1: the unseen character" in result.stdout
    assert "\ndocs/c.md:2: a fence begins its line" in result.stdout
    assert "\ndocs/d.md:4: this tie stands above no equation" in result.stdout
    assert "FAILED docs/a.md::page - Failed: docs/a.md:2: a fence marked" in result.stdout
    assert "Traceback" not in result.stdout


def test_each_docstring_is_a_test_with_a_namespace_of_its_own(folder):
    (folder / "module.py").write_text(MODULE)
    result = pytest_run(folder, "-p", "no:xdist", "module.py")
    assert "2 failed, 2 passed" in result.stdout.splitlines()[-1]
    assert 'File "module.py", line 25, ' in result.stdout
    assert "Expected:\n    1.6\nGot:\n    1.5\n" in result.stdout
    assert 'File "module.py", line 34, ' in result.stdout
    assert "NameError: name 'x' is not defined" in result.stdout


CHAPTER = """\
# Loss { #loss }

<!-- formula: np.add(x, x); x: real[N] -->
\\begin{equation}
y_{n} = 2 x_{n} \\label{eq:twice}
\\end{equation}

```python
x = 1
```

<!-- not computed: a symbol -->
$$
x
$$

## What goes *wrong*, and 勾配

```python
x = 2
```

```text
# no heading
```

```python
x = 3
```

## Loss again {#again .wide }

```python
x = 4
```
"""
NAMES = ["eq:twice", "loss-1", "loss-2", "what-goes-wrong-and-勾配-1", "what-goes-wrong-and-勾配-2"]


def collected(folder, *options):
    result = pytest_run(folder, "--collect-only", "-p", "no:xdist", "-p", "no:randomly", *options)
    return [line for line in result.stdout.splitlines() if "::" in line]


def test_names_say_where_and_stay_when_a_line_is_added_above(folder):
    page = folder / "docs" / "loss.md"
    page.write_text(CHAPTER)
    (folder / "module.py").write_text(MODULE)
    pages = [f"docs/loss.md::{name}" for name in [*NAMES, "again-1"]]
    docstrings = [f"module.py::{name}" for name in ("module", "half", "third", "alone")]
    # In the order of the page.
    assert collected(folder) == pages + docstrings
    page.write_text(CHAPTER.replace("\n\n", "\n\nA sentence.\n\n"))
    (folder / "module.py").write_text(f"# A comment.\n{MODULE}")
    assert collected(folder) == pages + docstrings
    assert collected(folder, "docs/loss.md::loss-2") == ["docs/loss.md::loss-2"]


NESTED = '''class A:
    """A.

    >>> 1
    1
    """

    class B:
        def f(self):
            """F.

            >>> 1
            1
            """

    async def g(self):
        """G.

        >>> 1
        1
        """

def f():
    def inner():
        """Inner.

        >>> 1
        1
        """
'''


def test_docstrings_have_the_dotted_names_of_what_they_describe(folder):
    (folder / "module.py").write_text(NESTED)
    names = ["A", "A.B.f", "A.g", "f.inner"]
    assert collected(folder) == [f"module.py::{name}" for name in names]
