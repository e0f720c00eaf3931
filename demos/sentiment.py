"""The Sentiment tab: how a text feels, sentence by sentence, and the words that decided it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.events import COMPUTE_LANE, QUIET, endpoint, guarded, on_run, report_to, throttled
from demos.sentiment_view import sentiment_view, view
from demos.status import StatusLine, describe
from demos.tab import Tab
from models.cache import ModelCache
from models.catalog import SENTIMENT
from models.inputs import TEXT_LIMIT
from models.sentiment import Sentiment, SentimentReader

EXAMPLES = {
    "Negation": "The film is not bad at all.",
    "A mixed review": "The acting is superb and every frame is a painting. Sadly, the plot makes no sense, and the "
    "ending ruins it all. Still, I would watch it again.",
    "Sarcasm": "Oh great, another meeting that could have been an email. I can hardly wait.",
    "Neutral facts": "I bought it on Monday. The box holds two cables and a manual.",
    "Plain words": "absolutely terrible",
    "Emphasis": "BEST. CONCERT. EVER!!! 😍 My feet hurt, but who cares?",
}


def make_reader(cache: ModelCache) -> SentimentReader:
    """The sentiment model over `cache`."""
    return SentimentReader(cache, SENTIMENT)


def status_of(result: Sentiment) -> str:
    """The status line under `result`, with how many words were measured."""
    words = f"{len(result.words)} of {result.word_count} words measured"
    return describe(result.run, words)


def plain(text: str, result: Sentiment) -> dict[str, Any]:
    """`result` as scripts get it."""
    return {
        "label": result.scores.label,
        "scores": asdict(result.scores),
        "sentences": [asdict(one) | {"label": one.scores.label} for one in result.sentences],
        "words": [asdict(word) | {"text": text[word.start : word.end]} for word in result.words],
        "word_count": result.word_count,
        **asdict(result.run),
    }


def render(reader: SentimentReader) -> None:
    """Lay out the tab, and offer `/sentiment`."""
    gr.Markdown("Does a text sound negative, neutral or positive, and which words made it so?")
    with gr.Row(elem_id="sentiment-inputs"):
        with gr.Column(scale=3):
            text = gr.Textbox(label="Text", lines=4, max_length=TEXT_LIMIT, elem_id="sentiment-text")
            with gr.Row():
                run = gr.Button("Read", variant="primary", elem_id="sentiment-run")
                stop = gr.Button("Stop", interactive=False, elem_id="sentiment-stop")
        with gr.Column(scale=2):
            ready = gr.Examples(
                [[example] for example in EXAMPLES.values()],
                [text],
                example_labels=list(EXAMPLES),
                cache_examples=False,
                label="Try one",
                elem_id="sentiment-examples",
                api_visibility="private",
            )
    result_view = sentiment_view("sentiment-view")
    status = StatusLine("sentiment-status")
    with gr.Accordion("How the words are measured", open=False, elem_id="sentiment-why"):
        gr.Markdown(EXPLANATION)
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="sentiment-raw")
    outputs = [result_view, status, raw]

    def feel(text: str, progress: gr.Progress = gr.Progress()) -> Iterator[tuple[Any, ...]]:
        for result in throttled(reader.stream(text, report_to(progress)), every=0.3):
            yield view(text, result), status_of(result), plain(text, result)

    on_run([run.click, text.submit], feel, [text], outputs, reader.check, ["text"], stop)
    ran = ready.load_input_event.then(
        guarded(feel),
        [text],
        outputs,
        concurrency_id=COMPUTE_LANE,
        concurrency_limit=1,
        show_progress="minimal",
        api_visibility="private",
    )
    stop.click(None, cancels=[ran], **QUIET)

    def sentiment(text: str) -> dict[str, Any]:
        """The probabilities of negative, neutral and positive; the same by sentence; the effect of every word."""
        return plain(text, reader(text))

    endpoint(sentiment, "sentiment")


EXPLANATION = """
The bars are probabilities, calibrated on texts held out of the training: of the texts that get 80%, about 80% are so.

Each word is taken out of its sentence, and the sentence read again. Its effect is the balance (the probability of
*positive* less that of *negative*) with the word, less the balance without it: from −2 to +2, drawn up to ±1. This is
**occlusion** (Zeiler and Fergus 2014). So “not” in “not bad” is marked by what it turns round. Words that only work
together may each show little, since the other one still stands.

A text of more than 126 tokens is read sentence by sentence, and its bars are the mean of its sentences, each weighted
by its length.
"""

TAB = Tab("Sentiment", make_reader, render)
