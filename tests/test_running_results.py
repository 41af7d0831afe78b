"""Facts about kasago.literate.running.results: it runs what changed, and only that."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from kasago.literate.files import write_whole
from kasago.literate.page.numbers import Tie
from kasago.literate.page.snippets import Snippet
from kasago.literate.running import results as results_room
from kasago.literate.running.results import run_cached
from kasago.literate.running.run import Result

SNIPPET = Snippet("docs/page.md", 3, "print(1)\n", {})


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a small package in the place of kasago."""
    folder = tmp_path / "package"
    (folder / "sub" / "__pycache__").mkdir(parents=True)
    (folder / "a.py").write_text("x = 1\n")
    (folder / "sub" / "weights.npz").write_bytes(b"\x00\xff")
    monkeypatch.setattr(results_room, "PACKAGE", folder)
    return folder


@pytest.fixture
def runs(monkeypatch):
    """Return the codes that were run; each run gives another result."""
    codes = []

    def run(snippet):
        codes.append(snippet.code)
        return Result(f"{len(codes)}\n", ("<svg/>",))

    monkeypatch.setattr(results_room, "run", run)
    return codes


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "not" / "yet" / "there"


def test_an_unchanged_snippet_is_not_run_again(package, runs, folder):
    first = run_cached(SNIPPET, folder)
    assert run_cached(SNIPPET, folder) == first == Result("1\n", ("<svg/>",))
    # Nor in another place, language or dress.
    other = replace(SNIPPET, path="docs/page.ja.md", line=9, options={"title": "a"}, output="2\n")
    assert run_cached(other, folder) == first
    assert runs == ["print(1)\n"]


def test_both_languages_share_a_run_while_their_numbers_are_the_same(package, runs, folder):
    english = replace(SNIPPET, ties=(Tie(9, "0.94", "a"), Tie(9, "60,000", "n")))
    japanese = replace(SNIPPET, ties=(Tie(12, "60000", "n"), Tie(17, "0.944", "a")))
    first = run_cached(english, folder)
    assert run_cached(japanese, folder) == first
    other = replace(SNIPPET, ties=(Tie(9, "0.94", "a"), Tie(9, "60,000", "m")))
    assert run_cached(other, folder) != first


def test_an_unchanged_package_is_known_by_its_contents(package, runs, folder):
    first = run_cached(SNIPPET, folder)
    # Saved as it was, or compiled.
    (package / "a.py").write_text("x = 1\n")
    (package / "sub" / "__pycache__" / "a.pyc").write_bytes(b"1")
    assert run_cached(SNIPPET, folder) == first
    assert runs == ["print(1)\n"]


def edit(file, content):
    """Write a file as an editor does: some time after it was last written."""
    written = file.stat().st_mtime_ns
    file.write_bytes(content)
    os.utime(file, ns=(written, written + 10**9))


def change_code(package, monkeypatch):
    return replace(SNIPPET, code="print(1) \n")


def change_source(package, monkeypatch):
    edit(package / "a.py", b"x = 2\n")


def change_data(package, monkeypatch):
    edit(package / "sub" / "weights.npz", b"\x01\xff")


def add_a_module(package, monkeypatch):
    (package / "sub" / "b.py").write_text("")


def rename_a_module(package, monkeypatch):
    (package / "a.py").rename(package / "c.py")


def remove_a_module(package, monkeypatch):
    (package / "a.py").unlink()


def change_numpy(package, monkeypatch):
    monkeypatch.setattr(results_room, "version", {"numpy": "9", "matplotlib": "3"}.get)


def change_matplotlib(package, monkeypatch):
    monkeypatch.setattr(results_room, "version", {"numpy": "2", "matplotlib": "9"}.get)


def change_python(package, monkeypatch):
    monkeypatch.setattr(sys, "version", "9")


@pytest.mark.parametrize(
    "change",
    [
        change_code,
        change_source,
        change_data,
        add_a_module,
        rename_a_module,
        remove_a_module,
        change_numpy,
        change_matplotlib,
        change_python,
    ],
)
def test_a_snippet_is_run_again_after(change, package, runs, folder, monkeypatch):
    monkeypatch.setattr(results_room, "version", {"numpy": "2", "matplotlib": "3"}.get)
    run_cached(SNIPPET, folder)
    changed = change(package, monkeypatch) or SNIPPET
    assert run_cached(changed, folder).output == "2\n"
    assert run_cached(changed, folder).output == "2\n"
    assert len(runs) == 2


def test_a_failure_is_not_kept(package, folder, monkeypatch):
    results = [Result("", (), "no"), Result("1\n", ())]
    monkeypatch.setattr(results_room, "run", lambda snippet: results.pop(0))
    assert run_cached(SNIPPET, folder).error == "no"
    assert run_cached(SNIPPET, folder) == Result("1\n", ())
    assert run_cached(SNIPPET, folder) == Result("1\n", ())


def test_a_failure_that_the_fence_announces_is_kept(package, folder, monkeypatch):
    stub = replace(SNIPPET, options={"fails": "ValueError: no"})
    results = [Result("", (), f"Traceback\nValueError: {n}") for n in ("yes", "no", "maybe")]
    monkeypatch.setattr(results_room, "run", lambda snippet: results.pop(0))
    assert run_cached(stub, folder).error.endswith("yes")
    assert run_cached(stub, folder).error.endswith("no")
    assert run_cached(stub, folder).error.endswith("no")
    # For nobody else: their traceback would have the lines of another page.
    assert run_cached(SNIPPET, folder).error.endswith("maybe")


def test_a_result_is_not_kept_if_the_package_was_edited_during_the_run(
    package, folder, monkeypatch
):
    def edit_and_run(snippet):
        edit(package / "a.py", b"x = 2\n")
        return Result("2\n", ())

    monkeypatch.setattr(results_room, "run", edit_and_run)
    run_cached(SNIPPET, folder)
    assert not folder.exists()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xff\x00",
        b'{"output": "1',
        b"null",
        b"[]",
        b"{}",
        b'{"output": "x", "figures": []}',
        b'{"output": null, "figures": [], "error": "", "values": {}}',
        b'{"output": "x", "figures": null, "error": "", "values": {}}',
        b'{"output": "x", "figures": "<svg/>", "error": "", "values": {}}',
        b'{"output": "x", "figures": [1], "error": "", "values": {}}',
        b'{"output": "x", "figures": [], "error": "", "values": {"x": 1}}',
        b'{"output": "x", "figures": [], "error": "", "values": []}',
        b'{"output": "x", "figures": [], "error": "no", "values": {}}',
    ],
)
def test_a_damaged_file_is_a_miss_and_is_mended(damage, package, runs, folder):
    run_cached(SNIPPET, folder)
    [file] = folder.iterdir()
    file.write_bytes(damage)
    assert run_cached(SNIPPET, folder).output == "2\n"
    assert run_cached(SNIPPET, folder).output == "2\n"
    assert len(runs) == 2


def test_processes_that_build_at_once_do_no_harm(folder):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from kasago.literate.running.results import run_cached\n"
        "from kasago.literate.page.snippets import Snippet\n"
        "print(run_cached(Snippet('a.md', 1, 'print(1)', {}), Path(sys.argv[1])))"
    )
    builds = [
        subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    printed = [build.communicate()[0].decode() for build in builds]
    assert printed == [repr(Result("1\n", ())) + "\n"] * 3
    [file] = folder.iterdir()
    assert json.loads(file.read_text())["output"] == "1\n"


def test_a_file_is_seen_whole_or_not_at_all(tmp_path):
    file = tmp_path / "a"
    texts = ["é" * 10**5, "b" * 10**5]
    write_whole(file, texts[0])
    with ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(write_whole, file, texts[n % 2]) for n in range(100)]
        while not all(write.done() for write in writes):
            assert file.read_text("utf-8") in texts
    for write in writes:
        write.result()
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path):
    file = tmp_path / "a"
    write_whole(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "new \ud800")
    assert file.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]
