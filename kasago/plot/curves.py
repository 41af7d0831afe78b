"""Curves: a function, losses, a tangent, the error of a difference."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from kasago.common.functions import cross_entropy_error, sum_squared_error
from kasago.common.gradient import numerical_diff, tangent_line
from kasago.plot._axes import ink, new_axes

__all__ = ["plot_curve", "plot_difference_error", "plot_loss_by_probability", "plot_tangent"]

Function1D = Callable[[Any], Any]


def plot_curve(
    f: Function1D, *, span: tuple[float, float] = (-6, 6), ax: Axes | None = None, **line: Any
) -> Axes:
    """Draw a function of one number; where it jumps, the line is broken.

    Parameters
    ----------
    f : callable
        Takes and returns an array, element by element.
    span : (float, float)
        The ends of the horizontal axis.
    ax : Axes, optional
    **line
        How the line looks, as `matplotlib.axes.Axes.plot` takes it.

    Returns
    -------
    Axes
    """
    ax = ax or new_axes()
    x = np.linspace(*span, 601)
    y = np.asarray(f(x), dtype=float)
    # Neighbours a tenth of the height of the curve apart are not joined: no slope is that steep.
    after_jump = np.flatnonzero(np.abs(np.diff(y)) > np.ptp(y) / 10) + 1
    ax.plot(
        np.insert(x, after_jump, np.nan), np.insert(y, after_jump, np.nan), **{"color": "C0"} | line
    )
    ax.set(xlabel="x", ylabel="h(x)", xlim=span)
    return ax


def plot_loss_by_probability(ax: Axes | None = None) -> Axes:
    """Draw both losses against the probability that the right class of two is given.

    Parameters
    ----------
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or new_axes()
    p = np.linspace(0.001, 1, 400)
    right, answers = np.array([1, 0]), np.stack([p, 1 - p], axis=-1)
    ax.plot(p, [cross_entropy_error(y, right) for y in answers], label="cross entropy")
    ax.plot(p, [sum_squared_error(y, right) for y in answers], label="squared error")
    ax.set(xlabel="probability of the right class", ylabel="loss", xlim=(0, 1), ylim=(0, 5))
    ax.legend()
    return ax


def plot_tangent(
    f: Function1D, x: float, *, span: tuple[float, float] = (0, 20), ax: Axes | None = None
) -> Axes:
    """Draw a function, a point of it and the tangent there.

    Parameters
    ----------
    f : callable
        Takes and returns an array, element by element.
    x : float
        Where the tangent touches.
    span : (float, float)
        The ends of the horizontal axis.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or new_axes()
    t = np.linspace(*span, 200)
    ax.plot(t, f(t), label="f(x)")
    slope = numerical_diff(f, x)
    ax.plot(t, tangent_line(f, x)(t), label=f"tangent, slope {slope:.3g}")
    ax.plot(x, f(x), "o", color=ink())
    ax.set(xlabel="x", ylabel="f(x)", xlim=span)
    ax.legend()
    return ax


def plot_difference_error(
    f: Function1D, derivative: Function1D, x: float, *, ax: Axes | None = None
) -> Axes:
    """Draw the error of forward and central differences against the step h, log-log.

    Parameters
    ----------
    f, derivative : callable
        A function of a number and its derivative, by pencil and paper.
    x : float
        Where the derivative is taken.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or new_axes()
    h = np.logspace(-15, 0, 121)
    differences = {
        "forward": (f(x + h) - f(x)) / h,
        "central": numerical_diff(f, x, h=h),
    }
    for name, value in differences.items():
        error = np.abs(value - derivative(x))
        # No error at all has no place on a logarithmic axis.
        shown = error > 0
        ax.loglog(h[shown], error[shown], label=f"{name} difference")
    ax.axvline(1e-4, color=ink(), linewidth=0.8, linestyle=":")
    ax.annotate(
        "h = 0.0001",
        (1e-4, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -2),
        textcoords="offset points",
        va="top",
    )
    ax.set(xlabel="step h", ylabel="error of the derivative")
    ax.legend(loc="lower left")
    return ax
