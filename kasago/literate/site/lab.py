"""A page that is a notebook: its cells on the page, each with what came of it.

The text between the cells is a page like any other. Their places in it are marked before it is
converted, and filled when it is: the snippets of a page run alone, and these share their names.
"""

import html
from collections.abc import Iterator

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from kasago.literate.errors import LiterateError
from kasago.literate.page.blocks import blocks_of
from kasago.literate.page.snippets import OPTION
from kasago.literate.running.figure import embed
from kasago.literate.running.job import Result

LEXER, FORMATTER = PythonLexer(), HtmlFormatter(nowrap=True)
PLACE = '<div data-cell="{}"></div>'


def with_places(text: str, path: str) -> str:
    r"""Return the text of a page with a place for each of its cells; no line moves.

    Parameters
    ----------
    text : str
        Markdown.
    path : str
        The page's name, for messages.

    Returns
    -------
    str

    Examples
    --------
    >>> with_places("Text\n\n```python\nx = 0\n```\n", "lab.md")
    'Text\n\n<div data-cell="0"></div>\n\n\n'
    """
    cells = [fence for fence in blocks_of(text, path).fences if fence.is_python]
    for number, cell in reversed(list(enumerate(cells))):
        lines = text.count("\n", cell.start, cell.end)
        text = text[: cell.start] + PLACE.format(number) + "\n" * lines + text[cell.end :]
    return text


def filled(page: str, cells: Iterator[str]) -> str:
    """Return a page with its cells in their places.

    Parameters
    ----------
    page : str
        HTML.
    cells : iterator of str
        HTML too.

    Returns
    -------
    str
    """
    for number, cell in enumerate(cells):
        page = page.replace(PLACE.format(number), cell)
    return page


def cells_of(text: str, path: str, result: Result | None) -> Iterator[str]:
    """Yield the cells of a page as HTML, each with what it printed and drew.

    Parameters
    ----------
    text : str
        The file of the page: Markdown as jupytext writes it, with its header. The option ``alt``
        of a cell says what its figure shows, to someone who cannot see it.
    path : str
        The page's name, for messages.
    result : Result or None
        What came of its job; None if that is not known yet.

    Yields
    ------
    str

    Raises
    ------
    LiterateError
        If a cell draws a figure and has no alt text.
    """
    blocks = blocks_of(text, path)
    output, figures = (result.output, result.figures) if result else ("", ())
    ends = list(result.ends) if result else []
    if result and result.error:
        output += result.error
        ends.append((len(output), len(figures)))
    printed = shown = 0
    for number, fence in enumerate(fence for fence in blocks.fences if fence.is_python):
        printed_to, shown_to = ends[number] if number < len(ends) else (printed, shown)
        pieces = ['<div class="snippet">', _code(fence.body)]
        if text_of_cell := output[printed:printed_to]:
            pieces.append(_output(text_of_cell))
        alt = dict(OPTION.findall(fence.info)).get("alt", "")
        for place, svg in enumerate(figures[shown:shown_to]):
            if not alt:
                message = 'this cell draws a figure: write ```python alt="what the figure shows"'
                raise LiterateError(path, blocks.line(fence.start), message)
            drawing = embed(svg, alt, f"f{number}-{place}-")
            pieces.append(f'<figure class="drawn" data-search-exclude>{drawing}</figure>')
        yield "\n".join([*pieces, "</div>"])
        printed, shown = printed_to, shown_to


def _code(code: str) -> str:
    return _block("language-python highlight", highlight(code, LEXER, FORMATTER))


def _output(text: str) -> str:
    return _block("language-text output no-copy highlight", html.escape(text, quote=False))


def _block(classes: str, code: str) -> str:
    return f'<div class="{classes}"><pre><code>{code}</code></pre></div>'
