"""Words of the conversation that light up where they stand."""

import gradio as gr

from demos.assets import script


class LitView(gr.HTML):
    """Lights up words of the Chatbot: {"messages": [{"message": place, "words": [[word, strength from -1 to 1]]}]}."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        code = script("chat/lit.js")
        super().__init__({}, html_template="<span></span>", js_on_load=code, elem_id=elem_id, render=render)
