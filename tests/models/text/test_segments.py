"""What of a text is translated at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text.segments import segments, windows

PIECES = st.lists(st.sampled_from([" one", "two", " a,", ".", " 🎉"]), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two!", ["One.", "Two!"]),
        ("  - milk\n  * eggs. Two of them.\n", ["milk", "eggs.", "Two of them."]),
        ("1. First\n2) Second\n- [x] done", ["First", "Second", "done"]),
        ("# Title\r\n\r\n> quoted", ["Title", "quoted"]),
        ("name\tage\nAna\t3", ["name", "age", "Ana", "3"]),
        ("| a | b c |\n|---|---|\n| One. Two! | d |", ["a", "b c", "---", "---", "One.", "Two!", "d"]),
        ("a | b", ["a | b"]),
        ("-5 degrees - really", ["-5 degrees - really"]),
        ("---\n\n🎉", ["🎉"]),
        ("a b<br>c d<BR/>e", ["a b", "c d", "e"]),
        ("<ul><li>One</li> <li>Two <b>x</b></li></ul>", ["One", "Two <b>x</b>"]),
        ('<p class="x">One. Two.</p><p>Three', ["One.", "Two.", "Three"]),
        ("Use <br> or `a<br>b` here", ["Use <br> or `a<br>b` here"]),
        ("a <i>b</i>c <link>d", ["a <i>b</i>c <link>d"]),
        ("\n \n", []),
    ],
)
def test_segments(text: str, expected: list[str]) -> None:
    """Sentences and cells, without bullets, indentation and rules."""
    assert [span.of(text) for span in segments(text, "en")] == expected


@given(pieces=PIECES, limit=st.integers(2, 20))
def test_windows_lose_nothing(pieces: list[str], limit: int) -> None:
    """Windows hold every character but white space, in order, and none has more pieces than the limit."""
    text = "".join(pieces)
    offsets: list[tuple[int, int]] = []
    for piece in pieces:
        start = offsets[-1][1] if offsets else 0
        offsets.append((start, start + len(piece)))
    spans = windows(text, offsets, limit)
    assert "".join(span.of(text) for span in spans).replace(" ", "") == text.replace(" ", "")
    for span in spans:
        assert sum(start < span.end and end > span.start for start, end in offsets) <= limit


def test_windows_end_at_clauses() -> None:
    """A window ends after a comma where there is one in its second half, and never within a word."""
    words = ["aa", " bb", " cc", " dd,", " ee", " f", "f", " gg", " hh"]
    ends = [sum(map(len, words[: i + 1])) for i in range(len(words))]
    text = "".join(words)
    found = windows(text, list(zip([0, *ends], ends, strict=False)), 6)
    assert [span.of(text) for span in found] == ["aa bb cc dd,", "ee ff gg hh"]
