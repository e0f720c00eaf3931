"""Sentiment drawn: a gr.HTML component drawn by `assets/sentiment.js`, and the data it is sent."""

from typing import Any

from demos.packed import PackedView
from demos.why_view import Strip, agreement, completeness, group
from demos.words import say
from models.explain.attribution import Gradients
from models.tasks.sentiment.results import Sentiment
from models.text.sentences import Span


class SentimentView(PackedView):
    """Draws a `view`; its script puts every text into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__({}, "sentiment.html", ["sentiment.js"], elem_id, render)


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
    told = facts(left_out, gradients) if both else [say("The words of a language model are only left out.")]
    return {"groups": [group(strips, towards, reach=1.0)], "facts": told}


def facts(left_out: list[float], gradients: Gradients | None) -> list[str]:
    """What is to be told in words, or how far the measurement is."""
    measured = len(gradients.effects) if gradients else 0
    if gradients is None or measured < len(left_out):
        return [say("Measuring: {n} of {all} words…", n=measured, all=len(left_out))]
    return [agreement(left_out, gradients.effects), completeness(gradients.gap, gradients.steps)]
