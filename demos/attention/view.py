"""The attention view: a gr.HTML component drawn by the scripts in `assets/attention/`."""

import json

import gradio as gr

from demos.assets import ASSETS
from demos.assets import script as read_script
from demos.attention.finder import for_page

FOLDER = ASSETS / "attention"

CONNECT = """
const ask = request => trigger(request.rank ? "submit" : "select", { request });
const view = attentionView(element, ask, () => trigger("input"));
watch("value", () => view.show(props.value));
view.show(props.value);
"""
# The layer, the head and the measure on screen, and what is off; the head is -1 where that is no single one.
PLACE = """() => {
  const { layer, head, measure, off } = document.querySelector("#ID .av").dataset;
  return [Number(layer), Number(head), measure, off];
}"""
# Another model has other layers and heads. Where nothing is on screen yet, a link has filled these in.
PLACE_OF_ANOTHER = """(...place) =>
  document.querySelector("#ID .av[data-layer]") ? [-1, -1, place[2], "[]"] : place
"""
# Within the view, so that a saved page has its language too.
SHARED = ("shared/words.js", "shared/save.js")
# The constants of a script may use those of the scripts before it.
SCRIPTS = (
    *("data.js", "colour.js", "pens.js", "scale.js", "lists.js", "finder.js"),
    *("matrix.js", "lines.js", "heads.js", "flow.js", "pairing.js", "compare.js", "difference.js"),
    *("switches.js", "outcome.js", "effects.js"),
    *("asking.js", "choices.js", "focus.js", "reading.js", "export.js", "view.js"),
)


class AttentionView(gr.HTML):
    """Draws what `attention_data` sends; requests missing data by its `select` event, whose data has a `request`.

    Its `submit` event requests the effects of all heads. Its `input` event fires when another layer or head is shown,
    or is off, which PLACE reads. Its value is a JSON text, never read as HTML.
    """

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__(
            "", html_template="", js_on_load=script(), elem_id=elem_id, apply_default_css=False, render=render
        )

    def postprocess(self, value: str | None) -> str | None:
        """Pass the JSON text on; a visitor's own markup in it is no reason to warn."""
        return value


def script() -> str:
    """The view's code and its connection to the component that it draws."""
    return code() + CONNECT


def code() -> str:
    """The function `attentionView(root, ask, notify)` with the markup and style inside, so that it can copy itself."""
    markup, style = (json.dumps((FOLDER / name).read_text(encoding="utf-8")) for name in ("view.html", "view.css"))
    parts = read_script(*SHARED, *(f"attention/{name}" for name in SCRIPTS))
    head = f"const MARKUP = {markup};\nconst STYLE = {style};\n{for_page()}"
    return f"function attentionView(root, ask, notify) {{\n{head}\n{parts}\nreturn start();\n}}\n"
