"""The lab: a notebook that the build runs, in both languages."""

import json
import re
import subprocess
import sys

import jupytext
import nbformat
import pytest

from conftest import ROOT, address_of
from kasago.literate.page.blocks import is_notebook
from kasago.literate.site.notebook import INSTALL, empty_notebook

pytestmark = pytest.mark.xdist_group("lab")

LAB = ROOT / "docs" / "lab"
EDITIONS = [LAB / "index.md", LAB / "index.ja.md"]
by_edition = pytest.mark.parametrize("page", EDITIONS, ids=lambda page: page.name)


def code_cells(page):
    book = jupytext.read(page)
    return [cell for cell in book.cells if cell.cell_type == "code"]


def html_of(site, page):
    return (site / address_of(page) / "index.html").read_text("utf-8")


def test_the_lab_is_the_only_page_whose_snippets_are_not_run_one_by_one():
    pages = sorted((ROOT / "docs").rglob("*.md"))
    assert [page for page in pages if is_notebook(page.read_text("utf-8"))] == sorted(EDITIONS)


def test_both_editions_have_the_same_code():
    english, japanese = map(code_cells, EDITIONS)
    assert [cell.source for cell in japanese] == [cell.source for cell in english]


def test_code_is_never_wider_than_the_page():
    for cell in code_cells(EDITIONS[0]):
        assert max(map(len, cell.source.split("\n"))) <= 80


@by_edition
def test_the_build_has_run_it(site, page):
    text = html_of(site, page)
    assert re.search(r"<code>5 units: 0\.\d\d\n20 units: 0\.\d\d\n", text)
    assert re.search(r"<code>accuracy: 0\.\d\d\n</code>", text)
    assert "Traceback" not in text


@by_edition
def test_each_figure_has_the_alt_text_of_its_cell(site, page):
    alts = [cell.metadata["alt"] for cell in code_cells(page) if "alt" in cell.metadata]
    assert len(alts) == 5
    assert re.findall(r'<svg role="img" aria-label="([^"]*)"', html_of(site, page)) == alts


@by_edition
def test_the_page_carries_nothing_of_jupyterlab(site, page):
    text = html_of(site, page)
    assert len(text) < 150_000
    for trace in ("jp-", "mathjax", "require.js", "clipboard-copy", "@jupyter"):
        assert trace not in text.lower()


@by_edition
def test_its_headings_have_the_ids_of_the_source(site, page):
    ids = re.findall(r"^#+ .*\{ #([\w-]+) \}$", page.read_text("utf-8"), re.MULTILINE)
    text = html_of(site, page)
    assert re.findall(r'<h\d id="([^"]+)"', text) == ids
    for name in ids[1:]:
        assert f'<a href="#{name}" class="md-nav__link">' in text


@by_edition
def test_it_can_be_downloaded_and_has_the_same_cells(site, page):
    name = re.search(r'<a href="([^"]+\.ipynb)" download>', html_of(site, page))[1]
    book = nbformat.read(site / address_of(page) / name, as_version=4)
    nbformat.validate(book)
    first, *cells = (cell for cell in book.cells if cell.cell_type == "code")
    assert first.source.startswith(INSTALL.format("kasago"))
    assert [cell.source for cell in cells] == [cell.source for cell in code_cells(page)]
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "{ #" not in text
    assert not re.findall(r"\]\(([^)]*)\)", text)  # the site that the tests build is nowhere
    text = empty_notebook(page.read_text("utf-8"), "https://a.org/book/lab/")
    chapters = ["training/#exercises", "training/#rate", "initialization/#initialization"]
    assert re.findall(r"\]\(([^)]*)\)", text) == [
        f"https://a.org/book/{chapter}"
        for chapter in (*chapters, "optimizer/#optimizer", "training/")
    ]


@by_edition
def test_search_finds_it(site, page):
    language = "ja" if ".ja." in page.name else "en"
    index = json.loads((site / "search" / f"{language}.json").read_text("utf-8"))
    assert f"{address_of(page)}#batch-size" in [section["location"] for section in index]


NOTEBOOK = """\
---
description: A notebook
jupyter:
  kernelspec:
    display_name: Python 3
    language: python
    name: python3
---

# A notebook { #title }

[there](../index.md)

```python
x = 0
```

```python
1 / x
```
"""
CONFIG = """\
INHERIT: {root}/mkdocs.yml
docs_dir: docs
nav: [index.md, lab/index.md]
theme:
  name: material
  custom_dir: {root}/theme/material
hooks: ["{root}/kasago/literate/site/notebooks.py", "{root}/kasago/literate/site/theme.py"]
extra_css: []
watch: []
plugins:
  - mkdocs-jupyter:
      include: ["lab/*.md", "*.ipynb"]
      ignore_h1_titles: true
"""


@pytest.fixture
def build(tmp_path):
    """Return a function that builds a site of notebooks."""
    (tmp_path / "docs" / "lab").mkdir(parents=True)
    (tmp_path / "docs" / "index.md").write_text("# A page\n")
    (tmp_path / "mkdocs.yml").write_text(CONFIG.format(root=ROOT))

    def build(*notebooks):
        for name, notebook in zip(("index.md", "other.md"), notebooks, strict=False):
            (tmp_path / "docs" / "lab" / name).write_text(notebook)
        return subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return build


def test_a_cell_that_fails_stops_the_build(build):
    failed = build(NOTEBOOK)
    assert failed.returncode != 0
    assert "ZeroDivisionError" in failed.stderr

    mended = build(NOTEBOOK.replace("x = 0", "x = 1"))
    assert mended.returncode == 0, mended.stderr
    assert "encryption" not in mended.stderr


def test_faults_of_a_page_stop_a_strict_build(build):
    mended = NOTEBOOK.replace("x = 0", "x = 1")
    failed = build(mended.replace("../index.md", "../no.md"), mended.replace(" { #title }", ""))
    assert failed.returncode != 0
    assert "docs/lab/index.md links to ../no.md, which is not there" in failed.stderr
    assert "docs/lab/other.md: the heading 'A notebook' has no id" in failed.stderr
