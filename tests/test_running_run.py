"""Facts about kasago.literate.running.run: code runs as a reader runs it, alone, and ends.

They hold however its process starts: from one that has the libraries loaded, or by itself.
"""

import fcntl
import itertools
import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from kasago.literate.running import run as run_module
from kasago.literate.running.figure import clean, embed, standalone
from kasago.literate.running.job import Job, Result
from kasago.literate.running.run import Stopped


@pytest.fixture(params=[True, False], ids=["forked", "plain"])
def run(request, monkeypatch):
    """Return a function that runs code of ``docs/page.md``, in each of the two ways."""
    monkeypatch.setattr(run_module, "FORKS", request.param)
    return run_code


def run_code(code, *expressions, line=1, time_limit=60.0):
    job = Job("docs/page.md", line, ((0, f"{code}\n"),), expressions)
    result, _ = run_module.run(job, time_limit)
    return result


def failure(result):
    """Return why a run failed."""
    assert result.error
    assert result.figures == ()
    assert result.values == {}
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


def test_namespace_folder_and_random_state_are_fresh(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "random.py").write_text("1 / 0")
    one, two = (run(LOOK_AROUND) for _ in range(2))
    for result in (one, two):
        assert result.error == ""
        assert result.output.startswith(
            "__main__ ['os', 'random', 'sys']\n[] ['docs/page.md'] True\n0."
        )
    assert one.output != two.output
    assert list(tmp_path.iterdir()) == [tmp_path / "random.py"]


RANDOM = """\
import random, tempfile, uuid
import numpy as np
print(np.random.random(), np.random.default_rng().random(), np.random.get_state()[1][0])
print(random.random(), uuid.uuid4(), tempfile.mktemp())
np.random.seed(0)
"""


def test_no_source_of_randomness_repeats_itself(run):
    one, two = (run(RANDOM).output.split() for _ in range(2))
    assert len(one) == 6
    assert not set(one) & set(two)


def test_what_is_printed_arrives_as_it_is(run):
    code = r"""
import os, subprocess, sys
print("a\n\n  b é − 勾配 ``` \t|\n\n")
print("not shown", file=sys.stderr)
os.write(1, b"c\n")
subprocess.run([sys.executable, "-c", "print('d')"], check=True)
print({"a", "b"} == {"b", "a"}, hash("a"), end="")
"""
    one, two = (run(code) for _ in range(2))
    assert one.error == ""
    assert one.output.startswith("a\n\n  b é − 勾配 ``` \t|\n\n\nc\nd\nTrue ")
    assert one == two


def test_colours_are_for_a_terminal(run):
    printed = run(r"print('\x1b[1;31mred\x1b[0m \x1b[K.')")
    assert printed.output == "red \x1b[K.\n"
    failed = run(r"raise ValueError('\x1b[31mred\x1b[m')")
    assert failure(failed).endswith("ValueError: red")


ENVIRONMENT = """\
import os, sys, time
print(os.environ.get("NEW"), time.localtime(0).tm_hour, sys.getdefaultencoding())
import module_of_the_reader
print({"a", "b"} == {"b", "a"}, hash("a"), sys.stdout.encoding)
import matplotlib
print(matplotlib.get_backend())
import warnings
warnings.warn("old")
"""


def test_the_environment_is_the_present_one_but_for_what_changes_results(
    run, tmp_path, monkeypatch
):
    before = run("print(hash('a'))")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "module_of_the_reader.py").touch()
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "NEW": "new",
        "TZ": "UTC-5",
        "PYTHONPATH": os.pathsep.join(["here", os.environ.get("PYTHONPATH", "")]),
        # Settings of the reader's own that do not matter.
        "PYTHONIOENCODING": "latin-1",
        "PYTHONHASHSEED": "7",
        "PYTHONWARNINGS": "ignore",
        "MPLBACKEND": "agg",
    }.items():
        monkeypatch.setenv(name, value)
    result = run(ENVIRONMENT)
    assert result.output == (
        f"new 5 utf-8\nTrue {before.output.strip()} utf-8\nmodule://kasago.literate.running.backend\n"
    )
    assert result.error.endswith("UserWarning: old")


def test_importing_what_runs_code_loads_no_library():
    code = (
        "import sys\n"
        "from kasago.literate.running import job, pool, results, run\n"
        "print(sys.modules.keys() & {'matplotlib', 'numpy', 'resvg_py', 'sybil', 'pytest'})"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ended.stdout.strip() == b"set()"


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
def test_a_failure_says_why_and_on_which_line_of_the_page(run, code, line, message):
    error = failure(run(code))
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
        ("import atexit\natexit.register(lambda: 1 / 0)", "ZeroDivisionError"),
        ("import sys\nsys.stdout.close()", "I/O operation on closed file"),
    ],
)
def test_a_process_that_ends_in_another_way_fails(run, code, message):
    result = run(f"print('printed')\n{code}")
    assert message in failure(result)
    assert result.output == "printed\n"


def test_a_file_that_the_last_line_leaves_open_is_noticed(run):
    assert "ResourceWarning" in failure(run("file = open('a', 'w')"))


def test_what_is_registered_for_the_end_runs_then(run):
    code = (
        "import atexit, threading, time\natexit.register(print, 'end')\n"
        "threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()"
    )
    assert run(code) == Result("thread\nend\n", (), ends=((0, 0),))


def test_a_failure_does_not_trip_over_half_a_figure(run):
    code = "import os\nopen(os.environ['KASAGO_FIGURES'] + '/000.svg', 'x').close()\n1 / 0"
    assert "ZeroDivisionError" in failure(run(code))


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
print(child.stdout.readline().decode(), end="")
print("said", file=sys.stderr)
{then}
"""


def wait_for(lock):
    """Wait until nobody holds a lock: a process that is gone holds none."""
    with lock.open() as file:
        deadline = time.monotonic() + 60  # for a busy machine
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                assert time.monotonic() < deadline
                time.sleep(0.01)


@pytest.mark.parametrize(
    ("then", "error"),
    [
        ("while True: pass", "said\n\nthe snippet ran longer than the limit of 4 s"),
        (
            "import os; os._exit(0)",
            "the process ended before the last line of the snippet, with exit code 0\nsaid",
        ),
    ],
)
def test_what_was_written_is_kept_and_nothing_that_was_started_lives_on(run, then, error, tmp_path):
    lock = tmp_path / "lock"
    lock.touch()
    result = run(HOLD_A_LOCK.format(lock=str(lock), then=then), time_limit=4)
    assert result == Result("locked\n", (), error)
    wait_for(lock)


def test_a_run_that_nobody_waits_for_is_ended(run, tmp_path):
    lock = tmp_path / "lock"
    lock.touch()
    stop = threading.Event()
    threading.Timer(1, stop.set).start()
    then = "import time; time.sleep(1000)"
    with pytest.raises(Stopped):
        run_module.run(Job.of(HOLD_A_LOCK.format(lock=str(lock), then=then)), stop=stop)
    wait_for(lock)


def test_the_working_folder_of_a_snippet_is_gone_afterwards(run):
    folder = run("import os\nprint(os.getcwd())\nos.mkdir('a', 0o500)").output.strip()
    assert folder
    assert not Path(folder).parent.exists()


# Other processes of the same program.

PROCESSES = """\
import multiprocessing

def square(x):
    if x == 4:
        raise ValueError("no square")
    return x * x

if __name__ == "__main__":
    context = multiprocessing.get_context({method!r})
    with context.Pool(1) as pool:
        print(pool.map(square, range({end})))
"""


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_code_that_starts_processes_runs_as_in_a_file(run, method):
    result = run(PROCESSES.format(method=method, end=4))
    assert (result.output, result.error) == ("[0, 1, 4, 9]\n", "")


def test_a_traceback_from_another_process_names_the_lines_of_the_page(run):
    error = failure(run(PROCESSES.format(method="spawn", end=5), line=40))
    assert 'File "docs/page.md", line 45, in square\n    raise ValueError("no square")' in error
    assert error.endswith("ValueError: no square")
    assert "snippet.py" not in error


# Numbers of the text.


def test_expressions_are_evaluated_after_the_snippet_among_its_names(run):
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
    assert run(code, *given) == Result("", (), values=given, ends=((0, 0),))


def test_an_expression_that_fails_says_why_and_spoils_no_other(run):
    given = run("x = 0", "y", "1 / x", "x +", "", "x").values
    assert given["y"] == "NameError: name 'y' is not defined"
    assert given["1 / x"] == "ZeroDivisionError: division by zero"
    assert given["x +"].startswith("SyntaxError: ")
    assert given[""].startswith("SyntaxError: ")
    assert given["x"] == "0"


def test_an_expression_that_prints_or_ends_the_process_does_not_pass(run):
    printed = run("x = 1", "print(x)")
    assert (printed.output, printed.error, printed.values) == ("1\n", "", {"print(x)": "None"})
    assert "SystemExit" in failure(run("x = 1", "exit()"))
    assert failure(run("1 / 0", "1"))


# Code in pieces.


def test_pieces_share_their_names_and_each_has_its_own_output():
    cells = (
        (0, "import matplotlib.pyplot as plt\nx = 'é'\nprint(x)\n"),
        (7, "plt.plot([1])\nplt.show()\n"),
        (10, "print(x * 2, end='')\nplt.plot([1])\nplt.show()\n"),
    )
    result, _ = run_module.run(Job("docs/lab.md", 20, cells, ("len(x)",)))
    assert result.error == ""
    assert (result.output, len(result.figures), result.values) == ("é\néé", 2, {"len(x)": "1"})
    assert result.ends == ((2, 0), (2, 1), (4, 2))
    failed, _ = run_module.run(Job("docs/lab.md", 20, (*cells[:1], (7, "x += ''\nx()\n"))))
    assert 'File "docs/lab.md", line 29, in <module>\n    x()' in failed.error
    assert failed.output == "é\n"


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
    result = run_code(DRAW)
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


IN_ANOTHER_PROCESS = """\
import json, sys
from dataclasses import asdict
from kasago.literate.running import run
from kasago.literate.running.job import Job
run.FORKS = False
result, _ = run.run(Job.of(json.loads(sys.argv[1]), "docs/page.md"))
print(json.dumps(asdict(result)))
"""


def test_the_same_code_gives_the_same_bytes_in_any_process_and_locale(drawn):
    again = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, json.dumps(DRAW)],
        input="not for the snippet",
        env=os.environ
        | {"PYTHONHASHSEED": "7", "MPLBACKEND": "agg"}
        | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(again.stdout) == json.loads(json.dumps(asdict(drawn)))


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
    assert "1 figure(s) drawn and never shown" in failure(run_code(code))
