"""Drafts, under the chat: several sampled continuations of a visitor's text, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.drafts.next_token import A_SPACE, READ_AS_IT_IS, draft_page, on_next_token
from demos.drafts.view import drafts_json
from demos.events import endpoint, on_run, run_examples
from demos.fields.examples import ready_examples
from demos.fields.seed_field import SeedField
from demos.status import StatusLine
from demos.tab import Carry, carry_button
from demos.views.tokens import TokenView
from models.catalog.reading import reading
from models.runtime.progress import Report, ignore
from models.tasks.drafts.adapter import DRAFT_LIMIT, MOST_DRAFTS, TEMPERATURE_LIMIT, Drafter

EXAMPLES = {
    "A story": "Once upon a time, there was",
    "A recipe": "Pancakes for two\n\nIngredients:\n-",
    "A letter": "Dear neighbour,\n\nI am sorry about the",
}
CHINESE = {
    "一个故事": "从前，海边住着一位",
    "一封信": "亲爱的邻居：\n\n您好！昨天晚上",
}
OPTIONS = ("drafts", "max_new_tokens", "temperature", "top_p", "seed")


@dataclass(frozen=True)
class DraftsFold:
    """The inputs by the names of the endpoint's parameters, less the model, and the way to the Attention tab."""

    inputs: dict[str, Component]
    carry: Carry


def drafts_fold(drafter: Drafter, model: gr.Dropdown) -> DraftsFold:
    """Lay out the part, folded, which runs the chosen `model`, and offer `/drafts`."""
    with gr.Accordion("Continue a text: several drafts side by side", open=False, elem_id="chat-drafts"):
        gr.Markdown("No conversation: the model continues your text.")
        text = gr.Textbox(
            "", label="Text to go on with", lines=3, max_length=drafter.limits.text, elem_id="drafts-text"
        )
        with gr.Row():
            run = gr.Button("Go on", variant="primary", elem_id="drafts-run", min_width=110)
            ask = gr.Button("Next token", elem_id="drafts-ask", min_width=110)
            stop = gr.Button("Stop", interactive=False, elem_id="drafts-stop", min_width=80)
        reader = reading(drafter.models, "zh").name
        chinese = ready_examples(
            [[example, reader] for example in CHINESE.values()],
            [text, model],
            "zh",
            labels=list(CHINESE),
            elem_id="drafts-examples-zh",
        )
        examples = ready_examples(
            [[example] for example in EXAMPLES.values()],
            [text],
            labels=list(EXAMPLES),
            elem_id="drafts-examples",
        )
        result = TokenView("drafts-view")
        status = StatusLine("drafts-status")
        raw = gr.JSON(visible=False)
        with gr.Row():
            drafts = gr.Slider(1, MOST_DRAFTS, 3, step=1, label="Drafts", elem_id="drafts-count")
            most = min(DRAFT_LIMIT, drafter.limits.new_tokens)
            length = gr.Slider(8, most, min(48, most), step=8, label="Length of each, tokens", elem_id="drafts-length")
            seed = SeedField(
                precision=0, label="Seed of the first", placeholder="random", elem_id="drafts-seed", min_width=120
            )
        with gr.Row():
            temperature = gr.Slider(
                0,
                TEMPERATURE_LIMIT,
                0.8,
                step=0.1,
                label="Temperature (0: always the likeliest)",
                elem_id="drafts-heat",
            )
            top_p = gr.Slider(0.05, 1, 0.95, step=0.05, label="Top p", elem_id="drafts-top-p")
        gr.Markdown(f"{READ_AS_IT_IS}\n{EXPLANATION}\n{A_SPACE}")
        carry = carry_button("drafts-carry")

    def go_on(text: str, *given: Any, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        *options, model = given
        yield from draft_page(drafter, text, model, dict(zip(OPTIONS, options, strict=True)), report)

    def check(text: object, *given: object) -> None:
        *options, model = given
        drafter.using(model).check(text, *options)

    options: list[Component] = [drafts, length, temperature, top_p, seed]
    outputs = (result, status, raw)
    on_run([run.click], go_on, [text, *options, model], outputs, check, ("text", *OPTIONS, "model"), stop)
    on_next_token(drafter, ask, (text, model), outputs, stop)
    # Through the button, so that what it checks and what Stop ends is the same for an example.
    for ready in (examples, chinese):
        run_examples(ready, run, stop)

    def continue_(
        text: str,
        drafts: int = 3,
        max_new_tokens: int = 48,
        temperature: float = 0.8,
        top_p: float = 0.95,
        seed: int | None = None,
        model: str = "",
        *,
        report: Report = ignore,
    ) -> dict[str, Any]:
        """Several ways to go on with `text`, each with the seed that draws it again, and the likeliest next tokens.

        Args:
            text: the text to continue
            drafts: how many, from 0 to 4
            max_new_tokens: how long each may be, from 1 to 128
            temperature: from 0, always the likeliest, to 2
            top_p: draw from the likeliest tokens that make up so much together, from 0 to 1
            seed: the first draft's; with the same text and settings it draws the same again
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        found = drafter.using(model)(text, drafts, max_new_tokens, temperature, top_p, seed, report=report)
        return drafts_json(found)

    endpoint(continue_, "drafts", check)

    def whole(text: str, model: str) -> tuple[str, str, str]:
        check(text, model)
        return drafter.using(model).spec.name, text, ""

    named: dict[str, Component] = {"text": text, **dict(zip(OPTIONS, options, strict=True))}
    return DraftsFold(named, Carry(carry, (text, model), whole, stop))


EXPLANATION = """
**Drafts** are drawn token by token. The *temperature* flattens (above 1) or sharpens (below 1) the probabilities, then
*top p* keeps only the likeliest tokens that make up so much together (Holtzman et al. 2020). The probabilities shown
are the model's own, before that. A draft's seed with the same text and settings draws it again.
"""
