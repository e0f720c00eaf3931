"""Examples that fill in a tab at a click."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from demos.events import LATEST, QUIET


def ready_examples(
    samples: Sequence[Sequence[Any]],
    inputs: Sequence[Component],
    language: str = "",
    labels: Sequence[str] | None = None,
    elem_id: str | None = None,
    label: str = "",
) -> Dependency:
    """Buttons with `labels`, or else with the samples themselves, that fill the values of `inputs` in.

    Returns the event that has filled them in. Those in a `language` are seen where the page is in it, as style.css has
    it; the `label` sets them apart from the others there. An input without a value in any sample is left alone.

    `gr.Examples` would send the inputs' labels again too, as they were laid out: in English.
    """
    kept = [at for at in range(len(inputs)) if any(sample[at] is not None for sample in samples)]
    filled = [inputs[at] for at in kept]
    offered = gr.Dataset(
        components=filled,
        samples=[[sample[at] for at in kept] for sample in samples],
        label=label or ("Try one in Chinese" if language == "zh" else "Try one"),
        sample_labels=list(labels) if labels else None,
        elem_id=elem_id,
        elem_classes=[f"examples-{language}"] if language else None,
    )

    def fill(sample: list[Any]) -> Any:
        return sample if len(filled) > 1 else sample[0]

    return offered.click(fill, offered, filled, **LATEST, **QUIET)
