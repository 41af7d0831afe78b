"""The site in a real browser: what a reader's machine loads, reports and shows."""

import pytest

from conftest import ROOT, address_of, serving
from kasago.literate.parse import parse

pytestmark = pytest.mark.xdist_group("site")

PAGES = [address_of(chapter) for chapter in sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(params=[("light", 1280), ("dark", 360)], ids=lambda p: f"{p[0]}-{p[1]}")
def context(browser, request):
    scheme, width = request.param
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    yield context
    context.close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page or "index")
def test_a_page_loads_from_its_own_host_fits_and_is_legible(context, server, page):
    tab = context.new_page()
    requests, failed, messages = [], [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("requestfailed", lambda request: failed.append(request.url))
    tab.on("console", lambda message: messages.append(message.text))
    tab.on("pageerror", lambda error: messages.append(str(error)))
    tab.goto(server + page, wait_until="networkidle")

    assert [url for url in requests if not url.startswith((server, "data:"))] == []
    assert failed == []
    assert messages == []
    width = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert tab.evaluate(width), "the page scrolls sideways"
    if tab.locator("math").count():
        assert tab.evaluate("document.fonts.check('16px \"Kasago Math\"')")
    for text in tab.locator("figure.drawn svg").all():
        assert text.evaluate(CONTRAST_OF_INK) >= 7, "the ink of a figure is hard to read"


def test_a_name_in_code_is_a_link_that_shows_when_pointed_at_and_not_in_a_copy(context, server):
    tab = context.new_page()
    tab.goto(f"{server}loss/", wait_until="networkidle")
    link = tab.locator(".snippet code a").first
    style = "a => [getComputedStyle(a).color, getComputedStyle(a).textDecorationLine]"
    colour = link.evaluate("a => getComputedStyle(a.parentElement).color")
    assert link.evaluate(style) == [colour, "none"]
    link.focus()
    assert link.evaluate(style) == [colour, "underline"]
    link.evaluate("a => a.blur()")
    link.hover()
    tab.wait_for_function("() => document.querySelector('.snippet code a:hover')")
    assert link.evaluate(style) == [colour, "underline"]

    snippet = parse((ROOT / "docs" / "loss.md").read_text("utf-8"), "loss.md")[0]
    selected = tab.locator(".snippet code").first.evaluate(
        "code => { getSelection().selectAllChildren(code); return getSelection().toString() }"
    )
    assert selected.strip() == snippet.code.strip()


@pytest.mark.parametrize("touch", [False, True])
def test_a_problem_can_be_reported_where_the_code_is_copied(browser, small_site, touch):
    """No other host is asked for anything: Material's script would, of the repository's."""
    requests = []
    repository = "https://github.com/example/kasago"
    # Chromium writes to the clipboard of a page only if it may.
    context = browser.new_context(
        has_touch=touch, is_mobile=touch, permissions=["clipboard-read", "clipboard-write"]
    )
    with serving(small_site(repository)) as server:
        tab = context.new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(server, wait_until="networkidle")
        snippet = tab.locator(".snippet").first
        link = snippet.get_by_role("link", name="Report a problem with this snippet")
        shown = "() => getComputedStyle(document.querySelector('.report')).opacity"
        if not touch:
            assert tab.evaluate(shown) == "0"
            link.focus()
            tab.wait_for_function(f"({shown})() === '1'")
            link.evaluate("a => a.blur()")
            tab.wait_for_function(f"({shown})() === '0'")
            snippet.hover()
        tab.wait_for_function(f"({shown})() === '1'")

        button = snippet.locator(".md-code__button, .md-clipboard")
        assert button.get_attribute("title") == "Copy this code (free to use)"
        for number in (0, 1):
            block = tab.locator(".snippet").nth(number)
            copy = block.locator(".md-code__button, .md-clipboard").bounding_box()
            report = block.locator(".report a").bounding_box()
            assert report["x"] + report["width"] <= copy["x"]
            middle = report["y"] + report["height"] / 2
            assert copy["y"] <= middle <= copy["y"] + copy["height"]
        button.click()
        tab.wait_for_function("async () => await navigator.clipboard.readText() !== ''")
        assert tab.evaluate("navigator.clipboard.readText()").strip() == "print(2 ** 10)"
        tab.evaluate("getSelection().selectAllChildren(document.querySelector('.snippet'))")
        assert "Report" not in tab.evaluate("getSelection().toString()")
    context.close()
    assert [url for url in requests if not url.startswith((server, "data:"))] == []


# The contrast (WCAG 2.2) of a figure's text with what lies behind the page.
CONTRAST_OF_INK = """
svg => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pixel = canvas.getContext("2d", {willReadFrequently: true});
  const luminance = (...layers) => {
    for (const colour of layers) {
      pixel.fillStyle = colour;
      pixel.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = getComputedStyle(document.body).backgroundColor;
  const ink = svg.querySelector("text") ? getComputedStyle(svg.querySelector("text")).fill : null;
  if (!ink) return 21;
  const [light, dark] = [luminance(paper), luminance(paper, ink)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
"""


def switch(tab, language):
    """Choose the other language in the menu, and return where that leads."""
    tab.locator("header .md-select button").hover()
    with tab.expect_navigation():
        tab.locator(f"header a[hreflang={language}]").click()
    return tab.url


@pytest.mark.parametrize("context", [("light", 1280)], indirect=True)
def test_the_switch_of_languages_stays_at_the_heading(context, server):
    tab = context.new_page()
    tab.goto(f"{server}loss/#cross-entropy", wait_until="networkidle")
    assert switch(tab, "ja") == f"{server}ja/loss/#cross-entropy"
    # Scrolled on, it is the heading that one reads; at the top of a page, it is the page.
    tab.wait_for_load_state("networkidle")
    tab.locator("#y-minus-t").evaluate("heading => heading.scrollIntoView()")
    assert switch(tab, "en") == f"{server}loss/#y-minus-t"
    tab.goto(f"{server}loss/", wait_until="networkidle")
    assert switch(tab, "ja") == f"{server}ja/loss/"
    tab.goto(f"{server}ja/", wait_until="networkidle")
    assert switch(tab, "en") == server


def test_without_script_the_switch_of_languages_leads_to_the_page(browser, server):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{server}loss/#batch")
    assert switch(tab, "ja") == f"{server}ja/loss/"
    context.close()
