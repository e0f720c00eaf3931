"""Checks of a visitor's input, made before any tokenizer or model runs."""

import math
import unicodedata
from dataclasses import dataclass

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
    if not isinstance(text, str):
        raise InputError(field, f"{field} must be text, not {type(text).__name__}.")
    if len(text) > limit:
        raise InputError(field, f"{field} has {len(text):,} characters; at most {limit:,} are allowed.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(field, f"{field} holds characters that are not text. Paste it again as plain text.")
    if not any(unicodedata.category(character)[0] in "LNS" for character in text):
        raise InputError(field, f"{field} is empty. Type some words.")
    return text


def check_signs(text: object, field: str, limit: int = TEXT_LIMIT) -> str:
    """Like `check_text`, but also accept a text of emoticons alone. Raises InputError."""
    if isinstance(text, str) and says_something(text):
        return check_text(f"x{text}", field, limit + 1)[1:]
    return check_text(text, field, limit)


def check_choice(value: object, field: str, choices: tuple[str, ...]) -> str:
    """Return `value` when it is one of `choices`, else raise InputError."""
    if not isinstance(value, str) or value not in choices:
        raise InputError(field, f"{field} must be one of {', '.join(choices)}; it is {str(value)[:40]!r}.")
    return value


def check_number(value: object, field: str, low: float, high: float) -> float:
    """Return `value` as a float when it is a finite number from `low` to `high`, else raise InputError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(field, f"{field} must be a number, not {type(value).__name__}.")
    if not math.isfinite(value) or not low <= value <= high:
        raise InputError(field, f"{field} must be from {low:g} to {high:g}; it is {value:g}.")
    return float(value)


def check_whole(value: object, field: str, low: int, high: int) -> int:
    """Return `value` as an int when it is a whole number from `low` to `high`, else raise InputError."""
    number = check_number(value, field, low, high)
    if not number.is_integer():
        raise InputError(field, f"{field} must be a whole number; it is {number:g}.")
    return int(number)
