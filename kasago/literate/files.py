"""Files: their names in messages, and writing them whole."""

import shutil
import uuid
from pathlib import Path

# What pages need beside themselves: the style of snippets, figures and formulas, and its font.
ASSETS = Path(__file__).with_name("assets")


def relative(path: str | Path) -> str:
    """Return a path as messages show it: from the working folder, if it lies below that.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    str
    """
    path = Path(path)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def write_whole(file: Path, content: str | bytes, newline: str = "\n") -> None:
    """Write a file so that nobody ever sees half of it, also after an interrupt.

    A file that is there keeps its permissions, and a link to it stays a link.

    Parameters
    ----------
    file : Path
    content : str or bytes
    newline : str
        What ends a line in the file, where the content is text.
    """
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    try:
        if isinstance(content, bytes):
            new.write_bytes(content)
        else:
            new.write_text(content, encoding="utf-8", newline=newline)
        if file.exists():
            shutil.copymode(file, new)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
