"""A hook for MkDocs: messages about a page name its file and the line in it.

In ``mkdocs.yml``, beside the extension `kasago.literate.markdown`::

    hooks:
      - kasago/literate/site/source.py

MkDocs cuts off the header of a page, and tells an extension neither that nor the file.
"""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from kasago.literate.files import relative
from kasago.literate.markdown.source import SOURCE, Source
from kasago.literate.site.state import state


@event_priority(200)  # before any plugin changes the text
def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Tell the extension where the text comes from that is converted next."""
    text = page.file.content_string
    above = text.count("\n", 0, len(text) - len(markdown))
    path = relative(page.file.abs_src_path or page.file.src_uri)
    state.source = Source(path, above + 1, waits=not state.serves)
    SOURCE.set(state.source)
