"""A hook for MkDocs: the path of a file of the repository, in code, leads to that file.

In ``mkdocs.yml``, with ``repo_url``::

    hooks:
      - kasago/literate/site/repository.py

A page names a file as ``tests/test_sybil.py``; where the repository is, only the publisher knows.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

# A path in code, or a link, the text of which is no other link.
PATH = re.compile(r"<a\b.*?</a>|<code>(?P<path>(?:[\w.-]+/)+[\w.-]+)</code>", re.DOTALL)


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Link the files that a page names, if the site says where they are."""
    if not config.repo_url:
        return html
    return linked(html, Path(config.config_file_path).parent, config.repo_url)


def linked(html: str, root: Path, repository: str) -> str:
    """Return a page whose paths lead to the files of a repository.

    Parameters
    ----------
    html : str
    root : Path
        A copy of the repository: what is no file in it stays as it is.
    repository : str
        Its address.

    Returns
    -------
    str
    """

    def link(found: re.Match[str]) -> str:
        path = found["path"]
        if not path or ".." in path or not (root / path).is_file():
            return found[0]
        return f'<a href="{repository.rstrip("/")}/blob/main/{path}">{found[0]}</a>'

    return PATH.sub(link, html)
