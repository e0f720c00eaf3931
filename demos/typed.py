"""Keeps what a visitor typed in the browser's tab, and writes it back when the page is loaded again."""

import json
from collections.abc import Mapping
from pathlib import Path

import gradio as gr
from gradio.events import Dependency

from demos.events import QUIET
from demos.tab import Form

SCRIPT = Path(__file__).parent.parent / "assets" / "typed" / "keep.js"


def keep_typed(forms: Mapping[str, Form], opened: Dependency, page: gr.Blocks) -> None:
    """Keep the text fields of `forms`; they are restored after `opened`, the event that fills `page` from a link.

    What is typed before that is kept too, and so is not written over.
    """
    texts = [field for form in forms.values() for field in form.inputs.values() if isinstance(field, gr.Textbox)]
    names = json.dumps([field.elem_id for field in texts])
    script = SCRIPT.read_text(encoding="utf-8")
    watch = f"() => {{\n{script}\nwindow.glassboxTyped = typedFields({names});\nwindow.glassboxTyped.watch();\n}}"
    page.load(None, None, None, js=watch, **QUIET)
    opened.then(None, None, texts, js="() => window.glassboxTyped.restored()", **QUIET)
