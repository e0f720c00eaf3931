"""Keeps what a visitor typed in the browser's tab, and writes it back when the page is loaded again."""

import json
from collections.abc import Mapping
from pathlib import Path

import gradio as gr
from gradio.events import Dependency

from demos.events import QUIET
from demos.tab import Form

SCRIPT = Path(__file__).parent.parent / "assets" / "typed" / "keep.js"


def keep_typed(forms: Mapping[str, Form], opened: Dependency) -> None:
    """Keep the text fields of `forms`; they are restored after `opened`, the event that fills the page from a link."""
    texts = [field for form in forms.values() for field in form.inputs.values() if isinstance(field, gr.Textbox)]
    names = json.dumps([field.elem_id for field in texts])
    script = (
        f"(...values) => {{\n{SCRIPT.read_text(encoding='utf-8')}\nconst fields = typedFields({names});\n"
        "fields.watch();\nreturn fields.restored(values);\n}"
    )
    opened.then(None, texts, texts, js=script, **QUIET)
