"""Functions of two variables: their surfaces and their gradients."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import NDArray

from kasago.common.gradient import numerical_gradient_2d
from kasago.plot._axes import ink, new_axes, new_axes_3d
from kasago.plot._heights import Function2D, draw_contours, heights

__all__ = ["plot_gradient_field", "plot_gradient_surface", "plot_surface"]


def plot_surface(f: Function2D, *, limit: float = 4, ax: Axes3D | None = None) -> Axes3D:
    """Draw a function of two variables as a surface.

    Parameters
    ----------
    f : callable
        Takes a point, shape (2,), returns a number.
    limit : float
        Both variables run from -limit to limit.
    ax : Axes3D, optional

    Returns
    -------
    Axes3D
    """
    ax = ax or new_axes_3d()
    ax.plot_wireframe(*heights(f, (limit, limit), 17), color="C0", linewidth=0.7)
    # Few ticks: the labels of three axes meet at the right corner.
    ticks = np.linspace(-limit, limit, 5)
    ax.set(xlabel="x₀", ylabel="x₁", zlabel="f(x)", xticks=ticks, yticks=ticks)
    ax.locator_params(axis="z", nbins=4)
    # Leave room for the label of the vertical axis, which no layout makes.
    ax.set_box_aspect(None, zoom=0.93)
    return ax


def plot_gradient_field(
    f: Function2D, *, limit: float = 4, contours: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw the negative gradient as a field of arrows, seen from above.

    Where the gradient vanishes there is no direction; a dot stands there.

    Parameters
    ----------
    f : callable
        Takes a point, shape (2,), returns a number.
    limit : float
        Both variables run from -limit to limit.
    contours : bool
        Whether to draw the lines of equal height too.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or new_axes(figsize=(4.6, 4.4))
    # A margin, so that the arrows on the border are whole.
    edge = 1.1 * limit
    if contours:
        draw_contours(f, edge, ax)
    points = _grid(limit, 17)
    grad = numerical_gradient_2d(f, points)
    flat = _vanishes(grad)
    if not flat.all():
        ax.quiver(*points[~flat].T, *-grad[~flat].T, angles="xy", color=ink(), width=0.004)
    ax.plot(*points[flat].T, "o", color="C1")
    ax.set(xlabel="x₀", ylabel="x₁", aspect="equal", xlim=(-edge, edge), ylim=(-edge, edge))
    return ax


def plot_gradient_surface(f: Function2D, *, limit: float = 4, ax: Axes3D | None = None) -> Axes3D:
    """Draw the way down on the surface: at each point an arrow that touches it.

    A step of length 1 against the gradient g changes the height by -|g|, so the arrow points
    along (-g / |g|, -|g|). Where the gradient vanishes a dot stands instead.

    Parameters
    ----------
    f : callable
        Takes a point, shape (2,), returns a number.
    limit : float
        Both variables run from -limit to limit.
    ax : Axes3D, optional

    Returns
    -------
    Axes3D
    """
    ax = plot_surface(f, limit=limit, ax=ax)
    ax.collections[-1].set_alpha(0.6)
    # So few that an arrow ends before the next begins.
    points = _grid(limit, 5)
    z = np.apply_along_axis(f, 1, points)
    grad = numerical_gradient_2d(f, points)
    flat = _vanishes(grad)
    length = np.linalg.norm(grad[~flat], axis=1, keepdims=True)
    arrows = np.hstack([-grad[~flat] / length, -length])
    ax.quiver(
        *points[~flat].T, z[~flat], *arrows.T, color="C1", linewidth=1.4, arrow_length_ratio=0.15
    )
    ax.plot(*points[flat].T, z[flat], "o", color=ink())
    return ax


def _grid(limit: float, count: int) -> NDArray[Any]:
    """Return the points of a square grid, shape (count**2, 2)."""
    axis = np.linspace(-limit, limit, count)
    points: NDArray[Any] = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return points


def _vanishes(grad: NDArray[Any]) -> NDArray[np.bool_]:
    """Say where a gradient is too short to have a direction, against the longest."""
    length = np.linalg.norm(grad, axis=1)
    return np.asarray(length <= 1e-8 * length.max())
