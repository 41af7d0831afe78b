"""Rewrite what pages say that their snippets print: ``python -m kasago.literate PATH ...``.

Runs every snippet of the Markdown files named, or found in the folders named; writes each
output fence anew from what came, where it differs, and each figure that is a file. Review the
difference before you commit it. A number of the text that is wrong is reported and left to you.
The exit code is 1 if a snippet failed or a number is wrong.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from kasago.literate.errors import LiterateError
from kasago.literate.files import relative, write_whole
from kasago.literate.page.blocks import fenced
from kasago.literate.page.lint import UNSEEN
from kasago.literate.page.snippets import Snippet, parse
from kasago.literate.running.check import check, drawn_file, job_of, same_output
from kasago.literate.running.figure import drawn_here, same_drawing, standalone
from kasago.literate.running.job import Result, ends_as_said
from kasago.literate.running.pool import Pool
from kasago.literate.running.results import Results


def main(arguments: list[str] | None = None) -> int:
    """Rewrite the pages that the command line names.

    Parameters
    ----------
    arguments : list of str, optional
        In place of the command line.

    Returns
    -------
    int
        0, or 1 if a snippet failed, a number of the text is wrong or a page breaks the rules.
    """
    parser = argparse.ArgumentParser(prog="python -m kasago.literate", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="Markdown files and folders of them")
    failed = False
    # The editions of a page share their runs.
    with tempfile.TemporaryDirectory() as folder, Pool(Results(Path(folder))) as pool:
        for page in _pages(parser.parse_args(arguments).paths):
            try:
                rewritten, errors = rewrite(page, pool)
            except (LiterateError, OSError, UnicodeDecodeError) as error:
                named = isinstance(error, LiterateError)
                print(error if named else f"{page}: {error}", file=sys.stderr)
                failed = True
                continue
            if rewritten:
                print(f"{page}: rewritten")
            for complaint in errors:
                print(complaint, file=sys.stderr)
            failed = failed or bool(errors)
    return int(failed)


def rewrite(page: Path, pool: Pool) -> tuple[bool, list[LiterateError]]:
    """Write the output fences of a page anew, from a run of each snippet.

    A fence that agrees with what came stays as it is. A snippet that fails, or that draws
    another number of figures than the page has, keeps its fence and is reported.

    Parameters
    ----------
    page : Path
    pool : Pool
        What runs the snippets.

    Returns
    -------
    bool
        Whether the page changed.
    list of LiterateError
        What could not be mended by writing.
    """
    with page.open(encoding="utf-8") as file:
        text = before = file.read()
        newline = "\r\n" if file.newlines == "\r\n" else "\n"
    snippets = [snippet for snippet in parse(text, relative(page)) if snippet.runs]
    results = [each.result() for each in [pool.submit(job_of(each)) for each in snippets]]
    errors: list[LiterateError] = []
    for snippet, result in reversed(list(zip(snippets, results, strict=True))):
        new = snippet
        if _can_be_written(snippet, result):
            new = replace(snippet, output=_output(snippet, result))
            text = text[: snippet.code_end] + _written(new, snippet, text) + text[snippet.end :]
            _draw(new, result)
        errors = check(new, result) + errors
    if text != before:
        write_whole(page, text, newline)
    return text != before, errors


def _pages(paths: list[Path]) -> list[Path]:
    pages: list[Path] = []
    for path in paths:
        pages += sorted(path.rglob("*.md")) if path.is_dir() else [path]
    return pages


def _can_be_written(snippet: Snippet, result: Result) -> bool:
    """Return whether the page may show what came: another one is reported."""
    return (
        ends_as_said(job_of(snippet), result)
        and len(snippet.figures) == len(result.figures)
        and not UNSEEN.search(result.output)
    )


def _output(snippet: Snippet, result: Result) -> str | None:
    """Return what the output fence has to say, None if there is to be none."""
    if not result.output.strip():
        return None
    if snippet.output is not None and same_output(snippet.output, result.output):
        return snippet.output
    return result.output


def _written(new: Snippet, old: Snippet, text: str) -> str:
    """Return what follows the code of a snippet, to its end, with its new output."""
    if new.output == old.output:
        return text[old.code_end : old.end]
    figures = text[old.output_end : old.end]
    if new.output is None:
        return figures
    lines = fenced("output", new.output.expandtabs(4)).split("\n")
    fence = "".join(f"{old.indent}{line}".rstrip() + "\n" for line in lines)
    # The code may be the end of the file, which need not end its line.
    gap = "\n" if text[: old.code_end].endswith("\n") else "\n\n"
    return f"{gap}{fence}{figures}"


def _draw(snippet: Snippet, result: Result) -> None:
    """Write the figures that are files beside the page, where they differ."""
    for figure, svg in zip(snippet.figures, result.figures, strict=True):
        file = drawn_file(snippet, figure)
        if file and not _shows(file, svg):
            write_whole(file, standalone(svg))


def _shows(file: Path, svg: str) -> bool:
    """Return whether a file shows a drawing, drawn with what is installed."""
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    return drawn_here(text) and same_drawing(text, svg)


if __name__ == "__main__":
    raise SystemExit(main())
