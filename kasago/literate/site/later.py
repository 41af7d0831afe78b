"""What a server does between two builds, about that which a build did not wait for."""

import logging
import threading
import time

from mkdocs.livereload import LiveReloadServer

from kasago.literate.markdown.source import Pending
from kasago.literate.site.progress import Progress
from kasago.literate.site.state import LONG, state

log = logging.getLogger("mkdocs.kasago.literate")

# At least as many seconds lie between two builds, until all is there that they did not wait for.
BETWEEN = 5.0


class Later(threading.Thread):
    """Names what runs long, says how far all is, and has MkDocs build again when results are there.

    Parameters
    ----------
    server : LiveReloadServer
    """

    def __init__(self, server: LiveReloadServer) -> None:
        super().__init__(daemon=True)
        self.server = server
        server.watch(str(state.signal))
        self.named: set[str] = set()
        self.progress: Progress | None = None
        self.asked = 0

    def run(self) -> None:
        """Do so until the program ends."""
        while not self.server.observer.is_alive():
            time.sleep(0.05)
        while True:
            pages, build = state.pages, state.build
            self.name_long_ones()
            self.say_how_far(pages)
            if build != self.asked and self.is_time(pages):
                self.asked = build
                state.signal.write_text(str(build))
            time.sleep(0.2)

    def name_long_ones(self) -> None:
        """Name each snippet that takes long, once."""
        pending = list(state.pending.values())
        running = state.pool.running() if pending else {}
        for each in pending:
            if running.get(each.job, 0) > LONG and each.name not in self.named:
                self.named.add(each.name)
                log.warning("%s:%d: still running after %.0f s", each.path, each.line, LONG)
        self.named &= {each.name for each in pending}

    def say_how_far(self, pages: list[list[Pending]]) -> None:
        """Say how far the snippets are, if those of many pages run."""
        if not self.progress and len(pages) > 1:
            self.progress = Progress()
        if self.progress:
            for page in pages:
                self.progress.add(page[0].path, [each.run for each in page])
            if not self.progress.say():
                self.progress = None

    def is_time(self, pages: list[list[Pending]]) -> bool:
        """Whether to build again: for the other languages, or as the results of a page are there.

        Not for each page of many: the builds would take the time of the snippets.
        """
        if state.building or state.awaited:
            return not state.building
        done = [all(each.run.done() for each in page) for page in pages]
        return any(done) and (
            all(done) or time.monotonic() - state.ended > max(BETWEEN, 3 * state.took)
        )
