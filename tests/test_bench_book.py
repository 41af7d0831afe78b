"""Facts about the benchmark of the book: its copies are books, and it measures. None about time."""

import re
from pathlib import Path

import pytest

from conftest import ROOT
from kasago.bench import book as bench
from kasago.bench.copies import make
from kasago.bench.programs import Book
from kasago.bench.server import Server, address_of
from kasago.literate.equations.page import equations_of
from kasago.literate.page.snippets import parse

LINK = re.compile(r"\]\(([^)#\s:]*)(?:#([\w-]+))?\)")
PAGES = {"index", "loss", "loss-2", "perceptron", "perceptron-2"}
HAS_PROC = Path("/proc/self/smaps_rollup").exists()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two chapters, and the copies of these."""
    folder = tmp_path_factory.mktemp("bench") / "book"
    make(ROOT, folder, times=2, pages=2)
    return folder


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All chapters, and the copies of these."""
    folder = tmp_path_factory.mktemp("bench") / "book"
    make(ROOT, folder, times=2)
    return folder


def test_a_copy_has_the_pages_in_both_languages_and_in_the_menu(copy: Path) -> None:
    files = {file.name for file in (copy / "docs").glob("*.md")}
    assert files == {f"{page}{language}.md" for page in PAGES for language in ("", ".ja")}
    menu = (
        (copy / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2].partition("plugins:")[0]
    )
    assert menu.startswith(
        "  - Introduction: index.md\n"
        "  - The network answers:\n"
        "      - Perceptron: perceptron.md\n"
        "      - Perceptron 2: perceptron-2.md\n"
        "  - The network learns:\n"
        "      - Loss: loss.md\n"
        "      - Loss 2: loss-2.md\n"
        "  - Appendix:\n"
        "      - Reference:\n"
    )
    assert "lab" not in menu


def test_the_copies_of_a_chapter_parse_and_share_no_result(twice: Path) -> None:
    def work(name: str) -> list[str]:
        text = (twice / "docs" / name).read_text("utf-8")
        shown = [s.code for s in parse(text, name) if "source" not in s.options]
        return shown + [equation.latex for equation in equations_of(text, name)]

    copies = [file.name.removesuffix("-2.md") for file in (twice / "docs").glob("*-2.md")]
    assert {"loss", "activation", "network-gradient", "glossary"} <= set(copies)
    for name in copies:
        first, second = work(f"{name}.md"), work(f"{name}-2.md")
        assert len(first) == len(second) + (name == "loss")
        assert len(set(first)) == len(set(second)) + (name == "loss")
        assert not set(first) & set(second)
        japanese = work(f"{name}-2.ja.md")  # its comments and hints are in Japanese
        assert len(second) == len(japanese)
        assert not set(japanese) & set(work(f"{name}.ja.md"))


@pytest.mark.parametrize("book", ["copy", "twice"])
def test_the_links_of_a_copy_lead_somewhere(book: str, request: pytest.FixtureRequest) -> None:
    docs = request.getfixturevalue(book) / "docs"
    texts = {file: file.read_text("utf-8") for file in docs.rglob("*.md")}
    links = [(file, *link.groups()) for file in texts for link in LINK.finditer(texts[file])]
    assert len(links) > 50
    for file, target, anchor in links:
        if not target.startswith("figures/"):
            at = (file.parent / target).resolve() if target else file
            assert at in texts, f"{file}: {target}"
            assert not anchor or f"{{ #{anchor} }}" in texts[at], f"{file}: {target}#{anchor}"
    assert "](loss-2.md" in texts[docs / "perceptron-2.md"]


def test_a_program_is_measured_with_what_it_starts(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(
        "import subprocess, sys\n"
        "code = 'import time; x = bytearray(10**8); end = time.process_time() + 0.7\\n'\n"
        "code += 'while time.process_time() < end: pass'\n"
        "print('WARNING -  nothing')\n"
        "subprocess.run([sys.executable, '-c', code], check=True)\n"
    )
    row = Book("small", tmp_path).run("work", "work")
    assert row.cpu
    assert row.cpu >= 0.7
    assert (row.memory or 0) > 100 * HAS_PROC
    assert row.note == "warnings and errors: 1"
    (tmp_path / "fails.py").write_text("sys.exit('no')")
    with pytest.raises(RuntimeError, match=r"small: fails failed:\n(?s:.*)NameError"):
        Book("small", tmp_path).run("fails", "fails")


# Stand where MkDocs and pytest are found first, and take no time.
STUBS = {
    "mkdocs.py": """\
import hashlib, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

functions = Path("kasago/common/functions.py")
if sys.argv[1] == "build":
    Path(".cache").mkdir(exist_ok=True)
    Path(".cache", hashlib.sha256(functions.read_bytes()).hexdigest() + ".json").touch()
    sys.exit()

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        word = functions.read_text()[-40:]
        if self.path.endswith("result?run=last"):
            text = '{"html": "%s"}' % word.encode()
        else:
            text = Path("docs/loss.md").read_text() if self.path == "/loss/" else "a page"
            text += '<div data-run="last">' * ("WORD" in word)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

host, port = sys.argv[-1].split(":")
HTTPServer((host, int(port)), Handler).serve_forever()
""",
    "pytest.py": "",
    "mkdocs.yml": "site_name: Small\nnav:\n  - index.md\n  - Loss: loss.md\nplugins: []\n",
    "docs/index.md": "# Small\n\n[Loss](loss.md)\n",
    "docs/loss.md": "# Loss\n\n```python\nprint(1)\n```\n\n```output\n1\n```\n",
    "kasago/common/functions.py": "",
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in STUBS.items():
        file = tmp_path / "small" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(bench, "REST", 0)
    return tmp_path / "small"


def test_the_table_has_a_line_for_each_step_of_each_book(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["--times", "1,2"], small) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["wall", "s", "CPU", "s", "peak", "MB", "s/page"]
    assert [line[:8] for line in lines] == ["this x 1", "this x 2"] * (len(lines) // 2)
    steps = [re.split(r"  +", line[8:].strip())[0] for line in lines[::2]]
    assert [step.split(":")[0] for step in steps] == 5 * ["build"] + 6 * ["serve"] + 2 * ["pytest"]
    assert [line.split()[-2] for line in lines[:10:2]] == ["1", "0", "0", "1", "0"]  # run
    assert bench.main(["build", "--against", str(small)], small) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines[1:3]] == ["this x 1 ", "small x 1"]


@pytest.mark.parametrize("wrong", [["cooking"], ["--times", "0"], ["--times", "2,"]])
def test_it_refuses_what_it_cannot_measure(wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(wrong)


def test_a_server_that_ends_is_not_waited_for(small: Path) -> None:
    (small / "mkdocs.py").write_text("raise SystemExit('no room')")
    with Server(Book("small", small)) as server, pytest.raises(RuntimeError, match="no room"):
        server.until("a page", lambda: server.page(""))


def test_addresses() -> None:
    names = ["index.md", "index.ja.md", "loss.ja.md", "reference/index.md", "reference/plot.ja.md"]
    assert [*map(address_of, names)] == ["", "ja/", "ja/loss/", "reference/", "ja/reference/plot/"]
