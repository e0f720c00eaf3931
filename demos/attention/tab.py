"""The Attention tab: what each word looks at, in every layer and head of a real model."""

import json
from typing import Any

import gradio as gr

from demos.attention.endpoint import offer_attention
from demos.attention.explanation import EXPLANATION
from demos.attention.finder import offer_heads
from demos.attention.heads_off import offer_endpoint, offer_ranking, switched
from demos.attention.texts import chinese_examples, examples, hint
from demos.attention.view import PLACE, PLACE_OF_ANOTHER, AttentionView
from demos.events import EACH, QUIET, UNSEEN, current_lane, on_run, run_examples, sent
from demos.fields.examples import ready_examples
from demos.guard import guarded, report_to
from demos.status import StatusLine, describe
from demos.tab import Form, Opening, Tab
from demos.views.attention_data import answer, first
from demos.views.faithfulness import FaithfulnessView
from demos.words import say
from models.catalog.offers import BUNDLED, Offers
from models.explain.attention import FIELDS, Attender, Attention
from models.explain.heads.switches import switches
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.spec import Weights

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
# Characters of a list of switches.
OFF_LIMIT = 10_000


def make_attender(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Attender:
    """The models of `offers` that show their attention, over `cache`."""
    return Attender(cache, offers.attention, limits)


def render(attender: Attender) -> Form:
    """Lay out the tab, and offer `/attention`."""
    gr.Markdown("Which words does a model look at while it reads? Every layer and head, on your own text.")
    with gr.Row(elem_id="attention-inputs", equal_height=False):
        model = gr.Dropdown(
            list(attender.names), label="Model", filterable=False, scale=3, min_width=220, elem_id="attention-model"
        )
        text = gr.Textbox(
            label="Text",
            lines=1,
            max_lines=4,
            max_length=attender.limits.text,
            scale=5,
            min_width=280,
            elem_id="attention-text",
        )
        pair = gr.Textbox(
            label="Second text",
            placeholder=hint(attender, attender.names[0]),
            lines=1,
            max_lines=4,
            max_length=attender.limits.text,
            scale=4,
            min_width=240,
            elem_id="attention-pair",
        )
    with gr.Row(elem_id="attention-start", equal_height=False):
        run = gr.Button("Run", variant="primary", scale=0, min_width=130, elem_id="attention-run")
        stop = gr.Button("Stop", interactive=False, scale=0, min_width=90, elem_id="attention-stop")
        with gr.Column(scale=1, min_width=280):
            in_chinese = chinese_examples(attender)
            chinese = ready_examples(
                list(in_chinese.values()),
                [model, text, pair],
                "zh",
                labels=list(in_chinese),
                elem_id="attention-examples-zh",
            )
            offered = examples(attender)
            ready = ready_examples(
                list(offered.values()),
                [model, text, pair],
                labels=list(offered),
                elem_id="attention-examples",
            )
    view = AttentionView("attention-view")
    layer, head = (
        gr.Number(-1, precision=0, label=name, visible="hidden", elem_id=f"attention-{name.lower()}")
        for name in ("Layer", "Head")
    )
    measure = gr.Radio(
        [("weight", "weights"), ("norm", "norms")],
        value="weights",
        label="By",
        visible="hidden",
        elem_id="attention-measure",
    )
    off = gr.Textbox("[]", label="Switched off", visible="hidden", elem_id="attention-off", max_length=OFF_LIMIT)
    place = [layer, head, measure, off]
    status = StatusLine("attention-status")
    with gr.Accordion("How to read this", open=False, elem_id="attention-help"):
        gr.Markdown(EXPLANATION)
    with gr.Accordion("Which measure to trust", open=False, elem_id="attention-faithfulness"), gr.Row():
        for of in ("sentiment", "answers"):
            with gr.Column():
                FaithfulnessView(of, f"attention-faithfulness-{of}")

    def look(
        model: str,
        text: str,
        pair: str,
        layer: int,
        head: int,
        measure: str,
        off: str,
        progress: gr.Progress = gr.Progress(),
    ) -> tuple[str, str]:
        result = attender(model, text, pair, report_to(progress))
        by = "weights" if result.value_norms is None else measure
        at = opens_at(model, result, layer, head)
        drawn = first(result, text, pair, *at, measure=by, off=switched(off))
        return drawn, describe(result.run, *_facts(result.layers, result.heads))

    def opens_at(model: str, result: Attention, layer: int = LAST, head: int = MEAN) -> tuple[int, int]:
        known = isinstance(attender.source(model).spec.weights, Weights)
        opens = OPENS_AT.get(attender.kind(model), (LAST, MEAN)) if known else (LAST, MEAN)
        return _within(result, *(opens if layer == LAST else (layer, head)))

    def look_closer(event: gr.EventData, progress: gr.Progress = gr.Progress()) -> str:
        return answer(attender, sent(event, "request"), report_to(progress))

    model.change(guarded(lambda name: gr.Textbox(placeholder=hint(attender, name))), model, pair, **QUIET)
    # What another model shows is known once it has run.
    model.change(None, place, place, js=PLACE_OF_ANOTHER.replace("ID", "attention-view"), **QUIET)
    view.input(None, None, place, js=PLACE.replace("ID", "attention-view"), **QUIET)

    def check_run(model: str, text: str, pair: str, layer: object, head: object, _: object, off: str) -> None:
        attender.check(model, text, pair)
        attender.check_place(layer, head)
        switches(switched(off))

    on_run(
        [run.click, text.submit, pair.submit],
        look,
        [model, text, pair, *place],
        [view, status],
        check_run,
        (*FIELDS, "Layer", "Head", "measure", "off"),
        stop,
    )
    in_lane: dict[str, Any] = {**UNSEEN, "concurrency_id": current_lane(), "concurrency_limit": 1}
    for filled in (chinese, ready):
        run_examples(filled, run, stop)
    offer_ranking(attender, view, model, status, stop)
    offer_attention(attender)
    offer_endpoint(attender)
    offer_heads(attender)
    view.select(guarded(look_closer), None, view, **EACH, **in_lane)

    shown = dict(zip(("layer", "head", "measure"), place[:3], strict=True))
    asked = {"model": model, "text": text, "text_pair": pair}
    scripts = {"attention": {**asked, **shown}, "ablate": {**asked, "off": off}, "heads": {"model": asked["model"]}}

    def made(model: str, text: str, pair: str = "") -> dict[str, Any]:
        result = attender(model, text, pair)
        drawn: dict[str, Any] = json.loads(first(result, text, pair, *opens_at(model, result)))
        return drawn

    opening = Opening(
        dict[str, Any],
        made,
        lambda given, seen: {
            view: json.dumps(seen),
            status: " · ".join([seen["model"], *_facts(seen["layers"], seen["heads"])]),
        },
        status,
    )
    inputs = {"model": model, "text": text, "pair": pair, **shown, "off": off}
    return Form(inputs, run, scripts=scripts, opening=opening)


def _within(result: Attention, layer: int, head: int) -> tuple[int, int]:
    """The layer and head where the model has them, else the last layer and the mean."""
    return (layer, head) if layer < result.layers and head < result.heads else (LAST, MEAN)


def _facts(layers: int, heads: int) -> list[str]:
    return [say("{layers} layers × {heads} heads", layers=layers, heads=heads)]


TAB = Tab("Attention", make_attender, render, group="inside")
