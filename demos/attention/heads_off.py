"""Switched-off heads in the Attention tab: the ranking of all heads, and `/ablate`."""

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.attention.view import AttentionView
from demos.events import endpoint, on_run, sent, throttled
from demos.status import StatusLine, describe
from demos.views.heads_off_data import ablation_json, effects, ranking
from demos.words import say
from models.explain.attention import Attender
from models.explain.heads.ablation import Ablator
from models.explain.heads.outcome import Ranking
from models.runtime.limits import InputError
from models.runtime.progress import Report, ignore, last


def offer_ranking(
    attender: Attender, view: AttentionView, model: gr.Dropdown, status: StatusLine, stop: gr.Button
) -> None:
    """Let `view` ask for the effect of every head; `stop` ends it, and what is measured stays."""

    def rank(model: str, event: gr.EventData, report: Report = ignore) -> Iterator[tuple[str, str]]:
        wanted = sent(event, "request")
        stream = Ablator(attender).rank(wanted["model"], wanted["text"], wanted["pair"], report)
        for found in throttled(stream, every=0.3):
            yield ranking(found, wanted), describe(found.run, counted(found))

    def check(model: object) -> None:
        attender.source(str(model))

    on_run([view.submit], rank, [model], [view, status], check, ("Model",), stop)


def offer_endpoint(attender: Attender) -> None:
    """Offer `/ablate`."""
    ablator = Ablator(attender)

    def ablate(
        text: str,
        text_pair: str = "",
        model: str = "",
        off: list[dict[str, Any]] = [],  # noqa: B006
        rank: bool = False,
        *,
        report: Report = ignore,
    ) -> dict[str, Any]:
        """The model's own result with all of its attention and with `off`, a list of heads, layers or looks.

        With `rank`, also the effect of each head by itself.

        Args:
            text: what is read
            text_pair: a second text, read together with the first, where the model takes one
            model: one of the Attention tab's models; the first when empty
            off: what is off: `{"layer": 29, "head": 1}`, a whole layer `{"layer": 3}`, or what one token gets from
                another `{"layer": 3, "head": 0, "from": 7, "to": 2}`; all from 0, and everywhere where `layer` and
                `head` are left out
            rank: whether every head is switched off in turn, too
        """
        found = ablation_json(ablator(model, text, text_pair, off, report))
        if not rank:
            return {**found, "effects": []}
        return {**found, "effects": effects(last(ablator.rank(model, text, text_pair, report), model, report))}

    def check(text: str, text_pair: str, model: str, off: object, rank: object) -> None:
        ablator.check(model, text, text_pair, off)

    endpoint(ablate, "ablate", check)


def counted(found: Ranking) -> str:
    """How many heads are measured."""
    return say("{n} of {all} heads measured", n=found.measured, all=found.effects.size)


def switched(off: str) -> Any:
    """What is switched off, as `switches` takes it. Raises InputError where it is no JSON."""
    try:
        return json.loads(off or "[]")
    except ValueError as error:
        raise InputError("off", "What is switched off cannot be read. Open the link again, or reset it.") from error
