"""Facts about kasago.literate in the hands of another author: a book of their own, plain MkDocs.

Nothing of this book is in it: a theme of MkDocs itself, a package, a page, a conftest.
"""

import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from kasago.literate.site import source

CONFTEST = Path(__file__).parent.parent / "conftest.py"
LIMIT = 60  # seconds that a busy machine may take
FILES = {
    "mkdocs.yml": """\
        site_name: Tides
        theme: mkdocs
        markdown_extensions:
          - pymdownx.superfences
          - pymdownx.arithmatex:
              generic: true
          - kasago.literate.markdown:
              equations: true
        hooks:
          - HOOK
        """,
    "pytest.ini": """\
        [pytest]
        addopts = -p no:doctest
        filterwarnings = error
        """,
    "tides/__init__.py": '''\
        """Tides.

        >>> height(1)
        2
        """


        def height(hour):
            """Return the height of the water.

            >>> height(2)
            4
            """
            return 2 * hour
        ''',
    "tides/plot.py": """\
        import matplotlib.pyplot as plt

        from tides import height


        def day():
            plt.plot([height(hour) for hour in range(24)])
        """,
    "docs/index.md": """\
        # Tides

        ```python
        from tides import height

        print(height(3))
        ```

        ```output
        6
        ```

        It is 8<!-- = height(4) --> an hour later.

        <!-- formula: tides.height(t); t: real[N] -->
        $$
        h_n = 2 t_n
        $$

        ## The day { #day }

        ```python
        import matplotlib.pyplot as plt

        from tides.plot import day

        day()
        plt.show()
        ```

        ![The height of the water rises over the day](figures/day.svg)

        ```python
        print(1 + 1)
        ```

        ```output
        2
        ```
        """,
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(text))
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    settings = tmp_path / "mkdocs.yml"
    settings.write_text(settings.read_text().replace("HOOK", source.__file__))
    return tmp_path


BUILD = ["-m", "mkdocs", "build", "--strict"]
TEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
REWRITE = ["-m", "kasago.literate", "docs"]


def command(project, options, **settings):
    """Return how a program of Python is started in a project."""
    path = os.pathsep.join([str(project), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path, "COLUMNS": "150"}
    return {
        "args": [sys.executable, *options],
        "cwd": project,
        "env": environment,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
        **settings,
    }


def ended(project, options):
    return subprocess.run(**command(project, options), timeout=LIMIT, check=False)


def change(project):
    module = project / "tides" / "__init__.py"
    module.write_text(module.read_text().replace("2 * hour", "3 * hour"))


def test_a_strict_build_notices_a_change_of_another_authors_package(project):
    first = ended(project, BUILD)
    assert first.returncode == 0, first.stdout
    page = (project / "site" / "index.html").read_text()
    assert 'aria-label="The height of the water rises over the day"' in page
    assert "<math" in page
    change(project)
    second = ended(project, BUILD)
    assert second.returncode == 1
    assert "docs/index.md:3: the snippet prints something else; expected" in second.stdout
    assert "docs/index.md:13: the page says 8, and height(4) gives 12" in second.stdout
    # All the rest of the page is as it was.
    assert "Aborted with 3 errors in strict mode!" in second.stdout
    assert "docs/index.md:16: the equation is not tides.height(t)" in second.stdout


def test_the_tests_notice_a_change_of_another_authors_package(project):
    tests = ended(project, TEST)
    assert "6 passed" in tests.stdout.splitlines()[-1], tests.stdout
    change(project)
    tests = ended(project, TEST)
    assert tests.returncode == 1
    assert "docs/index.md:3: the snippet prints something else; expected" in tests.stdout
    summary = tests.stdout[tests.stdout.index("short test summary info") :]
    assert "docs/index.md::tides-1 - Failed: docs/index.md:3: the snippet prints" in summary
    assert "docs/index.md::tides-2 - Failed: docs/index.md:16: the equation is not" in summary
    assert "tides/__init__.py::module" in summary
    assert "tides/__init__.py::height" in summary
    assert "4 failed, 2 passed" in tests.stdout.splitlines()[-1]


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
