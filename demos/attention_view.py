"""The attention view: a gr.HTML component drawn by the scripts in `assets/attention/`."""

import json
from pathlib import Path

import gradio as gr

CONNECT = """
const view = attentionView(element, request => trigger("select", request), () => trigger("input"));
watch("value", () => view.show(props.value));
view.show(props.value);
"""
# The layer and the head on screen; -1 where that is no single head.
PLACE = """() => {
  const { layer, head } = document.querySelector("#ID .av").dataset;
  return [Number(layer), Number(head)];
}"""
ASSETS = Path(__file__).parent.parent / "assets" / "attention"
# Within the view, so that a saved page has its language too.
WORDS = ASSETS.parent / "words.js"
# The constants of a script may use those of the scripts before it.
SCRIPTS = (
    *("data.js", "colour.js", "pens.js", "scale.js", "lists.js"),
    *("matrix.js", "lines.js", "heads.js", "flow.js", "pairing.js", "compare.js", "difference.js"),
    *("asking.js", "choices.js", "focus.js", "reading.js", "export.js", "view.js"),
)


class AttentionView(gr.HTML):
    """Draws what `attention_data` sends; asks for what it lacks by its `select` event, whose data is a request.

    Its `input` event tells that another layer or head is on screen: PLACE reads which. Its value is a JSON text, never
    read as HTML.
    """

    def __init__(self, elem_id: str) -> None:
        super().__init__("", html_template="", js_on_load=script(), elem_id=elem_id, apply_default_css=False)

    def postprocess(self, value: str | None) -> str | None:
        """Pass the JSON text on; a visitor's own markup in it is no reason to warn."""
        return value


def script() -> str:
    """The view's code and its connection to the component that it draws."""
    return code() + CONNECT


def code() -> str:
    """The function `attentionView(root, ask, tell)` with the markup and style inside, so that it can copy itself."""
    markup, style = (json.dumps((ASSETS / name).read_text()) for name in ("view.html", "view.css"))
    parts = "\n".join(path.read_text() for path in (WORDS, *(ASSETS / name for name in SCRIPTS)))
    head = f"const MARKUP = {markup};\nconst STYLE = {style};"
    return f"function attentionView(root, ask, tell) {{\n{head}\n{parts}\nreturn start();\n}}\n"
