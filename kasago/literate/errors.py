"""What is wrong with a page, and where."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class LiterateError(ValueError):
    """A page that breaks the rules, or a snippet that fails: file, line and what is wrong."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path, self.line, self.message = path, line, message


class PageError(Exception):
    """What fails on a page, a line each, for a builder that counts no messages."""


@contextmanager
def gathered(faults: list[LiterateError]) -> Iterator[None]:
    """Go on after a fault, and remember it: whoever mends a page wants to see all of them."""
    try:
        yield
    except LiterateError as fault:
        faults.append(fault)


def refuse(faults: Sequence[LiterateError]) -> None:
    """Refuse a page for all that is wrong with it, a line each; do nothing if that is nothing."""
    if faults:
        first, *others = sorted(faults, key=lambda fault: fault.line)
        raise LiterateError(
            first.path, first.line, "\n".join([first.message, *map(str, others)])
        ) from None
