"""A page that is a notebook: its cells on the page, each with what came of it."""

import pytest

from kasago.literate.errors import LiterateError
from kasago.literate.running.results import Results
from kasago.literate.site.lab import cells_of, filled, with_places
from kasago.literate.site.notebook import job_of_notebook

LAB = """\
---
jupyter:
  kernelspec:
    display_name: Python 3
    language: python
    name: python3
---

# Lab

```python
x = 2
```

Text.

```python alt="A line."
import matplotlib.pyplot as plt

print(x)
plt.plot([1, x])
plt.show()
```

```python
print(x + 1)
{last}
```
"""


def cells(tmp_path, last="", page=LAB):
    """Return the cells of the lab as HTML."""
    text = page.format(last=last)
    result = Results(tmp_path).of(job_of_notebook(text, "docs/lab.md"))
    return list(cells_of(text, "docs/lab.md", result))


def test_each_cell_shows_its_code_and_what_came_of_it(tmp_path):
    first, second, third = cells(tmp_path, "print(x + 2)")
    code = '<span class="n">x</span> <span class="o">=</span> <span class="mi">2</span>\n'
    shown = f'<div class="language-python highlight"><pre><code>{code}</code></pre></div>'
    assert first == f'<div class="snippet">\n{shown}\n</div>'
    output = '<div class="language-text output no-copy highlight"><pre><code>{}</code></pre></div>'
    assert output.format("2\n") in second
    assert '<figure class="drawn" data-search-exclude><svg role="img"' in second
    assert 'aria-label="A line."' in second
    assert output.format("3\n4\n") in third
    assert "<figure" not in third


def test_a_cell_that_fails_shows_the_error_in_the_lines_of_the_page(tmp_path):
    _, second, third = cells(tmp_path, "1 / 0")
    assert "Traceback" not in second
    assert "<code>3\nTraceback" in third
    assert 'File "docs/lab.md", line 27' in third
    assert "ZeroDivisionError" in third


def test_a_page_whose_results_are_not_there_yet_has_its_code_alone():
    shown = list(cells_of(LAB.format(last=""), "docs/lab.md", None))
    assert len(shown) == 3
    assert not any("output" in cell or "<figure" in cell for cell in shown)


def test_a_figure_without_alt_text_is_refused_where_it_is_drawn(tmp_path):
    with pytest.raises(LiterateError, match=r'docs/lab\.md:17: .* write ```python alt="'):
        cells(tmp_path, page=LAB.replace(' alt="A line."', ""))


def test_the_cells_stand_where_they_stood_and_no_line_moves():
    text = LAB.format(last="")
    marked = with_places(text, "docs/lab.md")
    assert "```" not in marked
    assert marked.count("\n") == text.count("\n")
    assert marked.split("\n").index("Text.") == text.split("\n").index("Text.")
    page = filled(marked, iter("ABC"))
    assert page.split("---\n")[2].split() == ["#", "Lab", "A", "Text.", "B", "C"]
