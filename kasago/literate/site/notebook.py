r"""A page as a Jupyter notebook: its text, its snippets as cells, and what came of each of them.

The page's Markdown is rewritten as Markdown that Jupyter renders, and jupytext makes cells of it.
What a site adds to Markdown goes: ids of headings, boxes (a bold title stays), comments for the
tests. Links lead to the site. Equations get their numbers as ``\tag``, and references the numbers
as text: Jupyter numbers nothing, and refers to nothing outside of a cell.
"""

import itertools
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import jupytext

from kasago.literate.errors import LiterateError
from kasago.literate.page.blocks import blanked, blocks_of, fenced, fences, prose
from kasago.literate.page.numbers import COMMENT
from kasago.literate.page.snippets import Snippet, parse
from kasago.literate.running.check import check_source, job_of
from kasago.literate.running.job import Job, Result
from kasago.literate.running.raster import to_png
from kasago.literate.site.kept import digest, kept
from kasago.literate.words import words_of

INSTALL = """\
# Where the package is published; in a copy of its repository: %pip install .
%pip install kasago"""

FORMAT = {"extension": ".md", "split_at_heading": True, "root_level_metadata_as_raw_cell": False}
# Marks a fence that is to stay Markdown, for jupytext.
NO_CELL = " .noeval"
KEPT_FENCE = re.compile(rf"^(`{{3,}}\S*){re.escape(NO_CELL)}$", re.MULTILINE)

BOX = re.compile(r'^(?:!!!|\?\?\?\+?) (?P<kind>[\w -]+?)(?: "(?P<title>.*)")?$', re.MULTILINE)
BODY = re.compile(r"(?:(?: {4}.*|[ \t]*)(?:\n|\Z))*")
# With the end of its line, if it stands on lines of its own.
COMMENT_LINE = re.compile(rf"^[ \t]*(?:{COMMENT.pattern})[ \t]*\n", re.MULTILINE | re.DOTALL)
HEADING_ID = re.compile(r"(?<=\S)[ \t]*\{ ?#[\w-]+ ?\}[ \t]*$", re.MULTILINE)
LINK = re.compile(r"(?<=\]\()[^\s)]+")
# What stands around the text of a link to the reference, which the site alone can resolve.
NAME = r"\]\[[A-Za-z_]\w*(?:\.\w+)+\]"
NAMED = re.compile(rf"\[(?=[^\[\]]*{NAME})|{NAME}")
EQUATION = re.compile(r"(?P<start>\\begin\{equation\}.*?)(?P<end>\s*\\end\{equation\})", re.DOTALL)
LABEL = re.compile(r"\s*\\label\{([^}]*)\}")
REFERENCE = re.compile(r"\$\\eqref\{([^}]*)\}\$|\\eqref\{([^}]*)\}")
SIZE = re.compile(r' (width|height)="(\d+)"')

Change = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def notebook_of(
    text: str, path: str, address: str, result_of: Callable[[Job], Result], folder: Path
) -> str | None:
    """Return a page as a Jupyter notebook, with the outputs that the page shows.

    Parameters
    ----------
    text : str
        The file of the page: Markdown, with its header.
    path : str
        The page's name, for messages, and for its language: Japanese for ``page.ja.md``.
    address : str
        The folder on the site of the pages that a link without a folder means; a page ``x.md``
        has the address ``x/`` in it.
    result_of : callable
        Gives what came of a snippet.
    folder : Path
        Where the notebook is kept.

    Returns
    -------
    str or None
        The text of a file ``.ipynb``, the same for the same page; None if no snippet runs.

    Raises
    ------
    LiterateError
        If the page breaks the rules of `kasago.literate.page.snippets`, or jupytext does not see
        the snippets that `parse` does.
    """
    snippets = parse(text, path)
    came = [result_of(job_of(snippet)) for snippet in snippets if snippet.runs]
    if not came:
        return None
    shown = [check_source(snippet) for snippet in snippets if "source" in snippet.options]
    key = digest("notebook", path, address, text, *map(repr, came), *shown)
    return kept(folder, key, lambda: _made(text, path, address, came, folder).encode()).decode()


def _made(text: str, path: str, address: str, results: Sequence[Result], folder: Path) -> str:
    """Return a page as a notebook, from the results of its snippets that run."""
    text = _without_boxes(text, path)
    snippets = parse(text, path)
    running = zip((snippet for snippet in snippets if snippet.runs), results, strict=True)
    book: Any = jupytext.reads(_markdown(text, path, address, snippets), fmt=FORMAT)
    cells = [_cell("code", INSTALL)]
    for read in book.cells:
        cell = _cell(read.cell_type, read.source)
        if read.cell_type == "code":
            snippet, result = next(running, (None, None))
            if not snippet or not result or read.source != snippet.code.strip("\n"):
                line = snippet.line if snippet else 1
                raise LiterateError(path, line, f"jupytext makes another cell: {read.source!r}")
            cell["outputs"] = list(_outputs(snippet, result, folder))
            if "fails" in snippet.options:
                cell["metadata"] = {"tags": ["raises-exception"]}
        if cell["source"]:
            cells.append(cell)
    if missed := next(running, None):
        raise LiterateError(path, missed[0].line, "jupytext makes no cell of this snippet")
    return _written(cells, book.metadata.get("jupytext", {}).get("root_level_metadata", {}))


def job_of_notebook(text: str, path: str) -> Job:
    """Return what is run for a page that is a notebook: its cells, which share their names.

    Parameters
    ----------
    text : str
        The file of the page: Markdown as jupytext writes it, with its header.
    path : str
        The page's name, for messages.

    Returns
    -------
    Job
    """
    blocks = blocks_of(text, path)
    cells = [(blocks.line(fence.start), fence.body) for fence in blocks.fences if fence.is_python]
    first = cells[0][0] if cells else 1
    return Job(path, first, tuple((line - first, code) for line, code in cells))


def empty_notebook(text: str, address: str) -> str:
    """Return a page that is a notebook as a file for Jupyter, without outputs.

    Parameters
    ----------
    text : str
        The file of the page: Markdown as jupytext writes it, with its header.
    address : str
        The folder on the site that its links start from.

    Returns
    -------
    str
        The text of a file ``.ipynb``, the same for the same page.
    """
    book: Any = jupytext.reads(text, fmt=FORMAT)
    cells = [_cell("code", INSTALL)]
    for read in book.cells:
        source = read.source
        if read.cell_type == "markdown":
            source = HEADING_ID.sub("", source)
            source = LINK.sub(lambda link: _on_site(link[0], address, "index.md"), source)
        cells.append(_cell(read.cell_type, source))
    return _written(cells, book.metadata.get("jupytext", {}).get("root_level_metadata", {}))


def _without_boxes(text: str, path: str) -> str:
    """Return a page whose boxes are a bold title and text like any other; no line moves."""
    while boxes := list(BOX.finditer(prose(text, path))):  # again for those inside of others
        for box in reversed(boxes):
            kind, title = (text[slice(*box.span(group))] for group in ("kind", "title"))
            body = BODY.match(text, box.end() + 1)
            assert body
            inside = re.sub(r"^ {4}", "", body[0], flags=re.MULTILINE)
            text = f"{text[: box.start()]}**{title or kind.title()}**\n{inside}{text[body.end() :]}"
    return text


def _markdown(text: str, path: str, address: str, snippets: Sequence[Snippet]) -> str:
    """Return a page without boxes as the Markdown of a notebook."""
    read = prose(text, path)
    own = f"{Path(path).name.split('.')[0]}.md"
    changes: list[Change] = [
        (COMMENT_LINE, lambda _: ""),
        (COMMENT, lambda _: ""),
        *_numbering(read),
        (HEADING_ID, lambda _: ""),
        (NAMED, lambda _: ""),
        (LINK, lambda link: _on_site(link[0], address, own)),
    ]
    blocks = [
        (s.start, s.end, "\n\n".join(_snippet(s, changes, words_of(path))) + "\n") for s in snippets
    ]
    taken = {start for start, _, _ in blocks}
    for fence in fences(text, path):
        if fence.start not in taken and fence.info != "output":
            language = re.match(r"[\w+#-]*", fence.info)
            info = (language[0] if language else "") or "text"
            blocks.append((fence.start, fence.end, fenced(info + NO_CELL, fence.body) + "\n"))
    for start, end, _ in blocks:
        read = _without(read, start, end)
    edits = blocks
    for pattern, change in changes:
        # What one change takes, the next does not see.
        for found in list(pattern.finditer(read)):
            edits.append((*found.span(), change(found)))
            read = _without(read, *found.span())
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _numbering(read: str) -> list[Change]:
    """Return what gives the equations of a page, and the references to them, their numbers."""
    labels = [LABEL.search(equation[0]) for equation in EQUATION.finditer(read)]
    numbers = {label[1]: number for number, label in enumerate(labels, 1) if label}
    waiting = itertools.count(1)

    def tag(equation: re.Match[str]) -> str:
        return LABEL.sub("", equation["start"]) + f" \\tag{{{next(waiting)}}}" + equation["end"]

    # The build of the page says which references lead nowhere.
    return [(EQUATION, tag), (REFERENCE, lambda to: f"({numbers.get(to[1] or to[2], '?')})")]


def _snippet(snippet: Snippet, changes: Sequence[Change], words: dict[str, str]) -> Iterator[str]:
    """Yield the Markdown blocks that take the place of a snippet."""
    options = snippet.options
    if "source" in options:
        yield f"`{options['source']}`:"
        yield fenced(f"python{NO_CELL}", check_source(snippet))
        return
    if title := options.get("title"):
        yield f"`{title}`:"
    if reason := options.get("not-run"):
        yield fenced(f"python{NO_CELL}", snippet.code)
        yield words["not-run"].format(reason)
        return
    if failure := options.get("fails"):
        yield fenced("python", snippet.code)
        yield words["fails"].format(f"`{failure}`")
        return
    yield fenced("python", snippet.code)
    for figure in snippet.figures:
        if caption := figure.caption:
            for pattern, change in changes:
                caption = pattern.sub(change, caption)
            yield f"*{caption}*"


def _on_site(link: str, address: str, own: str) -> str:
    """Return the address on the site of what a link of the page `own` leads to."""
    if re.match(r"[a-z]+:|//", link):
        return link
    name, mark, anchor = link.partition("#")
    name = re.sub(r"(?:^|(?<=/))index\.\w+$", "", name or own)
    return urljoin(address, re.sub(r"\.(?:md|ipynb)$", "/", name)) + mark + anchor


def _cell(kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    if kind == "code":
        return cell | {"execution_count": None, "outputs": []}
    return cell | {"source": KEPT_FENCE.sub(r"\1", source).strip()}


def _outputs(snippet: Snippet, result: Result, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what a cell shows below it: what the page shows of a snippet."""
    if snippet.output is not None:
        yield {"output_type": "stream", "name": "stdout", "text": snippet.output}
    if failure := snippet.options.get("fails"):
        kind, _, message = failure.partition(": ")
        error = {"ename": kind, "evalue": message, "traceback": [failure]}
        yield {"output_type": "error", **error}
    # Jupyter shows the SVG of a downloaded notebook to nobody who has not declared trust in it.
    for figure, svg in zip(snippet.figures, result.figures, strict=False):
        size = {name: int(value) for name, value in SIZE.findall(svg[: svg.index(">")])}
        png = kept(folder, digest("png", svg), partial(to_png, svg))  # the editions share it
        yield {
            "output_type": "display_data",
            "data": {"image/png": b64encode(png).decode(), "text/plain": figure.alt},
            "metadata": {"image/png": {**size, "alt": figure.alt}},
        }


def _written(cells: list[dict[str, Any]], header: dict[str, Any]) -> str:
    """Return the text of a notebook's file, the same for the same cells."""
    book = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)],
        "metadata": {
            **header,
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + blanked(text[start:end]) + text[end:]
