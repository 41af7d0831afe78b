"""The figures of the book, one function each.

Every function draws on the axes that it is given, or on new ones, and returns them. Colours
come from the reader's own style: the ink is the colour of text, the lines follow the colour
cycle. Call ``plt.show()`` afterwards.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import ArrayLike, NDArray

from kasago.common.functions import cross_entropy_error, sum_squared_error
from kasago.common.gradient import numerical_diff, numerical_gradient_2d, tangent_line
from kasago.training import History

__all__ = [
    "plot_accuracy",
    "plot_descent",
    "plot_difference_error",
    "plot_digits",
    "plot_gradient_field",
    "plot_gradient_surface",
    "plot_loss",
    "plot_loss_by_probability",
    "plot_surface",
    "plot_tangent",
    "plot_weights",
]

Function1D = Callable[[Any], Any]
Function2D = Callable[[NDArray[Any]], Any]


def plot_loss_by_probability(ax: Axes | None = None) -> Axes:
    """Draw both losses against the probability that the right class of two is given.

    Parameters
    ----------
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or _new_axes()
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
    ax = ax or _new_axes()
    t = np.linspace(*span, 200)
    ax.plot(t, f(t), label="f(x)")
    slope = numerical_diff(f, x)
    ax.plot(t, tangent_line(f, x)(t), label=f"tangent, slope {slope:.3g}")
    ax.plot(x, f(x), "o", color=_ink())
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
    ax = ax or _new_axes()
    h = np.logspace(-15, 0, 121)
    differences = {
        "forward": (f(x + h) - f(x)) / h,
        "central": (f(x + h) - f(x - h)) / (2 * h),
    }
    for name, value in differences.items():
        error = np.abs(value - derivative(x))
        # No error at all has no place on a logarithmic axis.
        shown = error > 0
        ax.loglog(h[shown], error[shown], label=f"{name} difference")
    ax.axvline(1e-4, color=_ink(), linewidth=0.8, linestyle=":")
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
    ax = ax or _new_axes_3d()
    X0, X1, points = _grid(limit, 17)
    ax.plot_wireframe(X0, X1, _values(f, points, X0), color="C0", linewidth=0.7)
    ax.set(xlabel="x₀", ylabel="x₁", zlabel="f(x)")
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
    ax = ax or _new_axes(figsize=(4.6, 4.4))
    # A margin, so that the arrows on the border are whole.
    edge = 1.1 * limit
    if contours:
        _contours(f, edge, ax)
    _, _, points = _grid(limit, 17)
    grad = numerical_gradient_2d(f, points)
    flat = _vanishes(grad)
    if not flat.all():
        ax.quiver(*points[~flat].T, *-grad[~flat].T, angles="xy", color=_ink(), width=0.004)
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
    _, _, points = _grid(limit, 9)
    z = np.apply_along_axis(f, 1, points)
    grad = numerical_gradient_2d(f, points)
    flat = _vanishes(grad)
    length = np.linalg.norm(grad[~flat], axis=1, keepdims=True)
    arrows = 0.45 * np.hstack([-grad[~flat] / length, -length])
    ax.quiver(
        *points[~flat].T, z[~flat], *arrows.T, color="C1", linewidth=1.4, arrow_length_ratio=0.2
    )
    ax.plot(*points[flat].T, z[flat], "o", color=_ink())
    return ax


def plot_descent(
    f: Function2D, history: ArrayLike, *, limit: float = 4.5, ax: Axes | None = None
) -> Axes:
    """Draw the path of a descent over the lines of equal height, with a large dot at its start.

    Parameters
    ----------
    f : callable
        Takes a point, shape (2,), returns a number.
    history : array_like, shape (steps, 2)
        The points passed, as `gradient_descent` returns them.
    limit : float
        Both variables run from -limit to limit.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the history is empty or not one of points of the plane.
    """
    path = np.asarray(history)
    if path.size == 0 or path.shape[1:] != (2,):
        raise ValueError(f"history must have shape (steps, 2), at least one; got {path.shape}")
    ax = ax or _new_axes(figsize=(4.6, 4.4))
    _contours(f, limit, ax)
    ax.plot(*path.T, "o-", color="C1", markersize=4, linewidth=1.2)
    ax.plot(*path[0], "o", color="C1", markersize=9)
    ax.set(xlabel="x₀", ylabel="x₁", aspect="equal", xlim=(-limit, limit), ylim=(-limit, limit))
    return ax


def plot_digits(
    images: ArrayLike, captions: Sequence[object] = (), *, ax: Axes | None = None
) -> Axes:
    """Draw digits in a row, each with a caption below it.

    Parameters
    ----------
    images : array_like, shape (N, 784), (N, 28, 28) or (N, 1, 28, 28)
    captions : sequence, optional
        One for each image.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no image, one has another shape, or there are captions and not one for each.
    """
    pictures = _pictures(images)
    if len(captions) not in (0, len(pictures)):
        raise ValueError(f"got {len(captions)} captions for {len(pictures)} images")
    ax = ax or _new_axes(figsize=(0.75 * len(pictures), 1.3))
    _tile(ax, pictures, columns=len(pictures), cmap="gray_r")
    for i, caption in enumerate(captions):
        ax.text(32 * i + 14, 33, str(caption), ha="center", va="top", fontsize="x-large")
    return ax


def plot_loss(history: History, *, window: int = 100, ax: Axes | None = None) -> Axes:
    """Draw the loss of the mini-batches: the mean of each window, and its range.

    Parameters
    ----------
    history : History
    window : int
        Number of iterations that are taken together.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the window is less than 1, or longer than the history.
    """
    if window < 1:
        raise ValueError(f"window must be 1 or more, got {window}")
    windows = len(history.loss) // window
    if windows == 0:
        raise ValueError(f"{len(history.loss)} iterations are fewer than the window of {window}")
    ax = ax or _new_axes()
    loss = np.reshape(history.loss[: windows * window], (windows, window))
    middle = window * (np.arange(windows) + 0.5)
    ax.fill_between(middle, loss.min(axis=1), loss.max(axis=1), color="C0", alpha=0.25, linewidth=0)
    ax.plot(middle, loss.mean(axis=1), color="C0")
    ax.set(xlabel="iteration", ylabel="loss", ylim=(0, None), xlim=(0, windows * window))
    return ax


def plot_accuracy(history: History, *, ax: Axes | None = None) -> Axes:
    """Draw the accuracy on training and test samples against the epoch.

    Parameters
    ----------
    history : History
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = ax or _new_axes()
    ax.plot(history.train_accuracy, "o-", label="training", markersize=4)
    ax.plot(history.test_accuracy, "s--", label="test", markersize=4)
    ax.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
    ax.legend(loc="lower right")
    return ax


def plot_weights(W: ArrayLike, *, columns: int = 10, ax: Axes | None = None) -> Axes:
    """Draw what each hidden unit looks for: its 784 weights as an image, 0 in the middle.

    Parameters
    ----------
    W : array_like, shape (784, units)
    columns : int
        Images in a row.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no unit, or a unit has not 784 weights.
    """
    images = _pictures(np.transpose(W))
    rows = -(-len(images) // columns)
    ax = ax or _new_axes(figsize=(0.6 * columns, 0.6 * rows))
    largest = np.abs(images).max()
    _tile(ax, images, columns=columns, cmap="PuOr", vmin=-largest, vmax=largest)
    return ax


def _pictures(images: ArrayLike) -> NDArray[Any]:
    """Return images as an array of shape (N, 28, 28), N at least 1."""
    pictures = np.asarray(images)
    if pictures.shape in ((784,), (28, 28)):  # one image
        pictures = pictures[np.newaxis]
    if pictures.size == 0 or pictures.shape[1:] not in ((784,), (28, 28), (1, 28, 28)):
        raise ValueError(
            "images must have shape (N, 784), (N, 28, 28) or (N, 1, 28, 28), N at least 1; "
            f"got {pictures.shape}"
        )
    return pictures.reshape(-1, 28, 28)


def _tile(ax: Axes, images: NDArray[Any], *, columns: int, **how: Any) -> None:
    """Draw images of 28 x 28 in rows, 4 pixels apart."""
    for i, image in enumerate(images):
        x, y = 32 * (i % columns), 32 * (i // columns)
        ax.imshow(image, extent=(x, x + 28, y + 28, y), interpolation="none", **how)
    rows = -(-len(images) // columns)
    ax.set(xlim=(-1, 32 * columns - 3), ylim=(32 * rows - 3, -1))
    ax.set_axis_off()


def _contours(f: Function2D, limit: float, ax: Axes) -> None:
    X0, X1, points = _grid(limit, 61)
    height = _values(f, points, X0)
    if np.ptp(height) > 0:  # a plain has no lines of equal height
        ax.contour(X0, X1, height, levels=8, colors="C0", linewidths=1)


def _grid(limit: float, count: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the coordinates of a square grid, and its points, shape (count**2, 2)."""
    axis = np.linspace(-limit, limit, count)
    X0, X1 = np.meshgrid(axis, axis)
    return X0, X1, np.stack([X0.ravel(), X1.ravel()], axis=-1)


def _values(f: Function2D, points: NDArray[Any], like: NDArray[Any]) -> NDArray[Any]:
    return np.apply_along_axis(f, 1, points).reshape(like.shape)


def _vanishes(grad: NDArray[Any]) -> NDArray[np.bool_]:
    """Say where a gradient is too short to have a direction, against the longest."""
    length = np.linalg.norm(grad, axis=1)
    return np.asarray(length <= 1e-8 * length.max())


def _ink() -> Any:
    return plt.rcParams["text.color"]


def _new_axes(**how: Any) -> Axes:
    ax: Axes = plt.subplots(**how)[1]
    return ax


def _new_axes_3d() -> Axes3D:
    ax: Axes3D = plt.subplots(figsize=(5.2, 4.6), subplot_kw={"projection": "3d"})[1]
    ax.view_init(elev=35, azim=-60)
    return ax
