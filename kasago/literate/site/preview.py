"""A hook for MkDocs that makes ``mkdocs serve --dirty`` right: what is saved shows, and soon.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/site/preview.py

A dirty build converts the pages that are newer than their HTML, and knows nothing of the others:
names in code lose their links, the search loses its entries, and a change of the package shows
nowhere. This hook keeps what each page gave, and puts it back in the next build. A page is
converted when its text is another one or a file changed that it was made of; all of them are when
anything else changed: configuration, theme, a file that came or went. A page is written when
anything on it changed. A page that MkDocs warns of, or that waits for a result, is converted in
every build.

(A build of everything takes seconds, and grows with the book; what is saved is to be seen at
once. That is why this hook is there, although it leans on the inside of MkDocs.)
"""

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Any, Literal

from jinja2 import Environment
from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from kasago.literate.markdown.source import Source
from kasago.literate.running.job import Job, Result
from kasago.literate.running.pool import pool_of
from kasago.literate.site.state import LONG, state

log = logging.getLogger("mkdocs.kasago.literate")

# Before and after the handlers of all plugins.
FIRST, LAST = 200, -200

# What a page has where mkdocstrings puts in docstrings, of any module.
DOCSTRINGS = re.compile(r"^::: ", re.MULTILINE)

# What editors leave beside a file that is open: vim's .x.swp and x~, the .#x and #x# of Emacs.
OF_AN_EDITOR = re.compile(r"[.#].*|.*~")


class Warned(logging.Handler):
    """Whether MkDocs or a plugin warned of anything since it was last asked."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard = False

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of a warning."""
        self.heard = True


@dataclass
class Converted:
    """What the conversion of a page gave.

    Attributes
    ----------
    set : dict of str to Any
        The attributes of the page that it set: the HTML, the table of contents and so on.
    anchors : list of (tuple, dict)
        What it registered with the plugin autorefs, as arguments.
    source : Source
        What the extension said of it.
    """

    set: dict[str, Any]
    anchors: list[tuple[tuple[Any, ...], dict[str, Any]]]
    source: Source


@dataclass
class Kept:
    """What is known of the last build; each page, of each language, by its address.

    Attributes
    ----------
    surroundings : dict of str to Any
        The state of all that a page may be made of, beside its text and files of code.
    code : dict of str to Any
        The state of the files of code.
    texts : dict of str to str
        The text that was read.
    sources : dict of str to Source
        What the extension said of the last conversion.
    converted : dict of str to Converted
        Pages that wait for nothing, without a warning.
    written : dict of str to tuple
        What the file of the page was made of.
    """

    surroundings: dict[str, Any]
    code: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    converted: dict[str, Converted] = field(default_factory=dict)
    written: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass
class Current:
    """Where the build is.

    Attributes
    ----------
    depth : int
        How many builds are under way, one within the other: that of each language.
    changed : set of str
        The files of code that are others than in the last build.
    before : dict of str to Any
        The attributes of the page before its conversion.
    anchors : list of (tuple, dict)
        What was registered since then.
    made_of : dict of str to tuple
        What the file of each page is to be made of, in the order of the pages.
    gone : set of str
        The addresses of pages that may be there no more.
    old : Source or None
        What the extension said of the page the last time.
    """

    depth: int = 0
    changed: set[str] = field(default_factory=set)
    before: dict[str, Any] = field(default_factory=dict)
    anchors: list[tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    made_of: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    old: Source | None = None


kept = Kept({})
current = Current()
warned = Warned()
logging.getLogger("mkdocs").addHandler(warned)
# Its warning that links and navigation are not to be trusted does not hold with this hook.
logging.getLogger("mkdocs.commands.build").addFilter(
    lambda record: not str(record.msg).startswith("A 'dirty' build")
)


def on_startup(*, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Know whether there is a server."""
    state.serves = command == "serve" and dirty
    if state.serves:
        threading.Thread(target=_name_long_runs, daemon=True).start()


def _name_long_runs() -> None:
    """Name each snippet that takes long, once."""
    named: set[Job] = set()
    while True:
        time.sleep(0.5)
        running = state.pool.running() if hasattr(state, "pool") else {}
        for job in running.keys() - named:
            if running[job] > LONG:
                named.add(job)
                log.warning("%s:%d: still running after %.0f s", job.path, job.line, LONG)
        named &= running.keys()


@event_priority(FIRST)
def _choose_languages(config: MkDocsConfig) -> None:
    """Have a server begin with one language: so its first page is there soon."""
    i18n: Any = config.plugins.get("i18n")
    if i18n and state.serves and not state.build:
        for language in i18n.config.languages:
            language.build = language.default
    # The pages of the first build lead to no others.
    if state.build == 1:
        kept.written.clear()


@event_priority(LAST)
def _listen(config: MkDocsConfig) -> None:
    """Listen to what pages register."""
    state.pool = pool_of(Path(config.mdx_configs["kasago.literate.markdown"]["cache"]))
    autorefs: Any = config.plugins.get("autorefs")
    # The builds of all languages have the same one.
    if autorefs and "register_anchor" not in vars(autorefs):
        autorefs.register_anchor = _noting(autorefs.register_anchor)


def _noting(register: Callable[..., None]) -> Callable[..., None]:
    def register_and_note(page: Page, *args: Any, **kwargs: Any) -> None:
        current.anchors.append((args, kwargs))
        register(page, *args, **kwargs)

    return register_and_note


on_config = CombinedEvent(_choose_languages, _listen)


def on_pre_build(config: MkDocsConfig) -> None:
    """Forget everything if more changed than the text of pages and code."""
    global kept  # noqa: PLW0603 - the state of the server, between two builds
    current.depth += 1
    if current.depth > 1:
        return
    surroundings, code = _surroundings(config)
    if surroundings != kept.surroundings:
        gone = kept.written.keys()
        kept = Kept(surroundings, code)
        current.gone = set(gone)
    current.changed = {
        name for name in code.keys() | kept.code.keys() if code.get(name) != kept.code.get(name)
    }
    kept.code = code


def on_build_error(*, error: Exception) -> None:
    """Begin the next build from the outside again."""
    current.depth = 0


def _surroundings(config: MkDocsConfig) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the state of each file that is watched, and of those of code; a page is there or not.

    What is code, each page says for itself. A file that cannot be read is not there.
    """
    docs = Path(config.docs_dir)
    surroundings: dict[str, Any] = {}
    code: dict[str, Any] = {}
    for root in [docs, Path(config.config_file_path), *map(Path, config.watch)]:
        for file in [root, *root.rglob("*")]:
            if OF_AN_EDITOR.fullmatch(file.name) or "__pycache__" in file.parts:
                continue
            with contextlib.suppress(OSError):
                stat = file.stat()
                if S_ISREG(stat.st_mode):
                    is_page = utils.is_markdown_file(file.name) and file.is_relative_to(docs)
                    own = root in (docs, file)
                    (surroundings if own else code)[str(file.absolute())] = (
                        None if is_page else (stat.st_mtime_ns, stat.st_size)
                    )
    return surroundings, code


@event_priority(LAST)
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Have a page converted if what it is made of is not what was kept."""
    for file in _documents(files):
        _set_modified(file, not _is_known(file))


def _is_known(file: File) -> bool:
    """Whether a page is what it was: its text, and all code that it shows something of."""
    converted = kept.converted.get(file.url)
    if not converted or kept.texts[file.url] != file.content_string:
        return False
    if not current.changed:
        return True
    if DOCSTRINGS.search(kept.texts[file.url]):
        return False
    files = {str(file.absolute()) for file in converted.source.files}
    for job in converted.source.jobs:
        files |= {str(file) for file in state.pool.results.files(job)}
    return not files & current.changed


def _documents(files: Files) -> Iterator[File]:
    return (file for file in files if file.is_documentation_page())


def _set_modified(file: File, modified: bool) -> None:
    """Say what MkDocs is told when it asks whether a file is modified."""
    file.is_modified = lambda: modified  # type: ignore[method-assign]


@event_priority(FIRST)
def on_pre_page(page: Page, *, config: MkDocsConfig, files: Files) -> None:
    """Begin to listen to the conversion of a page."""
    kept.converted.pop(page.file.url, None)
    current.before = dict(vars(page))
    current.anchors = []
    warned.heard = False


def on_page_read_source(*, page: Page, config: MkDocsConfig) -> str:
    """Read a page, and keep the text that was read, whatever is in the file by now."""
    kept.texts[page.file.url] = text = page.file.content_string
    return text


@event_priority(LAST)
def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Tell the extension which failures are known, as long as no code changes."""
    current.old = kept.sources.get(page.file.url)
    kept.sources[page.file.url] = state.source
    if current.old and not current.changed:
        state.source.known = current.old.known


@event_priority(LAST)
def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Keep what the conversion gave, if there was no warning and nothing is missing."""
    source = kept.sources.get(page.file.url, Source())
    _stop_old_runs(current.old, source)
    state.pending |= {pending.name: pending for pending in source.pending}
    if not warned.heard and not source.pending:
        before = current.before
        new = {k: v for k, v in vars(page).items() if k not in before or before[k] is not v}
        kept.converted[page.file.url] = Converted(new | {"content": html}, current.anchors, source)


def _stop_old_runs(old: Source | None, new: Source) -> None:
    """End the runs of what is no longer on a page."""
    if old:
        state.pool.stop(set(old.jobs) - set(new.jobs))
        names = {pending.name for pending in new.pending}
        for pending in old.pending:
            if pending.name not in names:
                state.pending.pop(pending.name, None)


@event_priority(FIRST)
def _put_back(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Give the pages that were not converted what they gave before."""
    autorefs: Any = config.plugins.get("autorefs")
    current.anchors = []  # no page's own: it grows with what is put back
    for file in _documents(files):
        page, converted = file.page, kept.converted.get(file.url)
        if not page or not converted or page.content is not None:
            continue
        vars(page).update(converted.set)
        # The links that MkDocs checks know the files, and by them the pages, of their build.
        links = (page.links_to_anchors or {}).items()
        page.links_to_anchors = {files.src_uris[to.src_uri]: anchors for to, anchors in links}
        for args, kwargs in converted.anchors:
            autorefs.register_anchor(page, *args, **kwargs)


@event_priority(LAST)
def _choose(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Have a page written if it is not made of the same as its file."""
    pages = [f.page for f in _documents(files) if f.page and f.page.content is not None]
    titles = [page.title for page in pages]  # which the navigation of each page shows
    current.made_of = {p.file.url: (kept.texts[p.file.url], p.content, titles) for p in pages}
    for page in pages:
        url = page.file.url
        _set_modified(page.file, kept.written.get(url) != current.made_of[url])


on_env = CombinedEvent(_put_back, _choose)


@event_priority(LAST)
def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> None:
    """Keep what the file of a page is made of."""
    kept.written[page.file.url] = current.made_of[page.file.url]


@event_priority(LAST)
def on_post_build(config: MkDocsConfig) -> None:
    """Tell who waits for the build; have another one when all results are there."""
    current.depth -= 1
    if current.depth:
        return
    for url in current.gone - kept.written.keys():
        Path(config.site_dir, url, "index.html" if url.endswith("/") else "").unlink(
            missing_ok=True
        )
    current.gone = set()
    state.finish_build()
    if state.serves and state.pending:
        futures = [state.pool.submit(pending.job) for pending in state.pending.values()]
        threading.Thread(target=_complete, args=[state.build, futures], daemon=True).start()


def _complete(build: int, futures: "list[Future[Result]]") -> None:
    """Have MkDocs build once more, for good, when all results are there that a build missed."""
    wait(futures)
    if state.build == build:
        state.signal.write_text(str(build))
