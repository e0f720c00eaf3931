"""The logit lens of the Next word tab: which word to follow, in which model, and what each layer would write."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.events import endpoint, on_run
from demos.status import StatusLine
from demos.views.lens import LensView, lens_json, lens_status, lens_value
from models.explain.lens.adapter import LONGEST_WORD, LogitLens
from models.runtime.progress import Report, ignore


@dataclass(frozen=True)
class LensFields:
    """What a visitor chooses: a word to follow, and the model."""

    word: gr.Textbox
    model: gr.Dropdown


def lens_fields(lens: LogitLens) -> LensFields:
    """Lay out a row of the fields."""
    names = list(lens.readable)
    with gr.Row(elem_id="next-lens-inputs"):
        word = gr.Textbox(
            label="Word to follow",
            placeholder="else what comes out",
            max_length=LONGEST_WORD,
            scale=3,
            min_width=160,
            elem_id="next-word",
        )
        model = gr.Dropdown(names, label="Lens on", filterable=False, scale=3, min_width=180, elem_id="next-lens-model")
    return LensFields(word, model)


def on_lens(
    lens: LogitLens,
    run: gr.Button,
    fields: LensFields,
    text: gr.Textbox,
    outputs: tuple[LensView, StatusLine, gr.JSON],
    stop: gr.Button,
    connect: Callable[..., Any] = on_run,
) -> dict[str, Component]:
    """Let `run` show the lens over `text`, and offer `/lens`. Returns the inputs of that by their names.

    `connect` connects the button as `on_run` does.
    """

    def look_page(
        text: str, word: str, model: str, report: Report = ignore
    ) -> tuple[dict[str, Any], str, dict[str, Any]]:
        found = lens(text, word, model, report)
        return lens_value(found, bool(word)), lens_status(found), lens_json(found)

    inputs: dict[str, Component] = {"text": text, "word": fields.word, "model": fields.model}
    connect([run.click], look_page, list(inputs.values()), list(outputs), lens.check, tuple(inputs), stop)

    def look(text: str, word: str = "", model: str = "", *, report: Report = ignore) -> dict[str, Any]:
        """What each layer would write after each of the last tokens of `text`, and how it ranks what comes out.

        Args:
            text: what is read; a translator translates it, and its decoder is looked into
            word: a word whose first token is followed through the layers; if empty, the model's final prediction
            model: one of the models of **Lens on** in the Next word tab; the first when empty
        """
        return lens_json(lens(text, word, model, report))

    endpoint(look, "lens", lens.check)
    return inputs


EXPLANATION = """
**The logit lens** (nostalgebraist 2020) takes the state that each layer leaves at a token and puts the model's last
norm and its unembedding on it, as if no layers followed. The top row is the model's own answer. The rank of a word says
more than the words of a layer: most layers do not work in the vocabulary, so that early rows show blanks and fragments,
and a rank may get worse before it falls. Of a long text the last 512 tokens are read, and the last 32 are shown. In a
translator it is the decoder, at what it has written. The lens runs on a copy of the model in torch: that of Qwen would
take 6 GB, so that SmolLM2 and the translators have the lens.
"""
