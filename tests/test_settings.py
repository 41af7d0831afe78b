"""Facts about kasago.literate.settings: what a project says of its pages, and who obeys."""

import subprocess
import sys
from pathlib import Path

import pytest
from markdown import Markdown

from kasago.literate.running import run as run_module
from kasago.literate.running.job import Job
from kasago.literate.running.results import key
from kasago.literate.settings import Settings, SettingsError, _settings_in, read, settings
from kasago.literate.words import words_in, words_of

PROJECT = """\
[project]
name = "tides"

[tool.kasago.literate]
time_limit = 90
warnings = ["error", "ignore::DeprecationWarning"]
style = "tides.mplstyle"
equations = true

[tool.kasago.literate.words.fr]
error = "Cette page échoue"
not-run = "Non exécuté : {}"
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes the settings of a project, in whose docs one works then."""

    def write(text):
        (tmp_path / "pyproject.toml").write_text(text, "utf-8")
        folder = tmp_path / "docs"
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        _settings_in.cache_clear()

    (tmp_path / "tides.mplstyle").write_text("lines.linewidth: 7\n")
    return write


def test_the_options_are_those_of_the_nearest_project(write, tmp_path, monkeypatch):
    write(PROJECT)
    assert settings() == read(tmp_path / "pyproject.toml")
    assert (settings().time_limit, settings().equations) == (90, True)
    assert settings().install == "tides"
    monkeypatch.chdir("/")
    assert settings() == Settings()


WRONG = {
    'time_limit = "a day"': "time_limit: expected seconds, above 0, got 'a day'",
    "time_limit = 0": "time_limit: expected seconds, above 0, got 0",
    "time_limit = true": "time_limit: expected seconds, above 0, got True",
    'warnings = "error"': "warnings: expected a list such as",
    'warnings = ["errors"]': "warnings: expected a list such as",
    'style = "nowhere.mplstyle"': 'style: expected "page", "matplotlib", or the name of a file',
    "equations = 1": "equations: expected true or false, got 1",
    "notebook_style = 1": "expected the name of a style of Matplotlib, in quotes, got 1",
    "install = false": "install: expected the name of a distribution, in quotes, got False",
    'words = "fr"': "words: expected a table for each language",
    "words.fr = { error = 1 }": "words: expected a table for each language",
    "timeout = 4": "unknown option 'timeout'; known: time_limit, warnings, style",
    "time_limit 4": "pyproject.toml: Expected '=' after a key",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_option_is_refused_with_what_was_expected(line, tmp_path):
    (tmp_path / "pyproject.toml").write_text(f"[tool.kasago.literate]\n{line}\n")
    with pytest.raises(SettingsError) as refused:
        read(tmp_path / "pyproject.toml")
    assert WRONG[line] in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path / "pyproject.toml"))


def test_a_language_is_data(write):
    write(PROJECT)
    assert words_of("page.fr.md")["error"] == "Cette page échoue"
    assert words_in("fr")["running"] == words_in("en")["running"]


@pytest.mark.parametrize(
    ("word", "message"),
    [("eror = 'x'", "has no word 'eror'; known: not-run"), ("fails = 'x'", "{} stands 1 time(s)")],
)
def test_a_word_that_could_not_be_shown_is_refused(word, message, write):
    write(f"[tool.kasago.literate.words.fr]\n{word}\n")
    with pytest.raises(SettingsError, match=r"\[tool.kasago.literate.words\]") as refused:
        words_in("en")  # whoever asks first
    assert message in str(refused.value)


WARN = "import warnings\n\nwarnings.warn('old', {})"
LINE = "import matplotlib as mpl\n\nwidth = mpl.rcParams['lines.linewidth']"


def test_snippets_run_as_the_project_says(write):
    write(PROJECT)
    result, _ = run_module.run(Job.of(WARN.format("DeprecationWarning")))
    assert result.error == ""
    result, _ = run_module.run(Job.of(WARN.format("UserWarning")))
    assert result.error.endswith("UserWarning: old")
    result, _ = run_module.run(Job("page.md", 1, ((0, LINE),), ("width",)))
    assert result.values == {"width": "7.0"}


def test_another_style_or_treatment_of_warnings_is_another_result(write, tmp_path):
    job = Job.of("1")
    keys = set()
    for line in ("", 'style = "matplotlib"', 'style = "tides.mplstyle"', "warnings = []"):
        write(f"[tool.kasago.literate]\n{line}\n")
        keys.add(key(job))
    assert len(keys) == 4
    (tmp_path / "tides.mplstyle").write_text("lines.linewidth: 9\n")
    write('[tool.kasago.literate]\nstyle = "tides.mplstyle"\n')
    assert key(job) not in keys


OPTIONS = {
    "no option 'equations'; it stands in pyproject.toml, [tool.kasago.literate]": {
        "equations": True
    },
    "no option 'refrence'; known: cache, reference": {"refrence": "tides"},
    "the option 'cache' of the extension is a text, not 3": {"cache": 3},
}


@pytest.mark.parametrize("message", OPTIONS)
def test_a_wrong_option_of_the_extension_is_refused(message):
    configs = {"kasago.literate": OPTIONS[message]}
    with pytest.raises(SettingsError) as refused:
        Markdown(extensions=["kasago.literate"], extension_configs=configs)
    assert message in str(refused.value)


def test_an_option_of_the_extension_that_is_empty_is_not_given():
    converter = Markdown(
        extensions=["kasago.literate"], extension_configs={"kasago.literate": NONE}
    )
    assert "report" not in converter.convert("```python\n1\n```\n")


NONE = {"repository": None, "reference": None, "movable": None}


def test_each_option_is_in_the_table_of_both_languages():
    for name in ("your-own-book.md", "your-own-book.ja.md"):
        text = (Path(__file__).parent.parent / "docs" / name).read_text("utf-8")
        for option in (*Settings.__dataclass_fields__, "literate_paths", "cache", "repository"):
            assert f"| `{option}` |" in text, (name, option)


def test_the_plugin_of_pytest_loads_nothing_before_it_is_asked_to():
    code = (
        "import sys, kasago.literate.pytest_plugin\n"
        "print(*{'sybil', 'numpy', 'matplotlib', 'markdown', 'filelock'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
