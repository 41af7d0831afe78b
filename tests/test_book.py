"""The book as a whole: what holds for every page, beside that its snippets run."""

import re
from pathlib import Path

import pytest

from kasago.literate.parse import parse

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*CHAPTERS, ROOT / "README.md"]

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
by_chapter = pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)


@by_page
def test_code_is_never_wider_than_the_page(page):
    """Past 80 characters a desktop page scrolls sideways inside the block."""
    for snippet in parse(page.read_text("utf-8"), page.name):
        for number, line in enumerate(snippet.code.splitlines(), snippet.line + 1):
            width = len(snippet.indent) + len(line)
            assert width <= 80, f"{page.name}:{number} is {width} characters wide"


@by_page
def test_a_snippet_is_short_enough_to_read(page):
    for snippet in parse(page.read_text("utf-8"), page.name):
        lines = [line for line in snippet.code.splitlines() if line.strip()]
        assert len(lines) <= 20, f"{page.name}:{snippet.line} has {len(lines)} lines of code"


@by_page
def test_no_picture_is_committed_for_a_snippet_to_hide_behind(page):
    """Figures come from snippets; the ones of README.md are files that a snippet draws."""
    text = page.read_text("utf-8")
    drawn = {f.path for snippet in parse(text, page.name) for f in snippet.figures}
    shown = set(re.findall(r"^\s*!\[[^\]]*\]\(([^\s)]+)", text, re.MULTILINE))
    examples = re.findall(r"^````markdown\n(.*?)^````", text, re.MULTILINE | re.DOTALL)
    for example in examples:
        shown -= {f.path for snippet in parse(example, page.name) for f in snippet.figures}
    assert shown == drawn


@by_chapter
def test_every_heading_has_an_id_that_survives_a_translation(page):
    text = page.read_text("utf-8")
    for snippet in reversed(parse(text, page.name)):
        text = text[: snippet.start] + text[snippet.end :]
    headings = re.findall(r"^#+ .*$", text, re.MULTILINE)
    ids = [re.search(r"\{ #([a-z][a-z0-9-]*) \}$", heading) for heading in headings]
    assert all(ids), [h for h, i in zip(headings, ids, strict=True) if not i]
    names = [match[1] for match in ids]
    assert len(names) == len(set(names))


@by_chapter
def test_a_figure_is_drawn_once_and_named_once(page):
    names = [f.path for s in parse(page.read_text("utf-8"), page.name) for f in s.figures]
    assert len(names) == len(set(names))
    assert names, "a chapter opens with a figure"


@by_chapter
def test_a_chapter_says_in_one_sentence_what_it_is_about(page):
    assert re.match(r"---\ndescription: .{50,200}\n---\n", page.read_text("utf-8"))


@by_chapter
def test_every_exercise_has_a_folded_solution_that_runs(page):
    text = page.read_text("utf-8")
    _, _, exercises = text.partition("{ #exercises }")
    questions = re.findall(r"^\*\*\d+\. ", exercises, re.MULTILINE)
    solutions = re.findall(r'^\?\?\? success "(?:Solution|解答)"', exercises, re.MULTILINE)
    start = text.index(exercises) if exercises else len(text)
    code = [s for s in parse(text, page.name) if s.start >= start and s.runs]
    assert 3 <= len(questions) <= 5
    assert len(solutions) == len(questions)
    assert len(code) >= len(questions)
