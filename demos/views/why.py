"""The "why" under a result: texts whose words are shaded by what each one did, and how far two measures agree.

A gr.HTML component drawn by `assets/why/view.js`, and the data it is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import gradio as gr

from demos.events import EACH, QUIET
from demos.packed import PackedView
from demos.words import say
from models.explain.attribution import spearman
from models.text.sentences import Span

COMPLETE = 0.01
# How long the server keeps what a visitor could still ask about, in seconds.
KEPT = 3_600
NOT_ATTENTION = """
**Attention is not an explanation.** It shows where a model looks while it reads; other attention may give the same
answer (Jain and Wallace 2019), and whether it explains anything depends on the definition of an explanation
(Wiegreffe and Pinter 2019). So what is marked here is measured on the answer itself. Where the model looked
can be seen as well:
"""


class Place(Protocol):
    """A word's place in its text."""

    @property
    def start(self) -> int:
        """Its first character."""

    @property
    def end(self) -> int:
        """The character after its last."""


@dataclass(frozen=True)
class Strip:
    """A stretch of a text whose `words` are shaded by `effects`, by where a word starts; others are not yet measured.

    `name` stands above it, `short` beside a word's number, `note` below. Words within `answer` are underlined.
    """

    name: str
    short: str
    text: str
    within: Span
    words: Sequence[Place]
    effects: Mapping[int, float]
    note: str = ""
    answer: Span | None = None

    def view(self) -> dict[str, Any]:
        """The strip as it is sent."""
        cut: list[dict[str, Any]] = []
        place = self.within.start
        for number, word in enumerate(self.words):
            cut.append({"text": self.text[place : word.start]})
            shown = {"text": self.text[word.start : word.end], "word": number, "effect": self.effects.get(word.start)}
            answers = self.answer is not None and self.answer.start <= word.start < self.answer.end
            cut.append(shown | ({"answer": True} if answers else {}))
            place = word.end
        cut.append({"text": self.text[place : self.within.end]})
        pieces = [piece for piece in cut if piece["text"]]
        return {"name": self.name, "short": self.short, "note": self.note, "pieces": pieces}


class WhyView(PackedView):
    """Draws {"groups": [group(...)], "facts": [words]}; its script puts every text into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        super().__init__({}, "why/view.html", ["why/view.js"], elem_id, render)


def unfolds(fold: gr.Accordion) -> gr.State:
    """A state that holds whether `fold` is open."""
    opened = gr.State(False)
    fold.expand(lambda: True, None, opened, **EACH, **QUIET)
    fold.collapse(lambda: False, None, opened, **EACH, **QUIET)
    return opened


def group(strips: Sequence[Strip], towards: tuple[str, str], title: str = "", reach: float = 0.0) -> dict[str, Any]:
    """Strips of the same words on one scale: `reach` is the effect of full colour, else the largest there is."""
    largest = max((abs(effect) for strip in strips for effect in strip.effects.values()), default=0.0)
    return {
        "title": title,
        "strips": [strip.view() for strip in strips],
        "towards": towards,
        "reach": reach or largest or 1.0,
    }


def agreement(first: Sequence[float], second: Sequence[float]) -> str:
    """The agreement of two measures of the same words, as a phrase with its figure."""
    correlation = spearman(first, second)
    if correlation is None:
        return say("Too few words to compare the two measures.")
    return say(
        "{verdict}: {figure} over {n} words (Spearman's rank correlation: 1 is the same order, 0 no relation, "
        "−1 the opposite order).",
        verdict=_verdict(correlation),
        figure=f"{correlation:.2f}".replace("-", "−"),
        n=len(first),
    )


def _verdict(correlation: float) -> str:
    if correlation >= 0.6:
        return say("The two measures agree")
    if correlation >= 0.2:
        return say("The two measures agree in part")
    if correlation >= -0.2:
        return say("The two measures do not agree")
    return say("The two measures contradict each other")


def completeness(gap: float, steps: int) -> str:
    """How much of the score's change the gradients account for."""
    if gap <= COMPLETE:
        return say(
            "The gradients add up to the whole change of the score, within {gap:.1%}; slopes were taken at {n:,} "
            "points.",
            gap=max(gap, 0.001),
            n=steps,
        )
    return say(
        "The gradients miss {gap:.0%} of the change of the score; slopes were taken at {n:,} points.", gap=gap, n=steps
    )
