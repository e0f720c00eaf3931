"""What travels of switched-off heads: to the attention view, and to scripts."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from demos.words import localize
from models.explain.attention import Attender
from models.explain.heads.ablation import Ablator
from models.explain.heads.outcome import Ablation, Ranking
from models.runtime.limits import InputError
from models.runtime.progress import Report, last

# Digits of an effect: more than a page shows, less than rounding in float32 leaves in doubt.
DIGITS = 6


def outcome(attender: Attender, wanted: dict[str, Any], report: Report) -> str:
    """The result before and after what the view wants `off`; why there is none is shown on the page."""
    sent = {"role": "off", "key": wanted["key"], "off": wanted["off"]}
    try:
        found = Ablator(attender)(wanted["model"], wanted["text"], wanted["pair"], wanted["off"], report)
    except InputError as error:
        return json.dumps(sent | {"refused": localize(error)})
    return json.dumps(sent | ablation_json(found))


def whole_ranking(attender: Attender, wanted: dict[str, Any], report: Report) -> str:
    """The effects of all heads, once they are all measured."""
    stream = Ablator(attender).rank(wanted["model"], wanted["text"], wanted["pair"], report)
    return ranking(last(stream, wanted["model"], report), wanted)


def ranking(found: Ranking, wanted: dict[str, Any]) -> str:
    """The effects of the heads that are measured so far, for the view that asked."""
    sent = {"role": "ranking", "key": wanted["key"], "effects": effects(found), "measured": found.measured}
    return json.dumps(sent | {"seconds": found.run.seconds, "passes": found.passes, "outcome": asdict(found.outcome)})


def ablation_json(found: Ablation) -> dict[str, Any]:
    """As scripts get it."""
    return {**asdict(found.run), **asdict(found.outcome), "effect": found.effect}


def effects(found: Ranking) -> list[list[float | None]]:
    """A row for each layer; None where a head is yet to be measured."""
    return [
        [round(effect, DIGITS) if np.isfinite(effect) else None for effect in row] for row in found.effects.tolist()
    ]
