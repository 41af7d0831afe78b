"""The Python-Markdown extension: snippets that were run, their figures and links, MathML.

In ``mkdocs.yml``::

    markdown_extensions:
      - kasago.literate.markdown:
          cache: .cache/literate     # where results are kept between builds
          reference: kasago          # the names of this package become links (optional)
          repository: https://...    # where problems with a snippet are reported (optional)

It needs `pymdownx.superfences` (highlighted fences) and `pymdownx.arithmatex` with
``generic: true`` (formulas) beside it, and the MkDocs plugin autorefs for the links;
`kasago.literate.markdown.highlight` in the place of `pymdownx.highlight` saves time. What fails
is logged as an error, which stops ``mkdocs build --strict``, and is shown on the page, in its
place.

A converter is given text without a name, and without the header of the file. Who knows the file
says so in `SOURCE`, as the hook ``kasago/literate/site/source.py`` does for MkDocs; a message then
names it and its line, and the words that the extension adds are in the language that the suffix
of the file names: Japanese for ``page.ja.md``. Else a message names the line of the text.
"""

import html
import logging
import os
import re
import textwrap
import urllib.parse
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown, markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from kasago.literate.errors import LiterateError
from kasago.literate.markdown.links import link_names
from kasago.literate.markdown.mathml import to_mathml
from kasago.literate.page.blocks import fenced
from kasago.literate.page.numbers import without_comments
from kasago.literate.page.snippets import Figure, Snippet, parse
from kasago.literate.running.check import check, check_source
from kasago.literate.running.figure import embed
from kasago.literate.running.results import run_cached
from kasago.literate.words import words_of

# What a text has that `parse` has something to say to; most docstrings of a reference have none.
MARKS = re.compile("```|~~~|<|figures/|[\x00-\x08\x0b-\x1f\x7f\ufeff]", re.IGNORECASE)
# A child of the logger whose records MkDocs counts under --strict (errors also under --quiet).
log = logging.getLogger("mkdocs.kasago.literate")


@dataclass(frozen=True)
class Source:
    """Where a text comes from.

    Attributes
    ----------
    path : str
        The file, as messages name it.
    first_line : int
        The line of the file on which the text begins.
    """

    path: str = "<page>"
    first_line: int = 1


SOURCE: ContextVar[Source | None] = ContextVar("SOURCE", default=None)
"""Where the text that is converted next comes from."""


@dataclass(frozen=True)
class Outcome:
    """What the page shows of a snippet: its code and figures, or why it failed."""

    snippet: Snippet
    code: str
    figures: Sequence[str] = ()
    errors: Sequence[LiterateError] = ()


class LiterateExtension(Extension):
    """Run the snippets of a page and put what comes of them where it belongs."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {
            "cache": [".cache/literate", "The folder in which results are kept between builds"],
            "reference": ["", "The package whose names in code are links; none if empty"],
            "repository": ["", "Where a problem with a snippet is reported; nowhere if empty"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the steps."""
        page = Page()
        cache = Path(os.fspath(self.getConfig("cache")))
        snippets = SnippetPreprocessor(md, page, cache, self.getConfig("repository"))
        # After white space is normalised (30), before fences are highlighted (25).
        md.preprocessors.register(snippets, "kasago-snippets", 28)
        # After fences are out of the way (25), before raw HTML is (20).
        md.preprocessors.register(CommentPreprocessor(md), "kasago-comments", 22)
        # After raw HTML is back in its place and everything is unescaped (30 to 10).
        md.postprocessors.register(FormulaPostprocessor(md, page), "kasago-formulas", 5)
        if package := self.getConfig("reference"):
            md.postprocessors.register(NamePostprocessor(md, package), "kasago-names", 4)
        md.postprocessors.register(CodePostprocessor(md), "kasago-code", 3)


class Page:
    """The page that is being converted, and where its text comes from."""

    def __init__(self) -> None:
        self.text, self.source = "", Source()

    def turn_to(self, text: str) -> None:
        """Take up the text of another page.

        What is converted while it is, such as a docstring, comes from somewhere else.
        """
        self.text, self.source = text, SOURCE.get() or Source()
        SOURCE.set(None)

    @property
    def path(self) -> str:
        """The file that the text comes from."""
        return self.source.path

    @property
    def words(self) -> dict[str, str]:
        """The words of the page's language."""
        return words_of(self.path)

    def line_of(self, latex: str) -> int:
        """Return the line of the file on which a formula begins."""
        words = r"\s+".join(map(re.escape, latex.split()))
        found = re.search(rf"(?:\$|\\\(|\\\[)\s*{words}", self.text) or re.search(words, self.text)
        above = self.text.count("\n", 0, found.start()) if found else 0
        return self.source.first_line + above


class SnippetPreprocessor(Preprocessor):
    """Replace each snippet by its code, what it printed and what it drew."""

    def __init__(self, md: Markdown, page: Page, cache: Path, repository: str) -> None:
        super().__init__(md)
        self.page, self.cache, self.repository = page, cache, repository

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines of the page with its snippets run."""
        text = "\n".join(lines)
        self.page.turn_to(text)
        if not MARKS.search(text):
            return lines
        try:
            snippets = parse(text, self.page.path, self.page.source.first_line)
        except LiterateError as error:
            return [self._report(error), "", *lines]
        if not snippets:
            return lines
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            outcomes = list(pool.map(self._outcome, snippets))
        # From the end, so that the offsets of what comes before stay right.
        for outcome in reversed(outcomes):
            snippet = outcome.snippet
            blocks = textwrap.indent("\n\n".join(self._blocks(outcome)), snippet.indent)
            text = f"{text[: snippet.start]}\n{blocks}\n\n{text[snippet.end :]}"
        return text.split("\n")

    def _outcome(self, snippet: Snippet) -> Outcome:
        try:
            if "source" in snippet.options:
                return Outcome(snippet, check_source(snippet))
            if not snippet.runs:
                return Outcome(snippet, snippet.code)
            result = run_cached(snippet, self.cache)
            return Outcome(snippet, snippet.code, result.figures, check(snippet, result))
        except LiterateError as error:
            return Outcome(snippet, snippet.code, errors=[error])

    def _blocks(self, outcome: Outcome) -> Iterator[str]:
        """Yield the Markdown blocks that take the place of a snippet."""
        snippet, stash = outcome.snippet, self.md.htmlStash.store
        source = snippet.options.get("source")
        origin = f' data-source="{html.escape(source)}"' if source else ""
        yield stash(f'<div class="snippet"{origin}>')
        title = snippet.options.get("title") or source
        yield fenced(f'python title="{title}"' if title else "python", outcome.code)
        if self.repository:
            yield stash(_report_link(self.repository, self.page, outcome))
        if reason := snippet.options.get("not-run"):
            yield stash(self._note("not-run", html.escape(reason)))
        if failure := snippet.options.get("fails"):
            yield stash(self._note("fails", f"<code>{html.escape(failure)}</code>"))
        for error in outcome.errors:
            yield self._report(error)
        if snippet.output is not None:
            yield fenced("{.text .output .no-copy}", snippet.output)
        for number, (figure, svg) in enumerate(zip(snippet.figures, outcome.figures, strict=False)):
            yield stash(_figure(figure, embed(svg, figure.alt, f"f{snippet.line}-{number}-")))
        yield stash("</div>")

    def _note(self, kind: str, text: str) -> str:
        return f'<p class="note">{self.page.words[kind].format(text)}</p>'

    def _report(self, error: LiterateError) -> str:
        """Log an error, and return the placeholder of its text on the page."""
        log.error("%s", error)
        return self.md.htmlStash.store(_box(self.page, str(error)))


class CommentPreprocessor(Preprocessor):
    """Drop the comments that tie numbers and formulas to code."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines of the page without these comments."""
        return without_comments("\n".join(lines)).split("\n")


class FormulaPostprocessor(Postprocessor):
    """Turn the formulas of the finished page into MathML."""

    def __init__(self, md: Markdown, page: Page) -> None:
        super().__init__(md)
        self.page = page

    def run(self, text: str) -> str:
        """Return the page with its formulas converted; say which cannot be read."""
        text, errors = to_mathml(text)
        reports = []
        for error in errors:
            message = f"{self.page.path}:{self.page.line_of(error.latex)}: {error}"
            log.error("%s", message)
            reports.append(_box(self.page, message))
        return "".join(reports) + text


class NamePostprocessor(Postprocessor):
    """Link the names in the code of the finished page to the reference of their package."""

    def __init__(self, md: Markdown, package: str) -> None:
        super().__init__(md)
        self.package = package

    def run(self, text: str) -> str:
        """Return the page with these links."""
        return link_names(text, self.package)


class CodePostprocessor(Postprocessor):
    """Unwrap the tokens of highlighted code that have the colour of the text.

    They are most of its tokens, and the elements of code most of those of a page, all of which
    a browser styles anew whenever the scheme changes.
    """

    # What Pygments calls a name, which may be a link, an operator, punctuation and white space.
    PLAIN = re.compile(r'<span class="(?:n|o|p|w)">([^<]*|<autoref[^>]*>[^<]*</autoref>)</span>')

    def run(self, text: str) -> str:
        """Return the page with these tokens as text."""
        return self.PLAIN.sub(r"\1", text)


def _report_link(repository: str, page: Page, outcome: Outcome) -> str:
    """Return the link to a new issue that says which snippet is meant."""
    title = page.words["problem"].format(page.path, outcome.snippet.line)
    code = outcome.code.strip("\n").partition("\n")[0]
    body = "\n\n".join([title, fenced("python", code), page.words["question"], ""])
    # Not with a plus for a space, which not every server takes for one.
    query = urllib.parse.urlencode(
        {"title": title, "body": body}, quote_via=urllib.parse.quote, safe=""
    )
    address = html.escape(f"{repository.rstrip('/')}/issues/new?{query}")
    name = page.words["report"]
    return (
        '<div class="report" data-search-exclude>'
        f'<a href="{address}" title="{name}"><span>{name}</span></a></div>'
    )


def _figure(figure: Figure, svg: str) -> str:
    caption = ""
    if figure.caption:
        # Formulas in a caption are converted with those of the page.
        text = markdown(
            figure.caption,
            extensions=["pymdownx.arithmatex"],
            extension_configs={"pymdownx.arithmatex": {"generic": True}},
        )
        caption = f"<figcaption>{text}</figcaption>"
    return f'<figure class="drawn" data-search-exclude>{svg}{caption}</figure>'


def _box(page: Page, message: str) -> str:
    return (
        f'<div class="admonition failure"><p class="admonition-title">{page.words["error"]}</p>'
        f"<pre>{html.escape(message)}</pre></div>"
    )


def makeExtension(**kwargs: Any) -> LiterateExtension:
    """Return the extension, for Python-Markdown."""
    return LiterateExtension(**kwargs)
