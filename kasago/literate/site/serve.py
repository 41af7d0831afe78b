"""A hook for MkDocs: `mkdocs serve` answers all the time, and results fill in as they come.

In ``mkdocs.yml``, with the hook ``preview.py``::

    hooks:
      - kasago/literate/site/serve.py

MkDocs lets a reader wait while it builds. Here every page that there is is answered from the
folder of the site. A small script on it (`serve.js`) asks for what still runs and puts it in its
place, and loads the page anew when another build has changed it.
"""

import hashlib
import html
import json
import mimetypes
import posixpath
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from markdown import Markdown
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority

from kasago.literate.markdown.source import SOURCE, Pending, Source
from kasago.literate.running.job import Result
from kasago.literate.running.run import Stopped
from kasago.literate.site.state import LONG, state
from kasago.literate.words import words_of

SCRIPT = Path(__file__).with_name("serve.js")
# Where the script asks, below the address of the site.
OURS = "-/kasago/"
# Seconds after which a question is answered in any case.
PATIENCE = 30.0

Start = Callable[[str, list[tuple[str, str]]], Any]


@event_priority(-200)
def on_serve(server: LiveReloadServer, *, config: MkDocsConfig, builder: object) -> None:
    """Answer before MkDocs does."""
    server.set_app(Answers(server.get_app(), config))
    server.watch(str(state.signal))
    threading.Thread(target=_build_the_rest, args=[server], daemon=True).start()


def _build_the_rest(server: LiveReloadServer) -> None:
    """Have another build come, of all languages, when the server answers."""
    while not server.observer.is_alive():
        time.sleep(0.05)
    state.signal.write_text("the first build")


class Answers:
    """What is answered to a browser.

    Parameters
    ----------
    app : callable
        MkDocs' own answers, for what is not there (WSGI).
    config : MkDocsConfig
    """

    def __init__(self, app: Any, config: MkDocsConfig) -> None:
        self.app, self.config = app, config
        self.root = Path(config.site_dir)
        self.base = urlsplit(config.site_url or "/").path

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
        if not path.startswith(self.base):
            return list(self.app(environ, start))
        name = path.removeprefix(self.base)
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if name.startswith(OURS):
            return self._own(name.removeprefix(OURS), query, start)
        name = posixpath.normpath("/" + name + ("index.html" if name[-1:] in ("", "/") else ""))
        file = self.root / name.lstrip("/")
        try:
            content = file.read_bytes()
        except OSError:
            return self.app(environ, start)  # type: ignore[no-any-return]
        if file.suffix == ".html":
            content = self._with_script(content, name.lstrip("/"))
        return _answer(start, content, mimetypes.guess_type(file.name)[0] or "text/plain")

    def _own(self, name: str, query: dict[str, list[str]], start: Start) -> Iterable[bytes]:
        """Answer the script."""
        match name:
            case "serve.js":
                return _answer(start, SCRIPT.read_bytes(), "text/javascript")
            case "changed":
                page, digest, build = (query[key][0] for key in ("page", "digest", "build"))
                answer = self._changed(page, digest, int(build))
                return _answer(start, json.dumps(answer).encode(), "application/json")
            case "result":
                answer = self._result(query["run"][0], query.get("still", [""])[0])
                return _answer(start, json.dumps(answer).encode(), "application/json")
        return _answer(start, b"", "text/plain", "404 Not Found")

    def _changed(self, page: str, digest: str, build: int) -> dict[str, Any]:
        """Wait for another build; say whether it has changed a page."""
        build = state.wait_for_build(build, PATIENCE)
        file = self.root / page
        now = _digest(file.read_bytes()) if file.is_file() else ""
        return {"build": build, "changed": now != digest}

    def _result(self, run: str, still: str) -> dict[str, Any]:
        """Wait for what comes of a run; say when it takes long."""
        pending = state.pending.get(run)
        if not pending:
            return {"gone": True}  # the page is another one by now
        pool = state.pool
        future = pool.submit(pending.job, urgent=True)
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        done.wait(PATIENCE if still else LONG)
        if not future.done():
            seconds = pool.running().get(pending.job, 0)
            where = f"{pending.path}:{pending.line}"
            return {"still": words_of(pending.path)["still"].format(f"{seconds:.0f}", where)}
        try:
            return {"html": self._rendered(pending, future.result())}
        except Stopped:
            return {"gone": True}

    def _rendered(self, pending: Pending, result: Result) -> str:
        """Return what the page shows in the place of what was not there yet."""
        if pending.box:
            return pending.box(result)
        SOURCE.set(Source(pending.path, pending.line, known={pending.job: result}))
        extensions = self.config.markdown_extensions
        md = Markdown(extensions=extensions, extension_configs=self.config.mdx_configs)
        return md.convert(pending.text)

    def _with_script(self, content: bytes, page: str) -> bytes:
        """Return a page with the script that keeps it up to date."""
        script = (
            f'<script src="{html.escape(self.base)}{OURS}serve.js" data-page="{html.escape(page)}" '
            f'data-digest="{_digest(content)}" data-build="{state.build}" '
            f'data-base="{html.escape(self.base)}{OURS}" defer></script>'
        )
        before, mark, after = content.rpartition(b"</body>")
        return before + script.encode() + mark + after


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _answer(start: Start, content: bytes, kind: str, status: str = "200 OK") -> list[bytes]:
    headers = [("Content-Type", kind), ("Content-Length", str(len(content)))]
    start(status, [*headers, ("Cache-Control", "no-store")])
    return [content]
