"""The Attention tab: what each word looks at, in every layer and head of a real model."""

from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.attention_view import AttentionView, first, more
from demos.events import COMPUTE_LANE, endpoint, guarded, on_run, report_to
from demos.status import StatusLine, describe
from demos.tab import Tab
from models.attention import FIELDS, Attender, Attention
from models.cache import ModelCache
from models.catalog import ATTENTION
from models.inputs import TEXT_LIMIT

# The layer and head that a model opens at, where a habit that anyone can check shows well: in MiniLM and in SmolLM2 a
# pronoun looks at what it stands for; the translator's head was trained to align words.
OPENS_AT = {"encoder": (3, 1), "causal-lm": (13, 8), "cross-attention": (-1, 0)}
LAST, MEAN = -1, -1


def make_attender(cache: ModelCache) -> Attender:
    """The models that show their attention, over `cache`."""
    return Attender(cache, ATTENTION)


def examples(attender: Attender) -> dict[str, list[str]]:
    """By its title, a text for each kind of model there is: the values of the three inputs."""
    kinds = {attender.kind(name): name for name in reversed(attender.names)}
    offered = {
        "What “it” stands for": ("encoder", "The animal didn't cross the street because it was too tired.", ""),
        "Two sentences": ("encoder", "The cat sat on the mat.", "A kitten was resting on the rug."),
        "A model that writes": ("causal-lm", "The trophy doesn't fit in the suitcase because it is too big.", ""),
        "A translation, word by word": (
            "cross-attention",
            "The attention mechanism lets a model focus on the relevant words.",
            "",
        ),
    }
    return {title: [kinds[kind], text, pair] for title, (kind, text, pair) in offered.items() if kind in kinds}


def render(attender: Attender) -> None:
    """Lay out the tab, and offer `/attention`."""
    gr.Markdown("Which words does a model look at while it reads? Every layer and head, on your own text.")
    with gr.Row(elem_id="attention-inputs"):
        with gr.Column(scale=3):
            model = gr.Dropdown(list(attender.names), label="Model", filterable=False, elem_id="attention-model")
            text = gr.Textbox(label="Text", lines=2, max_length=TEXT_LIMIT, elem_id="attention-text")
            pair = gr.Textbox(
                label="Second text",
                placeholder="Only for models that read pairs; may stay empty",
                max_length=TEXT_LIMIT,
                elem_id="attention-pair",
            )
            with gr.Row():
                run = gr.Button("Run", variant="primary", elem_id="attention-run")
                stop = gr.Button("Stop", interactive=False, elem_id="attention-stop")
        with gr.Column(scale=2):
            offered = examples(attender)
            ready = gr.Examples(
                list(offered.values()),
                [model, text, pair],
                example_labels=list(offered),
                cache_examples=False,
                label="Try one",
                elem_id="attention-examples",
                api_visibility="private",
            )
    view = AttentionView("attention-view")
    status = StatusLine("attention-status")
    with gr.Accordion("How to read this", open=False, elem_id="attention-help"):
        gr.Markdown(EXPLANATION)

    def look(model: str, text: str, pair: str, progress: gr.Progress = gr.Progress()) -> tuple[str, str]:
        result = attender(model, text, pair, report_to(progress))
        layer, head = OPENS_AT.get(attender.kind(model), (LAST, MEAN))
        return first(result, text, pair, *_within(result, layer, head)), describe(result.run, *_facts(result))

    def look_closer(event: gr.EventData, progress: gr.Progress = gr.Progress()) -> str:
        wanted: dict[str, Any] = event._data
        result = attender(wanted["model"], wanted["text"], wanted["pair"], report_to(progress))
        return more(result, wanted["layer"], wanted["head"], wanted["exact"] is True, wanted["key"])

    on_run(
        [run.click, text.submit, pair.submit], look, [model, text, pair], [view, status], attender.check, FIELDS, stop
    )
    in_lane: dict[str, Any] = {
        "concurrency_id": COMPUTE_LANE,
        "concurrency_limit": 1,
        "api_visibility": "private",
    }
    ready.load_input_event.then(guarded(look), [model, text, pair], [view, status], show_progress="minimal", **in_lane)
    view.select(guarded(look_closer), None, view, trigger_mode="multiple", show_progress="hidden", **in_lane)

    def attention(text: str, text_pair: str = "", model: str = "", layer: int = -1, head: int = -1) -> dict[str, Any]:
        """The attention weights of `text` at one layer (-1: the last) and head (-1: the mean of all), both from 0."""
        attender.check_place(layer, head)
        result = attender(model, text, text_pair)
        return {
            **asdict(result.run),
            "tokens": [asdict(token) for token in result.keys],
            "queries": [token.text for token in result.queries],
            "keys": [token.text for token in result.keys],
            "weights": result.select(layer, head).tolist(),
            "layers": result.layers,
            "heads": result.heads,
            "key_value_heads": result.key_value_heads,
            "target": result.target,
        }

    endpoint(attention, "attention")


def _within(result: Attention, layer: int, head: int) -> tuple[int, int]:
    """The layer and head where the model has them, else the last layer and the mean."""
    return (layer, head) if layer < result.layers and head < result.heads else (LAST, MEAN)


def _facts(result: Attention) -> list[str]:
    return [f"{result.layers} layers × {result.heads} heads"]


EXPLANATION = """
To write a new version of a word, a layer mixes in the other words. How much of each is the *attention weight*:
`softmax(Q Kᵀ / √d)`. A row of the matrix is the word that looks; its weights sum to 1. A column is a word looked at.
Each layer has several heads, and each head looks in its own way.

- **Mean** and **largest of all** combine the heads of a layer. **Rollout** multiplies the layers' means, half of each
  passing by on the residual connection, so that it tells which words of the *input* a word is made of
  (Abnar and Zuidema 2020).
- **Special tokens** such as `[CLS]` and `[SEP]` are where a head looks when it has nothing to do; in SmolLM2 that is
  the first token. Hidden, the rest of each row is scaled to sum to 1 again.
- **Whole words**: a word receives the sum of its pieces' weights, and looks as the mean of its pieces does.
- **Spread** is the entropy of a row in bits: 0 when all the weight is on one word.
- SmolLM2 reads left to right, so that nothing is above its diagonal, and three heads share each set of keys and values.

Attention shows where a model looks, not why it answers as it does: Jain and Wallace 2019, Wiegreffe and Pinter 2019.
"""

TAB = Tab("Attention", make_attender, render)
