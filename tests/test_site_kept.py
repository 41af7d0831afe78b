"""What is made of a result is made once."""

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
