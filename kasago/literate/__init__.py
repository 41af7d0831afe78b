"""What makes Markdown executable: find the snippets, run each by itself, check, draw, keep.

`page` says what stands on a page: snippets, numbers that are tied to them, excerpts of source.
`running` runs a snippet in a process of its own, keeps what came of it, and holds that against
the page. `equations` holds an equation against the code that it describes. Four stand on these:
pytest (`sybil`), Python-Markdown (`markdown`), what MkDocs adds around pages (`site`), and the
command that rewrites output fences (``python -m kasago.literate``). Nothing here knows what the
book is about.
"""
