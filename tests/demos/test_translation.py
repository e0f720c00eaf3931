"""The Translation tab without a browser: what its parts show, and what its endpoint returns."""

from collections.abc import Iterator

import gradio as gr
import pytest
from gradio_client import Client

from demos import translation
from demos.aligned_words import view
from models.alignment import Link
from models.cache import ModelCache
from models.results import Run
from models.text import Span
from models.translated import Sentence, Translation
from models.translation import of_catalog

RESULT = Translation(
    source="- Hi, you!\n- \N{PARTY POPPER}",
    text="- Tu, oi!\n- \N{PARTY POPPER}",
    sentences=(
        Sentence(Span(2, 10), Span(2, 9), (Link(Span(2, 4), Span(6, 8), 0.91234), Link(Span(6, 9), Span(2, 4), 0.5))),
        Sentence(Span(13, 14), Span(12, 13), (), copied=1, complete=False),
    ),
    run=Run("Student", "cpu", 5, 0, 0.25),
)


@pytest.fixture
def client(tiny_cache: ModelCache) -> Iterator[Client]:
    """A script's connection to a page with this tab alone."""
    with gr.Blocks() as demo:
        translation.render(of_catalog(tiny_cache))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    demo.close()


def test_view_counts_words_from_each_sentence() -> None:
    """Both sides are cut into words and the rest, and links point at words of the same sentence."""
    first, second = view(RESULT)
    assert first == {
        "source": [("Hi", True), (", ", False), ("you", True), ("!", False)],
        "target": [("Tu", True), (", ", False), ("oi", True), ("!", False)],
        "links": [[0, 1, 0.912], [1, 0, 0.5]],
    }
    assert second["links"] == []


def test_status_tells_what_was_not_translated() -> None:
    """Copied signs and unfinished sentences are counted beside the rest."""
    assert translation.status_of(RESULT).endswith(
        "5 tokens · 250 ms · 2 sentences · 1 unknown sign copied · 1 sentence ran too long"
    )


def test_endpoint(client: Client) -> None:
    """A script gets the text, each sentence with its target, and how the result came to be."""
    result = client.predict("- The dog.\n- 🎉", "pt", "en", api_name="/translate")
    assert [sentence["source"] for sentence in result["sentences"]] == ["The dog.", "🎉"]
    assert result["text"] == f"- {result['sentences'][0]['target']}\n- 🎉"
    assert result["model"] == "Firefox Translations pt-en"
    assert result["dropped"] == 0
    assert {"device", "tokens", "seconds"} < set(result)
