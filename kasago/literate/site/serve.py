"""A hook for MkDocs: `mkdocs serve --dirty` answers all the time; results fill in as they come.

In ``mkdocs.yml``, with the hook ``preview.py``::

    hooks:
      - kasago/literate/site/serve.py

MkDocs lets a reader wait while it builds. Here every page that there is is answered from the
folder of the site, and no build waits for a snippet. A small script on each page (`serve.js`) asks
for what still runs and puts it in its place, and loads the page anew when another build has
changed it.
"""

import hashlib
import html
import json
import logging
import mimetypes
import posixpath
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlsplit

from markdown import Markdown
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority

from kasago.literate.markdown.source import SOURCE, Pending, Source
from kasago.literate.site.later import Later
from kasago.literate.site.state import LONG, state
from kasago.literate.words import words_of

SCRIPT = Path(__file__).with_name("serve.js")
# Where the script asks, below the address of the site.
OURS = "-/kasago/"
# Seconds after which a question is answered in any case.
PATIENCE = 30.0
# What MkDocs says of every build. Here it is one line, with what was built (see preview.py).
EVERY_BUILD = {
    "mkdocs.livereload": r"Detected file changes|Reloading browsers",
    "mkdocs.commands.serve": r"Building documentation\.\.\.",
    "mkdocs.commands.build": r"Documentation built in ",
    "mkdocs.plugins.mkdocs_static_i18n.plugin": r"Building '",
}

Start = Callable[[str, list[tuple[str, str]]], Any]


def on_startup(*, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Have no build wait for snippets if there is a server."""
    state.serves = command == "serve" and dirty


@event_priority(-200)
def on_serve(server: LiveReloadServer, *, config: MkDocsConfig, builder: object) -> None:
    """Answer in the place of MkDocs."""
    if not state.serves:
        return
    server.set_app(Answers(config))
    if config.theme.custom_dir:
        server.watch(config.theme.custom_dir)
    for name in EVERY_BUILD:
        logging.getLogger(name).addFilter(_says_something)
    Later(server).start()


def _says_something(record: logging.LogRecord) -> bool:
    return not re.search(EVERY_BUILD[record.name], str(record.msg))


class Answers:
    """What is answered to a browser (WSGI).

    Parameters
    ----------
    config : MkDocsConfig
    """

    def __init__(self, config: MkDocsConfig) -> None:
        self.config = config
        self.root = Path(config.site_dir)
        self.base = urlsplit(config.site_url or "/").path

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if not path.startswith(self.base):
            return _redirect(start, self.base)
        name = posixpath.normpath("/" + path.removeprefix(self.base)).lstrip("/")
        if name == f"{OURS}serve.js":
            return _answer(start, SCRIPT.read_bytes(), "text/javascript")
        if name == f"{OURS}news":
            news = self._news(parse_qs(environ.get("QUERY_STRING", "")))
            return _answer(start, json.dumps(news).encode(), "application/json")
        page = posixpath.join(name, "index.html")
        if path.endswith("/"):
            name = page
        elif "." not in posixpath.basename(name) and self._read(page):
            return _redirect(start, path + "/")
        content = self._read(name)
        if content is None:
            return self._not_found(name, start)
        if name.endswith(".html"):
            content = self._with_script(content, name, _digest(content))
        return _answer(start, content, _kind(name))

    def _read(self, name: str) -> bytes | None:
        """Return a file of the site; wait for a page that a build may still bring."""

        def comes() -> bool:
            return (self.root / name).is_file() or not state.awaited

        try:
            if name.endswith(".html"):
                state.wait(comes, PATIENCE)
            return (self.root / name).read_bytes()
        except (OSError, ValueError):  # a zero byte in a name
            return None

    def _not_found(self, name: str, start: Start) -> Iterable[bytes]:
        """Say that there is no such file; a page that comes to be there shows."""
        try:
            content = (self.root / "404.html").read_bytes()
        except OSError:
            content = b"<!doctype html><title>404</title><body><p>404 Not Found</p></body>"
        content = self._with_script(content, name, "")
        return _answer(start, content, "text/html; charset=utf-8", "404 Not Found")

    def _news(self, question: dict[str, list[str]]) -> dict[str, Any]:
        """Wait until there is news of a page: of what runs for it, or another build.

        One question for a whole page: a browser has but six at a time for all its tabs.
        """
        page, digest = question.get("page", [""])[0], question.get("digest", [""])[0]
        build, runs = int(question.get("build", ["0"])[0]), question.get("run", [])
        for pending in [state.pending[run] for run in runs if run in state.pending]:
            if not pending.urgent and not pending.run.done():
                pending.urgent = True
                state.pool.submit(pending.job, urgent=True)

        def ended() -> dict[str, Pending | None]:
            if not state.build:
                return {}  # what runs for a page, the first build says when it ends
            here = {run: state.pending.get(run) for run in runs}
            return {run: each for run, each in here.items() if not each or each.has_result}

        state.wait(lambda: bool(ended()) or state.build > build, LONG if runs else PATIENCE)
        news: dict[str, Any] = {"build": state.build}
        try:
            now = _digest((self.root / page).read_bytes())
        except (OSError, ValueError):
            now = ""
        news["changed"] = now != digest
        news["ended"] = {run: each and self._rendered(each) for run, each in ended().items()}
        news["still"] = self._still(runs)
        return news

    def _still(self, runs: list[str]) -> dict[str, str]:
        """Return what is said of those that take long."""
        running = state.pool.running()
        still = {}
        for run in runs:
            pending = state.pending.get(run)
            seconds = running.get(pending.job, 0) if pending else 0
            if pending and seconds >= LONG:
                words = words_of(pending.path)["still"]
                still[run] = words.format(f"{seconds:.0f}", f"{pending.path}:{pending.line}")
        return still

    def _rendered(self, pending: Pending) -> str:
        """Return what the page shows in the place of what was not there yet."""
        result = pending.run.result()
        if pending.box:
            return pending.box(result)
        known = {pending.job: result}
        SOURCE.set(Source(pending.path, pending.line, known=known, ties=pending.ties))
        extensions = self.config.markdown_extensions
        md = Markdown(extensions=extensions, extension_configs=self.config.mdx_configs)
        return md.convert(pending.text)

    def _with_script(self, content: bytes, page: str, digest: str) -> bytes:
        """Return a page with the script that keeps it up to date."""
        ours = html.escape(self.base + OURS)
        script = (
            f'<script src="{ours}serve.js" data-page="{html.escape(page)}" data-digest="{digest}" '
            f'data-build="{state.build}" data-base="{ours}" defer></script>'
        )
        before, mark, after = content.rpartition(b"</body>")
        return before + script.encode() + mark + after


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _kind(name: str) -> str:
    """Return what a browser is told that a file is."""
    if name.endswith((".js", ".mjs")):
        return "text/javascript"  # which not every system knows
    kind, encoding = mimetypes.guess_type(name)
    kind = "application/octet-stream" if encoding or not kind else kind
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _redirect(start: Start, path: str) -> list[bytes]:
    start("302 Found", [("Location", quote(path)), ("Content-Length", "0")])
    return []


def _answer(start: Start, content: bytes, kind: str, status: str = "200 OK") -> list[bytes]:
    headers = [("Content-Type", kind), ("Content-Length", str(len(content)))]
    start(status, [*headers, ("Cache-Control", "no-store")])
    return [content]
