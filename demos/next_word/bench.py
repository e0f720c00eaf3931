"""The sampling bench: what filters leave of the next tokens, computed in the browser from what is sent once."""

import math
from typing import Any

from demos.packed import PackedView
from models.explain.distribution import Distribution

SCRIPTS = ("tokens/parts.js", "next_word/sampling.js", "next_word/bench.js")


class SamplingBench(PackedView):
    """Draws a `bench`; empty while there is none."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__({}, "next_word/bench.html", SCRIPTS, elem_id, render)


def bench(known: Distribution | None) -> dict[str, Any]:
    """The value of a SamplingBench: tokens with the natural logs of their probabilities, and how the others go on."""
    if known is None:
        return {}
    return {
        "tokens": [{"text": each.text, "control": each.control} for each in known.likeliest],
        "logs": [math.log(max(each.probability, 1e-300)) for each in known.likeliest],
        "vocabulary": known.vocabulary,
        "exponent": known.exponent,
    }
