"""The plugin of MkDocs: messages name the file and the line, and pages have their style.

In ``mkdocs.yml``, beside the extension `kasago.literate`::

    plugins:
      - search
      - kasago.literate

MkDocs cuts off the header of a page, and tells an extension neither that nor the file. A file that
cannot be read would end the build of all the others: it is named, and left out. The style of
snippets, figures and formulas comes before the site's own style sheets, which may change it.
"""

import logging
from pathlib import Path
from typing import Any, Literal

from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from kasago.literate.files import ASSETS, relative
from kasago.literate.markdown.source import SOURCE, Source
from kasago.literate.site.once import once
from kasago.literate.site.state import state

log = logging.getLogger("mkdocs.kasago.literate")

# Where the style and its font are on a site.
FOLDER = "assets/literate"


class LiteratePlugin(BasePlugin):  # type: ignore[no-untyped-call, type-arg] # it has no options
    """What a site with the extension `kasago.literate` needs of MkDocs."""

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Have each warning given once."""
        once.listen()

    def on_config(self, config: MkDocsConfig) -> None:
        """Have each page load the style."""
        if (style := f"{FOLDER}/literate.css") not in config.extra_css:
            config.extra_css.insert(0, style)

    @event_priority(200)  # before any plugin looks into a file
    def _leave_out(self, files: Files, *, config: MkDocsConfig) -> None:
        """Leave out what cannot be read."""
        for file in list(files):
            if file.src_dir == config.docs_dir and (reason := why_unreadable(file.abs_src_path)):
                files.remove(file)
                # An editor's link to nowhere beside a file that is open, for example.
                if file.inclusion.value > InclusionLevel.DRAFT.value:
                    log.error("%s cannot be read: %s", relative(file.abs_src_path or ""), reason)

    @event_priority(-200)  # after i18n, which takes every file for one in the folder of the pages
    def _bring_style(self, files: Files, *, config: MkDocsConfig) -> None:
        """Put the style and the font on the site."""
        for file in sorted(ASSETS.iterdir()):
            address = f"{FOLDER}/{file.name}"
            files.append(File.generated(config, address, abs_src_path=str(file)))

    on_files: Any = CombinedEvent(_leave_out, _bring_style)

    @event_priority(200)  # before any plugin changes the text
    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> None:
        """Tell the extension where the text comes from that is converted next."""
        text = page.file.content_string
        above = text.count("\n", 0, len(text) - len(markdown))
        path = relative(page.file.abs_src_path or page.file.src_uri)
        state.source = Source(path, above + 1, waits=not state.serves, known=dict(state.known))
        SOURCE.set(state.source)


def why_unreadable(name: str | Path | None) -> str:
    """Return why a file of a site cannot be read, empty if it can.

    Parameters
    ----------
    name : str or Path or None
        None stands for what another plugin has made.

    Returns
    -------
    str
    """
    if name is None:
        return ""
    try:
        with open(name, "rb") as file:
            if utils.is_markdown_file(str(name)):
                file.read().decode("utf-8")
    except OSError as error:
        return error.strerror or str(error)
    except UnicodeDecodeError as error:
        return f"it is not UTF-8 ({error.reason} at byte {error.start})"
    return ""
