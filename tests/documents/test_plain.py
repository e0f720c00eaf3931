"""Plain text in any encoding, and what is no text."""

import random

import pytest

from documents.document import TEXT_LIMIT, Document
from documents.reading import parse
from tests.documents.packages import refused, zipped

TEXTS = {
    "utf-8": "A café – “quoted” 😀",
    "utf-8-sig": "A café",
    "utf-16": "Der Leuchtturm wurde 1891 erbaut.",
    "utf-16-be": "Der Leuchtturm wurde 1891 erbaut, und der Wärter schrieb.",
    "utf-32": "Der Leuchtturm",
    "cp1252": "Le phare a été bâti en 1891, à côté du café. Ça coûte 5 €.",
    "cp1250": "Latarnia morska została zbudowana w 1891 roku, źródło światła świeciło.",
    "cp1251": "Маяк был построен в тысяча восемьсот девяносто первом году на скале.",
    "koi8-r": "Маяк был построен в тысяча восемьсот девяносто первом году на скале.",
    "cp932": "灯台は千八百九十一年に建てられました。毎日日誌を書きました。",
    "gb18030": "灯塔建于一八九一年，看守人每天写日志，并且点灯直到天亮。",
    "big5": "燈塔建於一八九一年，看守人每天寫日誌，並且點燈直到天亮。",
    "cp949": "등대는 천팔백구십일년에 지어졌습니다. 등대지기는 매일 일지를 썼습니다.",
}


def read(data: bytes) -> Document:
    """The text in `data`."""
    return parse(data, ".txt")


@pytest.mark.parametrize("encoding", TEXTS)
def test_every_encoding(encoding: str) -> None:
    """Each letter is as it was."""
    assert read("\n".join([TEXTS[encoding]] * 3).encode(encoding)).text == "\n".join([TEXTS[encoding]] * 3)


def test_lines_are_places_and_empty_ones_stay() -> None:
    """They are counted from 1."""
    found = read(b"one\r\n\r\n\r\nfour\rfive")
    assert found.text == "one\n\n\nfour\nfive"
    assert [found.place_at(found.text.index(words)) for words in ("one", "four", "five")] == [
        "line 1",
        "line 4",
        "line 5",
    ]


def test_a_long_text_is_cut_in_words() -> None:
    """At the limit, and that is said."""
    found = read(b"abc\n" * (TEXT_LIMIT // 4 + 10))
    assert len(found.text) == TEXT_LIMIT
    assert found.notes == (f"Only the first {TEXT_LIMIT:,} characters were read.",)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\0" * 1_000, "empty"),
        (b" \n\t\n", "empty"),
        (random.Random(1).randbytes(20_000), "no text|encoding"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office file"),
        (b"{\\rtf1 Hello}", "RTF"),
        (b"MZ\x90\0" + b"\0" * 100, "program"),
        (b"\x1f\x8b\x08" + b"\0" * 20, "archive"),
        (zipped({"a.txt": "x"}), "no document"),
        (zipped({"content.xml": "<x/>"}), "OpenDocument"),
        (b"PK\x03\x04 nothing more", "damaged"),
    ],
    ids=range(12),
)
def test_what_is_no_text_is_refused_in_words(data: bytes, words: str) -> None:
    """By its content, under the name of a text."""
    refused(data, words, ".txt")


def test_a_wrong_ending_does_not_matter() -> None:
    """A text that is called a PDF is a text."""
    assert parse(b"Hello", ".pdf").text == "Hello"


@pytest.mark.parametrize("text", ["a\u202eb", "a\u200db", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{7*7}}"])
def test_text_stays_text(text: str) -> None:
    """Whatever another program would do with it."""
    assert read(text.encode()).text == text


def test_control_characters_are_left_out() -> None:
    """No model reads them."""
    assert (
        read(b"one\x1b[31m\x07 two\0 three, and more to read here").text == "one[31m two three, and more to read here"
    )
