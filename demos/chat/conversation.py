"""Converts between the adapter's messages and the value of Gradio's Chatbot."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demos.plain import from_chatbot, to_chatbot
from models.runtime.limits import InputError
from models.tasks.chat.messages import Message, message_text, read_history

Messages = list[dict[str, Any]]


def to_page(messages: Sequence[Message]) -> Messages:
    """`messages` as the Chatbot takes them."""
    return [{"role": m.role, "content": [{"type": "text", "text": to_chatbot(m.text)}]} for m in messages]


def from_page(history: object, limit: int) -> list[Message]:
    """The messages in a Chatbot's value.

    Raises InputError where there is anything but text, or more than `limit` characters of it in a visitor's message,
    as it was written: what is escaped for the Chatbot is longer.
    """
    return list(read_history(history, limit, lambda content: from_chatbot(message_text(content))))


def index_of(event: gr.RetryData | gr.EditData | gr.UndoData) -> int:
    """The place of the event's message in the conversation."""
    return event.index if isinstance(event.index, int) else event.index[0]


def restored(kept: object, shown: Messages, limit: int) -> Any:
    """The conversation that this browser kept, where none is shown yet; an empty one where it cannot be read.

    `limit` is that of `from_page`.
    """
    if shown or not kept:
        return gr.skip()
    try:
        return to_page(from_page(kept, limit))
    except InputError:
        return []
