"""The field of a seed, which may be empty."""

from typing import Any

import gradio as gr


class SeedField(gr.Number):
    """A whole number or none. Gradio's page would show none as 0, and send that; so there none is an empty text."""

    def get_block_name(self) -> str:
        """The component of Gradio's page that draws it."""
        return "number"

    def preprocess(self, payload: Any) -> float | int | None:
        """The seed, None where the field is empty."""
        return None if payload == "" else super().preprocess(payload)

    def postprocess(self, value: Any) -> Any:
        """What the page shows of a seed, or of None."""
        return "" if value is None or value == "" else super().postprocess(value)
