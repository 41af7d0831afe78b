"""The whole book as a PDF: its cover, contents, bookmarks, links and text."""

import functools
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO

import pytest
from pypdf import PdfReader

from conftest import ROOT, address_of
from kasago.literate.page.snippets import parse
from kasago.literate.site.pdf import Leaf, book, fronts, main, menu

pytestmark = pytest.mark.xdist_group("pdf")


def squeezed(text):
    """Return a text without white space, of which a PDF does not know much."""
    return re.sub(r"\s+", "", text)


@dataclass(frozen=True)
class Edition:
    """The Japanese edition, whose letters are the harder ones to print."""

    leaves: list[Leaf]
    pdf: PdfReader

    @functools.cached_property
    def starts(self):
        """The numbers of the pages that the contents name, in their order."""
        return [int(number) for number in re.findall(r" (\d+)$", self.contents, re.MULTILINE)]

    @functools.cached_property
    def contents(self):
        """The pages between the cover and the first chapter, whose number is the first of them."""
        first = int(re.search(r" (\d+)$", self.pdf.pages[1].extract_text(), re.MULTILINE)[1])
        return "\n".join(page.extract_text() for page in self.pdf.pages[1 : first - 1])

    def chapter(self, name):
        """The texts of the pages of a chapter, without white space."""
        [at] = [i for i, leaf in enumerate(self.leaves) if leaf.file.parent.name == name]
        pages = self.pdf.pages[self.starts[at] - 1 : self.starts[at + 1] - 1]
        return [squeezed(page.extract_text()) for page in pages]


@pytest.fixture(scope="module")
def edition(site, browser):
    fonts = shutil.which("fc-list")
    if fonts and not subprocess.run([fonts, ":lang=ja"], capture_output=True, check=True).stdout:
        pytest.skip("no Japanese font on this machine (.ci/run installs one)")
    front = fronts(site)[1]
    leaves = [part for part in menu(front) if isinstance(part, Leaf)]
    return Edition(leaves, PdfReader(BytesIO(book(front, browser))))


@pytest.fixture(scope="module")
def chapter(edition):
    return "".join(edition.chapter("loss"))


def test_every_page_of_the_edition_is_in_the_book(edition, site):
    pages = sorted((ROOT / "docs").rglob("*.ja.md"))
    files = [leaf.file for leaf in edition.leaves]
    assert sorted(files) == sorted(site / address_of(page) / "index.html" for page in pages)


def test_a_part_begins_on_the_page_that_the_contents_name(edition):
    named = squeezed(edition.contents)
    for leaf, start in zip(edition.leaves, edition.starts, strict=True):
        title = squeezed(leaf.title)
        assert f"{title}{start}" in named
        # The number of a page comes before what is on it.
        text = squeezed(edition.pdf.pages[start - 1].extract_text())
        assert text.startswith(f"{start}{title}")


def test_the_bookmarks_are_the_headings(edition):
    outline = edition.pdf.outline
    top = [mark.title for mark in outline if not isinstance(mark, list)]
    assert list(map(squeezed, top[1:])) == [squeezed(leaf.title) for leaf in edition.leaves]
    assert sum(isinstance(below, list) for below in outline) == len(edition.leaves)


def test_links_lead_within_the_book_or_to_the_web(edition):
    places, within = edition.pdf.named_destinations, 0
    for page in edition.pdf.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            if "/Dest" in link:
                assert link["/Dest"] in places
                within += 1
            else:
                address = link["/A"]["/URI"]
                assert re.match("https?:", address)
                assert "kasago.example" not in address
    assert within > 500


def test_what_snippets_print_is_in_the_book(chapter):
    for snippet in parse((ROOT / "docs" / "loss.ja.md").read_text("utf-8"), "loss.ja.md"):
        for line in (snippet.output or "").splitlines():
            assert squeezed(line) in chapter


def test_characters_are_not_noted_as_the_radicals_that_look_like_them(chapter):
    assert re.findall("[\u2f00-\u2fd5]", chapter) == []
    assert "小さくする" in chapter


def test_nothing_of_the_screen_is_in_the_book(chapter):
    for trace in ("¶", "ダウンロード", "コピー（自由", "コンテンツにスキップ", "検索"):
        assert trace not in chapter


def test_the_command_writes_a_file_beside_each_front_page(small_sites, tmp_path, browser):
    site = shutil.copytree(small_sites["bare"], tmp_path / "site")
    command = [sys.executable, "-m", "kasago.literate.site.pdf", site, "book.pdf"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    files = [site / "book.pdf", site / "ja" / "book.pdf"]
    assert run.stdout.splitlines() == list(map(str, files))
    for file in files:
        assert "1024" in PdfReader(file).pages[2].extract_text()


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_a_site_is_named(tmp_path, capsys, folder):
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / folder), "book.pdf"]) == 1
    assert f"no built site in {tmp_path / folder}" in capsys.readouterr().err


def test_a_site_of_another_theme_is_said_to_be_one(tmp_path):
    (tmp_path / "index.html").write_text("<html lang=en><nav></nav></html>")
    with pytest.raises(ValueError, match=r"has no .*: was the site built with Material's theme"):
        list(menu(tmp_path / "index.html"))


def test_without_chromium_the_command_says_so(tmp_path, capsys, monkeypatch):
    (tmp_path / "index.html").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([str(tmp_path), "book.pdf"]) == 1
    assert "no Chromium on this machine: looked for chromium" in capsys.readouterr().err
