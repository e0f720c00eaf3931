"""Pages as people write them, and as attackers do."""

import pytest

from documents.document import Document
from documents.hypertext import EVENTS_LIMIT
from documents.reading import parse
from tests.documents.packages import refused

START = "<!doctype html><html><head><title>T</title></head><body>"


def read(source: str, encoding: str = "utf-8", start: str = START) -> Document:
    """The page with this source."""
    return parse((start + source).encode(encoding), ".html")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One  <b>two</b>\n three.</p><p>Four.", "One two three.\n\nFour."),
        ("<ul><li>bread<li>milk</ul>end", "- bread\n- milk\n\nend"),
        ("<table><tr><th>Name<th>Year<tr><td>Ada<td>1815</table>", "Name\tYear\nAda\t1815"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("caf&eacute; &amp; &#8364; &lt;b&gt; &nbsp;x", "café & € <b> \xa0x"),
        ("light<wbr>house <em>is</em>lit", "lighthouse islit"),
        ("<p>灯塔</p><p dir=rtl>المنارة</p>", "灯塔\n\nالمنارة"),
        ("<dl><dt>Lamp<dd>A light</dl>", "Lamp\nA light"),
        ("<p>a<!-- not <b>this</b> -->b", "ab"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<p>shown<span hidden>not</span><span style='display: none'>not <span>this</span></span> too", "shown too"),
        ("<blockquote><p>Quoted</p></blockquote><hr>After", "Quoted\n\nAfter"),
        ("<p>Press <img src=x.png> to go on<img src=y.png>here", "Press to go on here"),
        ("<p>Tick <input type=checkbox> here", "Tick here"),
        ("<p>As Word<o:p> writes</o:p> it", "As Word writes it"),
        ("<p>one <b> two </b> three", "one two three"),
        ("<nobr>No break</nobr> here", "No break here"),
    ],
)
def test_what_is_read(source: str, text: str) -> None:
    """As a page shows it."""
    assert read(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p hidden>no<p>shown<p>more", "shown\n\nmore"),
        ("<p hidden>no <b>nor</b> this<ul><li>a</ul>", "- a"),
        ("<div><p hidden>no</div>shown", "shown"),
        ("<p hidden>no<hr>shown", "shown"),
        ("<p hidden>no<p hidden>nor this<p>shown", "shown"),
        ("<ul><li hidden>no<li>b<li>c</ul>end", "- b\n- c\n\nend"),
        ("<ul><li>a<li hidden>no<ul><li>nor<li>this</ul></ul>end", "- a\n\nend"),
        ("<dl><dt>Lamp<dd hidden>no<dt>Log<dd>A book</dl>", "Lamp\nLog\nA book"),
        ("<table><tr hidden><td>no<td>no<tr><td>a<td>b</table>", "a\tb"),
        ("<table><tr><td hidden>no<table><tr><td>nor</table><td>b<tr><td>c</table>", "b\nc"),
        ("<p style='display:none'>no</p>shown", "shown"),
        ("<p hidden>no<script>'<p>'</script>nor this<p>shown", "shown"),
    ],
)
def test_what_is_hidden_ends_where_a_browser_ends_it(source: str, text: str) -> None:
    """Without an end tag too: once all that came behind it was left out in silence."""
    assert read(source).text == text


def test_headings_are_places() -> None:
    """Each text stands under the last one."""
    found = read("<h1>Top</h1><p>a</p><h2>Below <i>it</i></h2><p>b")
    assert found.place_at(found.text.index("\n\na") + 2) == "under “Top”"
    assert found.place_at(len(found.text) - 1) == "under “Below it”"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=windows-1251>", "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gb18030"),
        ("<meta charset='shift_jis'>", "cp932"),
        ("<meta charset=utf-8>", "utf-8-sig"),
        ("", "utf-16"),
    ],
)
def test_the_encoding_that_a_page_names(head: str, encoding: str) -> None:
    """Each in letters of its own."""
    text = {"cp1251": "Маяк стоит на скале", "gb18030": "灯塔建于一八九一年", "cp932": "灯台は岩の上に立つ"}.get(
        encoding, "phare é"
    )
    assert read(f"<html><head>{head}</head><body>{text}", encoding, "").text == text


def test_a_fragment_is_read_by_its_name() -> None:
    """With no doctype and no head."""
    assert parse(b"<p>Hello</p>", ".html").text == "Hello"


def test_a_page_is_known_by_its_content() -> None:
    """Whatever its name."""
    assert parse(b"<!-- saved --><!DOCTYPE html><p>Hello", ".txt").format.startswith("HTML")


@pytest.mark.parametrize(
    "source",
    [
        "<script>document.write('evil')</script>",
        "<style>p::after { content: 'evil' }</style>",
        "<img src=x onerror='evil()' alt=evil>",
        "<svg><script>evil()</script><text>evil</text></svg>",
        "<iframe srcdoc='<p>evil'></iframe><iframe>evil</iframe>",
        "<noscript>evil</noscript><template><p>evil</p></template>",
        "<object data='evil'>evil</object>",
        "<a href='javascript:evil()'></a>",
        "<SCRIPT\n>evil</ScRiPt\n>",
        "<textarea>evil</textarea><select><option>evil</select>",
        "<!--[if IE]>evil<![endif]-->",
        "<?php evil() ?>",
    ],
)
def test_what_runs_or_is_not_shown_is_no_text(source: str) -> None:
    """Nor anything in it."""
    assert read(f"<p>Hello</p>{source}").text == "Hello"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 200_000 + "Hello",
        "Hello<" * 50_000,
        "Hello" + "<a" * 20_000,
        "Hello&" * 50_000,
        "Hello<!--" + "-" * 200_000,
        "Hello<p " + "a=b " * 50_000 + ">",
        "Hello<script>" + "<" * 100_000,
        "Hello</" + "p" * 200_000,
        "Hello<![CDATA[" * 5_000,
    ],
    ids=range(9),
)
def test_a_hostile_page_is_read_soon(source: str) -> None:
    """Deep, broken or endless."""
    assert "Hello" in read(source).text


def test_too_many_tags_are_refused() -> None:
    """Before they fill the memory."""
    refused(b"<html>" + b"<b>" * (EVENTS_LIMIT + 1), "too complex")


def test_a_page_of_scripts_holds_no_text() -> None:
    """It is said."""
    refused(b"<html><script>1</script>", "no text")
