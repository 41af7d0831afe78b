"""Computational graphs: what is computed from what, forward and back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import NDArray

from kasago.common.layers import AddLayer, MulLayer, Relu, Sigmoid
from kasago.plot._axes import ink, new_axes

__all__ = ["plot_graph"]

Cell = tuple[int, int]

# A node of a computational graph: the name of its result, its layer, the names of its operands.
Node = tuple[Any, ...]

# How the layers are written in a graph; any other by its name.
SIGNS = {AddLayer: "+", MulLayer: "×", Relu: "ReLU", Sigmoid: "σ"}

# Of a circle, where the distance of two columns is 1.
RADIUS = 0.2


class _Wire(NamedTuple):
    """A value on its way from where it comes to the node that takes it."""

    name: str
    value: float
    derivative: float
    start: Cell
    end: Cell


def plot_graph(
    inputs: Mapping[str, float], nodes: Sequence[Node], *, ax: Axes | None = None
) -> Axes:
    """Run a computational graph forward and back, and draw it with what each line carries.

    The layers are run by their own `forward` and `backward`. Above a line stands the value that
    went forward, below it the derivative of the last result with respect to that value; beside a
    line from below they stand left and right.

    Parameters
    ----------
    inputs : mapping of str to float
        The numbers that enter, by name. One that is used twice is drawn twice.
    nodes : sequence of (str, layer, str, ...)
        The name of the result, the layer that computes it, the names of its operands: inputs or
        results of earlier nodes. Each result but the last goes to one node.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no node, an operand is unknown, a name is given twice, or a result other than
        the last is not used exactly once.
    """
    _check(inputs, nodes)
    values, derivatives = _run(inputs, nodes)
    wires = _lay_out(nodes, values, derivatives)
    right = max(wire.end[0] for wire in wires) + 0.4
    bottom = -max(wire.start[1] for wire in wires) - 0.2
    ax = ax or new_axes(figsize=(0.92 * (right + 0.65), 0.92 * (0.4 - bottom)))
    ax.set(xlim=(-0.65, right), ylim=(bottom, 0.4), aspect="equal")
    ax.set_axis_off()
    layers = {name: layer for name, layer, *_ in nodes}
    for wire in wires:
        _draw_wire(ax, wire, layers.get(wire.name))
    end = np.array(_at(wires[0].end))
    _write(ax, end - [RADIUS - 0.05, 0], wires[0].name, ha="left", va="center")
    return ax


def _check(inputs: Mapping[str, float], nodes: Sequence[Node]) -> None:
    if not nodes:
        raise ValueError("a graph needs at least one node")
    known, waiting = set(inputs), set()
    for name, _, *operands in nodes:
        for operand in operands:
            if operand not in known:
                raise ValueError(f"{name!r} takes {operand!r}, which is no input or earlier result")
            if operand not in inputs and operand not in waiting:
                raise ValueError(f"the result {operand!r} is used twice; only inputs may be")
            waiting.discard(operand)
        if name in known:
            raise ValueError(f"two values have the name {name!r}")
        known.add(name)
        waiting.add(name)
    if waiting != {nodes[-1][0]}:
        raise ValueError(f"only the last result may be unused, got {sorted(waiting)}")


def _run(
    inputs: Mapping[str, float], nodes: Sequence[Node]
) -> tuple[dict[str, float], dict[str, tuple[float, ...]]]:
    """Return all values by name, and the derivatives that each node hands to its operands."""
    values = dict(inputs)
    for name, layer, *operands in nodes:
        values[name] = layer.forward(*(values[operand] for operand in operands))
    douts = {nodes[-1][0]: 1.0}
    derivatives = {}
    for name, layer, *operands in reversed(nodes):
        dx = layer.backward(douts[name])
        derivatives[name] = dx if isinstance(dx, tuple) else (dx,)
        # An input that is used twice has two; only results are asked for, and have one.
        douts |= dict(zip(operands, derivatives[name], strict=True))
    return values, derivatives


def _lay_out(
    nodes: Sequence[Node],
    values: Mapping[str, float],
    derivatives: Mapping[str, tuple[float, ...]],
) -> list[_Wire]:
    """Give each value a cell: the first operand left of its node, the others straight below."""
    operands = {name: names for name, _, *names in nodes}
    taken: set[Cell] = set()

    def cells(name: str, cell: Cell) -> list[Cell]:
        """Return what a value and the first operands before it would take."""
        column, row = cell
        before = cells(operands[name][0], (column - 1, row)) if name in operands else []
        return [cell, *before]

    def place(wire: _Wire) -> list[_Wire]:
        taken.update(cells(wire.name, wire.start))
        wires = [wire]
        column, row = wire.start
        below = row
        for i, name in enumerate(operands.get(wire.name, ())):
            start = (column - 1, row)
            if i > 0:  # its line may pass what is in no other's place
                below += 1
                while taken & set(cells(name, (column, below))):
                    below += 1
                start = (column, below)
                taken.update((column, passed) for passed in range(row, below))
            derivative = derivatives[wire.name][i]
            wires += place(_Wire(name, values[name], derivative, start, wire.start))
        return wires

    last = nodes[-1][0]
    depth = _depth(last, operands)
    return place(_Wire(last, values[last], 1.0, (depth, 0), (depth + 1, 0)))


def _depth(name: str, operands: Mapping[str, Sequence[str]]) -> int:
    """Return how many columns lie between a value and the input furthest to the left."""
    if name not in operands:
        return 0
    first, *others = (_depth(operand, operands) for operand in operands[name])
    return max(first + 1, *others) if others else first + 1


def _at(cell: Cell) -> tuple[float, float]:
    column, row = cell
    return column, -row


def _draw_wire(ax: Axes, wire: _Wire, layer: Any) -> None:
    """Draw where a value comes from, the value going forward, its derivative coming back."""
    start, end = np.array(_at(wire.start)), np.array(_at(wire.end))
    along = (end - start) / np.linalg.norm(end - start)
    tail, head = start + RADIUS * along, end - RADIUS * along
    level = wire.start[1] == wire.end[1]  # or it comes from straight below
    up = np.array([-along[1], along[0]])
    for number, color, side in ((wire.value, "C0", 1), (wire.derivative, "C1", -1)):
        aside = side * 0.05 * up
        to, by = (head, tail) if side > 0 else (tail, head)
        style = {"arrowstyle": "->", "color": color, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", to + aside, by + aside, arrowprops=style)
        place = (tail + head) / 2 + 2 * aside
        ha = "center" if level else "right" if side > 0 else "left"
        va = "center" if not level else "bottom" if side > 0 else "top"
        _write(ax, place, f"{number:.4g}".replace("-", "−"), ha=ha, va=va)
    if layer is not None:
        ax.add_patch(Circle(_at(wire.start), RADIUS, facecolor="none", edgecolor=ink()))
        _write(ax, start, SIGNS.get(type(layer), type(layer).__name__), ha="center", va="center")
    elif level:
        _write(ax, tail - [0.05, 0], wire.name, ha="right", va="center")
    else:
        _write(ax, tail - [0, 0.05], wire.name, ha="center", va="top")


def _write(ax: Axes, place: NDArray[Any], text: str, **how: Any) -> None:
    x, y = place
    ax.text(x, y, text, **how)
