"""The server of ``make serve``: what is saved shows, and the rest of the book is still right."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from urllib.request import urlopen

import pytest

from conftest import ROOT, mkdocs_build

pytestmark = pytest.mark.xdist_group("serve")

COMMAND = re.search(r"^serve:.*\n\t\$\(BIN\)/mkdocs (.+)$", (ROOT / "Makefile").read_text(), re.M)


class Server:
    """The server of a folder with a ``mkdocs.yml``, and the folder."""

    def __init__(self, folder, address):
        self.folder, self.address = folder, address

    @property
    def site(self):
        """The folder in which the server keeps what it built."""
        return next((self.folder / "temporary").glob("mkdocs_*"))

    def save(self, file, change):
        path = self.folder / file
        before = path.read_text("utf-8")
        assert change(before) != before
        path.write_text(change(before), "utf-8")

    def wait(self, page, shows):
        """Wait for a page that shows something; each build of the server is looked at once."""
        for _ in range(5):
            text = self.get(page)
            if shows(text):
                return
            epoch = re.search(r"livereload\((\d+), ", text)[1]
            self.get(f"livereload/{epoch}/0")  # answers after the next build, or after a minute
        raise AssertionError(f"{page} never came to show what was saved")

    def get(self, page):
        with urlopen(self.address + page, timeout=300) as answer:
            return answer.read().decode()


@contextlib.contextmanager
def serve(folder, **environment):
    (folder / "temporary").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", *COMMAND[1].split(), "--dev-addr", host],
        cwd=folder,
        env=os.environ
        | {"NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1", "REPO_URL": ""}
        # Python's own files would come to the folders that are watched.
        | {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder / "temporary")}
        | {"PYTHONPATH": str(folder)}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log = []
    try:
        for line in process.stdout:
            log.append(line)
            if "Serving on" in line:
                break
        else:
            raise AssertionError("".join(log))
        reader = threading.Thread(target=log.extend, args=[process.stdout])
        reader.start()
        yield Server(folder, f"http://{host}/")
        process.terminate()
        reader.join()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def files_of(site):
    """Return what a reader can see of a built site."""
    files = [*site.rglob("*.html"), *site.rglob("search/*.json")]
    return {str(file.relative_to(site)): file.read_text("utf-8") for file in files}


@pytest.fixture(scope="module")
def book(built, tmp_path_factory):
    """Serve a copy of the book, with what the site's build has put in the cache."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("docs", "kasago"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    for name in ("cache", "cache-notebooks"):
        shutil.copytree(built / name, folder / name)
    with serve(folder, KASAGO_CACHE=str(folder / "cache")) as server:
        yield server


@pytest.fixture
def tab(browser):
    with browser.new_page() as tab:
        tab.set_default_timeout(120_000)
        yield tab


@pytest.mark.parametrize(
    ("file", "address"), [("docs/loss.md", "loss/"), ("docs/loss.ja.md", "ja/loss/")]
)
def test_a_page_that_is_open_shows_the_text_that_was_saved(book, tab, file, address):
    tab.goto(book.address + address, wait_until="load")
    book.save(file, lambda text: text.replace("\n\n## ", "\n\nSaved just now.\n\n## ", 1))
    tab.get_by_text("Saved just now.").wait_for()


def test_a_snippet_that_fails_says_so_in_its_place_until_it_is_mended(book, tab):
    tab.goto(f"{book.address}loss/", wait_until="load")
    error = tab.locator(".snippet").first.locator(".admonition.failure")
    assert error.count() == 0

    book.save("docs/loss.md", lambda text: text.replace("```python\n", "```python\n1 / 0\n", 1))
    error.wait_for()
    assert "ZeroDivisionError: division by zero" in error.inner_text()
    assert re.search(r"docs/loss\.md:\d+", error.inner_text())
    # A warning that was given once would be lost among others.
    book.save("docs/gradient.md", lambda text: text.replace("\n\n## ", "\n\nSaved.\n\n## ", 1))
    book.wait("gradient/", lambda page: "<p>Saved.</p>" in page)
    assert "ZeroDivisionError" in book.get("loss/")

    book.save("docs/loss.md", lambda text: text.replace("1 / 0\n", "", 1))
    error.wait_for(state="detached")


def test_what_is_served_is_what_a_build_from_nothing_gives(book, built, tmp_path):
    """A chapter, its title, the names it uses; a chapter that comes; the configuration."""
    new_use = "```python\nfrom kasago.training import train\n```\n\n## "
    book.save("docs/descent.md", lambda text: text.replace("## ", new_use, 1))
    book.wait("descent/", lambda page: "kasago.training.train" in page)
    book.wait("reference/training/", lambda page: "../../descent/#" in page)

    book.save("docs/errata.ja.md", lambda text: re.sub("^# .*$", "# New title", text, flags=re.M))
    book.wait("ja/errata/", lambda page: "New title" in page)

    (book.folder / "docs" / "new.md").write_text("# New page\n\n[Loss](loss.md#no-such-anchor)\n")
    book.save("mkdocs.yml", lambda text: text.replace("\n  - Lab:", "\n  - New: new.md\n  - Lab:"))
    book.wait("errata/", lambda page: "../new/" in page)
    (book.folder / "docs" / "new.md").unlink()
    book.save("mkdocs.yml", lambda text: text.replace("\n  - New: new.md", ""))
    book.wait("errata/", lambda page: "../new/" not in page)

    site = tmp_path / "site"
    build = mkdocs_build(site, book.folder / "cache", folder=book.folder, SITE_URL=book.address)
    assert build.returncode == 0, build.stderr
    served, fresh = files_of(book.site), files_of(site)
    assert served.keys() == fresh.keys()
    assert [name for name in served if served[name] != fresh[name]] == []
    assert {"404.html", "search/en.json", "search/ja.json"} < served.keys()


def test_a_change_of_the_package_shows_in_its_reference(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Reference\n\n::: package\n")
    (tmp_path / "docs" / "other.md").write_text("# Other\n\n[package][]\n")
    (tmp_path / "package.py").write_text('"""What it was."""\n')
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: Small\ntheme: {name: material, font: false}\nwatch: [package.py]\n"
        "plugins:\n  - search\n  - autorefs\n  - mkdocstrings: {handlers: {python: {paths: [.]}}}\n"
        f"hooks: [{ROOT}/kasago/literate/site/preview.py]\n"
    )
    with serve(tmp_path, PYTHONPATH=str(ROOT)) as small:
        assert "What it was." in small.get("")
        small.save("package.py", lambda text: text.replace("was", "is"))
        small.wait("", lambda page: "What it is." in page)
        # The other page knows the reference, also when it alone is converted.
        small.save("docs/other.md", lambda text: text + "\nSaved.\n")
        small.wait("other/", lambda page: "Saved." in page)
        assert 'href="../#package"' in small.get("other/")
        index = small.get("search/search_index.json")
        assert "What it is." in index
        assert "Saved." in index
