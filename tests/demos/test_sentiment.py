"""The Sentiment tab without a model: what is drawn, and what scripts get."""

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from demos.sentiment import tab as sentiment
from demos.sentiment.view import pieces, plain, status_of, view
from models.explain.attribution import Word
from models.runtime.provenance import Run
from models.tasks.sentiment.results import Scores, Sentence, Sentiment
from tests import tiny

TEXT = "Not bad. Bad!"
RESULT = Sentiment(
    Scores(0.2, 0.1, 0.7),
    (Sentence(0, 8, Scores(0.1, 0.1, 0.8)), Sentence(9, 13, Scores(0.9, 0.1, 0.0))),
    (Word(0, 3, 1.2), Word(4, 7, -0.5)),
    6,
    6,
    Run("Model", "cpu", 7, 0, 0.25),
)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page of this tab on the tiny model."""
    with gr.Blocks() as demo:
        sentiment.render(sentiment.make_feeling(tiny.cache()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, show_error=True)
    yield Client(url, verbose=False)
    demo.close()


def test_words_are_marked_at_their_own_places() -> None:
    """Measured words carry their effect, the rest stays text, and the pieces make up the text."""
    assert pieces(TEXT, RESULT) == [
        {"text": "Not", "effect": 1.2},
        {"text": " "},
        {"text": "bad", "effect": -0.5},
        {"text": ". Bad!"},
    ]


def test_the_view_shows_what_is_still_to_come() -> None:
    """While words are missing, the page says that it measures them."""
    drawn = view(TEXT, RESULT)
    assert drawn["label"] == "positive"
    assert [one["text"] for one in drawn["sentences"]] == ["Not bad.", "Bad!"]
    assert not drawn["measured"]
    assert status_of(RESULT).endswith("2 of 6 words measured")


def test_a_model_without_a_neutral_says_so() -> None:
    """Two bars, a word in the status line, and the endpoint's three probabilities all the same."""
    assert view(TEXT, RESULT)["classes"] == ["negative", "neutral", "positive"]
    two = replace(RESULT, scores=Scores(0.2, 0.0, 0.8), has_neutral=False)
    assert view(TEXT, two)["classes"] == ["negative", "positive"]
    assert status_of(two).endswith("this model has no neutral")
    assert plain(TEXT, two)["has_neutral"] is False
    assert plain(TEXT, two)["scores"].keys() == {"negative", "neutral", "positive"}


def test_scripts_get_all_that_is_drawn() -> None:
    """Sentences and words come with offsets, words with their text too."""
    result = plain(TEXT, RESULT)
    assert result["words"][0] == {"start": 0, "end": 3, "effect": 1.2, "text": "Not"}
    assert result["sentences"][1]["label"] == "negative"


def test_the_endpoint_gives_the_documented_keys(client: Client) -> None:
    """A label of three, and all three probabilities."""
    result = client.predict("It works. <b>Really</b>", api_name="/sentiment")
    assert {"label", "scores", "model", "device", "seconds"} <= result.keys()
    assert result["scores"].keys() == {"negative", "neutral", "positive"}
    assert sum(result["scores"].values()) == pytest.approx(1, abs=1e-5)
    assert result["label"] == max(result["scores"], key=result["scores"].get)


@pytest.mark.parametrize("text", ["", "?!", "a" * 10_001, 7])
def test_a_bad_argument_is_an_error_in_words(client: Client, text: object) -> None:
    """The error says what is wrong, with no traceback."""
    with pytest.raises((AppError, ValueError), match="text") as caught:
        client.predict(text, api_name="/sentiment")
    assert "Traceback" not in str(caught.value)


def test_own_labels_are_an_endpoint_too(client: Client) -> None:
    """Each label's score, best first, and those that hold."""
    one = client.predict("a boat came in", ["ships", "trains"], api_name="/labels")
    assert [label["score"] for label in one["labels"]] == sorted((x["score"] for x in one["labels"]), reverse=True)
    assert one["chosen"] == [one["labels"][0]["name"]]
    assert sum(label["score"] for label in one["labels"]) == pytest.approx(1, abs=1e-5)
    each = client.predict("a boat came in", ["ships"], True, api_name="/labels")
    assert each["chosen"] == [label["name"] for label in each["labels"] if label["score"] >= 0.5]
    assert {"model", "device", "tokens", "seconds", "multiple"} <= each.keys()
