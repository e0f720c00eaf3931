"""Drafts under the chat without a browser: their endpoint, and what is shown of them."""

from collections.abc import Iterator

import gradio as gr
import pytest
from gradio_client import Client

from demos.chat import tab as chat
from demos.drafts.next_token import taken
from demos.drafts.view import drafts_status, drafts_view
from models.catalog.bundled import SMOLLM2
from models.explain.tokens import Candidate, Token
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.provenance import Run
from models.tasks.drafts.adapter import Draft, Drafter, Drafts, Ending
from tests import tiny

RUN = Run("Tiny", "cpu", 12, 3, 1.5)
END = Candidate(257, "<|im_end|>", 0.25, True)
TOKEN = Token(5, " a", 0.123456789, (END, Candidate(6, "\N{REPLACEMENT CHARACTER}", 0.1, False)))


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page with the Chat tab alone."""
    with gr.Blocks() as demo:
        chat.render(chat.make_chatter(tiny.cache()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    demo.close()


def test_the_endpoint_gives_what_the_adapter_gives(client: Client) -> None:
    """A script gets drafts with the seeds that draw them again, or the next tokens alone."""
    text = "see 👍 in"
    drawn = client.predict(text, 2, 6, 1.0, 1.0, api_name="/drafts")
    again = client.predict(text, 1, 6, 1.0, 1.0, drawn["drafts"][1]["seed"], api_name="/drafts")
    assert again["drafts"] == [drawn["drafts"][1]]
    assert len(drawn["next"]) == 10
    assert client.predict(text, 0, api_name="/drafts")["drafts"] == []


def test_drafts_tell_their_seeds_and_why_they_ended() -> None:
    """Each draft stands under its seed; one that the model ended says so; candidates can be added to the text."""
    drafts = (Draft(41, " a", (TOKEN,), "end"), Draft(42, " a", (TOKEN,), "length"))
    shown = drafts_view("Once", Drafts((END,), drafts, 12, 2.5, RUN))
    assert shown["base"] == "Once"
    assert [passage["title"] for passage in shown["passages"]] == ["Draft 1 · seed 41", "Draft 2 · seed 42"]
    assert [bool(passage["note"]) for passage in shown["passages"]] == [True, False]
    token = shown["passages"][0]["tokens"][0]
    assert token["probability"] == 0.1235
    assert [rival["control"] for rival in token["rivals"]] == [True, False]
    assert shown["next"] == [{"id": 257, "text": "<|im_end|>", "probability": 0.25, "control": True}]


@pytest.mark.parametrize(
    ("ended", "note"),
    [
        ("end", "The model ended the text here."),
        ("time", "Cut: the time was up."),
        ("circles", "Ended: it began to repeat itself."),
        ("length", ""),
    ],
)
def test_a_draft_says_why_it_ended(ended: Ending, note: str) -> None:
    """Each reason in its own words; its length was chosen."""
    shown = drafts_view("Once", Drafts((END,), (Draft(1, " a", (TOKEN,), ended),), 12, 2.5, RUN))
    assert [passage["note"] for passage in shown["passages"]] == [note]


def test_status_shows_what_was_read_and_written() -> None:
    """Before the text is read, how much of it is; then tokens, dropped ones too, time and speed."""
    reading = Drafts((), (), 5, 0.0, RUN)
    assert drafts_status(reading) == "Reading 5 of 12 tokens"
    asked = Drafts((END,), (), 12, 0.0, RUN)
    assert drafts_status(asked) == "Tiny · cpu · 12 tokens, 3 dropped · 1.5 s"
    drawn = Drafts((END,), (Draft(1, " a", (TOKEN,), ""),), 12, 2.5, RUN)
    assert drafts_status(drawn).endswith("1.5 s · 1 new token · 2.5 tokens/s")


@pytest.mark.parametrize("data", [None, "text", {}, {"take": 5}, {"take": "x" * 10_001}, {"take": "\0"}])
def test_only_a_text_can_be_taken(tiny_cache: ModelCache, data: object) -> None:
    """What the page says was chosen is checked as what a visitor types."""
    with pytest.raises(InputError, match="text"):
        taken(Drafter(tiny_cache, SMOLLM2), gr.EventData(None, data))
