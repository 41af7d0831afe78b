"""The blocks of a page that are no prose: its fences and image lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NoReturn

from sybil import Document, Region
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from kasago.literate.errors import LiterateError, gathered, refuse
from kasago.literate.page.lint import SNIPPET_INFO, UNSEEN, near_misses, wrong_info
from kasago.literate.page.numbers import CODE_SPAN

OPENING = re.compile(r"(?P<indent>[^`~]*)(?P<ticks>`{3,}|~{3,})(?P<info>.*?)[ \t]*")
IMAGE = re.compile(
    r"^[ \t]*!\[(?P<alt>(?:\\.|<!--.*?-->|[^\]\\\n])*)\]"
    r'\((?P<path>[^\s)]+)(?: "(?P<caption>[^"\n]*)")?\)[ \t]*$\n?',
    re.MULTILINE,
)
KERNEL = re.compile(r"---\n(?:.+\n)*?jupyter:\n(?:.+\n)*? +kernelspec:\n(?:.+\n)*?---\n")


@dataclass(frozen=True)
class Block:
    """A fenced block or an image line.

    Attributes
    ----------
    start, end : int
        Offsets in the text of the page, of the block and of the line after it.
    indent, info, body : str
        The white space before a fence, what follows its ticks, and what it holds, without the
        indentation.
    image : re.Match, optional
        The parts of an image line.
    """

    start: int
    end: int
    indent: str = ""
    info: str = ""
    body: str = ""
    image: re.Match[str] | None = None

    @property
    def is_python(self) -> bool:
        """Whether it is the code of a snippet."""
        return bool(SNIPPET_INFO.fullmatch(self.info))


class Blocks:
    """The fences and image lines of a page, refused if one of them would escape the tests.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.
    first_line : int
        The line of the file on which the text begins.

    Attributes
    ----------
    fences, images : list of Block
        In the order of the page.

    Raises
    ------
    LiterateError
        If the page breaks the rules of its fences.
    """

    def __init__(self, text: str, path: str, first_line: int = 1) -> None:
        self.text, self.path, self.first_line = text, path, first_line
        if unseen := UNSEEN.search(text):
            self.fail(unseen.start(), f"the unseen character {unseen[0]!a} hides what follows it")
        faults: list[LiterateError] = []
        self.fences = list(self._fences(faults))
        self.images = list(self._images())
        spans = [(fence.start, fence.end, fence.info) for fence in self.fences]
        for position, message in near_misses(text, spans, {image.start for image in self.images}):
            with gathered(faults):
                self.fail(position, message)
        refuse(faults)

    @property
    def in_order(self) -> list[Block]:
        """Fences and image lines, from top to bottom."""
        return sorted(self.fences + self.images, key=lambda block: block.start)

    @cached_property
    def prose(self) -> str:
        """The page with blanks for its fences and code spans."""
        pieces, end = [], 0
        for fence in self.fences:
            pieces += [self.text[end : fence.start], blanked(self.text[fence.start : fence.end])]
            end = fence.end
        text = "".join([*pieces, self.text[end:]])
        return CODE_SPAN.sub(lambda span: blanked(span[0]), text)

    def line(self, position: int) -> int:
        """Return the line of the file that a place in the text lies on."""
        return self.first_line + self.text.count("\n", 0, position)

    def fail(self, position: int, message: str) -> NoReturn:
        """Refuse the page for what stands at a place."""
        raise LiterateError(self.path, self.line(position), message)

    def _fences(self, faults: list[LiterateError]) -> Iterator[Block]:
        """Yield the fenced blocks that are not inside another one; gather their faults."""
        if "```" not in self.text and "~~~" not in self.text:
            return
        lexer = RawFencedCodeBlockLexer(re.compile(r"(?P<info>[^\n]*)(?:\n|\Z)"))
        regions = lexer(Document(self.text, self.path))
        end = 0
        for region in sorted(regions, key=lambda region: region.start):
            if region.start >= end:
                fence = Block(region.start, self._line_end(region.end))
                with gathered(faults):
                    fence = self._fence(region)
                end = fence.end
                yield fence

    def _fence(self, region: Region) -> Block:
        """Make a block of a fence, once sure that every reader of Markdown sees the same one."""
        first, *lines = self.text[region.start : region.end].split("\n")
        opening = OPENING.fullmatch(first)
        assert opening
        indent, ticks, info = opening.groups()
        if indent.strip():
            self.fail(region.start, f"a fence begins its line, it cannot follow {indent.strip()!r}")
        if wrong := wrong_info(info):
            self.fail(region.start, wrong)
        if not lines or lines.pop().rstrip(" \t") != indent + ticks:
            self.fail(region.start, f"this fence never ends: {info!r} needs {ticks} below it")
        position = region.start + len(first) + 1
        for line in lines:
            if line.strip() and not line.startswith(indent):
                self.fail(position, "this line is not indented like the fence around it")
            if re.fullmatch(rf"[ \t>]*{ticks[0]}{{{len(ticks)},}}\s*", line):
                self.fail(position, "this line may be read as the end of the fence around it")
            position += len(line) + 1
        body = "".join(f"{line[len(indent) :] if line.strip() else ''}\n" for line in lines)
        return Block(region.start, self._line_end(region.end), indent, info, body)

    def _line_end(self, position: int) -> int:
        """Return where the line after that of a place begins."""
        return self.text.find("\n", position) + 1 or len(self.text)

    def _images(self) -> Iterator[Block]:
        for match in IMAGE.finditer(self.text):
            if not any(f.start <= match.start() < f.end for f in self.fences):
                yield Block(match.start(), match.end(), image=match)


# What a page is made of is asked for by snippets, equations, notebook and tests in turn.
blocks_of = lru_cache(maxsize=16)(Blocks)


def is_notebook(text: str) -> bool:
    """Return whether a page is a notebook: one program, which is run as a whole by others.

    Parameters
    ----------
    text : str
        Markdown, with its header.

    Returns
    -------
    bool
        Whether the header names a kernel, as jupytext writes it.
    """
    return bool(KERNEL.match(text))


def prose(text: str, path: str, first_line: int = 1) -> str:
    """Return a page with blanks for its fences and code spans: what is left is text to read.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.
    first_line : int
        The line of the file on which the text begins.

    Returns
    -------
    str
        As long as the page, so that offsets and lines are those of the page.

    Raises
    ------
    LiterateError
        If the page breaks the rules of its fences.
    """
    return blocks_of(text, path, first_line).prose


def fences(text: str, path: str) -> list[Block]:
    """Return the fenced blocks of a page, of snippets and all others, in order.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.

    Returns
    -------
    list of Block

    Raises
    ------
    LiterateError
        If the page breaks the rules of its fences.
    """
    return blocks_of(text, path).fences


def fenced(info: str, text: str) -> str:
    """Return a fenced block, its fence longer than any that the text shows.

    Parameters
    ----------
    info : str
        What stands after the opening ticks.
    text : str

    Returns
    -------
    str
        Without a line feed at the end.
    """
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{info}\n{text.rstrip()}\n{ticks}"


def blanked(text: str) -> str:
    r"""Return white space as long as a text, with its line feeds.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> blanked('two\nlines')
    '   \n     '
    """
    return re.sub(r"[^\n]", " ", text)
