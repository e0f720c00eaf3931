"""The Next word tab: what may follow a text, drafts of how it goes on, and how well the model would have guessed it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demos.events import ASIDE, QUIET, endpoint, guarded, on_run, throttled
from demos.examples import ready_examples
from demos.next_word_view import (
    drafts_json,
    drafts_status,
    drafts_view,
    perplexity_json,
    perplexity_status,
    perplexity_view,
)
from demos.status import StatusLine
from demos.tab import Carry, Form, Tab, carry_button
from demos.token_view import TokenView
from demos.words import say
from models.cache import ModelCache
from models.catalog import SMOLLM2
from models.drafts import DRAFT_LIMIT, MOST_DRAFTS, TEMPERATURE_LIMIT, Drafter
from models.inputs import DEFAULT_LIMITS, Limits
from models.perplexity import PerplexityMeter
from models.stages import Report, ignore

# A text, and the button that shows best what can be seen in it.
EXAMPLES = {
    "A story": ("Once upon a time, there was", "next-run"),
    "A fact": ("The capital of Portugal is", "next-ask"),
    "A proverb": ("The early bird catches the", "next-ask"),
    "A recipe": ("Pancakes for two\n\nIngredients:\n-", "next-run"),
    "Sense and nonsense": ("The cat sat on the mat. Mat the on sat cat the.", "next-measure"),
    "A slip": ("I could have called. I should of known better.", "next-measure"),
}
FIELDS = ("text", "drafts", "max_new_tokens", "temperature", "top_p", "seed")
PRESS = "() => document.querySelector('#next-ask').click()"


@dataclass(frozen=True)
class NextWord:
    """What the tab needs of the model: one that goes on with a text, and one that measures it."""

    drafter: Drafter
    meter: PerplexityMeter


def make_next_word(cache: ModelCache, limits: Limits = DEFAULT_LIMITS) -> NextWord:
    """Both over `cache`, of the same model."""
    return NextWord(Drafter(cache, SMOLLM2, limits), PerplexityMeter(cache, SMOLLM2, limits))


def render(adapter: NextWord) -> Form:
    """Lay out the tab, and offer `/drafts` and `/perplexity`."""
    drafter, meter = adapter.drafter, adapter.meter
    gr.Markdown(
        "All that a language model does is to give every possible next token a probability. Let it go on with a text, "
        "look at what may come next, or see how well it would have guessed what is there."
    )
    with gr.Row(elem_id="next-inputs"):
        with gr.Column(scale=3):
            text = gr.Textbox(label="Text", lines=4, max_length=drafter.limits.text, elem_id="next-text")
            with gr.Row():
                run = gr.Button("Go on", variant="primary", elem_id="next-run", min_width=110)
                ask = gr.Button("Next token", elem_id="next-ask", min_width=110)
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
    with gr.Accordion("Settings of the drafts", open=False, elem_id="next-settings"):
        with gr.Row():
            drafts = gr.Slider(1, MOST_DRAFTS, 3, step=1, label="Drafts", elem_id="next-drafts")
            length = gr.Slider(8, DRAFT_LIMIT, 48, step=8, label="Length of each, tokens", elem_id="next-length")
            seed = gr.Number(None, precision=0, label="Seed of the first (empty: a new one)", elem_id="next-seed")
        with gr.Row():
            temperature = gr.Slider(
                0, TEMPERATURE_LIMIT, 0.8, step=0.1, label="Temperature (0: always the likeliest)", elem_id="next-heat"
            )
            top_p = gr.Slider(0.05, 1, 0.95, step=0.05, label="Top p", elem_id="next-top-p")
    with gr.Accordion("How to read this", open=False, elem_id="next-why"):
        gr.Markdown(EXPLANATION)
        carry = carry_button("next-carry")
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id="next-raw")
    outputs = [result, status, raw]

    def draft_page(text: str, *options: Any, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        yield {}, say("Waiting for the model"), None
        for found in throttled(drafter.stream(text, report=report, **dict(zip(FIELDS[1:], options, strict=False)))):
            yield drafts_view(text, found), drafts_status(found), gr.skip()
        yield gr.skip(), gr.skip(), drafts_json(found)

    def ask_page(text: str, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        yield from draft_page(text, 0, report=report)

    def measure_page(text: str, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        yield {}, say("Waiting for the model"), None
        for found in throttled(meter.stream(text, report), every=0.5):
            yield perplexity_view(found), perplexity_status(found), gr.skip()
        yield gr.skip(), gr.skip(), perplexity_json(text, found)

    def take(event: gr.EventData) -> str:
        return taken(drafter, event)

    inputs = [text, drafts, length, temperature, top_p, seed]
    on_run([run.click], draft_page, inputs, outputs, drafter.check, FIELDS, stop)
    on_run([ask.click], ask_page, [text], outputs, drafter.check, FIELDS[:1], stop)
    on_run([measure.click], measure_page, [text], outputs, meter.check, FIELDS[:1], stop)
    # Through the buttons, so that what they check and what Stop ends is the same for an example.
    examples.load_input_event.then(None, chosen, None, js="(id) => document.getElementById(id).click()", **QUIET)
    result.select(guarded(take), None, text, **ASIDE).success(None, None, None, js=PRESS, **QUIET)

    def perplexity(text: str, *, report: Report = ignore) -> dict[str, Any]:
        """How well the model would have guessed `text`: its perplexity, and each token's probability and rank."""
        return perplexity_json(text, meter(text, report))

    def continue_(
        text: str,
        drafts: int = 3,
        max_new_tokens: int = 48,
        temperature: float = 0.8,
        top_p: float = 0.95,
        seed: int | None = None,
        *,
        report: Report = ignore,
    ) -> dict[str, Any]:
        """Several ways to go on with `text`, each with the seed that draws it again, and the likeliest next tokens."""
        return drafts_json(drafter(text, drafts, max_new_tokens, temperature, top_p, seed, report))

    endpoint(perplexity, "perplexity", meter.check)
    endpoint(continue_, "drafts", drafter.check)

    def whole(text: str) -> tuple[str, str, str]:
        drafter.check(text)
        return drafter.spec.name, text, ""

    named = dict(zip(FIELDS, inputs, strict=True))
    return Form(named, run, (Carry(carry, (text,), whole),), {"drafts": named, "perplexity": {"text": text}})


def taken(drafter: Drafter, event: gr.EventData) -> str:
    """The text with the candidate that a visitor chose at its end. Raises InputError where that is no text."""
    text = event._data.get("take") if isinstance(event._data, dict) else None
    drafter.check(text)
    return str(text)


EXPLANATION = """
The text is read as it is, with no chat around it, after the token that stood between documents in the training. The
colour tells how unsure the model was of a token: the stronger, the less probable. Point at a token for its rivals; in a
draft, click one of them and it is taken in its place.

**Drafts** are drawn token by token. The *temperature* flattens (above 1) or sharpens (below 1) the probabilities, then
*top p* keeps only the likeliest tokens that make up so much together (Holtzman et al. 2020). The probabilities shown
are the model's own, before that. A draft's seed with the same text and settings draws it again.

**Perplexity** is exp of the mean negative log-likelihood of the tokens (Jelinek et al. 1977): 1 if every token was
certain. Only figures of the same model and tokens can be compared, and a low one means common, not true. A text of more
than 2,048 tokens is read in windows that overlap by half.

A text that ends with a space is hard to go on with: most tokens begin with their own.
"""

TAB = Tab("Next word", make_next_word, render)
