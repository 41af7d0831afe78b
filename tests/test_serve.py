"""The server of ``make serve``, in a real browser: what is saved shows; every page answers.

The books here are small. What their snippets wait for is a file that a test writes: so nothing
here depends on how fast a machine is. Each run and each conversion of a page leaves a line.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from conftest import ROOT, mkdocs_build

pytestmark = pytest.mark.xdist_group("serve")

COMMAND = re.search(r"^serve:.*\n\t\$\(BIN\)/mkdocs (.+)$", (ROOT / "Makefile").read_text(), re.M)
LONG = 60  # seconds: what is waited for takes less than one
COLD = 300  # the whole book, where no result is there


def notes_of(folder):
    """Return where snippets and hooks leave a line: not in the project, which they depend on."""
    return folder.with_name(f"{folder.name}-notes")


def until(holds, what, seconds=LONG):
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Server:
    """The server of a folder with a ``mkdocs.yml``, and the folder."""

    def __init__(self, folder, address, process, log):
        self.folder, self.address, self.process, self.log = folder, address, process, log

    @property
    def site(self):
        """The folder in which the server keeps what it built."""
        return next((notes_of(self.folder) / "temporary").glob("mkdocs_*"))

    def save(self, file, change):
        """Save a file with another text, and say what undoes it."""
        path = self.folder / file
        before = path.read_text("utf-8")
        text = change(before) if callable(change) else change
        assert text != before
        path.write_text(text, "utf-8")
        return before

    def get(self, page):
        with urlopen(self.address + page, timeout=LONG) as answer:
            return answer.read().decode()

    def wait(self, page, shows):
        """Wait for a page that shows something."""
        until(lambda: shows(self.get(page)), f"{page} never came to show it")

    def says(self, text, times=1):
        """Wait until the terminal says something."""
        until(lambda: "".join(self.log).count(text) >= times, f"never said {text}")

    def lines(self, file):
        """Return what a snippet or a hook has written to a file of its own."""
        with contextlib.suppress(FileNotFoundError):
            return (notes_of(self.folder) / file).read_text().split()
        return []

    def settle(self, seconds=LONG):
        """Wait until nothing runs, and every page is what it will be."""
        until((self.site / "ja" / "index.html").exists, "the second language never came")

        def runs():
            return any(b"data-run=" in page.read_bytes() for page in self.site.rglob("*.html"))

        until(lambda: not runs(), "something still runs", seconds)

    def built(self):
        """Wait until no build is under way: one takes less time than this."""
        before = None
        while before != (before := len(self.lines("converted"))):
            time.sleep(1.5)

    def open(self, gate):
        """Let the snippet go on that waits for a file."""
        (notes_of(self.folder) / gate).touch()


@contextlib.contextmanager
def serve(folder, **environment):
    (notes_of(folder) / "temporary").mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", *COMMAND[1].split(), "--dev-addr", host],
        cwd=folder,
        env=os.environ
        | {"NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1", "REPO_URL": ""}
        # Python's own files would come to the folders that are watched.
        | {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(notes_of(folder) / "temporary")}
        | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "NOTES": str(notes_of(folder))}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log = []
    reader = threading.Thread(target=log.extend, args=[process.stdout])
    reader.start()
    server = Server(folder, f"http://{host}/", process, log)
    try:
        until(lambda: "Serving on" in "".join(log) or process.poll() is not None, "never served")
        assert process.poll() is None, "".join(log)
        yield server
    finally:
        process.terminate()
        process.wait()
        reader.join()
        process.stdout.close()


HOOKS = [
    *re.findall(r"^  - (kasago/literate/site/\w+\.py)", (ROOT / "mkdocs.yml").read_text(), re.M)
]
EXTENSIONS = """\
markdown_extensions:
  - kasago.literate: {cache: results}
"""
EQUATIONS = "[tool.kasago.literate]\nequations = true\n"
# Writes down each page that is converted, and each use of the package.
NOTING = """\
import os
from pathlib import Path

def on_page_content(html, page, **_):
    with open(Path(os.environ["NOTES"], "converted"), "a") as file:
        file.write(f"{page.file.src_uri}\\n")
"""
PACKAGE = '''\
"""What a small book is about."""

import os
import time
from pathlib import Path

NOTES = Path(os.environ["NOTES"])


def energy(x):
    """Return what it was."""
    return x**2


def ran(name):
    with open(NOTES / name, "a") as file:
        file.write(f"{os.getpid()}\\n")


def wait_for(gate):
    while not (NOTES / gate).exists():
        time.sleep(0.02)
'''
FIRST = """\
# {title} {{ #first }}

```python
import matplotlib.pyplot as plt
from package.core import energy, ran, wait_for

ran("first")
wait_for("gate")
plt.plot([energy(x) for x in range(3)])
plt.show()
print(energy(3.0))
```

```output
9.0
```

![A line that rises from 0 to 4 over three steps.](figures/line.svg)

Its energy is 9<!-- = energy(3) -->.

<!-- formula: package.core.energy(x); x: real -->
\\begin{{equation}}
E = x^{{2}}
\\end{{equation}}
"""
OTHER = """\
# Other { #other }

Text, with $x^2$.

```python
from package.other import ran

ran("other")
print(1 + 1)
```

```output
2
```
"""


def small_book(folder):
    """Write a small book of two languages, with all hooks of the book, and a package of its own."""
    for name in ("docs", "package"):
        (folder / name).mkdir()
    (folder / "package" / "__init__.py").touch()
    (folder / "package" / "core.py").write_text(PACKAGE)
    (folder / "package" / "other.py").write_text(PACKAGE)
    pages = folder / "docs"
    (pages / "index.md").write_text(FIRST.format(title="First"))
    (pages / "index.ja.md").write_text(FIRST.format(title="はじめ"), "utf-8")
    (pages / "other.md").write_text(OTHER)
    (pages / "reference.md").write_text("# Reference\n\n::: package.core.energy\n")
    (folder / "noting.py").write_text(NOTING)
    (folder / "pyproject.toml").write_text(EQUATIONS)
    hooks = "".join(f"  - {ROOT}/{hook}\n" for hook in HOOKS)
    (folder / "mkdocs.yml").write_text(
        "site_name: Small\nsite_url: https://small.example/\n"
        "theme: {name: material, font: false, features: [content.code.copy]}\n"
        "watch: [package]\n"
        "plugins:\n  - search\n  - kasago.literate\n  - autorefs\n"
        "  - mkdocstrings: {handlers: {python: {paths: [.]}}}\n"
        "  - i18n:\n      docs_structure: suffix\n      reconfigure_search: false\n"
        "      languages:\n"
        "        - {locale: en, name: English, default: true}\n"
        "        - {locale: ja, name: 日本語}\n"
        f"{EXTENSIONS}hooks:\n{hooks}  - noting.py\n",
        "utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Serve a small book, nothing of which has to wait."""
    with serve(small_book(tmp_path_factory.mktemp("small"))) as server:
        server.open("gate")
        yield server


@pytest.fixture
def tab(browser):
    with browser.new_page() as tab:
        tab.set_default_timeout(1000 * LONG)
        yield tab


def test_a_page_shows_at_once_and_what_runs_fills_in(tmp_path, tab):
    with serve(small_book(tmp_path)) as small:
        tab.goto(small.address)
        note = tab.locator(".snippet > .note.running")
        assert note.inner_text() == "Running. What comes of it will stand here."
        assert tab.locator(".snippet .highlight code").first.is_visible()
        assert tab.locator(".snippet .output").count() == 0

        # A page of another language waits for its build. (A page that is not there does not.)
        with tab.context.browser.new_page() as japanese:
            japanese.set_default_timeout(1000 * LONG)
            japanese.goto(f"{small.address}ja/")
            assert "実行中です" in japanese.locator(".note.running").inner_text()
            with pytest.raises(HTTPError, match="404"):
                small.get("no-such-page/")

            # It loads the page anew for the second language. Then what comes needs no other load.
            tab.locator(".md-select").wait_for(state="attached")
            tab.evaluate("window.stayed = true")
            small.open("gate")
            tab.wait_for_function("window.stayed && document.querySelector('.snippet > .output')")
            japanese.locator(".snippet > .output").wait_for()

        output = tab.locator(".snippet > .output")
        assert output.inner_text().strip() == "9.0"
        assert tab.locator(".snippet > figure.drawn svg[role=img]").is_visible()
        assert tab.locator(".snippet .md-clipboard, .snippet .md-code__button").count() == 1
        small.wait("", lambda page: "data-run" not in page)
        small.wait("ja/", lambda page: "data-run" not in page)
        assert tab.locator(".admonition.failure").count() == 0
        # One run for both languages, but for what waited for the first one's lock.
        assert len(small.lines("first")) == 1
        assert (small.site / "index.ipynb").is_file()


def test_an_endless_loop_is_named_and_ends_when_it_is_mended(small, tab):
    small.settle()
    tab.goto(f"{small.address}other/")
    loop = 'ran("loop")\nwhile True:\n    pass\n'
    before = small.save("docs/other.md", lambda text: text.replace("print(1", f"{loop}print(1"))
    tab.get_by_text(re.compile(r"Still running, for \d+ s: docs/other\.md:5")).wait_for()
    small.says("docs/other.md:5: still running after 5 s")
    [pid] = map(int, small.lines("loop"))
    assert "First" in small.get("")

    small.save("docs/other.md", before)
    tab.locator(".snippet > .output").wait_for()
    until(lambda: not Path(f"/proc/{pid}").exists(), "the loop goes on")
    assert "".join(small.log).count("docs/other.md:5: still running after") == 1


def test_of_two_saves_in_quick_succession_the_second_shows_and_stays(small, tab):
    small.settle()
    tab.goto(f"{small.address}other/")
    before = small.save("docs/other.md", OTHER.replace("Text", "The first save"))
    time.sleep(0.4)  # as an author saves twice: while the first build is about to begin, or runs
    small.save("docs/other.md", OTHER.replace("Text", "The second save"))
    tab.get_by_text("The second save").wait_for()
    small.settle()
    small.built()
    converted = len(small.lines("converted"))
    small.save("docs/reference.md", lambda text: text + "\nMore.\n")
    small.wait("reference/", lambda page: "More." in page)
    assert tab.get_by_text("The second save").is_visible()
    # Each language has its edition of a page.
    assert set(small.lines("converted")[converted:]) == {"reference.md"}
    small.save("docs/other.md", before)


def test_what_is_wrong_stands_where_it_is_and_fails_once(small, tab):
    """A formula that cannot be read; a wrong equation; a wrong number; a snippet that fails."""
    small.settle()
    tab.goto(small.address)
    before = (small.folder / "docs/index.md").read_text()
    wrong = before.replace("E = x^{2}", "E = x^{3}").replace("is 9<", "is 8<")
    wrong += "\nBroken: $\\frac{1$.\n\n```python\nfrom package.core import ran\n\n"
    wrong += 'ran("failing")\n1 / 0\n```\n'
    small.save("docs/index.md", wrong)

    tab.locator("mark.formula-error").wait_for()
    boxes = tab.locator(".admonition.failure")
    for reason in (
        "docs/index.md:23: the equation",
        "the page says 8, and energy(3) gives 9",
        "ZeroDivisionError: division by zero",
        "the formula cannot be read",
    ):
        boxes.get_by_text(re.compile(re.escape(reason))).wait_for()
    small.says("ZeroDivisionError: division by zero")
    small.wait("", lambda page: "data-run" not in page)
    # Another page is saved: it is not run again, and is said again.
    small.save("docs/reference.md", lambda text: text + "\nYet more.\n")
    small.wait("reference/", lambda page: "Yet more." in page)
    small.says("ZeroDivisionError: division by zero", times=2)
    assert len(small.lines("failing")) == 1
    assert "".join(small.log).count("ZeroDivisionError: division by zero") == 2

    small.save("docs/index.md", before)
    boxes.first.wait_for(state="detached")


def test_a_change_of_the_package_converts_what_was_made_of_it(small):
    small.settle()
    small.built()  # what another test has changed back
    first, other, converted = (len(small.lines(n)) for n in ("first", "other", "converted"))
    before = small.save("package/core.py", lambda text: text.replace("it was", "it is now"))
    small.wait("reference/", lambda page: "it is now" in page)
    until(lambda: len(small.lines("first")) > first, "what imports it never ran")
    small.settle()
    assert len(small.lines("other")) == other
    assert "other.md" not in small.lines("converted")[converted:]

    first = len(small.lines("first"))
    small.save("package/core.py", before)  # finds what it gave before
    small.wait("reference/", lambda page: "it was" in page)
    small.settle()
    small.built()
    converted = len(small.lines("converted"))
    (small.folder / "package" / "new.py").write_text("NEW = 1\n")  # which nothing imports
    until(lambda: len(small.lines("converted")) > converted, "never built")
    small.settle()
    assert set(small.lines("converted")[converted:]) == {"reference.md"}
    assert len(small.lines("first")) == first


def test_a_file_that_cannot_be_read_is_named_and_keeps_nothing_back(small):
    docs = small.folder / "docs"
    (docs / "latin.md").write_bytes(b"# Caf\xe9\n")
    (docs / ".#other.md").symlink_to("someone@somewhere.1234")  # Emacs has a file open
    (docs / "picture.png").symlink_to("nowhere.png")
    small.says("docs/latin.md cannot be read: it is not UTF-8 (invalid continuation byte")
    small.says("docs/picture.png cannot be read: No such file or directory")
    before = small.save("docs/other.md", OTHER.replace("Text", "Saved beside them"))
    small.wait("other/", lambda page: "Saved beside them" in page)
    assert ".#other" not in "".join(small.log)
    for name in ("latin.md", ".#other.md", "picture.png"):
        (docs / name).unlink()
    small.save("docs/other.md", before)
    small.wait("other/", lambda page: "Saved beside them" not in page)


def test_a_mistake_in_the_configuration_takes_no_page_away(small, tab):
    tab.goto(f"{small.address}no-such-page/")
    before = small.save("mkdocs.yml", lambda text: text.replace("site_name: Small", "site_name: ["))
    small.says("An error happened during the rebuild")
    assert "First" in small.get("")
    with pytest.raises(HTTPError, match="404"):
        small.get("another-page/")
    (small.folder / "docs" / "no-such-page.md").write_text("# There it is\n")
    small.save("mkdocs.yml", before.replace("site_name: Small", "site_name: Mended"))
    tab.get_by_role("heading", name="There it is").wait_for()
    small.wait("other/", lambda page: "Mended" in page)


@pytest.fixture
def plain(tmp_path):
    """Return a folder with a book of one language, in MkDocs' own theme, no plugin but ours."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(
        OTHER.replace("from package.other import ran\n\n", "")
    )
    page = tmp_path / "docs" / "index.md"
    page.write_text(page.read_text().replace('ran("other")\n', ""))
    hooks = "".join(f"  - {ROOT}/{hook}\n" for hook in HOOKS)
    (tmp_path / "mkdocs.yml").write_text(
        f"site_name: Plain\nplugins: [kasago.literate]\n{EXTENSIONS}hooks:\n{hooks}"
    )
    return tmp_path


def test_a_plain_project_is_served_and_ctrl_c_ends_all_at_once(plain):
    with serve(plain) as server:
        server.wait("", lambda page: "data-run" not in page)
        assert '<code class="language-text' in server.get("") or ">2" in server.get("")
        loop = (
            "```python\nimport os\n\n"
            'with open(os.environ["NOTES"] + "/loop", "w") as file:\n'
            "    file.write(str(os.getpid()))\n"
            "while True:\n    pass\n```\n"
        )
        (plain / "docs" / "loop.md").write_text(f"# Loop\n\n{loop}")
        until(lambda: server.lines("loop"), "the loop never began")
        [pid] = map(int, server.lines("loop"))
        assert "Running." in server.get("loop/")
        server.process.send_signal(signal.SIGINT)
        server.process.wait(LONG)
        assert not Path(f"/proc/{pid}").exists()


def test_a_build_names_what_cannot_be_read(plain):
    (plain / "docs" / "latin.md").write_bytes(b"# Caf\xe9\n")
    environment = {"PYTHONPATH": str(ROOT)}
    build = mkdocs_build(plain / "site", plain / "results", folder=plain, **environment)
    assert build.returncode == 0, build.stderr
    assert (plain / "site" / "index.html").is_file()
    strict = mkdocs_build(
        plain / "site", plain / "results", "--strict", folder=plain, **environment
    )
    assert strict.returncode
    assert "docs/latin.md cannot be read: it is not UTF-8" in strict.stderr


def files_of(site):
    """Return what a reader can see of a built site."""
    files = [*site.rglob("*.html"), *site.rglob("search/*.json"), *site.rglob("*.ipynb")]
    texts = {str(file.relative_to(site)): file.read_text("utf-8") for file in files}
    return texts | {str(f.relative_to(site)): f.read_bytes() for f in site.rglob("*.png")}


def test_what_is_served_is_what_a_build_from_nothing_gives(literate_results, tmp_path):
    """The whole book. A chapter, its title, the names it uses; a chapter that comes and goes."""
    for name in ("docs", "kasago", "theme"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=unwanted)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    with serve(tmp_path, KASAGO_CACHE=str(literate_results), PYTHONPATH=str(tmp_path)) as book:
        book.settle(COLD)
        new_use = "```python\nfrom kasago.training import train\n```\n\n## "
        book.save("docs/descent.md", lambda text: text.replace("## ", new_use, 1))
        book.wait("reference/training/", lambda page: "../../descent/#" in page)
        title = lambda text: re.sub("^# .*$", "# New title", text, flags=re.M)  # noqa: E731
        book.save("docs/errata.ja.md", title)
        book.wait("ja/errata/", lambda page: "New title" in page)

        (tmp_path / "docs" / "new.md").write_text("# New\n\n[Loss](loss.md#no-such-anchor)\n")
        nav = book.save(
            "mkdocs.yml", lambda t: t.replace("\n  - Lab:", "\n  - New: new.md\n  - Lab:")
        )
        book.wait("errata/", lambda page: "../new/" in page)
        (tmp_path / "docs" / "new.md").unlink()
        book.save("mkdocs.yml", nav)
        book.wait("errata/", lambda page: "../new/" not in page)
        until(
            lambda: not [p for p in book.site.rglob("*.html") if b"data-run=" in p.read_bytes()], ""
        )
        book.says("Built ", times=2)

        site = tmp_path / "site"
        build = mkdocs_build(site, literate_results, folder=tmp_path, SITE_URL=book.address)
        assert build.returncode == 0, build.stderr
        fresh = files_of(site)
        different = lambda: [n for n in fresh if files_of(book.site).get(n) != fresh[n]]  # noqa: E731
        with contextlib.suppress(AssertionError):
            until(lambda: not different(), "")
        assert different() == []
        assert files_of(book.site).keys() == fresh.keys()
        assert {"404.html", "search/en.json", "search/ja.json"} < fresh.keys()
