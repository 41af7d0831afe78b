"""The tools: the linter, the type checker, and the workers of pytest."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "tool", [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)], ids=" ".join
)
def test_code_is_clean(tool):
    result = subprocess.run(
        [sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.xdist_group("style")
def test_one_worker_has_all_tests_of_a_group(request):
    """Its workers read the group at the end of a test's name: otherwise each would do all work.

    pytest 9.2 takes it off again, without a word.
    """
    grouped = request.config.getoption("loadgroup", False)
    assert request.node.nodeid.endswith("@style") == bool(grouped)
