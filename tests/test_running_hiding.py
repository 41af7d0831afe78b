"""Facts about kasago.literate.running.hiding: code sees what it imports, and nothing else."""

import ast
import os
import subprocess
import sys

import pytest

from kasago.literate.running import run as run_module
from kasago.literate.running.job import Job
from kasago.literate.running.run import FORKS, _environment, run

pytestmark = pytest.mark.skipif(not FORKS, reason="nothing is loaded ahead of time")

LOOK = """
import sys
types = type(sys)
print(sorted(name for name in sys.modules))
print(sorted(
    f"{package}.{name}"
    for package, module in list(sys.modules.items())
    for name, value in list(vars(module).items())
    if isinstance(value, types) and value.__name__ == f"{package}.{name}"
))
"""
STATEMENTS = [
    "pass",
    "import numpy",
    "import numpy.random",
    "from numpy import linalg",
    "import matplotlib",
    "import matplotlib.pyplot",
    "from matplotlib import cm, ticker",
    "import json",
    "import urllib",
    "import urllib.request",
    "import logging",
    "import logging.handlers",
    "import concurrent.futures",
    "import multiprocessing",
    "import importlib",
    "import importlib.util",
    "import importlib.metadata",
    "import xml",
    "import xml.dom.minidom",
    "import collections",
    "import email, html, http, unittest",
    "import kasago",
    "import kasago.common.functions",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_code_finds_the_modules_that_it_finds_in_a_fresh_interpreter(statement, tmp_path):
    forked, _ = run(Job.of(statement + LOOK))
    assert forked.error == ""
    fresh = subprocess.run(
        [sys.executable, "-W", "error", "-c", statement + LOOK],
        env=_environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    for ours, theirs in zip(forked.output.splitlines(), fresh.stdout.splitlines(), strict=True):
        assert set(ast.literal_eval(ours)) == set(ast.literal_eval(theirs))


@pytest.mark.parametrize(
    "code",
    [
        "import matplotlib\nmatplotlib.pyplot",
        "import importlib\nimportlib.util",
        "import xml\nxml.dom",
        "import concurrent\nconcurrent.futures",
        "import collections\ncollections.abc",
    ],
)
def test_what_was_not_imported_is_no_attribute(code):
    result, _ = run(Job.of(code))
    assert "AttributeError: module" in result.error


ONE_OF_EACH = """
import sys
assert "numpy" not in sys.modules
import numpy
assert sys.modules["numpy"] is numpy
import numpy.random._pickle, matplotlib.pyplot, matplotlib.figure
import logging, logging.handlers
# What was loaded at different times is one thing.
assert matplotlib.pyplot.np is numpy
assert matplotlib.pyplot.Figure is matplotlib.figure.Figure
assert logging.handlers.logging is logging
assert issubclass(numpy.exceptions.AxisError, IndexError)
"""
LOOKED_INTO = """
import importlib.util, sys
spec = importlib.util.find_spec("json")
print(spec.name, spec.origin, list(spec.submodule_search_locations))
import json
print(json.__spec__.origin == json.__file__, json.__loader__ is json.__spec__.loader)
print(json.__spec__.loader.get_source("json") != "", type(sys.meta_path[-1]).__name__)
json.loads = None
assert importlib.reload(json) is json and json.loads("1") == 1
assert importlib.reload(json) is json and json.__spec__.name == "json"
import pickle, inspect
assert pickle.loads(pickle.dumps(json.JSONDecoder)) is json.JSONDecoder
assert inspect.getsource(json.loads).startswith("def loads")
"""


@pytest.mark.parametrize("code", [ONE_OF_EACH, LOOKED_INTO])
def test_a_module_that_was_loaded_ahead_of_time_is_as_any_other(code, monkeypatch):
    forked, _ = run(Job.of(code))
    assert forked.error == ""
    monkeypatch.setattr(run_module, "FORKS", False)
    if code is LOOKED_INTO:
        assert run(Job.of(code))[0].output == forked.output


def test_a_package_that_has_changed_since_the_first_run_is_loaded_anew(tmp_path, monkeypatch):
    # Of the package that loads the others, too.
    package = tmp_path / "mine"
    package.mkdir()
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    for value in ("1", "2", "3"):  # as long as the other and within the same second
        (package / "__init__.py").write_text(f"x = {value}\n")
        result, _ = run(Job.of("import mine\nprint(mine.x)"))
        assert result.output == f"{value}\n"
        assert [file.name for file in package.iterdir()] == ["__init__.py"]
    result, reads = run(Job.of("import kasago"))
    assert result.error == ""
    assert reads.modules.keys() == {"kasago"}
