"""Let Sybil find every snippet of the Markdown pages and every example of the docstrings."""

from sybil import Sybil

from kasago.literate.collect import docstrings, snippets

pytest_collect_file = (
    Sybil(parsers=[snippets], pattern="*.md")
    + Sybil(parsers=[docstrings], pattern="*.py", excludes=["tests/*.py", "conftest.py"])
).pytest()
