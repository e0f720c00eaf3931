"""Checks of a visitor's input, made before any tokenizer or model runs."""

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from models.text.emoji import says_something

TEXT_LIMIT = 10_000
CONTEXT_LIMIT = 60_000
REPLY_LIMIT = 256


@dataclass(frozen=True)
class Limits:
    """Limits of one request: characters of a text and of a context, new tokens of a reply.

    After `seconds`, generation ends with the tokens it has.
    """

    text: int = TEXT_LIMIT
    context: int = CONTEXT_LIMIT
    new_tokens: int = REPLY_LIMIT
    seconds: float = 55.0


DEFAULT_LIMITS = Limits()


def seconds_before(deadline: int) -> float:
    """The time at which generation ends so that its result is kept, shortly before `deadline`; both in seconds.

    A deadline of 0 means no deadline.
    """
    return max(deadline - 5, 0.9 * deadline) if deadline else math.inf


class InputError(ValueError):
    """A visitor's input cannot be used; `field` names it, the message explains how to correct it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def check_text(text: object, field: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text` if a model can read it.

    Raises InputError when it is no text, is longer than `limit` characters, holds NUL or half a surrogate pair,
    or holds no letter, digit or symbol at all.
    """
    return _checked(text, field, limit, _has_signs)


def check_signs(text: object, field: str, limit: int = TEXT_LIMIT) -> str:
    """Like `check_text`, but also accept a text of emoticons alone. Raises InputError."""
    return _checked(text, field, limit, lambda text: says_something(text) or _has_signs(text))


def _checked(text: object, field: str, limit: int, says: Callable[[str], bool]) -> str:
    """Return `text` if a model can read it and it `says` anything, else raise InputError."""
    if not isinstance(text, str):
        raise InputError(field, f"{field} must be text, not {type(text).__name__}.")
    if len(text) > limit:
        raise InputError(field, f"{field} has {len(text):,} characters; at most {limit:,} are allowed.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(field, f"{field} holds characters that are not text. Paste it again as plain text.")
    if not says(text):
        raise InputError(field, f"{field} is empty. Type some words.")
    return text


def _has_signs(text: str) -> bool:
    """Whether any character of `text` is a letter, a digit or a symbol."""
    return any(unicodedata.category(character)[0] in "LNS" for character in text)


def check_choice(value: object, field: str, choices: tuple[str, ...]) -> str:
    """Return `value` when it is one of `choices`, else raise InputError."""
    if not isinstance(value, str) or value not in choices:
        raise InputError(field, f"{field} must be one of {', '.join(choices)}; it is {str(value)[:40]!r}.")
    return value


def check_number(value: object, field: str, low: float, high: float) -> float:
    """Return `value` as a float when it is a number from `low` to `high`, which are finite, else raise InputError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(field, f"{field} must be a number, not {type(value).__name__}.")
    # NaN is in no range. An int beyond all floats can be compared with one, but not made one.
    if not low <= value <= high:
        raise InputError(field, f"{field} must be from {low:g} to {high:g}; it is {_short(value)}.")
    return float(value)


def check_whole(value: object, field: str, low: int, high: int) -> int:
    """Return `value` when it is an int from `low` to `high`, else raise InputError.

    3.0 is refused too, since callers count or index with the argument as it was given.
    """
    number = check_number(value, field, low, high)
    if not isinstance(value, int):
        raise InputError(field, f"{field} must be a whole number; it is {number}.")
    return value


def _short(value: float) -> str:
    """`value` in a few characters."""
    try:
        return f"{value:g}"
    except OverflowError:
        return f"{Decimal(value):.0e}"
