"""The Summarization tab without a browser: what its parts show, and what its endpoint returns."""

from collections.abc import Iterator

import gradio as gr
import pytest
from gradio_client import Client

from demos.summarization import tab as summarization
from demos.summarization.view import pieces, status_of, view
from models.runtime.provenance import Run
from models.tasks.summarization.adapter import of_catalog
from models.tasks.summarization.results import Source, Summary, SummarySentence
from tests import tiny

TEXT = "🎉 <b>One</b>. Two! Three."
SUMMARY = Summary(
    text="Two, one. Nine in Oslo.",
    sentences=(
        SummarySentence("Two, one.", (Source(14, 18, 0.9), Source(0, 13, 0.8)), 0.9, ()),
        SummarySentence("Nine in Oslo.", (), 0.2, ("Oslo",)),
    ),
    words_in=4,
    note="",
    doing="",
    run=Run("Writer", "cpu", 7, 2, 0.5),
)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A script's connection to a page with this tab alone."""
    with gr.Blocks() as demo:
        summarization.render(of_catalog(tiny.cache()))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    demo.close()


def test_pieces_make_up_the_text_again() -> None:
    """The text is cut at the sources, each with what it supports, and nothing is lost."""
    cut = pieces(TEXT, SUMMARY)
    assert "".join(piece["text"] for piece in cut) == TEXT
    assert [(piece["text"], piece["supports"]) for piece in cut if piece["supports"]] == [
        ("🎉 <b>One</b>.", [(0, 0.8)]),
        ("Two!", [(0, 0.9)]),
    ]


def test_view_marks_what_nothing_supports() -> None:
    """A sentence without a source goes to the page with how near the nearest was, and what is not in the text."""
    shown = view(TEXT, SUMMARY)["sentences"]
    assert (shown[0]["sources"], shown[1]["sources"]) == ([0.9, 0.8], [])
    assert (shown[1]["nearest"], shown[1]["absent"]) == (0.2, ["Oslo"])


def test_status_counts_words_and_what_is_unsupported() -> None:
    """The status line shows the words in and out, the tokens left out, and the unsupported sentences."""
    assert status_of(SUMMARY) == (
        "Writer · cpu · 7 tokens, 2 dropped · 500 ms · 4 → 5 words · 1 of 2 sentences to be checked"
    )


def test_endpoint(client: Client) -> None:
    """A script gets the summary, its sentences with offsets into its own text, and how it came to be."""
    text = "🎉 The ship left at noon. It rained all day, and nobody stood on deck. " * 4
    result = client.predict(text, "extractive", "medium", api_name="/summarize")
    for sentence in result["sentences"]:
        (source,) = sentence["sources"]
        assert set(source) == {"start", "end", "similarity"}
        assert text[source["start"] : source["end"]] == sentence["text"]
    assert result["summary"] == " ".join(sentence["text"] for sentence in result["sentences"])
    assert {"model", "device", "tokens", "dropped", "seconds", "note"} < set(result)
    assert client.predict("Short.", api_name="/summarize")["summary"] == "Short."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("",), "empty"), (("a" * 10_001,), "10,000"), (("a", "magic"), "method must be"), ((7,), "must be text")],
)
def test_endpoint_refuses_in_words(client: Client, arguments: tuple[str, ...], words: str) -> None:
    """A bad argument is an error that says what is wrong."""
    with pytest.raises(Exception, match=words):
        client.predict(*arguments, api_name="/summarize")
