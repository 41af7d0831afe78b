"""The handwritten digits of MNIST, and other sets published as four files of the same names."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import math
import os
import re
import struct
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["load_mnist"]

# What only a download needs is imported by the functions below: the rest takes NumPy alone.

# A server that sends nothing for so many seconds has stalled.
TIMEOUT = 20.0
# Tries after the first; pooch waits one second before the second try, two before the third.
RETRIES = 2

_HOLDS = (
    "a source holds train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
    "t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz"
)

_Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]


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
    if source is not None and not isinstance(source, (str, os.PathLike)):
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
) -> _Pair:
    if isinstance(source, str) and "://" in source:
        return _load_url(source, cache, split)
    folder = Path(__file__).parent if source is None else Path(source).expanduser()
    if not folder.is_dir():
        kind = NotADirectoryError if folder.exists() else FileNotFoundError
        raise kind(f"{folder} is not a directory; {_HOLDS}")
    return _read_pair(folder, f"{folder}{os.sep}", split)


def _load_url(source: str, cache: str | os.PathLike[str] | None, split: str) -> _Pair:
    import pooch  # noqa: PLC0415

    parts = re.fullmatch(r"https?://([^/?#\s]+)(/[^?#\s]*)?", source, re.IGNORECASE)
    if not parts:
        raise ValueError(
            "source must be a directory or a base URL such as https://example.org/mnist "
            f"(http or https, no query, no spaces), not {source!r}"
        )
    base = source.rstrip("/")
    # The same four names at every URL: the digest keeps folders apart, the rest tells the reader
    # which is which, without the password that a URL may have.
    place = re.sub(r"[^\w.-]+", "-", parts[1].rpartition("@")[2] + (parts[2] or "")).strip("-")
    digest = hashlib.sha256(base.encode()).hexdigest()
    root = pooch.os_cache("kasago") if cache is None else Path(cache).expanduser()
    folder = root / f"{place[:80]}-{digest[:8]}"
    # Whatever keeps the cached copy from being read, missing or bad, a new one mends it.
    with contextlib.suppress(OSError, ValueError):
        return _read_pair(folder, f"{folder}{os.sep}", split)
    return _download_pair(f"{base}/", folder, split)


def _download_pair(base: str, folder: Path, split: str) -> _Pair:
    """Download the images and labels of a split; put them in the folder once both are good."""
    import pooch  # noqa: PLC0415
    import requests  # noqa: PLC0415

    log = pooch.get_logger()
    level = log.level
    log.setLevel("WARNING")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Inside the folder, so that the last step is a rename within one file system.
        with tempfile.TemporaryDirectory(prefix="partial-", dir=folder) as staging:
            names = _names(split)
            pup = pooch.create(
                staging, base, registry=dict.fromkeys(names), retry_if_failed=RETRIES
            )
            for name in names:
                try:
                    pup.fetch(name, downloader=_download)
                except requests.RequestException as error:
                    raise _network_error(base + name, error) from error
            # Each file is good by itself, but their counts may still disagree.
            pair = _read_pair(Path(staging), base, split)
            for name in names:
                os.replace(Path(staging, name), folder / name)
        return pair
    except OSError as error:
        # Errors of the operating system have a number, those of _network_error do not.
        if error.errno is None:
            raise
        problem = f"cannot write the cache folder, name another with cache= ({error.strerror})"
        raise OSError(error.errno, problem, str(folder)) from error
    finally:
        log.setLevel(level)


def _download(url: str, output: str, _pooch: object) -> None:
    """Download one file and check it; pooch tries again after requests' errors and ValueError."""
    import requests  # noqa: PLC0415
    from tqdm import tqdm  # noqa: PLC0415

    headers = {"Accept-Encoding": "identity"}
    with requests.get(url, stream=True, timeout=TIMEOUT, headers=headers) as response:
        try:
            response.raise_for_status()
        except requests.HTTPError as error:
            if response.status_code < 500:
                raise _network_error(url, error) from error
            raise
        # Some servers give this name to the compression that a .gz file has anyway, and requests
        # would undo it.
        response.raw.headers.discard("Content-Encoding")
        with (
            open(output, "wb") as file,
            tqdm(
                desc=url.rpartition("/")[2],
                total=response.raw.length_remaining,
                unit="B",
                unit_scale=True,
                # None: only on a terminal. A notebook is none, but has someone who waits.
                disable=False if "ipykernel" in sys.modules else None,
            ) as bar,
        ):
            for chunk in response.iter_content(2**16):
                file.write(chunk)
                bar.update(len(chunk))
    _read_idx(Path(output), url)


def _network_error(url: str, error: Any) -> OSError:
    import requests  # noqa: PLC0415

    kind: type[OSError] = ConnectionError
    reason = str(error)
    if error.response is not None:
        reason = f"the answer was {error.response.status_code} {error.response.reason}"
        kind = FileNotFoundError if error.response.status_code == 404 else ConnectionError
    elif "timed out" in reason:
        # Not by type: for requests, a stall in the middle of a body is a ConnectionError.
        kind = TimeoutError
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    via = f" through the proxy {proxy.rpartition('@')[2]}" if proxy else ""
    return kind(
        f"cannot download {url}{via}: {reason}; check the address, the network and the "
        "proxy settings, then try again"
    )


def _names(split: str) -> tuple[str, str]:
    return f"{split}-images-idx3-ubyte.gz", f"{split}-labels-idx1-ubyte.gz"


def _read_pair(folder: Path, origin: str, split: str) -> _Pair:
    """Read images (N, 28, 28) and labels (N,); errors name the files as origin + name."""
    images, labels = (_read_idx(folder / name, origin + name) for name in _names(split))
    if len(images) != len(labels):
        first, second = _names(split)
        raise _fault(
            origin + second, f"holds {len(labels)} labels, but {first} {len(images)} images"
        )
    return images, labels


def _read_idx(path: Path, name: str) -> NDArray[np.uint8]:
    """Read the IDX file at the path, which ``name`` names in errors and whose kind it tells."""
    kind, item = ("images", (28, 28)) if "-images-" in name else ("labels", ())
    # 0x08 is the code for unsigned bytes, the last byte of the magic number counts the axes.
    magic = 0x0801 + len(item)
    try:
        with gzip.open(path) as file:
            header = file.read(8 + 4 * len(item))
            if len(header) < 8 + 4 * len(item):
                raise _fault(name, f"ends inside its header, after {len(header)} bytes")
            found, count, *shape = struct.unpack(f">{len(header) // 4}I", header)
            if found != magic:
                raise _fault(
                    name, f"has the magic number {found}, {kind} have {magic} (swapped files?)"
                )
            if tuple(shape) != item:
                raise _fault(name, f"holds images of {shape[0]} x {shape[1]} pixels, not 28 x 28")
            if count == 0:
                raise _fault(name, f"holds no {kind}")
            size = count * math.prod(item)
            data = bytearray()
            # In pieces, because a wrong count must not ask for terabytes at once.
            while piece := file.read(min(size - len(data), 2**20)):
                data += piece
            if len(data) < size:
                raise _fault(name, f"ends after {len(data)} of the {size} bytes of its {kind}")
            # The read that meets the end also verifies gzip's checksum.
            if file.read(1):
                raise _fault(name, f"goes on after the {count} {kind} that its header announces")
    except FileNotFoundError:
        raise FileNotFoundError(f"{name} does not exist; {_HOLDS}") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _fault(name, f"is no sound gzip file ({error})") from error
    array = np.frombuffer(data, np.uint8).reshape(count, *item)
    if kind == "labels" and array.max() > 9:
        where = int(np.argmax(array > 9))
        raise _fault(name, f"has the label {array[where]} at index {where}, labels are 0 to 9")
    return array


def _fault(name: str, problem: str) -> ValueError:
    remedy = "put a good copy in its place"
    if "://" in name:
        remedy = "look with a browser what this address holds, or try again later"
    return ValueError(f"{name} {problem}; {remedy}")
