"""Builds the book with Zensical, the successor of Material for MkDocs, and says what is missing.

`make canary` runs it; no test and no build of the site needs it. It fails if figures, outputs,
formulas or failing snippets are not as they are under MkDocs. All else that is missing is listed:
it is what a move would have to bring along.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from kasago.literate.page.blocks import blocks_of, is_notebook
from kasago.literate.page.snippets import parse

ROOT = Path(__file__).parents[1]
WRONG = '# Page { #page }\n\n```python\nprint("is")\n```\n\n```output\nis not\n```\n'
OUTPUT = re.compile(r'<div class="[^"]*\boutput\b[^"]*\bhighlight">')
FIGURE = re.compile(r'<figure class="drawn"')


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a folder; what fails on a page ends the build."""
    cache = Path(os.environ.get("KASAGO_CACHE", ROOT / ".cache/literate")).absolute()
    return subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "KASAGO_STRICT": "true", "KASAGO_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )


def prepare(folder: Path) -> None:
    """Copy what every build needs; not the templates of the site, which are written for Jinja."""
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "theme/mkdocstrings", folder / "theme/mkdocstrings")
    (folder / "theme/material").mkdir()
    (folder / "docs").mkdir()
    (folder / "kasago").symlink_to(ROOT / "kasago")


def copy_pages(folder: Path) -> None:
    """Copy the pages, the lab without its cells, which a plugin of MkDocs renders."""
    shutil.copytree(ROOT / "docs", folder / "docs", dirs_exist_ok=True)
    for page in folder.glob("docs/**/*.md"):
        if is_notebook(text := page.read_text("utf-8")):
            for fence in reversed(blocks_of(text, page.name).fences):
                text = text[: fence.start] + text[fence.end :] if fence.is_python else text
            page.write_text(text, "utf-8")


def pages_of(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each page of a built site: its name, its Markdown and its HTML, empty if missing."""
    for file in sorted((folder / "docs").rglob("*.md")):
        name = file.relative_to(folder / "docs").with_suffix("")
        html = folder / "site" / (name.parent if name.name == "index" else name) / "index.html"
        text = html.read_text("utf-8") if html.is_file() else ""
        yield str(name), file.read_text("utf-8"), text


def must_work(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield what must be as it is under MkDocs, and the pages on which it is not."""
    pages = list(pages_of(folder))
    snippets = {name: [s for s in parse(text, name) if s.runs] for name, text, _ in pages}
    outputs = {name: sum(s.output is not None for s in found) for name, found in snippets.items()}
    figures = {name: sum(len(s.figures) for s in found) for name, found in snippets.items()}
    yield "pages", [name for name, _, html in pages if "<h1" not in html]
    yield (
        f"outputs, {sum(outputs.values())} of them",
        [name for name, _, html in pages if len(OUTPUT.findall(html)) != outputs[name]],
    )
    yield (
        f"figures, {sum(figures.values())} of them",
        [name for name, _, html in pages if len(FIGURE.findall(html)) != figures[name]],
    )
    yield (
        f"formulas as MathML, {sum(html.count('<math') for *_, html in pages)} of them",
        [
            name
            for name, text, html in pages
            if 'class="arithmatex"' in html or ("<math" not in html and "\n$$" in text)
        ],
    )


def may_be_missing(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield what else the site has, and whether it is there."""
    site = folder / "site"
    pages = {name: html for name, _, html in pages_of(folder)}
    chapter, entries = pages["loss"], pages["reference/functions"]
    link = 'href="../reference/functions/#kasago.common.functions.'
    yield "entries of the reference", 'id="kasago.common.functions.softmax"' in entries
    yield "links from code to the reference in its language", link in chapter
    yield "links between the editions", 'hreflang="ja"' in chapter
    yield "addresses and language of the Japanese pages", (site / "ja/loss/index.html").is_file()
    yield '"Used in" below the entries of the reference', "Used in: <a" in entries
    yield "notebooks beside the chapters", any(site.rglob("*.ipynb"))
    yield "pictures for cards", 'property="og:image"' in chapter
    yield "the book's own search", (site / "search/en.json").is_file()
    yield "figures that the reader moves", (site / "assets/movable/start.js").is_file()
    yield "Run: snippets in the reader's browser", (site / "live").is_dir()
    yield "what the templates of theme/material add", 'class="notebook"' in chapter
    yield "the cells of the lab", 'class="snippet"' in pages["lab/index"]


def failing_snippet(folder: Path) -> str:
    """Return why a snippet with a wrong output does not end a build as it should, or nothing."""
    (folder / "docs/index.md").write_text(WRONG)
    ended = build(folder)
    if not ended.returncode:
        return "the build ends with 0"
    said = ended.stdout + ended.stderr
    return "" if "docs/index.md:3: the snippet prints something else" in said else said


def main() -> int:
    """Build, compare, and report; return 1 if anything fails that must work."""
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        prepare(folder)
        why = failing_snippet(folder)
        copy_pages(folder)
        ended = build(folder)
        print(f"Zensical {version('zensical')}")
        print(f"FAILS   a failing snippet: {why}" if why else "works   a failing snippet stops it")
        if ended.returncode:
            print(f"FAILS   the book does not build:\n{ended.stdout}{ended.stderr}")
            return 1
        failures += bool(why)
        for what, missing in must_work(folder):
            failures += bool(missing)
            print(f"FAILS   {what}: not on {', '.join(missing)}" if missing else f"works   {what}")
        for what, there in may_be_missing(folder):
            print(f"{'works  ' if there else 'to move'} {what}")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
