"""Sentiment drawn: a gr.HTML component drawn by `assets/sentiment.js`, and the data it is sent."""

from dataclasses import asdict
from typing import Any

from demos.packed import PackedView
from demos.status import describe
from demos.views.why import Strip, agreement, completeness, group
from demos.words import say
from models.explain.attribution import Gradients
from models.tasks.sentiment.results import Sentiment
from models.text.sentences import Span


class SentimentView(PackedView):
    """Draws a `view`; its script puts every text into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__({}, "sentiment/view.html", ["sentiment/view.js"], elem_id, render)


def view(text: str, result: Sentiment) -> dict[str, Any]:
    """The value of a sentiment view for `result` of `text`."""
    return {
        "label": result.scores.label,
        "scores": vars(result.scores),
        "classes": ["negative", "neutral", "positive"] if result.has_neutral else ["negative", "positive"],
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


def why(text: str, result: Sentiment, gradients: Gradients | None = None, both: bool = True) -> dict[str, Any]:
    """The value of a WhyView: the words of `result` by occlusion, and beside it by `gradients` so far if `both`."""
    left_out = [word.effect for word in result.words]
    sloped = list(gradients.effects) if gradients else []
    starts = [word.start for word in result.words]
    measures = [
        (say("Left out, one at a time"), say("left out"), left_out),
        (say("Integrated gradients"), say("gradients"), sloped),
    ]
    strips = [
        Strip(name, short, text, Span(0, len(text)), result.words, dict(zip(starts, effects, strict=False)))
        for name, short, effects in measures[: 2 if both else 1]
    ]
    towards = (say("towards negative"), say("towards positive"))
    alone = say("The words of a language model are only left out. MiniLM-sentiment has both measures.")
    notes = facts(left_out, gradients) if both else [alone]
    return {"groups": [group(strips, towards, reach=1.0)], "facts": notes}


def facts(left_out: list[float], gradients: Gradients | None) -> list[str]:
    """Notes on the result, or the progress of the measurement."""
    measured = len(gradients.effects) if gradients else 0
    if gradients is None or measured < len(left_out):
        return [say("Measuring: {n} of {all} words…", n=measured, all=len(left_out))]
    return [agreement(left_out, gradients.effects), completeness(gradients.gap, gradients.steps)]


def status_of(result: Sentiment) -> str:
    """The status line under `result`, with how many words were measured."""
    words = say("{n} of {all} words measured", n=len(result.words), all=result.word_count)
    return describe(result.run, words, *([] if result.has_neutral else [say("this model has no neutral")]))


def plain(text: str, result: Sentiment) -> dict[str, Any]:
    """`result` as scripts get it."""
    return {
        "label": result.scores.label,
        "scores": asdict(result.scores),
        "has_neutral": result.has_neutral,
        "sentences": [asdict(one) | {"label": one.scores.label} for one in result.sentences],
        "words": [asdict(word) | {"text": text[word.start : word.end]} for word in result.words],
        "word_count": result.word_count,
        **asdict(result.run),
    }
