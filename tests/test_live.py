"""Facts about kasago.live: what it is made of, and what a reader can do with a snippet."""

import ctypes
import gzip
import hashlib
import html
import http.server
import io
import json
import re
import shutil
import sys
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from conftest import PAGES, ROOT, name_of, serving, small_site, snippets_of
from kasago.literate.running import FIGURES_FOLDER
from kasago.literate.site import live as hook
from kasago.literate.site.pdf import BROWSERS
from kasago.live import assets as making
from kasago.live import recipe, runner
from kasago.live.dot import faster, replace_loop
from live_page import assets, snippet, strict_host, write_page

FOLDER = ROOT / "kasago" / "live"
SCRIPTS = FOLDER / "browser"
# What a page loads before Run, as gzip -9 leaves it.
BEFORE_RUN = 10 * 1024


# ---------------------------------------------------------------- what it is made of


def test_every_package_of_npm_has_a_digest_and_no_address():
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 15
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert {n: packages[f"node_modules/{n}"]["version"] for n in versions} == versions


def wheel(text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("six.py", text)
        packed.writestr("tests/test_six.py", text)
    return content.getvalue()


def test_a_wheel_that_is_not_the_pinned_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(making, "PACKAGES", ["six"])
    good = wheel("good")
    lock = {
        "packages": {"six": {"file_name": "six.whl", "sha256": hashlib.sha256(good).hexdigest()}}
    }
    assert making._files(tmp_path, lock, lambda name: good) == {
        "six.py": b"good",
        "tests/test_six.py": b"good",
    }
    with pytest.raises(making.AssetError, match=r"six\.whl has the SHA-256 .*do not use it"):
        making._files(tmp_path, lock, lambda name: wheel("evil"))


def test_wheels_come_from_a_folder_or_an_address_too(tmp_path):
    (tmp_path / "six.whl").write_bytes(b"content")
    assert making._reader(tmp_path, str(tmp_path))("six.whl") == b"content"
    with pytest.raises(making.AssetError, match="cannot be read"):
        making._reader(tmp_path, str(tmp_path))("none.whl")
    with serving(tmp_path) as address:
        assert making._reader(tmp_path, address)("six.whl") == b"content"
        with pytest.raises(making.AssetError, match="cannot be read"):
            making._reader(tmp_path, address)("none.whl")


def test_without_node_the_command_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(making.AssetError, match=r"node is missing: install Node\.js"):
        making.make(tmp_path / "new")


def test_a_folder_is_named_from_where_one_stands_and_not_from_where_a_program_runs(
    tmp_path, monkeypatch
):
    def ended(*command, cwd):
        raise making.AssetError(f"{command[0]} in {cwd}")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda program: program)
    monkeypatch.setattr(making, "_run", ended)
    with pytest.raises(making.AssetError, match=f"^npm in {re.escape(str(tmp_path))}/live/"):
        making.make(Path("live"))


# ---------------------------------------------------------------- beside the site


@pytest.fixture
def made(tmp_path):
    """Return a folder as `make live` leaves it, with small files in the place of large ones."""
    folder = tmp_path / "assets"
    version = folder / recipe.version()
    version.mkdir(parents=True)
    for name in (*hook.COUNTED, "editor.js", "licences.txt"):
        (version / name).write_bytes(b"x" * 100)
    note = {"version": version.name, "recipe": str(FOLDER), "digests": recipe.digests()}
    (folder / "current.json").write_text(json.dumps(note))
    return folder


def test_what_a_page_loads_is_put_beside_it_in_folders_named_for_their_content(made, tmp_path):
    live = hook.live_of(made, SCRIPTS, ["kasago", "tqdm"])
    live.put(tmp_path / "site")
    told = live.told("ja")
    script = tmp_path / "site" / told["script"]
    assert script.read_bytes() == (SCRIPTS / "live.js").read_bytes()
    assert json.loads(told["words"])["run"] == "実行"
    about = json.loads((script.parent / "live.json").read_text())
    assert (script.parent / about["assets"] / "editor.js").is_file()
    with zipfile.ZipFile(script.parent / "packages.zip") as packed:
        names = packed.namelist()
    assert {"kasago/common/functions.py", "kasago/live/runner.py", "tqdm/std.py"} <= set(names)
    assert not [n for n in names if re.search(r"kasago/bench|package-lock|\.pyc|\.ts$", n)]
    # The images of MNIST and the larger weights come only when a snippet opens them.
    assert {name.rpartition("/")[2] for name in about["lazy"]} == {
        "deep_conv_net.npz",
        "simple_conv_net.npz",
        "t10k-images-idx3-ubyte.gz",
        "train-images-idx3-ubyte.gz",
    }
    for name, address in about["lazy"].items():
        assert name not in names
        assert (script.parent / address).read_bytes() == (ROOT / name).read_bytes()
    small = sum(
        len(gzip.compress((script.parent / n).read_bytes(), 9)) for n in ("live.js", "live.css")
    )
    assert small <= BEFORE_RUN
    # The same content has the same address; other content has another.
    assert hook.live_of(made, SCRIPTS, ["kasago", "tqdm"]).folder == live.folder
    assert hook.live_of(made, SCRIPTS, ["kasago"]).folder != live.folder


def test_assets_of_another_recipe_are_not_used(made, caplog):
    note = json.loads((made / "current.json").read_text())
    note["digests"]["gemm.ts"] = "another"
    (made / "current.json").write_text(json.dumps(note))
    with caplog.at_level("INFO"):
        assert hook.live_of(made, SCRIPTS, ["kasago"]) is None
    assert "gemm.ts has changed" in caplog.text
    assert hook.live_of(made / "nowhere", SCRIPTS, ["kasago"]) is None


def test_a_package_that_is_not_installed_is_named(made):
    with pytest.raises(ValueError, match="'nosuch', which snippets shall find"):
        hook.live_of(made, SCRIPTS, ["nosuch"])


def test_the_theme_puts_the_script_on_pages_whose_snippets_run_if_it_is_there(
    made, small_sites, tmp_path
):
    small_site(tmp_path / "with", KASAGO_LIVE=str(made), REPO_URL="", BOOK_PDF="")
    for page, root, run in (("index.html", "", "Run"), ("ja/index.html", "../", "実行")):
        text = (tmp_path / "with" / "site" / page).read_text("utf-8")
        [script] = re.findall(r'<script src="([^"]*live\.js)" data-words="([^"]*)"', text)
        assert (tmp_path / "with" / "site" / page).parent.joinpath(script[0]).is_file()
        assert script[0].startswith(f"{root}live/")
        assert json.loads(html.unescape(script[1]))["run"] == run
        assert f'<link rel="stylesheet" href="{script[0][:-3]}.css">' in text
        assert text.count('<div class="snippet" data-live>') == 1
    # A page without snippets has none.
    assert "live.js" not in (tmp_path / "with" / "site" / "404.html").read_text("utf-8")
    assert not (small_sites["bare"] / "live").exists()
    assert "live.js" not in (small_sites["bare"] / "index.html").read_text("utf-8")


# ---------------------------------------------------------------- a snippet in Python


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """Return a function that runs a snippet, and what it gave: kinds and texts."""
    monkeypatch.setenv(FIGURES_FOLDER, str(tmp_path / "figures"))
    for name in ("stdout", "stderr", "argv"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    given = []

    def ran(code):
        given.clear()
        main = sys.modules["__main__"]
        try:
            runner.setup(lambda kind, text: given.append((kind, text)))
            return runner.run(code), given
        finally:
            sys.modules["__main__"] = main

    return ran


def test_a_snippet_prints_and_leaves_nothing_to_the_next(ran):
    assert ran("x = 1\nprint(x)\nopen('left', 'w').close()") == ("", [("stdout", "1\n")])
    error, _ = ran("import os\nprint(os.listdir())\nx")
    assert error == "NameError: name 'x' is not defined"
    assert ran("import os\nprint(os.listdir())")[1] == [("stdout", "[]\n")]


def test_print_options_and_error_states_are_new_for_each_snippet(ran):
    ran("import numpy as np\nnp.set_printoptions(precision=2)\nnp.seterr(all='ignore')")
    _, given = ran("import numpy as np\nprint(np.array([1 / 3]), np.geterr()['divide'])")
    assert given == [("stdout", "[0.33333333] warn\n")]


def test_an_error_has_the_lines_of_the_snippet_and_nothing_above_it(ran):
    error, [(kind, text)] = ran("def f():\n    raise ValueError('no')\n\nf()")
    assert (error, kind) == ("ValueError: no", "stderr")
    assert text.startswith('Traceback (most recent call last):\n  File "snippet.py", line 4, in ')
    assert "    raise ValueError('no')" in text
    assert "runner" not in text
    error, [(_, text)] = ran("x = (1")
    assert error.startswith("SyntaxError")
    assert 'File "snippet.py", line 1' in text


def test_what_prints_without_end_is_ended_whatever_it_catches(ran):
    code = "while True:\n    try:\n        print('x' * 1000)\n    except Exception:\n        pass"
    error, given = ran(code)
    assert error == "kasago.live.runner.TooMuchError: the snippet prints more than 200,000 letters"
    assert sum(len(text) for _, text in given) < 210_000


def test_a_progress_bar_draws_its_bar_and_nothing_else(ran):
    code = "from tqdm import tqdm\nfor _ in tqdm(range(3), desc='steps'):\n    pass"
    error, given = ran(code)
    text = "".join(text for kind, text in given if kind == "stderr")
    assert (error, "Warning" in text) == ("", False)
    assert "steps: 100%" in text


def test_text_comes_in_pieces_and_in_order(ran):
    _, given = ran("import sys\nfor i in range(500):\n    print(i)\nprint('bad', file=sys.stderr)")
    assert "".join(text for _, text in given) == "".join(f"{i}\n" for i in range(500)) + "bad\n"
    assert len(given) < 200


CASES = """
import numpy as np
rng = np.random.default_rng(0)

def draw(shape, dtype, how):
    rows, columns = shape
    wide = rng.standard_normal((2 * rows, 2 * columns)).astype(dtype)
    if how == "T":
        return wide.T[:columns, :rows].T
    return {"C": wide[:rows, :columns].copy(), "F": np.asfortranarray(wide[:rows, :columns]),
            "slice": wide[::2, ::2], "back": wide[:rows, :columns][::-1, ::-1]}[how]

worst, tried = 0, 0
sizes = [(100, 784, 50), (33, 50, 17), (2050, 9, 7), (1, 784, 50), (5, 999, 5), (64, 64, 1)]
for M, K, N in sizes:
    for dtypes in [("d", "d"), ("f", "f"), ("f", "d"), ("d", "f")]:
        for how in [("C", "C"), ("T", "C"), ("C", "T"), ("slice", "F"), ("back", "slice")]:
            a, b = draw((M, K), dtypes[0], how[0]), draw((K, N), dtypes[1], how[1])
            plain = np.dot.__wrapped__(a, b)
            size = np.dot.__wrapped__(np.abs(a).astype("d"), np.abs(b).astype("d"))
            eps = np.finfo(plain.dtype).eps
            for fast, part in [(np.dot(a, b), ...), (a @ b, ...), (np.stack([a, a]) @ b[None], ...),
                               (a @ b[:, 0], np.s_[:, 0]), (a[0] @ b, 0)]:
                assert fast.dtype == plain.dtype and fast.shape[-2:] == plain[part].shape
                error = np.max(np.abs(fast - plain[part]) / size[part])
                worst = max(worst, error / (2 * K * eps))
            tried += 1
whole = rng.integers(-9, 9, (200, 300)).astype("d")
assert np.array_equal(np.dot(whole, whole.T), np.dot.__wrapped__(whole, whole.T))
bad = np.where(whole == 3, np.nan, np.where(whole == 4, np.inf, whole))
with np.errstate(invalid="ignore"):
    fast, plain = np.dot(bad, whole.T), np.dot.__wrapped__(bad, whole.T)
    matmul = bad @ whole.T
assert np.array_equal(np.isnan(fast), np.isnan(plain))
assert np.array_equal(fast, matmul, equal_nan=True)
for a, b in [([1, 2], [3, 4]), (np.eye(3), np.ones(3)), (np.eye(3, dtype=int), np.eye(3)),
             (np.ones((2, 3, 400)), np.ones((400, 99))), (2.0, np.eye(200))]:
    assert np.array_equal(np.dot(a, b), np.dot.__wrapped__(a, b))
for dtype in "fd":
    left, out = whole.astype(dtype), np.empty((400, 200), dtype)[200:]
    assert np.dot(left, left.T, out=out) is out and np.array_equal(out, np.dot(whole, whole.T))
    square = out % 9
    left, right = square.copy(), square.copy()
    assert np.array_equal(np.dot(square, square, out=square), np.dot.__wrapped__(left, right))
    wide = np.zeros((400, 400), dtype)
    np.matmul(left, right, out=wide[::2, ::2])
    assert np.array_equal(wide[::2, ::2], square) and not wide[1::2].any()
    np.matmul(left, right.T, out=left)
    assert np.array_equal(left, np.dot.__wrapped__(right, right.T))
    assert not (np.ones((3, 0), dtype) @ np.ones((0, 4), dtype)).any()
for bad in [np.empty((200, 200), "f"), np.empty((9, 200)), np.empty((200, 200)).T]:
    try:
        np.dot(whole, whole.T, out=bad)
    except ValueError as error:
        assert "output array" in str(error)
    else:
        raise AssertionError("an array that cannot be filled")
for wrong in [np.ones((999, 3)), np.ones((3, 300))]:
    try:
        np.dot(whole, wrong)
    except ValueError as error:
        assert "not aligned" in str(error)
    else:
        raise AssertionError("shapes that do not fit")
print(tried, worst < 1)
"""


def test_dot_by_matmul_is_numpys_own(monkeypatch):
    """The rules of what is left to it, here; the loops themselves are tried in the browser."""
    said = []
    monkeypatch.setattr(np, "dot", faster(np.dot))
    exec(CASES, {"print": lambda *words: said.append(words)})
    assert said == [(120, True)]


def test_matmul_computes_by_another_loop(monkeypatch):
    calls = []
    sizes = ctypes.POINTER(ctypes.c_ssize_t)

    @ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_void_p), sizes, sizes, ctypes.c_void_p)
    def loop(addresses, sizes, steps, data):
        calls.append((sizes[:4], steps[3:9]))
        ctypes.memset(addresses[2], 0, 8 * 2 * 4)

    a, b = np.ones((2, 3)), np.ones((4, 3)).T
    before = replace_loop("float64", ctypes.cast(loop, ctypes.c_void_p).value)
    try:
        product = a @ b
    finally:
        replace_loop("float64", before)
    assert calls == [([1, 2, 3, 4], [24, 8, 8, 24, 32, 8])]
    assert not product.any()
    assert (a @ b == 3).all()
    monkeypatch.setattr(np, "matmul", np.add)
    with pytest.raises(RuntimeError, match="does not say where matmul has its loops"):
        replace_loop("float64", before)


# ---------------------------------------------------------------- what a fence declares


def test_what_no_browser_runs_gives_its_reason_in_both_languages():
    declared = {
        (name_of(page).replace(".ja.md", ".md"), snippet.code): snippet.options["not-live"]
        for page in PAGES
        for snippet in snippets_of(page)
        if "not-live" in snippet.options
    }
    assert len(declared) < 20
    assert all(len(reason) > 10 for reason in declared.values())


# ---------------------------------------------------------------- a reader

FIGURE = '<figure class="drawn"><svg role="img" aria-label="A line that climbs"></svg></figure>'
MARKUP = """\
print('<img src=x onerror="document.title = 1"><b>bold</b>')
"""
EVIL = """\
from kasago.live import runner
runner.hand_over("figure", '''<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=1"
  xmlns:xlink="http://www.w3.org/1999/xlink" style="position: fixed; fill: red"><style>*{}</style>
  <script>document.title = 1</script><a href="javascript:document.title=1"><text>x</text></a>
  <foreignObject><p xmlns="http://www.w3.org/1999/xhtml" onclick="1">p</p></foreignObject>
  <image href="http://OTHER/image.png"/><rect id="r" style="fill: url(http://OTHER/fill)"/>
  <use href="http://OTHER/use.svg#a"/><use xlink:href="#r"/>
  <image xlink:href="data:image/svg+xml,x"/><set attributeName="href" to="javascript:1"/></svg>''')
"""
NETWORK = """\
import importlib, sys
def tried(what):
    try:
        return "REACHED " + str(what())
    except BaseException as error:
        return type(error).__name__

def by_js():
    from js import fetch
    return fetch("http://OTHER/fetch")

def by_eval():
    from pyodide.code import run_js
    return run_js("import('http://OTHER/import.js')")

def by_constructor():
    from js import setTimeout
    return setTimeout.constructor("return import('http://OTHER/made.js')")()

def by_lazy_file():
    import pyodide_js
    pyodide_js.FS.createLazyFile("/", "x", "http://OTHER/lazy", True, False)
    return open("/x").read()

def by_url():
    from urllib.request import urlopen
    return urlopen("http://OTHER/url", timeout=3).read()

def by_pyfetch():
    from pyodide.http import open_url
    return open_url("http://OTHER/open_url").read()

for way in [by_js, by_eval, by_constructor, by_lazy_file, by_url, by_pyfetch]:
    print(way.__name__, tried(way))
"""
EXERCISE = 'def mine(x):\n    return 0  # your code\n\nassert mine(3) == 9, "not yet: x times x"'
SNIPPETS = {
    "print": snippet("print(1 + 1)"),
    "plot": snippet("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", FIGURE),
    "loop": snippet("while True:\n    pass"),
    "error": snippet("x = 1\nx.no"),
    "markup": snippet(MARKUP),
    "evil": snippet(EVIL),
    "network": snippet(NETWORK),
    "products": snippet(CASES),
    "digits": snippet(
        "from kasago.dataset.mnist import load_mnist\nprint(load_mnist()[0][0].shape)"
    ),
    "exercise": snippet(EXERCISE, fails="AssertionError: not yet: x times x"),
    "declared": snippet("print(2)", not_live="integers are short there"),
}


class Reader:
    """Who opens the page and presses buttons."""

    def __init__(self, tab, address):
        self.tab, self.address = tab, address
        self.requests, self.messages = [], []
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.on("console", lambda message: self.messages.append(message.text))
        tab.on("pageerror", lambda error: self.messages.append(str(error)))
        tab.set_default_timeout(60_000)
        tab.goto(address)

    def snippet(self, name):
        return self.tab.locator(".snippet").nth(list(SNIPPETS).index(name))

    def button(self, name, act):
        return self.snippet(name).get_by_role("button", name=act)

    def says(self, name):
        return self.snippet(name).locator(".live-state").text_content()

    def wait_for(self, name, words):
        self.snippet(name).locator(".live-state", has_text=re.compile(words)).wait_for()

    def focused(self):
        return self.tab.evaluate("document.activeElement.ariaLabel")

    def press(self, name, act, key):
        """Go from the snippet's first button to another by Tab, and press a key there."""
        self.button(name, "Run").focus()
        label = self.button(name, act).get_attribute("aria-label")
        for _ in range(4):
            if self.focused() == label:
                break
            self.tab.keyboard.press("Tab")
        assert self.focused() == label, f"Tab does not reach it: {label}"
        self.tab.keyboard.press(key)

    def run(self, name, words="Done"):
        self.button(name, "Run").click()
        self.wait_for(name, words)
        return self.snippet(name).locator(".live-out").inner_text().strip()

    def write(self, name, text):
        """Put a text in the place of the code."""
        self.button(name, "Edit").click()
        self.snippet(name).locator(".cm-content").wait_for()
        self.tab.keyboard.press("Control+A")
        self.tab.keyboard.press("Delete")
        self.tab.keyboard.insert_text(text)


def faults_of(tab):
    axe = pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT
    tab.evaluate(axe)
    found = tab.evaluate("axe.run({resultTypes: ['violations']})")
    return [f"{v['help']}: {n['html']}" for v in found["violations"] for n in v["nodes"]]


@contextmanager
def serving_and_noting(asked):
    """Serve nothing; yield the host, and note what is asked of it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{httpd.server_port}"
        finally:
            httpd.shutdown()
            thread.join()


# What is seen, in this order.


def before_run_nothing_is_loaded_but_a(reader):
    """Before Run, nothing is loaded but a script and a style sheet."""
    own = [url for url in reader.requests if "/live/" in url]
    assert [url.rpartition("/")[2] for url in own] == ["live.css", "live.js"]


def each_button_says_which_snippet_it_is(reader):
    """Each button says which snippet it is for, and what cannot run says why."""
    assert reader.button("plot", "Run").get_attribute("aria-label") == "Run, snippet 2"
    assert reader.button("declared", "Run").count() == 0
    assert "integers are short there" in reader.snippet("declared").inner_text()


def run_loads_python_says_so_and_shows(reader):
    """Run loads Python, says so, and shows what is printed."""
    reader.button("print", "Run").click()
    assert re.match(r"Loading Python: 1\d MB, once\.", reader.says("print"))
    reader.wait_for("print", r"Done in [\d.]+ s\.")
    assert reader.snippet("print").locator(".live-out").inner_text().strip() == "2"


def a_figure_stands_in_the_place_of(reader):
    """A figure stands in the place of the page's own, with its text."""
    reader.run("plot")
    figure = reader.snippet("plot").locator(".live-out svg")
    assert figure.get_attribute("aria-label") == "A line that climbs"
    assert not reader.snippet("plot").locator("> figure").is_visible()
    line = figure.locator("path[style*='--figure-1']").first
    seen = set()
    for scheme in ("default", "slate"):
        reader.tab.evaluate("scheme => { document.body.dataset.mdColorScheme = scheme }", scheme)
        seen.add(line.evaluate("path => getComputedStyle(path).stroke"))
    assert len(seen) == 2
    reader.tab.evaluate("document.body.dataset.mdColorScheme = 'default'")
    assert faults_of(reader.tab) == []


def the_fast_product_is_there_and_gives(reader):
    """The fast product is there, and gives what NumPy gives."""
    assert reader.run("products") == "120 True"


def a_large_file_comes_from_the_site(reader):
    """A large file comes from the site when a snippet opens it."""
    assert not [url for url in reader.requests if "/files/" in url]
    assert reader.run("digits") == "(60000, 784)"


def an_error_has_the_snippet_s_own(reader):
    """An error has the snippet's own lines."""
    text = reader.run("error", "Stopped by an error")
    assert 'File "snippet.py", line 2, in <module>' in text
    assert text.endswith("AttributeError: 'int' object has no attribute 'no'")


def output_that_looks_like_markup_is_text(reader):
    """Output that looks like markup is text."""
    assert reader.run("markup") == MARKUP[7:-3]
    assert reader.snippet("markup").locator(".live-out :is(img, b)").count() == 0


def of_a_drawing_nothing_is_left_that(reader):
    """Of a drawing nothing is left that acts or asks another host."""
    reader.run("evil")
    drawn = reader.snippet("evil").locator(".live-out svg").evaluate("svg => svg.outerHTML")
    assert not re.search(
        "script|foreignObject|http:(?!//www.w3.org)|onload|position|<a|<set|<style", drawn
    )
    assert "fill: red" in drawn
    assert reader.tab.title() == "Live"


def a_run_reaches_no_network(reader):
    """A run reaches no network."""
    text = reader.run("network")
    assert len(text.splitlines()) == 6
    assert "REACHED" not in text


def edit_opens_an_editor_in_which_ctrl(reader):
    """Edit opens an editor, in which Ctrl+Enter runs; the keyboard gets out."""
    reader.write("print", "print('changed', 1 / 3)")
    reader.tab.keyboard.press("Control+Enter")
    out = reader.snippet("print").locator(".live-out", has_text="changed 0.333")
    out.wait_for()
    assert faults_of(reader.tab) == []
    reader.tab.keyboard.press("Tab")
    assert reader.tab.evaluate("document.activeElement.textContent") == "Run"
    reader.button("print", "Edit").press("Enter")
    reader.tab.keyboard.press("Escape")
    assert reader.tab.evaluate("document.activeElement.textContent") == "Run"


def on_a_telephone_code_goes_on_in_the(reader):
    """On a telephone, code goes on in the next line in the editor too, which Reset closes."""
    wide = reader.tab.viewport_size
    reader.tab.set_viewport_size({"width": 390, "height": 800})
    reader.button("network", "Reset").click()
    reader.button("network", "Edit").click()
    lines = reader.snippet("network").locator(".cm-scroller")
    lines.wait_for()
    assert lines.evaluate("lines => lines.scrollWidth <= lines.clientWidth")
    reader.button("network", "Reset").click()
    assert not lines.is_visible()
    reader.tab.set_viewport_size(wide)


def an_endless_loop_ends_within_a_second(reader):
    """An endless loop ends within a second, by keyboard; Python comes back without a network."""
    reader.tab.context.set_offline(True)
    reader.press("loop", "Run", "Enter")
    reader.wait_for("loop", "Running")
    reader.tab.wait_for_timeout(300)
    # A pointer would reach it too.
    reader.button("loop", "Stop").click(trial=True)
    reader.press("loop", "Stop", "Enter")
    stopped = reader.snippet("loop").locator(".live-state", has_text="Stopped.")
    stopped.wait_for(timeout=1000)
    assert reader.focused() == "Run, snippet 3"
    assert reader.run("markup") == MARKUP[7:-3]
    reader.tab.context.set_offline(False)


def reset_by_keyboard_takes_back_what_a(reader):
    """Reset, by keyboard, takes back what a run gave, and leaves the focus on Run."""
    assert reader.snippet("markup").locator(".live-out").is_visible()
    reader.press("markup", "Reset", "Space")
    assert reader.snippet("markup").locator(".live-out").count() == 0
    assert not reader.button("markup", "Reset").is_visible()
    assert reader.says("markup") == ""
    assert reader.focused() == "Run, snippet 5"


def an_exercise_says_whether_it_is_solved(reader):
    """An exercise says whether it is solved."""
    count = reader.tab.locator(".live-count")
    assert count.text_content() == "Exercises solved: 0 of 1"
    assert reader.run("exercise", "Not yet") == "AssertionError: not yet: x times x"
    reader.snippet("exercise").locator("pre code").first.click(position={"x": 5, "y": 5})
    reader.snippet("exercise").locator(".cm-content").wait_for()
    for text, words in [
        (EXERCISE.partition("assert")[0], "the assertion is gone"),
        (f"assert False, 'something else'\n{EXERCISE}", "Not yet"),
        (EXERCISE.replace("0  # your code", "x * x"), "Right"),
    ]:
        assert count.text_content() == "Exercises solved: 0 of 1"
        reader.write("exercise", text)
        reader.tab.keyboard.press("Control+Enter")
        reader.wait_for("exercise", words)
    assert count.text_content() == "Exercises solved: 1 of 1"


def edits_and_solved_exercises_survive_a_reload(reader):
    """Edits and solved exercises survive a reload; Reset and Clear end them."""
    reader.tab.reload()
    assert (
        reader.snippet("print").locator("pre code").inner_text().strip()
        == "print('changed', 1 / 3)"
    )
    assert reader.says("exercise") == "Solved."
    reader.button("print", "Reset").click()
    assert reader.snippet("print").locator("pre code").inner_text().strip() == "print(1 + 1)"
    assert reader.tab.evaluate("Object.keys(localStorage).length") == 2
    reader.tab.get_by_role("button", name="Clear").click()
    assert reader.tab.evaluate("localStorage.length") == 0
    assert reader.tab.locator(".live-count").text_content() == "Exercises solved: 0 of 1"
    assert "your code" in reader.snippet("exercise").locator("pre code").inner_text()


def it_prints_as_the_page_that_it(reader):
    """It prints as the page that it was."""
    reader.tab.emulate_media(media="print")
    assert not reader.tab.locator(".live-bar, .live-about, .live-out").first.is_visible()
    reader.tab.emulate_media(media="screen")


def no_other_host_is_asked_and_the(reader):
    """No other host is asked, and the console is empty."""
    assert [u for u in reader.requests if not u.startswith((reader.address, "data:"))] == []
    assert reader.messages == []


FACTS = [
    before_run_nothing_is_loaded_but_a,
    each_button_says_which_snippet_it_is,
    run_loads_python_says_so_and_shows,
    a_figure_stands_in_the_place_of,
    the_fast_product_is_there_and_gives,
    a_large_file_comes_from_the_site,
    an_error_has_the_snippet_s_own,
    output_that_looks_like_markup_is_text,
    of_a_drawing_nothing_is_left_that,
    a_run_reaches_no_network,
    edit_opens_an_editor_in_which_ctrl,
    on_a_telephone_code_goes_on_in_the,
    an_endless_loop_ends_within_a_second,
    reset_by_keyboard_takes_back_what_a,
    an_exercise_says_whether_it_is_solved,
    edits_and_solved_exercises_survive_a_reload,
    it_prints_as_the_page_that_it,
    no_other_host_is_asked_and_the,
]


@pytest.fixture
def context(browser, tmp_path):
    """Start a browser that keeps on its disk what it has loaded, as a reader's does."""
    program = next(filter(None, map(shutil.which, BROWSERS)))
    start = browser.browser_type.launch_persistent_context
    with start(tmp_path / "profile", executable_path=program) as context:
        yield context


def test_a_reader_runs_edits_stops_and_resets(context, tmp_path, subtests):
    """One page, one start of Python, by a host that forbids what it can and compresses nothing."""
    live = assets()
    asked = []
    with serving_and_noting(asked) as other:
        snippets = [text.replace("OTHER", other) for text in SNIPPETS.values()]
        write_page(tmp_path / "page", live, snippets)
        with strict_host(tmp_path / "page") as address:
            reader = Reader(context.new_page(), address)
            for fact in FACTS:
                with subtests.test(fact.__doc__):
                    fact(reader)
    assert asked == []
