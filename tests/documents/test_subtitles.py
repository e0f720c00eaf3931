"""Subtitles as people write them, and as attackers do."""

import pytest

from documents.document import Document
from documents.reading import parse
from documents.subtitles import cues

SIMPLE = "1\n00:00:01,000 --> 00:00:03,000\nThe keeper wrote\n\n2\n00:01:05,500 --> 00:01:07,000\nin the log.\n"

TIMES = "00:00:01,000 --> 00:00:02,000\n"


def read(source: str, encoding: str = "utf-8") -> Document:
    """The subtitles in `source`."""
    return parse(source.encode(encoding), ".srt")


def test_a_sentence_over_cues_is_one_line_and_times_are_places() -> None:
    """Each word has the time of its own cue."""
    found = read(SIMPLE)
    assert found.text == "The keeper wrote in the log."
    assert found.place_at(found.text.index("keeper")) == "00:00:01"
    assert found.place_at(found.text.index("in the")) == "00:01:05"
    assert found.format == "Subtitles, 2 cues"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (SIMPLE.replace("\n", "\r\n"), "The keeper wrote in the log."),
        ("\ufeff" + SIMPLE, "The keeper wrote in the log."),
        ("1\n00:00:01,000 --> 00:00:02,000\n<i>One</i> <font color=red>two</font>\nthree\n", "One two three"),
        ("1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Above\n", "Above"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hello\n", "Hello"),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n- Hi.\n- Ho.\n\n2\n00:00:03,000 --> 00:00:04,000\nYes.\n",
            "- Hi. - Ho.\nYes.",
        ),
        ("1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n", "One.\nTwo."),
        ("1\n00:00:01,000 --> 00:00:02,000\n1984\n", "1984"),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n", "Two."),
        ("1\n00:00:01,000 --> 00:00:02,000 X1:40 X2:600\n灯塔。", "灯塔。"),
        ("1\n00:00:01,000 --> 00:00:02,000\n♪ المنارة ♪\n", "♪ المنارة ♪"),
        ("1\n00:00:01 --> 00:00:02\nNo fraction.\n", "No fraction."),
        ("1\n00:00:01:000 --> 00:00:02:000\nA colon.\n", "A colon."),
        (SIMPLE.replace("\n", "\r"), "The keeper wrote in the log."),
        ("WEBVTT - a title\n\n" + "NOTE long\n\n" * 999 + "00:01.000 --> 00:02.000\nLate.\n", "Late."),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nTom &amp; Ann &lt;3\n\nNOTE no\n", "Tom & Ann <3"),
        (f"1\n{TIMES}One.\n\nStill one.\n\n2\n{TIMES}Two.\n", "One. Still one.\nTwo."),
        (f"1\n{TIMES}\nBelow an empty line.\n\n2\n{TIMES}Two.\n\nEnd.", "Below an empty line.\nTwo. End."),
        (f"1\n{TIMES}In\n\n1984\n\n2\n{TIMES}Two.\n", "In 1984 Two."),
        ("7\n00:00:01,000 --> 00:00:02,000\nif a < b and c > d\n", "if a < b and c > d"),
    ],
)
def test_what_is_read(source: str, text: str) -> None:
    """As people see it."""
    assert read(source).text == text


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    """As older programs wrote them."""
    source = SIMPLE.replace("The keeper", "Le gardien du phare à côté de la forêt a déjà été prévenu : il")
    assert read(source, encoding).text.startswith(
        "Le gardien du phare à côté de la forêt a déjà été prévenu : il wrote"
    )


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "source",
    [
        "1\n00:00:01,000 --> 00:00:02,000\n" + "a\n" * 200_000,
        "00:00:01,000 --> 00:00:02,000\n" * 100_000 + "x",
        "1\n00:00:01,000 --> 00:00:02,000\n" + "<" * 200_000,
        "1\n00:00:01,000 --> 00:00:02,000\n" + "{\\" * 100_000,
        "1\n00:00:01,000 --> 00:00:02,000\n<script>alert(1)</script>\n",
        "1\n99:99:99,999 --> 00:00:00,000\nx\n",
        "1\n" + "9" * 5_000 + ":00:01,000 --> 00:00:02,000\nx\n",
        "1\n00:00:01,000 --> 00:00:02,000\nx\0\0y\n",
        "1\n00:00:01,000 --> 00:00:02,000\n" + " " * 200_000 + "x",
        SIMPLE[:40] + "x",
    ],
    ids=range(10),
)
def test_hostile_subtitles_are_read_soon(source: str) -> None:
    """Endless, broken or contradictory: as text, and with no NUL in it."""
    found = read(source)
    assert found.text
    assert "\0" not in found.text


def test_a_cue_ends_before_the_number_of_the_next() -> None:
    """What is between the texts stays as it is when they are replaced."""
    source = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:03,000 --> 00:00:04,000\nTwo.\n"
    assert [source[cue.start : cue.end] for cue in cues(source)] == ["One.", "Two."]
