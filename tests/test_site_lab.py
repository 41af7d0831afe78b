"""A page of mkdocs-jupyter as a page of the site."""

from base64 import b64encode

import pytest

from kasago.literate.site.lab import Heading, tidied

SVG = '<svg width="96" height="96" xmlns="http://www.w3.org/2000/svg"><path d="M 0 0"/></svg>'
SOURCE = """\
---
jupyter:
  kernelspec:
    display_name: Python 3
    name: python3
---

# Title { #title }

```python
x = 1
```

```python alt="A figure of nothing"
plt.show()
```
"""
CELLS = """\
<script src="https://a.org/a.js"></script><style>div {{ color: red }}</style>
<div class="jupyter-wrapper">
---
description: raw
---
<div class="jp-Cell jp-MarkdownCell" id="cell-id=1f"><div data-mime-type="text/markdown">
<h1 id="Title-{{-#title-}}">Title <code>x</code> {{ #title }}<a class="anchor-link" href="#T">¶</a>
</h1>
<p><a href="../a.md#b">a</a> <a href="../index.md">b</a> <a href="https://a.org/c.md">c</a></p>
</div></div>
<div class="jp-Cell jp-CodeCell"><div class="jp-Cell jp-CodeCell" id="cell-id=2f">
<div class="jp-Cell-inputWrapper"><clipboard-copy></clipboard-copy>
<div class="highlight-ipynb"><pre><span></span><span class="n">x</span> = 1
</pre></div><div class="clipboard-copy-txt">x = 1</div></div></div></div>
<div class="jp-Cell jp-CodeCell"><div class="jp-Cell jp-CodeCell" id="cell-id=3f">
<div class="jp-Cell-inputWrapper"><div class="highlight-ipynb"><pre>plt.show()
</pre></div></div>
<div class="jp-OutputArea-output" data-mime-type="text/plain"><pre>1 &lt; 2
</pre></div>
<div class="jp-OutputArea-output" data-mime-type="{kind}">
<img alt="No" src="data:{kind};base64,{data}"/>
</div></div></div>
</div>
"""


def html(kind="image/svg+xml"):
    return CELLS.format(kind=kind, data=b64encode(SVG.encode()).decode())


def test_nothing_of_jupyter_is_left():
    page, _, _ = tidied(html(), SOURCE)
    for trace in ("<script", "<style", "jp-", "clipboard", "description: raw", "cell-id", "ipynb"):
        assert trace not in page


def test_code_and_what_it_printed_look_like_a_snippet():
    page, _, _ = tidied(html(), SOURCE)
    code = '<pre><code><span></span><span class="n">x</span> = 1\n</code></pre>'
    assert f'<div class="snippet">\n<div class="language-python highlight">{code}</div>' in page
    output = (
        '<div class="language-text output no-copy highlight"><pre><code>1 &lt; 2\n</code></pre>'
    )
    assert output in page


def test_a_figure_is_drawn_like_any_other_with_the_alt_text_of_its_cell():
    page, _, _ = tidied(html(), SOURCE)
    assert '<figure class="drawn" data-search-exclude><svg role="img"' in page
    assert 'aria-label="A figure of nothing"' in page
    assert 'width="96"' in page
    assert "<img" not in page


def test_a_heading_has_the_id_of_its_source_and_a_link_to_itself():
    page, headings, _ = tidied(html(), SOURCE)
    link = '<a class="headerlink" href="#title" title="Permanent link">¶</a>'
    assert f'<h1 id="title">Title <code>x</code>{link}</h1>' in page
    assert headings == [Heading(1, "title", "Title x")]
    page, _, _ = tidied(html(), SOURCE, permalink="ここへ")
    assert 'href="#title" title="ここへ">¶</a></h1>' in page


def test_links_between_pages_lead_to_addresses():
    page, _, files = tidied(html(), SOURCE)
    assert files == ["../a.md", "../index.md"]
    for address in ("../a/#b", "../", "https://a.org/c.md"):
        assert f'<a href="{address}">' in page
    page, _, _ = tidied(html(), SOURCE, directories=False)
    for address in ("../a.html#b", "../index.html", "https://a.org/c.md"):
        assert f'href="{address}"' in page


@pytest.mark.parametrize(
    ("page", "source", "message"),
    [
        (html(), SOURCE.replace(' alt="A figure of nothing"', ""), r"its cell says .* alt ''"),
        (html("image/png"), SOURCE, "a figure of a notebook is SVG.*image/png"),
        (html().replace("{ #title }", ""), SOURCE, "heading 'Title x' has no id"),
    ],
)
def test_what_is_missing_is_said(page, source, message):
    with pytest.raises(ValueError, match=message):
        tidied(page, source)
