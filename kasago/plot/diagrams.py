"""Diagrams: a network as nodes and lines."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from kasago.plot._axes import ink, new_axes

__all__ = ["plot_network"]

# In units of the distance between two nodes of a layer; INCH is the length of one.
RADIUS, LAYER, INCH = 0.4, 1.9, 0.58

Point = tuple[float, float]


def plot_network(
    sizes: Sequence[int], *, marked: tuple[int, int, int] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a network: a circle for each number, a line for each weight, dashed for a bias.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer, the input first: (2, 3, 2, 2) has two hidden layers.
    marked : (int, int, int), optional
        A weight to point out: (1, 0, 2) is W1[0, 2].
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are fewer than two layers, a layer is empty, or the marked weight is none of
        the network's.
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes must name two layers or more, none of them empty; got {sizes}")
    if marked is not None and not _is_weight(marked, sizes):
        raise ValueError(f"marked must be (layer, i, j) of a weight of {sizes}, got {marked}")
    last, top, bottom = len(sizes) - 1, max(sizes) / 2 + 0.7, -max(sizes) / 2 - 0.2
    margin = max(0.75, 2.6 - last * LAYER / 2)  # room for the legend below two layers
    xlim, ylim = (-margin, last * LAYER + margin), (bottom - 1.6, top + 1.4)
    ax = ax or new_axes(figsize=(INCH * np.ptp(xlim), INCH * np.ptp(ylim)))

    for layer, size in enumerate(sizes):
        name = "x" if layer == 0 else "y" if layer == last else f"z{layer}"
        formula = {"x": "x", "y": f"y = σ(a{layer})"}.get(name, f"{name} = h(a{layer})")
        _lines_of_text(ax, (layer * LAYER, bottom), f"{formula}\n({size},)", va="top")
        for unit, center in enumerate(_column(layer, size)):
            _node(ax, center, f"{name}[{unit}]")
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        shapes = f"W{layer} ({n_in}, {n_out})\nb{layer} ({n_out},)"
        _lines_of_text(ax, ((layer - 0.5) * LAYER, top + 0.5), shapes, va="bottom")
        constant = ((layer - 1) * LAYER, top)
        _node(ax, constant, "1")
        for j, end in enumerate(_column(layer, n_out)):
            for i, start in enumerate(_column(layer - 1, n_in)):
                if (layer, i, j) == marked:
                    name = f"W{layer}[{i}, {j}]"
                    _edge(ax, start, end, name, color="C1", linewidth=2.6)
                else:
                    _edge(ax, start, end, "weight", color=ink(), linewidth=0.8)
            _edge(ax, constant, end, "bias", color="C0", linestyle="--", linewidth=1.2)
    named = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    ax.legend(named.values(), named.keys(), loc="lower center", ncols=3, frameon=False)
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.set_axis_off()
    return ax


def _is_weight(marked: tuple[int, int, int], sizes: Sequence[int]) -> bool:
    layer, i, j = marked
    return 0 < layer < len(sizes) and 0 <= i < sizes[layer - 1] and 0 <= j < sizes[layer]


def _column(layer: int, size: int) -> Iterator[Point]:
    """Yield the centres of a layer's nodes, from top to bottom."""
    for unit in range(size):
        yield layer * LAYER, (size - 1) / 2 - unit


def _lines_of_text(ax: Axes, place: Point, text: str, **how: Any) -> None:
    ax.text(*place, text, ha="center", linespacing=1.4, **how)


def _node(ax: Axes, center: Point, text: str) -> None:
    ax.add_patch(Circle(center, RADIUS, fill=False, edgecolor=ink(), linewidth=1.2))
    ax.text(*center, text, ha="center", va="center")


def _edge(ax: Axes, start: Point, end: Point, label: str, **how: Any) -> None:
    """Draw a line from rim to rim: a node has no fill that would hide its inner part."""
    along = np.subtract(end, start)
    along *= RADIUS / np.linalg.norm(along)
    x, y = np.transpose([start + along, end - along])
    ax.plot(x, y, label=label, **how)
