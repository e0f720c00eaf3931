"""The tab that computes attention step by step: on three tokens by hand, then on a real head and a visitor's text."""

import json
from typing import Any

import gradio as gr

from demos.attention.tab import OPENS_AT
from demos.attention.texts import CHINESE, PRONOUN
from demos.events import EACH, QUIET, UNSEEN, current_lane, on_run, run_examples
from demos.fields.examples import ready_examples
from demos.guard import guarded, report_to
from demos.how_attention_works.view import HeadView, WorkedExample, view
from demos.status import StatusLine, describe
from demos.tab import Carry, Form, Opening, Tab, carry_button
from demos.words import say
from models.catalog.bundled import ATTENTION
from models.catalog.offers import BUNDLED, Offers
from models.explain.projections import FIELDS, HeadReader
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits

Place = tuple[int, int]
# The event in the view that another head of its text, or a run, has failed: it goes on showing the head that it has.
DISPATCH = '() => void document.querySelector("#worked-head .worked-body")?.dispatchEvent(new Event("{}"))'
FAILED, RUN_FAILED = DISPATCH.format("failed"), DISPATCH.format("runfailed")
EXAMPLES = {
    "encoder": ("What “it” stands for", "The animal didn't cross the street because it was too tired."),
    "causal-lm": ("A model that writes", "The trophy doesn't fit in the suitcase because it is too big."),
}


def make_reader(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> HeadReader:
    """The bundled models whose queries, keys and values can be read, over `cache`."""
    return HeadReader(cache, ATTENTION, limits)


def examples(reader: HeadReader) -> dict[str, list[str]]:
    """By its title, a model and a text for each kind of model there is."""
    kinds = {spec.head: name for name, spec in reversed(reader.readable.items())}
    return {title: [kinds[kind], text] for kind, (title, text) in EXAMPLES.items() if kind in kinds}


def chinese_examples(reader: HeadReader) -> dict[str, list[str]]:
    """The Chinese text of the Attention tab, for the model that has tokens for it."""
    writers = [name for name, spec in reader.readable.items() if spec.head == "causal-lm"]
    return {PRONOUN: [writers[0], CHINESE]} if writers else {}


def render(reader: HeadReader) -> Form:
    """Lay out the tab."""
    gr.Markdown("How does a model decide which words to look at? Three tokens, three numbers each. Change any of them.")
    WorkedExample("worked-example")
    gr.Markdown("## The same on your own sentence", elem_id="worked-own")
    with gr.Row(elem_id="worked-inputs"):
        with gr.Column(scale=3):
            model = gr.Dropdown(list(reader.readable), label="Model", filterable=False, elem_id="worked-model")
            text = gr.Textbox(label="Text", max_length=reader.limits.text, elem_id="worked-text")
            with gr.Row():
                run = gr.Button("Run", variant="primary", elem_id="worked-run")
                stop = gr.Button("Stop", interactive=False, elem_id="worked-stop")
        with gr.Column(scale=2):
            in_chinese = chinese_examples(reader)
            chinese = ready_examples(
                list(in_chinese.values()), [model, text], "zh", labels=list(in_chinese), elem_id="worked-examples-zh"
            )
            offered = examples(reader)
            ready = ready_examples(
                list(offered.values()),
                [model, text],
                labels=list(offered),
                elem_id="worked-examples",
            )
    head_view = HeadView("worked-head")
    status = StatusLine("worked-status")
    carry = carry_button("worked-carry")
    with gr.Accordion("Why these steps", open=False, elem_id="worked-help"):
        gr.Markdown(EXPLANATION)
    places = gr.State({})

    def opens_at(model: str) -> Place:
        return OPENS_AT.get(reader.readable[model].head, (0, 0))

    def work(model: str, text: str, places: dict[str, Place], progress: gr.Progress = gr.Progress()) -> tuple[str, str]:
        result = reader(model, text, *(places.get(model) or opens_at(model)), report_to(progress))
        return view(result, text), describe(
            result.run, say("{n} numbers a vector", n=result.projections.queries.shape[1])
        )

    def check(model: str, text: str, places: dict[str, Place]) -> None:
        reader.check(model, text)

    def work_elsewhere(
        event: gr.EventData, places: dict[str, Place], progress: gr.Progress = gr.Progress()
    ) -> tuple[str, dict[str, Place]]:
        text: str = event.text
        result = reader(event.model, text, event.layer, event.head, report_to(progress))
        return view(result, text), places | {result.run.model: (result.layer, result.head)}

    inputs, outputs = [model, text, places], [head_view, status]
    ran = on_run([run.click, text.submit], work, inputs, outputs, check, (*FIELDS, "Place"), stop)
    ran.failure(None, None, None, js=RUN_FAILED, **QUIET)
    in_lane: dict[str, Any] = {**UNSEEN, "concurrency_id": current_lane(), "concurrency_limit": 1}
    for filled in (chinese, ready):
        run_examples(filled, run, stop)
    looked = head_view.select(
        guarded(work_elsewhere),
        [places],
        [head_view, places],
        **EACH,
        **in_lane,
    )
    looked.failure(None, None, None, js=FAILED, **QUIET)

    def whole(model: str, text: str) -> tuple[str, str, str]:
        reader.check(model, text)
        return model, text, ""

    opening = Opening(
        dict[str, Any],
        lambda model, text: json.loads(view(reader(model, text, *opens_at(model)), text)),
        lambda given, seen: {head_view: json.dumps(seen), status: seen["model"]},
        status,
    )
    return Form({"model": model, "text": text}, run, (Carry(carry, (model, text), whole),), opening=opening)


EXPLANATION = """
Each token has three vectors, made from it by three learned matrices: a **query** (what it looks for), a **key** (what
it can be found by) and a **value** (what it hands on). `softmax(Q Kᵀ / √dₖ) V` is the scaled dot-product attention of
Vaswani et al. 2017.

- **Score**: the dot product of a query and a key is large where both are large in the same places.
- **Scaled**: a sum of dₖ products grows like √dₖ. Divided by it, the scores stay where softmax still weighs.
- **Weights**: softmax makes every score positive, and each row sum to 1.
- **Output**: each token's values, mixed by its weights. The layer joins the heads' outputs by one more matrix.

A model that writes sees no later token. SmolLM2 first turns queries and keys by their place in the text, so that a
score depends on how far apart two tokens are (rotary embedding, Su et al. 2021), and several of its heads share one set
of keys and values (grouped queries, Ainslie et al. 2023).
"""

TAB = Tab("How attention works", make_reader, render, group="inside")
