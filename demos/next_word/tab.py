"""The Next word tab: the likeliest next tokens of a text, and its perplexity."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.drafts.next_token import A_SPACE, READ_AS_IT_IS, on_next_token
from demos.drafts.view import drafts_status, drafts_view
from demos.events import QUIET, endpoint, throttled
from demos.fields.examples import ready_examples
from demos.fields.model_picker import model_picker
from demos.next_word.bench import SamplingBench, bench
from demos.next_word.lens import EXPLANATION as LENS
from demos.next_word.lens import lens_fields, on_lens
from demos.next_word.subject import Subject
from demos.next_word.view import next_json, perplexity_json, perplexity_status, perplexity_view
from demos.status import StatusLine
from demos.tab import Carry, Form, Opening, Tab, carry_button
from demos.views.lens import LensView
from demos.views.tokens import TokenView
from demos.words import say
from models.catalog.offers import BUNDLED, Offers
from models.catalog.reading import reading
from models.explain.lens.adapter import LogitLens
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.progress import Report, ignore
from models.tasks.drafts.adapter import Drafter, Drafts
from models.tasks.next_word.perplexity import PerplexityMeter

# A text, and the button that shows best what can be seen in it.
EXAMPLES = {
    "A fact": ("The capital of Portugal is", "next-ask"),
    "How an answer forms": ("The opposite of hot is", "next-look"),
    "A proverb": ("The early bird catches the", "next-ask"),
    "Sense and nonsense": ("The cat sat on the mat. Mat the on sat cat the.", "next-measure"),
    "A slip": ("I could have called. I should of known better.", "next-measure"),
}

CHINESE = {
    "常识": ("中国的首都是", "next-ask"),
    "谚语": ("一寸光阴一寸", "next-ask"),
    "通顺与不通": ("猫坐在垫子上。上垫子在坐猫。", "next-measure"),
}


@dataclass(frozen=True)
class NextWord:
    """What the tab needs of the models: to go on with a text, to measure it, and to look into their layers."""

    drafter: Drafter
    meter: PerplexityMeter
    lens: LogitLens


def make_next_word(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> NextWord:
    """All over `cache`, of those models in `offers` that write."""
    default, *others = offers.chat
    return NextWord(
        Drafter(cache, default, limits, tuple(others)),
        PerplexityMeter(cache, default, limits, tuple(others)),
        LogitLens(cache, offers.attention, limits),
    )


def render(adapter: NextWord) -> Form:
    """Lay out the tab, and offer `/next_token`, `/perplexity` and `/lens`."""
    drafter, meter = adapter.drafter, adapter.meter
    gr.Markdown(
        "All that a language model does is to give every possible next token a probability. Look at what may come "
        "next, how well the model would have guessed what is there, or in which layer a word comes up. Drafts that "
        "go on are in the Chat tab."
    )
    with gr.Column(elem_classes="asked"):
        model = model_picker(drafter, "next-model")
        text = gr.Textbox(label="Text", lines=4, max_length=drafter.limits.text, elem_id="next-text")
        with gr.Row():
            ask = gr.Button("Next token", variant="primary", elem_id="next-ask", min_width=110)
            measure = gr.Button("Perplexity", elem_id="next-measure", min_width=110)
            look = gr.Button("Logit lens", elem_id="next-look", min_width=110)
            stop = gr.Button("Stop", interactive=False, elem_id="next-stop", min_width=80)
        fields = lens_fields(adapter.lens)
    with gr.Column(elem_classes="shown"):
        result = TokenView("next-view")
        status = StatusLine("next-status")
    with gr.Column(elem_classes="offered"):
        chosen = gr.Textbox(visible=False)
        reader = reading(drafter.models, "zh").name
        chinese = ready_examples(
            [[*example, reader] for example in CHINESE.values()],
            [text, chosen, model],
            "zh",
            labels=list(CHINESE),
            elem_id="next-examples-zh",
        )
        examples = ready_examples(
            [list(example) for example in EXAMPLES.values()],
            [text, chosen],
            labels=list(EXAMPLES),
            elem_id="next-examples",
        )
    # Above the bench, so that a press on Logit lens shows something on the first screen.
    layers = LensView("next-lens")
    sampling = SamplingBench("next-bench")
    with gr.Accordion("How to read this", open=False, elem_id="next-why"):
        gr.Markdown(f"{READ_AS_IT_IS}\n{EXPLANATION}\n{SAMPLING}\n{LENS}\n{A_SPACE}")
        carry = carry_button("next-carry")
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="next-raw")
    outputs = (result, status, raw)
    # What was measured has no next token to choose.
    measured = (*outputs, sampling)
    subject = Subject()
    # Tokens and layers stand on the page together where they are of the same text.
    run_text = partial(subject.on_run, others=(layers,))
    run_lens = partial(subject.on_run, others=(result, sampling))

    def measure_page(text: str, model: str, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        yield {}, say("Waiting for the model"), None, {}
        for found in throttled(meter.fitting(model).stream(text, report), every=0.5):
            yield perplexity_view(found, meter.using(model).spec.name), perplexity_status(found), gr.skip(), gr.skip()
        yield gr.skip(), gr.skip(), perplexity_json(text, found), gr.skip()

    def check(text: object, model: object = "") -> None:
        drafter.using(model).check(text, drafts=0)

    def check_measured(text: object, model: object = "") -> None:
        meter.fitting(model).check(text)

    def measuring(model: str) -> PerplexityMeter:
        """The meter with this very model; where none is named, any will do."""
        return meter.using(model) if model else meter.fitting()

    on_next_token(
        drafter, ask, (text, model), outputs, stop, {sampling: lambda found: bench(found.distribution)}, run_text
    )
    run_text([measure.click], measure_page, [text, model], measured, check_measured, ("text", "model"), stop)
    # Through the buttons, so that what they check and what Stop ends is the same for an example.
    for ready in (examples, chinese):
        ready.then(None, chosen, None, js="(id) => document.getElementById(id).click()", **QUIET)

    def perplexity(text: str, model: str = "", *, report: Report = ignore) -> dict[str, Any]:
        """How well the model would have guessed `text`: its perplexity, and each token's probability and rank.

        Args:
            text: what is to be measured
            model: a name that the picker of the tab offers; if empty, the first whose copy fits into memory
        """
        return perplexity_json(text, measuring(model)(text, report))

    def next_token(text: str, model: str = "", *, report: Report = ignore) -> dict[str, Any]:
        """The likeliest tokens to follow `text`, up to 200, and what is left for all others.

        Args:
            text: the text to continue
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        return next_json(drafter.using(model)(text, 0, report=report))

    endpoint(perplexity, "perplexity", lambda text, model="": measuring(model).check(text))
    endpoint(next_token, "next_token", check)

    def whole(text: str, model: str) -> tuple[str, str, str]:
        check(text, model)
        return drafter.using(model).spec.name, text, ""

    looked = on_lens(adapter.lens, look, fields, text, (layers, status, raw), stop, run_lens)
    named = {"text": text, "model": model}
    scripts: dict[str, Mapping[str, Component]] = {"next_token": named, "perplexity": named, "lens": looked}
    inputs = named | {"word": fields.word, "lens": fields.model}

    def shown(given: Mapping[str, Any], found: Drafts) -> dict[Any, Any]:
        updates = {result: drafts_view(given["text"], found), status: drafts_status(found)}
        return updates | {sampling: bench(found.distribution), subject.text: given["text"]}

    opening = Opening(Drafts, lambda text, model="": drafter.using(model)(text, drafts=0), shown, status)
    return Form(inputs, ask, (Carry(carry, (text, model), whole, stop),), scripts, opening=opening)


EXPLANATION = """
**Perplexity** is exp of the mean negative log-likelihood of the tokens (Jelinek et al. 1977): 1 if every token was
certain. Only figures of the same model and tokens can be compared, and a low one means common, not true. A text of more
than 2,048 tokens is read in windows that overlap by half.
"""

SAMPLING = """
**The sampling bench** needs no new run: the probabilities of the 200 likeliest tokens are in the page, and all others
are taken to follow a power law (Zipf 1935) with the sum that the model gives them. At temperature 1 all shares are
exact, and so are those of the 200 once the filters leave no others; elsewhere the share of the others is an estimate.
llama.cpp's order is top k, top p (Holtzman et al. 2020), min p (Nguyen et al. 2024), then the temperature. Chat and
drafts here apply the temperature before top p. The same seed and settings roll the same tokens again.
"""

TAB = Tab("Next word", make_next_word, render, ("continue",), "inside")
