"""Facts about kasago.literate.site.state: what the hooks share is one for all of them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from kasago.literate.site.state import State


def test_the_file_that_is_watched_is_one_whoever_asks_first():
    for _ in range(20):
        state, start = State(), Barrier(4)

        def ask(state=state, start=start):
            start.wait()
            return state.signal

        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(ask) for _ in range(4)]
        [file] = {each.result() for each in asked}
        assert file.read_bytes() == b""
