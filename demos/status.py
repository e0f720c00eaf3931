"""The line under every result: model, device, tokens used and dropped, time."""

import gradio as gr

from demos.words import localize, say, say_count
from models.runtime.provenance import Run


class StatusLine(gr.HTML):
    """One line of plain text; its value is never read as HTML."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the line as it is.
        template = '<p class="status" role="status">{{value}}</p>'
        super().__init__("", html_template=template, elem_id=elem_id, render=render)


def describe(run: Run, *more: str) -> str:
    """The status line's text for `run`, with `more` facts at its end."""
    tokens = say_count(run.tokens, "{n:,} token", "{n:,} tokens")
    if run.dropped:
        tokens = say("{tokens}, {n:,} dropped", tokens=tokens, n=run.dropped)
    where = run.device if run.engine == "torch" else f"{run.device} {run.engine}"
    return " · ".join([localize(run.model), where, tokens, seconds(run.seconds), *more])


def reading(read: int, tokens: int) -> str:
    """How much of its input a model has read before it writes."""
    return say("Reading {read:,} of {tokens:,} tokens", read=read, tokens=tokens)


def new_tokens(written: int) -> str:
    """How much a model has written."""
    return say_count(written, "{n:,} new token", "{n:,} new tokens")


def speed(rate: float) -> str:
    """How fast a model writes, in tokens per second; an empty string while `rate` is 0, not yet known."""
    return say("{rate:.1f} tokens/s", rate=rate) if rate else ""


def seconds(value: float) -> str:
    """A duration as people read it."""
    return say("{n:.0f} ms", n=value * 1000) if value < 1 else say("{n:.1f} s", n=value)
