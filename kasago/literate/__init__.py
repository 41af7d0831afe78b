"""What makes Markdown executable: a page's snippets are run, checked, drawn and kept.

From the page to the reader, a room at a time:

- `page`: what stands on a page: fences, snippets, numbers that are tied to code, excerpts.
- `running`: run a snippet in a process of its own, keep what came of it, hold it against the page.
- `equations`: an equation and the code that it describes: read, compute, compare.
- `markdown`: the extension of Python-Markdown: the page with outputs, figures, links and MathML.
- `site`: what MkDocs adds around the pages, and its server. Nothing else knows MkDocs.

`pytest_plugin` gives pytest the snippets, equations and docstrings, ``python -m kasago.literate``
writes outputs anew, `settings` is what a project says of all this, and `words` has every word that
these put on a page. Each room imports those above
it; nothing here knows what the book is about.
"""
