"""Let Sybil find what the pages and docstrings claim: snippets, equations, examples."""

import pytest

from kasago.literate.sybil import Docstrings, Pages, docstrings, equations, snippets

pytest_collect_file = (
    Pages(parsers=[snippets, equations], pattern="*.md", fixtures=["results"])
    + Docstrings(parsers=[docstrings], pattern="*.py", excludes=["tests/*.py", "conftest.py"])
).pytest()


@pytest.fixture(scope="session")
def results(request, tmp_path_factory):
    """Return a folder for the results of snippets: new in each session, one for all its workers."""
    folder = tmp_path_factory.getbasetemp()
    is_worker = hasattr(request.config, "workerinput")
    return (folder.parent if is_worker else folder) / "results"
