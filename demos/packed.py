"""A view drawn by a script of the page, whose long lists are sent as chunks of JSON.

Gradio's page watches every member of a value, and copies all of them at each change: for the words of a long text that
takes longer than the next change is away. A piece is one member, and of a list that grows only its last piece is sent
again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
import orjson

from demos.assets import ASSETS, script

# Items of a piece, and of the longest list that is sent as it is.
PIECE = 32


class PackedView(gr.HTML):
    """A gr.HTML component whose `scripts`, in `assets`, get its value through `drawn` or `unpacked`."""

    def __init__(self, value: Any, template: str, scripts: Sequence[str], elem_id: str, render: bool = True) -> None:
        super().__init__(
            value,
            html_template=(ASSETS / template).read_text(encoding="utf-8"),
            js_on_load=script("shared/unpacked.js", *scripts),
            elem_id=elem_id,
            render=render,
        )

    def postprocess(self, value: Any) -> Any:
        """The value as it is sent."""
        return packed(value)


def packed(value: Any) -> Any:
    """`value`, made of mappings, sequences and what JSON has, with every long list in pieces."""
    if isinstance(value, Mapping):
        return {name: packed(each) for name, each in value.items()}
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    if len(value) <= PIECE:
        return [packed(each) for each in value]
    pieces = (value[at : at + PIECE] for at in range(0, len(value), PIECE))
    return {"chunks": [orjson.dumps(list(piece)).decode() for piece in pieces]}
