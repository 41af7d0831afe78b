"""What is wrong with a page, and where."""


class LiterateError(ValueError):
    """A page that breaks the rules, or a snippet that fails: file, line and what is wrong."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path, self.line, self.message = path, line, message


class PageError(Exception):
    """What fails on a page, a line each, for a builder that counts no messages."""
