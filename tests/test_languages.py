"""The two editions say the same: page for page, the same code, output, formulas and figures."""

import functools
import io
import re
import tokenize

import pytest

from conftest import PAGES, name_of, snippets_of, text_of

JAPANESE = [page for page in PAGES if page.match("*.ja.md")]
ENGLISH = [page for page in PAGES if page not in JAPANESE]
# A hint of an exercise, and the error that shows it.
HINT = re.compile(r"\"(?:not yet: |まだです：)[^\"]*\"\Z")
HINTED = re.compile(r"(?<=^AssertionError): (?:not yet: |まだです：).*")
TIE = re.compile(r"<!-- (?:=|formula:|not computed:).*?-->", re.DOTALL)
DISPLAY = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\$\$.*?\$\$", re.DOTALL)
INLINE = re.compile(r"(?<!\$)\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\$)")
LINK = re.compile(r"\]\(([^)\s]+)")
WIDE = "[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]"
# What goes on in the next line, and no list, table or mark-up of its own.
BREAK = re.compile(rf"{WIDE}\n *(?!\d+\. )(?:\w|{WIDE}|\[|\*\*)|[^`$\s]\n *{WIDE}")
# What the Japanese edition writes in another way (ピクセル, 滑らか, 元になった, 因数, 累乗, 刻み幅,
# 一歩, オレンジ, 仕組み, 正解率, 持つ, 重み付き和, 行列の積, 気づく, しかた, ほか, どうし,
# 散らばり, 数字を見分ける), numbers before counters in kanji, half-width colons and question marks,
# gaps around a × of digits, years of papers but as (1958), small fractions, and hints
# in English.
AVOIDED = re.compile(
    "画素|なめらか|もとになった|因子|べき乗|移動幅|歩幅|橙|しくみ|(?<!（)認識精度|をも(?:つ|っ[てた])"
    "|加重和|行列積|計算機|コンピューター|パラメーター|気付|仕方|全て|例えば|(?<!その)他の|同士|とくに|ばらつき"
    "|曲げる働き|数字を読[まむめん]|[0-9.]+を読みます"
    "|(?<![数何])[一二三四五六七八九十百](?:本|枚|回|個|件|冊|種類|番目|ステップ)"
    "|[二三四五六七八九十]通り"
    f"|{WIDE}[:?!]|(?<=[0-9]) × (?=[0-9])|（[0-9]{{4}}年|[½¼]|not yet: "
)


def japanese_of(page):
    return page.with_suffix(".ja.md")


@functools.cache
def prose(page):
    """The page without its snippets."""
    text = text_of(page)
    for snippet in reversed(snippets_of(page)):
        text = text[: snippet.start] + text[snippet.end :]
    return text


def squeezed(text):
    return " ".join(text.split())


@pytest.fixture
def same(subtests):
    """Return a function: what it is given finds the same on a page and on its Japanese edition."""

    def same(found_on):
        for page in ENGLISH:
            with subtests.test(name_of(page)):
                assert found_on(japanese_of(page)) == found_on(page)

    return same


def test_every_page_is_there_in_both_languages():
    assert [japanese_of(page) for page in ENGLISH] == JAPANESE


def test_headings_have_the_same_ids(same):
    same(lambda page: re.findall(r"^(#+) .*\{ #([\w-]+) \}$", prose(page), re.MULTILINE))


# What a fence says in the same words.
SAME = ("source", "live-seconds")


def without_words(code):
    """Return code without what is said to the reader: comments, and the hints of an exercise."""
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    spans = [(t.start, t.end) for t in tokens if t.type == tokenize.COMMENT or HINT.match(t.string)]
    lines = code.splitlines()
    for (row, start), (_, end) in reversed(spans):
        lines[row - 1] = lines[row - 1][:start] + lines[row - 1][end:]
    return lines


def test_code_and_output_are_the_same(same):
    def code(page):
        return [
            (
                without_words(s.code),
                s.runs,
                HINTED.sub("", s.options.get("fails", "")),
                *map(s.options.get, SAME),
                "not-live" in s.options,
                s.output,
            )
            for s in snippets_of(page)
        ], [s.expressions for s in snippets_of(page)]

    same(code)


def test_nothing_but_comments_and_hints_may_differ():
    english = 'assert x == 1, "not yet: # one"  # your code\ny = "#"\n'
    assert without_words(english) == ["assert x == 1,   ", 'y = "#"']
    assert without_words(english) == without_words(
        english.replace("not yet: # one", "まだです：一つ").replace("your code", "ここを書く")
    )
    for other in ("x == 2", "y == 1"):
        assert without_words(english) != without_words(english.replace("x == 1", other))
    assert without_words('print("まだ")') != without_words('print("not yet")')
    assert HINTED.sub("", "AssertionError: not yet: b") == "AssertionError"


def test_figures_are_the_same(same):
    def figures(page):
        drawn = [figure for snippet in snippets_of(page) for figure in snippet.figures]
        return [(figure.path, bool(figure.caption)) for figure in drawn]

    same(figures)


def test_figures_are_described_in_the_language_of_the_page():
    drawn = [f for page in JAPANESE for snippet in snippets_of(page) for f in snippet.figures]
    words = [words for f in drawn for words in (f.alt, f.caption) if words is not None]
    assert words
    assert [text for text in words if not re.search(r"[\u3040-\u30ff]", text)] == []


def test_displayed_formulas_are_the_same(same):
    same(lambda page: [squeezed(match[0]) for match in DISPLAY.finditer(prose(page))])


def test_formulas_in_sentences_are_the_same(same):
    same(lambda page: set(INLINE.findall(DISPLAY.sub("", TIE.sub("", prose(page))))))


def test_formulas_and_numbers_are_tied_to_the_same_code(same):
    def ties(page):
        found = sorted(squeezed(match[0]) for match in TIE.finditer(prose(page)))
        # Why something is not computed is told in the language of the page.
        fixed = [tie for tie in found if not tie.startswith("<!-- not computed")]
        return len(found), fixed

    same(ties)


def test_links_lead_to_the_same_places(same):
    same(lambda page: sorted(LINK.findall(prose(page))))


def test_both_have_the_same_boxes(same):
    same(lambda page: re.findall(r"^(!!!|\?\?\?) (\w+)", prose(page), re.MULTILINE))


def test_a_japanese_paragraph_is_one_line():
    """A browser shows the end of a line as a space, and Japanese has none between words."""
    broken = [f"{name_of(page)}: {m[0]}" for page in JAPANESE for m in BREAK.finditer(prose(page))]
    assert broken == []


def test_japanese_pages_keep_to_one_way_of_writing():
    found = [
        f"{name_of(page)}: {m[0]}" for page in JAPANESE for m in AVOIDED.finditer(text_of(page))
    ]
    assert found == []


def test_another_way_of_writing_is_found():
    other = "画素を3本の線と一本の線で。自信をもって数字を読む。次の章:"
    assert AVOIDED.findall(other) == ["画素", "一本", "をもって", "数字を読む", "章:"]
    other = "他の行列積は4 × 4、0.98を読みます（2012年）。"
    assert AVOIDED.findall(other) == ["他の", "行列積", " × ", "0.98を読みます", "（2012年"]
    assert not AVOIDED.search("一つ、何百本、数字を読み込む。正解率（認識精度）も、数字をもっと。")
    assert not AVOIDED.search("28×28ピクセル、$2 \\times 10^{5}$、ルカン (1998)、その他の、一歩。")


def test_a_line_that_goes_on_in_the_next_is_found():
    broken = "答え。\n次の\nNumPyは\n  $x$ の\n**値**と\n[図](a.md)\n"
    whole = "別の段落 `x`\nと\n- 項目\n2. 項目\n: 定義\n"
    assert len(BREAK.findall(broken)) == 4
    assert not BREAK.search(whole)
