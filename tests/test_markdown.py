"""Facts about kasago.literate.markdown and formulas: what the site shows, and what stops it."""

import html
import os
import re
import subprocess
import sys
import textwrap
import urllib.parse
from concurrent.futures import Future
from html.parser import HTMLParser

import pytest
from markdown import Markdown

from kasago.literate import markdown
from kasago.literate.markdown.mathml import to_mathml
from kasago.literate.markdown.source import SOURCE, Source
from kasago.literate.page.snippets import parse
from kasago.literate.running.job import Result
from kasago.literate.running.pool import Pool

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'style="" width="9" height="6">'
    '<path id="a"/><use xlink:href="#a"/><text>id="a"</text></svg>'
)
EXTENSIONS = [
    "admonition",
    "attr_list",
    "tables",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tabbed",
]


class Outline(HTMLParser):
    """Where elements are: each with the classes of those around it; fails on unbalanced ones."""

    def __init__(self, text):
        super().__init__()
        self.open, self.found = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs), [classes for _, classes in self.open]))
        if tag not in {"br", "img", "input", "hr"}:
            self.open.append((tag, dict(attrs).get("class", "")))

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def around(self, tag):
        return next(around for name, _, around in self.found if name == tag)


@pytest.fixture
def convert(tmp_path, monkeypatch, caplog):
    """Return a function that converts a page of a site; snippets that draw are not really run."""
    monkeypatch.chdir(tmp_path)
    submit = Pool.submit

    def draw_or_submit(pool, job, **options):
        shows = job.code.count("plt.show()")
        drawn = Future()
        drawn.set_result(Result("", (SVG,) * shows))
        return drawn if shows else submit(pool, job, **options)

    monkeypatch.setattr(Pool, "submit", draw_or_submit)

    def convert(text, header="", name="page.md", **options):
        caplog.clear()
        if name:
            SOURCE.set(Source(f"docs/{name}", header.count("\n") + 1))
        converter = Markdown(
            extensions=[*EXTENSIONS, "pymdownx.arithmatex", "kasago.literate"],
            extension_configs={
                "pymdownx.arithmatex": {"generic": True},
                "pymdownx.highlight": {"pygments_lang_class": True},
                "pymdownx.tabbed": {"alternate_style": True},
                "kasago.literate": options,
            },
        )
        return converter.convert(text), [record.getMessage() for record in caplog.records]

    return convert


# What the page shows.

SNIPPET = """\
```python title="a.py"
plt.show()
plt.show()
```

![A "first" <figure> & more](figures/a.svg)

![The second of the figures](figures/b.svg "Its *caption*, with $x^2$")
"""


def test_lines_are_marked_and_numbered_as_the_fence_says(convert):
    fence = '```python title="a.py" hl_lines="2" linenums="7"\nx = 1\ny = 2\n```\n'
    page, errors = convert(fence)
    assert errors == []
    assert '<span class="hll">' in page
    assert re.findall(r'data-linenos="(\d) "|<span class="normal">(\d)</span>', page)
    assert "a.py" in page


def test_figures_are_on_the_page_with_their_alt_text_and_caption(convert):
    page, messages = convert(f"Before.\n\n{SNIPPET}\nAfter.")
    assert messages == []
    outline = Outline(page)
    first, second = (attrs for tag, attrs, _ in outline.found if tag == "svg")
    assert (first["role"], first["aria-label"]) == ("img", 'A "first" <figure> & more')
    assert second["aria-label"] == "The second of the figures"
    assert outline.around("svg") == ["snippet", "drawn"]
    assert [attrs for tag, attrs, _ in outline.found if tag == "figure"] == [
        {"class": "drawn", "data-search-exclude": None}
    ] * 2
    assert re.search("<figcaption><p>Its <em>caption</em>, with <math", page)
    assert "<img" not in page
    assert ">a.py</span>" in page
    assert page.index("Before.") < page.index("plt") < page.index("<svg") < page.index("After.")


def test_code_has_elements_for_what_has_a_colour_alone(convert):
    page, _ = convert("```python\nx = len('a') + 1.5  # why\n```\n")
    code = re.search("<code>(.*?)\n</code>", page, re.DOTALL)[1]
    assert re.sub("<[^>]*>", "", code) == "x = len('a') + 1.5  # why"
    assert re.findall(r'<span class="(\w+)">', code) == ["nb", "s1", "mf", "c1"]


def test_two_figures_of_a_page_share_no_ids(convert):
    page, _ = convert(f"{SNIPPET}\n{SNIPPET}")
    names = re.findall(r'<path id="([^"]*)" />', page)
    assert len(set(names)) == 4
    assert re.findall(r'href="#([^"]*)"', page) == names
    assert page.count('<text>id="a"</text>') == 4


@pytest.mark.parametrize(
    ("above", "classes"),
    [
        ("!!! note", "admonition note"),
        ("??? note", "note"),
        ('=== "Tab"', "tabbed-block"),
        ("- item", ""),
        ("1. item\n\n    - item\n", ""),
    ],
)
def test_a_snippet_stays_inside_what_is_around_it(above, classes, convert):
    indent = "    " * (2 if "\n" in above else 1)
    page, messages = convert(f"{above}\n\n{textwrap.indent(SNIPPET, indent)}\nAfter.")
    assert messages == []
    around = Outline(page).around("svg")
    assert around[-2:] == ["snippet", "drawn"]
    assert classes in around[:-2]
    assert page.endswith("<p>After.</p>")


def test_output_is_shown_as_it_was_printed(convert):
    output = "  é <b>&amp; $x$ \\\n\n````````python\n```\n# no heading"
    page, messages = convert(
        f"```python\nprint({output!r})\n```\n\n`````````output\n{output}\n`````````\n"
    )
    assert messages == []
    assert '<div class="language-text output no-copy highlight">' in page
    assert "  é &lt;b&gt;&amp;amp; $x$ \\\n\n````````python\n```\n# no heading\n" in re.sub(
        "<[^>]*>", "", page
    )


def test_code_that_shows_fences_is_one_block(convert):
    page, messages = convert('````python\nx = """\n~~~\n````````x\n~~~\n"""\n````\n')
    assert messages == []
    assert page.count("<pre>") == 1


def test_a_block_that_does_not_run_says_why(convert):
    page, messages = convert('```python not-run="takes <1 day> & more"\n1 / 0\n```\n')
    assert messages == []
    assert "Not run: takes &lt;1 day&gt; &amp; more" in page
    assert "language-python" in page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", " data-live"),
        (' live-seconds="30"', ' data-live data-live-seconds="30"'),
        (' fails="NameError: name &#39;x&#39; is not defined"', None),
        (' not-live="it <b> waits"', ' data-not-live="it &lt;b&gt; waits"'),
        (' not-run="it waits"', ""),
    ],
)
def test_a_snippet_says_whether_a_browser_can_run_it(options, said, convert):
    if said is None:
        options = html.unescape(options)
        said = f' data-live data-fails="{html.escape(options[8:-1])}"'
    page, messages = convert(f"```python{options}\nx{'' if 'fails' in options else ' = 1'}\n```\n")
    assert messages == []
    assert f'<div class="snippet"{said}>' in page


def test_source_is_shown_under_its_name(convert):
    page, messages = convert('```python source="kasago.literate.page.blocks.fenced"\n```\n')
    assert messages == []
    assert "kasago.literate.page.blocks.fenced · excerpt: does not run alone</span>" in page
    assert "def fenced(" in re.sub("<[^>]*>", "", page)


@pytest.mark.parametrize(
    ("name", "not_run", "stops", "fails"),
    [
        ("page.md", "Not run: ", "it stops with ", "This page fails"),
        ("page.fr.md", "Not run: ", "it stops with ", "This page fails"),
        (
            "page.ja.md",
            "いません：",
            "エラーで止まります：",
            "このページにはエラーがあります",
        ),
    ],
)
def test_what_the_build_adds_is_in_the_language_of_the_page(name, not_run, stops, fails, convert):
    stub = '```python fails="ValueError: <no>"\nraise ValueError("<no>")\n```\n'
    text = f'{stub}\n```python not-run="<x>"\n```\n\n```python\n1 / 0\n```\n'
    page, [message] = convert(text, name=name)
    assert message.startswith(f"docs/{name}:8: the snippet fails")
    assert f"{not_run}&lt;x&gt;</p>" in page
    assert f"{stops}<code>ValueError: &lt;no&gt;</code></p>" in page
    assert f'<p class="admonition-title">{fails}</p>' in page


@pytest.mark.parametrize(
    ("name", "link", "title", "question"),
    [
        (
            "page.md",
            "Report a problem with this snippet",
            "The snippet in docs/page.md, line 6",
            "What did you expect, and what happened?",
        ),
        (
            "page.ja.md",
            "このコードの問題を報告",
            "docs/page.ja.md の6行目のコードについて",
            "どうなるはずで、実際にはどうなりましたか。",
        ),
    ],
)
def test_a_problem_with_a_snippet_is_reported_with_its_page_line_and_code(
    name, link, title, question, convert
):
    text = """Text.\n\n```python\nx = "a & <b> #?`+"\nprint(1)\n```\n\n```output\n1\n```\n"""
    header = "---\ntitle: a\n---\n"
    page, messages = convert(text, header, name, repository="https://git.example/o/r/")
    assert messages == []
    outline = Outline(page)
    assert outline.around("a") == ["snippet", "report"]
    [report] = [attrs for _, attrs, _ in outline.found if attrs.get("class") == "report"]
    assert "data-search-exclude" in report
    assert f"<span>{link}</span></a>" in page
    assert page.index("print") < page.index('class="report"') < page.index("output no-copy")

    [address] = [attrs["href"] for tag, attrs, _ in outline.found if tag == "a"]
    place, _, query = address.partition("?")
    assert place == "https://git.example/o/r/issues/new"
    assert re.fullmatch(r"[\w.%&=~-]+", query, re.ASCII)
    fence = '```python\nx = "a & <b> #?`+"\n```'
    body = f"{title}\n\n{fence}\n\n{question}\n\n"
    assert urllib.parse.parse_qs(query) == {"title": [title], "body": [body]}


def test_without_a_repository_no_problem_is_reported_anywhere(convert):
    page, _ = convert("```python\nx = 1\n```\n")
    assert "<a" not in page


def test_comments_that_tie_numbers_and_formulas_do_not_reach_the_page(convert):
    text = """\
```python
x = 0.5
```

It is 0.5<!-- = x --> or $0.5$<!--
= x -->, `<!-- = a -->` and **0.50<!-- = x -->**. <!-- kept -->
<!-- formula: 2 * x
     x: real[N] -->
\\begin{equation}
2 x_n
\\end{equation}

- item

    <!-- not computed: a limit -->
    $$x$$

    ```text
    <!-- = b -->
    ```
"""
    page, messages = convert(text)
    assert messages == []
    shown = re.sub(r"<(?!!--)[^>]*>", "", page)
    for written in (
        "It is 0.5 or 0.5, &lt;!-- = a --&gt; and 0.50. <!-- kept -->",
        "&lt;!-- = b --&gt;",
    ):
        assert written in shown
    assert shown.count("--") == 6
    assert '<div class="formula"><math' in page


# What stops the build: the page, the line that the message names, and what it says.

FAULTS = {
    "raises": ("text\n\n```python\n\n1 / 0\n```\n", 3, "ZeroDivisionError"),
    "digit": ("```python\nprint(1)\n```\n\n```output\n2\n```\n", 1, "expected\n    2\ngot\n    1"),
    "no output fence": ("```python\nprint(1)\n```\n", 1, "no output fence follows it; got\n    1"),
    "no figure line": ("```python\nplt.show()\n```\n", 1, "has 0 image line(s)"),
    "no figure": ("```python\nx = 1\n```\n![a b c](figures/a.svg)\n", 1, "drew 0 figure(s)"),
    "spelling": ("text\n\n```py\nx\n```\n", 3, "would pass untested"),
    "number": ("```python\nx = 0.5\n```\n\na\n0.4<!-- = x -->\n", 6, "says 0.4, and x gives 0.5"),
    "no number": ("```python\nx = 0.5\n```\n\na\n<!-- = x -->\n", 6, "no number stands directly"),
    "completed": ('```python fails="E: a"\nx = 1\n```\n', 1, "comes to its end; its fence says"),
    "no source": ('text\n\n```python source="kasago.no"\n```\n', 3, "'kasago.no'"),
    "command": ("a\n$y$\n\nThe $\\foo{x}$.\n", 4, 'Unknown command "\\foo".\n    \\foo{x}'),
    "display": ("a\n\n$$\n\\bar{x}\n\\baz\n$$\n", 3, "cannot be read: Unknown command"),
    "brackets": ("a\n\n\\[ \\foo \\]\n", 3, "cannot be read: Unknown command"),
    "braces": ("a\n\n$\\frac{1$\n", 3, "cannot be read"),
    "environment": ("a\n\n$$\n\\begin{foo}\n\\end{foo}\n$$\n", 3, "cannot be read"),
    "reference": ("a\n\n$\\eqref{eq:a}$\n", 3, "no equation of this page has the label 'eq:a'"),
    "blanks inside": ("a\n\nThe $ \\foo $.\n", 3, "cannot be read: a formula is $...$"),
    "never closed": ("a\n\nThe *root* $\\sqrt{x} of\n`a`.\n", 3, "cannot be read: a formula is"),
    "inside a line": ("a\n\nThe $$ \\foo $$.\n", 3, "cannot be read: a formula is $...$"),
    "in a table": ("| a |\n| - |\n| $\\foo$ |\n", 3, "cannot be read: Unknown command"),
    "in a heading": ("a\n\n# b $\\foo$\n", 3, "cannot be read: Unknown command"),
    "in an admonition": ("!!! note\n\n    $$\n    a\n    \\foo\n    $$\n", 3, "Unknown command"),
    "in a caption": (
        '```python\nplt.show()\n```\n![a b c](figures/a.svg "$\\foo$")\n',
        4,
        "cannot be read: Unknown command",
    ),
}


@pytest.mark.parametrize(("text", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_a_warning_with_file_and_line_and_stands_on_the_page(
    text, line, message, convert
):
    page, messages = convert(text, header="---\ntitle: a\n---\n")
    [said] = messages
    assert said.startswith(f"docs/page.md:{line + 3}: ")
    assert message in said
    assert '<div class="admonition failure">' in page
    assert f"docs/page.md:{line + 3}: " in page
    Outline(page)


@pytest.mark.parametrize(
    "start",
    ["", "\n\n \n", "\ta tab\there\n\n", "    code\n\n", "trailing  \n \n", "a\u2028c\n\n"],
)
def test_a_text_whose_file_nobody_named_has_its_own_lines(start, convert):
    line = start.count("\n") + 1
    [message] = convert(f"{start}```py\n```\n\n\n", name="")[1]
    assert message.startswith(f"<page>:{line}: ")
    [message] = convert(f"{start}$\\foo$\n", name="")[1]
    assert message.startswith(f"<page>:{line}: ")


def test_the_file_is_that_of_the_next_text_alone(convert):
    assert convert("```py\n```\n")[1][0].startswith("docs/page.md:1: ")
    assert convert("```py\n```\n", name="")[1][0].startswith("<page>:1: ")


@pytest.mark.parametrize("text", ["Plain.", "`a` *b* [c](d.md)\n\n    x\n", "![a](b.svg)", "$x$"])
def test_a_text_that_no_rule_is_about_is_not_read_for_snippets(text, convert, monkeypatch):
    assert parse(text, "") == []
    monkeypatch.setattr(markdown, "parse", None)
    assert convert(text)[1] == []


# Formulas.


def formulas(*latex):
    return to_mathml("".join(f'<span class="arithmatex">\\({x}\\)</span>' for x in latex))


def test_formulas_become_mathml_that_carries_its_source(convert):
    formulas = 'Let $a < b$ & "c":\n\n$$\n\\text{\\$} \\cdot 1\n$$\n'
    others = "`$ \\a $`, 5 $ or \\$6.\n![$ \\a](a.png)\n"
    page, messages = convert(f"{formulas}\n{others}")
    assert messages == []
    assert '<math data-latex="a &lt; b">' in page
    assert '<div class="formula"><math data-latex="\\text{\\$} \\cdot 1"' in page
    assert "<code>$ \\a $</code>, 5 $ or $6." in page
    assert "arithmatex" not in page


def test_a_formula_that_cannot_be_read_spoils_no_other():
    page, errors = formulas("a", "\\foo", "b", "\\frac{", "c")
    assert [error.latex for error in errors] == ["\\foo", "\\frac{"]
    assert page.count("<math") == 3
    assert page.count('<mark class="formula-error"><code>') == 2


def test_a_formula_stays_on_the_line_of_the_marks_beside_it(convert):
    page, _ = convert("See ($a$), $b$-axis, $c$th, 「$d$」、 $e$ and $f$.\n\n$$\ng\n$$\n")
    kept = re.findall(
        r'<span class="unbroken">(.*?)<math [^>]*><mi>.</mi></math>(.*?)</span>', page
    )
    assert kept == [("(", "),"), ("", "-axis,"), ("", "th,"), ("「", "」、"), ("", ".")]


def test_references_find_equations_below_them():
    label = "\\begin{align} x \\label{eq:x} \\end{align}"
    page, errors = to_mathml(
        '<span class="arithmatex">\\(\\eqref{eq:x}\\)</span>'
        f'<div class="arithmatex">\\[{label}\\]</div>'
    )
    assert errors == []
    # A link, not a formula that hides one.
    assert '<a data-latex="\\eqref{eq:x}" href="#eq:x">(1)</a>' in page


# The whole site, in strict mode.

CONFIG = """\
site_name: Site
theme: mkdocs
plugins: [kasago.literate]
use_directory_urls: false
markdown_extensions:
  - kasago.literate
"""

GOOD = """\
# Good

The root $\\sqrt{{2}}$ is

```python
import math

with open({log!r}, "a") as file:
    file.write("{name} ")
print(math.sqrt(2))
```

```output
1.4142135623730951
```
"""
DRAWN = """\
# Drawn

```python
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()
```

![A line that rises](figures/line.svg)
"""


def build(folder):
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=folder,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_strict_build_runs_what_changed_and_stops_at_every_fault(tmp_path):
    log, docs, site = tmp_path / "log", tmp_path / "docs", tmp_path / "site"
    docs.mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    good = {name: GOOD.format(log=str(log), name=name) for name in "ab"}
    (docs / "index.md").write_text(DRAWN)
    for name, text in good.items():
        (docs / f"{name}.md").write_text(text)

    first = build(tmp_path)
    assert first.returncode == 0, first.stderr
    assert 'aria-label="A line that rises"' in (site / "index.html").read_text("utf-8")
    for name in "ab":
        assert "<msqrt>" in (site / f"{name}.html").read_text("utf-8")
    assert sorted(log.read_text().split()) == ["a", "b"]

    # The five faults; and prose and code that changed.
    (docs / "a.md").write_text(good["a"].replace("The root", "Its root"))
    (docs / "b.md").write_text(good["b"].replace("math\n\n", "math\n\n\n"))
    (docs / "digit.md").write_text("---\ntitle: a\n---\n\n" + good["a"].replace("0951", "0952"))
    (docs / "import.md").write_text(DRAWN.replace("import matplotlib.pyplot as plt\n", ""))
    (docs / "figure.md").write_text(DRAWN.replace("![A line that rises](figures/line.svg)", ""))
    (docs / "fence.md").write_text(
        good["a"].replace("```python", '```python title="x"').replace("0951", "0952")
    )
    (docs / "formula.md").write_text(good["a"].replace("\\sqrt", "\\suqare"))
    second = build(tmp_path)
    assert second.returncode == 1
    assert re.search(r"Aborted with 5 \w+ in strict mode", second.stdout)
    for message in [
        "docs/digit.md:9: the snippet prints something else",
        "docs/import.md:3: the snippet fails",
        "docs/figure.md:3: the page has 0 image line(s)",
        "docs/fence.md:5: the snippet prints something else",
        "docs/formula.md:3: the formula cannot be read: Unknown command",
        "    \\suqare{2}\n",
    ]:
        assert message in second.stderr
    assert sorted(log.read_text().split()) == ["a", "b", "b"]
