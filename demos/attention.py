"""The Attention tab: what each word looks at, in every layer and head of a real model."""

from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.attention_data import answer, first
from demos.attention_view import PLACE, AttentionView
from demos.events import QUIET, UNSEEN, current_lane, endpoint, on_run, run_examples
from demos.examples import ready_examples
from demos.guard import guarded, report_to
from demos.status import StatusLine, describe
from demos.tab import Form, Tab
from demos.words import say
from models.catalog.offers import BUNDLED, Offers
from models.explain.attention import FIELDS, Attender, Attention
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.progress import Report, ignore
from models.runtime.spec import HubWeights

# The layer and head that a bundled model opens at, where a habit that anyone can check shows well: in MiniLM and in
# SmolLM2 a pronoun looks at what it stands for; a model trained to answer or to judge looks at the words that decide,
# in its last layer; the translator's head was trained to align words.
OPENS_AT = {
    "encoder": (3, 1),
    "question-answering": (5, 0),
    "sentiment": (5, 4),
    "causal-lm": (13, 8),
    "cross-attention": (-1, 0),
}
LAST, MEAN = -1, -1


def make_attender(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Attender:
    """The models of `offers` that show their attention, over `cache`."""
    return Attender(cache, offers.attention, limits)


def examples(attender: Attender) -> dict[str, list[str]]:
    """By its title, a text for each kind of model there is: the values of the three inputs."""
    kinds = {attender.kind(name): name for name in reversed(attender.names)}
    offered = {
        "What “it” stands for": ("encoder", "The animal didn't cross the street because it was too tired.", ""),
        "Two sentences": ("encoder", "The cat sat on the mat.", "A kitten was resting on the rug."),
        "A question and where its answer is": (
            "question-answering",
            "Who designed the bridge?",
            "The bridge was designed by Maria Costa and opened in 1891.",
        ),
        "What decides the feeling": ("sentiment", "The soup was not bad, but the waiter was awful.", ""),
        "A model that writes": ("causal-lm", "The trophy doesn't fit in the suitcase because it is too big.", ""),
        "A translation, word by word": (
            "cross-attention",
            "The attention mechanism lets a model focus on the relevant words.",
            "",
        ),
    }
    return {title: [kinds[kind], text, pair] for title, (kind, text, pair) in offered.items() if kind in kinds}


def hint(attender: Attender, model: str) -> str:
    """What the second text is for in that model."""
    hints = {
        "encoder": say("Optional: a second sentence, read together with the first"),
        "question-answering": say("The context, where the answer to the question in the first text is looked for"),
        "entailment": say("A sentence that the first text entails, contradicts, or neither"),
        "sentiment": say("Optional: the model was trained on one text"),
    }
    return hints.get(attender.kind(model), say("Leave it empty: this model reads one text"))


def render(attender: Attender) -> Form:
    """Lay out the tab, and offer `/attention`."""
    gr.Markdown("Which words does a model look at while it reads? Every layer and head, on your own text.")
    with gr.Row(elem_id="attention-inputs"):
        with gr.Column(scale=3):
            model = gr.Dropdown(list(attender.names), label="Model", filterable=False, elem_id="attention-model")
            text = gr.Textbox(label="Text", lines=2, max_length=attender.limits.text, elem_id="attention-text")
            pair = gr.Textbox(
                label="Second text",
                placeholder=hint(attender, attender.names[0]),
                max_length=attender.limits.text,
                elem_id="attention-pair",
            )
            with gr.Row():
                run = gr.Button("Run", variant="primary", elem_id="attention-run")
                stop = gr.Button("Stop", interactive=False, elem_id="attention-stop")
        with gr.Column(scale=2):
            offered = examples(attender)
            ready = ready_examples(
                list(offered.values()),
                [model, text, pair],
                example_labels=list(offered),
                elem_id="attention-examples",
            )
    view = AttentionView("attention-view")
    place = [gr.Number(-1, precision=0, label=name, visible="hidden") for name in ("Layer", "Head")]
    status = StatusLine("attention-status")
    with gr.Accordion("How to read this", open=False, elem_id="attention-help"):
        gr.Markdown(EXPLANATION)

    def look(model: str, text: str, pair: str, progress: gr.Progress = gr.Progress()) -> tuple[str, str]:
        result = attender(model, text, pair, report_to(progress))
        known = not isinstance(attender.source(model).spec.weights, HubWeights)
        layer, head = OPENS_AT.get(attender.kind(model), (LAST, MEAN)) if known else (LAST, MEAN)
        return first(result, text, pair, *_within(result, layer, head)), describe(result.run, *_facts(result))

    def look_closer(event: gr.EventData, progress: gr.Progress = gr.Progress()) -> str:
        return answer(attender, event._data, report_to(progress))

    def show_hint(model: str) -> gr.Textbox:
        return gr.Textbox(placeholder=hint(attender, model))

    model.change(guarded(show_hint), model, pair, **QUIET)
    # What another model shows is known once it has run.
    model.change(None, None, place, js="() => [-1, -1]", **QUIET)
    view.input(None, None, place, js=PLACE.replace("ID", "attention-view"), **QUIET)
    on_run(
        [run.click, text.submit, pair.submit], look, [model, text, pair], [view, status], attender.check, FIELDS, stop
    )
    in_lane: dict[str, Any] = {**UNSEEN, "concurrency_id": current_lane(), "concurrency_limit": 1}
    run_examples(ready, run)
    view.select(guarded(look_closer), None, view, trigger_mode="multiple", **in_lane)

    def check(text: str, text_pair: str, model: str, layer: int, head: int) -> None:
        attender.check(model, text, text_pair)
        attender.check_place(layer, head)

    def attention(
        text: str, text_pair: str = "", model: str = "", layer: int = -1, head: int = -1, *, report: Report = ignore
    ) -> dict[str, Any]:
        """The attention weights of `text` at one layer (-1: the last) and head (-1: the mean of all), both from 0."""
        result = attender(model, text, text_pair, report)
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

    endpoint(attention, "attention", check)
    shown = dict(zip(("layer", "head"), place, strict=True))
    scripts = {"attention": {"model": model, "text": text, "text_pair": pair, **shown}}
    return Form({"model": model, "text": text, "pair": pair}, run, scripts=scripts)


def _within(result: Attention, layer: int, head: int) -> tuple[int, int]:
    """The layer and head where the model has them, else the last layer and the mean."""
    return (layer, head) if layer < result.layers and head < result.heads else (LAST, MEAN)


def _facts(result: Attention) -> list[str]:
    return [say("{layers} layers × {heads} heads", layers=result.layers, heads=result.heads)]


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
- **Compare** sets another head, or another text, beside this one. The difference A − B is green where A has more and
  purple where B has. Tokens pair up where the texts agree, and one by one where as many differ.
- **Flow** follows a word back through the layers to the input: the picture of a rollout.

Attention shows where a model looks, not why it answers as it does: Jain and Wallace 2019, Wiegreffe and Pinter 2019.
"""

TAB = Tab("Attention", make_attender, render)
