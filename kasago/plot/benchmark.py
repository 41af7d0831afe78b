"""The times that ``python -m kasago.bench`` measured."""

import json
from os import PathLike
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from kasago.plot._axes import new_axes

__all__ = ["plot_benchmark"]

# What `make bench` measured; see kasago.bench, which does not come with the package.
RESULTS = Path(__file__).with_name("benchmark.json")


def plot_benchmark(
    job: str, *, results: str | PathLike[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how long each way to do a job took: the median as a dot, the range as a line.

    Parameters
    ----------
    job : str
        A job of the results: "training", "inference", "simple_convnet", "deep_convnet", "grid",
        "layer" or "loading".
    results : str or os.PathLike, optional
        What ``python -m kasago.bench --keep FILE`` wrote; by default the times that come with
        the package.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the results have no such job.
    """
    file = RESULTS if results is None else Path(results)
    jobs = json.loads(file.read_text(encoding="utf-8"))["seconds"]
    if job not in jobs:
        raise ValueError(f"{file} has no job {job!r}; it has {', '.join(jobs)}")
    times = jobs[job]
    ax = ax or new_axes(figsize=(5.2, 0.9 + 0.36 * len(times)))
    for row, (words, seconds) in enumerate(times.items()):
        colour = "C1" if "Kasago" in words else "C0"
        ax.plot([min(seconds), max(seconds)], [row, row], color=colour, linewidth=2)
        ax.plot(np.median(seconds), row, "o", color=colour)
    longest = max(max(seconds) for seconds in times.values())
    shortest = min(min(seconds) for seconds in times.values())
    if longest > 10 * shortest:
        ax.set_xscale("log")
    else:
        ax.set_xlim(0, None)
    ax.set_yticks(range(len(times)), list(times))
    ax.invert_yaxis()
    ax.set(xlabel="seconds")
    ax.grid(axis="x", alpha=0.3)
    return ax
