"""Checks of a visitor's input, at their bounds."""

import math

import pytest

from models.runtime.limits import (
    InputError,
    check_choice,
    check_number,
    check_signs,
    check_text,
    check_whole,
    seconds_before,
)


@pytest.mark.parametrize(("deadline", "seconds"), [(0, math.inf), (10, 9), (50, 45), (60, 55), (600, 595)])
def test_generation_ends_before_the_deadline(deadline: int, seconds: float) -> None:
    """Five seconds, of a short deadline a tenth."""
    assert seconds_before(deadline) == seconds


@pytest.mark.parametrize("text", ["abcde", "5", "€", "道"])
def test_a_text_up_to_the_limit_is_returned(text: str) -> None:
    """A letter, a digit or a symbol is enough."""
    assert check_text(text, "text", 5) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abcdef", "6 characters; at most 5"),
        (5, "must be text, not int"),
        ("a\0", "not text"),
        ("a\ud800", "not text"),
        ("\udfffb", "not text"),
        ("", "is empty"),
        (" ,.", "is empty"),
    ],
)
def test_other_texts_are_refused(text: object, message: str) -> None:
    """The error names the field."""
    with pytest.raises(InputError, match=message) as refused:
        check_text(text, "text", 5)
    assert refused.value.field == "text"


def test_emoticons_alone_are_a_text_where_they_say_something() -> None:
    """Within the same limit."""
    assert check_signs(":-)", "text", 3) == ":-)"
    assert check_signs("abc", "text", 3) == "abc"
    for text in ("abcd", "...", None):
        with pytest.raises(InputError):
            check_signs(text, "text", 3)
    for text in (":-):-)", "abcdef"):
        with pytest.raises(InputError, match="text has 6 characters; at most 3 are allowed"):
            check_signs(text, "text", 3)


def test_numbers_include_both_bounds() -> None:
    """And only finite numbers are any, ints of any length among them."""
    assert [check_number(value, "n", -1, 2.5) for value in (-1, 0, 2.5)] == [-1, 0, 2.5]
    for wrong in (-1.1, 2.6, math.nan, math.inf, -math.inf, 10**400, -(10**400), True, "1", None):
        with pytest.raises(InputError):
            check_number(wrong, "n", -1, 2.5)
    with pytest.raises(InputError, match=r"n must be from 1 to 10; it is 1e\+400\."):
        check_whole(10**400, "n", 1, 10)


def test_only_an_int_is_whole() -> None:
    """Code that counts or indexes with a 3.0 would fail."""
    assert check_whole(2, "n", 2, 2) == 2
    for wrong, shown in ((1.5, "1.5"), (2.0, "2.0")):
        with pytest.raises(InputError, match=f"n must be a whole number; it is {shown}"):
            check_whole(wrong, "n", 1, 2)


def test_a_choice_is_one_of_the_list() -> None:
    """What is not is cut to 40 characters in the message."""
    assert check_choice("a", "c", ("a", "b")) == "a"
    for wrong in ("x" * 50, 1):
        with pytest.raises(InputError) as refused:
            check_choice(wrong, "c", ("a", "b"))
        assert str(refused.value) == f"c must be one of a, b; it is {str(wrong)[:40]!r}."
