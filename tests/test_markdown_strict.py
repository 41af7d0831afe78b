"""What fails on a page stops builders that count no messages, and names the file there too."""

from types import SimpleNamespace

import pytest
from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from kasago.literate.errors import PageError
from kasago.literate.markdown.source import SOURCE

HEADER = "---\ndescription: A page\n---\n\n"
WRONG = """\
# Page

```python
print("is")
```

```output
is not
```

It is $x^$ here.
"""


class Zensical(Extension):
    """Say which page is converted, as Zensical does."""

    def __init__(self, docs, path):
        super().__init__()
        self.docs, self.path = docs, path

    def extendMarkdown(self, md):
        context = Preprocessor(md)
        context.page = SimpleNamespace(path=self.path)
        context.config = {"docs_dir": str(self.docs)}
        context.run = lambda lines: lines
        md.preprocessors.register(context, "rendering_context", 0)


@pytest.fixture
def convert(tmp_path, monkeypatch):
    """Return a function that converts the text of a page, with the options of the extension."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    SOURCE.set(None)  # no MkDocs has said where a page comes from

    def convert(text, name="page.md", **options):
        (tmp_path / "docs" / name).write_text(HEADER + text)
        return Markdown(
            extensions=["kasago.literate", Zensical(tmp_path / "docs", name)],
            extension_configs={"kasago.literate": options},
        ).convert(text)

    return convert


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WRONG.replace("$x^$", "it"), r"^docs/page\.md:7: the snippet prints something else"),
        (WRONG.replace("is not", "is"), r"^docs/page\.md:15: the formula cannot be read"),
    ],
    ids=["snippet", "formula"],
)
def test_a_fault_is_an_exception_that_names_file_and_line(text, message, convert):
    with pytest.raises(PageError, match=message):
        convert(text, strict=True)
    assert "admonition failure" in convert(text)


def test_a_page_without_a_fault_is_finished(convert):
    page = convert(WRONG.replace("is not", "is").replace("$x^$", "$x$"), strict=True)
    assert "<math" in page


def test_the_file_tells_the_language_where_zensical_names_it(convert):
    assert "このページにはエラーがあります" in convert(WRONG, name="page.ja.md")
