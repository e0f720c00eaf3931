"""Keeps typed text in the browser's session, and restores it when the page is reloaded."""

import json
from collections.abc import Mapping

import gradio as gr
from gradio.events import Dependency

from demos.assets import script
from demos.events import QUIET
from demos.tab import Form


def keep_typed(forms: Mapping[str, Form], opened: Dependency, page: gr.Blocks) -> Dependency:
    """Keep the text fields of `forms`; they are restored after `opened`, the event that fills `page` from a link.

    What is typed before that is kept too, and so is not written over. Returns the event that restores them.
    """
    fields = [field for form in forms.values() for field in (*form.inputs.values(), *form.typed)]
    texts = [field for field in fields if isinstance(field, gr.Textbox)]
    names = json.dumps([field.elem_id for field in texts])
    code = script("typed/keep.js")
    watch = f"() => {{\n{code}\nwindow.glassboxTyped = typedFields({names});\nwindow.glassboxTyped.watch();\n}}"
    page.load(None, None, None, js=watch, **QUIET)
    restored: Dependency = opened.then(None, None, texts, js="() => window.glassboxTyped.restored()", **QUIET)
    return restored
