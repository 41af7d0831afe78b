"""Code is highlighted as pymdownx.highlight does it, and the same code once."""

import pytest
from markdown import Markdown
from pymdownx.highlight import Highlight

from kasago.literate.markdown import highlight

OURS, THEIRS = "kasago.literate.markdown.highlight", "pymdownx.highlight"
PAGE = """\
```python
x = 1
```

```{.python .wide title="a.py" hl_lines="1"}
x = 1
```

```{.python title="*a*" title_mode="html"}
x = 1
```

~~~text
x = 1
~~~

    indented

`#!python x = 1`
"""


def convert(text, name, **options):
    converter = Markdown(
        extensions=["pymdownx.superfences", "pymdownx.inlinehilite", name],
        extension_configs={name: options},
    )
    return converter.convert(text)


@pytest.fixture
def made(monkeypatch):
    """Return what is highlighted, in order, with an empty memory."""
    monkeypatch.setattr(highlight, "remembered", {})
    made, real = [], Highlight.highlight

    def noting(self, src, *args, **how):
        made.append(src)
        return real(self, src, *args, **how)

    monkeypatch.setattr(Highlight, "highlight", noting)
    return made


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"linenums": True},
        {"linenums": True, "line_spans": "s", "anchor_linenums": True},
        {"pygments_lang_class": True, "auto_title": True},
        {"use_pygments": False},
    ],
)
def test_the_page_is_the_same_and_so_is_the_next(options, made):
    page = convert(PAGE, THEIRS, **options)
    assert convert(PAGE, OURS, **options) == page
    assert convert(PAGE, OURS, **options) == page
    assert convert(f"```python\ny\n```\n\n{PAGE}", OURS, **options).endswith(page[-20:])


def test_the_same_code_with_the_same_settings_is_highlighted_once(made):
    fence = "```python\n{}\n```\n\n"
    for text in (fence.format("x") * 2, fence.format("x"), fence.format("y")):
        convert(text, OURS)
    assert made == ["x", "y"]
    convert(fence.format("x"), OURS, linenums=True)
    convert('```{.python title="x"}\nx\n```\n', OURS)
    assert made == ["x", "y", "x", "x"]


def test_lines_with_ids_belong_to_their_place_on_the_page(made):
    page = convert("```python\nx\n```\n\n" * 2, OURS, line_spans="line")
    assert 'id="line-0-1"' in page
    assert 'id="line-1-1"' in page


def test_the_memory_has_an_end(made, monkeypatch):
    monkeypatch.setattr(highlight, "ROOM", 2)
    for code in "abcab":
        convert(f"```python\n{code}\n```\n", OURS)
    assert len(highlight.remembered) <= 2
