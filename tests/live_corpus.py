"""Every snippet of the book in a browser, held against the page: ``make live-test``.

It takes minutes, so `make test` leaves it out. What is not the same is declared at the fence, by
``not-live="why"``; a declaration without need fails too.
"""

import json
import os
import queue
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from conftest import PAGES, name_of, snippets_of
from kasago.literate.running.check import check
from kasago.literate.running.job import Result
from live_page import assets, snippet, strict_host, write_page

# Bytes of memory that Python takes at most for one snippet: telephones have little.
MEMORY = 500e6
# Seconds after which no reader waits any more. A test shares its machine, so this is not strict.
LONG = 300
# A worker is taken anew when it has grown to this, so that what comes next is measured alone.
LARGE = 250e6

SNIPPETS = [each for page in PAGES for each in snippets_of(page) if each.runs]

START = """
() => new Promise((resolve, reject) => {
  window.worker?.terminate()
  const script = document.currentScript ?? document.querySelector("script[data-words]")
  window.worker = new Worker(new URL("worker.js", script.src), { type: "module" })
  worker.onerror = event => reject(new Error(event.message))
  worker.onmessage = ({ data }) => {
    if (data.type === "ready") resolve(data)
    if (data.type === "fail") reject(new Error(data.message))
  }
  worker.postMessage({ type: "boot" })
})
"""
RUN = """
code => new Promise(resolve => {
  const given = { stdout: "", stderr: "", figures: [] }
  worker.onmessage = ({ data }) => {
    if (data.type === "out" && data.kind === "figure") given.figures.push(data.text)
    else if (data.type === "out") given[data.kind] += data.text
    else if (data.type === "done" || data.type === "fail") resolve({ ...given, ...data })
  }
  worker.postMessage({ type: "run", code })
})
"""


@dataclass(frozen=True)
class Ran:
    """What came of a snippet in the browser."""

    result: Result
    said: str
    seconds: float
    memory: float


@pytest.fixture(scope="module")
def run(browser, tmp_path_factory):
    """Return a function that runs code in a browser, each code once."""
    folder = tmp_path_factory.mktemp("corpus")
    write_page(folder, assets(), [])
    known = {}
    # What each took, for who measures: milliseconds, bytes of memory, code.
    report = Path(os.environ.get("KASAGO_LIVE_REPORT", os.devnull))
    with (
        report.open("a") as lines,
        strict_host(folder) as address,
        browser.new_context() as context,
    ):
        tab = context.new_page()
        tab.set_default_timeout(0)
        tab.goto(address)
        state = tab.evaluate(START)
        assert state["fast"], "the kernel for products of matrices is not in use"

        def run(code):
            nonlocal state
            if code not in known:
                if state["heap"] > LARGE:
                    state = tab.evaluate(START)
                state = tab.evaluate(RUN, code)
                assert state["type"] == "done", state["message"]
                error = state["stderr"] if state["error"] else ""
                result = Result(state["stdout"], tuple(state["figures"]), error)
                known[code] = Ran(result, state["error"], state["ms"] / 1000, state["heap"])
                said = [state["ms"], state["heap"], code]
                print(json.dumps(said), file=lines, flush=True)
            return known[code]

        yield run


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_snippet_gives_in_a_browser_what_the_page_shows(run, subtests, page):
    for each in [each for each in SNIPPETS if each.path == name_of(page)]:
        with subtests.test(f"{each.path}:{each.line}"):
            ran = run(each.code)
            wrong = check(replace(each, ties=()), ran.result)
            if reason := each.options.get("not-live"):
                assert wrong, f"not-live={reason!r} has no reason: it gives what the page shows"
            else:
                assert "\n".join(map(str, wrong)) == ""
            fails = each.options.get("fails", "")
            if fails.startswith("AssertionError"):
                # An exercise: what the page says of it, until it is solved.
                assert ran.said == fails
            assert ran.memory <= MEMORY
            takes = float(each.options.get("live-seconds", 0))
            assert ran.seconds <= max(LONG, 10 * takes)
            assert ran.seconds >= takes / 5


# In another browser, which nobody drives: a script of the page presses the buttons.
PRESS = """
const says = snippet => snippet.querySelector(".live-state").textContent
const ended = /Done|Stopped|could not/
async function press() {
  const given = []
  for (const snippet of document.querySelectorAll(".snippet")) {
    snippet.querySelector("[data-act=run]").click()
    while (!ended.test(says(snippet))) await new Promise(go => setTimeout(go, 100))
    const drawn = snippet.querySelectorAll(".live-out svg path").length > 5
    given.push([says(snippet).split(" ")[0], snippet.querySelector(".live-out").innerText, drawn])
  }
  fetch("report", { method: "POST", body: JSON.stringify(given) })
}
addEventListener("load", press)
"""
SAMPLE = [
    "import numpy as np\nprint(np.dot.__wrapped__ and np.dot(np.eye(99), np.ones((99, 9))).sum())",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "from kasago.dataset.mnist import load_mnist\nprint(load_mnist()[0][0].shape)",
    "1 / 0",
]


def test_firefox_runs_a_sample(tmp_path):
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if not firefox:
        pytest.skip("no Firefox on this machine")
    page, reports = tmp_path / "page", queue.Queue()
    write_page(page, assets(), [snippet(code) for code in SAMPLE])
    (page / "press.js").write_text(PRESS, "utf-8")
    html = (page / "index.html").read_text("utf-8")
    html = html.replace("</body>", '<script src="press.js" defer></script>\n</body>')
    (page / "index.html").write_text(html, "utf-8")
    profile = tmp_path / "profile"
    profile.mkdir()
    with strict_host(page, reports) as address:
        command = [firefox, "--headless", "--no-remote", "--profile", str(profile), address]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(
            command, env=os.environ | {"HOME": str(tmp_path)}, **quiet
        ) as process:
            try:
                given = json.loads(reports.get(timeout=300))
            finally:
                process.terminate()
    assert [(state, drawn) for state, _, drawn in given] == [
        ("Done", False),
        ("Done", True),
        ("Done", False),
        ("Stopped", False),
    ]
    assert given[0][1].strip() == "891.0"
    assert given[2][1].strip() == "(60000, 784)"
    assert given[3][1].strip().endswith("ZeroDivisionError: division by zero")
