"""The Python-Markdown extension: snippets that were run, their figures and links, MathML.

In ``mkdocs.yml``::

    markdown_extensions:
      - kasago.literate:
          cache: .cache/literate     # where results are kept between builds
          reference: kasago          # the names of this package become links (optional)
          movable: kasago.movable    # the package with figures that move (optional)
          repository: https://...    # where problems with a snippet are reported (optional)
          strict: true               # what fails raises `PageError` (optional)

How a snippet is run is the same for the build and for pytest: see `kasago.literate.settings`.
The links need the MkDocs plugin autorefs; `kasago.literate.markdown.highlight` in the place of
`pymdownx.highlight` saves time. What fails is logged as an error, which stops
``mkdocs build --strict``, and is shown on the page, in its place. Zensical counts no messages;
with ``strict: true`` an exception ends its build.

A converter is given text without a name, and without the header of the file. Who knows the file
says so in `SOURCE`, as the plugin in `kasago.literate.site.plugin` does for MkDocs; Zensical says
so itself. A message then names the file and its line, and the words that the extension adds are in
the language that the suffix of the file names: Japanese for ``page.ja.md``. Else a message names
the line of the text.
"""

import hashlib
import html
import logging
import os
import re
import textwrap
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown, markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from kasago.literate.equations.job import finding_in, job_of_equation
from kasago.literate.equations.page import Equation, check_equation, equations_of
from kasago.literate.errors import LiterateError, PageError
from kasago.literate.markdown.drawing import lighter
from kasago.literate.markdown.links import link_names
from kasago.literate.markdown.mathml import to_mathml
from kasago.literate.markdown.source import SOURCE, Pending, Source, said_by_zensical
from kasago.literate.page.blocks import fenced
from kasago.literate.page.movable import Movable, movable_in, movables_of
from kasago.literate.page.numbers import without_comments
from kasago.literate.page.snippets import SHOWN, Figure, Snippet, parse
from kasago.literate.page.source import module_file
from kasago.literate.running.check import check, check_source, job_of
from kasago.literate.running.figure import embed
from kasago.literate.running.job import Job, Result
from kasago.literate.running.pool import Pool, pool_of
from kasago.literate.running.results import key
from kasago.literate.settings import EXPECTED, FILE, TABLE, SettingsError, settings
from kasago.literate.words import words_in, words_of

# The extensions that it needs, with their settings: fences inside of lists, and formulas.
NEEDED: dict[str, dict[str, Any]] = {
    "pymdownx.superfences": {},
    "pymdownx.arithmatex": {"generic": True},
}
# What a text has that `parse` has something to say to; most docstrings of a reference have none.
MARKS = re.compile("```|~~~|<|figures/|[\x00-\x08\x0b-\x1f\x7f\ufeff]", re.IGNORECASE)
# A child of the logger whose records MkDocs counts under --strict (errors also under --quiet).
log = logging.getLogger("mkdocs.kasago.literate")


@dataclass(frozen=True)
class Outcome:
    """What the page shows of a snippet: its code and figures, or why there are none."""

    snippet: Snippet
    code: str
    figures: Sequence[str] = ()
    errors: Sequence[LiterateError] = ()
    pending: Pending | None = None


class LiterateExtension(Extension):
    """Run the snippets of a page and put what comes of them where it belongs."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {
            "cache": [".cache/literate", "The folder in which results are kept between builds"],
            "reference": ["", "The package whose names in code are links; none if empty"],
            "movable": ["", "The package with the modules of figures that move; none if empty"],
            "repository": ["", "Where a problem with a snippet is reported; nowhere if empty"],
            "strict": [False, "Whether what fails raises an exception when the page is finished"],
        }
        for name, value in kwargs.items():
            self._check(name, value)
        words_in("")  # what the project says of itself is refused before a page is
        # An empty variable of the environment is None in mkdocs.yml.
        super().__init__(**{name: value for name, value in kwargs.items() if value is not None})

    def _check(self, name: str, value: object) -> None:
        if name not in self.config:
            where = f"; it stands in {FILE}, [{TABLE}]" if name in EXPECTED else ""
            raise SettingsError(
                f"the extension has no option {name!r}{where}; known: {', '.join(self.config)}"
            )
        if name == "strict" and not isinstance(value, bool):
            raise SettingsError(f"the option 'strict' is true or false, not {value!r}")
        if name != "strict" and not isinstance(value, str | os.PathLike | None):
            raise SettingsError(f"the option {name!r} of the extension is a text, not {value!r}")

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the steps, and the extensions that they need where the site has none."""
        for name, theirs in NEEDED.items():
            if not any(type(each).__module__ == name for each in md.registeredExtensions):
                md.registerExtensions([name], {name: theirs})
        page = CurrentPage()
        pool = pool_of(Path(os.fspath(self.getConfig("cache"))))
        snippets = SnippetPreprocessor(md, page, pool, self.getConfigs())
        # After white space is normalised (30), before fences are highlighted (25).
        md.preprocessors.register(snippets, "kasago-snippets", 28)
        # After fences are out of the way (25), before raw HTML is (20).
        md.preprocessors.register(CommentPreprocessor(md), "kasago-comments", 22)
        # After raw HTML is back in its place and everything is unescaped (30 to 10).
        md.postprocessors.register(FormulaPostprocessor(md, page), "kasago-formulas", 5)
        if package := self.getConfig("reference"):
            md.postprocessors.register(NamePostprocessor(md, package), "kasago-names", 4)
        md.postprocessors.register(CodePostprocessor(md), "kasago-code", 3)
        if self.getConfig("strict"):
            md.postprocessors.register(StrictPostprocessor(md, page), "kasago-strict", 2)


class CurrentPage:
    """The page that is being converted, and where its text comes from."""

    def __init__(self, source: Source | None = None) -> None:
        self.text, self.source = "", source or Source()
        self.failures: list[str] = []

    def turn_to(self, text: str, md: Markdown) -> None:
        """Take up the text of another page.

        What is converted while it is, such as a docstring, comes from somewhere else, but is a
        part of the page.
        """
        given = SOURCE.get()
        self.text, self.source = text, given or said_by_zensical(md, text) or Source()
        self.failures.clear()
        if given:
            SOURCE.set(replace(given, path=Source.path, first_line=Source.first_line))

    def fail(self, message: str) -> str:
        """Say that something fails; return the box that says so on the page."""
        log.error("%s", message)
        self.failures.append(message)
        return (
            f'<div class="admonition failure"><p class="admonition-title">{self.words["error"]}</p>'
            f"<pre>{html.escape(message)}</pre></div>"
        )

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

    def __init__(
        self, md: Markdown, page: CurrentPage, pool: Pool, options: Mapping[str, Any]
    ) -> None:
        super().__init__(md)
        self.page, self.pool = page, pool
        self.repository, self.movable = options["repository"], options["movable"]

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines of the page with its snippets run."""
        text = "\n".join(lines)
        self.page.turn_to(text, self.md)
        if not MARKS.search(text):
            return lines
        source = self.page.source
        try:
            snippets = parse(text, source.path, source.first_line)
            equations = self._equations(text)
            movables = movables_of(text, source.path, movable_in(self.movable), source.first_line)
        except LiterateError as error:
            return [self._report(error), "", *lines]
        if source.ties:
            snippets = [replace(snippet, ties=source.ties) for snippet in snippets]
        runs = {s.start: self._run(job_of(s)) for s in snippets if s.runs}
        checks = [(e, self._run(job_of_equation(e.latex, e.tie))) for e in equations]
        edits = []
        for snippet in snippets:
            outcome = self._outcome(snippet, runs.get(snippet.start), text)
            blocks = "\n\n".join(self._blocks(outcome))
            edits.append((snippet.start, snippet.end, blocks, snippet.indent))
        for equation, run in checks:
            if box := self._checked(equation, run):
                last_line = text[text.rfind("\n", 0, equation.end) + 1 : equation.end]
                indent = last_line[: len(last_line) - len(last_line.lstrip())]
                edits.append((equation.end, equation.end, f"\n{box}", indent))
        for place in movables:
            block = self.md.htmlStash.store(_place(place))
            edits.append((place.start, place.end, f"\n{block}", place.indent))
        # From the end, so that the offsets of what comes before stay right.
        for start, end, blocks, indent in sorted(edits, reverse=True):
            text = f"{text[:start]}\n{textwrap.indent(blocks, indent)}\n\n{text[end:]}"
        return text.split("\n") if edits else lines

    def _equations(self, text: str) -> list[Equation]:
        """Return the equations to compare; refuse one that lacks the tie that it needs."""
        source, every = self.page.source, settings().equations
        equations = equations_of(text, source.path, source.first_line, every=every)
        for equation in equations:
            if not equation.tie:
                check_equation(equation)
        return [equation for equation in equations if equation.kind == "formula" and equation.tie]

    def _run(self, job: Job) -> "Future[Result]":
        """Have a job run, if it is not known already that it fails."""
        source = self.page.source
        source.jobs.append(job)
        if job in source.known:
            known: Future[Result] = Future()
            known.set_result(source.known[job])
            return known
        return self.pool.submit(job)

    def _result(self, job: Job, run: "Future[Result]") -> Result:
        result = run.result()
        if result.error and not job.fails:
            self.page.source.known[job] = result
        return result

    def _outcome(self, snippet: Snippet, run: "Future[Result] | None", text: str) -> Outcome:
        source = self.page.source
        try:
            if name := snippet.options.get("source"):
                code = check_source(snippet)
                source.files.add(module_file(name)[0])
                return Outcome(snippet, code)
            if not run:
                return Outcome(snippet, snippet.code)
            if not source.waits and not run.done():
                pending = self._pending(job_of(snippet), snippet.line, run)
                pending.text = textwrap.dedent(text[snippet.start : snippet.end])
                pending.ties = snippet.ties
                return Outcome(snippet, snippet.code, pending=pending)
            result = self._result(job_of(snippet), run)
            return Outcome(snippet, snippet.code, result.figures, check(snippet, result))
        except LiterateError as error:
            return Outcome(snippet, snippet.code, errors=[error])

    def _checked(self, equation: Equation, run: "Future[Result]") -> str:
        """Return what stands below an equation: nothing if it agrees with its code."""
        job = job_of_equation(equation.latex, equation.tie)

        def box(result: Result) -> str:
            try:
                check_equation(equation, lambda *_: finding_in(result))
            except LiterateError as error:
                return page.fail(str(error))
            return ""

        page = self.page
        if not page.source.waits and not run.done():
            page = CurrentPage(page.source)  # by then the converter has another one
            pending = self._pending(job, equation.line, run)
            pending.box = box
            return self.md.htmlStash.store(f'<div data-run="{pending.name}" hidden></div>')
        text = box(self._result(job, run))
        return self.md.htmlStash.store(text) if text else ""

    def _pending(self, job: Job, line: int, run: "Future[Result]") -> Pending:
        """Take note of a place whose result is not there yet."""
        source = self.page.source
        name = hashlib.sha256(f"{source.path}\0{line}\0{key(job)}".encode()).hexdigest()[:16]
        source.pending.append(Pending(name, source.path, line, job, run))
        return source.pending[-1]

    def _blocks(self, outcome: Outcome) -> Iterator[str]:
        """Yield the Markdown blocks that take the place of a snippet."""
        snippet, stash = outcome.snippet, self.md.htmlStash.store
        source = snippet.options.get("source")
        origin = f' data-source="{html.escape(source)}"' if source else ""
        origin += _live(snippet)
        if outcome.pending:
            origin += f' data-run="{outcome.pending.name}"'
        yield stash(f'<div class="snippet"{origin}>')
        excerpt = f"{source} · {self.page.words['excerpt']}"  # beside the button that copies it
        shown = {"title": excerpt} if source else {}
        shown |= {name: snippet.options[name] for name in SHOWN if name in snippet.options}
        options = "".join(f' {name}="{value}"' for name, value in shown.items())
        yield fenced(f"python{options}", outcome.code)
        if self.repository:
            yield stash(_report_link(self.repository, self.page, outcome))
        if reason := snippet.options.get("not-run"):
            yield stash(self._note("not-run", html.escape(reason)))
        if failure := snippet.options.get("fails"):
            yield stash(self._note("fails", f"<code>{html.escape(failure)}</code>"))
        for error in outcome.errors:
            yield self._report(error)
        if outcome.pending:
            yield stash(f'<p class="note running" role="status">{self.page.words["running"]}</p>')
        elif snippet.output is not None:
            yield fenced("{.text .output .no-copy}", snippet.output)
        for number, (figure, svg) in enumerate(zip(snippet.figures, outcome.figures, strict=False)):
            drawing = embed(lighter(svg), figure.alt, f"f{snippet.line}-{number}-")
            yield stash(_figure(figure, drawing))
        yield stash("</div>")

    def _note(self, kind: str, text: str) -> str:
        return f'<p class="note">{self.page.words[kind].format(text)}</p>'

    def _report(self, error: LiterateError) -> str:
        """Say that something fails, and return the placeholder of the box on the page."""
        return self.md.htmlStash.store(self.page.fail(str(error)))


class CommentPreprocessor(Preprocessor):
    """Drop the comments that tie numbers and formulas to code."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines of the page without these comments."""
        return without_comments("\n".join(lines)).split("\n")


class FormulaPostprocessor(Postprocessor):
    """Turn the formulas of the finished page into MathML."""

    def __init__(self, md: Markdown, page: CurrentPage) -> None:
        super().__init__(md)
        self.page = page

    def run(self, text: str) -> str:
        """Return the page with its formulas converted; say which cannot be read."""
        text, errors = to_mathml(text)
        reports = []
        for error in errors:
            message = f"{self.page.path}:{self.page.line_of(error.latex)}: {error}"
            reports.append(self.page.fail(message))
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


class StrictPostprocessor(Postprocessor):
    """Let no page be finished on which something fails."""

    def __init__(self, md: Markdown, page: CurrentPage) -> None:
        super().__init__(md)
        self.page = page

    def run(self, text: str) -> str:
        """Return the page as it is; raise an error if something on it fails."""
        if self.page.failures:
            raise PageError("\n".join(self.page.failures))
        return text


def _live(snippet: Snippet) -> str:
    """Return what tells a script of the page whether the reader's browser can run a snippet."""
    said = {name: snippet.options.get(name, "") for name in ("not-live", "live-seconds", "fails")}
    texts = {name: f'="{html.escape(text)}"' for name, text in said.items() if text}
    if not snippet.runs:
        return ""
    if "not-live" in texts:
        return f" data-not-live{texts['not-live']}"
    return "".join([" data-live", *(f" data-{name}{text}" for name, text in texts.items())])


def _report_link(repository: str, page: CurrentPage, outcome: Outcome) -> str:
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
    caption = f"<figcaption>{_caption(figure.caption)}</figcaption>" if figure.caption else ""
    return f'<figure class="drawn" data-search-exclude>{svg}{caption}</figure>'


def _place(movable: Movable) -> str:
    """Return the place of a figure that moves: nothing is seen of it before its script comes."""
    return (
        f'<div class="movable" data-movable="{movable.name}" data-search-exclude hidden>'
        f"<template>{_caption(movable.caption)}</template></div>"
    )


def _caption(text: str) -> str:
    """Return a caption as HTML, its formulas to be converted with those of the page."""
    return markdown(
        text,
        extensions=["pymdownx.arithmatex"],
        extension_configs={"pymdownx.arithmatex": {"generic": True}},
    )
