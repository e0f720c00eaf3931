"""Messages on their way to the Chatbot and back, and where in a document a reply's nearest sentences stand."""

from types import SimpleNamespace

import gradio as gr
import pytest

from demos.chat.conversation import from_page, index_of, restored, to_page
from demos.chat.places import places
from demos.fields.document_bar import Opened
from documents.document import Document, Place
from models.runtime.limits import TEXT_LIMIT, InputError
from models.tasks.chat.messages import Message, message_text


def test_messages_survive_the_page() -> None:
    """What goes to the page comes back, and what a browser kept comes back unless it is broken."""
    said = [Message("user", "  <b> &lt; <img>\n\tx"), Message("assistant", "")]
    assert from_page(to_page(said), TEXT_LIMIT) == said
    assert restored(to_page(said), [], TEXT_LIMIT) == to_page(said)
    file = [{"role": "user", "content": [{"type": "file", "file": {"path": "/etc/passwd"}}]}]
    assert restored(file, [], TEXT_LIMIT) == []
    assert restored([], to_page(said), TEXT_LIMIT) == gr.skip()


@pytest.mark.parametrize("limit", [4_000, 20_000])
def test_a_message_counts_as_it_was_written(limit: int) -> None:
    """The page escapes markup, which makes a text longer; and a server's own limit counts, not the default."""
    code = "vector<int> a; " * (limit // 15)
    said = [Message("user", code), Message("assistant", "ok")]
    assert len(message_text(to_page(said)[0]["content"])) > limit
    assert from_page(to_page(said), limit) == said
    assert restored(to_page(said), [], limit) == to_page(said)
    with pytest.raises(InputError, match=f"history has {len(code):,} characters"):
        from_page(to_page(said), len(code) - 1)


def test_events_find_their_message() -> None:
    """Gradio gives the place of a message as a number or as a pair."""
    assert [index_of(SimpleNamespace(index=index)) for index in (2, (2, 0))] == [2, 2]  # type: ignore[arg-type]


LOG = (
    "The keeper wrote a letter every evening. He had a lamp.",
    "The captain kept all letters in a box.",
    "The sister read the letters in the winter.",
)
OPENED = Opened(
    Document(
        "PDF, 3 pages",
        "\n\n".join(LOG),
        (Place(0, 57, "page 1"), Place(57, 97, "page 2"), Place(97, 140, "page 3")),
    ),
    "\n\n".join(LOG),
)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("The captain had kept all of the letters in a box.", ["page 2"]),
        ("His sister read the letters in the winter. The keeper wrote every evening.", ["page 1", "page 3"]),
        ("Bananas grow elsewhere.", []),
        ("", []),
    ],
)
def test_a_reply_has_its_places_in_the_document(reply: str, expected: list[str]) -> None:
    """The pages of the nearest sentences, in their order, for later questions too."""
    said = [Message("user", f"Read this:\n{OPENED.shown}"), Message("assistant", "Yes."), Message("user", "Well?")]
    assert places([*said, Message("assistant", reply)], OPENED) == expected
    assert places([*said[1:], Message("assistant", reply)], OPENED) == []
    assert places([*said, Message("assistant", reply)], None) == []
    assert places(said, OPENED) == []
    assert places([], OPENED) == []


def test_places_count_from_the_shown_part() -> None:
    """Where the field holds a later part of the document, the labels are that part's."""
    opened = Opened(OPENED.document, LOG[2], OPENED.document.text.index(LOG[2]))
    said = [Message("user", LOG[2]), Message("assistant", "She read the letters in the winter.")]
    assert places(said, opened) == ["page 3"]
