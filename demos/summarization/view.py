"""A summary drawn beside its text: a gr.HTML component drawn by `assets/summarization/`, and the data it is sent."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.assets import ASSETS, script
from demos.status import describe
from demos.words import localize, say
from models.tasks.summarization.results import Summary, SummarySentence


def summary_view(elem_id: str) -> gr.HTML:
    """Draws a `view`; its script puts every text into the page as text."""
    return gr.HTML(
        {},
        html_template=(ASSETS / "summarization/view.html").read_text(encoding="utf-8"),
        js_on_load=script("summarization/view.js"),
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
            "parts": marked_parts(sentence),
            "sources": [source.similarity for source in sentence.sources],
            "places": list(dict.fromkeys(filter(None, (place_of(source.start) for source in sentence.sources)))),
            "nearest": sentence.nearest,
            "absent": list(sentence.absent),
        }
        for sentence in summary.sentences
    ]
    return {"sentences": sentences, "pieces": pieces(text, summary)}


def marked_parts(sentence: SummarySentence) -> list[tuple[str, bool]]:
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


def status_of(summary: Summary) -> str:
    """The status line under `summary`, finished or not."""
    if summary.doing:
        return localize(summary.doing)
    doubtful = sum(not sentence.supported for sentence in summary.sentences)
    facts = [say("{before:,} → {after:,} words", before=summary.words_in, after=summary.words_out)]
    if summary.circles:
        facts.append(say("ended: it began to repeat itself"))
    if doubtful:
        facts.append(say("{n} of {all} sentences to be checked", n=doubtful, all=len(summary.sentences)))
    return " · ".join(facts) if summary.note else describe(summary.run, *facts)


def plain(summary: Summary) -> dict[str, Any]:
    """`summary` as scripts get it."""
    return {
        "summary": summary.text,
        "sentences": [asdict(sentence) | {"supported": sentence.supported} for sentence in summary.sentences],
        "note": summary.note,
        "circles": summary.circles,
        "words_in": summary.words_in,
        "words_out": summary.words_out,
        **asdict(summary.run),
    }
