"""Attention worked out: two gr.HTML components drawn by `assets/how_attention_works/`, and the data they are sent."""

import base64
import json

import gradio as gr
import numpy as np

from demos.assets import ASSETS
from demos.assets import script as read_script
from models.explain.projections import Head

FOLDER = ASSETS / "how_attention_works"


class WorkedExample(gr.HTML):
    """Three tokens by hand: a page of its own, which needs nothing from the server."""

    def __init__(self, elem_id: str) -> None:
        code = script("example") + "workedOut(element);\n"
        super().__init__("", html_template="", js_on_load=code, elem_id=elem_id, apply_default_css=False)


class HeadView(gr.HTML):
    """Draws what `view` makes; requests another head by its `select` event, whose data is the request.

    Its value is a JSON text, never read as HTML.
    """

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        code = script("head") + (
            "const show = workedOut(element, request => trigger('select', request));\n"
            "watch('value', () => show(props.value));\n"
            "show(props.value);\n"
        )
        super().__init__("", html_template="", js_on_load=code, elem_id=elem_id, apply_default_css=False, render=render)

    def postprocess(self, value: str | None) -> str | None:
        """Pass the JSON text on; a visitor's own markup in it is no reason to warn."""
        return value


def script(name: str) -> str:
    """The code of one part as a function `workedOut`: what both parts share, and all that is called after `name`."""
    markup, style = (json.dumps((FOLDER / file).read_text(encoding="utf-8")) for file in (f"{name}.html", "page.css"))
    own = sorted(file.name for file in FOLDER.glob(f"{name}*.js"))
    code = read_script(*(f"how_attention_works/{file}" for file in ("arithmetic.js", "page.js", *own)))
    return (
        f"function workedOut(root, ask) {{\nconst MARKUP = {markup};\nconst STYLE = {style};\n{code}\n"
        "return start();\n}\n"
    )


def view(head: Head, text: str) -> str:
    """The value of a HeadView for `head` over `text`: its vectors as float32, in base64, and the tokens."""
    made = head.projections
    vectors = np.stack([made.queries, made.keys, made.values]).astype("<f4")
    return json.dumps(
        {
            "model": head.run.model,
            "text": text,
            "tokens": [[token.text, token.special] for token in head.tokens],
            "layer": head.layer,
            "head": head.head,
            "layers": head.layers,
            "heads": head.heads,
            "kvHeads": head.key_value_heads,
            "scale": made.scale,
            "causal": made.causal,
            "rotary": made.rotary,
            "vectors": base64.b64encode(vectors.tobytes()).decode(),
        }
    )
