"""Facts about kasago.literate.page.snippets: what is a snippet; no Python escapes."""

import html
import re
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from pygments.lexers import get_all_lexers

from kasago.literate.errors import LiterateError
from kasago.literate.page.blocks import fenced, prose
from kasago.literate.page.snippets import parse

# Every name of a Pygments lexer that reads Python; a traceback is no code.
PYTHON_NAMES = sorted(
    alias
    for lexer, aliases, _, _ in get_all_lexers()
    if lexer in {"Python", "Python 2.x", "Python console session", "NumPy"}
    for alias in aliases
)

BLOCK = re.compile(
    r'<div class="([^"]*)">(?:<span class="filename">.*?</span>)?<pre>(.*?)</pre>', re.DOTALL
)


@pytest.fixture(scope="module")
def converter():
    """Return Python-Markdown with what the site uses, and classes that name the language."""
    return Markdown(
        extensions=[
            "admonition",
            "attr_list",
            "md_in_html",
            "pymdownx.details",
            "pymdownx.highlight",
            "pymdownx.superfences",
            "pymdownx.tabbed",
        ],
        extension_configs={
            "pymdownx.highlight": {"pygments_lang_class": True},
            "pymdownx.tabbed": {"alternate_style": True},
        },
    )


def rendered_python(converter, page):
    """Return the code of every block that the site would show as Python."""
    converter.reset()
    return [
        html.unescape(re.sub("<[^>]*>", "", code)).strip()
        for classes, code in BLOCK.findall(converter.convert(page))
        if any(name.removeprefix("language-") in PYTHON_NAMES for name in classes.split())
    ]


def collected(page):
    return [snippet.code.expandtabs(4).strip() for snippet in parse(page, "page.md")]


def refusal(page):
    with pytest.raises(LiterateError) as caught:
        parse(page, "docs/page.md")
    return str(caught.value)


# What a snippet is.


def test_a_snippet_knows_its_place_and_all_that_belongs_to_it():
    page = textwrap.dedent("""\
        # Heading

        ```python title="a.py"
        print(1)
        ```

        ```output
        1
        ```

        ![What the figure shows](figures/one.svg)
        ![A \\[second\\] "figure" of it](figures/two.svg "Its *caption*")

        Prose.
        """)
    [snippet] = parse(page, "docs/page.md")
    assert (snippet.path, snippet.line, snippet.indent) == ("docs/page.md", 3, "")
    assert snippet.code == "print(1)\n"
    assert snippet.output == "1\n"
    assert snippet.options == {"title": "a.py"}
    one, two = snippet.figures
    assert (one.line, one.alt, one.path) == (11, "What the figure shows", "figures/one.svg")
    assert (two.alt, two.caption) == ('A [second] "figure" of it', "Its *caption*")
    assert page[snippet.start : snippet.code_end].endswith("print(1)\n```\n")
    assert page[snippet.code_end : snippet.output_end] == "\n```output\n1\n```\n"
    assert page[snippet.end :] == "\nProse.\n"


def test_lines_are_those_of_the_file_when_its_header_was_cut_off():
    assert parse("```python\nx\n```", "page.md", first_line=5)[0].line == 5
    with pytest.raises(LiterateError, match=r"page\.md:6: "):
        parse("\n```py\nx\n```", "page.md", first_line=5)


def test_a_number_is_tied_to_the_nearest_snippet_above_it_that_ends():
    page = textwrap.dedent("""\
        ```python
        a = 1
        ```

        ![About 0.5<!-- = a[-1] --> high](figures/one.svg "Is $0.7$<!-- = a + 'b' -->.")

        ```python fails="ValueError: no"
        b = 1
        ```
        ```python not-run="slow"
        ```
        ```python source="a.b"
        ```

        Some 94.4<!-- = 100 * (a
            + 1) -->% of 60,000<!--=n--> and $x = 10{,}000$<!-- = n --> `0.3`, float64.

        ```text
        <!-- = a -->
        ```

        !!! note

            The `1<!-- = a -->` and `` ` <!-- = `` are code; **−2<!-- = c -->** is a number.
        """)
    first, *others = parse(page, "page.md", first_line=3)
    assert [(tie.line, tie.number, tie.expression) for tie in first.ties] == [
        (7, "0.5", "a[-1]"),
        (7, "0.7", "a + 'b'"),
        (17, "94.4", "100 * (a + 1)"),
        (18, "60,000", "n"),
        (18, "10{,}000", "n"),
        (26, "−2", "c"),
    ]
    assert [snippet.ties for snippet in others] == [(), (), ()]
    # Who cannot see the figure does not hear the expression.
    [figure] = first.figures
    assert (figure.alt, figure.caption) == ("About 0.5 high", "Is $0.7$.")


def test_prose_is_the_page_without_what_is_code():
    page = "Let `x` be\n```text\n勾配 `\n```\n``a`b`` c` d.\n"
    assert prose(page, "page.md") == "Let     be\n       \n    \n   \n        c` d.\n"


def test_neither_code_nor_output_loses_its_own_indentation_or_blank_lines():
    body = "    a\n\n  b\n"
    fence = body.replace("\n\n", "\n   \n")
    snippets = parse(f"```python\n{fence}```\n```output\n{fence}```\n", "page.md")
    assert [(s.code, s.output) for s in snippets] == [(body, body)]


def test_code_that_shows_fences_and_pictures_in_a_string_is_one_snippet():
    code = 'text = """\n~~~text\n![What a figure shows](figures/a.svg)\n"""\n'
    [snippet] = parse(f"```python\n{code}```\n", "page.md")
    assert snippet.code == code
    assert snippet.figures == ()


def test_the_output_may_hold_fences_if_its_own_is_longer():
    output = "```python\nx\n```"
    [snippet] = parse(f"```python\nx\n```\n\n{fenced('output', output)}\n", "page.md")
    assert snippet.output == f"{output}\n"


COLLECTED = {
    "backticks": "```python\nx = 1\n```\n",
    "more backticks": "`````python\nx = 1\n`````\n",
    "tildes": "~~~python\nx = 1\n~~~\n",
    "title": '```python title="x"\nx = 1\n```\n',
    "title with Python in it": '```python title="{.python} `x`"\nx = 1\n```\n',
    "white space at the end of the line": "```python  \nx = 1\n```\t\n",
    "no line feed at the end of the file": "```python\nx = 1\n```",
    "in an admonition": "!!! note\n\n    ```python\n    x = 1\n    ```\n",
    "in details": "??? note\n    ```python\n    x = 1\n    ```\n",
    "in a content tab": '=== "Tab"\n\n    ```python\n    x = 1\n    ```\n',
    "in a list": "- item\n\n    ```python\n    x = 1\n    ```\n",
    "in a list of lists": "1. item\n    - b\n\n        ```python\n        x = 1\n        ```\n",
    "indented by a tab": "- item\n\n\t```python\n\tx = 1\n\t```\n",
    "in a comment": "<!--\n```python\nx = 1\n```\n-->\n",
    "in HTML": "<div markdown>\n```python\nx = 1\n```\n</div>\n",
    "below a longer fence": "````text\n```python\nno\n```\n````\n```python\nx = 1\n```\n",
}


@pytest.mark.parametrize("page", COLLECTED.values(), ids=COLLECTED)
def test_a_fence_is_collected(page):
    assert [snippet.code for snippet in parse(page, "page.md")] == ["x = 1\n"]


@pytest.mark.parametrize(
    "page",
    [
        "````markdown\n```python\nx = 1\n```\n\n```output\n1\n```\n\n![a](figures/b.svg)\n````\n",
        "~~~~text\n~~~python\nx = 1\n~~~\n~~~~\n",
        "~~~text\n```python\nx = 1\n```\n~~~\n",
        "!!! note\n\n    ````markdown\n    ```python\n    x = 1\n    ```\n    ````\n",
    ],
)
def test_a_fence_shown_as_an_example_inside_another_is_no_snippet(page, converter):
    assert parse(page, "page.md") == []
    assert rendered_python(converter, page) == []


# What is refused: the page, the line that the message names, and what it says.

REFUSED = {
    "space before the name": ("\n``` python\nx\n```\n", 2, "pass untested"),
    "tab before the name": ("```\tpython\nx\n```\n", 1, "pass untested"),
    "capital": ("```Python\nx\n```\n", 1, "pass untested"),
    "braces": ("```{.python}\nx\n```\n", 1, "pass untested"),
    "braces and blanks": ('text\n\n```{ .py title="a" }\nx\n```\n', 3, "pass untested"),
    "space and braces": ("``` {.python}\nx\n```\n", 1, "pass untested"),
    "an id first": ("``` {#a .python}\nx\n```\n", 1, "pass untested"),
    "an attribute first": ('```{title="a".python}\nx\n```\n', 1, "read alike"),
    "braces without a dot": ("```{python}\nx\n```\n", 1, "pass untested"),
    "a dot": ("```.python\nx\n```\n", 1, "pass untested"),
    "second class": ("```{.text .python}\nx\n```\n", 1, "pass untested"),
    "lang=": ("```{.code lang=python}\nx\n```\n", 1, "pass untested"),
    "line highlights": ('```python {hl_lines="1"}\nx\n```\n', 1, "pass untested"),
    "comma": ("```python,ignore\nx\n```\n", 1, "pass untested"),
    "single quotes": ("```python title='a'\nx\n```\n", 1, "pass untested"),
    "option without a value": ("```python not-run\nx\n```\n", 1, "pass untested"),
    "no reason": ('```python not-run=" "\nx\n```\n', 1, "needs a value"),
    "unknown option": ('```python titel="a"\nx\n```\n', 1, "unknown option 'titel'; known: "),
    "option twice": ('```python title="a" title="b"\nx\n```\n', 1, "twice"),
    "source and code": ('```python source="a.b"\nx\n```\n', 1, "is empty"),
    "two treatments": ('```python not-run="a" fails="b"\nx\n```\n', 1, "one of fails, not-run"),
    "excused from a browser for nothing": (
        '```python not-run="a" not-live="b"\nx\n```\n',
        1,
        "a fence that runs has one of not-live, live-seconds",
    ),
    "not there, and long there": (
        '```python not-live="a" live-seconds="9"\nx\n```\n',
        1,
        "one of not-live, live-seconds at most",
    ),
    "seconds in words": ('```python live-seconds="some"\nx\n```\n', 1, "a whole number"),
    "tildes": ("~~~ python\nx\n~~~\n", 1, "pass untested"),
    "in a quote": ("> ```python\n> x\n> ```\n", 1, "begins its line"),
    "in a quote of a quote": ("> > ```python\n> > x\n> > ```\n", 1, "begins its line"),
    "after a bullet": ("- ```python\n  x\n  ```\n", 1, "begins its line"),
    "after a number": ("a\n1. ```python\n   x\n   ```\n", 2, "begins its line"),
    "after a bullet and a quote": ("- > ```python\n", 1, "pass untested"),
    "on one line": ("```python x = 1```\n", 1, "pass untested"),
    "no language": ("```\nx\n```\n", 1, "names no language may be Python"),
    "never closed": ("text\n```python\nx\n", 2, "never ends"),
    "never closed, at the very end": ("text\n```python", 2, "never ends"),
    "closed by fewer": ("````python\nx\n```\n", 1, "never ends"),
    "closed by fewer, at the very end": ("````python\nx\n```", 1, "never ends"),
    "closed by more": ("```python\nx\n````\n", 1, "never ends"),
    "closed by the other": ("```python\nx\n~~~\n", 1, "never ends"),
    "closed further right": ("```python\nx\n  ```\n", 1, "never ends"),
    "closed further left": ("    ```python\n    x\n```\n", 1, "never ends"),
    "closed by a tab and opened by blanks": ("    ```python\n    x\n\t```\n", 1, "never ends"),
    "closed by a word": ("```python\nx\n``` end\n", 1, "never ends"),
    "closed by a form feed": ("```python\nx\n```\x0c\n", 3, "unseen character"),
    "two ends": ("```text\n  ```\n```\n", 2, "read as the end"),
    "a line further left": ("    ```python\n    x\n  y\n    ```\n", 3, "not indented like"),
    "a tab for blanks": ("    ```python\n\tx\n    ```\n", 2, "not indented like"),
    "a fence in a snippet": ("````python\n```python\nx\n```\n````\n", 2, "pass untested"),
    "an odd fence around it": ("```text a\n```python\nx\n```\n", 1, "read alike"),
    "an unclean fence around it": ("    ```text\ny\n    ```python\n    ```\n", 2, "not indented"),
    "byte order mark": ("\ufeff```python\nx\n```\n", 1, "unseen"),
    "control character": ("text\n\x02```python\nx\n```\n", 2, "unseen"),
    "carriage return": ("a\r```python\rx\r```\r", 1, "unseen"),
    "code element": ('a\n\n<pre><code class="language-python">x</code></pre>\n', 3, "untested"),
    "pre element": ("<pre\n  lang=python><code>x</code></pre>\n", 1, "untested"),
    "unquoted class": ("<PRE class=python>x</PRE>\n", 1, "untested"),
    "output of nothing": ("text\n\n```output\n1\n```\n", 3, "follows no snippet that runs"),
    "output after prose": ("```python\nx\n```\na\n```output\n1\n```\n", 5, "follows no snippet"),
    "two outputs": ("```python\nx\n```\n" + 2 * "```output\n1\n```\n", 7, "follows no snippet"),
    "output of code that does not run": (
        '```python not-run="slow"\nx\n```\n\n```output\n1\n```\n',
        5,
        "follows no snippet that runs",
    ),
    "output after a figure": (
        "```python\nx\n```\n![What it shows here](figures/a.svg)\n```output\n1\n```\n",
        5,
        "follows no snippet",
    ),
    "output with a title": ('```python\nx\n```\n```output title="a"\n1\n```\n', 4, "```output"),
    "output with a space": ("```python\nx\n```\n``` output\n1\n```\n", 4, "```output"),
    "output with a capital": ("```python\nx\n```\n```Output\n1\n```\n", 4, "```output"),
    "output in braces": ("```python\nx\n```\n```{.text .output}\n1\n```\n", 4, "```output"),
    "output never closed": ("```python\nx\n```\n```output\n1\n", 4, "never ends"),
    "a figure of nothing": ("![What it shows here](figures/a.svg)\n", 1, "follows no snippet"),
    "a figure of code that does not run": (
        '```python not-run="slow"\nx\n```\n![What it shows here](figures/a.svg)\n',
        4,
        "follows no snippet that draws it",
    ),
    "a figure of code that fails": (
        '```python fails="a"\nx\n```\n![What it shows here](figures/a.svg)\n',
        4,
        "follows no snippet that draws it",
    ),
    "a tie of nothing": ("```python\nx\n```\n\nHalf<!-- = x -->\n", 5, "no number stands directly"),
    "a tie after a blank": ("```python\nx\n```\n1 <!-- = x -->\n", 4, "before <!-- = x -->"),
    "a tie of a name": ("```python\nx\n```\nfloat64<!-- = x -->\n", 4, "no number stands directly"),
    "a tie of code": ("```python\nx\n```\n`1`<!-- = x -->\n", 4, "no number stands directly"),
    "a tie to nothing": ("\n1<!-- = x -->\n```python\nx\n```\n", 2, "no snippet above it"),
    "a tie to a failure": (
        '```python fails="a"\nx\n```\n1<!-- = x -->\n',
        4,
        "no snippet above it",
    ),
    "an endless tie": ("```python\nx\n```\n1<!-- = x\n\n2", 4, "never ends"),
}
FIGURES = {
    "no alt text": "![](figures/a.svg)",
    "alt text that says nothing": "![figure 1](figures/a.svg)",
    "reference": "![What it shows here][a]\n\n[a]: figures/a.svg",
    "attributes": "![What it shows here](figures/a.svg){ width=300 }",
    "angle brackets": "![What it shows here](<figures/a.svg>)",
    "single quotes": "![What it shows here](figures/a.svg 'caption')",
    "brackets in the alt text": "![What [it] shows here](figures/a.svg)",
    "alt text on two lines": "![What it\nshows here](figures/a.svg)",
    "blank before the path": "![What it shows here]( figures/a.svg)",
    "from this folder": "![What it shows here](./figures/a.svg)\n\n![What](./figures/b.svg)",
    "two on a line": "![What it shows here](figures/a.svg) ![What it shows](figures/b.svg)",
    "inside a sentence": "See ![what it shows here](figures/a.svg).",
    "a link": "[What it shows here](figures/a.svg)",
    "HTML": '<img alt="What it shows here" src="figures/a.svg">',
    "a picture of pixels": "![What it shows here](assets/photo.png)",
    "a picture elsewhere": "![What it shows here](https://example.org/a.svg)",
}


@pytest.mark.parametrize(("page", "line", "message"), REFUSED.values(), ids=REFUSED)
def test_a_page_is_refused_with_file_and_line(page, line, message):
    said = refusal(page)
    assert said.startswith(f"docs/page.md:{line}: ")
    assert message in said


def test_all_that_is_wrong_is_said_at_once_a_line_each():
    fences = [
        "> ```python\n> x\n> ```\n",
        "```\nx\n```\n",
        '<pre class="python">x</pre>\n',
        "```py\nx\n```\n",
        "```python\nnever closed\n\n``` py\n",
    ]
    said = [line.split(": ")[0] for line in refusal("\n".join(fences)).split("\n")]
    assert said == [f"docs/page.md:{line}" for line in (1, 5, 9, 11, 15)]
    # What hangs on a wrong line is not wrong for it.
    rest = [
        '```python titel="a"\nprint(1)\n```\n\n```output\n1\n```\n\n![A](figures/a.svg)\n',
        "No number<!-- = x -->.\n\n```output\n1\n```\n\n![What it shows](figures/a.svg)\n",
        "A comment<!-- = x\n",
    ]
    said = [line.split(": ")[0] for line in refusal("\n".join(rest)).split("\n")]
    assert said == [f"docs/page.md:{line}" for line in (1, 9, 11, 13, 17, 19)]


@pytest.mark.parametrize("spelling", FIGURES.values(), ids=FIGURES)
def test_a_figure_that_would_not_count_is_refused(spelling):
    assert re.match(r"docs/page\.md:[567]: ", refusal(f"```python\nx\n```\n\n{spelling}\n"))


@pytest.mark.parametrize("name", PYTHON_NAMES)
def test_every_name_that_highlighters_have_for_python_is_known(name):
    if name != "python":
        assert "would pass untested" in refusal(f"```{name}\nx\n```\n")
    assert "would pass untested" in refusal(f"```{{.{name.upper()}}}\nx\n```\n")


def test_an_alt_text_in_a_script_without_spaces_is_one():
    page = "```python\nx\n```\n![損失関数の曲線とその接線](figures/a.svg)\n"
    assert len(parse(page, "page.md")[0].figures) == 1


def test_pictures_and_fences_that_are_no_snippets_are_left_alone():
    page = textwrap.dedent("""\
        ![A photo of Rosenblatt's perceptron](assets/perceptron.jpg){ width=300 }

        ```bash title="In a shell"
        pip install kasago
        ```

        ```{ .text .no-copy }
        python
        ```

        The language `python`, at <https://www.python.org/>.
        """)
    assert parse(page, "page.md") == []


# Whatever the site shows as Python was collected.

SPELLINGS = [*COLLECTED.values(), *(page for page, _, _ in REFUSED.values())]


def assert_no_escape(converter, page):
    try:
        codes = collected(page)
    except LiterateError:
        return
    assert set(rendered_python(converter, page)) <= set(codes)


def test_what_the_site_renders_as_python_is_collected_or_refused(converter):
    # The comparison below sees Python where there is some.
    shown = [page for page in SPELLINGS if rendered_python(converter, page)]
    assert len(shown) > 30
    for page in SPELLINGS:
        assert_no_escape(converter, page)


INDENTS = st.sampled_from(["", "", "", "    ", "  ", "\t", "> ", "- ", "1. "])
TICKS = st.sampled_from(["```", "```", "````", "~~~"])
INFOS = st.sampled_from(
    2 * ["python", "text"]
    + ['python title="a"', 'text title="a"', "{.text .a}", "output", "", "py", " python"]
    + ["{.python}", '{title="a".python}', "text a", "{.text #a}"]
)
LINES = st.sampled_from(["x = 1", "y", "", "!!! note", "- item", "<div>", "<!--", "\x0c"])


@st.composite
def fences(draw, depth=0):
    """Draw a fence that is mostly well made, with others inside."""
    indent, ticks, info = draw(INDENTS), draw(TICKS), draw(INFOS)
    lines = [f"{indent}{ticks}{info}"]
    for _ in range(draw(st.integers(0, 2))):
        if depth < 2 and draw(st.booleans()):
            lines += draw(fences(depth + 1))
        else:
            lines.append(draw(st.sampled_from([indent, indent, ""])) + draw(LINES))
    right, wrong = st.just(indent + ticks), st.builds(str.__add__, INDENTS, TICKS)
    return [*lines, draw(st.one_of(right, wrong))]


@settings(max_examples=300, deadline=None)
@given(blocks=st.lists(st.one_of(fences(), LINES.map(lambda line: [line])), max_size=4))
def test_no_nesting_of_fences_hides_python(blocks, converter):
    assert_no_escape(converter, "\n".join(line for block in blocks for line in block) + "\n")
