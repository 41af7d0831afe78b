"""The site in a real browser, under a sub-path: what a reader's machine loads, says and shows.

Every page is opened once at each width, and then switched to the dark scheme by its own button.
"""

import functools
import gzip
import re
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from conftest import PAGES as BOOK
from conftest import address_of, serving, snippets_of, text_of
from kasago.literate.page.blocks import is_notebook
from kasago.literate.running.check import check_source

SOURCES = {address_of(page): page for page in BOOK}
PAGES = list(SOURCES)
CHAPTERS = [page for page in PAGES if not is_notebook(text_of(SOURCES[page]))]
PHONE, DESK = 360, 1280

# WCAG 2.2 AA, and what axe-core's authors advise beyond it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a change of colours can change.
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]
# What Material makes, by rule: its script puts each copy button into a <nav> without a name, and
# the box that opens the menu of a phone is the first of the page, before any landmark.
# Nor does axe read MathML, so a column named x_1 has no name for it; a corner needs none.
NOT_OURS = {
    "landmark-unique": ".md-code__nav",
    "region": "#__drawer",
    "empty-table-header": "th",
}

# Bytes, as gzip -9 leaves them.
FIRST_VISIT = 400 * 1024
# The sum of layout shifts while a page loads. 0.1 is what is called good; a line of text that
# moves by its own height on a desktop is 0.01.
SHIFT = 0.001


@pytest.fixture
def open_page(browser, server):
    """Return a function that opens a page in a context of its own."""
    contexts = []

    def opened(page, width=DESK, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        tab = context.new_page()
        tab.goto(server + page)
        return tab

    yield opened
    for context in contexts:
        context.close()


# ---------------------------------------------------------------- every page, at each width


@dataclass(frozen=True)
class Visit:
    """What came of opening a page."""

    requests: list[str]
    failed: list[str]
    messages: list[str]
    weight: int
    shift: float
    sideways: int
    unreachable: list[str]
    faults: list[str]
    ink: list[float]
    has_font: bool
    copied: list[str]


def look_at(tab, address, axe, width, weight_of):
    requests, failed, messages = [], [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("requestfailed", lambda request: failed.append(request.url))
    tab.on("response", lambda response: response.ok or failed.append(response.url))
    tab.on("console", lambda message: messages.append(message.text))
    tab.on("pageerror", lambda error: messages.append(str(error)))
    tab.goto(address)
    tab.evaluate("document.fonts.ready")
    sideways = tab.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    unreachable = tab.evaluate(UNREACHABLE)
    has_font = tab.evaluate(HAS_FONT)

    tab.evaluate(axe)
    tab.emulate_media(reduced_motion="reduce")  # colours do not fade
    ink, copied = [], []
    with without(tab, TAKE_OUT_FIGURES):
        rules = {rule: {"enabled": False} for rule in RULES_OF_COLOUR}
        with without(tab, TAKE_OUT_COLOURED_WORDS):
            faults = faults_of(tab, "default", {"runOnly": RULES, "rules": rules})
        # By now a page has moved, if ever it does.
        shift = tab.evaluate("shifts.reduce((sum, shift) => sum + shift, 0)")
        if width == DESK:  # the colours of a text do not come from the width of the page
            faults += faults_of_colour(tab, "default")
    if width == DESK:
        ink += tab.locator("figure.drawn svg").evaluate_all(CONTRASTS_OF_INK)
        tab.locator("label[for^=__palette]:visible").click()
        tab.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
        ink += tab.locator("figure.drawn svg").evaluate_all(CONTRASTS_OF_INK)
        with without(tab, TAKE_OUT_FIGURES):
            faults += faults_of_colour(tab, "slate")
        copied = copies(tab)
    weight = sum(weight_of(url) for url in set(requests))
    return Visit(
        requests, failed, messages, weight, shift, sideways, unreachable, faults, ink, has_font,
        copied,
    )  # fmt: skip


@contextmanager
def without(tab, take_out):
    """Have axe look at less, and put back what was taken out."""
    put_back = tab.evaluate_handle(take_out)
    yield
    put_back.evaluate("put_back => put_back()")


def faults_of(tab, scheme, options):
    """Return what axe finds, in the scheme that the page has to be in."""
    assert tab.evaluate("document.body.dataset.mdColorScheme") == scheme
    found = tab.evaluate("options => axe.run({...options, resultTypes: ['violations']})", options)
    stopped = [rule["error"]["message"] for rule in found["incomplete"] if "error" in rule]
    return stopped + [
        f"{scheme}: {violation['help']}: {node['html']}"
        for violation in found["violations"]
        for node in violation["nodes"]
        if NOT_OURS.get(violation["id"], "?") not in node["target"][-1]
    ]


def faults_of_colour(tab, scheme):
    """Return what axe finds in the colours of a page, one text of each look."""
    with without(tab, HIDE_WHAT_LOOKS_THE_SAME):
        return faults_of(tab, scheme, {"runOnly": RULES_OF_COLOUR})


def copies(tab):
    """Return what the copy button of each snippet leaves on the clipboard."""
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    buttons = tab.locator(".snippet > .highlight:first-child .md-code__button")
    if buttons.count():
        buttons.first.click(trial=True)  # nothing covers it
    return buttons.evaluate_all(TAKE_FROM_CLIPBOARD)


@pytest.fixture(scope="module")
def weight_of(site, server):
    """Return a function: the bytes of what an address of the site gives, as gzip -9 leaves them."""

    @functools.cache
    def weight_of(address):
        if not address.startswith(server):
            return 0
        path = site / urlsplit(address.removeprefix(server)).path
        file = path / "index.html" if path.is_dir() else path
        return len(gzip.compress(file.read_bytes(), 9)) if file.is_file() else 0

    return weight_of


@pytest.fixture(scope="module")
def without_scripts(browser):
    """Return a tab of a phone that runs no script; pages follow one another in it."""
    size = {"width": PHONE, "height": 800}
    with browser.new_context(viewport=size, java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture
def visit(browser, server, weight_of):
    """Return a function that opens a page as someone new, and says what came of it."""
    axe = pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT

    def visit(page, width):
        with browser.new_context(viewport={"width": width, "height": 800}) as context:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            context.add_init_script(WATCH_SHIFTS)
            context.set_default_timeout(15_000)
            return look_at(context.new_page(), server + page, axe, width, weight_of)

    return visit


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page or "index")
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_page_at_first_sight(visit, server, subtests, page, width):
    """What came of one visit, fact by fact."""
    seen = visit(page, width)
    asked = [url for url in seen.requests if not url.startswith("data:")]

    with subtests.test("it asks its own host alone, and gets all that it asks for"):
        assert [url for url in asked if not url.startswith(server)] == []
        assert seen.failed == []
    with subtests.test("a first visit is light"):
        assert seen.weight <= FIRST_VISIT
    with subtests.test("it writes nothing to the console"):
        assert seen.messages == []
    with subtests.test("it does not scroll sideways"):
        assert seen.sideways <= 0
    with subtests.test("what scrolls can be scrolled by keyboard"):
        assert seen.unreachable == []
    with subtests.test("nothing moves while it loads"):
        assert seen.shift <= SHIFT
    with subtests.test("axe finds nothing, in either scheme"):
        assert seen.faults == []
    with subtests.test("formulas are set in their own font"):
        fonts = [url for url in asked if url.endswith(".woff2")]
        assert seen.has_font == bool(fonts)
        # No page has a letter that only the whole font has: it weighs twice as much.
        assert fonts in ([], [f"{server}assets/literate/kasago-math.woff2"])
    if width == DESK:
        with subtests.test("the ink of figures is legible in both schemes"):
            assert min(seen.ink, default=21) >= 7
    if width == DESK and page in CHAPTERS:
        with subtests.test("the copy button gives the source of a snippet"):
            snippets = snippets_of(SOURCES[page])
            sources = [check_source(s) if "source" in s.options else s.code for s in snippets]
            assert seen.copied == [source.rstrip("\n") for source in sources]


@pytest.mark.parametrize("chosen", [".highlight .kn", "article li"])
def test_one_pale_word_among_many_of_its_look_is_found(open_page, chosen):
    axe = pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT
    tab = open_page("loss/")
    tab.evaluate(axe)
    assert faults_of_colour(tab, "default") == []
    tab.locator(f"{chosen}:visible").last.evaluate("part => { part.style.color = '#bbb' }")
    [fault] = faults_of_colour(tab, "default")
    assert "rgb(187, 187, 187)" in fault


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page or "index")
def test_a_page_reads_without_scripts(without_scripts, server, page):
    without_scripts.goto(server + page)
    assert without_scripts.locator("html.no-js").count() == 1
    assert without_scripts.evaluate(NOT_SHOWN) == []


# ---------------------------------------------------------------- what a reader does


def test_room_is_kept_for_a_scroll_bar_which_comes_when_half_a_page_is_there(open_page):
    gutter = "getComputedStyle(document.documentElement).scrollbarGutter"
    assert open_page("loss/").evaluate(gutter) == "stable"


def test_a_rare_letter_of_a_formula_is_set_in_the_font_too(open_page, server):
    tab = open_page("loss/")
    with tab.expect_response(f"{server}assets/literate/kasago-math-all.woff2") as answer:
        tab.locator("math mi").first.evaluate("mi => { mi.textContent = '\N{SCRIPT CAPITAL L}' }")
    assert answer.value.ok


@pytest.fixture(params=[PHONE, DESK])
def width(request):
    return request.param


KEYBOARD = ["", "ja/", "loss/", "ja/gradient/", "glossary/", "reference/pretrain/", "lab/"]


@pytest.mark.parametrize("page", KEYBOARD, ids=lambda page: page or "index")
def test_the_keyboard_reaches_everything_and_shows_where_it_is(open_page, page, width):
    tab = open_page(page, width, reduced_motion="reduce")
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    hidden = []
    for _ in range(1000):
        tab.keyboard.press("Tab")
        at = tab.evaluate(FOCUS)
        if at is None:
            break
        if not at["shown"]:
            hidden.append(at["html"])
    assert at is None, "Tab does not come to an end"
    assert hidden == []
    assert tab.evaluate(NOT_FOCUSED) == []


def test_the_first_stop_that_shows_is_a_link_past_the_menu(open_page):
    tab = open_page("loss/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.matches('.md-skip')")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("!!document.activeElement.closest('article')")


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(open_page):
    tab = open_page("loss/", PHONE, reduced_motion="reduce")
    link = tab.locator(".md-nav--primary a[href='../gradient/']")
    assert not link.is_visible()
    tab.locator("#__drawer").focus()
    tab.keyboard.press("Space")
    assert link.is_visible()
    tab.locator("#__drawer").focus()
    tab.keyboard.press("Space")
    assert not link.is_visible()


@pytest.mark.parametrize("page", ["", "ja/"])
def test_the_search_opens_and_closes_by_keyboard(open_page, page, width):
    tab = open_page(page, width, reduced_motion="reduce")
    query = tab.locator(".md-search__input")
    tab.keyboard.press("/")
    tab.keyboard.type("softmax")
    tab.wait_for_selector(".md-search-result__link")
    assert query.input_value() == "softmax"
    tab.keyboard.press("Escape")
    assert not tab.locator("#__search").is_checked()
    assert not query.evaluate("query => query === document.activeElement")


def test_a_folded_solution_opens_with_enter(open_page):
    tab = open_page("loss/")
    details = tab.locator("details").first
    assert details.get_attribute("open") is None
    details.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert details.get_attribute("open") is not None


def test_motion_stops_for_who_asks_for_less(open_page):
    moving = "document.getAnimations().length"
    assert open_page("").evaluate(moving) > 0
    assert open_page("", reduced_motion="reduce").evaluate(moving) == 0


def test_the_menu_opens_without_scripts(open_page, width):
    tab = open_page("loss/", width, java_script_enabled=False, reduced_motion="reduce")
    if width == PHONE:
        tab.locator(".md-header__button[for=__drawer]").click()
    link = tab.locator(".md-nav--primary a[href='../gradient/']")
    assert link.is_visible()
    link.click()
    assert tab.url.endswith("/gradient/")


@pytest.mark.parametrize("page", ["loss/", "ja/loss/"])
def test_a_formula_is_copied_as_latex(open_page, page):
    tab = open_page(page)
    for place, mark in ("p:has(> math)", "$"), (".formula", "$$"):
        part = tab.locator(f"article {place}").first
        latex = part.locator("math").first.get_attribute("data-latex")
        part.evaluate("part => getSelection().selectAllChildren(part)")
        tab.keyboard.press("Control+C")
        text = tab.evaluate("navigator.clipboard.readText()")
        # LaTeX takes no equation within dollar signs.
        alone = latex.startswith(r"\begin{equation}")
        assert alone == (mark == "$$")
        assert (latex if alone else f"{mark}{latex}{mark}") in text
        assert not (alone and "$$" in text)
        assert re.sub(r"\$[^$]+\$", "", text).strip("$ \n") or mark == "$$"
    # From the middle of a formula, too.
    tab.locator("article p > math mi").first.evaluate(
        "mi => getSelection().selectAllChildren(mi.parentNode)"
    )
    tab.keyboard.press("Control+C")
    assert tab.evaluate("navigator.clipboard.readText()").startswith("$")


def test_nothing_hides_a_formula_from_a_screen_reader(open_page):
    tab = open_page("loss/")
    hidden = "document.querySelectorAll('[aria-hidden=true] math, math[aria-hidden]').length"
    assert tab.evaluate(hidden) == 0
    assert "math" in tab.locator(".formula").first.aria_snapshot()


def plain(text):
    """Return a text without white space; Chromium prints some characters as their radicals."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("page", ["loss/", "ja/loss/", "reference/functions/"])
def test_a_printed_page_is_its_text(open_page, page):
    pypdf = pytest.importorskip("pypdf")
    tab = open_page(page, color_scheme="dark")
    said = tab.locator("article p:not(.used-in)").last.inner_text()
    solutions = tab.locator("details p").all_text_contents()
    tab.emulate_media(media="print")
    for sheet in ("documentElement", "body"):  # the margins are those of the root
        ground = tab.evaluate(f"getComputedStyle(document.{sheet}).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
    pdf = pypdf.PdfReader(BytesIO(tab.pdf(prefer_css_page_size=True)))
    text = plain("".join(sheet.extract_text() for sheet in pdf.pages))
    for words in [said, *solutions]:
        assert plain(re.split(r"[$\\]", words)[0])[:20] in text
    for trace in ("Search", "検索", "Copytoclipboard", "Downloadasanotebook", "¶"):
        assert trace not in text


def test_a_name_in_code_is_a_link_that_its_dots_show_and_not_in_a_copy(open_page):
    tab = open_page("loss/", reduced_motion="reduce")
    link = tab.locator(".snippet code a").first
    style = "a => getComputedStyle(a)[['color', 'textDecorationLine', 'textDecorationStyle'][{}]]"
    colour = link.evaluate("a => getComputedStyle(a.parentElement).color")

    def looks():
        return [link.evaluate(style.format(i)) for i in range(3)]

    assert looks() == [colour, "underline", "dotted"]
    link.focus()
    assert looks() == [colour, "underline", "solid"]
    link.evaluate("a => a.blur()")
    link.hover()
    tab.wait_for_function("() => document.querySelector('.snippet code a:hover')")
    assert looks() == [colour, "underline", "solid"]

    selected = tab.locator(".snippet code").first.evaluate(
        "code => { getSelection().selectAllChildren(code); return getSelection().toString() }"
    )
    assert selected.strip() == snippets_of(SOURCES["loss/"])[0].code.strip()


@pytest.mark.parametrize("touch", [False, True])
def test_a_problem_can_be_reported_where_the_code_is_copied(browser, small_sites, touch):
    """No other host is asked for anything: Material's script would, of the repository's."""
    requests = []
    # Chromium writes to the clipboard of a page only if it may.
    context = browser.new_context(
        has_touch=touch, is_mobile=touch, permissions=["clipboard-read", "clipboard-write"]
    )
    with serving(small_sites["full"]) as server:
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


def switch(tab, language):
    """Choose the other language in the menu, and return where that leads."""
    tab.locator("header .md-select button").hover()
    with tab.expect_navigation():
        tab.locator(f"header a[hreflang={language}]").click()
    return tab.url


def test_the_switch_of_languages_stays_at_the_heading(open_page, server):
    tab = open_page("loss/#cross-entropy")
    assert switch(tab, "ja") == f"{server}ja/loss/#cross-entropy"
    # Scrolled on, it is the heading that one reads; at the top of a page, it is the page.
    tab.wait_for_load_state("networkidle")
    tab.locator("#y-minus-t").evaluate("heading => heading.scrollIntoView()")
    assert switch(tab, "en") == f"{server}loss/#y-minus-t"
    tab.goto(f"{server}loss/", wait_until="networkidle")
    assert switch(tab, "ja") == f"{server}ja/loss/"
    tab.goto(f"{server}ja/", wait_until="networkidle")
    assert switch(tab, "en") == server


def test_without_script_the_switch_of_languages_leads_to_the_page(open_page, server):
    tab = open_page("loss/#batch", java_script_enabled=False)
    assert switch(tab, "ja") == f"{server}ja/loss/"


# ---------------------------------------------------------------- what is asked of the browser

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => shifts.push(...list.getEntries().map(shift => shift.value)))
  .observe({type: "layout-shift", buffered: true});
"""

TAKE_FROM_CLIPBOARD = """
async buttons => {
  const copied = [];
  for (const button of buttons) {
    await navigator.clipboard.writeText("nothing");
    button.click();
    copied.push(await navigator.clipboard.readText());
  }
  return copied;
}
"""

# Half of a page are the lines of its figures and the spans that colour its code, and axe takes its
# time for each. It says of no text in an SVG whether it is legible (the test of ink does), and the
# rest of a figure is one picture to it. Returns what puts the insides of figures back.
TAKE_OUT_FIGURES = """
() => {
  const figures = [...document.querySelectorAll("figure.drawn svg[role=img]")];
  const insides = figures.map(figure => [...figure.childNodes]);
  figures.forEach(figure => figure.replaceChildren());
  return () => figures.forEach((figure, i) => figure.replaceChildren(...insides[i]));
}
"""

# No rule but those of colour can find fault with a span that only colours a word.
TAKE_OUT_COLOURED_WORDS = """
() => {
  const words = [...document.querySelectorAll("pre code > span")].filter(word =>
    [word, ...word.querySelectorAll("*")].every(part =>
      part.localName === "span" && part.getAttributeNames().every(name => name === "class")));
  const texts = words.map(word => document.createTextNode(word.textContent));
  words.forEach((word, i) => word.replaceWith(texts[i]));
  return () => words.forEach((word, i) => texts[i].replaceWith(word));
}
"""

# A page repeats few looks in many places, such as those of the words of its code. axe
# takes milliseconds for the contrast of each, so the second text whose own style and whose parents'
# styles are those of one before it is hidden. Returns what shows them again.
HIDE_WHAT_LOOKS_THE_SAME = """
() => {
  const STYLES = ["color", "fill", "fontSize", "fontWeight", "fontFamily", "textDecorationLine",
    "textShadow", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode",
    "position", "display", "visibility", "clipPath"];
  const looks = new Map([[null, ""]]);
  const look_of = part => {
    if (!looks.has(part)) {
      const style = getComputedStyle(part);
      const own = STYLES.map(name => style[name]).join();
      looks.set(part, `${look_of(part.parentElement)}|${part.localName} ${own}`);
    }
    return looks.get(part);
  };
  const says = part => [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  const seen = new Set(), shown = [], repeated = [];
  for (const part of document.body.querySelectorAll("*")) {
    if (!says(part) || !part.checkVisibility({visibilityProperty: true})) continue;
    (seen.has(look_of(part)) ? repeated : shown).push(part);
    seen.add(look_of(part));
  }
  // What is the first of its look within a repeated part has to be seen, and so has that part.
  const within = new Set();
  for (let part of shown) while ((part = part.parentElement)) within.add(part);
  const hidden = repeated.filter(part => !within.has(part));
  const before = hidden.map(part => part.style.visibility);
  hidden.forEach(part => { part.style.visibility = "hidden"; });
  return () => hidden.forEach((part, i) => { part.style.visibility = before[i]; });
}
"""

HAS_FONT = """
[...document.fonts].some(font => /Kasago Math/.test(font.family) && font.status === "loaded")
"""

# Boxes that scroll sideways and neither take the focus nor hold what does.
UNREACHABLE = """
[...document.querySelectorAll("article *")]
  .filter(box => ["auto", "scroll"].includes(getComputedStyle(box).overflowX)
    && box.scrollWidth > box.clientWidth && box.checkVisibility()
    && box.tabIndex < 0 && !box.querySelector("a, button, [tabindex='0']"))
  .map(box => box.outerHTML.slice(0, 80))
"""

# Where the focus is, and whether it shows: on the element, or on the label of its box. The button
# of the scheme is the label of the scheme that is not chosen, after the box of the one that is.
FOCUS = """
(() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  at.dataset.focused = "";
  const shows = part => {
    const {outlineStyle, outlineWidth} = getComputedStyle(part);
    const box = part.getBoundingClientRect();
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0
      && part.checkVisibility({opacityProperty: true, visibilityProperty: true})
      && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
  };
  const writes = at.matches("input[type=text]"); // its caret shows
  return {
    html: at.outerHTML.slice(0, 120),
    shown: writes
      || [at, ...at.labels ?? [], at.nextElementSibling].some(part => part && shows(part)),
  };
})()
"""

NOT_FOCUSED = """
[...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")]
  .filter(part => part.checkVisibility({visibilityProperty: true}) && part.tabIndex >= 0
    && !part.matches("[type=radio]:not(:checked)") && !("focused" in part.dataset))
  .map(part => part.outerHTML.slice(0, 120))
"""

# Parts of the text that take no room on the page, those that a reader folds out aside.
NOT_SHOWN = """
[...document.querySelectorAll("article :is(h1, h2, h3, p, li, pre, table, figure, svg, math)")]
  .filter(part => !part.closest("details:not([open])"))
  .filter(part => part.textContent.trim() && !(part.getBoundingClientRect().width > 0
    && part.getBoundingClientRect().height > 0 && part.checkVisibility({visibilityProperty: true})))
  .map(part => part.outerHTML.slice(0, 120))
"""

# The contrast (WCAG 2.2) of each figure's text with what lies behind the page.
CONTRASTS_OF_INK = """
figures => figures.map(svg => {
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
})
"""
