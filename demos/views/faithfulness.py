"""Which measure of a word's weight to trust: the deletion curves kept by `python -m bench.faithfulness`, drawn."""

import json
from typing import Any, Literal

from demos.assets import ASSETS
from demos.packed import PackedView

KEPT = ASSETS / "attention" / "faithfulness.json"

Of = Literal["sentiment", "answers"]


class FaithfulnessView(PackedView):
    """Draws the curves of sentiments or of answers."""

    def __init__(self, of: Of, elem_id: str) -> None:
        super().__init__(curves(of), "faithfulness/view.html", ["faithfulness/view.js"], elem_id)


def curves(of: Of) -> dict[str, Any]:
    """The model, how many texts were read, and by measure the mean probability at each share of words left out."""
    kept: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return {"of": of, "command": kept["command"], "shares": kept["shares"], **kept[of]}
