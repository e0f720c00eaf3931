"""Text, subtitles and pages in another language: the words change, and nothing else does."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.rewriting import passages, rewritten
from documents.rewriting.laying import lay
from models.runtime.limits import InputError
from models.tasks.translation.translated import Translation
from tests.documents.speech import backwards, capitals, unlinked
from tests.documents.test_pdf import drawn


def translated(source: str, ending: str, encoding: str = "utf-8", how: Callable[[str], Translation] = capitals) -> str:
    """The file with this source, translated."""
    data = source.encode(encoding)
    laid = [lay(passage, how(passage.text)) for passage in passages(data, ending)]
    return rewritten(data, ending, laid).data.decode(encoding)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_keeps_its_lines(end: str) -> None:
    """Blank ones, indents and white space at their ends too."""
    source = end.join(["", "  Title", "", "", "\ta line  ", "another", "---", "1234", "", "last"])
    assert translated(source, ".txt") == source.upper()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_text_keeps_its_encoding(encoding: str) -> None:
    """And its mark."""
    source = "Le phare a été bâti en 1891, à côté du café.\nLe gardien écrivait.\n" * 3
    assert translated(source, ".txt", encoding) == source.upper()


def test_letters_that_the_encoding_lacks() -> None:
    """Make the file UTF-8, which is said."""
    data = "Le phare a été bâti à côté du café.".encode("cp1252")
    written = rewritten(data, ".txt", [[(0, "灯塔")]])
    assert written.data == "灯塔".encode()
    assert "UTF-8 now" in written.notes[0]


def test_a_long_text_is_translated_in_blocks() -> None:
    """Each short enough, and together all of it."""
    source = "A line of the log.\n" * 1_000
    assert max(len(passage.text) for passage in passages(source.encode(), ".txt")) < 2_100
    assert translated(source, ".txt") == source.upper()


SUBTITLES = (
    "1\n00:00:01,000 --> 00:00:03,000\n<i>The keeper wrote</i>\n\n"
    "2\n00:01:05,500 --> 00:01:07,000\nin the\nlog of the tower.\n\n"
    "3\n00:01:08,000 --> 00:01:09,000\n- Hi there.\n- Who is it?\n\n"
    "4\n00:01:10,000 --> 00:01:11,000\n♪ La la ♪\n\n"
    "5\n00:01:12,000 --> 00:01:13,000\n...\n"
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_subtitles_keep_numbers_times_and_tags(end: str) -> None:
    """A cue has as many lines as before, and a speaker's line is one of its own."""
    source = SUBTITLES.replace("\n", end)
    wanted = SUBTITLES.replace("<i>The keeper wrote</i>", "<i>THE KEEPER WROTE</i>")
    wanted = wanted.replace("in the\nlog of the tower.", "IN THE LOG OF\nTHE TOWER.")
    wanted = wanted.replace("Hi there", "HI THERE").replace("Who is it", "WHO IS IT").replace("La la", "LA LA")
    assert translated(source, ".srt") == wanted.replace("\n", end)


def test_a_sentence_over_cues_is_translated_as_one() -> None:
    """And each cue has its own share of it."""
    found = passages(SUBTITLES.encode(), ".srt")
    assert found[0].text == "The keeper wrote in the log of the tower."
    assert [passage.text for passage in found[1:]] == ["Hi there.", "Who is it?", "La la"]


def test_formatting_within_a_cue_is_said_to_be_dropped() -> None:
    """It has no place that is sure."""
    data = SUBTITLES.replace("The keeper", "The <b>old</b> keeper").encode()
    laid = [lay(passage, capitals(passage.text)) for passage in passages(data, ".srt")]
    written = rewritten(data, ".srt", laid)
    assert written.notes == ("Subtitles whose formatting in the middle was dropped: 1.",)
    assert b"THE OLD KEEPER" in written.data


SAID = st.lists(st.sampled_from(["one", "two.", "- three", "<i>four</i>", "♪", "5", "\n"]), max_size=6).map(" ".join)


@given(st.lists(SAID, min_size=1, max_size=6), st.sampled_from([capitals, backwards, unlinked]))
def test_no_time_is_lost_and_no_word(said: list[str], how: Callable[[str], Translation]) -> None:
    """Whatever is said in the cues."""
    times = [f"{i}\n00:00:0{i},000 --> 00:00:0{i},900" for i in range(len(said))]
    source = "\n\n".join(f"{time}\n{text.strip()}" for time, text in zip(times, said, strict=True)) + "\n"
    made = translated(source, ".srt", how=how) if passages_of(source, ".srt") else source
    assert [time for time in times if time in made] == times
    words = re.compile(r"</?i>|[^a-z]")
    assert sorted(words.sub("", made.lower())) == sorted(words.sub("", source))


def test_webvtt_is_written_as_it_is_read() -> None:
    """Its "&" and "<" stand for themselves to the translator, and are spelled out in the file."""
    source = "WEBVTT\n\n00:01.000 --> 00:02.000\nTom &amp; Ann &lt;3 you.\n"
    assert [passage.text for passage in passages(source.encode(), ".vtt")] == ["Tom & Ann <3 you."]
    assert translated(source, ".vtt") == source.replace("Tom &amp; Ann &lt;3 you", "TOM &amp; ANN &lt;3 YOU")


def test_what_stands_behind_an_empty_line_of_a_cue_is_translated() -> None:
    """The number of the next cue stays."""
    times = "00:00:01,000 --> 00:00:02,000\n"
    made = translated(f"1\n{times}One.\n\nStill one.\n\n2\n{times}Two.\n", ".srt")
    assert " ".join(made.split()) == f"1 {times.strip()} ONE. STILL ONE. 2 {times.strip()} TWO."


def test_a_sentence_around_a_picture_is_one() -> None:
    """And one around Word's own tags; the picture keeps its place."""
    assert translated("<p>Press <img src=x> twice.</p>", ".html") == "<p>PRESS <img src=x> TWICE.</p>"
    [passage] = passages(b"<p>As Word<o:p> writes</o:p> it.</p>", ".html")
    assert passage.text == "As Word writes it."


def test_only_what_is_hidden_stays() -> None:
    """A paragraph that has no end tag ends before the next one."""
    assert translated("<p hidden>no<p>shown</p>", ".html") == "<p hidden>no<p>SHOWN</p>"


def test_webvtt_keeps_its_head_and_settings() -> None:
    """Only words change."""
    source = "WEBVTT - made by hand\n\nNOTE a note\n\n00:01.000 --> 00:02.000 align:start\nHello you.\n"
    assert translated(source, ".vtt") == source.replace("Hello you", "HELLO YOU")


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("<p>One <b>two</b> three.</p>", "<p>ONE <b>TWO</b> THREE.</p>"),
        ('<a href="x?a=1&b=2" title=one>two</a>', '<a href="x?a=1&b=2" title=one>TWO</a>'),
        ("<p>a &amp; b &lt; c</p>", "<p>A &amp; B &lt; C</p>"),
        ("<p class='x'\n id=y>one</P  >two", "<p class='x'\n id=y>ONE</P  >TWO"),
        ("<script>one('<p>two</p>')</script>three", "<script>one('<p>two</p>')</script>THREE"),
        ("<style>p { one: two }</style><!-- three --><p>four", "<style>p { one: two }</style><!-- three --><p>FOUR"),
        ("<p>one <!-- two -->three</p>", "<p>ONE <!-- two -->THREE</p>"),
        ("<p>run <code>app one</code> now</p>", "<p>RUN <code>app one</code> NOW</p>"),
        ("<pre>one two</pre><p>three", "<pre>one two</pre><p>THREE"),
        ("<p>one <img src=x alt='two'> three", "<p>ONE <img src=x alt='two'> THREE"),
        ("one<br>two<br/>three", "ONE<br>TWO<br/>THREE"),
        ("<p><a id=top></a>one <a id=mid></a>two", "<p><a id=top></a>ONE <a id=mid></a>TWO"),
        ("<p>\n   one\n   two\n</p>", "<p>\n   ONE TWO\n</p>"),
        ("<b>one <i>two</b> three</i> four", "<b>ONE <i>TWO</b> THREE</i> FOUR"),
        ("<ul><li>one<li>two</ul><table><tr><td>3<td>four</table>",) * 2,
        ("<div><b>one <p>two</p> three</b></div>",) * 2,
        ("<svg><text>x</text></svg><textarea>x</textarea>one", "<svg><text>x</text></svg><textarea>x</textarea>ONE"),
        ("<title>one</title><meta name=two content=three>", "<title>ONE</title><meta name=two content=three>"),
        ("<p>one <b></b>two <span class=icon></span></p>", "<p>ONE <b></b>TWO <span class=icon></span></p>"),
        ("<p>3 &lt; 4</p><p>one", "<p>3 &lt; 4</p><p>ONE"),
        ("one &nbsp;two&shy;three", "ONE \xa0TWO\xadTHREE"),
    ],
)  # fmt: skip
def test_a_page_keeps_all_but_its_words(source: str, wanted: str) -> None:
    """Tags, attributes, scripts, comments and code."""
    if source == wanted:
        wanted = source.replace("one", "ONE").replace("two", "TWO").replace("three", "THREE").replace("four", "FOUR")
    start = "<!doctype html>\n<html>"
    assert translated(start + source, ".html") == start + wanted


def test_tags_move_with_their_words() -> None:
    """And stay well-formed."""
    source = "<html><p>The <a href=x>old <b>keeper</b></a> wrote.</p>"
    assert translated(source, ".html", how=backwards) == "<html><p>WROTE <a href=x><b>KEEPER</b> OLD</a> THE.</p>"


PIECES = (
    *("one ", "two", " three", ", ", ".", " ", "\n", "&amp;", "&nbsp;", "4", "<br>", "<img src=x>", "<!-- c -->"),
    *(
        "<b>",
        "</b>",
        "<i class=x>",
        "</i>",
        "<a href=y>",
        "</a>",
        "<code>",
        "</code>",
        "<p>",
        "</p>",
        "<li>",
        "<a id=z></a>",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from([capitals, backwards, unlinked]))
def test_no_tag_is_lost_or_made_up(pieces: list[str], how: Callable[[str], Translation]) -> None:
    """Of any page, well-formed or not; and its words are all there."""
    source = "<html>" + "".join(pieces)
    made = translated(source, ".html", how=how) if passages_of(source) else source
    for tag in set(re.findall(r"<[^>]+>", source)):
        assert made.count(tag) >= source.count(tag), made
    assert set(re.findall(r"<[^/][^>]*>", made)) == set(re.findall(r"<[^/][^>]*>", source))
    words = re.compile(r"<code>.*?(?:</code>|$)|<[^>]+>|&\w+;|[^a-z]", re.S)
    assert sorted(words.sub("", made.lower())) == sorted(words.sub("", source))


def passages_of(source: str, ending: str = ".html") -> bool:
    """Whether there is anything to translate."""
    try:
        return bool(passages(source.encode(), ending))
    except InputError:
        return False


def test_a_page_keeps_the_encoding_that_it_names() -> None:
    """The letters still fit it."""
    source = "<html><meta charset=windows-1251><p>Маяк стоит на скале"
    assert translated(source, ".html", "cp1251") == source.replace("Маяк стоит на скале", "МАЯК СТОИТ НА СКАЛЕ")


def test_words_that_are_markup_become_none() -> None:
    """A translation with a tag in it is text."""
    data = b"<html><p>one</p>"
    assert b"<p>&lt;script&gt;" in rewritten(data, ".html", [[(0, "<script>alert(1)</script>")]]).data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (drawn(["Hello"]), "PDF file cannot be translated"),
        (b"1234 5678", "no words"),
        (b"word \n" * 40_000, "at most 200,000"),
        (b"<html><p>" + b"word " * 2_001, "more than 10,000"),
    ],
    ids=range(4),
)
def test_what_cannot_be_rewritten_is_refused_in_words(data: bytes, words: str) -> None:
    """Before any work."""
    with pytest.raises(InputError, match=words):
        passages(data, ".txt")
