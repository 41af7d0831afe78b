"""Files of a data set from the web: fetched, checked, and kept in a cache folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pooch
import requests
import urllib3
from tqdm import tqdm

from kasago.dataset.idx import Pair, file_names, read_idx, read_pair

__all__ = ["load_url"]

# A server that sends nothing for so many seconds has stalled.
TIMEOUT = 20.0
# One that after that time has sent fewer bytes a second than these, on average, drips: MNIST's
# ten megabytes would take it three hours.
SLOWEST = 1000
# Tries after the first; pooch waits one second before the second try, two before the third.
RETRIES = 2


def load_url(source: str, cache: str | os.PathLike[str] | None, split: str) -> Pair:
    """Load the images and labels of a split from a base URL, or from the cache if it has them.

    Parameters
    ----------
    source : str
        The base URL, ``http://`` or ``https://``.
    cache : str or os.PathLike, optional
        The folder that keeps downloads, by default the user's cache folder.
    split : str
        ``"train"`` or ``"t10k"``.

    Returns
    -------
    images : ndarray of uint8, shape (N, 28, 28)
    labels : ndarray of uint8, shape (N,)

    Raises
    ------
    ValueError
        If ``source`` is no such URL, or a file at it is damaged.
    FileNotFoundError, ConnectionError, TimeoutError
        If a download fails.
    OSError
        If the cache folder cannot be written.
    """
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
        return read_pair(folder, f"{folder}{os.sep}", split)
    return _download_pair(f"{base}/", folder, split)


def _download_pair(base: str, folder: Path, split: str) -> Pair:
    """Download the images and labels of a split; put them in the folder once both are good."""
    log = pooch.get_logger()
    level = log.level
    log.setLevel("WARNING")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Inside the folder, so that the last step is a rename within one file system.
        with tempfile.TemporaryDirectory(prefix="partial-", dir=folder) as staging:
            names = file_names(split)
            pup = pooch.create(
                staging, base, registry=dict.fromkeys(names), retry_if_failed=RETRIES
            )
            for name in names:
                try:
                    pup.fetch(name, downloader=_download)
                except requests.RequestException as error:
                    raise _network_error(base + name, error) from error
            # Each file is good by itself, but their counts may still disagree.
            pair = read_pair(Path(staging), base, split)
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
    # Pooch has made this file for its owner alone; a new one gets the usual permissions.
    os.remove(output)
    headers = {"Accept-Encoding": "identity"}
    with requests.get(url, stream=True, timeout=TIMEOUT, headers=headers) as response:
        try:
            response.raise_for_status()
        except requests.HTTPError as error:
            if response.status_code < 500:
                raise _network_error(url, error) from error
            raise
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
            for piece in _pieces(response):
                file.write(piece)
                bar.update(len(piece))
    read_idx(Path(output), url)


def _pieces(response: Any) -> Iterator[bytes]:
    """Yield the body as it arrives; give up on a server that drips."""
    start, received = time.monotonic(), 0
    try:
        # Not read(): it would wait until a piece is full. Not decoded: some servers give the
        # name of an encoding to the compression that a .gz file has anyway.
        while piece := response.raw.read1(2**16, decode_content=False):
            yield piece
            received += len(piece)
            seconds = time.monotonic() - start
            if seconds > TIMEOUT + received / SLOWEST:
                raise requests.Timeout(
                    f"timed out with {received} bytes after {seconds:.0f} seconds"
                )
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(error) from error


def _network_error(url: str, error: Any) -> OSError:
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
