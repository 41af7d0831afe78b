"""What makes Markdown executable: find the snippets, run each by itself, check, draw, cache.

`parse` finds the snippets of a page and, with `ties`, the numbers of its text that come from
them, `run` runs one in a process of its own, `check` compares what came with what the page
shows. pytest (`collect`, through Sybil), the site build (`extension`, for Python-Markdown) and
the command that rewrites output fences (``python -m kasago.literate``) all stand on these
three; `cache` keeps what came of a run for the first two. `formulas` turns LaTeX into MathML;
`equations` holds it against the code that it describes, for pytest. Nothing here knows what
the book is about.
"""

# The environment variable that tells the Matplotlib backend where the figures are wanted.
FIGURES_FOLDER = "KASAGO_FIGURES"
