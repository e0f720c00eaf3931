"""The tokens of a reply, shaded by how unsure the model was of each, with the rivals of the one in focus."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr

from models.chat import Token

ASSETS = Path(__file__).parent.parent / "assets"


class TokenView(gr.HTML):
    """Draws a list of `view`s; its script puts every text into the page as text."""

    def __init__(self, elem_id: str) -> None:
        super().__init__(
            [],
            html_template=(ASSETS / "chat_tokens.html").read_text(),
            js_on_load=(ASSETS / "chat_tokens.js").read_text(),
            elem_id=elem_id,
        )


def view(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    """The value of a TokenView for `tokens`."""
    return [asdict(token) for token in tokens]
