"""The site that is read from a disk, without a server."""

import re
from urllib.parse import unquote, urldefrag

import pytest

from conftest import mkdocs_build

pytestmark = pytest.mark.xdist_group("offline")

LINK = re.compile(r'<(?:a|link|script|img)\b[^>]*? (?:href|src)="([^"]*)"')


@pytest.fixture(scope="module")
def copy(site, literate_results, tmp_path_factory):
    """Return the folder of a site that was built to be read from a disk."""
    copy = tmp_path_factory.mktemp("offline")
    build = mkdocs_build(copy, literate_results, "--strict", DIRECTORY_URLS="false")
    assert build.returncode == 0, build.stderr
    return copy


def test_every_link_names_a_file(copy):
    pages = [page for page in copy.rglob("*.html") if page.name != "404.html"]
    assert len(pages) > 50
    for page in pages:
        for address in LINK.findall(page.read_text("utf-8")):
            file = unquote(urldefrag(address).url)
            if file and not re.match("[a-z]+:", file):
                assert (page.parent / file).is_file(), f"{page.name} leads to {address}"


def test_a_page_opened_from_the_disk_loads_nothing_else_and_leads_on(browser, copy):
    with browser.new_context(color_scheme="dark") as context:
        tab = context.new_page()
        requests, messages = [], []
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: messages.append(message.text))
        tab.on("pageerror", lambda error: messages.append(str(error)))
        tab.goto((copy / "index.html").as_uri())
        tab.locator("article").get_by_role("link", name="Loss", exact=True).first.click()
        tab.wait_for_url("**/loss.html")
        tab.locator("a[hreflang=ja]").first.dispatch_event("click")
        tab.wait_for_url("**/ja/loss.html*")
        assert tab.locator("figure.drawn svg").first.is_visible()
        assert tab.locator(".md-search").is_hidden()  # it needs a server
        assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
        assert messages == []
