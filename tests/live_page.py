"""A page with snippets that run, and a host that serves it, for the tests of kasago.live."""

import functools
import html
import http.server
import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import ROOT
from kasago.literate.files import ASSETS
from kasago.literate.site.live import live_of

# All that the live parts ask of a host that trusts nothing.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; "
    "worker-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'"
)
HEAD = """\
<!doctype html>
<html lang="{language}" class="js">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Live</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="literate.css">
<link rel="stylesheet" href="kasago.css">
<link rel="stylesheet" href="page.css">
<link rel="stylesheet" href="{style}">
</head>
<body data-md-color-scheme="default">
<main><article class="md-typeset">
<h1>Live</h1>
<h2>Exercises</h2>
"""
# What the theme gives the page.
PAGE = """\
body { background: var(--paper); color: var(--ink); font: 20px/1.65 var(--md-text-font-family); }
html { font-size: 125%; }
[data-md-color-scheme="slate"] { color-scheme: dark; }
a { color: var(--red); }
code, pre { font-family: var(--md-code-font-family); }
.highlight { background: var(--shade); }
"""
FOOT = """\
</article></main>
<script src="{script}" data-words="{words}" data-licences="{licences}" defer></script>
</body>
</html>
"""


def assets():
    """Return what runs snippets in a browser; skip where it was not made."""
    folder = Path(os.environ.get("KASAGO_LIVE") or ROOT / ".cache" / "live")
    live = live_of(folder, ROOT / "kasago" / "live" / "browser", ["kasago", "tqdm"])
    if not live:
        pytest.skip("what runs Python in a browser is not there: make live")
    return live


def snippet(code, after="", **options):
    """Return a snippet as the extension writes it: its code, options, and what stands below."""
    said = "".join(
        f' data-{name.replace("_", "-")}="{html.escape(o)}"' for name, o in options.items()
    )
    live = "" if "not_live" in options else " data-live"
    code = f"<pre><span></span><code>{html.escape(code)}\n</code></pre>"
    return f'<div class="snippet"{live}{said}><div class="highlight">{code}</div>{after}</div>\n'


def write_page(folder, live, snippets, language="en"):
    """Write a page of snippets into a folder, and beside it all that runs them."""
    live.put(folder)
    told = {name: html.escape(value) for name, value in live.told(language).items()}
    shutil.copy(ROOT / "docs" / "assets" / "kasago.css", folder)
    (folder / "page.css").write_text(PAGE, "utf-8")
    shutil.copytree(ASSETS, folder, dirs_exist_ok=True)
    page = HEAD.format(language=language, **told) + "".join(snippets) + FOOT.format(**told)
    (folder / "index.html").write_text(page, "utf-8")


@contextmanager
def strict_host(folder, reports=None):
    """Serve a folder under a sub-path, compressing nothing; yield its address.

    What a page posts is put into the queue `reports`.
    """

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self):
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Cache-Control", "max-age=600")
            super().end_headers()

        def do_POST(self):
            reports.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/some/book"))

        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}/some/book/"
        finally:
            httpd.shutdown()
            thread.join()
