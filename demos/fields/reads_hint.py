"""A hint under a result whose model does not read the language of the text, with a button for one that does."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.events import QUIET
from demos.guard import guarded
from demos.status import StatusLine
from demos.words import localize, say
from models.catalog.reading import unread
from models.runtime.spec import ModelSpec
from models.text.language_names import NAMES

PRESS = "() => document.getElementById('RUN').click()"


class ReadsHint:
    """A line, empty where there is nothing to say, and a button that runs the text on a model that reads it."""

    def __init__(self, name: str) -> None:
        with gr.Row(elem_id=f"{name}-unread", elem_classes="unread"):
            self.line = StatusLine(f"{name}-unread-line")
            self.take = gr.Button("", size="sm", scale=0, min_width=260, visible=False, elem_id=f"{name}-unread-take")

    @property
    def parts(self) -> list[Component]:
        """What the event of a result has among its outputs."""
        return [self.line, self.take]

    def shown(self, text: str, spec: ModelSpec, models: Sequence[ModelSpec]) -> dict[Any, Any]:
        """The updates under a result of `spec` for `text`, where `models` may be chosen."""
        line, reader = warning(text, spec, models)
        label = say("Run it on {model}", model=reader) if reader else ""
        return {self.line: line, self.take: gr.Button(label, visible=bool(reader))}

    def follow(self, text: gr.Textbox, model: gr.Dropdown, models: Sequence[ModelSpec], run: gr.Button) -> None:
        """Let the button choose the model that reads `text`, and press `run`."""
        known = {spec.name: spec for spec in models}

        def take(text: str, model: str) -> str:
            return warning(text, known[model], models)[1] or model

        chosen = self.take.click(guarded(take), [text, model], model, **QUIET)
        chosen.then(None, None, None, js=PRESS.replace("RUN", str(run.elem_id)), **QUIET)


def warning(text: str, spec: ModelSpec, models: Sequence[ModelSpec]) -> tuple[str, str]:
    """The hint for `text` read by `spec`, and the name of a model that reads it; both empty if `spec` reads it."""
    found = unread(text, spec, models)
    if found is None:
        return "", ""
    language = localize(NAMES.get(found.guess.language, found.guess.language))
    line = say(
        "⚠ This looks like {language}, which {model} does not read.", language=language, model=localize(spec.name)
    )
    return line, found.readers[0].name if found.readers else ""
