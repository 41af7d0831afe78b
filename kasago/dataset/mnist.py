"""The handwritten digits of MNIST, and other sets published as four files of the same names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kasago.dataset.idx import SOURCE_HOLDS, Pair, read_pair

__all__ = ["load_mnist"]


def load_mnist(
    normalize: bool = True,
    flatten: bool = True,
    one_hot_label: bool = False,
    *,
    source: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
) -> tuple[tuple[NDArray[Any], NDArray[Any]], tuple[NDArray[Any], NDArray[Any]]]:
    """Load the images and labels of MNIST, or of another set in the same format.

    Parameters
    ----------
    normalize : bool
        Grey levels as float32 in [0, 1] if true, as uint8 in 0..255 if false.
    flatten : bool
        Images of shape (N, 784) if true, (N, 1, 28, 28) if false.
    one_hot_label : bool
        Labels as one-hot rows, float32 of shape (N, 10), if true; as class indices, int64 of
        shape (N,), if false.
    source : str or os.PathLike, optional
        A directory, or a base URL (``http://`` or ``https://``), that holds four files of the
        same names, as Fashion-MNIST and KMNIST are published. By default the files of MNIST that
        come with the package; then nothing is downloaded.
    cache : str or os.PathLike, optional
        The folder that keeps downloads, by default the user's cache folder of the operating
        system; each base URL has a folder of its own in it. Not used without a URL.

    Returns
    -------
    (x_train, t_train), (x_test, t_test)
        Images and labels for training (N = 60,000 for MNIST) and for testing (N = 10,000), in
        arrays that are new with each call.

    Raises
    ------
    ValueError
        If a file is truncated, corrupt or mislabelled, or if ``source`` is no http(s) URL.
    FileNotFoundError, NotADirectoryError
        If the directory, or one of the files in it or at the URL, does not exist.
    ConnectionError, TimeoutError
        If a download fails; where the fault may be a passing one, after three tries.
    OSError
        If the cache folder cannot be written.

    Notes
    -----
    Indices are int64 because arithmetic on the bytes of the file would wrap: ``0 - 1`` is 255
    in uint8. One-hot labels are float32 so that ``y - t`` stays float32 when ``y`` is.

    Downloads go through the proxies that ``http_proxy``, ``https_proxy`` and ``no_proxy`` name.
    Images and labels are checked before they get their names in the cache; a copy in the cache
    that has gone bad is downloaded again. Without a terminal or a notebook there is no progress
    bar.

    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 2278-2324, 1998. The file ``LICENSE`` beside
    this module has the licence of the data.

    Examples
    --------
    >>> from kasago.dataset.mnist import load_mnist
    >>> (x_train, t_train), (x_test, t_test) = load_mnist()
    >>> x_train.shape, x_test.shape
    ((60000, 784), (10000, 784))
    >>> t_train[:5]
    array([5, 0, 4, 1, 9])
    """
    if source is not None and not isinstance(source, str | os.PathLike):
        raise TypeError(f"source must be a directory or a base URL, not {source!r}")
    train, test = (
        _prepare(*_load_pair(source, cache, split), normalize, flatten, one_hot_label)
        for split in ("train", "t10k")
    )
    return train, test


def _prepare(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    normalize: bool,
    flatten: bool,
    one_hot_label: bool,
) -> tuple[NDArray[Any], NDArray[Any]]:
    x: NDArray[Any] = images.reshape(len(images), -1) if flatten else images[:, np.newaxis]
    if normalize:
        x = x / np.float32(255)
    t = np.eye(10, dtype=np.float32)[labels] if one_hot_label else labels.astype(np.int64)
    return x, t


def _load_pair(
    source: str | os.PathLike[str] | None, cache: str | os.PathLike[str] | None, split: str
) -> Pair:
    if isinstance(source, str) and "://" in source:
        # Here, because a download needs packages that the rest does not.
        from kasago.dataset.download import load_url  # noqa: PLC0415

        return load_url(source, cache, split)
    folder = Path(__file__).parent if source is None else Path(source).expanduser()
    if not folder.is_dir():
        kind = NotADirectoryError if folder.exists() else FileNotFoundError
        raise kind(f"{folder} is not a directory; {SOURCE_HOLDS}")
    return read_pair(folder, f"{folder}{os.sep}", split)
