"""The site, built from nothing in strict mode, as files."""

import gzip
import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest

from conftest import PAGES, ROOT, address_of, name_of, snippets_of, text_of
from kasago.literate.page.blocks import is_notebook, prose
from kasago.literate.running.results import Results, key
from kasago.literate.site.progress import jobs_of

pytestmark = pytest.mark.xdist_group("site")

CHAPTERS = [page for page in PAGES if not is_notebook(text_of(page))]

# The Nu checker, where .ci/run puts it.
NU = ROOT / ".cache" / "nu" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# What it says that stays as it is.
ACCEPTED = {
    # Material's boxes outside of any block of its template. Firefox would otherwise open the menu
    # of a page that it comes back to.
    "Attribute “autocomplete” is only allowed when the input type is",
    # MathML Core has this attribute on every element; the checker knows MathML 3.
    "Attribute “scriptlevel” not allowed on element “mtable”",
}

# Bytes of a page, its figures within it, as gzip -9 leaves them.
PAGE = 150 * 1024

LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """The elements of a page, by name and attributes."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def values(self, attribute):
        return [a[attribute] for _, a in self.elements if a.get(attribute)]


@pytest.fixture(scope="module")
def pages(site):
    """Return every page of the site by its path."""
    files = sorted(site.rglob("*.html"))
    return {f.relative_to(site).as_posix(): Page(f.read_text("utf-8")) for f in files}


def built_page(site, chapter):
    return (site / address_of(chapter) / "index.html").read_text("utf-8")


def test_nothing_is_loaded_from_another_host(pages, site):
    for name, page in pages.items():
        for tag, attributes in page.elements:
            address = attributes.get(LOADS.get(tag, ""), "") or ""
            if tag == "link" and attributes["rel"].strip() in {"canonical", "alternate"}:
                continue  # addresses, which no browser asks for
            assert not re.match(r"(https?:)?//", address), f"{name} loads {address}"
    for css in site.rglob("*.css"):
        text = css.read_text("utf-8")
        assert not re.search(r"url\(\s*[\"']?(https?:)?//|@import", text), css


def test_every_address_of_the_site_is_relative(pages):
    """So that the site works under any path, and read from a folder; 404 stands at any address."""
    for name, page in pages.items():
        for tag, attributes in page.elements:
            if tag == "meta" or attributes.get("rel", "").strip() in {"canonical", "alternate"}:
                continue
            for attribute in ("href", "src", "action", "data"):
                address = attributes.get(attribute) or ""
                own = address.startswith(("/", "https://kasago.example/"))
                assert not own or name == "404.html", f"{name}: {address}"


def test_each_page_and_each_name_of_a_language_says_its_language(pages):
    for name, page in pages.items():
        language = "ja" if name.startswith("ja/") else "en"
        assert [a.get("lang") for tag, a in page.elements if tag == "html"] == [language]
        switch = [a for tag, a in page.elements if tag == "a" and a.get("hreflang")]
        assert {a["hreflang"] for a in switch} == {"en", "ja"}
        assert all(a["lang"] == a["hreflang"] for a in switch)


def test_a_page_with_its_figures_is_light(site):
    weights = {p: len(gzip.compress(built_page(site, p).encode(), 9)) for p in PAGES}
    assert {name_of(p): weight for p, weight in weights.items() if weight > PAGE} == {}


@pytest.mark.skipif(not NU.is_file(), reason="no Nu checker (.ci/run installs it)")
@pytest.mark.skipif(not shutil.which("java"), reason="no Java for the Nu checker")
def test_the_html_is_valid(site):
    check = ["java", "-jar", NU, "--errors-only", "--format", "json", "--stdout", "--skip-non-html"]
    run = subprocess.run([*check, site], capture_output=True, text=True, check=False)
    messages = json.loads(run.stdout)["messages"]
    faults = {
        f"{Path(m['url']).relative_to(f'file:{site}')}:{m['lastLine']}: {m['message']}"
        for m in messages
        if not m["message"].startswith(tuple(ACCEPTED))
    }
    assert messages, "the checker has looked at nothing"
    assert sorted(faults) == []


def test_every_link_within_the_site_leads_somewhere(pages, site):
    for name, page in pages.items():
        for tag, attributes in page.elements:
            address = attributes.get("href") or ""
            if tag != "a" or re.match(r"[a-z]+:", address) or name.endswith("404.html"):
                continue
            target, anchor = urldefrag(urljoin(f"/{name}", address))
            file = target.lstrip("/")
            file = f"{file}index.html" if not file or file.endswith("/") else file
            assert (site / file).is_file(), f"{name} links to {address}"
            if anchor:
                assert anchor in pages[file].values("id"), f"{name} links to {address}"


def test_no_id_stands_twice_on_a_page(pages):
    for name, page in pages.items():
        twice = [i for i, count in Counter(page.values("id")).items() if count > 1]
        assert not twice, f"{name}: {twice}"


def test_every_formula_is_mathml_that_carries_its_latex(site, subtests):
    for chapter in CHAPTERS:
        with subtests.test(name_of(chapter)):
            text = built_page(site, chapter)
            text_outside_fences = prose(text_of(chapter), name_of(chapter))
            equations = re.findall(r"\\begin\{equation\}", text_outside_fences)
            assert 'class="arithmatex' not in text
            assert text.count("<math ") == text.count("<math data-latex=")
            assert text.count('<div class="formula"><math') == len(equations)
            assert "formula-error" not in text


def test_every_figure_is_on_the_page_with_its_alt_text(site, subtests):
    for chapter in CHAPTERS:
        with subtests.test(name_of(chapter)):
            page = Page(built_page(site, chapter))
            labels = [
                a["aria-label"] for tag, a in page.elements if tag == "svg" and "aria-label" in a
            ]
            snippets = snippets_of(chapter)
            assert labels == [figure.alt for snippet in snippets for figure in snippet.figures]


def test_every_snippet_reaches_the_page_whole(site, subtests):
    for chapter in CHAPTERS:
        with subtests.test(name_of(chapter)):
            text = re.sub(r"<[^>]*>", "", built_page(site, chapter))
            for snippet in snippets_of(chapter):
                for line in [*snippet.code.splitlines(), *(snippet.output or "").splitlines()]:
                    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                    assert escaped in text.replace("&quot;", '"').replace("&#39;", "'")


def test_each_edition_has_an_index_of_its_own_pages_without_figures_and_latex(site):
    assert not (site / "search" / "search_index.json").exists()
    sources = "".join(map(text_of, PAGES))
    built = "".join(built_page(site, page) for page in CHAPTERS)
    labels = set(re.findall(r"<text[^>]*>([^<>&]{8,})</text>", built))
    labels = {label for label in labels if label not in sources}
    assert len(labels) > 10
    for language in ("en", "ja"):
        index = json.loads((site / "search" / f"{language}.json").read_text("utf-8"))
        own = {address_of(page) for page in PAGES if page.match("*.ja.md") == (language == "ja")}
        assert {section["location"].partition("#")[0] for section in index} == own
        assert {section["location"] for section in index if "menu" in section} == own
        text = " ".join(section["text"] for section in index)
        assert ("The factor ½ is there for the derivative" in text) == (language == "en")
        assert "cross_entropy_error(y, t)" in text
        assert not [label for label in labels if label in text]
        # The reference of equations and the page on one's own book show LaTeX as code.
        formulas = [s for s in index if r"\frac" in s["text"]]
        assert {s["location"].partition("#")[2] for s in formulas} == {"equations", "files"}
        assert not re.search(r"</?\w+>|&lt;|used in:", text, re.IGNORECASE)


def test_the_font_of_the_formulas_comes_with_its_licence(site):
    fonts = site / "assets" / "literate"
    assert (fonts / "kasago-math.woff2").read_bytes()[:4] == b"wOF2"
    assert "SIL OPEN FONT LICENSE" in (fonts / "LICENSE.txt").read_text("utf-8").upper()


def test_a_build_leaves_all_results_for_the_next(site, literate_results):
    """That another process builds the same pages of them, the tests of the server say."""
    kept = Results(literate_results)
    jobs = [job for page in PAGES for job in jobs_of(page)]
    assert len({key(job) for job in jobs}) > 250
    assert [f"{job.path}:{job.line}" for job in jobs if not kept.kept(job)] == []


def test_the_pages_name_no_path_of_the_machine_that_built_them(site):
    for file in site.rglob("*.html"):
        text = file.read_text("utf-8")
        assert str(ROOT) not in text
        assert str(Path.home()) + "/" not in text
