"""Sentiment drawn: a gr.HTML component drawn by `assets/sentiment.js`, and the data it is sent."""

from pathlib import Path
from typing import Any

import gradio as gr

from models.sentiment import Sentiment

ASSETS = Path(__file__).parent.parent / "assets"


def sentiment_view(elem_id: str) -> gr.HTML:
    """Draws a `view`; its script puts every text into the page as text."""
    return gr.HTML(
        {},
        html_template=(ASSETS / "sentiment.html").read_text(),
        js_on_load=(ASSETS / "sentiment.js").read_text(),
        elem_id=elem_id,
    )


def view(text: str, result: Sentiment) -> dict[str, Any]:
    """The value of a sentiment view for `result` of `text`."""
    return {
        "label": result.scores.label,
        "scores": vars(result.scores),
        "sentences": [
            {"text": text[one.start : one.end], "label": one.scores.label, "scores": vars(one.scores)}
            for one in result.sentences
        ],
        "pieces": pieces(text, result),
        "measured": result.measured,
    }


def pieces(text: str, result: Sentiment) -> list[dict[str, Any]]:
    """`text` cut at its words, those that were measured with their effect; all pieces make it up again."""
    cut: list[dict[str, Any]] = []
    place = 0
    for word in result.words:
        cut += [{"text": text[place : word.start]}, {"text": text[word.start : word.end], "effect": word.effect}]
        place = word.end
    return [piece for piece in [*cut, {"text": text[place:]}] if piece["text"]]
