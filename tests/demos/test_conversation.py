"""Messages on their way to the Chatbot and back."""

from types import SimpleNamespace

import gradio as gr

from demos.conversation import from_page, index_of, restored, to_page
from models.tasks.chat.messages import Message


def test_messages_survive_the_page() -> None:
    """What goes to the page comes back, and what a browser kept comes back unless it is broken."""
    said = [Message("user", "  <b> &lt; <img>\n\tx"), Message("assistant", "")]
    assert from_page(to_page(said)) == said
    assert restored(to_page(said), []) == to_page(said)
    assert restored([{"role": "user", "content": [{"type": "file", "file": {"path": "/etc/passwd"}}]}], []) == []
    assert restored([], to_page(said)) == gr.skip()


def test_events_find_their_message() -> None:
    """Gradio gives the place of a message as a number or as a pair."""
    assert [index_of(SimpleNamespace(index=index)) for index in (2, (2, 0))] == [2, 2]  # type: ignore[arg-type]
