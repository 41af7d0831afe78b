"""A plugin of pytest: the snippets, equations and docstrings of the files that a project names.

It is there where the package is installed, and does nothing until the settings of pytest say::

    literate_paths = ["docs", "README.md", "tides"]

From then on ``pytest`` collects each snippet and each equation of the Markdown pages there, and
each docstring with examples of the Python modules, also where ``testpaths`` does not name them.
What it needs is loaded only then: see the extra ``literate``.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from kasago.literate.settings import SettingsError
from kasago.literate.words import words_in

OPTION = "literate_paths"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Have pytest know the option."""
    text = "pages, modules and folders of them: their snippets, equations and examples are tests"
    parser.addini(OPTION, text, type="paths")


def pytest_configure(config: pytest.Config) -> None:
    """Collect what the option names, if there is anything."""
    paths: Sequence[Path] = config.getini(OPTION)
    if not paths:
        return
    if missing := [str(path) for path in paths if not path.exists()]:
        raise pytest.UsageError(f"{OPTION}: there is no {', '.join(missing)}")
    try:
        from kasago.literate.sybil import collector  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            f'{OPTION} needs {error.name}: pip install "kasago[literate]"'
        ) from None
    try:
        words_in("")  # what the project says of its pages is refused before a page is
    except SettingsError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(_Collector(collector(paths)))
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args += [str(path) for path in paths]


class _Collector:
    """What pytest asks about each file."""

    def __init__(self, collect: Callable[[Path, Any], Any]) -> None:
        self.pytest_collect_file = collect


@pytest.fixture(scope="session")
def literate_results(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a folder for the results of snippets: new in each session, one for all its workers."""
    folder = tmp_path_factory.getbasetemp()
    is_worker = hasattr(request.config, "workerinput")
    return (folder.parent if is_worker else folder) / "literate"
