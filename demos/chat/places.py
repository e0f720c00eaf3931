"""Where in an opened document the sentences stand that are nearest to a chat reply."""

from collections.abc import Sequence

import gradio as gr
from gradio.events import Dependency

from demos.chat.conversation import Messages, from_page
from demos.events import QUIET
from demos.fields.document_bar import Opened, places_of
from demos.guard import guarded
from demos.status import StatusLine
from demos.words import say
from models.tasks.chat.messages import Message
from models.tasks.summarization.adapter import OVERLAP_SUPPORT
from models.tasks.summarization.overlap import vectors
from models.text.sentences import sentences

MOST_PLACES = 3


def follow(saving: Dependency, conversation: gr.Chatbot, opened: gr.State, line: StatusLine, limit: int) -> None:
    """Write the places into `line` after the event `saving`: as a reply begins, ends or is taken back.

    `limit` is that of `from_page`.
    """

    def show(history: Messages, opened: Opened | None) -> str:
        found = places(from_page(history, limit), opened)
        return say("Nearest in the document: {places}", places="; ".join(found)) if found else ""

    saving.then(guarded(show), [conversation, opened], line, **QUIET)


def places(messages: Sequence[Message], opened: Opened | None) -> list[str]:
    """The labels of the places that are nearest to the last reply, in the document's order.

    None where no message holds what is shown of the document, or no sentence of it shares enough words.
    """
    *before, last = messages or [Message("user", "")]
    if opened is None or last.role != "assistant" or not any(opened.shown.strip() in each.text for each in before):
        return []
    text = opened.shown
    spans = [span for span in sentences(text) if any(map(str.isalpha, span.of(text)))]
    said = [span.of(last.text) for span in sentences(last.text)]
    if not spans or not said:
        return []
    found = vectors([*said, *(span.of(text) for span in spans)])
    cosines = found[: len(said)] @ found[len(said) :].T
    nearest = sorted(((float(row.max()), int(row.argmax())) for row in cosines), reverse=True)
    place_of = places_of(opened, text)
    labels: dict[str, int] = {}
    for cosine, at in nearest:
        label = place_of(spans[at].start)
        if label and cosine >= OVERLAP_SUPPORT and (label in labels or len(labels) < MOST_PLACES):
            labels[label] = min(labels.get(label, spans[at].start), spans[at].start)
    return sorted(labels, key=lambda label: labels[label])
