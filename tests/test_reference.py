"""The reference: everything public has an entry, and entries and chapters lead to each other."""

import importlib
import inspect
import pkgutil
import re
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import pytest

import kasago
from conftest import PAGES, ROOT, address_of, name_of, snippets_of, text_of
from kasago.literate.words import words_in

DOCS = ROOT / "docs"
REFERENCE = [page for page in PAGES if page.parent == DOCS / "reference"]
CHAPTERS = [page for page in PAGES if page not in REFERENCE]
EDITIONS = {"en": "", "ja": "ja/"}

# What a reader imports, and not what runs the book; figures are imported from `kasago.plot`, all
# layers from `kasago.common.layers`; on downloads and formats of files `load_mnist` stands.
INNER = (
    "kasago.bench",
    "kasago.common.convolution",
    "kasago.common.regularization",
    "kasago.dataset.download",
    "kasago.dataset.idx",
    "kasago.literate",
    "kasago.live",
    "kasago.movable",
    "kasago.plot.",
)
MODULES = {
    info.name: importlib.import_module(info.name)
    for info in pkgutil.walk_packages(kasago.__path__, "kasago.")
    if not info.name.startswith(INNER)
}
PUBLIC = {
    f"{name}.{public}"
    for name, m in MODULES.items()
    for public in getattr(m, "__all__", [])
    if not inspect.ismodule(getattr(m, public))  # NumPy, which comes with `import *`
}

site_test = pytest.mark.xdist_group("reference")
by_edition = pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS)


class Links(HTMLParser):
    """The links of a page, each with its text and the classes around it, by the id above it."""

    def __init__(self, text):
        super().__init__()
        self.id, self.open, self.link = "", [], None
        self.ids, self.found = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag) and "id" in attrs:
            self.id = attrs["id"]
            self.ids.append(self.id)
        if tag in {"div", "p", "nav"}:
            self.open.append((tag, attrs.get("class") or ""))
        if tag == "a" and "href" in attrs:
            self.link = {"under": self.id, "to": attrs["href"], "text": "", "in": list(self.open)}
            self.found.append(self.link)

    def handle_endtag(self, tag):
        if tag == "a":
            self.link = None
        elif self.open and self.open[-1][0] == tag:
            self.open.pop()

    def handle_data(self, data):
        if self.link:
            self.link["text"] += data

    def within(self, name):
        return [link for link in self.found if any(name in c.split() for _, c in link["in"])]


@pytest.fixture(scope="module")
def links(site):
    """Return a function that reads a page of the site, given by its address."""
    read = {}

    def links(address):
        if address not in read:
            read[address] = Links((site / address / "index.html").read_text("utf-8"))
        return read[address]

    return links


def entries(edition, links):
    """The address of each entry of an edition's reference."""
    pages = {address_of(page) for page in REFERENCE}
    pages = {page for page in pages if page.startswith("ja/") == bool(edition)}
    return {
        name: f"{page}#{name}" for page in pages for name in links(page).ids if "kasago." in name
    }


def imports(chapter):
    """The public names that the snippets of a page import, read line by line."""
    code = "\n".join(snippet.code for snippet in snippets_of(chapter))
    code = re.sub(r"\(\s*([^()]*?),?\s*\)", lambda m: " ".join(m[1].split()), code)
    found = re.findall(r"^ *from (kasago[\w.]*) import ([\w, ]+)", code, re.MULTILINE)
    return {f"{module}.{name.split()[0]}" for module, names in found for name in names.split(",")}


def resolved(page, link):
    """The address on the site that a link of a page leads to."""
    return urljoin(f"/{page}", link["to"]).lstrip("/")


def test_the_modules_and_the_imports_are_found():
    assert {"kasago.network", "kasago.plot", "kasago.common.functions"} <= set(MODULES)
    assert {"kasago.common.functions.softmax", "kasago.plot.plot_digits"} <= PUBLIC
    assert "kasago.common.gradient.numerical_gradient" in imports(DOCS / "gradient.md")


@site_test
@by_edition
def test_everything_public_has_one_entry(edition, links):
    pages = [address_of(page) for page in REFERENCE]
    ids = [i for p in pages if p.startswith("ja/") == bool(edition) for i in links(p).ids]
    assert sorted(PUBLIC) == sorted(name for name in ids if name in PUBLIC)


@site_test
@by_edition
def test_every_method_has_an_entry(edition, links):
    known = entries(edition, links)
    for name in PUBLIC:
        subject = getattr(MODULES[name.rpartition(".")[0]], name.rpartition(".")[2])
        if inspect.isclass(subject):
            methods = {m for m, value in vars(subject).items() if inspect.isroutine(value)}
            assert {f"{name}.{m}" for m in methods if not m.startswith("_")} <= set(known)


@site_test
def test_types_stand_as_the_docstring_has_them(site):
    text = (site / "reference" / "functions" / "index.html").read_text("utf-8")
    assert "<li><code>y</code>, <code>t</code> : array_like, same shape<p>" in text
    assert "<li><code>x</code> : array_like, shape (K,) or (N, K)<p>" in text
    for chapter in REFERENCE:
        text = (site / address_of(chapter) / "index.html").read_text("utf-8")
        for items in re.findall(r'<ul class="items">.*?</ul>', text, re.DOTALL):
            assert "shape(" not in items


@site_test
@by_edition
def test_sections_and_links_of_headings_have_words_of_the_edition(edition, site):
    words = words_in("ja" if edition else "en")
    text = (site / edition / "reference" / "functions" / "index.html").read_text("utf-8")
    titles = set(re.findall(r'<p class="doc-section-title" lang="(\w+)">(.*?)</p>', text))
    names = ("parameters", "returns", "raises", "notes", "examples")
    assert titles == {("ja" if edition else "en", words[name]) for name in names}
    for page in ("reference/functions", "lab"):
        text = (site / edition / page / "index.html").read_text("utf-8")
        links = set(re.findall(r'class="headerlink" [^>]*title="([^"]*)"', text))
        assert links == {words["permalink"]}


@site_test
def test_what_a_snippet_imports_leads_to_its_entry(links, subtests):
    for chapter in CHAPTERS:
        with subtests.test(name_of(chapter)):
            page = address_of(chapter)
            edition = "ja/" if page.startswith("ja/") else ""
            known = entries(edition, links)
            assert imports(chapter) <= set(known)
            leads = {(link["text"], resolved(page, link)) for link in links(page).within("snippet")}
            assert {(name.rpartition(".")[2], known[name]) for name in imports(chapter)} <= leads
            assert {address for _, address in leads} <= set(known.values())


@site_test
def test_an_entry_leads_back_to_the_chapters_that_use_it(links, subtests):
    for chapter in CHAPTERS:
        with subtests.test(name_of(chapter)):
            page = address_of(chapter)
            edition = "ja/" if page.startswith("ja/") else ""
            known = entries(edition, links)
            menu = links(edition).within("md-nav")
            title = next(
                t
                for link in menu
                if resolved(edition, link) == page and (t := link["text"].strip())
            )
            for name in imports(chapter):
                entry = urldefrag(known[name]).url
                back = [
                    (urldefrag(resolved(entry, link)).url, link["text"])
                    for link in links(entry).within("used-in")
                    if link["under"] == name
                ]
                assert (page, title) in back
                assert len(back) == len(set(back))
                assert all(
                    address.startswith("ja/") == page.startswith("ja/") for address, _ in back
                )


@site_test
@by_edition
def test_chapters_stand_in_the_order_of_the_book(edition, links):
    """Of the links of an entry, that is the order of the first page's navigation."""
    order = [urldefrag(resolved(edition, link)).url for link in links(edition).found]
    for entry, address in entries(edition, links).items():
        page = urldefrag(address).url
        back = [
            order.index(urldefrag(resolved(page, link)).url)
            for link in links(page).within("used-in")
            if link["under"] == entry
        ]
        assert back == sorted(back)


@site_test
def test_no_name_in_code_leads_nowhere(site):
    for file in site.rglob("*.html"):
        assert '<span title="kasago.' not in file.read_text("utf-8"), file


def test_names_on_the_line_of_the_package_are_links(subtests):
    for chapter in CHAPTERS:
        with subtests.test(name_of(chapter)):
            text = text_of(chapter)
            line = re.search(r"^(?:In the package: |パッケージでは：)(?:.+\n)+", text, re.MULTILINE)
            bare = re.findall(r"(?<!\[)`([\w.]+)`", line[0] if line else "")
            names = {name.rpartition(".")[2] for name in PUBLIC} | set(MODULES)
            assert not names & set(bare)
