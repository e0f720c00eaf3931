"""The endpoint `/attention`."""

from dataclasses import asdict
from typing import Any

from demos.events import endpoint
from models.explain.attention import MEASURES, Attender
from models.runtime.limits import check_choice
from models.runtime.progress import Report, ignore


def offer_attention(attender: Attender) -> None:
    """Offer `/attention` for the models of `attender`."""

    def check(text: str, text_pair: str, model: str, layer: int, head: int, measure: object) -> None:
        attender.check(model, text, text_pair)
        attender.check_place(layer, head)
        check_choice(measure, "measure", MEASURES)

    def attention(
        text: str,
        text_pair: str = "",
        model: str = "",
        layer: int = -1,
        head: int = -1,
        measure: str = "weights",
        *,
        report: Report = ignore,
    ) -> dict[str, Any]:
        """The attention weights of `text` at one layer (-1: the last) and head (-1: the mean of all), both from 0.

        With the measure "norms" each weight is times the length of the transformed value, scaled by row.

        Args:
            text: what is read
            text_pair: a second text, read together with the first, where the model takes one
            model: one of the Attention tab's models; the first when empty
            layer: from 0; -1 for the last
            head: from 0; -1 for the mean of all
            measure: `weights`; or `norms`: each weight times the length of the key's transformed value (Kobayashi et
                al. 2020), each row scaled to sum to 1
        """
        result = attender(model, text, text_pair, report).measured(measure)
        return {
            **asdict(result.run),
            "tokens": [asdict(token) for token in result.keys],
            "queries": [token.text for token in result.queries],
            "keys": [token.text for token in result.keys],
            "weights": result.select(layer, head).tolist(),
            "layers": result.layers,
            "heads": result.heads,
            "key_value_heads": result.key_value_heads,
            "target": result.target,
        }

    endpoint(attention, "attention", check)
