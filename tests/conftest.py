"""The built site, for the tests that look at it."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from kasago.literate.page.snippets import parse

# Each library of linear algebra has a variable of its own.
THREADS = [
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
]
# Workers share the cores, and threads beyond the cores wait for one another while they compute.
for name in THREADS:
    os.environ.setdefault(name, "1")

ROOT = Path(__file__).parent.parent
# The pages of the book, in both languages.
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def name_of(page):
    """Return how a page is called, such as ``docs/loss.md``."""
    return page.relative_to(ROOT).as_posix()


@functools.cache
def text_of(page):
    """Return the Markdown of a page, which many tests ask for."""
    return page.read_text("utf-8")


@functools.cache
def snippets_of(page):
    """Return the snippets of a page, parsed once for all tests of a worker."""
    return parse(text_of(page), name_of(page))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One worker more than cores: many tests wait for a server, a browser or a limit of time."""
    affinity = getattr(os, "sched_getaffinity", None)
    return (len(affinity(0)) if affinity else os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what needs a built site, so that two machines can share the tests."""
    for item in items:
        if {"made_once", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("site")


def mkdocs_build(site, cache, *options, folder=ROOT, **environment):
    """Run ``mkdocs build`` with a cache of its own, and return the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-d", str(site), *options],
        cwd=folder,
        env=os.environ
        | {"KASAGO_CACHE": str(cache), "NO_MKDOCS_2_WARNING": "1", "REPO_URL": "", "BOOK_PDF": ""}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def address_of(chapter):
    """Return the path on the site of a chapter, such as ``ja/loss/`` of ``docs/loss.ja.md``."""
    path = chapter.relative_to(ROOT / "docs").with_suffix("")
    language = f"{path.suffix[1:]}/" if path.suffix else ""
    page = path.with_suffix("")
    folder = page.parent if page.name == "index" else page
    return language if folder == Path() else f"{language}{folder.as_posix()}/"


@pytest.fixture(autouse=True)
def _figures_are_closed():
    """What a test has drawn is not there for the next, whichever that is."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def made_once(request, tmp_path_factory):
    """Return a function that has the first worker which asks for it fill a folder, for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base

    def made_once(name, fill):
        folder = shared / name
        with FileLock(folder.with_suffix(".lock")):
            if not (folder / "done").exists():
                fill(folder)
                (folder / "done").touch()
        return folder

    return made_once


@pytest.fixture(scope="session")
def site(made_once, literate_results):
    """Build the site, in strict mode, with the results of this session; return its folder."""

    def build(folder):
        build = mkdocs_build(folder / "site", literate_results, "--strict")
        assert build.returncode == 0, build.stderr

    return made_once("built", build) / "site"


@pytest.fixture(scope="session")
def server(site, tmp_path_factory):
    """Serve the site by a plain file server, under a sub-path; yield its address."""
    host = tmp_path_factory.mktemp("host")
    (host / "book").mkdir()
    (host / "book" / "kasago").symlink_to(site, target_is_directory=True)
    with serving(host) as address:
        yield f"{address}book/kasago/"


@contextmanager
def serving(site):
    """Serve a folder by a plain file server; yield its address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}/"
        finally:
            httpd.shutdown()
            thread.join()


# A site of one page, with the settings and the theme of the book.
SMALL_PAGE = """\
# {} {{ #small }}

```python
print(2 ** 10)
```

```output
1024
```

```python source="kasago.literate.words.words_of"
```
"""
SMALL_BUILD = """\
import sys
from mkdocs.commands.build import build
from mkdocs.config import load_config

docs, site = sys.argv[1:]
config = load_config("mkdocs.yml", docs_dir=docs, site_dir=site, nav=["index.md"], strict=True)
config.plugins.on_startup(command="build", dirty=False)
build(config)
"""


def small_site(folder, **settings):
    """Build a site of one page in both languages, into a folder."""
    shutil.copytree(ROOT / "docs" / "assets", folder / "docs" / "assets", dirs_exist_ok=True)
    for name, title in (("index.md", "Small"), ("index.ja.md", "小さい")):
        (folder / "docs" / name).write_text(SMALL_PAGE.format(title), encoding="utf-8")
    cache = {"KASAGO_CACHE": str(folder / "cache"), "NO_MKDOCS_2_WARNING": "1"}
    cache["KASAGO_LIVE"] = str(folder / "none")
    build = subprocess.run(
        [sys.executable, "-c", SMALL_BUILD, folder / "docs", folder / "site"],
        cwd=ROOT,
        env=os.environ | cache | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr


@pytest.fixture(scope="session")
def small_sites(made_once):
    """Return two sites of one page: ``bare``; ``full``, with a repository and a PDF."""
    repository = "https://github.com/example/kasago"

    def small(name, **settings):
        return made_once(name, lambda folder: small_site(folder, **settings)) / "site"

    return {
        "bare": small("bare", REPO_URL="", BOOK_PDF=""),
        "full": small("full", REPO_URL=repository, BOOK_PDF="kasago.pdf"),
    }


@pytest.fixture(scope="session")
def browser():
    """Start Chromium, and skip where there is none."""
    # Loads pypdf and Beautiful Soup, which most tests do without.
    from kasago.literate.site.pdf import BROWSERS, chromium  # noqa: PLC0415

    if not any(map(shutil.which, BROWSERS)):
        pytest.skip("no Chromium on this machine")
    with chromium() as browser:
        yield browser
