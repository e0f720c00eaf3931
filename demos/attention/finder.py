"""The head finder: which heads of the bundled models do what, measured beforehand by `python -m bench.heads`."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from demos.assets import ASSETS
from demos.events import endpoint
from models.explain.attention import Attender, sources
from models.explain.heads.habits import HABITS, ranked
from models.runtime.limits import InputError, check_choice, check_whole
from models.runtime.spec import Weights

KEPT = ASSETS / "attention" / "heads.json"
# Heads of a habit that the page shows, and a head's least score there: below it no habit can be seen.
SHOWN, LEAST = 6, 0.3
MOST = 300

Found = dict[str, list[tuple[int, int, float]]]


@cache
def kept() -> Mapping[str, Any]:
    """For each model its digest, and by habit the scores of its heads, a row for each layer."""
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def heads(model: str, most: int) -> Found:
    """The first `most` heads of `model` by habit, as (layer, head, score), both from 0; none where it has no scores."""
    scores = kept()[model]["scores"] if model in kept() else {}
    return {habit: ranked(np.array(scores[habit], np.float32), most) for habit in HABITS if habit in scores}


def for_page() -> str:
    """The constant that the view shows the finder by: of each model how many heads it has, and the plainest ones."""
    found = {}
    for model, entry in kept().items():
        layers, count = np.shape(next(iter(entry["scores"].values())))
        plain = {
            habit: [(layer, head, round(score, 2)) for layer, head, score in each if score >= LEAST]
            for habit, each in heads(model, SHOWN).items()
        }
        found[model] = {"layers": layers, "heads": count, "habits": plain}
    return f"const FINDER = {json.dumps(found, separators=(',', ':'))};"


def offer_heads(attender: Attender) -> None:
    """Offer `/heads`."""
    measured = {
        each.name for each in sources(attender.specs) if isinstance(each.spec.weights, Weights) and each.name in kept()
    }

    def check(model: str, habit: str, top: int) -> None:
        name = attender.source(model).name
        if name not in measured:
            raise InputError("model", f"The heads of {name} were not measured. Those of {', '.join(kept())} were.")
        check_choice(habit, "habit", ("", *HABITS))
        check_whole(top, "top", 1, MOST)

    def find(model: str = "", habit: str = "", top: int = 10) -> dict[str, Any]:
        """Which heads of a bundled model do what, the plainest first; measured beforehand, no model runs.

        Args:
            model: one of the Attention tab's models; the first when empty
            habit: one of `previous token`, `next token`, `same token`, `induction`, `rest`, `nearby words`; all of
                them when empty
            top: how many heads of each habit at most, from 1 to 300
        """
        # A call outside the queue comes here unchecked.
        check(model, habit, top)
        name = attender.source(model).name
        found = {
            each: [{"layer": layer, "head": head, "score": round(score, 3)} for layer, head, score in places]
            for each, places in heads(name, top).items()
            if habit in ("", each)
        }
        return {"model": name, "digest": kept()[name]["digest"], "habits": found}

    endpoint(find, "heads", check, queue=False)
