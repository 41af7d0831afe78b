"""The extension `pymdownx.highlight`, which remembers what it has highlighted.

In ``mkdocs.yml``, in its place and with its options::

    markdown_extensions:
      - kasago.literate.markdown.highlight

The editions of a page in two languages show the same code, and a server converts a page again
after each change of a sentence.
"""

from typing import Any

from pymdownx.highlight import Highlight, HighlightExtension

# More than a book has blocks of code.
ROOM = 4096
remembered: dict[str, str] = {}


class RememberingHighlight(Highlight):  # type: ignore[misc]
    """What highlights one block of code."""

    def highlight(self, src: str, language: str, *args: Any, **how: Any) -> Any:
        """Return a block of code as HTML, made if it is another one or has other settings."""
        # In a line of text it is no HTML yet, and marks in a title stay with the page.
        if how.get("inline") or self.title_mode == "html":
            return super().highlight(src, language, *args, **how)
        settings = {name: value for name, value in vars(self).items() if name != "md"}
        # Which block of the page it is tells only if its lines have ids.
        if not (self.line_spans or self.line_anchors or self.anchor_linenums):
            how["code_block_count"] = 0
        key = repr((src, language, args, how, settings))
        if key not in remembered:
            html = super().highlight(src, language, *args, **how)
            if len(remembered) >= ROOM:
                remembered.clear()
            remembered[key] = html
        return remembered[key]


class RememberingHighlightExtension(HighlightExtension):  # type: ignore[misc]
    """Have the blocks of a page highlighted by what remembers."""

    def get_pymdownx_highlighter(self) -> type[Highlight]:
        """Return what highlights a block, for the extensions that ask."""
        return RememberingHighlight


def makeExtension(**kwargs: Any) -> HighlightExtension:
    """Return the extension, for Python-Markdown."""
    return RememberingHighlightExtension(**kwargs)
