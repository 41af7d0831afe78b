"""Files that a page names are there, and lead to the repository."""

import re

import pytest

from conftest import PAGES, ROOT, text_of
from kasago.literate.site.repository import linked

HOME = "https://forge.example/kasago/"


def test_a_file_of_the_repository_is_a_link():
    page = linked("<td><code>tests/conftest.py</code></td>", ROOT, HOME)
    address = "https://forge.example/kasago/blob/main/tests/conftest.py"
    assert page == f'<td><a href="{address}"><code>tests/conftest.py</code></a></td>'


@pytest.mark.parametrize(
    "page",
    [
        "<code>tests/none.py</code>",
        "<code>conftest.py</code>",
        "<code>tests/../conftest.py</code>",
        '<a href="x/"><code>tests/conftest.py</code></a>',
        "<pre><span></span><code>cat tests/conftest.py</code></pre>",
    ],
)
def test_nothing_else_is(page):
    assert linked(page, ROOT, HOME) == page


def test_each_test_that_a_page_names_is_there():
    named = {path for page in PAGES for path in re.findall(r"`(tests/[^`]*)`", text_of(page))}
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []
