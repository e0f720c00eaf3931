"""The Next word tab: what may follow a text, and how well the model would have guessed it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demos.events import QUIET, endpoint, on_run, throttled
from demos.examples import ready_examples
from demos.model_picker import model_picker
from demos.next_token import A_SPACE, READ_AS_IT_IS, on_next_token
from demos.next_word_view import perplexity_json, perplexity_status, perplexity_view
from demos.status import StatusLine
from demos.tab import Carry, Form, Tab, carry_button
from demos.token_view import TokenView
from demos.words import say
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.progress import Report, ignore
from models.tasks.drafts.adapter import Drafter
from models.tasks.next_word.perplexity import PerplexityMeter

# A text, and the button that shows best what can be seen in it.
EXAMPLES = {
    "A fact": ("The capital of Portugal is", "next-ask"),
    "A proverb": ("The early bird catches the", "next-ask"),
    "Sense and nonsense": ("The cat sat on the mat. Mat the on sat cat the.", "next-measure"),
    "A slip": ("I could have called. I should of known better.", "next-measure"),
}


@dataclass(frozen=True)
class NextWord:
    """What the tab needs of the models: one that goes on with a text, and one that measures it."""

    drafter: Drafter
    meter: PerplexityMeter


def make_next_word(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> NextWord:
    """Both over `cache`, of the same models, those of `offers` that write."""
    default, *others = offers.chat
    return NextWord(
        Drafter(cache, default, limits, tuple(others)), PerplexityMeter(cache, default, limits, tuple(others))
    )


def render(adapter: NextWord) -> Form:
    """Lay out the tab, and offer `/perplexity`."""
    drafter, meter = adapter.drafter, adapter.meter
    gr.Markdown(
        "All that a language model does is to give every possible next token a probability. Look at what may come "
        "next, or see how well the model would have guessed what is there. Drafts that go on are in the Chat tab."
    )
    model = model_picker(drafter, "next-model")
    with gr.Row(elem_id="next-inputs"):
        with gr.Column(scale=3):
            text = gr.Textbox(label="Text", lines=4, max_length=drafter.limits.text, elem_id="next-text")
            with gr.Row():
                ask = gr.Button("Next token", variant="primary", elem_id="next-ask", min_width=110)
                measure = gr.Button("Perplexity", elem_id="next-measure", min_width=110)
                stop = gr.Button("Stop", interactive=False, elem_id="next-stop", min_width=80)
        with gr.Column(scale=2):
            chosen = gr.Textbox(visible=False)
            examples = ready_examples(
                [list(example) for example in EXAMPLES.values()],
                [text, chosen],
                example_labels=list(EXAMPLES),
                elem_id="next-examples",
            )
    result = TokenView("next-view")
    status = StatusLine("next-status")
    with gr.Accordion("How to read this", open=False, elem_id="next-why"):
        gr.Markdown(f"{READ_AS_IT_IS}\n{EXPLANATION}\n{A_SPACE}")
        carry = carry_button("next-carry")
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="next-raw")
    outputs = (result, status, raw)

    def measure_page(text: str, model: str, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        yield {}, say("Waiting for the model"), None
        for found in throttled(meter.using(model).stream(text, report), every=0.5):
            yield perplexity_view(found), perplexity_status(found), gr.skip()
        yield gr.skip(), gr.skip(), perplexity_json(text, found)

    def check(text: object, model: object = "") -> None:
        meter.using(model).check(text)

    on_next_token(drafter, ask, (text, model), outputs, stop)
    on_run([measure.click], measure_page, [text, model], outputs, check, ("text", "model"), stop)
    # Through the buttons, so that what they check and what Stop ends is the same for an example.
    examples.load_input_event.then(None, chosen, None, js="(id) => document.getElementById(id).click()", **QUIET)

    def perplexity(text: str, model: str = "", *, report: Report = ignore) -> dict[str, Any]:
        """How well the model would have guessed `text`: its perplexity, and each token's probability and rank."""
        return perplexity_json(text, meter.using(model)(text, report))

    endpoint(perplexity, "perplexity", check)

    def whole(text: str, model: str) -> tuple[str, str, str]:
        check(text, model)
        return drafter.using(model).spec.name, text, ""

    named = {"text": text, "model": model}
    return Form(named, ask, (Carry(carry, (text, model), whole, stop),), {"perplexity": named})


EXPLANATION = """
**Perplexity** is exp of the mean negative log-likelihood of the tokens (Jelinek et al. 1977): 1 if every token was
certain. Only figures of the same model and tokens can be compared, and a low one means common, not true. A text of more
than 2,048 tokens is read in windows that overlap by half.
"""

TAB = Tab("Next word", make_next_word, render, ("continue",))
