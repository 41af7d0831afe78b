"""Facts about kasago.literate.markdown.links: which names in code are links."""

import html
import re

import pytest
from markdown import Markdown

from kasago.literate.markdown.links import link_names, names_in


def found(code, package="kasago", source=None):
    """The names that were found, each with the text that stands there."""
    places = names_in(code, package, source).items()
    assert all(code[at:].startswith(name) for at, (name, _) in places)
    return [(at, identifier) for at, (_, identifier) in sorted(places)]


def test_a_name_is_found_where_it_is_imported_and_where_it_is_used():
    code = "from kasago.a import f, g as h\ny = h(f, x.f, f=1)\n"
    assert found(code) == [
        (21, "kasago.a.f"),
        (24, "kasago.a.g"),
        (35, "kasago.a.g"),
        (37, "kasago.a.f"),
    ]
    assert names_in("from kasago.a import g as h\nh()", "kasago")[28] == ("h", "kasago.a.g")


@pytest.mark.parametrize(
    "code",
    [
        "from kasagology import f\nf()",
        "from .kasago import f\nf()",
        "import kasago\nkasago.f()",
        "print('f')",
        "from kasago.a import (",
        "",
    ],
)
def test_other_names_are_not_found(code):
    assert found(code) == []


@pytest.mark.parametrize("bound", ["f = 1", "def f(): 0", "def g(f): 0", "for f in x: 0"])
def test_a_name_that_the_code_gives_away_is_not_found(bound):
    assert found(f"from kasago.a import f\n{bound}\nf") == [(21, "kasago.a.f")]


def test_places_are_counted_in_characters():
    assert found('from kasago.a import f\n"é数🐟"; f()') == [
        (21, "kasago.a.f"),
        (30, "kasago.a.f"),
    ]


def test_an_excerpt_has_the_names_of_its_module_and_its_own():
    source = "kasago.literate.running.check.check_source"
    code = "def check_source(snippet):\n    return source_of(snippet), LiterateError, _x, re"
    assert [identifier for _, identifier in found(code, source=source)] == [
        source,
        "kasago.literate.page.source.source_of",
        "kasago.literate.errors.LiterateError",
    ]
    assert found(code, source="kasago.no.such") == [(4, "kasago.no.such")]
    assert found(code, source="json.load") == []
    assert found("def _f(): 0", source="kasago.literate.page.snippets._f") == []


PAGE = """\
Text.

```python
from json import loads as read

print(read("1") < 2, "loads &lt;")
```

```python source="json.loads"
```

```text
from json import loads
```
"""


def convert(text, reference):
    converter = Markdown(
        extensions=["pymdownx.highlight", "pymdownx.superfences", "kasago.literate"],
        extension_configs={"kasago.literate": {"reference": reference}},
    )
    return converter.convert(text)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()


@pytest.mark.usefixtures("folder")
def test_links_change_nothing_of_the_text():
    page = PAGE.replace("print(", "(")  # nothing printed, nothing to show
    plain, linked = convert(page, ""), convert(page, "json")
    assert "<autoref" not in plain
    assert re.sub(r"</?autoref[^>]*>", "", linked) == plain
    links = re.findall(r'<autoref identifier="([^"]*)" optional>([^<]*)</autoref>', linked)
    assert links[:2] == [("json.loads", "loads"), ("json.loads", "read")]
    assert ("json.loads", "loads") in links[2:]  # the excerpt
    block = re.search(r"language-text.*?</code>|<code>from json import loads\n</code>", linked)
    assert block is None or "<autoref" not in block[0]


def test_a_name_inside_a_string_or_beside_a_sign_is_told_apart():
    code = "from json import load\nload &lt; 1, &quot;load&quot;"
    code = re.sub(r"\bload\b", "<i>load</i>", code)
    page = link_names(f'<div class="snippet"><code>{code}</code></div><code>load</code>', "json")
    assert page.count("<autoref") == 2
    assert html.unescape(re.sub("<[^>]*>", "", page)).startswith("from json import load\nload < 1")
