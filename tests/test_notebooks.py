"""The notebooks of the site: whole, of the page's cells in order, and they run."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

from conftest import PAGES as ALL
from conftest import ROOT, address_of, name_of, snippets_of
from kasago.literate.running.check import same_output
from kasago.literate.site.notebook import INSTALL

pytestmark = pytest.mark.xdist_group("notebooks")

PAGES = {page: running for page in ALL if (running := [s for s in snippets_of(page) if s.runs])}
TRACES = re.compile(
    r"<!--|^!!!|^\?\?\?|\{ ?#|\]\((?!https?:|#)|kasago\.example|\]\["
    r"|\\label|\\(?:eq)?ref\b|figures/|\.noeval|\.md\b",
    re.MULTILINE,
)


def built_notebook(site, page):
    folder = site / address_of(page)
    return nbformat.read(folder / f"{page.name.split('.')[0]}.ipynb", as_version=4)


def code_of(book):
    first, *cells = (cell for cell in book.cells if cell.cell_type == "code")
    assert first.source.startswith(INSTALL.format("kasago"))
    return cells


def printed(cell):
    stdout = [o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout"]
    return "".join(stdout)


def test_a_notebook_is_valid_and_has_the_cells_and_outputs_of_its_page(site, subtests):
    for page, snippets in PAGES.items():
        with subtests.test(name_of(page)):
            book = built_notebook(site, page)
            nbformat.validate(book)
            assert str(ROOT) not in nbformat.writes(book)
            cells = code_of(book)
            assert [cell.source for cell in cells] == [s.code.strip("\n") for s in snippets]
            for cell, snippet in zip(cells, snippets, strict=True):
                figures = [o for o in cell.outputs if o.output_type == "display_data"]
                errors = [o.traceback for o in cell.outputs if o.output_type == "error"]
                assert printed(cell) == (snippet.output or "")
                assert [o.data["text/plain"] for o in figures] == [f.alt for f in snippet.figures]
                assert all("image/png" in o.data for o in figures)
                assert errors == (
                    [[snippet.options["fails"]]] if "fails" in snippet.options else []
                )


def test_a_notebook_has_no_trace_of_the_page_s_machinery(site, subtests):
    for page in PAGES:
        with subtests.test(name_of(page)):
            for cell in built_notebook(site, page).cells:
                if cell.cell_type == "markdown":
                    prose = re.sub(r"^(```+).*?^\1$|`[^`]*`", "", cell.source, flags=re.M | re.S)
                    assert not TRACES.search(prose), cell.source


def test_the_equations_of_a_notebook_have_the_numbers_of_the_page(site, subtests):
    for page in PAGES:
        with subtests.test(name_of(page)):
            html = (site / address_of(page) / "index.html").read_text("utf-8")
            text = "\n".join(cell.source for cell in built_notebook(site, page).cells)
            numbers = re.findall(r'id="eq:[^"]*"><mtext>\((\d+)\)</mtext>', html)
            assert re.findall(r"\\tag\{(\d+)\}", text) == numbers
            assert "(?)" not in text


def test_a_page_with_snippets_links_to_its_notebook_in_its_language(site, subtests):
    for page in PAGES:
        with subtests.test(name_of(page)):
            html = (site / address_of(page) / "index.html").read_text("utf-8")
            words = (
                "ノートブックとしてダウンロード"
                if ".ja." in page.name
                else "Download as a notebook"
            )
            assert f'<a href="{page.name.split(".")[0]}.ipynb" download>{words}</a>' in html


def test_a_page_without_snippets_has_no_link_to_a_notebook(site):
    assert not list(site.glob("assets/**/*.ipynb"))
    assert 'class="notebook"' not in (site / "404.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["loss.md", "errata.ja.md"])
def test_a_notebook_runs_from_top_to_bottom_and_prints_what_it_shows(site, name, tmp_path):
    page = ROOT / "docs" / name
    book = built_notebook(site, page)
    shown = [(printed(cell), len(cell.outputs)) for cell in code_of(book)]
    resources = {"metadata": {"path": str(tmp_path)}}
    # A slow kernel may send what a cell prints in pieces.
    how = {"timeout": 120, "kernel_name": "python3", "coalesce_streams": True}
    NotebookClient(book, resources=resources, **how).execute()
    cells = code_of(book)
    for cell, (output, count) in zip(cells, shown, strict=True):
        assert same_output(output, printed(cell)), cell.source
        assert len(cell.outputs) == count
