"""A page as a notebook: the same text and snippets, and nothing that only a site understands."""

import json

import nbformat
import pytest

from kasago.literate.errors import LiterateError
from kasago.literate.running.results import Results
from kasago.literate.site.notebook import INSTALL, notebook_of

PAGE = """\
---
description: A page
---

# Title $x$ { #title }

Text with `<!-- = a -->`, see $\\eqref{eq:b}$ and [there](#title),
[`of`][kasago.a.of] and [it
all][kasago.b] but `[x][a.b]`.

<!-- formula: f(x)
     x: real -->
\\begin{equation}
x = 1 \\label{eq:a}
\\end{equation}

<!-- not computed: why -->
\\begin{equation}
y = \\begin{cases}
0 & (x < 0) \\\\
1 & \\text{otherwise}
\\end{cases}
\\label{eq:b}
\\end{equation}

!!! abstract "In this chapter"

    **You will** [go](sub/other.md#a) and [come](../index.md), [out](https://a.org/b.md).

    ```python title="a.py"
    x = 0.5
    print(x)


    print("# no heading { #id }")
    ```

    ```output
    0.5
    # no heading { #id }
    ```

### Next { #next }

It is 0.5<!-- = x --> here.

```python not-run="it takes a day"
1 / 0  # <!-- = b -->
```

```python source="kasago.literate.page.source.source_of"
```

```bash
echo "[a](b.md)"
```

??? success "Solution"

    Complete it.

    ```python fails="ValueError: not yet: it's yours"
    raise ValueError("not yet: it's yours")
    ```

```python
import matplotlib.pyplot as plt

for height in (1, 2):
    plt.figure(figsize=(4, height))
    plt.show()
```

![The first of two](figures/a.svg)

![The <second> of two](figures/b.svg "Here $x$, of [there](there.md) and (1).")

**Next:** [there](there.md).
"""


@pytest.fixture(scope="module")
def convert(tmp_path_factory):
    """Return a function that converts a page; all of them share the results of snippets."""
    results = Results(tmp_path_factory.mktemp("results"))

    def convert(text, path="docs/page.md", address="https://a.org/book/"):
        return notebook_of(text, path, address, results.of, results.folder / "derived")

    return convert


@pytest.fixture(scope="module")
def cells(convert):
    book = nbformat.reads(convert(PAGE), as_version=4)
    nbformat.validate(book)
    return book.cells


def text_of(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_the_first_cell_installs_the_package(cells):
    assert (cells[0].cell_type, cells[0].source) == ("code", INSTALL)
    assert INSTALL.endswith("%pip install kasago")


def test_what_runs_is_a_cell_and_everything_else_is_text(cells):
    code = [cell.source for cell in cells[1:] if cell.cell_type == "code"]
    assert [source.split("\n")[0] for source in code] == [
        "x = 0.5",
        'raise ValueError("not yet: it\'s yours")',
        "import matplotlib.pyplot as plt",
    ]
    assert code[0] == 'x = 0.5\nprint(x)\n\n\nprint("# no heading { #id }")'
    text = text_of(cells)
    assert "```python\n1 / 0  # <!-- = b -->\n```\n\nNot run: it takes a day" in text
    assert "`kasago.literate.page.source.source_of`:\n\n```python\ndef source_of(" in text
    assert '```bash\necho "[a](b.md)"\n```' in text


def test_a_cell_shows_what_the_page_shows(cells):
    printed, failed, drawn = (cell.outputs for cell in cells[1:] if cell.cell_type == "code")
    assert [output.text for output in printed] == ["0.5\n# no heading { #id }\n"]
    [error] = failed
    assert (error.ename, error.evalue) == ("ValueError", "not yet: it's yours")
    assert [o.data["text/plain"] for o in drawn] == ["The first of two", "The <second> of two"]
    assert [o.metadata["image/png"] for o in drawn] == [
        {"width": 384, "height": 96, "alt": "The first of two"},
        {"width": 384, "height": 192, "alt": "The <second> of two"},
    ]


def test_a_cell_that_has_to_fail_does_not_stop_the_ones_below(cells):
    tags = [cell.metadata.get("tags") for cell in cells if cell.cell_type == "code"]
    assert tags == [None, None, ["raises-exception"], None]
    assert "it stops with `ValueError: not yet: it's yours`" in text_of(cells)


def test_boxes_captions_and_headings_are_plain_markdown(cells):
    lines = text_of(cells).split("\n")
    for line in (
        "# Title $x$",
        "### Next",
        "**In this chapter**",
        "**Solution**",
        "Complete it.",
        "*Here $x$, of [there](https://a.org/book/there/) and (1).*",
    ):
        assert line in lines
    assert [c.source.split("\n")[0] for c in cells if c.source.startswith("#")][1:] == [
        "# Title $x$",
        "### Next",
    ]


def test_nothing_is_left_for_the_tests_to_read(cells):
    text = text_of(cells)
    assert "Text with `<!-- = a -->`, see" in text
    assert "It is 0.5 here." in text
    assert "\n`of` and it\nall but `[x][a.b]`." in text
    assert text.count("<!--") == 2
    for trace in ("!!!", "???", "figures/", ".noeval", "{ #title", "{ #next", "\\label", "eqref"):
        assert trace not in text


def test_equations_have_their_numbers_and_references_name_them(cells):
    text = text_of(cells)
    assert "\n\n\\begin{equation}\nx = 1 \\tag{1}\n\\end{equation}\n\n" in text
    assert "\\end{cases} \\tag{2}\n\\end{equation}\n\n" in text
    assert ", see (2) and" in text


def test_links_lead_to_the_site(cells):
    text = text_of(cells)
    for link in (
        "[there](https://a.org/book/page/#title)",
        "[go](https://a.org/book/sub/other/#a)",
        "[come](https://a.org/)",
        "[out](https://a.org/b.md)",
        "[there](https://a.org/book/there/)",
    ):
        assert link in text


def test_the_header_is_metadata(convert):
    metadata = json.loads(convert(PAGE))["metadata"]
    assert metadata == {
        "description": "A page",
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_the_same_page_gives_the_same_bytes(convert):
    assert convert(PAGE) == convert(PAGE)


def test_what_is_added_is_in_the_language_of_the_page(convert):
    assert "このコードは実行していません: it takes a day" in convert(PAGE, "docs/page.ja.md")


def test_a_page_without_snippets_that_run_has_no_notebook(convert):
    assert convert('# Title\n\n```python not-run="why"\n1 / 0\n```\n') is None


BOXES = """\
!!! note

    a

    ??? tip "B"

        ```python
        x = 1
        ```

end
"""


def test_boxes_in_boxes_come_out(convert):
    cells = json.loads(convert(BOXES))["cells"]
    assert [cell["source"] for cell in cells[1:]] == ["**Note**\n\na\n\n**B**", "x = 1", "end"]


def test_a_snippet_that_jupytext_does_not_see_is_an_error(convert):
    page = "a\n\n<!-- #region -->\n\n```python\ny = 1\n```\n\n<!-- #endregion -->\n"
    with pytest.raises(LiterateError, match=r"docs/page\.md:5: jupytext makes no cell of this"):
        convert(page)


def test_code_that_jupytext_changes_is_an_error(convert, monkeypatch):
    cell = nbformat.v4.new_code_cell("x = 2")
    book = nbformat.v4.new_notebook(cells=[cell])
    monkeypatch.setattr("jupytext.reads", lambda *args, **kwargs: book)
    with pytest.raises(LiterateError, match=r"docs/page\.md:1: jupytext makes another cell"):
        convert("```python\nx = 1\n```\n")
