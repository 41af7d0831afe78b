"""Let Sybil find what the pages and docstrings claim: snippets, equations, examples."""

from sybil import Sybil

from kasago.literate.collect import docstrings, equations, snippets

pytest_collect_file = (
    Sybil(parsers=[snippets, equations], pattern="*.md")
    + Sybil(parsers=[docstrings], pattern="*.py", excludes=["tests/*.py", "conftest.py"])
).pytest()
