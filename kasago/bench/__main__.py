"""Time the ways to do a job side by side, print a table and keep the figures.

Every contender runs in a process of its own, on one thread; in each round all have their turn,
so that what else the machine does meets all of them alike.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# What each contender is called. The first of a job is how the original notebook, or its book, does
# it.
JOBS = {
    "training": {
        "training.notebook": "the notebook's way",
        "training.kasago": "Kasago",
        "training.matrices": "matrix products only",
        "training.pytorch": "PyTorch, eager",
        "training.scikit_learn": "scikit-learn",
        "training.jax": "JAX, compiled",
    },
    "inference": {
        "inference.notebook_one_by_one": "the notebook's way, one by one",
        "inference.kasago_one_by_one": "Kasago, one by one",
        "inference.pytorch_one_by_one": "PyTorch, one by one",
        "inference.notebook_batches": "the notebook's way, batches of 100",
        "inference.kasago_batches": "Kasago, batches of 100",
        "inference.pytorch_batches": "PyTorch, batches of 100",
        "inference.matrices_batches": "matrix products only, batches of 100",
    },
    "simple_convnet": {
        "convolution.book_simple": "the book's way: all patches at once",
        "convolution.kasago_simple": "Kasago",
        "convolution.pytorch_simple": "PyTorch, eager",
    },
    "deep_convnet": {
        "convolution.book_deep": "the book's way: all patches at once",
        "convolution.kasago_deep": "Kasago",
        "convolution.pytorch_deep": "PyTorch, eager",
    },
    "grid": {
        "gradients.notebook_grid": "the notebook's way, point by point",
        "gradients.kasago_grid": "Kasago, all points at once",
    },
    "layer": {
        "gradients.notebook_layer": "the notebook's way",
        "gradients.kasago_layer": "Kasago",
        "gradients.evaluations_layer": "evaluations of the loss only",
    },
    "loading": {
        "loading.notebook": "the notebook's way: one pickle",
        "loading.kasago": "Kasago: four checked .gz files",
        "loading.unzip": "decompression only",
    },
}
ONE_THREAD = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
]
LIBRARIES = ["numpy", "torch", "scikit-learn", "jax"]


def main(arguments: list[str] | None = None) -> int:
    """Run the jobs that the command line names.

    Parameters
    ----------
    arguments : list of str, optional
        In place of the command line.

    Returns
    -------
    int
        0
    """
    parser = argparse.ArgumentParser(prog="python -m kasago.bench", description=__doc__)
    parser.add_argument("jobs", nargs="*", help=f"some of: {', '.join(JOBS)} (all by default)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="write the figures to this file too, as JSON")
    options = parser.parse_args(arguments)
    if unknown := set(options.jobs) - set(JOBS):
        parser.error(f"no such job: {', '.join(sorted(unknown))}; there are {', '.join(JOBS)}")
    if options.rounds < 1:
        parser.error(f"--rounds must be 1 or more, got {options.rounds}")
    results = {}
    for job in options.jobs or JOBS:
        results[job] = measure(job, options.rounds)
        print(table(job, results[job]), flush=True)
    if options.keep:
        kept = {"machine": machine(), "rounds": options.rounds, "seconds": results}
        options.keep.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(job: str, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each contender of a job, in each round.

    Parameters
    ----------
    job : str
    rounds : int

    Returns
    -------
    dict of str to list of float
        By the contender's name in words; those that are not installed are left out.
    """
    times: dict[str, list[float]] = {}
    missing: set[str] = set()
    for round_number in range(rounds):
        for contender, words in JOBS[job].items():
            if contender in missing:
                continue
            _say(f"{job}, round {round_number + 1}: {words}")
            done = _run(contender)
            if done.returncode and "is not installed" in done.stderr:
                missing.add(contender)
                continue
            if done.returncode:
                raise RuntimeError(f"{words} ({job}) failed:\n{done.stderr}")
            times.setdefault(words, []).append(float(done.stdout))
    _say("")
    return times


def table(job: str, times: dict[str, list[float]]) -> str:
    """Return the medians and ranges of a job, and the ratios to the first contender.

    Parameters
    ----------
    job : str
    times : dict of str to list of float
        Seconds of each contender.

    Returns
    -------
    str
    """
    first = statistics.median(next(iter(times.values())))
    lines = [f"{job:40} {'median':>10} {'range':>21} {'speed-up':>9}"]
    for words, seconds in times.items():
        median = statistics.median(seconds)
        spread = f"{_readable(min(seconds))} - {_readable(max(seconds))}"
        lines.append(f"{words:40} {_readable(median):>10} {spread:>21} {first / median:>8.1f}x")
    return "\n".join(lines) + "\n"


def machine() -> dict[str, str]:
    """Return what the times depend on: the processor and the versions.

    Returns
    -------
    dict of str to str
    """
    found = {"processor": platform.machine(), "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _run(contender: str) -> subprocess.CompletedProcess[str]:
    one = dict.fromkeys(ONE_THREAD, "1")
    one["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    command = [sys.executable, "-m", "kasago.bench.child", contender]
    return subprocess.run(
        command, env=os.environ | one, capture_output=True, text=True, check=False
    )


def _say(words: str) -> None:
    """Say on a terminal, in one line, what is going on."""
    if sys.stderr.isatty():
        print(f"\r{words:70}", end="\r" if not words else "", file=sys.stderr, flush=True)


def _readable(seconds: float) -> str:
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.2f} {unit}"
    return f"{seconds * 1e6:.1f} µs"


if __name__ == "__main__":
    raise SystemExit(main())
