"""A hook for MkDocs that makes ``mkdocs serve --dirty`` right: what is saved shows, and soon.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/site/preview.py

A dirty build converts the pages that are newer than their HTML, and knows nothing of the others:
names in code lose their links, the search loses its entries, and a change of the package shows
nowhere. This hook keeps what each page gave, and puts it back in the next build. A page is
converted when its text is another one; all of them are, when anything else changed: code,
configuration, theme, a file that came or went. A page is written when anything on it changed.
A page that MkDocs warns of is converted in every build, so that the warning is repeated.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

# Before and after the handlers of all plugins.
FIRST, LAST = 200, -200

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
    """

    set: dict[str, Any]
    anchors: list[tuple[tuple[Any, ...], dict[str, Any]]]


@dataclass
class Kept:
    """What is known of the last build; each page, of each language, by its address.

    Attributes
    ----------
    surroundings : dict of str to Any
        The state of all that is not the text of a page.
    texts : dict of str to str
        The text that was read.
    converted : dict of str to Converted
        Pages without a warning.
    entries : dict of str to list
        The entries of the search.
    written : dict of str to tuple
        What the file of the page was made of.
    """

    surroundings: dict[str, Any]
    texts: dict[str, str] = field(default_factory=dict)
    converted: dict[str, Converted] = field(default_factory=dict)
    entries: dict[str, list[Any]] = field(default_factory=dict)
    written: dict[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass
class Current:
    """Where the build is.

    Attributes
    ----------
    before : dict of str to Any
        The attributes of the page before its conversion.
    anchors : list of (tuple, dict)
        What was registered since then.
    made_of : dict of str to tuple
        What the file of each page is to be made of, in the order of the pages.
    entries : int
        How many entries the search has.
    """

    before: dict[str, Any] = field(default_factory=dict)
    anchors: list[tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    made_of: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    entries: int = 0


kept = Kept({})
current = Current()
warned = Warned()
logging.getLogger("mkdocs").addHandler(warned)
# Its warning that links and navigation are not to be trusted does not hold with this hook.
logging.getLogger("mkdocs.commands.build").addFilter(
    lambda record: not str(record.msg).startswith("A 'dirty' build")
)


@event_priority(LAST)
def on_config(config: MkDocsConfig) -> None:
    """Listen to what pages register; the search keeps nothing by itself."""
    search: Any = config.plugins.get("material/search")
    if search:
        # It would take all that a dirty build gives for the entries of one page.
        search.is_dirty = False
    autorefs: Any = config.plugins.get("autorefs")
    # The builds of all languages have the same one.
    if autorefs and "register_anchor" not in vars(autorefs):
        autorefs.register_anchor = _noting(autorefs.register_anchor)


def _noting(register: Callable[..., None]) -> Callable[..., None]:
    def register_and_note(page: Page, *args: Any, **kwargs: Any) -> None:
        current.anchors.append((args, kwargs))
        register(page, *args, **kwargs)

    return register_and_note


def on_pre_build(config: MkDocsConfig) -> None:
    """Forget everything, and begin with an empty folder, if more changed than the text of pages."""
    global kept  # noqa: PLW0603 - the state of the server, between two builds
    surroundings = _surroundings(config)
    if surroundings != kept.surroundings:
        if kept.surroundings:
            utils.clean_directory(config.site_dir)
        kept = Kept(surroundings)


def _surroundings(config: MkDocsConfig) -> dict[str, Any]:
    """Return the state of each file that is watched; a page is there or not."""
    docs = Path(config.docs_dir)
    state: dict[str, Any] = {}
    for root in [docs, Path(config.config_file_path), *map(Path, config.watch)]:
        for file in [root, *root.rglob("*")]:
            if OF_AN_EDITOR.fullmatch(file.name) or "__pycache__" in file.parts:
                continue
            if file.is_file():
                is_page = utils.is_markdown_file(file.name) and file.is_relative_to(docs)
                stat = file.stat()
                state[str(file)] = None if is_page else (stat.st_mtime_ns, stat.st_size)
    return state


@event_priority(LAST)
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Have a page converted if its text is not the one that was kept."""
    for file in _documents(files):
        known = file.url in kept.converted and kept.texts[file.url] == file.content_string
        _set_modified(file, not known)


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
def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Keep what the conversion gave, if there was no warning."""
    if not warned.heard:
        before = current.before
        new = {k: v for k, v in vars(page).items() if k not in before or before[k] is not v}
        kept.converted[page.file.url] = Converted(new | {"content": html}, current.anchors)


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
    current.entries = 0
    for page in pages:
        url = page.file.url
        _set_modified(page.file, kept.written.get(url) != current.made_of[url])


on_env = CombinedEvent(_put_back, _choose)


@event_priority(LAST)
def on_page_context(
    context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> None:
    """Keep the entries that a page gave to the search."""
    entries = _entries(config)
    kept.entries[page.file.url] = entries[current.entries :]
    current.entries = len(entries)


@event_priority(LAST)
def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> None:
    """Keep what the file of a page is made of."""
    kept.written[page.file.url] = current.made_of[page.file.url]


@event_priority(FIRST)
def on_post_build(config: MkDocsConfig) -> None:
    """Give the search the entries of all pages."""
    _entries(config)[:] = [entry for url in current.made_of for entry in kept.entries[url]]


def _entries(config: MkDocsConfig) -> list[Any]:
    search: Any = config.plugins.get("material/search")
    entries: list[Any] = search.search_index.entries if search else []
    return entries
