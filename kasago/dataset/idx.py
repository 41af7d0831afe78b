"""Files in the IDX format of MNIST, compressed by gzip: read, and checked on the way."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["SOURCE_HOLDS", "Pair", "file_names", "read_idx", "read_pair"]

SOURCE_HOLDS = (
    "a source holds train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
    "t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz"
)

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def file_names(split: str) -> tuple[str, str]:
    """Name the files of a split.

    Parameters
    ----------
    split : str
        ``"train"`` or ``"t10k"``.

    Returns
    -------
    images, labels : str
    """
    return f"{split}-images-idx3-ubyte.gz", f"{split}-labels-idx1-ubyte.gz"


def read_pair(folder: Path, origin: str, split: str) -> Pair:
    """Read the images and labels of a split, and check that they belong together.

    Parameters
    ----------
    folder : Path
        The folder that holds both files.
    origin : str
        What errors put before the name of a file: a folder with its last slash, or a URL.
    split : str
        ``"train"`` or ``"t10k"``.

    Returns
    -------
    images : ndarray of uint8, shape (N, 28, 28)
    labels : ndarray of uint8, shape (N,)

    Raises
    ------
    ValueError
        If a file is damaged, or if there are more images than labels or the reverse.
    FileNotFoundError
        If a file does not exist.
    """
    first, second = file_names(split)
    images, labels = (read_idx(folder / name, origin + name) for name in (first, second))
    if len(images) != len(labels):
        raise _fault(
            origin + second, f"holds {len(labels)} labels, but {first} {len(images)} images"
        )
    return images, labels


def read_idx(path: Path, name: str) -> NDArray[np.uint8]:
    """Read a file of images or of labels.

    Parameters
    ----------
    path : Path
        Where the file is.
    name : str
        What errors call it; its end says whether it must hold images or labels.

    Returns
    -------
    ndarray of uint8, shape (N, 28, 28) or (N,)

    Raises
    ------
    ValueError
        If the file is damaged or holds something else.
    FileNotFoundError
        If it does not exist.

    Notes
    -----
    Inside the gzip file are, as 32-bit numbers, the most significant byte first: a magic number
    (0x08 for unsigned bytes, then the number of axes), and the length of each axis. A byte for
    each element follows.
    """
    kind, item = ("images", (28, 28)) if name.endswith("-images-idx3-ubyte.gz") else ("labels", ())
    try:
        with gzip.open(path) as file:
            count = _read_header(file, name, kind, item)
            data = _read_bytes(file, name, kind, count, math.prod(item))
    except FileNotFoundError:
        raise FileNotFoundError(f"{name} does not exist; {SOURCE_HOLDS}") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _fault(name, f"is no sound gzip file ({error})") from error
    array = np.frombuffer(data, np.uint8).reshape(count, *item)
    if kind == "labels" and array.max() > 9:
        where = int(np.argmax(array > 9))
        raise _fault(name, f"has the label {array[where]} at index {where}, labels are 0 to 9")
    return array


def _read_header(file: gzip.GzipFile, name: str, kind: str, item: tuple[int, ...]) -> int:
    """Return how many images or labels the header announces."""
    length = 8 + 4 * len(item)
    header = file.read(length)
    if len(header) < length:
        raise _fault(name, f"ends inside its header, after {len(header)} bytes")
    found, count, *shape = struct.unpack(f">{length // 4}I", header)
    magic = 0x0801 + len(item)
    if found != magic:
        raise _fault(name, f"has the magic number {found}, {kind} have {magic} (swapped files?)")
    if tuple(shape) != item:
        raise _fault(name, f"holds images of {shape[0]} x {shape[1]} pixels, not 28 x 28")
    if count == 0:
        raise _fault(name, f"holds no {kind}")
    return int(count)


def _read_bytes(file: gzip.GzipFile, name: str, kind: str, count: int, item_size: int) -> bytearray:
    """Return what follows the header, to the end of the file."""
    size = count * item_size
    data = bytearray()
    # In pieces, because a wrong count must not ask for terabytes at once.
    while piece := file.read(min(size - len(data), 2**20)):
        data += piece
    if len(data) < size:
        raise _fault(name, f"ends after {len(data)} of the {size} bytes of its {kind}")
    # The read that meets the end also verifies gzip's checksum.
    if file.read(1):
        raise _fault(name, f"goes on after the {count} {kind} that its header announces")
    return data


def _fault(name: str, problem: str) -> ValueError:
    remedy = "put a good copy in its place"
    if "://" in name:
        remedy = "look with a browser what this address holds, or try again later"
    return ValueError(f"{name} {problem}; {remedy}")
