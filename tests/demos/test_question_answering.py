"""The Question answering tab without a model: what is drawn, what is uploaded, what scripts get."""

from collections.abc import Iterator

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from demos.question_answering import tab as question_answering
from demos.question_answering.texts import contexts
from demos.question_answering.view import pieces, plain, status_of, view
from models.catalog.bundled import QUESTION_ANSWERING
from models.runtime.limits import CONTEXT_LIMIT
from models.runtime.provenance import Run
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.results import Answer, Answers
from tests import tiny

RUN = Run("Model", "cpu", 30, 0, 0.5)
TEXT = "Ann met Bob. Bob left."
FOUND = Answers((Answer("Bob", 13, 16, 0.6), Answer("Ann", 0, 3, 0.2)), 0.1, 3.0, 1, 1, RUN)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page of this tab on the tiny model."""
    with gr.Blocks() as demo:
        question_answering.render(Answerer(tiny.cache(), QUESTION_ANSWERING))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, show_error=True)
    yield Client(url, verbose=False)
    demo.close()


def test_every_answer_is_marked_at_its_own_place() -> None:
    """The second Bob is the answer: the first is not marked, and the pieces make up the text."""
    found = pieces(TEXT, FOUND)
    assert "".join(piece["text"] for piece in found) == TEXT
    assert found == [
        {"text": "Ann", "rank": 2, "score": 0.2},
        {"text": " met Bob. "},
        {"text": "Bob", "rank": 1, "score": 0.6},
        {"text": " left."},
    ]


def test_the_view_shows_whether_there_is_an_answer() -> None:
    """Where no answer is the likelier, the page says so."""
    assert view(TEXT, FOUND)["found"]
    assert not view(TEXT, Answers((), 0.8, -1.0, 1, 1, RUN))["found"]


def test_the_status_counts_windows() -> None:
    """At the end it shows how many windows there were; before, how many are read."""
    assert status_of(FOUND) == "Model · cpu · 30 tokens · 500 ms · 1 window"
    assert status_of(Answers((), 0.8, -1.0, 2, 9, RUN)).endswith("2 of 9 windows read")


def test_the_examples_hold_their_answers() -> None:
    """The key is found in the last lines of the long text, which no single window holds."""
    texts = contexts()
    log = texts["A lighthouse log"]
    assert log.index("brass key") > len(log) - 400
    assert len(log) > 8_000
    assert "cost" not in texts["The Iron Bridge"]


def test_a_script_sees_that_a_text_was_read_in_part() -> None:
    """An answer from two of nine windows says so."""
    found = plain(Answers((), 0.8, -1.0, 2, 9, RUN))
    assert (found["read"], found["windows"]) == (2, 9)


def test_the_endpoint_gives_the_documented_keys(client: Client) -> None:
    """Offsets point into the context that was sent."""
    context = "Ünïcode 😀 first.\r\nThen more."
    result = client.predict("what", context, 2, api_name="/answer")
    assert {"answers", "no_answer", "model", "device", "tokens", "seconds"} <= result.keys()
    assert len(result["answers"]) == 2
    for answer in result["answers"]:
        assert answer.keys() == {"text", "start", "end", "score", "quoted"}
        assert answer["text"] == context[answer["start"] : answer["end"]]
    assert plain(FOUND)["answers"][0] == {
        "text": "Bob",
        "start": 13,
        "end": 16,
        "score": 0.6,
        "quoted": True,
    }


@pytest.mark.parametrize(
    ("question", "context", "top_k"),
    [("", "text", 3), ("who", "?!", 3), ("who", "text", 0), ("who", "text", 11), ("who", "a" * (CONTEXT_LIMIT + 1), 3)],
)
def test_a_bad_argument_is_an_error_in_words(client: Client, question: str, context: str, top_k: int) -> None:
    """The error says which argument, with no traceback."""
    with pytest.raises((AppError, ValueError), match=r"question|context|top_k") as caught:
        client.predict(question, context, top_k, api_name="/answer")
    assert "Traceback" not in str(caught.value)
