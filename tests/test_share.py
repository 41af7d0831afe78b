"""How the pages are found and shown elsewhere: titles, editions, pictures, the map, page 404."""

import os
import re
import struct
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from conftest import PAGES as SOURCES
from conftest import address_of, serving, text_of
from kasago.literate.running.raster import to_card
from kasago.literate.site.share import FIGURE

pytestmark = pytest.mark.xdist_group("share")

SITE = os.environ.get("SITE_URL", "https://kasago.example/")
PAGES = {address_of(page): page for page in SOURCES}


class Head(HTMLParser):
    """What the head of a page says, and the addresses of its links."""

    def __init__(self, text):
        super().__init__()
        self.meta, self.links, self.canonical, self.title = {}, [], None, ""
        self.editions, self.language, self.inside = {}, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.inside = tag
        if tag == "html":
            self.language = attrs["lang"]
        if tag == "meta":
            self.meta[attrs.get("property") or attrs.get("name")] = attrs.get("content")
        if tag == "a":
            self.links.append(attrs.get("href"))
        if tag == "link" and attrs["rel"].split() == ["canonical"]:
            self.canonical = attrs["href"]
        if tag == "link" and attrs["rel"].split() == ["alternate"]:
            assert attrs["hreflang"] not in self.editions
            self.editions[attrs["hreflang"]] = attrs["href"]

    def handle_data(self, data):
        if self.inside == "title":
            self.title += data.strip()

    def handle_endtag(self, tag):
        self.inside = None


@pytest.fixture(scope="module")
def heads(site):
    return {page: Head((site / page / "index.html").read_text("utf-8")) for page in PAGES}


def editions_of(page):
    english = page.removeprefix("ja/")
    return {
        "en": urljoin(SITE, english),
        "ja": urljoin(SITE, f"ja/{english}"),
        "x-default": urljoin(SITE, english),
    }


def test_a_page_says_where_it_is_and_where_its_editions_are(heads, subtests):
    for page in PAGES:
        with subtests.test(page or "index"):
            assert heads[page].canonical == heads[page].meta["og:url"] == SITE + page
            assert heads[page].editions == editions_of(page)


def test_a_page_has_a_description_of_its_own(heads, subtests):
    for page in PAGES:
        with subtests.test(page or "index"):
            description = heads[page].meta["description"]
            assert 50 <= len(description) <= 160
            assert heads[page].meta["og:description"] == description
            assert [p for p in PAGES if heads[p].meta["description"] == description] == [page]


def test_a_page_has_the_title_of_its_text(heads, subtests):
    for page in PAGES:
        with subtests.test(page or "index"):
            heading = re.search(r"^# (.*) \{ #", text_of(PAGES[page]), re.MULTILINE)[1]
            front = page in ("", "ja/")
            assert heads[page].title == (heading if front else f"{heading} - Kasago")
            assert heads[page].meta["og:title"] == heading
            assert heads[page].meta["og:type"] == ("website" if front else "article")


def test_a_page_has_a_picture_drawn_from_its_first_figure(heads, site, subtests):
    for page in PAGES:
        with subtests.test(page or "index"):
            meta = heads[page].meta
            figure = FIGURE.search((site / page / "index.html").read_text("utf-8"))
            edition = "ja/" if page.startswith("ja/") else ""
            own = page if figure else edition
            name = PAGES[page].name.partition(".")[0] if figure else "index"
            picture = f"{own}{name}.png"
            assert meta["og:image"] == SITE + picture
            assert len(meta["og:image:alt"]) > 20
            assert bool(re.search("[\u3040-\u30ff]", meta["og:image:alt"])) == bool(edition)
            png = (site / picture).read_bytes()
            assert len(png) < 150_000
            size = (int(meta["og:image:width"]), int(meta["og:image:height"]))
            assert struct.unpack(">II", png[16:24]) == size == (1200, 630)
            if edition:  # one figure serves both
                assert png == (site / picture.removeprefix(edition)).read_bytes()
            elif figure:  # drawn anew, it is the same to the byte
                assert to_card(figure[1]) == png


def test_a_page_says_its_language_and_the_other(heads, subtests):
    for page in PAGES:
        with subtests.test(page or "index"):
            locales = ["en_US", "ja_JP"]
            if heads[page].language == "ja":
                locales.reverse()
            meta = heads[page].meta
            assert [meta["og:locale"], meta["og:locale:alternate"]] == locales


def test_the_map_of_the_site_has_every_page_with_its_editions(site):
    names = {
        "": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "x": "http://www.w3.org/1999/xhtml",
    }
    pages = ET.parse(site / "sitemap.xml").getroot().findall("url", names)
    listed = {
        page.find("loc", names).text: {
            link.get("hreflang"): link.get("href") for link in page.findall("x:link", names)
        }
        for page in pages
    }
    assert len(listed) == len(pages)
    assert listed == {SITE + page: editions_of(page) for page in PAGES}


def test_page_404_speaks_both_languages_and_leads_to_every_chapter(site):
    text = (site / "404.html").read_text("utf-8")
    head = Head(text)
    assert head.language == "en"
    assert "There is no page at this address" in text
    assert '<section lang="ja">' in text
    assert "このアドレスにはページがありません" in text
    assert head.meta["robots"] == "noindex"
    assert "og:url" not in head.meta
    # It may stand at any address.
    assert [link for link in head.links if link and not re.match("/|#|https:", link)] == []
    root = re.sub("https://[^/]*", "", SITE)
    missing = {root + page for page in PAGES} - set(head.links)
    assert {page for page in missing if "/reference/" not in page} == set()


def test_page_404_searches_the_edition_that_one_asks(browser, site):
    messages = []
    # Its links hold at the address of the site alone, here the root of a host.
    with serving(site) as address, browser.new_context() as context:
        tab = context.new_page()
        tab.on("console", lambda message: messages.append(message.text))
        tab.on("pageerror", lambda error: messages.append(str(error)))
        tab.goto(f"{address}404.html", wait_until="networkidle")
        tab.get_by_label("本の中を検索").fill("勾配")
        tab.get_by_role("button", name="検索", exact=True).click()
        tab.wait_for_url("**/ja/?q=*")
        tab.wait_for_selector(".md-search-result__item")
    assert messages == []
