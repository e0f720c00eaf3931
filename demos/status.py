"""The line under every result: model, device, tokens used and dropped, time."""

import gradio as gr

from models.results import Run


class StatusLine(gr.HTML):
    """One line of plain text; its value is never read as HTML."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the line as it is.
        template = '<p class="status" role="status">{{value}}</p>'
        super().__init__("", html_template=template, elem_id=elem_id, render=render)


def describe(run: Run, *more: str) -> str:
    """The status line's text for `run`, with `more` facts at its end."""
    tokens = f"{run.tokens:,} tokens"
    if run.dropped:
        tokens += f", {run.dropped:,} dropped"
    where = run.device if run.engine == "torch" else f"{run.device} {run.engine}"
    return " · ".join([run.model, where, tokens, seconds(run.seconds), *more])


def seconds(value: float) -> str:
    """A duration as people read it."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
