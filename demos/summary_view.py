"""A summary drawn beside its text: a gr.HTML component drawn by `assets/summary.js`, and the data it is sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from models.tasks.summarization.adapter import Summary, SummarySentence

ASSETS = Path(__file__).parent.parent / "assets"


def summary_view(elem_id: str) -> gr.HTML:
    """Draws a `view`; its script puts every text into the page as text."""
    return gr.HTML(
        {},
        html_template=(ASSETS / "summary.html").read_text(),
        js_on_load=(ASSETS / "summary.js").read_text(),
        elem_id=elem_id,
    )


def view(text: str, summary: Summary, place_of: Callable[[int], str] = lambda start: "") -> dict[str, Any]:
    """The value of a summary view for `summary` of `text`: a draft while it grows, then sentences and the text.

    `place_of` names the page or the like of an offset in the text.
    """
    if not summary.sentences:
        return {"draft": summary.text}
    sentences = [
        {
            "text": sentence.text,
            "said": said(sentence),
            "sources": [source.similarity for source in sentence.sources],
            "places": list(dict.fromkeys(filter(None, (place_of(source.start) for source in sentence.sources)))),
            "nearest": sentence.nearest,
            "absent": list(sentence.absent),
        }
        for sentence in summary.sentences
    ]
    return {"sentences": sentences, "pieces": pieces(text, summary)}


def said(sentence: SummarySentence) -> list[tuple[str, bool]]:
    """The sentence cut at the names and numbers that the text does not have, which are marked."""
    cut, at = [], 0
    for mark in sentence.marks:
        cut += [(sentence.text[at : mark.start], False), (mark.of(sentence.text), True)]
        at = mark.end
    return [piece for piece in [*cut, (sentence.text[at:], False)] if piece[0]]


def pieces(text: str, summary: Summary) -> list[dict[str, Any]]:
    """`text` cut at its sources, each with the (sentence, similarity) it supports; all pieces make it up again."""
    supports: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for index, sentence in enumerate(summary.sentences):
        for source in sentence.sources:
            supports.setdefault((source.start, source.end), []).append((index, source.similarity))
    cut: list[dict[str, Any]] = []
    place = 0
    for (start, end), links in sorted(supports.items()):
        cut += [{"text": text[place:start], "supports": []}, {"text": text[start:end], "supports": links}]
        place = end
    return [piece for piece in [*cut, {"text": text[place:], "supports": []}] if piece["text"]]
