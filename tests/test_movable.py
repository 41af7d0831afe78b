"""Facts about the figures that a reader moves: where they stand, what they compute, how they act.

Their scripts run on a small page of their own, in Chromium, under a strict content security policy.
"""

import gzip
import json
import re

import numpy as np
import pytest
from markdown import Markdown

from conftest import PAGES, ROOT, name_of, serving, text_of
from kasago.common.convolution import Convolution
from kasago.common.functions import softmax, softmax_loss, step_function
from kasago.common.gradient import numerical_diff
from kasago.common.optimizer import Momentum, gradient_descent
from kasago.dataset.mnist import load_mnist
from kasago.literate.errors import LiterateError
from kasago.literate.markdown.source import SOURCE, Source
from kasago.literate.page.movable import movable_in, movables_of
from kasago.literate.page.numbers import without_comments
from kasago.movable.data import data
from kasago.network import ThreeLayerNet

FOLDER = ROOT / "kasago" / "movable"
FIGURES = sorted(movable_in("kasago.movable"))
# The lab needs what runs Python on a page: tests/test_movable_lab.py.
ALONE = [name for name in FIGURES if name != "lab"]
# Bytes of the scripts and the style sheet of a page with one figure, as gzip -9 leaves them.
LIGHT = 12 * 1024


# ---------------------------------------------------------------- the comment on a page


def test_a_comment_names_a_figure_and_has_its_caption():
    page = (
        "Text.\n\n<!-- movable: line\n     Turn *it*,\n     and look. -->\n\n"
        "<!-- movable: hill -->\n"
    )
    line, hill = movables_of(page, "page.md", {"line", "hill"})
    assert (line.name, line.caption) == ("line", "Turn *it*, and look.")
    assert page[line.start : line.end].startswith("<!-- movable: line")
    assert (hill.name, hill.caption) == ("hill", "")


def test_what_is_shown_as_code_is_no_figure():
    shown = "```text\n<!-- movable: line -->\n```\n\nWrite `<!-- movable: line -->` below it.\n"
    assert movables_of(shown, "page.md", set()) == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("<!-- movable: lime -->", "no movable figure is called 'lime': there is hill, line"),
        ("<!-- movable: -->", "a movable figure is <!-- movable: NAME A caption. -->"),
        ("<!--movable line-->", "a movable figure is"),
        ("<!-- Movable: line -->", "a movable figure is"),
        ("<!-- moveable: line -->", "a movable figure is"),
        ("So: <!-- movable: line -->", "on lines of its own"),
        ("<!-- movable: line --> So.", "on lines of its own"),
        ("<!-- movable: line It never ends", "a movable figure is"),
    ],
)
def test_a_comment_that_would_show_no_figure_is_refused_with_file_and_line(comment, message):
    with pytest.raises(LiterateError, match=re.escape(message)) as refused:
        movables_of(f"Text.\n\n{comment}\n", "docs/page.md", {"line", "hill"}, first_line=4)
    assert str(refused.value).startswith("docs/page.md:6: ")


def test_without_a_package_of_figures_none_is_known():
    assert movable_in("") == {}
    with pytest.raises(LiterateError, match="the option `movable` names their package"):
        movables_of("<!-- movable: line -->", "page.md", movable_in(""))
    with pytest.raises(ModuleNotFoundError, match=r"no package 'kasago\.nothing'"):
        movable_in("kasago.nothing")


def test_a_notebook_has_no_place_for_a_figure_that_moves():
    assert without_comments("a <!-- movable: line\nTurn it. --> b") == "a  b"


def test_both_editions_have_the_same_figures_with_a_caption_each(subtests):
    places = {page: movables_of(text_of(page), name_of(page), FIGURES) for page in PAGES}
    for page in PAGES:
        if not page.match("*.ja.md"):
            with subtests.test(name_of(page)):
                names = [place.name for place in places[page]]
                assert [place.name for place in places[page.with_suffix(".ja.md")]] == names
                assert len(names) == len(set(names))
    assert [name_of(page) for page in PAGES if not all(p.caption for p in places[page])] == []


def convert(text, caplog, **options):
    SOURCE.set(Source("docs/page.md", 8))
    extensions = ["pymdownx.arithmatex", "pymdownx.superfences", "kasago.literate.markdown"]
    configs = {"pymdownx.arithmatex": {"generic": True}, "kasago.literate.markdown": options}
    page = Markdown(extensions=extensions, extension_configs=configs).convert(text)
    return page, [record.getMessage() for record in caplog.records]


def test_on_the_page_stands_an_empty_place_with_the_caption_in_a_template(caplog):
    text = "One.\n\n<!-- movable: tangent\n     Make $h$ *small*. -->\n\nTwo.\n"
    page, messages = convert(text, caplog, movable="kasago.movable")
    assert messages == []
    place = re.fullmatch(r"<p>One.</p>\s*(<div.*</div>)\s*<p>Two.</p>", page, re.DOTALL)[1]
    assert place.startswith(
        '<div class="movable" data-movable="tangent" data-search-exclude hidden><template><p>Make '
    )
    assert "<math" in place
    assert place.endswith("<em>small</em>.</p></template></div>")


def test_a_wrong_name_is_an_error_of_the_build_and_shown_on_the_page(caplog):
    text = "One.\n\n<!-- movable: tangled Turn it. -->\n\nTwo.\n"
    page, messages = convert(text, caplog, movable="kasago.movable")
    assert messages == [
        "docs/page.md:10: no movable figure is called 'tangled': there is " + ", ".join(FIGURES)
    ]
    assert 'class="admonition failure"' in page
    assert "data-movable" not in page


# ---------------------------------------------------------------- the page in a browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:"
)
PAGE = """\
<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="movable.css">
<script type="module" src="start.js"></script>
<title>Figures</title>
<main class="md-typeset"><h1>Figures</h1>{boxes}</main>
"""
BOX = '<div class="movable" data-movable="{}" hidden><template><p>Try.</p></template></div>'


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """Serve the scripts, and a page with all figures in each language; yield its address."""
    folder = tmp_path_factory.mktemp("movable")
    for file in FOLDER.rglob("*.[jc]s*"):
        copy = folder / file.relative_to(FOLDER)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes())
    for name, content in data().items():
        (folder / name).write_bytes(content)
    boxes = "".join(map(BOX.format, [*FIGURES, "no-such-figure"]))
    for language in ("en", "ja"):
        page = PAGE.format(language=language, policy=POLICY, boxes=boxes)
        (folder / f"{language}.html").write_text(page, encoding="utf-8")
    with serving(folder) as address:
        yield address


RUN = """async (text, code) => JSON.stringify(
  await code(...JSON.parse(text)), (_, part) => ArrayBuffer.isView(part) ? [...part] : part)"""


class Tab:
    """A page with all figures, and what it asked for and said."""

    def __init__(self, page, host, language):
        self.page, self.asked, self.said = page, [], []
        page.on("request", lambda request: self.asked.append(request.url.rpartition("/")[2]))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(f"{host}{language}.html")
        for name in ALONE:
            self.figure(name).locator(".stage").wait_for()

    def figure(self, name):
        return self.page.locator(f"[data-movable={name}]")

    def says(self, name):
        return self.figure(name).get_by_role("status").inner_text()

    def run(self, code, *given):
        """Run code that gets what is given and returns numbers: as texts, which is faster."""
        text = self.page.evaluate(f"async text => ({RUN})(text, {code})", json.dumps(given))
        return json.loads(text)

    def each(self, name, function, calls):
        """Call many times what the module of a figure exports."""
        code = f"""async calls => {{
          const {{ {function} }} = await import("./figures/{name}.js")
          return calls.map(given => {function}(...given))
        }}"""
        return self.run(code, calls)

    def call(self, name, function, *given):
        """Call it once."""
        return self.each(name, function, [given])[0]


@pytest.fixture(scope="module")
def tabs(browser, host):
    """Return a page with all figures in each language."""
    with browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True) as context:
        context.set_default_timeout(10_000)
        yield {language: Tab(context.new_page(), host, language) for language in ("en", "ja")}


@pytest.fixture
def tab(tabs):
    """Return the English page, all its figures as they begin."""
    tabs["en"].page.evaluate(
        "document.querySelectorAll('.movable button').forEach(button => "
        "/Reset|Clear/.test(button.textContent) && button.click())"
    )
    return tabs["en"]


# ---------------------------------------------------------------- what they compute


def test_the_perceptron_answers_as_the_step_function(tab):
    rng = np.random.default_rng(0)
    points = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    settings = rng.integers(-16, 17, (200, 3)) / 8
    calls = [[s[:2].tolist(), s[2], x] for s in settings for x in points.tolist()]
    answers = np.reshape(tab.each("perceptron", "answer", calls), (200, 4))
    expected = step_function(settings[:, :2] @ points.T + settings[:, 2:])
    np.testing.assert_array_equal(answers, expected)


def test_the_shade_of_the_perceptron_is_where_it_answers_1(tab):
    """A corner of it lies on the line, or on the side of the 1; and all such corners are there."""
    for w, b in [([1, 1], -0.5), ([-2, 0.5], 0.25), ([0, 0], 1), ([0, 0], -1), ([1, -1], 0)]:
        halves = tab.call("perceptron", "halves", w, b)
        sums = np.array([np.dot(w, corner) + b for corner in halves["region"]])
        assert (sums > -1e-12).all()
        frame = np.array([[x, y] for x in (-0.5, 1.5) for y in (-0.5, 1.5)])
        assert {*map(tuple, frame[frame @ w + b > 0])} <= {*map(tuple, halves["region"])}
        assert all(abs(np.dot(w, end) + b) < 1e-12 for end in halves["border"])


def test_the_differences_are_those_of_numerical_diff(tab):
    xs, hs = np.linspace(-0.5, 1.2, 18), np.logspace(-15, 0, 16)
    calls = [[x, h] for x in xs.tolist() for h in hs.tolist()]

    def f(x):
        return x * x * x

    central = [numerical_diff(f, x, h=h) for x, h in calls]
    forward = [(f(x + h) - f(x)) / h for x, h in calls]
    np.testing.assert_allclose(tab.each("tangent", "centralDifference", calls), central, rtol=1e-9)
    np.testing.assert_allclose(tab.each("tangent", "forwardDifference", calls), forward, rtol=1e-9)


SURFACES = {
    "bowl": lambda x: x[0] * x[0] + x[1] * x[1],
    "valley": lambda x: x[0] * x[0] / 20 + x[1] * x[1],
}
DESCEND = """
async (surface, start, lr, momentum) => {
  const { SURFACES, descend } = await import("./figures/descent.js")
  return descend(SURFACES[surface], start, lr, momentum, 20)
}
"""


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("lr", [0.1, 0.95, 1.05])
def test_a_path_is_that_of_the_optimizers(tab, surface, lr):
    f, start = SURFACES[surface], [-7.0, 2.0]
    path = tab.run(DESCEND, surface, start, lr, 0)
    expected = gradient_descent(f, start, lr=lr, step_num=21)
    np.testing.assert_allclose(path, expected, rtol=1e-9, atol=1e-9)
    for momentum in (0.5, 0.9):
        path = tab.run(DESCEND, surface, start, lr, momentum)
        x, rule = np.array(start), Momentum(lr=lr, momentum=momentum)
        for point in path:
            np.testing.assert_allclose(point, x, rtol=1e-9, atol=1e-9)
            h = 1e-4
            grad = [(f(x + step) - f(x - step)) / (2 * h) for step in h * np.eye(2)]
            rule.update({"x": x}, {"x": np.array(grad)})


def test_probabilities_and_loss_are_those_of_softmax_and_its_cross_entropy(tab):
    rng = np.random.default_rng(1)
    scores = [*rng.uniform(-6, 6, (50, 3)), np.array([1000.0, 0.0, -1000.0])]
    found = tab.each("softmax", "softmax", [[a.tolist()] for a in scores])
    np.testing.assert_allclose(found, [softmax(a) for a in scores], rtol=1e-9, atol=1e-300)
    for right in range(3):
        losses = tab.each("softmax", "softmaxLoss", [[a.tolist(), right] for a in scores])
        expected = [softmax_loss(a, right) for a in scores]
        np.testing.assert_allclose(losses, expected, rtol=1e-9, atol=1e-12)


def test_the_filter_gives_what_a_convolution_gives(tab):
    _, (x, _) = load_mnist(flatten=False)
    x = x[:1].astype(float)
    W = np.random.default_rng(2).standard_normal((3, 3))
    out = tab.call("convolution", "convolve", x.ravel().tolist(), W.ravel().tolist())
    expected = Convolution(W[np.newaxis, np.newaxis], 0.0).forward(x)
    np.testing.assert_allclose(out, expected.ravel(), atol=1e-9)


PREDICT = """
async images => {
  const { layers, predict } = await import("./figures/digit.js")
  const weights = await (await fetch("weights.bin")).arrayBuffer()
  const network = layers(weights)
  return images.map(image => predict(network, image))
}
"""


def test_the_certainties_are_those_of_the_trained_network(tab):
    _, (x, _) = load_mnist()
    expected = ThreeLayerNet.trained().predict(x[:20])
    found = tab.run(PREDICT, x[:20].astype(float).tolist())
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_every_half_is_read_as_the_number_that_it_is(tab):
    bits = np.arange(2**16, dtype="<u2")
    halves = bits.view("<f2").astype(float)
    finite = np.isfinite(halves)
    found = tab.each("digit", "half", [[int(b)] for b in bits[finite][::7]])
    np.testing.assert_array_equal(found, halves[finite][::7])


def test_weights_that_were_cut_off_are_refused(tab):
    code = "async () => (await import('./figures/digit.js')).layers(new ArrayBuffer(100))"
    with pytest.raises(Exception, match=r"weights\.bin has 100 bytes in place of 90720"):
        tab.page.evaluate(code)


ZERO = [[14 + 6 * np.sin(a), 14 - 9 * np.cos(a)] for a in np.linspace(0, 6.2, 30)]
STROKES = {
    0: [ZERO],
    1: [[[14, 4], [14, 24]]],
    3: [[[8, 6], [13, 4], [18, 6], [18, 10], [13, 13], [18, 16], [19, 20], [14, 24], [8, 21]]],
    7: [[[7, 5], [20, 5], [12, 24]]],
}


def test_a_drawing_is_centred_and_scaled_as_the_digits_of_mnist_are(tab):
    """Twenty pixels long, its centre of mass where theirs is, wherever and how large it was."""
    _, (x, _) = load_mnist(flatten=False)
    rows = np.arange(28) + 0.5
    middle = (x.sum(axis=(1, 3)) @ rows / x.sum(axis=(1, 2, 3))).mean()
    large = tab.call("digit", "centred", STROKES[3])
    large = np.reshape(large, (28, 28))
    for centre in (large.sum(axis=1) @ rows, large.sum(axis=0) @ rows):
        assert centre / large.sum() == pytest.approx(middle, abs=0.1)
    inked = np.flatnonzero(large.sum(axis=1) > 0.3)
    assert 19 <= inked[-1] - inked[0] + 1 <= 21
    small = (np.array(STROKES[3][0]) / 3 + 2).tolist()
    small = np.reshape(tab.call("digit", "centred", [small]), (28, 28))
    np.testing.assert_allclose(small, large, atol=1e-9)
    assert not any(tab.call("digit", "centred", []))


def test_digits_as_one_draws_them_are_read(tab):
    images = tab.each("digit", "centred", [[strokes] for strokes in STROKES.values()])
    answers = np.argmax(tab.run(PREDICT, images), axis=1)
    assert answers.tolist() == list(STROKES)


# ---------------------------------------------------------------- how they act


def test_they_work_under_a_strict_policy_and_say_nothing_to_the_console(tabs):
    for tab in tabs.values():
        # The figure that is not there is told of by the browser itself, and leaves no trace.
        assert [text for text in tab.said if "404" not in text] == []
        # So does the lab, where nothing runs Python.
        assert tab.page.locator("[data-movable=no-such-figure], [data-movable=lab]").count() == 0


def test_each_speaks_the_language_of_its_page(tabs):
    for name in ALONE:
        english, japanese = (tabs[language].figure(name) for language in ("en", "ja"))
        assert not re.search("undefined|NaN|[぀-ヿ]", english.inner_text())
        assert re.search("[぀-ヿ]", japanese.get_by_role("status").inner_text())
        assert "undefined" not in japanese.inner_text()
        labels = "nodes => nodes.map(node => node.getAttribute('aria-label'))"
        for label in japanese.locator("[aria-label]").evaluate_all(labels):
            assert re.search("[぀-ヿ一-鿿]", label)


def test_every_control_has_a_name_and_moves_by_keyboard(tab):
    for name in ALONE:
        figure = tab.figure(name)
        before = figure.inner_text()
        for slider in figure.get_by_role("slider").all():
            assert slider.evaluate("input => input.labels[0].textContent.trim()")
            value = slider.input_value()
            slider.press("ArrowLeft")
            assert slider.input_value() != value
        if figure.get_by_role("slider").count():
            assert figure.inner_text() != before
            figure.get_by_role("button", name="Reset").click()
            assert figure.inner_text() == before


def test_axe_finds_nothing(tabs):
    """Colours aside: those are the site's, whose own tests look at them on its pages."""
    axe = pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT
    for tab in tabs.values():
        tab.page.evaluate(axe)
        rules = {"color-contrast": {"enabled": False}}
        found = tab.page.evaluate("rules => axe.run('main', {rules})", rules)
        assert [(v["id"], n["html"]) for v in found["violations"] for n in v["nodes"]] == []


def test_and_is_found_by_the_bias_and_xor_is_not(tab):
    figure = tab.figure("perceptron")
    assert tab.says("perceptron") == "2 of 4 answers are right."
    bias = figure.get_by_label("b", exact=True)
    for _ in range(8):
        bias.press("ArrowLeft")
    assert tab.says("perceptron") == "All 4 answers are right."
    assert figure.locator(".wrong").count() == 0
    figure.get_by_text("XOR").click()
    assert tab.says("perceptron") == "1 of 4 answers are right."
    assert figure.locator(".wrong").count() == 3


def touch(tab, points):
    """Draw with a finger from point to point."""
    session = tab.page.context.new_cdp_session(tab.page)
    kinds = ["touchStart", *["touchMove"] * (len(points) - 1)]
    for kind, (x, y) in zip(kinds, points, strict=True):
        point = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        session.send("Input.dispatchTouchEvent", point)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    tab.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def test_a_finger_takes_the_start_of_a_descent_with_it(tab):
    figure = tab.figure("descent")
    handle = figure.locator(".handle .grip")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch(tab, [(x, y), (x + 40, y + 10), (x + 80, y + 20)])
    start = figure.get_by_label("start x₀")
    assert float(start.input_value()) > -4


def test_a_filter_of_the_readers_own(tab):
    figure = tab.figure("convolution")
    weight = figure.get_by_label("Weight in row 2, column 2")
    weight.fill("2")
    assert figure.get_by_label("yours").is_checked()
    before = tab.says("convolution")
    weight.fill("7")
    assert tab.says("convolution") != before
    figure.get_by_text("left/right").click()
    assert weight.input_value() == "0"


def test_a_digit_is_drawn_by_keyboard_and_the_weights_come_then(browser, host):
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        tab = Tab(context.new_page(), host, "en")
        assert "weights.bin" not in tab.asked
        pad = tab.figure("digit").get_by_role("application")
        pad.focus()
        tab.page.keyboard.press("Space")
        for _ in range(18):
            tab.page.keyboard.press("ArrowDown")
        tab.page.keyboard.press("Space")
        status = tab.figure("digit").get_by_role("status")
        status.get_by_text("The network reads 1, with a certainty of").wait_for()
        assert tab.asked.count("weights.bin") == 1
        assert status.inner_text().startswith("Row 25, column 14, pen up.")
        tab.page.keyboard.press("Backspace")
        assert "The network reads" not in status.inner_text()
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.textContent") == "Take back a stroke"
        assert [text for text in tab.said if "404" not in text] == []


@pytest.mark.parametrize("pointer", ["mouse", "finger"])
def test_a_digit_is_drawn_with(tab, pointer):
    pad = tab.figure("digit").get_by_role("application")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    unit = box["width"] / 28
    points = [(box["x"] + unit * x, box["y"] + unit * y) for x, y in STROKES[7][0]]
    if pointer == "finger":
        touch(tab, points)
    else:
        tab.page.mouse.move(*points[0])
        tab.page.mouse.down()
        for point in points[1:]:
            tab.page.mouse.move(*point, steps=3)
        tab.page.mouse.up()
    tab.figure("digit").get_by_role("status").get_by_text("The network reads 7").wait_for()
    tab.figure("digit").get_by_role("button", name="Clear").click()
    assert "Draw a digit" in tab.says("digit")


def test_in_print_and_without_scripts_there_is_none(browser, host, tabs):
    page = tabs["ja"].page
    page.emulate_media(media="print")
    assert not page.locator(".movable").first.is_visible()
    page.emulate_media(media="screen")
    assert page.locator(".movable").first.is_visible()
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{host}en.html")
        assert page.locator(".stage").count() == 0
        assert not page.locator(".movable").first.is_visible()


def test_the_scripts_of_a_figure_are_light():
    for file in movable_in("kasago.movable").values():
        # All that it imports, and all that these import.
        parts = [FOLDER / "movable.css", FOLDER / "start.js", file]
        for part in parts:
            imported = re.findall(r' from "(.+)"$', part.read_text("utf-8"), re.MULTILINE)
            parts += {part.parent.joinpath(name).resolve() for name in imported} - {*parts}
        assert FOLDER / "parts.js" in parts
        size = sum(len(gzip.compress(part.read_bytes(), 9)) for part in parts)
        assert size <= LIGHT, file.name


# ---------------------------------------------------------------- the pages of the site


def test_a_page_asks_for_the_scripts_if_it_has_a_figure(site, subtests):
    for page in sorted(site.rglob("*.html")):
        text = page.read_text("utf-8")
        with subtests.test(page.relative_to(site).as_posix()):
            has_figure = 'data-movable="' in text
            assert text.count("assets/movable/start.js") == has_figure
            assert text.count("assets/movable/movable.css") == has_figure
    files = {file.relative_to(site / "assets" / "movable").as_posix() for file in
             (site / "assets" / "movable").rglob("*.*")}  # fmt: skip
    assert files == {
        "movable.css", "parts.js", "plane.js", "start.js",
        *data(), *(f"figures/{n}.js" for n in FIGURES),
    }  # fmt: skip
