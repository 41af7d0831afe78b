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

Why it is there: with every result kept, building all of this book again in a process that is warm
takes 3.4 s of a core, what this hook leaves of it 1.2 s (one page changed, both languages, 60
pages), and the difference grows with the book. It also knows which pages a change of the code
concerns, and which failures need not run again, whatever a build costs.

What it takes from others, beside their events: that MkDocs, with ``--dirty``, leaves out a page
whose HTML is newer than its source (the hook sets the time of that file); that the conversion of a
page sets attributes of the page, ``meta`` and ``links_to_anchors`` among them; and that pages
register with the plugin autorefs by its method ``register_anchor``.
"""

import contextlib
import copy
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Any

from jinja2 import Environment
from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from kasago.literate.markdown.source import Source
from kasago.literate.running.job import Job, Result
from kasago.literate.running.pool import pool_of
from kasago.literate.site.kept import cache_of
from kasago.literate.site.once import once
from kasago.literate.site.plugin import why_unreadable
from kasago.literate.site.state import state

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
        self.heard, self.builder = False, 0

    def listen(self) -> None:
        """Begin anew, in the thread that builds: others say things about other pages."""
        self.heard, self.builder = False, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of a warning."""
        self.heard |= threading.get_ident() == self.builder


@dataclass
class Converted:
    """What the conversion of a page gave.

    Attributes
    ----------
    set : dict of str to Any
        The attributes of the page that it set: the HTML, the table of contents and so on.
    links : dict of str to Any
        The links to other pages that MkDocs checks, by the source file of the page.
    anchors : list of (tuple, dict)
        What it registered with the plugin autorefs, as arguments.
    source : Source
        What the extension said of it.
    """

    set: dict[str, Any]
    links: dict[str, Any]
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
    present : set of str
        The addresses of the pages that there are.
    gone : set of str
        The addresses of pages that may be there no more.
    converted : list of str
        The files of the pages that were converted.
    saved : bool
        Whether anything was saved since the last one.
    start : float
        When it began.
    more : bool
        Whether there are languages for the next build.
    """

    depth: int = 0
    changed: set[str] = field(default_factory=set)
    before: dict[str, Any] = field(default_factory=dict)
    anchors: list[tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    made_of: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    converted: list[str] = field(default_factory=list)
    saved: bool = False
    start: float = 0.0
    more: bool = False


kept = Kept({})
current = Current()
warned = Warned()
logging.getLogger("mkdocs").addHandler(warned)
# Its warning that links and navigation are not to be trusted does not hold with this hook.
logging.getLogger("mkdocs.commands.build").addFilter(
    lambda record: not str(record.msg).startswith("A 'dirty' build")
)


@event_priority(FIRST)
def _choose_languages(config: MkDocsConfig) -> None:
    """Have a server begin with one language: so its first page is there soon."""
    i18n: Any = config.plugins.get("i18n")
    current.more = False
    if i18n and state.serves and not state.build:
        for language in i18n.config.languages:
            current.more |= language.build and not language.default
            language.build = language.default
    # The pages of the first build lead to no others.
    if state.build == 1:
        kept.written.clear()


@event_priority(LAST)
def _listen(config: MkDocsConfig) -> None:
    """Listen to what pages register."""
    state.pool = pool_of(cache_of(config))
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
    state.begin_build()
    current.start, current.converted, current.present = time.monotonic(), [], set()
    current.saved = False
    surroundings, code = _surroundings(config)
    if surroundings != kept.surroundings:
        current.saved = True
        current.gone |= kept.written.keys()
        kept = Kept(surroundings, kept.code, sources=kept.sources)
    current.changed = {
        name for name in code.keys() | kept.code.keys() if code.get(name) != kept.code.get(name)
    }
    if current.changed:
        current.saved = True
        state.pool.stop_others(())  # what they give would be of the old code, or of both
    kept.code = code


def on_build_error(*, error: Exception) -> None:
    """Begin the next build from the outside again, and convert all that this one left out."""
    global kept  # noqa: PLW0603
    current.depth = 0
    kept = Kept({}, kept.code)
    state.end_build()


def _surroundings(config: MkDocsConfig) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the state of each file that is watched, and of those of code; a page is there or not.

    What is code, each page says for itself. A file that cannot be read is not there.
    """
    docs = Path(config.docs_dir)
    surroundings: dict[str, Any] = {}
    code: dict[str, Any] = {}
    theme = [Path(config.theme.custom_dir)] if config.theme.custom_dir else []
    own_roots = [docs, Path(config.config_file_path), *theme]
    for root in [*own_roots, *map(Path, config.watch)]:
        for file in [root, *root.rglob("*")]:
            if OF_AN_EDITOR.fullmatch(file.name) or "__pycache__" in file.parts:
                continue
            with contextlib.suppress(OSError):
                stat = file.stat()
                if S_ISREG(stat.st_mode):
                    is_page = utils.is_markdown_file(file.name) and file.is_relative_to(docs)
                    (surroundings if root in own_roots else code)[str(file.absolute())] = (
                        why_unreadable(file) if is_page else (stat.st_mtime_ns, stat.st_size)
                    )
    return surroundings, code


@event_priority(LAST)
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Have a page converted if what it is made of is not what was kept."""
    for file in _documents(files):
        current.present.add(file.url)
        current.saved |= kept.texts.get(file.url, file.content_string) != file.content_string
        _set_modified(file, not _is_known(file))
    if current.saved:
        once.given.clear()


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
    return iter(files.documentation_pages(inclusion=InclusionLevel.is_in_serve))


def _set_modified(file: File, modified: bool) -> None:
    """Make the HTML of a page older than its source, or newer: MkDocs looks at the times."""
    now = 0.0 if modified else time.time() + 10**8
    with contextlib.suppress(OSError):  # not there: it will be
        os.utime(file.abs_dest_path, (now, now))


@event_priority(FIRST)
def on_pre_page(page: Page, *, config: MkDocsConfig, files: Files) -> None:
    """Begin to listen to the conversion of a page."""
    kept.converted.pop(page.file.url, None)
    current.converted.append(page.file.src_uri)
    current.before = dict(vars(page))
    current.anchors = []
    state.known = _known_results(kept.sources.get(page.file.url))
    warned.listen()


def _known_results(old: Source | None) -> dict[Job, Result]:
    """Return what is known of the runs of a page and kept nowhere else, while no code changes."""
    if not old or current.changed:
        return {}
    known = {job: result for job, result in old.results().items() if job in old.jobs}
    return {job: result for job, result in known.items() if not state.pool.results.kept(job)}


def on_page_read_source(*, page: Page, config: MkDocsConfig) -> str:
    """Read a page, and keep the text that was read, whatever is in the file by now."""
    kept.texts[page.file.url] = text = page.file.content_string
    return text


@event_priority(LAST)
def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Keep what the conversion gave, if there was no warning and nothing is missing."""
    url = page.file.url
    kept.sources[url] = source = state.source
    state.pending = state.pending | {pending.name: pending for pending in source.pending}
    if warned.heard or source.pending or source.known:
        return
    new = {k: v for k, v in vars(page).items() if current.before.get(k, current) is not v}
    new |= {"content": html, "meta": copy.deepcopy(page.meta)}
    # By name: the files, and by them the pages, are those of one build.
    links = {to.src_uri: anchors for to, anchors in (page.links_to_anchors or {}).items()}
    kept.converted[url] = Converted(new, links, current.anchors, source)


@event_priority(FIRST)
def _put_back(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Give the pages that were not converted what they gave before."""
    autorefs: Any = config.plugins.get("autorefs")
    current.anchors = []  # no page's own: it grows with what is put back
    for file in _documents(files):
        page, converted = file.page, kept.converted.get(file.url)
        if not page or not converted or page.content is not None:
            continue
        vars(page).update(converted.set | {"meta": copy.deepcopy(converted.set["meta"])})
        page.links_to_anchors = {files.src_uris[to]: at for to, at in converted.links.items()}
        for args, kwargs in converted.anchors:
            autorefs.register_anchor(page, *args, **kwargs)


@event_priority(LAST)
def _choose(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Have a page written if it is not made of the same as its file."""
    pages = [f.page for f in _documents(files) if f.page and f.page.content is not None]
    # What other pages show of a page: its title; of the front page, its picture.
    others = [page.title for page in pages], [p.meta for p in pages if p.is_homepage]
    others = copy.deepcopy(others)
    current.made_of = {p.file.url: (kept.texts[p.file.url], p.content, others) for p in pages}
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
    """Forget what is gone, end its runs, and tell who waits for the build."""
    current.depth -= 1
    if current.depth:
        return
    for url in current.gone - kept.written.keys():
        Path(config.site_dir, url, "index.html" if url.endswith("/") else "").unlink(
            missing_ok=True
        )
    current.gone, current.made_of = set(), {}
    for known in (kept.texts, kept.sources, kept.converted, kept.written):
        for url in known.keys() - current.present:
            del known[url]
    sources = kept.sources.values()
    if state.serves:
        state.pool.stop_others({job for source in sources for job in source.jobs})
        _say_what_was_built()
    state.end_build([s.pending for s in sources if s.pending], another=current.more)


def _say_what_was_built() -> None:
    """Say in one line what a save has changed; what comes of it by itself is not worth one."""
    if not current.saved or not state.build:
        return
    names = ", ".join(current.converted[:3])
    if (number := len(current.converted)) > 3:
        names = f"{number} pages"
    seconds = time.monotonic() - current.start
    log.info("Built %s in %.1f s", names or "the site, no page of which has changed,", seconds)
