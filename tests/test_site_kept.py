"""What is made of a result is made once."""

import os

from kasago.literate.running.results import Results
from kasago.literate.site.kept import digest, kept


def test_a_thing_is_made_once_for_each_key(tmp_path):
    made = []

    def make():
        made.append(len(made))
        return bytes(made)

    folder = tmp_path / "not" / "there"
    assert kept(folder, digest("a"), make) == kept(folder, digest("a"), make) == b"\0"
    assert kept(folder, digest("b"), make) == b"\0\1"
    assert len(list(folder.iterdir())) == 2


def test_a_key_tells_where_a_part_ends():
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc")}) == 3


def test_what_nobody_asks_for_is_dropped_with_the_results(tmp_path):
    derived = tmp_path / "derived"
    for key in ("used", "unused"):
        kept(derived, key, lambda: b"made")
        os.utime(derived / key, (0, 0))
    kept(derived, "used", lambda: b"made again")
    Results(tmp_path).drop_unused()
    assert [file.name for file in derived.iterdir()] == ["used"]
    assert kept(derived, "used", lambda: b"") == b"made"


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path):
    (tmp_path / "derived").touch()
    assert kept(tmp_path / "derived", "key", lambda: b"made") == b"made"
