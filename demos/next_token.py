"""What may follow a text, wherever a text can be gone on with: asked for by a button, and taken by a click."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.drafts_view import drafts_json, drafts_status, drafts_view
from demos.events import ASIDE, QUIET, on_run, throttled
from demos.guard import guarded
from demos.status import StatusLine
from demos.token_view import TokenView
from demos.words import say
from models.runtime.progress import Report, ignore
from models.tasks.drafts.adapter import Drafter

READ_AS_IT_IS = """
The text is read as it is, with no chat around it, after the token that stood between documents in the training. The
colour tells how unsure the model was of a token: the stronger, the less probable. Point at a token for its rivals; in a
draft, click one of them and it is taken in its place.
"""
A_SPACE = "A text that ends with a space is hard to go on with: most tokens begin with their own."


def on_next_token(
    drafter: Drafter,
    ask: gr.Button,
    inputs: tuple[gr.Textbox, gr.Dropdown],
    outputs: tuple[TokenView, StatusLine, gr.JSON],
    stop: gr.Button,
) -> None:
    """Let `ask` show what may follow the text of `inputs`, and a click on a candidate add it to the text and ask again.

    The other input is the model's name.
    """
    text, _ = inputs
    shown, _, _ = outputs

    def ask_page(text: str, model: str, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        yield from draft_page(drafter, text, model, {"drafts": 0}, report)

    def check(text: object, model: object) -> None:
        drafter.using(model).check(text)

    def take(event: gr.EventData) -> str:
        return taken(drafter, event)

    typed: list[Component] = [*inputs]
    on_run([ask.click], ask_page, typed, list(outputs), check, ("text", "model"), stop)
    press = f"() => document.getElementById('{ask.elem_id}').click()"
    shown.select(guarded(take), None, text, **ASIDE).success(None, None, None, js=press, **QUIET)


def draft_page(
    drafter: Drafter, text: str, model: str, options: dict[str, Any], report: Report
) -> Iterator[tuple[Any, ...]]:
    """The values of a TokenView, its status line and its JSON, as the drafts grow."""
    yield {}, say("Waiting for the model"), None
    for found in throttled(drafter.using(model).stream(text, report=report, **options)):
        yield drafts_view(text, found), drafts_status(found), gr.skip()
    yield gr.skip(), gr.skip(), drafts_json(found)


def taken(drafter: Drafter, event: gr.EventData) -> str:
    """The text with the candidate that a visitor chose at its end. Raises InputError where that is no text."""
    text = event._data.get("take") if isinstance(event._data, dict) else None
    drafter.check(text)
    return str(text)
