"""Emoji, emoticons and ratings in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.runtime.limits import InputError, check_signs
from models.text.emoji import spelled, spelled_out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("😡", "(pouting face)"),
        ("Arrived today 👎", "Arrived today  (thumbs down)"),
        ("Arrived today 👍", "Arrived today  (thumbs up)"),
        (":(", "(sad)"),
        ("Great :-)", "Great  (smiling)"),
        ("ok <3", "ok  (loved)"),
        (">:(", "(angry)"),
        ("★★☆☆☆", "(bad, 2 of 5 stars)"),
        ("⭐⭐⭐⭐⭐", "(excellent, 5 of 5 stars)"),
        ("⭐️⭐️", "(bad, 2 of 5 stars)"),
        ("4/5 stars", "4/5 stars (good)"),
        ("1 star", "1 star (terrible)"),
        ("2 stars", "2 stars (bad)"),
        ("3 out of 5", "3 out of 5 (average)"),
        ("4.5/5", "4.5/5 (good)"),
        ("Two stars.", "Two stars (bad) ."),
        ("I give it four stars!", "I give it four stars (good) !"),
        ("2/10, 9 out of 10", "2/10 (terrible) , 9 out of 10 (good)"),
        ("10/10", "10/10 (excellent)"),
        ("5/10 or 2.5 stars", "5/10 (average)  or 2.5 stars (average)"),
        ("1.5/5, 7/10, 3,5 stars", "1.5/5 (bad) , 7/10 (good) , 3,5 stars (good)"),
        ("I'd give it 5.5 stars!", "I'd give it 5.5 stars (excellent) !"),
        ("5.9/5, 0/10", "5.9/5 (excellent) , 0/10 (terrible)"),
        ("On 3/10 two stars fell", "On 3/10 two stars fell"),
        ("See https://a.io:/x, 14/5 or 4/5/2024", "See https://a.io:/x, 14/5 or 4/5/2024"),
        ("Note:(a) and f(x):(y)", "Note:(a) and f(x):(y)"),
        ("The 12 stars", "The 12 stars"),
        ("🤬", "(very angry)"),
        ("👌🏿", "(very good) 🏿"),
        (":D", "(very happy)"),
    ],
)
def test_signs_are_spelled_out(text: str, expected: str) -> None:
    """Each has its name in parentheses; addresses, dates and punctuation stay."""
    assert spelled_out(text).strip() == expected


@given(text=st.lists(st.sampled_from(["a", " ", "😡", ":(", "★★☆", "4/5", "é", "👨‍👩‍👧"])).map("".join))
def test_places_lead_back(text: str) -> None:
    """Each character has a place in the visitor's text; those that were not spelled out have their own."""
    found = spelled(text)
    assert len(found.origins) == len(found.text)
    assert [start for start, _ in found.origins] == sorted(start for start, _ in found.origins)
    assert "".join(text[a:b] for a, b in dict.fromkeys(found.origins)) == text


def test_an_emoticon_is_an_input() -> None:
    """One of signs alone is read; nothing but punctuation is none."""
    assert check_signs(":(", "text") == ":("
    assert check_signs("😡", "text") == "😡"
    with pytest.raises(InputError):
        check_signs("...", "text")
    with pytest.raises(InputError, match="at most"):
        check_signs(":(" * 9, "text", 17)
