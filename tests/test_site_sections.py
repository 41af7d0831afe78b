"""The search knows what a reader reads, under the heading that it stands below."""

import pytest

from kasago.literate.site.sections import sections


def read(page):
    return [(section.id, section.title, section.text) for section in sections(page)]


def test_a_page_that_begins_without_a_heading_has_a_section_before_it():
    assert read('Text.<h2 id="a">A</h2>More.') == [("", "", "Text."), ("a", "A", "More.")]
    assert read('<h2 id="a">A</h2>') == [("", "", ""), ("a", "A", "")]
    assert read('<h1 id="a">A</h1>Text.') == [("", "A", "Text.")]
    assert read("") == []


def test_a_section_ends_with_what_is_around_its_heading():
    inner = '<div><h3 id="c">C</h3><p>in c</p></div>'
    page = f'<h1 id="a">A</h1><div><h2 id="b">B</h2>{inner}<p>in b</p></div><p>in a</p>'
    assert read(page) == [("", "A", "in a"), ("b", "B", "in b"), ("c", "C", "in c")]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a b"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("a<em>b</em><sub>c</sub> d", "abc d"),
        ("a\n  b<br>c<br/>d", "a bcd"),
        ("x &lt; 1 &amp;&amp; <code>y</code> &gt; 2", "x < 1 && y > 2"),
        ("a<!-- <p>no</p> -->b", "ab"),
        ('a<figure data-search-exclude="">x<figure>y</figure>z</figure>b', "ab"),
        ('a<p data-search-exclude>x</p><p title="data-search-exclude">b</p>', "a b"),
        ('<svg aria-label="a > b"><path d="M0"/><text>c</text></svg>', "c"),
        ('<math data-latex="x"><mi>x</mi><mspace width="1em"/><mo>=</mo></math>', "x="),
        ("a<script>if (a < b) { c = '<p>' }</script><style>p {}</style>b", "ab"),
        ("a</p>b</div>c", "abc"),
        ("a<p data-search-exclude>never closed", "a"),
    ],
)
def test_text_is_what_a_reader_reads(html, text):
    assert [section[2] for section in read(f"<div>{html}</div>")] == [text]


def test_the_mark_beside_a_heading_is_none_of_its_title():
    page = '<h2 id="a">The <code>a</code><a class="headerlink" href="#a">¶</a></h2>'
    assert read(page)[1] == ("a", "The a", "")


def test_a_heading_that_the_page_excludes_takes_its_section_with_it():
    page = '<h1 id="a">A</h1>a<h2 id="b" data-search-exclude>B</h2>b<h2 id="c">C</h2>c'
    assert read(page) == [("", "A", "a"), ("c", "C", "c")]
