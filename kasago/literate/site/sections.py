"""The sections of a finished page as its search knows them: plain text, without marks."""

import html
import re
import sys
from dataclasses import dataclass, field

TAG = re.compile(
    r"<!--.*?-->"
    r"|<(?P<end>/?)(?P<name>[a-z][\w-]*)(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL | re.IGNORECASE,
)
HEADING = re.compile("h[1-6]")
ID = re.compile(r'\sid="([^"]*)"')
# What a page keeps from its search, and the mark beside a heading.
EXCLUDED = re.compile(r'\sdata-search-exclude(?![\w-])|\sclass="headerlink"')
UNREAD = {"object", "script", "style"}
VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr")
# Between these there is no word: a list, a paragraph, a block of code.
BLOCKS = {"p", "pre", "li", "ol", "ul"}
ENDED = sys.maxsize  # the depth of a section that has nothing more to come


@dataclass
class Section:
    """A heading, and the text up to the next one or to the end of what is around it.

    Attributes
    ----------
    id : str
        The id of the heading; empty where the page begins.
    depth : int
        How many elements are open in the heading, itself among them.
    excluded : bool
        Whether no search is to find it.
    titles, texts : list of str
        The pieces of the heading and of the text, as they were read.
    """

    id: str = ""
    depth: int = 0
    excluded: bool = False
    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The heading, on one line."""
        return " ".join("".join(self.titles).split())

    @property
    def text(self) -> str:
        """The text, on one line."""
        return " ".join("".join(self.texts).split())


def sections(page: str) -> list[Section]:
    """Return the sections of a page, in order, without those that it excludes.

    Parameters
    ----------
    page : str
        HTML. Only a heading with an id begins a section; an element with the attribute
        ``data-search-exclude`` is left out.

    Returns
    -------
    list of Section

    Examples
    --------
    >>> page = '<h1 id="a">A</h1><p>B &amp;</p><p>C</p><h2 id="d">D</h2>E'
    >>> [(section.id, section.title, section.text) for section in sections(page)]
    [('', 'A', 'B & C'), ('d', 'D', 'E')]
    """
    reader = _Reader()
    position = 0
    while tag := TAG.search(page, position):
        reader.text(page[position : tag.start()])
        position = tag.end()
        if not tag["name"]:
            continue  # a comment
        name = tag["name"].lower()
        if tag["end"]:
            reader.end(name)
        elif not reader.start(name, tag["attributes"]):
            position = _end_of(name, page, position)
            reader.end(name)
    reader.text(page[position:])
    return [section for section in reader.found if not section.excluded]


def _end_of(name: str, page: str, position: int) -> int:
    """Return where the element ends that was opened before a position."""
    depth = 1
    for tag in re.compile(rf"<(/?){name}\b[^>]*>", re.IGNORECASE).finditer(page, position):
        depth += -1 if tag[1] else not tag[0].endswith("/>")
        if not depth:
            return tag.end()
    return len(page)


class _Reader:
    """What was read of a page so far."""

    def __init__(self) -> None:
        self.found: list[Section] = []
        self.open: list[str] = []
        self.section: Section | None = None
        self.heading = False

    def start(self, name: str, attributes: str) -> bool:
        """Take up an element; return whether what is in it is read."""
        if VOID.fullmatch(name) or attributes.endswith("/"):
            return True
        self.open.append(name)
        excluded = bool(EXCLUDED.search(attributes)) or name in UNREAD
        if HEADING.fullmatch(name) and (found := ID.search(attributes)):
            if name != "h1" and not self.found:
                self._begin(Section())
            self._begin(Section(found[1] if self.found else "", len(self.open), excluded))
            self.heading = True
        elif not self.section:
            self._begin(Section())
        if name in BLOCKS and not excluded:
            self.text(" ")
        return not excluded

    def end(self, name: str) -> None:
        """Leave an element; a section ends with what is around its heading."""
        if not self.open or self.open[-1] != name:
            return
        depth = len(self.open)
        if self.section and self.section.depth > depth:
            around = (section for section in reversed(self.found) if section.depth <= depth)
            if outer := next(around, None):
                self.section.depth = ENDED
                self.section = outer
        if self.section and self.section.depth == depth:
            self.heading = False
        self.open.pop()
        if name in BLOCKS:
            self.text(" ")

    def text(self, text: str) -> None:
        """Take up text between two tags."""
        if not text:
            return
        if not self.section:
            self._begin(Section())
        assert self.section
        pieces = self.section.titles if self.heading else self.section.texts
        pieces.append(html.unescape(text))

    def _begin(self, section: Section) -> None:
        self.section = section
        self.found.append(section)
