"""Facts about kasago.literate.running.results: it runs what changed, and only that."""

import errno
import json
import logging
import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from filelock import FileLock

from kasago.literate.files import write_whole
from kasago.literate.page.numbers import Tie
from kasago.literate.page.snippets import Snippet
from kasago.literate.running import results as room
from kasago.literate.running import run as run_module
from kasago.literate.running.check import job_of
from kasago.literate.running.job import Job, Result
from kasago.literate.running.results import DAYS, STATES, Results, key
from kasago.literate.running.run import Reads, Stopped

JOB = Job.of("print(1)\n", "docs/page.md", 3)
RESULT = Result("1\n", (), ends=((2, 0),))


@pytest.fixture
def results(tmp_path):
    """Return the results that are kept in a folder, which is not yet there."""
    return Results(tmp_path / "not" / "yet" / "there")


@pytest.fixture
def runs(monkeypatch):
    """Return the codes that are run from now on, by a start of its own each."""
    codes = []
    run = run_module.run

    def counted(job, *options):
        codes.append(job.code)
        return run(job, *options)

    monkeypatch.setattr(run_module, "run", counted)
    monkeypatch.setattr(run_module, "FORKS", False)
    return codes


@pytest.fixture
def answers(monkeypatch):
    """Return what the next runs are to give, in place of running anything."""
    waiting = []
    monkeypatch.setattr(run_module, "run", lambda *_: (waiting.pop(0), Reads(alone=True)))
    return waiting


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return the folder of a project with a package of its own, of another author."""
    folder = tmp_path / "project"
    for name, text in {
        "mine/__init__.py": "",
        "mine/one.py": "x = 1\n",
        "mine/two.py": "from mine.one import x\ny = 2 * x\n",
        "mine/data.py": """\
            from pathlib import Path
            text = Path(__file__).with_name("data.txt").read_text()
            """,
        "mine/data.txt": "data\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, textwrap.dedent(text))
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    return folder


def write(file, text):
    """Write a file as an editor did it some seconds ago, and no earlier than it was written."""
    written = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text)
    os.utime(file, ns=(written, max(written + 10**9, time.time_ns() - 10**10)))


# What is run again.

SNIPPETS = {
    "nothing": "print(0)",
    "one": "import mine.one\nprint(mine.one.x)",
    "two": "from mine import two\nprint(two.y)",
    "data": "from mine.data import text\nprint(text)",
}


def ran(results, runs):
    """Ask for the results of all snippets; return which of them were run for that."""
    runs.clear()
    found = {name: results.of(Job.of(code)) for name, code in SNIPPETS.items()}
    assert all(not result.error for result in found.values())
    return {name for name, code in SNIPPETS.items() if code in runs}


@pytest.mark.parametrize("forks", [True, False], ids=["forked", "plain"])
def test_a_change_runs_what_read_it_and_nothing_else(results, runs, project, forks, monkeypatch):
    monkeypatch.setattr(run_module, "FORKS", forks and run_module.FORKS)
    mine = project / "mine"
    settle()
    assert ran(results, runs) == {"nothing", "one", "two", "data"}
    assert ran(results, runs) == set()

    write(mine / "one.py", "x = 3\n")
    settle()
    assert ran(results, runs) == {"one", "two"}
    assert results.of(Job.of(SNIPPETS["two"])).output == "6\n"
    write(mine / "one.py", "x = 1\n")  # undone
    assert ran(results, runs) == set()
    assert results.of(Job.of(SNIPPETS["two"])).output == "2\n"

    write(mine / "two.py", "y = 5\n")
    settle()
    assert ran(results, runs) == {"two"}
    write(mine / "data.txt", "other\n")
    settle()
    assert ran(results, runs) == {"data"}
    write(mine / "three.py", "z = 3\n")
    write(project / "unrelated.py", "")
    assert ran(results, runs) == set()
    write(mine / "__init__.py", "# changed\n")
    settle()
    assert ran(results, runs) == {"one", "two", "data"}


def settle():
    """Wait until what was written is older than any run from now on."""
    time.sleep(0.03)


def test_an_unchanged_snippet_is_not_run_again(results, runs):
    assert results.of(JOB) == results.of(JOB) == RESULT
    # Nor in another place, language or dress.
    other = replace(JOB, path="docs/page.ja.md", line=9)
    assert results.of(other) == RESULT
    shown = Snippet("docs/page.ja.md", 9, "print(1)\n", {"title": "a"}, output="2\n")
    assert results.of(job_of(shown)) == RESULT
    assert len(runs) == 1


def test_both_languages_share_a_run_while_their_numbers_are_the_same():
    snippet = Snippet("docs/page.md", 3, "a = 1\n", {})
    english = replace(snippet, ties=(Tie(9, "0.94", "a"), Tie(9, "60,000", "n")))
    japanese = replace(snippet, ties=(Tie(12, "60000", "n"), Tie(17, "0.944", "a")))
    other = replace(snippet, ties=(Tie(9, "0.94", "a"), Tie(9, "60,000", "m")))
    assert key(job_of(english)) == key(job_of(japanese)) != key(job_of(other))


def test_a_file_is_known_by_its_contents(results, runs, project):
    settle()
    first = ran(results, runs)
    for file in (project / "mine").iterdir():
        file.write_bytes(file.read_bytes())  # saved as it was
    (project / "mine" / "__pycache__").mkdir()
    (project / "mine" / "__pycache__" / "one.pyc").write_bytes(b"1")
    assert (first, ran(results, runs)) == (set(SNIPPETS), set())


def test_a_copy_of_a_project_and_its_results_has_files_of_its_own(runs, tmp_path, monkeypatch):
    job = Job.of("from mine import n\nprint(n)\n", "page.md", 3)

    def printed(folder):
        monkeypatch.chdir(folder)
        monkeypatch.setenv("PYTHONPATH", str(folder))
        return Results(folder / "results").of(job).output

    first, same, other = (tmp_path / name for name in ("first", "same", "other"))
    first.mkdir()
    (first / "mine.py").write_text("n = 1\n")
    settle()
    assert printed(first) == "1\n"
    for copy in (same, other):
        shutil.copytree(first, copy)
    (other / "mine.py").write_text("n = 2\n")
    assert (printed(other), printed(same), len(runs)) == ("2\n", "1\n", 2)


def test_a_module_that_is_gone_is_missed(results, runs, project):
    job = Job.of(SNIPPETS["one"])
    settle()
    assert not results.of(job).error
    (project / "mine" / "one.py").rename(project / "mine" / "three.py")
    assert "ModuleNotFoundError" in results.of(job).error
    (project / "mine" / "three.py").rename(project / "mine" / "one.py")
    assert not results.of(job).error
    assert len(runs) == 2


def test_a_snippet_is_run_again_with_another_version_of_what_it_imports(results, runs, monkeypatch):
    versions = Counter(numpy=1, matplotlib=1)
    monkeypatch.setattr(room, "_version", lambda name: str(versions[name]))
    job = Job.of("import numpy")
    for changed, count in (("", 1), ("matplotlib", 1), ("numpy", 2), ("", 2)):
        versions[changed] += 1
        assert not results.of(job).error
        assert len(runs) == count


def test_a_snippet_is_run_again_with_another_python_or_machinery(
    results, runs, tmp_path, monkeypatch
):
    results.of(JOB)
    with monkeypatch.context() as other:
        other.setattr(sys, "version", "9")
        results.of(JOB)
    assert len(runs) == 2
    changed = tmp_path / "child.py"
    changed.write_text("")
    monkeypatch.setattr(room, "MACHINERY", [*room.MACHINERY[1:], changed])
    results.of(JOB)
    assert len(runs) == 3


def test_all_that_makes_a_result_counts_as_machinery():
    names = {file.name for file in room.MACHINERY}
    assert all(file.is_file() for file in room.MACHINERY)
    beside = {file.name for file in room.MACHINERY[0].parent.iterdir() if file.is_file()}
    # These keep and judge what came; the settings of Matplotlib count by themselves.
    assert beside - names == {"__init__.py", "check.py", "matplotlibrc", "pool.py", "raster.py"}


# What is not kept.


def test_a_failure_is_not_kept(results, answers):
    answers += [Result("", (), "no"), RESULT]
    assert results.of(JOB).error == "no"
    assert results.of(JOB) == results.of(JOB) == RESULT


def test_a_failure_that_the_fence_announces_is_kept(results, answers):
    stub = replace(JOB, fails="ValueError: no")
    answers += [Result("", (), f"Traceback\nValueError: {n}") for n in ("yes", "no", "maybe")]
    assert results.of(stub).error.endswith("yes")
    assert results.of(stub).error.endswith("no")
    assert results.of(stub).error.endswith("no")
    # For nobody else: their traceback would have the lines of another page.
    assert results.of(JOB).error.endswith("maybe")


def test_what_was_read_is_not_kept_if_it_was_edited_during_the_run(results, runs, project):
    edited = project / "mine" / "one.py"
    code = f"import mine.one\nopen({str(edited)!r}, 'a').write('#')\nprint(mine.one.x)"
    job = Job.of(code.replace("open(", "f = open(") + "\nf.close()")
    settle()
    for count in (1, 2):
        assert results.of(job).output == "1\n"
        assert len(runs) == count


@pytest.mark.parametrize(
    "start",
    [
        "subprocess.run([sys.executable, '-c', ''], check=True)",
        "os.system('true')",
        "if not os.fork(): os._exit(0)\nos.wait()",
        "p = multiprocessing.get_context('fork').Process(target=print)\np.start()\np.join()",
    ],
)
def test_what_other_programs_read_is_not_known_so_nothing_is_kept(results, runs, start):
    job = Job.of(f"import multiprocessing, os, subprocess, sys\n{start}")
    for count in (1, 2):
        assert not results.of(job).error
        assert len(runs) == count


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xff\x00",
        b'{"output": "1',
        b"null",
        b"[]",
        b"{}",
        b'{"files": {}, "versions": {}, "result": {"output": "x", "figures": []}}',
        slice(0, -1),
        slice(0, 70),
        slice(1, None),
        slice(64, None),
        {"output": "x"},
        {"figures": ["<svg/>"]},
        {"values": {"x": "1"}},
        {"ends": []},
        {"error": "no"},
    ],
)
def test_a_damaged_file_is_a_miss_and_is_mended(damage, results, answers):
    answers += [RESULT, Result("2\n", ())]
    results.of(JOB)
    [file] = results.folder.rglob("*.json")
    before = file.read_bytes()
    if isinstance(damage, slice):
        damage = before[damage]
    elif isinstance(damage, dict):
        checksum, text = before.split(b"\n", 1)
        kept = json.loads(text)
        kept["result"] |= damage
        damage = checksum + b"\n" + json.dumps(kept, ensure_ascii=False).encode()
    assert damage != before
    file.write_bytes(damage)
    assert results.files(JOB) == set()
    assert results.of(JOB).output == "2\n"
    assert results.of(JOB).output == "2\n"
    assert not answers


# What cannot be kept.


def cannot_be_made(folder, monkeypatch):
    folder.parent.mkdir(parents=True)
    folder.write_text("a file")


def is_full(folder, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(room, "write_whole", fail)


def is_read_only(folder, monkeypatch):
    def fail(*_, **__):
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(room.Path, "mkdir", fail)


def has_no_locks(folder, monkeypatch):
    def fail(*_, **__):
        raise NotImplementedError("no locks here")

    monkeypatch.setattr(room.FileLock, "acquire", fail)


@pytest.mark.parametrize("how", [cannot_be_made, is_full, is_read_only, has_no_locks])
def test_a_cache_that_fails_is_a_note_and_the_result_is_there(
    how, results, answers, monkeypatch, caplog
):
    how(results.folder, monkeypatch)
    caplog.set_level(logging.INFO)
    answers += [RESULT, RESULT]
    assert results.of(JOB) == RESULT
    assert results.of(JOB) == RESULT
    [note] = caplog.records
    assert note.levelno == logging.INFO
    assert str(results.folder) in note.getMessage()
    results.drop_unused()


# How much is kept.


def test_the_newest_states_are_kept(results, answers, monkeypatch):
    now = ["0"]
    monkeypatch.setattr(room, "_dependencies", lambda *_: ({}, {"x": now[0]}))
    monkeypatch.setattr(room, "_version", lambda _: now[0])
    for version in range(STATES + 2):
        now[0] = str(version)
        answers.append(Result(f"{version}\n", ()))
        results.of(JOB)
        for file in results.folder.rglob("*.json"):  # time goes by
            os.utime(file, ns=(0, file.stat().st_mtime_ns - 10**9))
    assert len(list(results.folder.rglob("*.json"))) == STATES
    now[0] = str(STATES + 1)
    assert results.of(JOB).output == f"{STATES + 1}\n"
    now[0] = "0"
    answers.append(Result("again\n", ()))
    assert results.of(JOB).output == "again\n"


def test_what_nobody_asks_for_is_dropped_after_a_month(results, answers):
    answers += [RESULT, RESULT, Result("again\n", ())]
    used, unused = JOB, Job.of("print(2)")
    results.of(used)
    results.of(unused)
    (results.folder / "of-another").mkdir()
    (results.folder / "of-another" / "file").touch()
    old = time.time() - (DAYS + 1) * 24 * 3600
    for file in results.folder.rglob("*"):
        os.utime(file, (old, old))
    assert results.of(used) == RESULT
    results.drop_unused()
    assert {each.name for each in results.folder.iterdir()} == {"of-another", key(used)}
    assert (results.folder / "of-another" / "file").exists()
    assert results.of(used) == RESULT
    assert results.of(unused).output == "again\n"


def test_the_files_of_a_result_are_known(results, runs, project):
    settle()
    job = Job.of(SNIPPETS["data"])
    assert results.files(job) == set()
    results.of(job)
    assert {file.name for file in results.files(job)} == {"__init__.py", "data.py", "data.txt"}


# Several at once.


def test_processes_at_once_share_one_run(results, tmp_path):
    log = tmp_path / "log"
    job = f"import time; time.sleep(1); f = open({str(log)!r}, 'a'); f.write('run '); f.close()"
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from kasago.literate.running import run\n"
        "from kasago.literate.running.results import Results\n"
        "from kasago.literate.running.job import Job\n"
        "run.FORKS = False\n"
        "print(Results(Path(sys.argv[1])).of(Job.of(sys.argv[2])))"
    )
    command = [sys.executable, "-c", code, str(results.folder), job]
    builds = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    printed = [build.communicate()[0] for build in builds]
    assert printed == [f"{Result('', (), ends=((0, 0),))}\n"] * 3
    assert log.read_text() == "run "


def test_who_waits_for_the_run_of_another_can_be_stopped(results):
    (results.folder / key(JOB)).mkdir(parents=True)
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    with FileLock(results.folder / key(JOB) / "lock"), pytest.raises(Stopped):
        results.of(JOB, stop)


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
