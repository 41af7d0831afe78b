"""A hook for MkDocs: an index of its own for the search in each language.

In ``mkdocs.yml``, with the plugins search (Material's) and i18n::

    hooks:
      - kasago/literate/site/search.py

It writes ``search/en.json`` and so on, for a script that looks for what is typed as it stands: the
text of each section, without marks, and what the menu calls each page. The index that the plugins
write is taken away, as nothing asks for it: it holds all languages, and cuts them into words by
the rules of English.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

# Between these there is no word: a list, a paragraph, a block of code.
BLOCK = re.compile(r"</?(?:p|pre|li|ol|ul)>")
TAG = re.compile(r"<[^>]*>")


@event_priority(-200)  # after i18n has built every language and put the entries together
def on_post_build(config: MkDocsConfig) -> None:
    """Write the index of each language, and take away the one of all."""
    i18n: Any = config.plugins["i18n"]
    search: Any = config.plugins["material/search"]
    entries = [plain(entry) for entry in search.search_index.entries]
    folder = Path(config.site_dir, "search")
    for language, files in i18n.i18n_files_per_language.items():
        menu = {file.page.url: str(file.page.title) for file in files if file.page}
        own = [
            entry | ({"menu": menu[page]} if page == entry["location"] else {})
            for entry in entries
            if (page := entry["location"].partition("#")[0]) in menu
        ]
        text = json.dumps(own, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{language}.json").write_text(text, "utf-8")
    (folder / "search_index.json").unlink(missing_ok=True)


def plain(entry: dict[str, str]) -> dict[str, str]:
    """Return an entry of the index without tags, its text on one line.

    Parameters
    ----------
    entry : dict of str to str
        Its location, its title and its text, both HTML.

    Returns
    -------
    dict of str to str
    """
    fields = {field: BLOCK.sub(" ", entry[field]) for field in ("title", "text")}
    return {"location": entry["location"]} | {
        field: " ".join(html.unescape(TAG.sub("", text)).split()) for field, text in fields.items()
    }
