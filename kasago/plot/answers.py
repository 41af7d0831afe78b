"""What a network answers: to single images, and to all images of a class."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import ink, new_axes
from kasago.plot._tiles import PITCH, as_pictures, rows_of, tile

__all__ = ["plot_answers", "plot_class_accuracy"]


def plot_answers(
    images: ArrayLike, y: ArrayLike, t: ArrayLike, *, columns: int = 5, ax: Axes | None = None
) -> Axes:
    """Draw digits, each with the answer and the right class, and the probability of both.

    Parameters
    ----------
    images : array_like, shape (N, 784), (N, 28, 28) or (N, 1, 28, 28)
    y : array_like, shape (N, 10)
        The probabilities that the network gives to the classes. The largest is its answer.
    t : array_like, shape (N,)
        The right classes, as indices.
    columns : int
        Images in a row.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If images, probabilities or classes have another shape, or there is no column.
    """
    pictures, y, t = as_pictures(images), np.asarray(y), np.asarray(t)
    count = len(pictures)
    if y.shape != (count, 10) or t.shape != (count,):
        raise ValueError(
            f"{count} images need y of shape ({count}, 10) and t of shape ({count},); "
            f"got {y.shape} and {t.shape}"
        )
    rows = rows_of(count, columns)
    ax = ax or new_axes(figsize=(0.75 * columns + 0.6, 1.25 * rows))
    tile(ax, pictures, columns=columns, below=20, cmap="gray_r")
    ax.set_xlim(left=-24)  # room for the names of the lines
    lines = {"answer": np.argmax(y, axis=1), "right": t}
    for height, (name, classes) in enumerate(lines.items()):
        for i, k in enumerate(classes):
            column, row = i % columns, i // columns
            top = (PITCH + 20) * row + 30 + 9 * height
            ax.text(PITCH * column + 14, top, f"{k}  {y[i, k]:.3f}", ha="center", va="top")
            if column == 0:
                ax.text(-3, top, name, ha="right", va="top")
    return ax


def plot_class_accuracy(answers: ArrayLike, t: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw the accuracy on each class, and how far chance alone would scatter it.

    Parameters
    ----------
    answers, t : array_like, shape (N,)
        The answers and the right classes, as indices.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the shapes differ or there is nothing to draw.

    Notes
    -----
    If all classes were equally hard, with the accuracy p of all images, that on the n images of
    one class would have the standard error `sqrt(p (1 - p) / n)`. The bars reach two of these up
    and down from p. An accuracy of the class itself in place of p would make the bars of good
    classes too short, and those of bad ones too long.
    """
    answers, t = np.asarray(answers), np.asarray(t)
    if answers.ndim != 1 or answers.shape != t.shape or t.size == 0:
        raise ValueError(
            "answers and t must be class indices, shape (N,), N at least 1; "
            f"got {answers.shape} and {t.shape}"
        )
    right = answers == t
    classes, counts = np.unique(t, return_counts=True)
    accuracy = np.array([right[t == k].mean() for k in classes])
    mean = right.mean()
    error = 2 * np.sqrt(mean * (1 - mean) / counts)
    ax = ax or new_axes(figsize=(4.8, 2.8))
    ax.axhline(mean, color=ink(), linestyle="--", linewidth=1, label="all")
    ax.bar(
        classes,
        2 * error,
        width=0.5,
        bottom=mean - error,
        color=ink(),
        alpha=0.2,
        label="± 2 standard errors",
    )
    ax.plot(classes, accuracy, "o", label="one class")
    ax.set(xlabel="class", ylabel="accuracy", xticks=classes)
    # Above the axes: inside, it would stand on dots or bars.
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
    return ax
