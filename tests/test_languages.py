"""The two editions say the same: page for page, the same code, output, formulas and figures."""

import re
from pathlib import Path

import pytest

from kasago.literate.page.snippets import parse

DOCS = Path(__file__).parent.parent / "docs"
JAPANESE = sorted(DOCS.rglob("*.ja.md"))
ENGLISH = sorted(page for page in DOCS.rglob("*.md") if page not in JAPANESE)
TIE = re.compile(r"<!-- (?:=|formula:|not computed:).*?-->", re.DOTALL)
DISPLAY = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\$\$.*?\$\$", re.DOTALL)
INLINE = re.compile(r"(?<!\$)\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\$)")
LINK = re.compile(r"\]\(([^)\s]+)")
WIDE = "[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]"
# What goes on in the next line, and no list, table or mark-up of its own.
BREAK = re.compile(rf"{WIDE}\n *(?!\d+\. )(?:\w|{WIDE}|\[|\*\*)|[^`$\s]\n *{WIDE}")


def japanese_of(page):
    return page.with_suffix(".ja.md")


pairs = pytest.mark.parametrize(
    ("english", "japanese"),
    [
        pytest.param(page.read_text("utf-8"), japanese_of(page).read_text("utf-8"), id=page.stem)
        for page in ENGLISH
        if japanese_of(page).exists()
    ],
)


def prose(text):
    """The page without its snippets."""
    for snippet in reversed(parse(text, "page")):
        text = text[: snippet.start] + text[snippet.end :]
    return text


def squeezed(text):
    return " ".join(text.split())


def test_every_page_is_there_in_both_languages():
    assert [japanese_of(page) for page in ENGLISH] == JAPANESE


@pairs
def test_headings_have_the_same_ids(english, japanese):
    def headings(text):
        return re.findall(r"^(#+) .*\{ #([\w-]+) \}$", prose(text), re.MULTILINE)

    assert headings(japanese) == headings(english)


@pairs
def test_code_and_output_are_the_same(english, japanese):
    def code(text):
        return [
            (s.code, s.runs, *map(s.options.get, ("source", "fails")), s.output, s.expressions)
            for s in parse(text, "page")
        ]

    assert code(japanese) == code(english)


@pairs
def test_figures_are_the_same_and_described_in_the_language_of_the_page(english, japanese):
    def figures(text):
        return [figure for snippet in parse(text, "page") for figure in snippet.figures]

    pairs = list(zip(figures(japanese), figures(english), strict=True))
    assert [ja.path for ja, _ in pairs] == [en.path for _, en in pairs]
    for ja, en in pairs:
        assert bool(ja.caption) == bool(en.caption)
        assert re.search(r"[\u3040-\u30ff]", ja.alt)
        assert re.search(r"[\u3040-\u30ff]", ja.caption or "あ")


@pairs
def test_displayed_formulas_are_the_same(english, japanese):
    def formulas(text):
        return [squeezed(match[0]) for match in DISPLAY.finditer(prose(text))]

    assert formulas(japanese) == formulas(english)


@pairs
def test_formulas_in_sentences_are_the_same(english, japanese):
    def formulas(text):
        return set(INLINE.findall(DISPLAY.sub("", TIE.sub("", prose(text)))))

    assert formulas(japanese) == formulas(english)


@pairs
def test_formulas_and_numbers_are_tied_to_the_same_code(english, japanese):
    def ties(text):
        return sorted(squeezed(match[0]) for match in TIE.finditer(prose(text)))

    def fixed(ties):  # why something is not computed is told in the language of the page
        return [tie for tie in ties if not tie.startswith("<!-- not computed")]

    assert len(ties(japanese)) == len(ties(english))
    assert fixed(ties(japanese)) == fixed(ties(english))


@pairs
def test_links_lead_to_the_same_places(english, japanese):
    def links(text):
        return sorted(LINK.findall(prose(text)))

    assert links(japanese) == links(english)


@pairs
def test_both_have_the_same_boxes(english, japanese):
    def boxes(text):
        return re.findall(r"^(!!!|\?\?\?) (\w+)", prose(text), re.MULTILINE)

    assert boxes(japanese) == boxes(english)


@pytest.mark.parametrize("page", JAPANESE, ids=lambda page: page.name)
def test_a_japanese_paragraph_is_one_line(page):
    """A browser shows the end of a line as a space, and Japanese has none between words."""
    assert [match[0] for match in BREAK.finditer(prose(page.read_text("utf-8")))] == []


def test_a_line_that_goes_on_in_the_next_is_found():
    broken = "答え。\n次の\nNumPyは\n  $x$ の\n**値**と\n[図](a.md)\n"
    whole = "別の段落 `x`\nと\n- 項目\n2. 項目\n: 定義\n"
    assert len(BREAK.findall(broken)) == 4
    assert not BREAK.search(whole)
