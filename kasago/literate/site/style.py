"""A hook for MkDocs: the style of snippets, figures and formulas, with its font.

In ``mkdocs.yml``::

    hooks:
      - kasago/literate/site/style.py

It comes before the site's own style sheets, which may change it.
"""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

from kasago.literate.files import ASSETS

FOLDER = "assets/literate"


def on_config(config: MkDocsConfig) -> None:
    """Have each page load the style."""
    if (style := f"{FOLDER}/literate.css") not in config.extra_css:
        config.extra_css.insert(0, style)


@event_priority(-200)  # after i18n, which takes every file for one in the folder of the pages
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Put the style and the font on the site."""
    for file in sorted(ASSETS.iterdir()):
        address = f"{FOLDER}/{file.name}"
        files.append(File.generated(config, address, abs_src_path=str(file)))
