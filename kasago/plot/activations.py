"""What the units of a network answer, layer by layer."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from kasago.plot._axes import new_axes

__all__ = ["plot_activations"]


def plot_activations(
    layers: Sequence[ArrayLike],
    *,
    span: tuple[float, float] = (0, 1),
    bins: int = 25,
    ax: Axes | None = None,
) -> Axes:
    """Draw a histogram of each layer, side by side, the bars of each from its number to the right.

    Parameters
    ----------
    layers : sequence of array_like, any shapes
        The activations of each layer. The longest bar of each is as long as that of any other.
    span : (float, float)
        The ends of the vertical axis; what lies outside is not counted.
    bins : int
        How many bars the span is parted into.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are no layers, or `bins` is less than 1.

    Examples
    --------
    >>> ax = plot_activations([[0.1, 0.2, 0.9], [0.6, 0.7, 0.8]], bins=2)
    >>> [steps.get_data().values.round(2).tolist() for steps in ax.patches]
    [[1.8, 1.4], [2.0, 2.8]]
    """
    if len(layers) == 0 or bins < 1:
        raise ValueError(f"expected one layer or more and 1 bin or more, got {len(layers)}, {bins}")
    ax = ax or new_axes(figsize=(4.8, 2))
    for number, layer in enumerate(layers, 1):
        counts, edges = np.histogram(np.asarray(layer), bins=bins, range=span)
        # A fifth of the width is left free, so that the layers stay apart.
        widths = 0.8 * counts / max(counts.max(), 1)
        # One outline, and no bars with hairlines between them.
        ax.stairs(
            number + widths,
            edges,
            orientation="horizontal",
            baseline=number,
            fill=True,
            color="C0",
        )
    ax.set_xticks(np.arange(len(layers)) + 1.4, [str(n + 1) for n in range(len(layers))])
    ax.set(xlabel="layer", ylabel="activation", xlim=(0.9, len(layers) + 1), ylim=span)
    return ax
