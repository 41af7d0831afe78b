"""Facts about kasago.dataset: the real data, files with faults, servers and proxies.

Servers and proxies are real ones on the loopback interface.
"""

import contextlib
import gzip
import hashlib
import io
import itertools
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import types
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pooch
import pytest
from numpy.typing import NDArray

from kasago.dataset import download, mnist
from kasago.dataset.mnist import load_mnist

TRAIN_IMAGES = "train-images-idx3-ubyte.gz"
TRAIN_LABELS = "train-labels-idx1-ubyte.gz"
TEST_IMAGES = "t10k-images-idx3-ubyte.gz"
TEST_LABELS = "t10k-labels-idx1-ubyte.gz"
NAMES = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS]
HOLDS = f"a source holds {TRAIN_IMAGES}, {TRAIN_LABELS}, {TEST_IMAGES} and {TEST_LABELS}"

Split = tuple[NDArray[Any], NDArray[Any]]
Files = dict[str, bytes]
Answer = Callable[["Handler", bytes], None]


def idx(array: NDArray[np.uint8]) -> bytes:
    dims = array.shape
    return struct.pack(f">{1 + len(dims)}I", 0x0800 + len(dims), *dims) + array.tobytes()


def pack(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)


def digits(count: int, level: int = 255) -> NDArray[np.uint8]:
    """Images that are black but for one pixel, so that they compress to a few bytes."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[range(count), range(count), 5] = level
    return images


@pytest.fixture
def files() -> Files:
    """Return a valid set of three training and two test images."""
    return {
        TRAIN_IMAGES: pack(idx(digits(3))),
        TRAIN_LABELS: pack(idx(np.array([3, 1, 4], np.uint8))),
        TEST_IMAGES: pack(idx(digits(2))),
        TEST_LABELS: pack(idx(np.array([1, 9], np.uint8))),
    }


def write(folder: Path, files: Files) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def assert_tiny_set(sets: tuple[Split, Split]) -> None:
    (x_train, t_train), (x_test, t_test) = sets
    np.testing.assert_array_equal(x_train.reshape(3, 28, 28), digits(3) / 255)
    np.testing.assert_array_equal(x_test.reshape(2, 28, 28), digits(2) / 255)
    assert t_train.tolist() == [3, 1, 4]
    assert t_test.tolist() == [1, 9]


# The real data.


@pytest.fixture(scope="module")
def real() -> tuple[Split, Split]:
    return load_mnist(normalize=False)


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        (TRAIN_IMAGES, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        (TRAIN_LABELS, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        (TEST_IMAGES, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        (TEST_LABELS, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ],
)
def test_the_package_holds_the_published_bytes(name: str, sha256: str) -> None:
    with gzip.open(Path(mnist.__file__).with_name(name)) as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == sha256


def test_real_data_have_the_shapes_of_the_book(real: tuple[Split, Split]) -> None:
    (x_train, t_train), (x_test, t_test) = real
    assert x_train.shape == (60000, 784)
    assert t_train.shape == (60000,)
    assert x_test.shape == (10000, 784)
    assert t_test.shape == (10000,)


def test_real_digits_are_the_known_ones(real: tuple[Split, Split]) -> None:
    (_, t_train), (_, t_test) = real
    assert t_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert t_test[:5].tolist() == [7, 2, 1, 0, 4]
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(t_train).tolist() == counts
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(t_test).tolist() == counts


def test_real_grey_levels_have_the_published_mean_and_deviation(real: tuple[Split, Split]) -> None:
    # 0.1307 and 0.3081, with which tutorials standardise MNIST.
    (x_train, _), _ = real
    assert x_train.min() == 0
    assert x_train.max() == 255
    assert x_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert x_train[::7].std() / 255 == pytest.approx(0.3081, abs=1e-3)


def test_by_default_images_are_flat_floats_from_0_to_1_and_labels_indices() -> None:
    (x_train, t_train), (x_test, t_test) = load_mnist()
    for x, t in ((x_train, t_train), (x_test, t_test)):
        assert x.dtype == np.float32
        assert x.shape == (len(t), 784)
        assert x.min() == 0
        assert x.max() == 1
        assert t.dtype == np.int64


def test_importing_and_loading_the_package_files_needs_numpy_alone() -> None:
    code = (
        "import sys; from kasago.dataset.mnist import load_mnist; load_mnist(normalize=False);"
        "print(sorted({'pooch', 'requests', 'tqdm', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# The switches.


def test_without_normalize_images_are_bytes(tmp_path: Path, files: Files) -> None:
    (x, _), _ = load_mnist(normalize=False, source=write(tmp_path / "set", files))
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(x.reshape(3, 28, 28), digits(3))


def test_without_flatten_images_have_one_channel(tmp_path: Path, files: Files) -> None:
    (x, _), _ = load_mnist(flatten=False, source=write(tmp_path / "set", files))
    assert x.shape == (3, 1, 28, 28)
    np.testing.assert_array_equal(x[:, 0] * 255, digits(3))


def test_one_hot_rows_mark_the_class_and_stay_float32(tmp_path: Path, files: Files) -> None:
    _, (x, t) = load_mnist(one_hot_label=True, source=write(tmp_path / "set", files))
    assert t.tolist() == [[0, 1] + [0] * 8, [0] * 9 + [1]]
    assert (x[:, :10] - t).dtype == np.float32


def test_class_indices_do_not_wrap_below_zero(tmp_path: Path, files: Files) -> None:
    (_, t), _ = load_mnist(source=write(tmp_path / "set", files))
    assert (t - 4).tolist() == [-1, -3, 0]


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize("one_hot", [True, False])
def test_arrays_are_fresh_writable_and_contiguous(
    tmp_path: Path, files: Files, normalize: bool, flatten: bool, one_hot: bool
) -> None:
    source = write(tmp_path / "set", files)
    for x, t in load_mnist(normalize, flatten, one_hot, source=source):
        for array in (x, t):
            assert array.flags.c_contiguous
            array[...] = 7  # A shared array would spoil the next call.
    (x, t), _ = load_mnist(source=source)
    assert x.max() == 1
    assert t.tolist() == [3, 1, 4]


# Directories and arguments.


def test_a_directory_may_be_a_str_or_a_path(tmp_path: Path, files: Files) -> None:
    folder = write(tmp_path / "set", files)
    assert_tiny_set(load_mnist(source=folder))
    assert_tiny_set(load_mnist(source=str(folder)))


def test_a_directory_may_begin_with_a_tilde(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "set", files)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert_tiny_set(load_mnist(source="~/set"))


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        load_mnist(source=tmp_path / "nowhere")
    assert str(caught.value) == f"{tmp_path / 'nowhere'} is not a directory; {HOLDS}"


def test_a_file_instead_of_a_directory_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mnist.zip"
    path.touch()
    with pytest.raises(NotADirectoryError, match=r"mnist\.zip is not a directory"):
        load_mnist(source=path)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(tmp_path: Path, files: Files, name: str) -> None:
    del files[name]
    with pytest.raises(FileNotFoundError) as caught:
        load_mnist(source=write(tmp_path / "set", files))
    assert str(caught.value) == f"{tmp_path / 'set' / name} does not exist; {HOLDS}"


@pytest.mark.parametrize("name", ["the-images-of-mnist", "x-labels-y"])
def test_the_name_of_a_directory_does_not_say_what_its_files_hold(
    tmp_path: Path, files: Files, name: str
) -> None:
    assert_tiny_set(load_mnist(source=write(tmp_path / name, files)))


@pytest.mark.parametrize("source", [7, b"set", ["a", "b"]])
def test_a_source_of_another_type_is_refused(source: Any) -> None:
    with pytest.raises(TypeError) as caught:
        load_mnist(source=source)
    assert str(caught.value) == f"source must be a directory or a base URL, not {source!r}"


@pytest.mark.parametrize(
    "source",
    [
        "ftp://example.org/mnist",
        "file:///data",
        "http://",
        "https:///mnist",
        "https://example.org/?a=1",
        "https://example.org/a b",
    ],
)
def test_a_url_that_cannot_be_a_base_is_refused(source: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^source must be") as caught:
        load_mnist(source=source, cache=tmp_path)
    assert str(caught.value) == (
        "source must be a directory or a base URL such as https://example.org/mnist "
        f"(http or https, no query, no spaces), not {source!r}"
    )
    assert not list(tmp_path.iterdir())


# Files with faults. Each entry: the file, what becomes of its uncompressed bytes, and the error,
# where three dots stand for the words of others.

LABEL_HEADER = 8
IMAGE_HEADER = 16

FAULTS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "empty": (TRAIN_IMAGES, lambda raw: b"", "ends inside its header, after 0 bytes"),
    "not gzip": (TRAIN_LABELS, lambda raw: raw, "is no sound gzip file (...)"),
    "web page": (
        TEST_IMAGES,
        lambda raw: b"<!DOCTYPE html><p>Hello",
        "is no sound gzip file (...)",
    ),
    "gzip cut": (TEST_LABELS, lambda raw: pack(raw)[:-9], "is no sound gzip file (...)"),
    "gzip trailer cut": (TEST_LABELS, lambda raw: pack(raw)[:-1], "is no sound gzip file (...)"),
    "gzip checksum": (
        TRAIN_IMAGES,
        lambda raw: pack(raw)[:-8] + b"\0\0\0\0" + pack(raw)[-4:],
        "is no sound gzip file (CRC check failed...)",
    ),
    "gzip garbage after": (
        TRAIN_IMAGES,
        lambda raw: pack(raw) + b"more",
        "is no sound gzip file (...)",
    ),
    "gzip bad block": (
        TRAIN_LABELS,
        lambda raw: pack(raw)[:10] + b"\xff" * 20,
        "is no sound gzip file (...)",
    ),
    "nothing inside": (TEST_IMAGES, lambda raw: pack(b""), "ends inside its header, after 0 bytes"),
    "header cut": (
        TEST_IMAGES,
        lambda raw: pack(raw[: IMAGE_HEADER - 1]),
        "ends inside its header, after 15 bytes",
    ),
    "no images": (
        TEST_IMAGES,
        lambda raw: pack(raw[:IMAGE_HEADER]),
        "ends after 0 of the 1568 bytes of its images",
    ),
    "last pixel cut": (
        TEST_IMAGES,
        lambda raw: pack(raw[:-1]),
        "ends after 1567 of the 1568 bytes of its images",
    ),
    "last label cut": (
        TRAIN_LABELS,
        lambda raw: pack(raw[:-1]),
        "ends after 2 of the 3 bytes of its labels",
    ),
    "one byte more": (
        TRAIN_IMAGES,
        lambda raw: pack(raw + b"\0"),
        "goes on after the 3 images that its header announces",
    ),
    "one label more": (
        TEST_LABELS,
        lambda raw: pack(raw + b"\0"),
        "goes on after the 2 labels that its header announces",
    ),
    "two files in one": (
        TRAIN_LABELS,
        lambda raw: pack(raw) + pack(raw),
        "goes on after the 3 labels that its header announces",
    ),
    "magic of floats": (
        TRAIN_IMAGES,
        lambda raw: pack(b"\0\0\x0d\x03" + raw[4:]),
        "has the magic number 3331, images have 2051 (swapped files?)",
    ),
    "magic byte order": (
        TRAIN_LABELS,
        lambda raw: pack(b"\1\x08\0\0" + raw[4:]),
        "has the magic number 17301504, labels have 2049 (swapped files?)",
    ),
    "labels as images": (
        TRAIN_IMAGES,
        lambda raw: pack(idx(np.zeros(60, np.uint8))),
        "has the magic number 2049, images have 2051 (swapped files?)",
    ),
    "images as labels": (
        TEST_LABELS,
        lambda raw: pack(idx(digits(2))),
        "has the magic number 2051, labels have 2049 (swapped files?)",
    ),
    "30 x 32 pixels": (
        TRAIN_IMAGES,
        lambda raw: pack(idx(np.zeros((3, 30, 32), np.uint8))),
        "holds images of 30 x 32 pixels, not 28 x 28",
    ),
    "zero images": (TRAIN_IMAGES, lambda raw: pack(idx(digits(0))), "holds no images"),
    "zero labels": (TEST_LABELS, lambda raw: pack(idx(np.zeros(0, np.uint8))), "holds no labels"),
    "count too high": (
        TRAIN_IMAGES,
        lambda raw: pack(raw[:4] + b"\0\0\0\4" + raw[8:]),
        "ends after 2352 of the 3136 bytes of its images",
    ),
    # A reader that believed these counts would ask for 3 terabytes, or 4 gigabytes.
    "count of 2^32 - 1 images": (
        TRAIN_IMAGES,
        lambda raw: pack(raw[:4] + b"\xff" * 4 + raw[8:]),
        "ends after 2352 of the 3367254359280 bytes of its images",
    ),
    "count of 2^32 - 1 labels": (
        TRAIN_LABELS,
        lambda raw: pack(raw[:4] + b"\xff" * 4 + raw[8:]),
        "ends after 3 of the 4294967295 bytes of its labels",
    ),
    "count too low": (
        TRAIN_IMAGES,
        lambda raw: pack(raw[:4] + b"\0\0\0\2" + raw[8:]),
        "goes on after the 2 images that its header announces",
    ),
    "label out of range": (
        TRAIN_LABELS,
        lambda raw: pack(raw[:-2] + b"\x09\x0a"),
        "has the label 10 at index 2, labels are 0 to 9",
    ),
    "more labels than images": (
        TRAIN_LABELS,
        lambda raw: pack(idx(np.array([1, 2, 3, 4], np.uint8))),
        f"holds 4 labels, but {TRAIN_IMAGES} 3 images",
    ),
}


def complaint(name: object, message: str, remedy: str) -> str:
    """Return the pattern of a whole error about a file."""
    return re.escape(f"{name} {message}; {remedy}").replace(r"\.\.\.", ".+") + "$"


with_each_fault = pytest.mark.parametrize(
    ("name", "fault", "message"), FAULTS.values(), ids=list(FAULTS)
)


@with_each_fault
def test_a_faulty_file_is_named_with_its_fault(
    tmp_path: Path, files: Files, name: str, fault: Callable[[bytes], bytes], message: str
) -> None:
    files[name] = fault(gzip.decompress(files[name]))
    source = write(tmp_path / "set", files)
    whole = complaint(source / name, message, "put a good copy in its place")
    with pytest.raises(ValueError, match=f"^{whole}"):
        load_mnist(source=source)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_at_any_byte_is_an_error(tmp_path: Path, files: Files, name: str) -> None:
    source = write(tmp_path / "set", files)
    for length in range(len(files[name])):
        (source / name).write_bytes(files[name][:length])
        with pytest.raises(ValueError, match=name):
            load_mnist(source=source)


@pytest.mark.parametrize(
    ("name", "lengths"),
    [(TEST_LABELS, range(LABEL_HEADER + 2)), (TEST_IMAGES, [*range(18), 799, 800, 801, 1583])],
)
def test_a_file_cut_before_compression_is_an_error(
    tmp_path: Path, files: Files, name: str, lengths: list[int]
) -> None:
    source = write(tmp_path / "set", files)
    for length in lengths:
        (source / name).write_bytes(pack(gzip.decompress(files[name])[:length]))
        with pytest.raises(ValueError, match=f"{name} ends"):
            load_mnist(source=source)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_a_changed_byte_is_an_error_or_changes_nothing(
    tmp_path: Path, files: Files, name: str, mask: int
) -> None:
    # Gzip's own header has bytes, such as the time, that no checksum covers.
    source = write(tmp_path / "set", files)
    errors = []
    for position in range(len(files[name])):
        changed = bytearray(files[name])
        changed[position] ^= mask
        (source / name).write_bytes(changed)
        try:
            assert_tiny_set(load_mnist(source=source))
        except ValueError as error:
            errors.append(str(error))
    assert len(errors) >= len(files[name]) - 10
    assert all(name in message for message in errors)


@pytest.mark.parametrize(
    ("first", "second"), [p for p in itertools.combinations(NAMES, 2) if p[0][0] == p[1][0]]
)
def test_swapped_files_are_an_error(tmp_path: Path, files: Files, first: str, second: str) -> None:
    files[first], files[second] = files[second], files[first]
    with pytest.raises(ValueError, match="swapped"):
        load_mnist(source=write(tmp_path / "set", files))


# Servers.


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        name = self.path.rpartition("/")[2]
        answers = self.server.answers.get(name, iter(()))
        next(answers, send)(self, self.server.files.get(name, b""))

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Serves ``files``; ``answers`` has other answers to the next requests for a file."""

    daemon_threads = False  # Then server_close() waits for them, and closes their sockets.

    def __init__(self, handler: type[BaseHTTPRequestHandler], files: Files) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.files = files
        self.answers: dict[str, Iterator[Answer]] = {}
        self.seen: list[str] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # The client may hang up.
            super().handle_error(request, client_address)


@contextlib.contextmanager
def running(handler: type[BaseHTTPRequestHandler], files: Files) -> Iterator[Server]:
    with Server(handler, files) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def server(files: Files, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    # Pooch waits a second or two between tries.
    monkeypatch.setattr(pooch.core, "time", types.SimpleNamespace(sleep=lambda seconds: None))
    with running(Handler, files) as server:
        yield server


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def send(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    *,
    status: int = 200,
    length: int | None = None,
    **headers: str,
) -> None:
    handler.send_response(status)
    if length != -1:
        handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int) -> Answer:
    return lambda handler, body: send(handler, b"<p>No</p>", status=code)


def redirect(to: str) -> Answer:
    """Answer that a file is at another place, a template with the file's name in it."""

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        name = handler.path.rpartition("/")[2]
        send(handler, b"<p>Moved", status=302, Location=to.format(name=name))

    return answer


def web_page(handler: Handler, body: bytes) -> None:
    send(handler, b"<!DOCTYPE html><p>Please log in", Content_Type="text/html")


def cut_short(handler: Handler, body: bytes) -> None:
    send(handler, body[: len(body) // 2], length=len(body))


def cut_short_without_length(handler: Handler, body: bytes) -> None:
    send(handler, body[: len(body) // 2], length=-1)


def cut_short_in_chunks(handler: Handler, body: bytes) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.close_connection = True
    send(handler, b"ffff\r\n" + body[:9], length=-1, Transfer_Encoding="chunked")


def drip(handler: Handler, body: bytes) -> None:
    """Send a byte, wait a little, for ever."""
    send(handler, b"", length=-1)
    while not handler.server.closing.wait(0.01):
        handler.wfile.write(b"\x1f")


def drip_as_announced(handler: Handler, body: bytes) -> None:
    send(handler, b"", length=10**7)
    while not handler.server.closing.wait(0.01):
        handler.wfile.write(b"\x1f")


def drip_in_chunks(handler: Handler, body: bytes) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.close_connection = True
    send(handler, b"", length=-1, Transfer_Encoding="chunked")
    while not handler.server.closing.wait(0.01):
        handler.wfile.write(b"1\r\n\x1f\r\n")


def hang_up(handler: Handler, body: bytes) -> None:
    handler.close_connection = True


def cached(cache: Path) -> list[str]:
    """Return the names of all files below the cache folder, temporary ones too."""
    return sorted(path.name for path in cache.rglob("*") if path.is_file())


def test_a_download_is_kept_and_not_repeated(server: Server, cache: Path) -> None:
    assert_tiny_set(load_mnist(source=server.url, cache=cache))
    assert sorted(server.seen) == sorted(f"/{name}" for name in NAMES)
    assert cached(cache) == sorted(NAMES)
    server.seen.clear()
    assert_tiny_set(load_mnist(source=server.url + "/", cache=str(cache)))
    assert server.seen == []


def test_the_scheme_of_a_url_may_be_in_capitals(server: Server, cache: Path) -> None:
    assert_tiny_set(load_mnist(source=server.url.replace("http", "HTTP"), cache=cache))


def test_of_the_end_of_a_url_only_slashes_are_left_out(server: Server, cache: Path) -> None:
    load_mnist(source=f"{server.url}/X", cache=cache)
    assert set(server.seen) == {f"/X/{name}" for name in NAMES}


def test_two_urls_share_no_files(server: Server, cache: Path) -> None:
    load_mnist(source=f"{server.url}/mnist", cache=cache)
    server.files[TRAIN_LABELS] = pack(idx(np.array([7, 7, 7], np.uint8)))
    (_, t), _ = load_mnist(source=f"{server.url}/fashion-mnist", cache=cache)
    assert t.tolist() == [7, 7, 7]
    assert_tiny_set(load_mnist(source=f"{server.url}/mnist", cache=cache))
    folders = sorted(path.name.rpartition("-")[0] for path in cache.iterdir())
    port = server.server_port
    assert folders == [f"127.0.0.1-{port}-fashion-mnist", f"127.0.0.1-{port}-mnist"]


def test_a_password_in_the_url_names_no_folder(server: Server, cache: Path) -> None:
    url = f"http://user:secret@127.0.0.1:{server.server_port}/mnist"
    assert_tiny_set(load_mnist(source=url, cache=cache))
    assert not list(cache.rglob("*secret*"))


def test_the_default_cache_is_the_users(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def os_cache(project: str) -> Path:
        return tmp_path / "user" / project

    monkeypatch.setattr(pooch, "os_cache", os_cache)
    load_mnist(source=server.url)
    assert cached(tmp_path / "user" / "kasago") == sorted(NAMES)


def test_a_gz_file_labelled_as_an_encoding_is_not_unpacked(server: Server, cache: Path) -> None:
    def labelled(handler: Handler, body: bytes) -> None:
        send(handler, body, Content_Encoding="gzip")

    server.answers = {name: itertools.repeat(labelled) for name in NAMES}
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


def test_a_server_that_could_compress_is_asked_for_the_file_as_it_is(
    server: Server, cache: Path
) -> None:
    def compressed(handler: Handler, body: bytes) -> None:
        if "gzip" in handler.headers["Accept-Encoding"]:
            send(handler, pack(body), Content_Encoding="gzip")
        else:
            send(handler, body)

    server.answers = {name: iter([compressed]) for name in NAMES}
    assert_tiny_set(load_mnist(source=server.url, cache=cache))
    assert len(server.seen) == 4


@pytest.mark.parametrize(
    "answer",
    [
        hang_up,
        cut_short,
        cut_short_without_length,
        cut_short_in_chunks,
        web_page,
        status(500),
        status(503),
    ],
)
def test_a_passing_fault_is_tried_again(server: Server, cache: Path, answer: Answer) -> None:
    server.answers = {TRAIN_IMAGES: iter([answer, answer]), TEST_LABELS: iter([answer])}
    assert_tiny_set(load_mnist(source=server.url, cache=cache))
    assert len(server.seen) == 4 + 3
    assert cached(cache) == sorted(NAMES)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (hang_up, ConnectionError, "closed connection without response"),
        (cut_short, ConnectionError, "bytes read"),
        (cut_short_in_chunks, ConnectionError, "Connection broken"),
        (cut_short_without_length, ValueError, "no sound gzip file"),
        (web_page, ValueError, "no sound gzip file"),
        (status(500), ConnectionError, "the answer was 500 Internal Server Error"),
        (status(503), ConnectionError, "the answer was 503 Service Unavailable"),
        (redirect("/round/{name}"), ConnectionError, "the answer was 302 Found"),
    ],
)
def test_a_lasting_fault_names_the_url_and_leaves_nothing(
    server: Server, cache: Path, answer: Answer, error: type[Exception], message: str
) -> None:
    server.answers = {TRAIN_LABELS: itertools.repeat(answer)}
    with pytest.raises(error, match=message) as caught:
        load_mnist(source=server.url, cache=cache)
    assert f"{server.url}/{TRAIN_LABELS}" in str(caught.value)
    assert type(caught.value).__module__ == "builtins"
    assert server.seen.count(f"/{TRAIN_LABELS}") == 1 + download.RETRIES
    assert cached(cache) == []
    server.answers.clear()
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


def test_a_redirect_is_followed_to_another_server(
    server: Server, cache: Path, files: Files
) -> None:
    with running(Handler, files) as other:
        server.answers = {name: iter([redirect(other.url + "/set/{name}")]) for name in NAMES}
        assert_tiny_set(load_mnist(source=server.url, cache=cache))
        assert sorted(other.seen) == sorted(f"/set/{name}" for name in NAMES)
    assert cached(cache) == sorted(NAMES)


def test_a_redirect_to_a_missing_file_names_the_url_that_was_asked(
    server: Server, cache: Path
) -> None:
    server.answers = {TRAIN_IMAGES: iter([redirect("/elsewhere/{name}"), status(404)])}
    with pytest.raises(FileNotFoundError, match=f"{server.url}/{TRAIN_IMAGES}: the answer was 404"):
        load_mnist(source=server.url, cache=cache)
    assert cached(cache) == []
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


@pytest.mark.parametrize(
    ("code", "error"),
    [(404, FileNotFoundError), (403, ConnectionError), (429, ConnectionError)],
)
def test_a_refusal_is_final(server: Server, cache: Path, code: int, error: type[Exception]) -> None:
    server.answers = {TRAIN_IMAGES: iter([status(code)])}
    with pytest.raises(error, match=f"{TRAIN_IMAGES}: the answer was {code} ") as caught:
        load_mnist(source=server.url, cache=cache)
    assert type(caught.value) is error
    assert len(server.seen) == 1
    assert cached(cache) == []
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


@pytest.mark.parametrize("beginning", [None, cut_short])
def test_a_stalled_server_is_a_timeout(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch, beginning: Answer | None
) -> None:
    asked = threading.Semaphore(0)

    def stall(handler: Handler, body: bytes) -> None:
        asked.release()
        if beginning:
            beginning(handler, body)
        handler.server.closing.wait()

    monkeypatch.setattr(download, "TIMEOUT", 0.1)
    server.answers = {TRAIN_IMAGES: itertools.repeat(stall)}
    with pytest.raises(TimeoutError, match=TRAIN_IMAGES):
        load_mnist(source=server.url, cache=cache)
    assert cached(cache) == []
    # However slow the server's threads are, each try has reached it.
    assert all(asked.acquire(timeout=60) for _ in range(1 + download.RETRIES))
    server.answers.clear()
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


@pytest.mark.parametrize("answer", [drip, drip_as_announced, drip_in_chunks])
def test_a_server_that_drips_is_a_timeout(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 1.0)
    monkeypatch.setattr(download, "RETRIES", 0)
    server.answers = {TRAIN_LABELS: iter([answer])}
    with pytest.raises(TimeoutError, match=rf"{TRAIN_LABELS}: timed out with \d+ bytes after 1 s"):
        load_mnist(source=server.url, cache=cache)
    assert cached(cache) == []
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


def test_after_a_try_that_dripped_comes_another(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 1.0)
    server.answers = {TRAIN_LABELS: iter([drip])}
    assert_tiny_set(load_mnist(source=server.url, cache=cache))
    assert server.seen.count(f"/{TRAIN_LABELS}") == 2


def test_a_slow_server_is_given_time(
    server: Server, cache: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(handler: Handler, body: bytes) -> None:
        send(handler, b"", length=len(body))
        for start in range(0, len(body), 100):
            handler.server.closing.wait(0.1)
            handler.wfile.write(body[start : start + 100])

    noise = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    files[TRAIN_IMAGES] = pack(idx(noise))  # 24 pieces.
    monkeypatch.setattr(download, "TIMEOUT", 1.0)
    monkeypatch.setattr(download, "SLOWEST", 400)
    server.answers = {TRAIN_IMAGES: iter([slow])}
    began = time.monotonic()
    (x, _), _ = load_mnist(normalize=False, source=server.url, cache=cache)
    np.testing.assert_array_equal(x.reshape(3, 28, 28), noise)
    assert time.monotonic() - began > 2
    assert server.seen.count(f"/{TRAIN_IMAGES}") == 1


def test_a_server_that_is_down_is_a_connection_error(server: Server, cache: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ConnectionError, match="refused") as caught:
        load_mnist(source=url, cache=cache)
    assert str(caught.value).startswith(f"cannot download {url}/{TRAIN_IMAGES}: ")
    assert str(caught.value).endswith(
        "; check the address, the network and the proxy settings, then try again"
    )
    assert cached(cache) == []


@with_each_fault
def test_a_faulty_download_is_named_and_not_cached(  # noqa: PLR0917
    server: Server,
    cache: Path,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fault: Callable[[bytes], bytes],
    message: str,
) -> None:
    monkeypatch.setattr(download, "RETRIES", 0)
    good = files[name]
    files[name] = fault(gzip.decompress(good))
    remedy = "look with a browser what this address holds, or try again later"
    with pytest.raises(ValueError, match="^" + complaint(f"{server.url}/{name}", message, remedy)):
        load_mnist(source=server.url, cache=cache)
    assert name not in cached(cache)
    assert set(cached(cache)) <= set(NAMES)
    files[name] = good
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


def test_two_good_files_that_do_not_belong_together_are_not_cached(
    server: Server, cache: Path, files: Files
) -> None:
    # Each is sound; were the first kept, no later download could ever fit to it.
    good = files[TRAIN_IMAGES]
    files[TRAIN_IMAGES] = files[TEST_IMAGES]
    with pytest.raises(ValueError, match=r"holds 3 labels, but \S+ 2 images"):
        load_mnist(source=server.url, cache=cache)
    assert cached(cache) == []
    files[TRAIN_IMAGES] = good
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


@pytest.mark.parametrize("name", NAMES)
def test_a_cached_copy_gone_bad_is_downloaded_again(server: Server, cache: Path, name: str) -> None:
    load_mnist(source=server.url, cache=cache)
    (copy,) = cache.rglob(name)
    copy.write_bytes(copy.read_bytes()[:-3])
    assert_tiny_set(load_mnist(source=server.url, cache=cache))
    assert copy.read_bytes() == server.files[name]
    assert cached(cache) == sorted(NAMES)


# The progress bar and other output.


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_for_each_file_and_stdout_nothing(
    server: Server,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    load_mnist(source=server.url, cache=cache)
    for name in NAMES:
        size = len(server.files[name])
        # Such as "t10k-labels-idx1-ubyte.gz: 100%|████| 30.0/30.0 [00:00<00:00, 20.3kB/s]".
        bar = rf"\r{name}: 100%\|\S+\| {size}\.0/{size}\.0 \[\S+, .*B/s\]"
        assert re.search(bar, terminal.getvalue())
    assert "SHA256" not in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_a_notebook_shows_a_bar(
    server: Server,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    load_mnist(source=server.url, cache=cache)
    assert f"{TEST_LABELS}: 100%" in capsys.readouterr().err


def test_a_log_file_gets_no_output(server: Server, cache: Path) -> None:
    server.answers = {TRAIN_IMAGES: iter([hang_up])}
    at_once = "import pooch, types; pooch.core.time = types.SimpleNamespace(sleep=lambda s: None)"
    process = child(server.url, cache, at_once)
    assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_poochs_log_is_quiet_only_meanwhile(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooch.get_logger(), "level", 5)
    load_mnist(source=server.url, cache=cache)
    assert pooch.get_logger().level == 5


# Proxies.


class Proxy(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.path) as answer:
            send(self, answer.read())

    def log_message(self, format: str, *args: Any) -> None:
        pass


class RefusingProxy(Proxy):
    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        send(self, b"", status=407)

    def do_CONNECT(self) -> None:
        self.server.seen.append(self.path)
        send(self, b"", status=403)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_download_goes_through_the_proxy_of_the_environment(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(Proxy, {}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert_tiny_set(load_mnist(source=server.url, cache=cache))
        assert sorted(proxy.seen) == sorted(f"{server.url}/{name}" for name in NAMES)
        assert len(server.seen) == 4


def test_no_proxy_goes_past_the_proxy(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(Proxy, {}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "example.org,127.0.0.1")
        assert_tiny_set(load_mnist(source=server.url, cache=cache))
        assert proxy.seen == []


def test_a_proxy_that_refuses_is_named_without_its_password(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(RefusingProxy, {}) as proxy:
        address = f"127.0.0.1:{proxy.server_port}"
        monkeypatch.setenv("http_proxy", f"http://user:secret@{address}")
        with pytest.raises(ConnectionError, match="407 Proxy Auth") as caught:
            load_mnist(source=server.url, cache=cache)
        assert f"through the proxy {address}" in str(caught.value)
        assert "secret" not in str(caught.value)
        assert len(proxy.seen) == 1
        assert server.seen == []
        assert cached(cache) == []
    monkeypatch.delenv("http_proxy")
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


def test_https_has_a_proxy_of_its_own(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(RefusingProxy, {}) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(ConnectionError, match="403") as caught:
            load_mnist(source="https://mnist.invalid/set", cache=cache)
        assert f"through the proxy {proxy.url}" in str(caught.value)
        assert set(proxy.seen) == {"mnist.invalid:443"}


def test_a_proxy_that_is_down_is_a_connection_error(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ConnectionError, match="Unable to connect to proxy"):
        load_mnist(source=server.url, cache=cache)
    assert server.seen == []
    assert cached(cache) == []
    monkeypatch.delenv("http_proxy")
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


# Cache folders, processes, interrupts.

CHILD = """
import signal, sys
from kasago.dataset.mnist import load_mnist
signal.signal(signal.SIGINT, signal.default_int_handler)  # It may be ignored in the parent.
{prelude}
load_mnist(source=sys.argv[1], cache=sys.argv[2])
"""


def child(url: str, cache: Path, prelude: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CHILD.format(prelude=prelude), url, str(cache)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_at_once_share_a_cache(server: Server, cache: Path) -> None:
    # Neither gets an answer before both have asked: neither finds the other's file.
    both = threading.Barrier(2)

    def together(handler: Handler, body: bytes) -> None:
        both.wait(60)
        send(handler, body)

    server.answers = {TRAIN_IMAGES: iter([together] * 2), TRAIN_LABELS: iter([together] * 2)}
    processes = [child(server.url, cache) for _ in range(2)]
    for process in processes:
        assert process.communicate() == ("", "")
        assert process.returncode == 0
    assert cached(cache) == sorted(NAMES)
    server.seen.clear()
    assert_tiny_set(load_mnist(source=server.url, cache=cache))
    assert server.seen == []


@pytest.mark.skipif(os.name != "posix", reason="SIGINT cannot be sent to one process elsewhere")
def test_an_interrupt_leaves_nothing_behind(server: Server, cache: Path) -> None:
    reached = threading.Event()

    def interruptible(handler: Handler, body: bytes) -> None:
        cut_short(handler, body)
        reached.set()
        handler.server.closing.wait()

    server.answers = {TRAIN_LABELS: iter([interruptible])}
    process = child(server.url, cache)
    assert reached.wait(60)
    # The images, which are whole, and the labels, which are not.
    while len(cached(cache)) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert cached(cache) == []
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


def test_a_cache_below_a_file_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="name another with cache=") as caught:
        load_mnist(source=server.url, cache=tmp_path / "file")
    assert str(tmp_path / "file") in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o002, 0o664)])
def test_cached_files_have_the_permissions_that_the_umask_leaves(
    server: Server, cache: Path, umask: int, mode: int
) -> None:
    process = child(server.url, cache, f"import os; os.umask({umask})")
    assert process.communicate() == ("", "")
    modes = {path.stat().st_mode & 0o777 for path in cache.rglob("*.gz")}
    assert modes == {mode}


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_cache_without_permission_is_named(server: Server, cache: Path) -> None:
    cache.mkdir()
    cache.chmod(0o555)
    # Root may write everywhere. Another user may be unable to import, and to enter the folders
    # above: so the imports come first, and the path is relative.
    cache.parent.chmod(0o755)
    there = f"import os, kasago.dataset.download; os.chdir({str(cache.parent)!r})"
    process = child(server.url, Path(cache.name), f"{there}; os.geteuid() or os.seteuid(65534)")
    last = process.communicate()[1].rstrip().splitlines()[-1]
    assert last.startswith("PermissionError: ")
    assert "name another with cache=" in last
    assert f"{cache.name}{os.sep}127.0.0.1" in last
    assert server.seen == []
    assert not list(cache.iterdir())
    cache.chmod(0o755)
    assert_tiny_set(load_mnist(source=server.url, cache=cache))


# A file system of its own is the cache, at first one that cannot take the files.
MOUNTED = """
import subprocess, sys
from pathlib import Path
from kasago.dataset.mnist import load_mnist
url, cache, options = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", options, "kasago", cache], check=True)
try:
    load_mnist(source=url, cache=cache)
except OSError as error:
    print(f"{type(error).__name__}: {error}")
print(*sorted(path.name for path in Path(cache).rglob("*") if path.is_file()))
subprocess.run(["mount", "-o", "remount,rw,size=16m", cache], check=True)
load_mnist(source=url, cache=cache)
print(*sorted(path.name for path in Path(cache).rglob("*") if path.is_file()))
"""


@pytest.mark.parametrize(
    ("options", "problem"),
    [("size=64k", "No space left on device"), ("ro", "Read-only file system")],
)
def test_a_disk_that_is_full_or_read_only_is_named_and_left_clean(
    server: Server, cache: Path, files: Files, options: str, problem: str
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 28, 28), np.uint8)
    files[TRAIN_IMAGES] = pack(idx(noise))  # 150 kB: the disk is full in the middle of it.
    files[TRAIN_LABELS] = pack(idx(np.zeros(200, np.uint8)))
    cache.mkdir()
    own_mounts = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*own_mounts, "mount", "-t", "tmpfs", "kasago", cache], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this system lets no process mount a file system of its own: {error}")
    done = subprocess.run(
        [*own_mounts, sys.executable, "-W", "error", "-c", MOUNTED, server.url, cache, options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    error, *listings = done.stdout.splitlines()
    assert error.startswith("OSError: ")
    assert f"cannot write the cache folder, name another with cache= ({problem})" in error
    assert str(cache) in error
    assert listings == ["", " ".join(sorted(NAMES))]


@pytest.mark.skipif(os.name != "posix", reason="the limit on file sizes is POSIX's")
def test_a_full_cache_is_named_and_left_empty(server: Server, cache: Path) -> None:
    # A limit on the size of a file stops a write half-way, as a full disk does.
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))"
    process = child(server.url, cache, f"import resource, kasago.dataset.download; {limit}")
    _, err = process.communicate()
    last = err.rstrip().splitlines()[-1]
    assert last.startswith("OSError: ")
    assert "cannot write the cache folder" in last
    assert str(cache) in last
    assert cached(cache) == []
    assert_tiny_set(load_mnist(source=server.url, cache=cache))
