r"""Find the snippets of a Markdown page, and refuse whatever looks like one and is not.

A snippet is a ``python`` fence, then optionally an ``output`` fence with what it prints, then
optionally image lines, one for each figure that it draws::

    ```python
    print(1 + 1)
    ```

    ```output
    2
    ```

    ![What the figure shows](figures/name.svg "A caption, if it needs one")

The fence may carry options, ``python key="value"``:

- ``title``: a title above the code.
- ``not-run``: the code is shown and not run; the value is the reason, which the page shows.
- ``source``: the fence is empty, and shows the source of the object with this dotted name.
- ``fails``: the code runs and stops with this error, the last line of its traceback; so does
  an exercise until its reader has completed it. It draws nothing.

A number in the text that comes from a snippet is tied to it by a comment (see `ties`)::

    The network reads 94.4<!-- = 100 * accuracy -->% of the digits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from sybil import Document, Region
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from kasago.literate.ties import CODE_SPAN, TIE, Tie, without_comments

# How code is treated that is not simply run to its end, one at most; and all that a fence may say.
TREATMENTS = ("fails", "not-run", "source")
OPTIONS = (*TREATMENTS, "title")

# The names under which highlighters and notebooks know Python.
PYTHON = r"(?:i?python[\d.]*|py[\d.]*|pyi|pycon|numpy|sage|bazel|starlark)(?!\w)"
LOOKS_LIKE_PYTHON = re.compile(
    rf"^[\s{{.]*{PYTHON} | [\s{{]\.{PYTHON} | \blang(?:uage)?={PYTHON}", re.VERBOSE | re.IGNORECASE
)
LOOKS_LIKE_OUTPUT = re.compile(r"(?:^|[\s{.])outputs?(?!\w)", re.IGNORECASE)
OPENS_PYTHON = re.compile(
    rf"^[ \t>*+\-\d.)]*(?:`{{3,}}|~{{3,}})[ \t{{.]*{PYTHON}", re.IGNORECASE | re.MULTILINE
)
HTML_PYTHON = re.compile(rf"<(?:pre|code|div)\b[^<>]*[\s\"'=-]{PYTHON}", re.IGNORECASE)
# What follows the ticks: of a snippet, and of any other fence, as far as every reader of
# Markdown agrees that a fence begins there.
SNIPPET_INFO = re.compile(r'python(?: [a-z-]+="[^"\n]*")*')
OTHER_INFO = re.compile(r'[\w+#-]+(?: title="[^"`\n]*")?|\{ ?\.[\w-]+(?: \.[\w-]+)* ?\}')
OPTION = re.compile(r'([a-z-]+)="([^"\n]*)"')
OPENING = re.compile(r"(?P<indent>[^`~]*)(?P<ticks>`{3,}|~{3,})(?P<info>.*?)[ \t]*")
IMAGE = re.compile(
    r"^[ \t]*!\[(?P<alt>(?:\\.|<!--.*?-->|[^\]\\\n])*)\]"
    r'\((?P<path>[^\s)]+)(?: "(?P<caption>[^"\n]*)")?\)[ \t]*$\n?',
    re.MULTILINE,
)
# Inline, by reference and in HTML.
DRAWN_IMAGE = re.compile(
    r"""\]\(\s*<?(?:\./)*figures/ | \]:\s*<?(?:\./)*figures/ | \bsrc\s*=\s*["']?(?:\./)*figures/""",
    re.VERBOSE | re.IGNORECASE,
)
KERNEL = re.compile(r"---\n(?:.+\n)*?jupyter:\n(?:.+\n)*? +kernelspec:\n(?:.+\n)*?---\n")
# What editors do not show and readers of Markdown drop or take for the end of a line.
UNSEEN = re.compile("\\A\ufeff|[\x02\x03\r]")
# A word, or one sign of a script that is written without spaces.
WORD = re.compile(r"[A-Za-z0-9]+|\w")


class LiterateError(ValueError):
    """A page that breaks the rules, or a snippet that fails: file, line and what is wrong."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path, self.line, self.message = path, line, message


@dataclass(frozen=True)
class Figure:
    """An image line: the place of a figure that the snippet above it draws."""

    line: int
    alt: str
    path: str
    caption: str


@dataclass(frozen=True)
class Snippet:
    """A snippet: its code, what the page says that it prints, the figures that it draws.

    Attributes
    ----------
    path, line : str, int
        The page and the line of the opening fence, from 1; the code begins on the next.
    code : str
        The code, without the indentation of the fence.
    options : dict of str to str
        What the fence says after ``python``.
    output : str or None
        The text of the output fence.
    figures : tuple of Figure
        The image lines.
    ties : tuple of Tie
        The numbers of the text below it, to the next snippet, that are tied to it.
    indent : str
        The white space before the fence.
    start, code_end, output_end, end : int
        Offsets in the text of the page: of the fence, and of the line after it, after the
        output fence, after the last image line; the same where there is none.
    """

    path: str
    line: int
    code: str
    options: dict[str, str]
    output: str | None = None
    figures: tuple[Figure, ...] = ()
    ties: tuple[Tie, ...] = ()
    indent: str = ""
    start: int = 0
    code_end: int = 0
    output_end: int = 0
    end: int = 0

    @property
    def runs(self) -> bool:
        """Whether the code is run: it is neither excused nor an excerpt of source."""
        return not self.options.keys() & {"not-run", "source"}

    @property
    def ends(self) -> bool:
        """Whether the code comes to its end: it runs, and does not fail on purpose."""
        return self.runs and "fails" not in self.options

    @property
    def expressions(self) -> list[str]:
        """What is evaluated after the code, in an order that no translation changes."""
        return sorted({tie.expression for tie in self.ties})


def parse(text: str, path: str, first_line: int = 1) -> list[Snippet]:
    r"""Return the snippets of a page, in order.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.
    first_line : int
        The line of the file on which the text begins: a header may have been cut off.

    Returns
    -------
    list of Snippet
        Empty for a page that is a notebook.

    Raises
    ------
    LiterateError
        If a fence looks like Python and is not written as a snippet, names no language, never
        ends, or ends where another reader of Markdown may not see its end; if an output fence
        or a figure follows no snippet that runs; if a figure has no alt text; if a comment
        ties no number, or ties one to no snippet.

    Examples
    --------
    >>> page = '''
    ... ```python
    ... print(1 + 1)
    ... ```
    ...
    ... ```output
    ... 2
    ... ```
    ... '''
    >>> [snippet] = parse(page, "page.md")
    >>> snippet.code, snippet.output, snippet.line
    ('print(1 + 1)\n', '2\n', 2)
    """
    return [] if is_notebook(text) else _Page(text, path, first_line).tied_snippets()


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


def prose(text: str, path: str) -> str:
    """Return a page with blanks for its fences and code spans: what is left is text to read.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.

    Returns
    -------
    str
        As long as the page, so that offsets and lines are those of the page.

    Raises
    ------
    LiterateError
        If the page breaks the rules of its fences.
    """
    return _Page(text, path, 1).prose


def fences(text: str, path: str) -> list["Block"]:
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
    return _Page(text, path, 1).fences


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


def relative(path: str | Path) -> str:
    """Return a path as messages show it: from the working folder, if it lies below that.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    str
    """
    path = Path(path)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


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


class _Page:
    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.text, self.path, self.first_line = text, path, first_line
        if unseen := UNSEEN.search(text):
            self._fail(unseen.start(), f"the unseen character {unseen[0]!a} hides what follows it")
        self.fences = list(self._fences())
        self.blocks = sorted(self.fences + list(self._images()), key=lambda block: block.start)
        self._refuse_what_was_missed()

    @property
    def prose(self) -> str:
        text = self.text
        for fence in self.fences:
            block = _blank(text[fence.start : fence.end])
            text = text[: fence.start] + block + text[fence.end :]
        return CODE_SPAN.sub(lambda span: _blank(span[0]), text)

    def tied_snippets(self) -> list[Snippet]:
        """Return the snippets, each with the numbers that are tied to it."""
        snippets = list(self.snippets())
        for match in TIE.finditer(self.prose):
            comment = match.start("expression")
            if not match[0].endswith("-->"):
                self._fail(comment, "this comment never ends")
            expression = re.sub(r"\s*\n\s*", " ", match["expression"]).strip()
            if not match["number"]:
                self._fail(comment, f"no number stands directly before <!-- = {expression} -->")
            above = [n for n, s in enumerate(snippets) if s.ends and s.start < comment]
            if not above:
                self._fail(comment, f"<!-- = {expression} --> has no snippet above it that ends")
            tie = Tie(self._line(comment), match["number"], expression)
            snippet = snippets[above[-1]]
            snippets[above[-1]] = replace(snippet, ties=(*snippet.ties, tie))
        return snippets

    def snippets(self) -> Iterator[Snippet]:
        waiting = self.blocks[::-1]
        while waiting:
            block = waiting.pop()
            if _is_python(block):
                yield self._snippet(block, waiting)
            elif block.info == "output":
                self._fail(block.start, "this output fence follows no snippet that runs")
            elif block.image and block.image["path"].startswith("figures/"):
                self._fail(block.start, "this figure follows no snippet that draws it")

    def _snippet(self, fence: Block, waiting: list[Block]) -> Snippet:
        """Make a snippet of a fence and of the blocks right after it, which it takes."""
        snippet = Snippet(
            path=self.path,
            line=self._line(fence.start),
            code=fence.body,
            options=self._options(fence),
            indent=fence.indent,
            start=fence.start,
            code_end=fence.end,
            output_end=fence.end,
            end=fence.end,
        )
        while snippet.runs and waiting and not self.text[snippet.end : waiting[-1].start].strip():
            block = waiting[-1]
            if block.info == "output" and snippet.output is None and not snippet.figures:
                snippet = replace(snippet, output=block.body, output_end=block.end, end=block.end)
            elif block.image and snippet.ends:
                figures = (*snippet.figures, self._figure(block))
                snippet = replace(snippet, figures=figures, end=block.end)
            else:
                break
            waiting.pop()
        return snippet

    def _figure(self, block: Block) -> Figure:
        assert block.image
        alt = re.sub(r"\\(.)", r"\1", without_comments(block.image["alt"])).strip()
        if len(WORD.findall(alt)) < 3:
            self._fail(
                block.start,
                f"the alt text {alt!r} does not say what the figure shows to someone who "
                "cannot see it",
            )
        path = block.image["path"]
        if not path.startswith("figures/") and ("://" in path or not path.endswith(".svg")):
            self._fail(
                block.start,
                f"{path} is no file that the snippet above could draw: draw it as "
                "figures/NAME.svg, or part the two by a sentence",
            )
        caption = without_comments(block.image["caption"] or "")
        return Figure(self._line(block.start), alt, path, caption)

    def _options(self, fence: Block) -> dict[str, str]:
        pairs = OPTION.findall(fence.info)
        options = dict(pairs)
        for name, value in pairs:
            if name not in OPTIONS:
                self._fail(fence.start, f"unknown option {name!r}; known: {', '.join(OPTIONS)}")
            if not value.strip():
                self._fail(fence.start, f"the option {name!r} needs a value")
        if len(options) < len(pairs):
            self._fail(fence.start, "an option is given twice")
        if len(options.keys() & TREATMENTS) > 1:
            self._fail(fence.start, f"a fence has one of {', '.join(TREATMENTS)} at most")
        if "source" in options and fence.body.strip():
            self._fail(fence.start, "a fence that shows source is empty: the build fills it")
        return options

    def _fences(self) -> Iterator[Block]:
        """Yield the fenced blocks that are not inside another one."""
        lexer = RawFencedCodeBlockLexer(re.compile(r"(?P<info>[^\n]*)(?:\n|\Z)"))
        regions = lexer(Document(self.text, self.path))
        end = 0
        for region in sorted(regions, key=lambda region: region.start):
            if region.start >= end:
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
            self._fail(
                region.start, f"a fence begins its line, it cannot follow {indent.strip()!r}"
            )
        self._check_info(region.start, info)
        if not lines or lines.pop().rstrip(" \t") != indent + ticks:
            self._fail(region.start, f"this fence never ends: {info!r} needs {ticks} below it")
        position = region.start + len(first) + 1
        for line in lines:
            if line.strip() and not line.startswith(indent):
                self._fail(position, "this line is not indented like the fence around it")
            if re.fullmatch(rf"[ \t>]*{ticks[0]}{{{len(ticks)},}}\s*", line):
                self._fail(position, "this line may be read as the end of the fence around it")
            position += len(line) + 1
        body = "".join(f"{line[len(indent) :] if line.strip() else ''}\n" for line in lines)
        end = self.text.find("\n", region.end) + 1 or len(self.text)
        return Block(region.start, end, indent, info, body)

    def _check_info(self, position: int, info: str) -> None:
        unquoted = re.sub(r'"[^"]*"', '""', info)
        if not info:
            self._fail(position, "a fence names its language: python, text, bash, ...")
        if SNIPPET_INFO.fullmatch(info) or info == "output":
            return
        if LOOKS_LIKE_PYTHON.search(unquoted):
            self._fail(
                position,
                f"a fence marked {info!r} would pass untested; write ```python, "
                'and options as ```python title="..."',
            )
        if LOOKS_LIKE_OUTPUT.search(unquoted):
            self._fail(position, f"a fence marked {info!r} would pass untested; write ```output")
        if not OTHER_INFO.fullmatch(info):
            self._fail(
                position,
                f"a fence marked {info!r} is not read alike everywhere; write ```text, "
                '```text title="..." or ```{.text .class}',
            )

    def _images(self) -> Iterator[Block]:
        for match in IMAGE.finditer(self.text):
            if not self._fence_around(match.start()):
                yield Block(match.start(), match.end(), image=match)

    def _refuse_what_was_missed(self) -> None:
        """Look for snippets and figures in a second way, and refuse any that are no blocks."""
        for match in OPENS_PYTHON.finditer(self.text):
            fence = self._fence_around(match.start())
            if not fence or (_is_python(fence) and fence.start != match.start()):
                self._fail(match.start(), f"{match[0].strip()!r} would pass untested")
        for match in HTML_PYTHON.finditer(self.text):
            if not self._fence_around(match.start()):
                self._fail(match.start(), f"{match[0]!r} would pass untested; write a fence")
        known = {block.start for block in self.blocks if block.image}
        for match in DRAWN_IMAGE.finditer(self.text):
            line_start = self.text.rfind("\n", 0, match.start()) + 1
            if line_start not in known and not self._fence_around(match.start()):
                self._fail(
                    match.start(), 'a figure is ![...](figures/NAME.svg "...") on a line of its own'
                )

    def _fence_around(self, position: int) -> Block | None:
        return next((f for f in self.fences if f.start <= position < f.end), None)

    def _line(self, position: int) -> int:
        return self.first_line + self.text.count("\n", 0, position)

    def _fail(self, position: int, message: str) -> NoReturn:
        raise LiterateError(self.path, self._line(position), message)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _is_python(block: Block) -> bool:
    return bool(SNIPPET_INFO.fullmatch(block.info))
