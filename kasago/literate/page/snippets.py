r"""The snippets of a Markdown page, with what the page says of each.

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

- ``title``: a title above the code; ``hl_lines`` and ``linenums``: lines that are marked, and the
  number of the first one, as `pymdownx.superfences` has them.
- ``not-run``: the code is shown and not run; the value is the reason, which the page shows.
- ``source``: the fence is empty, and shows the source of the object with this dotted name.
- ``fails``: the code runs and stops with this error, the last line of its traceback; so does
  an exercise until its reader has completed it. It draws nothing.
- ``not-live``: a browser cannot run it as it runs here; the value is the reason, which the page
  shows where the other snippets have their buttons.
- ``live-seconds``: about how long it takes in a browser, where that is long.

A number in the text that comes from a snippet is tied to it by a comment (see `numbers`)::

    The network reads 94.4<!-- = 100 * accuracy -->% of the digits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kasago.literate.errors import LiterateError, gathered, refuse
from kasago.literate.page.blocks import Block, Blocks, blocks_of, is_notebook
from kasago.literate.page.numbers import TIE, Tie, without_comments

# How code is treated that is not simply run to its end, one at most; and all that a fence may say.
TREATMENTS = ("fails", "not-run", "source")
IN_BROWSERS = ("not-live", "live-seconds")
# How its code is shown: what `pymdownx.superfences` knows.
SHOWN = ("title", "hl_lines", "linenums")
OPTIONS = (*TREATMENTS, *IN_BROWSERS, *SHOWN)
OPTION = re.compile(r'([a-z_-]+)="([^"\n]*)"')
# A word, or one sign of a script that is written without spaces.
WORD = re.compile(r"[A-Za-z0-9]+|\w")


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
        ties no number, or ties one to no snippet. The message has a line for each of them; what
        is wrong with the fences comes first, because all else depends on them.

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
    if is_notebook(text):
        return []
    return _Snippets(blocks_of(text, path, first_line)).tied()


class _Snippets:
    """The snippets among the blocks of a page."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks, self.text = blocks, blocks.text
        self.faults: list[LiterateError] = []

    def tied(self) -> list[Snippet]:
        """Return the snippets, each with the numbers that are tied to it."""
        snippets = list(self._untied())
        for match in TIE.finditer(self.blocks.prose):
            with gathered(self.faults):
                self._tie(match, snippets)
        refuse(self.faults)
        return snippets

    def _tie(self, match: re.Match[str], snippets: list[Snippet]) -> None:
        """Tie a number to the nearest snippet above it that ends."""
        comment = match.start("expression")
        if not match[0].endswith("-->"):
            self.blocks.fail(comment, "this comment never ends")
        expression = re.sub(r"\s*\n\s*", " ", match["expression"]).strip()
        if not match["number"]:
            self.blocks.fail(comment, f"no number stands directly before <!-- = {expression} -->")
        above = [n for n, s in enumerate(snippets) if s.ends and s.start < comment]
        if not above:
            self.blocks.fail(comment, f"<!-- = {expression} --> has no snippet above it that ends")
        tie = Tie(self.blocks.line(comment), match["number"], expression)
        snippet = snippets[above[-1]]
        snippets[above[-1]] = replace(snippet, ties=(*snippet.ties, tie))

    def _untied(self) -> Iterator[Snippet]:
        waiting = self.blocks.in_order[::-1]
        while waiting:
            block = waiting.pop()
            if block.is_python:
                yield self._snippet(block, waiting)
                continue
            with gathered(self.faults):
                if block.info == "output":
                    self.blocks.fail(block.start, "this output fence follows no snippet that runs")
                if block.image and block.image["path"].startswith("figures/"):
                    self.blocks.fail(block.start, "this figure follows no snippet that draws it")

    def _snippet(self, fence: Block, waiting: list[Block]) -> Snippet:
        """Make a snippet of a fence and of the blocks right after it, which it takes."""
        options: dict[str, str] = {}
        with gathered(self.faults):
            options = self._options(fence)
        snippet = Snippet(
            path=self.blocks.path,
            line=self.blocks.line(fence.start),
            code=fence.body,
            options=options,
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
                snippet = replace(snippet, end=block.end)
                with gathered(self.faults):
                    figures = (*snippet.figures, self._figure(block))
                    snippet = replace(snippet, figures=figures)
            else:
                break
            waiting.pop()
        return snippet

    def _figure(self, block: Block) -> Figure:
        assert block.image
        alt = re.sub(r"\\(.)", r"\1", without_comments(block.image["alt"])).strip()
        if len(WORD.findall(alt)) < 3:
            self.blocks.fail(
                block.start,
                f"the alt text {alt!r} does not say what the figure shows to someone who "
                "cannot see it",
            )
        path = block.image["path"]
        if not path.startswith("figures/") and ("://" in path or not path.endswith(".svg")):
            self.blocks.fail(
                block.start,
                f"{path} is no file that the snippet above could draw: draw it as "
                "figures/NAME.svg, or part the two by a sentence",
            )
        caption = without_comments(block.image["caption"] or "")
        return Figure(self.blocks.line(block.start), alt, path, caption)

    def _options(self, fence: Block) -> dict[str, str]:
        pairs = OPTION.findall(fence.info)
        options = dict(pairs)
        for name, value in pairs:
            if name not in OPTIONS:
                self.blocks.fail(
                    fence.start, f"unknown option {name!r}; known: {', '.join(OPTIONS)}"
                )
            if not value.strip():
                self.blocks.fail(fence.start, f"the option {name!r} needs a value")
        if len(options) < len(pairs):
            self.blocks.fail(fence.start, "an option is given twice")
        if len(options.keys() & TREATMENTS) > 1:
            self.blocks.fail(fence.start, f"a fence has one of {', '.join(TREATMENTS)} at most")
        in_browsers = options.keys() & set(IN_BROWSERS)
        if in_browsers and (len(in_browsers) > 1 or options.keys() & {"not-run", "source"}):
            self.blocks.fail(
                fence.start,
                f"a fence that runs has one of {', '.join(IN_BROWSERS)} at most; others have none",
            )
        if not options.get("live-seconds", "1").isdecimal():
            self.blocks.fail(
                fence.start,
                f"live-seconds is a whole number, not {options['live-seconds']!r}",
            )
        if "source" in options and fence.body.strip():
            self.blocks.fail(fence.start, "a fence that shows source is empty: the build fills it")
        return options
