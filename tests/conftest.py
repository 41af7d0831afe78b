"""The built site, for the tests that look at it."""

import functools
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def mkdocs_build(site, cache, *options):
    """Run ``mkdocs build`` with a cache of its own, and return the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-d", str(site), *options],
        cwd=ROOT,
        env=os.environ | {"KASAGO_CACHE": str(cache), "NO_MKDOCS_2_WARNING": "1"},
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


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Build the site from nothing, in strict mode; return the folder of site and cache."""
    folder = tmp_path_factory.mktemp("built")
    build = mkdocs_build(folder / "site", folder / "cache", "--strict")
    assert build.returncode == 0, build.stderr
    return folder


@pytest.fixture(scope="session")
def site(built):
    """Return the folder of the site, built in strict mode."""
    return built / "site"


@pytest.fixture(scope="session")
def server(site):
    """Serve the site by a plain file server; yield its address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()
        thread.join()
