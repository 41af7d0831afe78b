"""Facts about kasago.literate in the hands of another author: a book of their own, plain MkDocs.

The book is the one that the page "Your own book" makes, file by file.
"""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from conftest import ROOT, text_of

LIMIT = 60  # seconds that a busy machine may take
PAGE = ROOT / "docs" / "your-own-book.md"
FILE = re.compile(r'^(`{3,})\w+ title="([\w./]+)"\n(.*?)^\1$', re.DOTALL | re.MULTILINE)
FILES = {name: text for _, name, text in FILE.findall(text_of(PAGE))}


def write(folder):
    """Write the files of the page into a folder."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def project(tmp_path):
    return write(tmp_path)


BUILD = ["-m", "mkdocs", "build", "--strict"]
TEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
REWRITE = ["-m", "kasago.literate", "docs"]


def command(project, options, python=None, **settings):
    """Return how a program of Python is started in a project: of this Python, or of another."""
    path = os.pathsep.join([str(project), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": "" if python else path, "COLUMNS": "150"}
    return {
        "args": [python or sys.executable, *options],
        "cwd": project,
        "env": environment,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
        **settings,
    }


def ended(project, options, python=None):
    return subprocess.run(**command(project, options, python), timeout=LIMIT, check=False)


def uv(*arguments, folder=ROOT):
    """Run uv; skip where it, or what it has to download, cannot be reached."""
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no registry of packages: {done.stderr.strip()[-300:]}")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return the book of the page, and a Python that has what the page installs, and no more."""
    folder = tmp_path_factory.mktemp("own")
    book, home = folder / "fall", folder / "environment"
    book.mkdir()
    write(book)
    uv("build", "--quiet", "--wheel", "--out-dir", folder)
    uv("venv", "--quiet", "--python", sys.executable, home)
    [wheel] = folder.glob("*.whl")
    [names] = re.findall(r'^pip install "kasago(\[literate\])" (.*)$', text_of(PAGE), re.MULTILINE)
    kasago = f"kasago{names[0]} @ {wheel.as_uri()}"
    [python] = home.glob("*/python")
    pip = ("pip", "install", "--quiet", "--python", python)
    uv(*pip, kasago, *names[1].split(), folder=book)
    return book, python


def test_the_book_of_the_page_is_built_and_tested_from_the_wheel_and_plain_mkdocs(installed):
    book, python = installed
    tests = ended(book, TEST, python)
    assert "3 passed" in tests.stdout.splitlines()[-1], tests.stdout
    build = ended(book, BUILD, python)
    assert build.returncode == 0, build.stdout
    page = (book / "site" / "index.html").read_text("utf-8")
    assert 'aria-label="The height falls from 20 m' in page
    assert '<div class="formula"><math' in page
    assert "0.4 m are left" in page
    assert 'href="assets/literate/literate.css"' in page
    assert (book / "site" / "assets" / "literate" / "kasago-math.woff2").is_file()

    # The five faults; the result of an unchanged snippet is kept, and its package changes.
    (book / "fall.py").write_text(FILES["fall.py"].replace("g / 2", "g / 3"))
    for name, text in FAULTS.items():
        (book / "docs" / f"{name}.md").write_text(text)
    tests = ended(book, TEST, python)
    build = ended(book, BUILD, python)
    assert (tests.returncode, build.returncode) == (1, 1)
    assert "Aborted with 7 errors in strict mode!" in build.stdout
    for message in SAID:
        assert message in tests.stdout
        assert message in build.stdout
    assert "fall.py::height" in tests.stdout  # the docstring, which the build does not see


FAULTS = {
    "output": "```python\nprint(1 + 1)\n```\n\n```output\n3\n```\n",
    "figure": "# No figure\n\n```python\nx = 1\n```\n\n![A line that rises](figures/line.svg)\n",
    "escape": "# Escapes\n\n```py\nprint(1)\n```\n",
    "formula": "<!-- formula: x**2; x: real[N] -->\n$$\ny_n = x_n^3\n$$\n",
}
SAID = [
    "docs/output.md:1: the snippet prints something else; expected",
    "docs/figure.md:3: the page has 1 image line(s) after the snippet, the snippet drew 0",
    "docs/escape.md:3: a fence marked 'py' would pass untested",
    "docs/formula.md:2: the equation is not x**2",
    # What the package has changed.
    "docs/index.md:6: the equation is not fall.height(t)",
    "docs/index.md:10: the snippet prints something else; expected",
    "docs/index.md:27: the page says 0.4, and height(2.0) gives 6.92",
]


def test_a_cache_that_is_no_folder_does_not_fail_a_strict_build(project):
    (project / ".cache").mkdir()
    (project / ".cache" / "literate").write_text("a file")
    build = ended(project, BUILD)
    assert build.returncode == 0, build.stdout
    assert build.stdout.count("cannot keep results") == 1


@pytest.mark.parametrize("options", [BUILD, TEST, REWRITE], ids=["build", "pytest", "outputs"])
def test_an_interrupt_ends_an_endless_snippet_at_once(options, project):
    lock = project / "lock"
    lock.touch()
    hold = f"""\
import fcntl
file = open({str(lock)!r})
fcntl.flock(file, fcntl.LOCK_EX)
open({str(lock)!r} + ".taken", "x").close()
while True: pass
"""
    (project / "docs" / "index.md").write_text(f"# Endless\n\n```python\n{hold}```\n")
    start = command(project, options, start_new_session=True)
    with subprocess.Popen(**start) as process:
        deadline = time.monotonic() + LIMIT
        while not (project / "lock.taken").exists():
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        # Well before the limit of a snippet.
        process.communicate(timeout=LIMIT)
    assert process.returncode != 0
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
