"""What a visitor can try at a click."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.helpers import Examples

from demos.events import show_nowhere


def ready_examples(
    samples: Sequence[Sequence[Any]], inputs: Sequence[Component], language: str = "", **options: Any
) -> Examples:
    """Buttons that fill the values of `inputs` in; `options` are those of Gradio's own examples.

    Those in a `language` are seen where the page is in it, as style.css has it.
    """
    offered: Examples = gr.Examples(
        [list(sample) for sample in samples],
        list(inputs),
        cache_examples=False,
        label="Try one",
        api_visibility="private",
        **options,
    )
    # Gradio would send the inputs' labels again too, as they were laid out: in English.
    offered.input_component_props = [{} for _ in inputs]
    if language:
        offered.dataset.elem_classes = [f"examples-{language}"]
    show_nowhere(offered.load_input_event)
    return offered
