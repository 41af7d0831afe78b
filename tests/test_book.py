"""The book as a whole: what holds for every page, beside that its snippets run."""

import re

from conftest import PAGES as SITE
from conftest import ROOT, name_of, snippets_of, text_of
from kasago.literate.page.blocks import prose
from kasago.literate.page.numbers import NUMBER, TIE, number_of
from kasago.literate.page.snippets import parse
from kasago.literate.running.check import check_source

PAGES = [*SITE, ROOT / "README.md"]
# What stands at the end of a book: no question, no figure that opens it, no exercises.
APPENDICES = ("errata", "glossary", "your-own-book", "reference", "lab")
CHAPTERS = [
    page for page in SITE if not page.relative_to(ROOT / "docs").as_posix().startswith(APPENDICES)
]


def test_code_is_never_wider_than_the_page():
    """Past 80 characters a desktop page scrolls sideways inside the block."""
    wide = [
        f"{name_of(page)}:{number} is {width} characters wide"
        for page in PAGES
        for snippet in snippets_of(page)
        for number, line in enumerate(snippet.code.splitlines(), snippet.line + 1)
        if (width := len(snippet.indent) + len(line)) > 80
    ]
    assert wide == []


def test_a_snippet_is_short_enough_to_read():
    long = [
        f"{name_of(page)}:{snippet.line} has {lines} lines of code"
        for page in PAGES
        for snippet in snippets_of(page)
        if (lines := len([line for line in snippet.code.splitlines() if line.strip()])) > 20
    ]
    assert long == []


def test_no_picture_is_committed_for_a_snippet_to_hide_behind(subtests):
    """Figures come from snippets; the ones of README.md are files that a snippet draws."""
    for page in PAGES:
        text = text_of(page)
        drawn = {f.path for snippet in snippets_of(page) for f in snippet.figures}
        shown = set(re.findall(r"^\s*!\[.*?\]\(([^\s)]+)", text, re.MULTILINE))
        examples = re.findall(r"^````markdown[^\n]*\n(.*?)^````", text, re.MULTILINE | re.DOTALL)
        for example in examples:
            shown -= {f.path for snippet in parse(example, name_of(page)) for f in snippet.figures}
        with subtests.test(name_of(page)):
            assert shown == drawn


def test_every_heading_has_an_id_that_survives_a_translation(subtests):
    for page in SITE:
        text = prose(text_of(page), name_of(page))
        headings = re.findall(r"^#+ .*$", text, re.MULTILINE)
        ids = [re.search(r"\{ #([a-z][a-z0-9-]*) \}$", heading) for heading in headings]
        with subtests.test(name_of(page)):
            assert [h for h, i in zip(headings, ids, strict=True) if not i] == []
            names = [match[1] for match in ids]
            assert len(names) == len(set(names))


def test_a_figure_is_drawn_once_and_named_once(subtests):
    for page in CHAPTERS:
        names = [f.path for s in snippets_of(page) for f in s.figures]
        with subtests.test(name_of(page)):
            assert len(names) == len(set(names))
            assert names, "a chapter opens with a figure"


def test_a_page_says_in_one_sentence_what_it_is_about():
    first = r"(?:hide: \[toc\]\n|search:\n  boost: .+\n)?"
    header = rf"---\n{first}description: .{{50,200}}\n(?:---|jupyter:)\n"
    assert [name_of(page) for page in SITE if not re.match(header, text_of(page))] == []


def test_every_exercise_has_a_folded_solution_that_runs(subtests):
    for page in CHAPTERS:
        text = text_of(page)
        _, _, exercises = text.partition("{ #exercises }")
        questions = re.findall(r"^\*\*\d+\. ", exercises, re.MULTILINE)
        solutions = re.findall(r'^\?\?\? success "(?:Solution|解答)"', exercises, re.MULTILINE)
        start = text.index(exercises) if exercises else len(text)
        code = [s for s in snippets_of(page) if s.start >= start and s.runs]
        with subtests.test(name_of(page)):
            assert 3 <= len(questions) <= 5
            assert len(solutions) == len(questions)
            assert len(code) >= len(questions)


# Numbers of the text.

EQUATION = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\$\$.*?\$\$", re.DOTALL)
NO_FIGURE = [
    TIE,
    EQUATION,
    re.compile(r"\A---\n.*?\n---\n", re.DOTALL),  # the header, which has no snippet above it
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"^#+ .*$", re.MULTILINE),  # nor do headings: they stand in the table of contents
    re.compile(r"\]\([^\s)]*|https?://\S*"),  # addresses and paths
    re.compile(r"[(（](?:18|19|20)\d\d年?[)）]"),  # the year of a book or a paper
    re.compile(r"(?:[Ss]ection|Python) \d+(?:\.\d+)*|\d+(?:\.\d+)*\s?節"),
]
PER_CENT = re.compile(r"\s?(?:\\?%|per ?cent|パーセント)")


def untied(text, name="page.md"):
    """Return the numbers of a page's text that neither a tie nor a snippet nor an equation gives.

    A number of one or two digits may be a mere count; all others are looked at.
    """
    snippets = parse(text, name)
    code = [check_source(s) if "source" in s.options else s.code for s in snippets]
    shown = "\n".join([*code, *(s.output or "" for s in snippets)])
    shown = re.sub(r"(?<=\d)_(?=\d)", "", shown)
    shown += "\n".join(equation[0] for equation in EQUATION.finditer(text))
    known = {abs(number_of(number[0])) for number in NUMBER.finditer(shown)}

    read = prose(text, name)
    for pattern in NO_FIGURE:
        read = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), read)
    return [
        f"{name}:{read.count(chr(10), 0, number.start()) + 1}: {number[0]}"
        for number in NUMBER.finditer(read)
        if (
            "." in number[0]
            or "times" in number[0]
            or len(re.findall(r"\d", number[0])) >= 3
            or PER_CENT.match(read, number.end())
        )
        and abs(number_of(number[0])) not in known
    ]


def test_every_figure_in_the_text_comes_from_the_page():
    assert [place for page in CHAPTERS for place in untied(text_of(page), name_of(page))] == []


MADE_UP = """\
---
description: 0.9375 of a header
---

# Of 0.875 { #heading-625 }

```python
rate, n = 1e-4, 10_000
print(2 / 3)
```

```output
0.667
```

![At $h = 0.0001$, a rise to 0.5](figures/a.svg "A caption with 0.25.")

By 10,000 or $10{,}000$ steps of $10^{-4}$, of $1 \\times 10^{-4}$, 0.667 is −0.667 (2016).
It is 12 in float64, 0.94<!-- = rate --> and 95%<!-- = n -->, `0.111`, [see](https://a.org/345).
Section 4.25 and 4.25節 use $x_{0}$.
<!-- 0.222 -->
\\begin{equation}
x = 0.333
\\end{equation}
That 0.333 is 0.67; 1,234 or 1234, 12% or $12\\%$ or 12 per cent, 12パーセント, $2 \\times 10^{5}$.
"""


def test_a_figure_that_comes_from_nowhere_is_found_wherever_it_stands():
    assert untied(MADE_UP) == [
        "page.md:16: 0.5",
        "page.md:16: 0.25",
        *(f"page.md:25: {n}" for n in ("0.67", "1,234", "1234", "12", "12", "12", "12")),
        "page.md:25: 2 \\times 10^{5}",
    ]


# Exercises that the reader completes.


def unsolved(text, name="page.md"):
    """Return the lines of stubs among the exercises that what follows does not solve."""
    snippets = [snippet for snippet in parse(text, name) if snippet.runs]
    stubs = [s for s in snippets if "fails" in s.options and "{ #exercises }" in text[: s.start]]
    found = []
    for stub in stubs:
        solution = next((s for s in snippets if s.start > stub.start), stub)
        asserts = re.findall(r"^ *assert .*$", stub.code, re.MULTILINE)
        solved = solution.ends and set(asserts) <= set(solution.code.splitlines())
        if not asserts or not solved:
            found.append(f"{name}:{stub.line}")
    return found


def test_the_solution_of_a_stub_passes_what_the_stub_fails():
    """That it passes, its own run says."""
    assert [stub for page in CHAPTERS for stub in unsolved(text_of(page), name_of(page))] == []


def test_a_stub_without_a_faithful_solution_is_found():
    stub = '```python fails="AssertionError: no"\nx = 0\nassert x == 1, "no"\n```\n\n'
    solution = '```python\nx = 1\nassert x == 1, "no"\n```\n\n'
    head = "## Exercises { #exercises }\n\n"
    assert unsolved(f"{stub}{head}{stub}{solution}") == []
    for after in (
        "",
        stub,
        solution.replace("x == 1", "x"),
        solution.replace("assert", "# assert"),
    ):
        assert unsolved(f"{head}{stub}{after}")[:1] == ["page.md:3"]
    assert unsolved(head + stub.replace("assert", "raise") + solution) == ["page.md:3"]
