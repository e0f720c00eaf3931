"""The likeliest next tokens of a text: requested by a button, and added to the text by a click."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.drafts.view import drafts_json, drafts_status, drafts_view
from demos.events import ASIDE, QUIET, on_run, sent, throttled
from demos.guard import guarded
from demos.status import StatusLine
from demos.views.tokens import TokenView
from demos.words import say
from models.runtime.progress import Report, ignore
from models.tasks.drafts.adapter import Drafter, Drafts

Draw = Callable[[Drafts], Any]

READ_AS_IT_IS = """
The text is read as it is, with no chat around it, after the token that stood between documents in the training. The
colour shows how unsure the model was of a token: the stronger, the less probable. Point at a token for its rivals; in a
draft, click one of them and it is taken in its place.
"""
A_SPACE = "Avoid a space at the end of the text: most tokens begin with one."


def on_next_token(
    drafter: Drafter,
    ask: gr.Button,
    inputs: tuple[gr.Textbox, gr.Dropdown],
    outputs: tuple[TokenView, StatusLine, gr.JSON],
    stop: gr.Button,
    also: Mapping[Component, Draw] | None = None,
    run: Callable[..., Any] = on_run,
) -> None:
    """Let `ask` show what may follow the text of `inputs`, and a click on a candidate add it to the text and ask again.

    The other input is the model's name. Each component of `also` has the value that its function makes of the result.
    `run` connects the button as `on_run` does.
    """
    also = also or {}
    text, _ = inputs
    shown, _, _ = outputs

    def ask_page(text: str, model: str, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        yield from draft_page(drafter, text, model, {"drafts": 0}, report, tuple(also.values()))

    def check(text: object, model: object) -> None:
        drafter.using(model).check(text, drafts=0)

    def take(event: gr.EventData) -> str:
        return taken(drafter, event)

    typed: list[Component] = [*inputs]
    run([ask.click], ask_page, typed, [*outputs, *also], check, ("text", "model"), stop)
    press = f"() => document.getElementById('{ask.elem_id}').click()"
    shown.select(guarded(take), None, text, **ASIDE).success(None, None, None, js=press, **QUIET)


def draft_page(
    drafter: Drafter, text: str, model: str, options: dict[str, Any], report: Report, also: Sequence[Draw] = ()
) -> Iterator[tuple[Any, ...]]:
    """The values of a TokenView, its status line and its JSON, as the drafts grow, and what each of `also` makes."""
    yield {}, say("Waiting for the model"), None, *({} for _ in also)
    for found in throttled(drafter.using(model).stream(text, report=report, **options)):
        yield drafts_view(text, found), drafts_status(found), gr.skip(), *(draw(found) for draw in also)
    yield gr.skip(), gr.skip(), drafts_json(found), *(gr.skip() for _ in also)


def taken(drafter: Drafter, event: gr.EventData) -> str:
    """The text with the candidate that a visitor chose at its end. Raises InputError where that is no text."""
    text = sent(event, "take")
    drafter.check(text)
    return str(text)
