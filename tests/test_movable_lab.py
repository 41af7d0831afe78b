"""Facts about the lab: what it trains, and what a reader does with it, in Chromium."""

import json
import re

import numpy as np
import pytest

from conftest import ROOT
from kasago.movable.lab import EVERY, STEPS, steps, tell
from live_page import assets, snippet, strict_host, write_page

FOLDER = ROOT / "kasago" / "movable"
BOX = """\
<link rel="stylesheet" href="movable/movable.css">
<script type="module" src="movable/start.js"></script>
<div class="movable" data-movable="lab" hidden><template><p>Try.</p></template></div>
"""
BEGIN = {"hidden_size": 50, "lr": 0.1, "batch_size": 100, "activation": "relu", "optimizer": "SGD"}


# ---------------------------------------------------------------- what it trains


def test_it_learns_and_gives_the_same_again(capsys):
    first = list(steps(hidden_size=20, optimizer="Adam", lr=0.01, number=60))
    assert [loss is None for loss, _ in first] == [False] * 60 + [True]
    assert [i for i, (_, accuracy) in enumerate(first) if accuracy is not None] == [0, 20, 40, 60]
    assert first[-1][1] > 0.7
    tell(hidden_size=20, optimizer="Adam", lr=0.01, number=2)
    lines = [line.split(" ") for line in capsys.readouterr().out.splitlines()]
    assert [float(loss) for loss, _ in lines[:2]] == pytest.approx([first[0][0], first[1][0]])
    assert lines[1][1] == lines[2][0] == ""


def test_an_optimizer_of_another_name_is_refused():
    with pytest.raises(ValueError, match=r"one of SGD, Momentum, AdaGrad, Adam; got 'Newton'"):
        next(steps(optimizer="Newton"))
    with pytest.raises(ValueError, match="activation must be one of relu, sigmoid"):
        next(steps(activation="step"))


def test_the_script_knows_how_many_steps_there_are():
    text = (FOLDER / "figures" / "lab.js").read_text("utf-8")
    assert f"const STEPS = {STEPS}\n" in text
    assert STEPS % EVERY == 0


# ---------------------------------------------------------------- a reader

# What a worker gave, beside what the figure makes of it.
LISTEN = """
const post = Worker.prototype.postMessage
Worker.prototype.postMessage = function (data) {
  if (data.type === "run") {
    window.told = { code: data.code, text: "" }
    this.addEventListener("message", ({ data: { type, kind, text, heap } }) => {
      if (type === "out" && kind === "stdout") window.told.text += text
      if (type === "done") window.told.heap = heap
    })
  }
  return post.call(this, data)
}
"""


class Lab:
    """The lab on a page with a snippet, and what it did."""

    def __init__(self, tab, address):
        self.tab, self.messages = tab, []
        tab.on("console", lambda message: self.messages.append(message.text))
        tab.on("pageerror", lambda error: self.messages.append(str(error)))
        tab.set_default_timeout(60_000)
        tab.add_init_script(LISTEN)
        tab.goto(address)
        self.box = tab.locator("[data-movable=lab]")
        self.status = self.box.get_by_role("status")
        self.rows = self.box.locator("tbody tr")

    def press(self, name):
        self.box.get_by_role("button", name=name, exact=True).press("Enter")

    def wait_for(self, words):
        self.status.filter(has_text=re.compile(words)).wait_for()
        return self.status.inner_text()

    def length(self, look):
        """Return how many points the line of the mean loss has."""
        line = self.box.locator(f"svg >> nth=0 >> path.line.{look}:not(.faint)")
        return len(line.get_attribute("d").split("L"))


@pytest.fixture
def lab(browser, tmp_path):
    """Open the lab on a phone, by a host that forbids what it can."""
    live = assets()
    write_page(tmp_path, live, [snippet("print(1 + 1)"), BOX])
    for file in FOLDER.rglob("*.[jc]s*"):
        copy = tmp_path / "movable" / file.relative_to(FOLDER)
        copy.parent.mkdir(exist_ok=True, parents=True)
        copy.write_bytes(file.read_bytes())
    size = {"width": 390, "height": 800}
    with strict_host(tmp_path) as address, browser.new_context(viewport=size) as context:
        yield Lab(context.new_page(), address)


def test_a_reader_trains_stops_changes_and_compares(lab):
    """One page, one start of Python."""
    assert lab.wait_for("") == "Not trained yet."
    lab.press("Start")
    assert re.match(r"Loading Python: \d+ MB, once\.", lab.wait_for("Loading"))

    # The curve grows, and what was stopped stays.
    lab.wait_for("Training")
    lab.box.locator("path.line.b:not(.faint)[d*=L]").first.wait_for()
    early = lab.length("b")
    lab.tab.wait_for_function(
        "n => document.querySelector('path.line.b:not(.faint)').getAttribute('d').split('L').length"
        " > n + 5",
        arg=early,
    )
    lab.press("Stop")
    assert re.search(r"after \d+ steps: accuracy 0\.\d", lab.wait_for("Stopped"))
    assert lab.tab.evaluate("document.activeElement.textContent") == "Start"
    assert early < lab.length("b") < STEPS

    # A whole run: the losses are those that the same loop has here, in floats of 32 bits.
    lab.press("Start")
    accuracy = re.search(r"accuracy ([\d.]+)", lab.wait_for("After 600 steps"))[1]
    assert float(accuracy) > 0.8
    assert (lab.rows.count(), lab.length("b")) == (2, STEPS)
    told = lab.tab.evaluate("window.told")
    lines = [line.split(" ") for line in told["text"].splitlines()]
    given = json.loads("{" + re.sub(r"(\w+)=", r'"\1":', told["code"].split("(")[1][:-2]) + "}")
    assert given == BEGIN
    expected = list(steps(**given, number=30))
    found = [float(loss) for loss, _ in lines[:30]]
    np.testing.assert_allclose(found, [loss for loss, _ in expected[:30]], rtol=1e-5)
    assert float(lines[0][1]) == expected[0][1]
    assert told["heap"] < 400e6

    # Another setting, by keyboard; the run before it is there to compare.
    slider = lab.box.get_by_label("Hidden units")
    slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "20"
    lab.box.get_by_label("sigmoid").press("Space")
    lab.press("Start")
    lab.wait_for("Training")
    lab.wait_for("After 600 steps")
    names = [" ".join(name.split()) for name in lab.rows.locator("th").all_inner_texts()]
    assert names == ["20 sigmoid, SGD 0.1, batch 100", "50 ReLU, SGD 0.1, batch 100"]
    assert (lab.length("b"), lab.length("before")) == (STEPS, STEPS)

    # A snippet has the same Python: whoever comes later takes it.
    lab.press("Start")
    lab.wait_for("Training")
    lab.tab.get_by_role("button", name="Run, snippet 1").click()
    lab.wait_for("Stopped")
    lab.tab.locator(".live-out", has_text="2").wait_for()

    axe = pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT
    lab.tab.evaluate(axe)
    found = lab.tab.evaluate("axe.run('.movable')")
    assert [(v["id"], n["html"]) for v in found["violations"] for n in v["nodes"]] == []
    assert lab.messages == []
