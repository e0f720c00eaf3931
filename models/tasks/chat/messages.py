"""The messages of a conversation, as scripts and pages send them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from models.runtime.limits import TEXT_LIMIT, InputError, check_choice, check_text

Role = Literal["user", "assistant"]

HISTORY_LIMIT = 1_000
# A word before a reply that may have none.
FILLER = "reply"


@dataclass(frozen=True)
class Message:
    """One message of the user or the assistant."""

    role: Role
    text: str


def message_text(content: object) -> str:
    """The text of a message's content. Raises InputError when there is anything but text."""
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise InputError("history", "The content of a message must be text, or a list of text parts.")
    return "".join(str(text) for text in texts)


def read_history(
    history: object, limit: int = TEXT_LIMIT, text_of: Callable[[object], str] = message_text
) -> tuple[Message, ...]:
    """The messages of `history`: each a Message, or a dict whose content is text or a list of text parts.

    `text_of` gives the text of a dict's content. Raises InputError at anything else: an unknown role, another type, a
    user's text of more than `limit` characters.
    """
    if not isinstance(history, list | tuple):
        raise InputError("history", f"history must be a list of messages, not {type(history).__name__}.")
    if len(history) > HISTORY_LIMIT:
        raise InputError("history", f"history has {len(history):,} messages; at most {HISTORY_LIMIT:,} are allowed.")
    return tuple(_message(entry, limit, text_of) for entry in history)


def _message(entry: object, limit: int, text_of: Callable[[object], str]) -> Message:
    if isinstance(entry, Message):
        return entry
    if not isinstance(entry, dict) or not {"role", "content"} <= entry.keys():
        raise InputError("history", "Each message of history must have a role and a content.")
    role: Role = "user" if check_choice(entry["role"], "history", ("user", "assistant")) == "user" else "assistant"
    text = text_of(entry["content"])
    if role == "user":
        check_text(text, "history", limit)
    else:
        # A reply may have no word in it: it was stopped before its first, or is all dots. Its length does not depend on
        # what a visitor may write, so a low limit does not refuse it.
        check_text(f"{FILLER}{text}", "history", max(limit, TEXT_LIMIT) + len(FILLER))
    return Message(role, text)
