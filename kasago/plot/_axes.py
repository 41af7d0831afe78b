"""New axes, and the colour of text."""

from typing import Any

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from mpl_toolkits.mplot3d.axes3d import Axes3D


def ink() -> Any:
    return plt.rcParams["text.color"]


def new_axes(**how: Any) -> Axes:
    ax: Axes = plt.subplots(**how)[1]
    return ax


def new_axes_3d() -> Axes3D:
    ax: Axes3D = plt.subplots(figsize=(5.2, 4.6), subplot_kw={"projection": "3d"})[1]
    ax.view_init(elev=35, azim=-60)
    return ax
