"""The tools: the linter, the type checker, and the workers of pytest."""

import re
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


def test_one_worker_has_all_tests_of_a_group(tmp_path):
    """Otherwise each worker would open every page of the site for itself."""
    (tmp_path / "test_groups.py").write_text(
        "import pytest\n\n"
        "@pytest.mark.parametrize('page', [\n"
        "    pytest.param(page, marks=pytest.mark.xdist_group(page)) for page in 'ab' * 8\n"
        "])\n"
        "def test(page):\n    pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", tmp_path]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    ran = set(re.findall(r"\[(gw\d)\] .* PASSED .*::test\[([ab])", result.stdout))
    assert len(ran) == 2, result.stdout
