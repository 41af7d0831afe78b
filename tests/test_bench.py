"""Facts about the benchmark: all contenders of a job do the same work. None about time."""

import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kasago.bench import __main__ as bench
from kasago.bench import child, convolution, gradients, inference, loading, notebook, training
from kasago.common.functions import cross_entropy_error
from kasago.common.gradient import numerical_gradient
from kasago.network import DeepConvNet, SimpleConvNet, TwoLayerNet

# A library that is not installed has no turn.
TRAINING = ["notebook", "kasago", "pytorch", "scikit_learn", "jax"]
HELPERS = ["plainly"]
INFERENCE = [name for name in inference.__all__ if not name.startswith("matrices")]


def work(job: Any, contender: str, *arguments: Any) -> Any:
    try:
        return getattr(job, contender)(*arguments)()
    except ImportError as error:
        pytest.skip(f"{error.name} is not installed")


def test_every_contender_has_a_name_in_words_and_the_reverse() -> None:
    named = {name for contenders in bench.JOBS.values() for name in contenders}
    modules = [training, inference, convolution, gradients, loading]
    written = {
        f"{module.__name__.removeprefix('kasago.bench.')}.{name}"
        for module in modules
        for name in module.__all__
        if name.islower() and name not in HELPERS
    }
    assert named == written
    for contenders in bench.JOBS.values():
        assert len(set(contenders.values())) == len(contenders)


def test_no_page_imports_what_stays_in_the_repository() -> None:
    """The benchmark does not come with the package; that no module imports it is test_package's."""
    root = Path(bench.__file__).parents[2]
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert "kasago/bench" in pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    assert [page for page in pages if "kasago.bench" in page.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("contender", TRAINING)
def test_who_trains_learns(contender: str) -> None:
    assert work(training, contender, 200) > 0.3


def test_the_matrix_products_alone_are_run() -> None:
    assert work(training, "matrices", 2) is None


@pytest.mark.parametrize("contender", INFERENCE)
def test_who_answers_gives_the_same_answers(contender: str) -> None:
    assert work(inference, contender) == 9852


@pytest.mark.parametrize("network", ["simple", "deep"])
@pytest.mark.parametrize("contender", ["book", "kasago", "pytorch"])
def test_who_makes_a_step_of_a_convolutional_network_comes_nearer(
    network: str, contender: str
) -> None:
    try:
        step = getattr(convolution, f"{contender}_{network}")()
    except ImportError as error:
        pytest.skip(f"{error.name} is not installed")
    losses = [step() for _ in range(3)]
    if network == "simple":  # the deep one drops units by chance
        assert losses[0] == pytest.approx(2.3026, abs=1e-3)
        assert losses[-1] < losses[0]
    assert np.isfinite(losses).all()


@pytest.mark.parametrize("kind", [SimpleConvNet, DeepConvNet])
def test_the_books_way_has_the_same_gradients(kind: Any) -> None:
    x, t = np.random.default_rng(1).random((2, 1, 28, 28)), np.array([3, 7])
    ours, theirs = (kind(rng=np.random.default_rng(0), dtype=np.float64) for _ in range(2))
    grads = ours.gradient(x, t)
    for name, grad in convolution.plainly(theirs).gradient(x, t).items():
        np.testing.assert_allclose(grad, grads[name], atol=1e-10)


def test_the_numerical_gradients_agree() -> None:
    np.testing.assert_allclose(gradients.kasago_grid()(), gradients.notebook_grid()(), atol=1e-9)
    np.testing.assert_allclose(gradients.kasago_layer()(), gradients.notebook_layer()(), atol=1e-9)
    assert gradients.evaluations_layer()() is None


def test_the_loaders_give_the_same_digits() -> None:
    for ours, theirs in zip(loading.kasago()(), loading.notebook()(), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            assert np.array_equal(one, other)
            assert one.dtype == other.dtype
    assert loading.unzip()() is None


def test_the_notebooks_network_is_ours_in_float64() -> None:
    net = TwoLayerNet(4, 5, 3, 0.5, rng=np.random.default_rng(0), dtype=np.float64)
    theirs = notebook.Notebook(4, 5, 3)
    theirs.layers = [[net.params[f"W{i}"], net.params[f"b{i}"]] for i in (1, 2)]
    x = np.random.default_rng(1).standard_normal((6, 4))
    t = np.eye(3)[[0, 2, 1, 1, 0, 2]]
    np.testing.assert_allclose(theirs.predict(x), net.predict(x))
    assert theirs.loss(x, t) == pytest.approx(cross_entropy_error(net.predict(x), t))
    assert theirs.accuracy(x, t) == net.accuracy(x, t)
    for i, (dW, db) in enumerate(theirs.gradient(x, t), start=1):
        np.testing.assert_allclose(dW, net.gradient(x, t)[f"W{i}"])
        np.testing.assert_allclose(db, net.gradient(x, t)[f"b{i}"])


def test_the_notebooks_numerical_gradient_is_ours() -> None:
    x = np.array([[3.0, -4.0], [0.5, 0.0]])
    expected = numerical_gradient(lambda x: np.sum(x**3), x)
    np.testing.assert_allclose(notebook.notebook_gradient(lambda x: np.sum(x**3), x), expected)


def test_a_run_takes_time() -> None:
    assert child.seconds("gradients.kasago_grid") > 0


def test_it_prints_a_table_and_keeps_every_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "results.json"
    assert bench.main(["grid", "--rounds", "1", "--keep", str(file)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["grid", "median", "range", "speed-up"]
    kept = json.loads(file.read_text())
    assert list(kept["seconds"]) == ["grid"]
    assert list(kept["seconds"]["grid"]) == list(bench.JOBS["grid"].values())
    for line, (words, seconds) in zip(table[1:], kept["seconds"]["grid"].items(), strict=False):
        assert line.startswith(words)
        assert len(seconds) == 1
    assert kept["machine"]["numpy"] == np.__version__


def test_a_table_has_medians_ranges_and_ratios_in_readable_units() -> None:
    table = bench.table("job", {"slow": [2.0, 4.0, 3.0], "fast": [0.002, 0.003, 0.0015]})
    slow, fast = table.splitlines()[1:]
    assert slow.split() == ["slow", "3.00", "s", "2.00", "s", "-", "4.00", "s", "1.0x"]
    assert fast.split() == ["fast", "2.00", "ms", "1.50", "ms", "-", "3.00", "ms", "1500.0x"]


def test_a_library_that_is_not_there_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bench.JOBS, "grid", {"there": "ours", "missing": "theirs"})
    asked = []

    def without(contender: str) -> Any:
        asked.append(contender)
        if contender == "missing":
            return subprocess.CompletedProcess([], 1, "", "torch is not installed")
        return subprocess.CompletedProcess([], 0, f"{len(asked)}\n", "")

    monkeypatch.setattr(bench, "_run", without)
    assert bench.measure("grid", 3) == {"ours": [1, 3, 4]}
    assert asked == ["there", "missing", "there", "there"]


def test_a_library_that_is_there_and_broken_is_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("from math import no_such_name")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setitem(bench.JOBS, "grid", {"inference.pytorch_batches": "PyTorch"})
    with pytest.raises(RuntimeError, match="cannot import name 'no_such_name'"):
        bench.measure("grid", 1)


def test_a_contender_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bench.JOBS, "grid", {"gradients.nothing": "no such way"})
    with pytest.raises(RuntimeError, match=r"no such way \(grid\) failed:(.|\n)*nothing"):
        bench.measure("grid", 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["cooking"], "no such job: cooking"), (["--rounds", "0"], "must be 1 or more, got 0")],
)
def test_a_command_that_makes_no_sense_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        bench.main(arguments)
    assert message in capsys.readouterr().err
