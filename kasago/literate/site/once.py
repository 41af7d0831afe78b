"""No warning is given twice for one save: each language, and each build for it, gives it again."""

import logging


class Once(logging.Filter):
    """Lets a warning pass that was not given since it last forgot."""

    def __init__(self) -> None:
        super().__init__()
        self.given: set[tuple[str, str]] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is to be given."""
        said = record.name, record.getMessage()
        if record.levelno < logging.WARNING:
            return True
        new = said not in self.given
        self.given.add(said)
        return new

    def listen(self) -> None:
        """Filter what MkDocs and its plugins say; what they count is left alone."""
        for handler in logging.getLogger("mkdocs").handlers:
            handler.addFilter(self)


once = Once()
