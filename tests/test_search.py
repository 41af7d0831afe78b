"""The search as a reader uses it: what is typed, and what the dialog lists for it."""

import pytest

pytestmark = pytest.mark.xdist_group("search")

# What is typed, and the pages of which one must be among the first three.
ENGLISH = [
    ("cross_entropy_error", "reference/functions/"),
    ("numerical_gradient", "reference/gradient/"),
    ("TwoLayerNet.gradient", "training/"),
    ("softmax", "activation/"),
    ("learning rate", "descent/"),
    ("vanishing gradients", "activation/"),
    ("why divide by the batch size", "loss/"),
    ("∇", "gradient/"),
    ("η", "descent/"),
    ("½", "loss/"),
    ("sofmax", "activation/"),
    ("backpropogation", "backpropagation/"),
]
JAPANESE = [
    ("勾配", "ja/gradient/"),
    ("誤差逆伝播法", "ja/backpropagation/"),
    ("学習率", "ja/descent/"),
    ("交差エントロピー誤差", "ja/loss/"),
    ("ミニバッチ学習のやり方", "ja/training/"),
    ("ソフトマックス オーバーフロー", "ja/activation/"),
    ("数値微分の刻み幅", "ja/differentiation/"),
    ("cross_entropy_error", "ja/reference/functions/"),
    ("ＭＮＩＳＴ", "ja/mnist/"),
    ("η", "ja/descent/"),
    ("ソフトマクス", "ja/activation/"),
    ("中間層", "ja/glossary/"),
    ("閾値", "ja/perceptron/"),
    ("正則化", "ja/glossary/"),
]


@pytest.fixture
def tab(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def results(tab, query):
    """The pages that the dialog lists, by their addresses, when a query is typed."""
    tab.get_by_role("textbox").first.click()
    tab.keyboard.insert_text(query)  # as it is pasted: no key goes down or up
    tab.wait_for_selector(".md-search-result__item")
    links = tab.locator(".md-search-result__item > a:first-of-type")
    return [link.get_attribute("href").partition("#")[0] for link in links.all()]


@pytest.mark.parametrize(("edition", "cases"), [("", ENGLISH), ("ja/", JAPANESE)], ids=["en", "ja"])
def test_a_query_finds_its_page_among_the_first_three(tab, server, subtests, edition, cases):
    tab.goto(f"{server}{edition}network/")
    for query, page in cases:
        found = results(tab, query)
        with subtests.test(query):
            assert server + page in found[:3]
            japanese = [address.startswith(f"{server}ja/") for address in found]
            assert japanese == [bool(edition)] * len(found), "pages of the other edition"
        # An empty dialog, or the results of this query would pass for those of the next.
        tab.keyboard.press("ControlOrMeta+A")
        tab.keyboard.press("Delete")
        tab.wait_for_selector(".md-search-result__item", state="detached")


def test_the_index_is_loaded_when_something_is_typed(tab, server):
    requests = []
    tab.on("request", lambda request: requests.append(request.url.removeprefix(server)))
    tab.goto(f"{server}ja/loss/", wait_until="networkidle")
    assert [address for address in requests if address.startswith("search/")] == []
    results(tab, "勾配")
    assert [address for address in requests if address.startswith("search/")] == ["search/ja.json"]


def test_a_result_shows_where_it_stands_and_leads_there(tab, server):
    tab.goto(f"{server}loss/")
    results(tab, "softmax(x)")
    result = tab.locator(".md-search-result__item").first
    assert result.locator("p mark").first.inner_text() == "softmax(x)"
    result.locator("a[href*='#']").first.click()
    tab.wait_for_url("**/reference/functions/#kasago.common.functions.softmax")


def test_what_looks_like_a_tag_is_shown_as_text(tab, server):
    tab.goto(f"{server}loss/")
    results(tab, "< 1e-1")
    marks = tab.locator(".md-search-result__item mark").all_inner_texts()
    assert "<" in marks


def test_a_query_without_a_result_says_so(tab, server):
    tab.goto(f"{server}loss/")
    tab.get_by_role("textbox").first.click()
    tab.keyboard.insert_text("☃")
    tab.keyboard.press("End")
    tab.get_by_text("No matching documents").wait_for()
