"""What the hooks know together: the page that is converted, what still runs, how many builds."""

import atexit
import shutil
import tempfile
import threading
from pathlib import Path

from kasago.literate.markdown.source import Pending, Source
from kasago.literate.running.pool import Pool

# Seconds after which a snippet that still runs is named.
LONG = 5.0


class State:
    """What the hooks know together.

    Attributes
    ----------
    serves : bool
        Whether there is a server; a build waits for results.
    build : int
        How many builds are finished.
    pending : dict of str to Pending
        The places on pages whose results are not there yet, by name.
    pool : Pool
        What runs the snippets.
    source : Source
        Where the page comes from that is converted, and what the extension says of it.
    """

    def __init__(self) -> None:
        self.serves, self.build = False, 0
        self.pending: dict[str, Pending] = {}
        self.pool: Pool
        self.source = Source()
        self._finished = threading.Condition()

    @property
    def signal(self) -> Path:
        """A file that is written when all results are there: for MkDocs to build once more."""
        if not hasattr(self, "_signal"):
            folder = tempfile.mkdtemp(prefix="kasago-")
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            self._signal = Path(folder, "results")
            self._signal.touch()
        return self._signal

    def wait_for_build(self, build: int, timeout: float) -> int:
        """Wait until more builds are finished than a number; return how many are."""
        with self._finished:
            self._finished.wait_for(lambda: self.build > build, timeout)
            return self.build

    def finish_build(self) -> None:
        """Count a build, and tell those who wait for one."""
        with self._finished:
            self.build += 1
            self._finished.notify_all()


state = State()
