"""Facts about kasago.literate.running.run: a snippet runs as a reader runs it, alone, and ends."""

import fcntl
import itertools
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kasago.literate.page.numbers import Tie
from kasago.literate.page.snippets import parse
from kasago.literate.running.figure import clean, embed, standalone
from kasago.literate.running.run import Result, run


def snippet(code, first_line=1):
    [found] = parse(f"```python\n{code}\n```\n", "docs/page.md", first_line)
    return found


def failure(code, time_limit=60.0):
    """Return why a snippet failed."""
    result = run(snippet(code), time_limit)
    assert result.error
    assert result.figures == ()
    return result.error


# Alone.

LOOK_AROUND = """\
import os, random, sys
print(__name__, [name for name in globals() if not name.startswith("_")])
print(os.listdir(), sys.argv, sys.modules["__main__"].__dict__ is globals())
print(random.random())
os.mkdir("left")
random.seed(0)
"""


def test_namespace_folder_and_random_state_are_fresh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "random.py").write_text("1 / 0")
    one, two = (run(snippet(LOOK_AROUND)) for _ in range(2))
    for result in (one, two):
        assert result.error == ""
        assert result.output.startswith(
            "__main__ ['os', 'random', 'sys']\n[] ['docs/page.md'] True\n0."
        )
    assert one.output != two.output
    assert list(tmp_path.iterdir()) == [tmp_path / "random.py"]


def test_what_is_printed_arrives_as_it_is(monkeypatch):
    # Settings of the reader's own do not matter.
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    code = r"""
import os, subprocess, sys
print("a\n\n  b é − 勾配 ``` \t|\n\n", flush=True)
print("not shown", file=sys.stderr)
os.write(1, b"c\n")
subprocess.run([sys.executable, "-c", "print('d')"], check=True)
print({"a", "b"} == {"b", "a"}, hash("a"), end="")
"""
    one, two = (run(snippet(code)) for _ in range(2))
    assert one.error == ""
    assert one.output.startswith("a\n\n  b é − 勾配 ``` \t|\n\n\nc\nd\nTrue ")
    assert one == two


# Failures.

FAILURES = {
    "exception": ("x = 1\nraise ValueError('no')", 3, "    raise ValueError('no')\nValueError: no"),
    "in a function": ("def f():\n    1 / 0\n\nf()", 5, "line 3, in f\n"),
    "missing import": ("x = 1\n\nnp.zeros(3)", 4, "NameError: name 'np' is not defined"),
    "missing package": ("import kasago.nothing", 2, "ModuleNotFoundError"),
    "syntax": ("x = 1\nx = = 2", 3, "SyntaxError"),
    "indentation": ("    x = 1", 2, "IndentationError"),
    "odd escape": ("x = 1\ny = '\\d'", 3, "invalid escape sequence"),
    "warning": ("import warnings\nwarnings.warn('old')", 3, "UserWarning: old"),
    "assertion": ("assert 1 == 2", 2, "AssertionError"),
    "exit": ("import sys\nsys.exit(0)", 3, "SystemExit: 0\nA snippet runs to its last line"),
    "interrupt": ("raise KeyboardInterrupt", 2, "KeyboardInterrupt"),
    "input": ("input()", 2, "EOFError"),
    "recursion": ("def f():\n    f()\n\nf()", 3, "RecursionError"),
    "in a thread": (
        "import threading\n\ndef f():\n    1 / 0\n\nthreading.Thread(target=f).start()",
        5,
        "ZeroDivisionError",
    ),
    "file never closed": ("def f():\n    open('a', 'w')\n\nf()", 3, "ResourceWarning"),
    "endless print": ("while True:\n    print('x' * 10**6)", 3, "File too large"),
}


@pytest.mark.parametrize(("code", "line", "message"), FAILURES.values(), ids=FAILURES)
def test_a_failure_says_why_and_on_which_line_of_the_page(code, line, message, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    error = failure(code)
    assert f'File "docs/page.md", line {line}' in error
    assert message in error
    # The machinery is no part of the traceback.
    assert "literate" not in error
    assert "the process ended" not in error


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os\nos._exit(0)", "before the last line of the snippet, with exit code 0"),
        ("import os\nos.kill(os.getpid(), 9)", "before the last line of the snippet, with exit"),
        ("import os, atexit\natexit.register(os._exit, 3)", "after the last line of the snippet"),
    ],
)
def test_a_process_that_ends_in_another_way_fails(code, message):
    assert message in failure(code)


def test_a_failure_does_not_trip_over_half_a_figure():
    code = "import os\nopen(os.environ['KASAGO_FIGURES'] + '/000.svg', 'x').close()\n1 / 0"
    assert "ZeroDivisionError" in failure(code)


HOLD_A_LOCK = """
import subprocess, sys
code = '''
import fcntl, time
file = open({lock!r})
fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(1000)
'''
child = subprocess.Popen([sys.executable, "-W", "ignore", "-c", code], stdout=subprocess.PIPE)
print(child.stdout.readline().decode(), end="", flush=True)
{then}
"""


@pytest.mark.parametrize(
    ("then", "error"),
    [
        ("while True: pass", "the snippet ran longer than the limit of 4 s"),
        ("import os; os._exit(0)", "the process ended before"),
    ],
)
def test_nothing_that_a_snippet_starts_outlives_it(then, error, tmp_path):
    lock = tmp_path / "lock"
    lock.touch()
    result = run(snippet(HOLD_A_LOCK.format(lock=str(lock), then=then)), time_limit=4)
    assert result.output == "locked\n"
    assert error in result.error
    # A process that is gone holds no lock; the margin is for a busy machine.
    with lock.open() as file:
        deadline = time.monotonic() + 60
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                assert time.monotonic() < deadline
                time.sleep(0.01)


# Numbers of the text.


def values(code, *expressions):
    ties = tuple(Tie(9, "1", expression) for expression in expressions)
    return run(replace(snippet(code), ties=ties))


def test_expressions_are_evaluated_after_the_snippet_among_its_names():
    code = "import numpy as np\na, m = np.array([1, 2.5]), 4\ndef half(x): return x / m * 2\nm = 8"
    given = {
        "m": "8",
        "a[-1]": "2.5",
        "half(a.size)": "0.5",
        "sum(x * m for x in a)": "28.0",
        "0.1 + 0.2": "0.30000000000000004",
        "10**20": "1" + 20 * "0",
        "np.float32(0.5)": "0.5",
        "np.int8(3)": "3",
        # No numbers of a text.
        "2 > 1": "True",
        "'1'": "'1'",
        "a": "array([1. , 2.5])",
    }
    assert values(code, *given) == Result("", (), values=given)


def test_an_expression_that_fails_says_why_and_spoils_no_other():
    given = values("x = 0", "y", "1 / x", "x +", "", "x").values
    assert given["y"] == "NameError: name 'y' is not defined"
    assert given["1 / x"] == "ZeroDivisionError: division by zero"
    assert given["x +"].startswith("SyntaxError: ")
    assert given[""].startswith("SyntaxError: ")
    assert given["x"] == "0"


def test_an_expression_that_prints_or_ends_the_process_does_not_pass():
    assert values("x = 1", "print(x)") == Result("1\n", (), values={"print(x)": "None"})
    assert "SystemExit" in values("x = 1", "exit()").error
    assert values("1 / 0", "1").values == {}


# Figures.

DRAW = """\
import sys

import matplotlib.pyplot as plt
import numpy as np

with open("a.txt", "x") as file:
    print("−", file.encoding, {"a", "b"}, sys.stdin.read())

fig, ax = plt.subplots()
ax.plot([-1, 0, 1], label="loss − ∇f")
ax.set_title('id="x" d="1.23456" <b> & font-family: x')
ax.grid()
ax.legend()
fig.savefig("mine.svg")
plt.show()
plt.show()

fig, ax = plt.subplots()
ax.bar([1, 2], [2, 1], hatch="//", color="#ff0000")
ax.set_xlabel("$x^2$")
plt.figure()
plt.imshow(np.eye(3))
plt.show()
"""


@pytest.fixture(scope="module")
def drawn():
    result = run(snippet(DRAW))
    assert result.error == ""
    return result


def test_every_show_hands_over_the_open_figures_in_order(drawn):
    plot, bars, image = drawn.figures
    assert "loss − ∇f" in plot
    assert "<pattern" in bars
    assert "data:image/png;base64," in image
    for figure in drawn.figures:
        assert figure.startswith("<svg ")
        assert figure.endswith("</svg>")


def test_the_same_code_gives_the_same_bytes_in_any_process_and_locale(drawn):
    code = (
        "import json, sys\n"
        "from dataclasses import asdict\n"
        "from kasago.literate.page.snippets import Snippet\n"
        "from kasago.literate.running.run import run\n"
        "print(json.dumps(asdict(run(Snippet('docs/page.md', 1, json.loads(sys.argv[1]), {})))))"
    )
    again = subprocess.run(
        [sys.executable, "-c", code, json.dumps(DRAW)],
        input="not for the snippet",
        env=os.environ
        | {"PYTHONHASHSEED": "7", "MPLBACKEND": "agg"}
        | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    kept = json.loads(again.stdout)
    assert Result(kept["output"], tuple(kept["figures"])) == drawn


def test_text_stays_text_in_the_typeface_of_the_page(drawn):
    plot, bars, _ = drawn.figures
    assert '>id="x" d="1.23456" &lt;b&gt; &amp; font-family: x</text>' in plot
    assert "DejaVu" not in plot + bars
    assert "font-family: var(--figure-font, sans-serif)" in plot
    assert "font-size: 10px" in plot


def test_ink_and_grid_follow_the_page_and_colours_stay(drawn):
    for figure in drawn.figures:
        assert "currentColor" in figure
        assert not re.search("#0d0f1|#000000|#fff|black|white", figure)
    plot, bars, _ = drawn.figures
    assert "stroke: var(--figure-grid" in plot
    assert 'fill="#ff0000"' in embed(bars, "alt", "f1-")


def test_no_style_of_a_figure_leaks_into_the_page(drawn):
    for figure in drawn.figures:
        assert "<style" not in figure
        assert "<?xml" not in figure
        assert "<metadata" not in figure


def test_figures_of_a_page_share_no_ids_and_every_reference_is_to_its_own(drawn):
    embedded = [embed(figure, "alt", f"f{n}-") for n, figure in enumerate(drawn.figures * 2)]
    names = [set(re.findall(r' id="([^"]*)"', re.sub(">[^<]*<", "><", svg))) for svg in embedded]
    for svg, own in zip(embedded, names, strict=True):
        assert set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', svg)) <= {
            pair for name in own for pair in ((name, ""), ("", name))
        }
        assert own
    assert all(not a & b for a, b in itertools.combinations(names, 2))


def test_the_alt_text_is_the_label_whatever_is_in_it():
    svg = embed('<svg width="1"><svg/></svg>', "a \"b\" <c> & 'd' \\1", "f1-")
    assert svg == (
        '<svg role="img" aria-label="a &quot;b&quot; &lt;c&gt; &amp; &#x27;d&#x27; \\1" width="1">'
        "<svg/></svg>"
    )


def test_a_figure_on_its_own_has_its_own_ink():
    assert "<style>svg{color:" in standalone(clean('<?xml?>\n<svg width="5pt" height="5pt"></svg>'))


@pytest.mark.parametrize("before", ["", "plt.switch_backend('agg')\n"])
def test_a_figure_that_no_reader_would_see_fails(before):
    after = "\nplt.show()" if before else ""
    code = f"import matplotlib.pyplot as plt\n{before}plt.plot([1]){after}"
    assert "1 figure(s) drawn and never shown" in failure(code)


def test_the_working_folder_of_a_snippet_is_gone_afterwards():
    folder = run(snippet("import os\nprint(os.getcwd())\nos.mkdir('a', 0o500)")).output.strip()
    assert folder
    assert not Path(folder).parent.exists()
