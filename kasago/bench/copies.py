"""Copies of the project with more pages, or fewer, for `kasago.bench.book`."""

import os
import re
import shutil
from pathlib import Path

__all__ = ["PAGE", "make"]

# The page that the benchmark tests, asks for and edits. It draws a word of the module there.
PAGE = "loss"
PROBE = """
```python
import matplotlib.pyplot as plt
from kasago.common import functions

plt.title(getattr(functions, "WORD", "as it was"))
plt.show()
```

![A word of the package, above an empty figure](figures/probe.svg)
"""
# What no program needs, of the folder of a project.
LEFT_OUT = {"build", "dist", "mutants", "site", "tests"}

CHAPTER = re.compile(r"(?<![\w/-])(?!index\.)([\w-]+)\.md$", re.MULTILINE)
FENCE = re.compile(
    r"^([ \t]*)```python(?![^\n]* source=)[^\n]*\n.*?(?=^\1```[ \t]*$)", re.MULTILINE | re.DOTALL
)
EQUATION = re.compile(r"^[ \t]*(?:\$\$|\\begin\{equation\})", re.MULTILINE)
LINK = re.compile(r"(?<=\]\()([\w./-]+)\.md(#[\w-]+)?(?=\))")


def make(project: Path, folder: Path, times: int = 1, pages: int | None = None) -> None:
    """Copy a project, as a book of more or fewer pages.

    Each copy of a chapter has a comment at the end of each snippet, and spaces in each equation,
    so that it shares no result with the others; its links lead to the copies of its number.

    Parameters
    ----------
    project, folder : Path
        The project, and where its copy comes to be.
    times : int
        How often each chapter is there: each page but the front page, the reference and the lab.
    pages : int, optional
        How many chapters there are, `PAGE` first, and no lab; links to what is not there lead to
        the front page. All if not given.
    """

    def left_out(of: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if name[0] == "." or name == "__pycache__"}
        return hidden | LEFT_OUT if Path(of) == project else hidden

    shutil.copytree(project, folder, ignore=left_out)
    docs, settings = folder / "docs", folder / "mkdocs.yml"
    before, nav, after = re.split(r"(?m)^nav:\n((?:[ -].*\n)+)", settings.read_text("utf-8"))
    chapters = sorted(CHAPTER.findall(nav), key=lambda name: str(name) != PAGE)
    if pages is not None:
        _leave_out(chapters[pages:], docs)
    kept = set(chapters[:pages])
    for name in kept:
        for file in docs.glob(f"{name}.*md"):
            text = file.read_text("utf-8")
            for number in range(2, times + 1):
                other = docs / file.name.replace(name, f"{name}-{number}", 1)
                other.write_text(_copied(text, number, kept), "utf-8")
            if name == PAGE:
                file.write_text(text + PROBE, "utf-8")
    settings.write_text(f"{before}nav:\n{_nav(nav, docs, times)}{after}", "utf-8")


def _leave_out(names: list[str], docs: Path) -> None:
    """Remove chapters and the lab, and have links lead to what is there."""
    shutil.rmtree(docs / "lab", ignore_errors=True)
    for name in names:
        for file in docs.glob(f"{name}.*md"):
            file.unlink()
    for file in docs.rglob("*.md"):
        text = file.read_text("utf-8")
        for link in LINK.finditer(text):
            if not (file.parent / f"{link[1]}.md").exists():
                front = Path(os.path.relpath(docs / "index.md", file.parent)).as_posix()
                text = text.replace(f"]({link[0]})", f"]({front})")
        file.write_text(text, "utf-8")


def _copied(text: str, number: int, names: set[str]) -> str:
    """Return the text of a copy of a page."""

    def of_same_number(link: re.Match[str]) -> str:
        return f"{link[1]}-{number}.md{link[2] or ''}" if link[1] in names else link[0]

    text = FENCE.sub(rf"\g<0>\g<1># {number}\n", text)
    text = EQUATION.sub(rf"\g<0>{number * ' '}", text)
    return LINK.sub(of_same_number, text)


def _nav(nav: str, docs: Path, times: int) -> str:
    """Return the menu of what is there, without the parts that would be empty."""

    def indent(line: str) -> int:
        return len(line) - len(line.lstrip())

    kept: list[str] = []  # from the last line to the first
    for line in reversed(nav.splitlines()):
        page = re.fullmatch(r"( *- )(?:(.+): )?(\S+)\.md", line)
        if not page:
            if kept and indent(kept[-1]) > indent(line):
                kept.append(line)
        elif (docs / f"{page[3]}.md").exists():
            numbers = [n for n in range(2, times + 1) if (docs / f"{page[3]}-{n}.md").exists()]
            copies = [f"{page[1]}{page[2]} {n}: {page[3]}-{n}.md" for n in numbers]
            kept += reversed([line, *copies])
    return "".join(f"{line}\n" for line in reversed(kept))
