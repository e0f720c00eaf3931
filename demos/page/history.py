"""The history under the tabs: a visitor's runs in the storage of their browser, which can be filled in again.

Nothing of it reaches the server, except the inputs of a chosen run, which are validated like those of a link.
"""

import json
from collections.abc import Mapping
from typing import Any

import gradio as gr

from demos.assets import ASSETS, script
from demos.events import EACH, QUIET, sent
from demos.guard import guarded
from demos.page.link_bar import fill
from demos.page.links import Link, LinkError
from demos.status import StatusLine
from demos.tab import Form
from demos.words import localize, say

FOLDER = ASSETS / "history"

SHOW = "() => document.getElementById('link-message').scrollIntoView({ block: 'center' })"


class HistoryView(gr.HTML):
    """Draws what the browser kept of the tabs with those `titles`; its `select` event has a run's {"tab", "inputs"}."""

    def __init__(self, elem_id: str, titles: Mapping[str, str]) -> None:
        super().__init__(
            "",
            html_template=(FOLDER / "view.html").read_text(encoding="utf-8"),
            js_on_load=script("history/keep.js", "history/view.js"),
            elem_id=elem_id,
            titles=dict(titles),
        )


def history(titles: Mapping[str, str], forms: Mapping[str, Form], strip: gr.Tabs, message: StatusLine) -> None:
    """Show the runs that this browser kept, folded; choosing one fills in its tab in `strip`, with a `message`."""
    with gr.Accordion("History: what you ran, in this browser alone", open=False, elem_id="history"):
        view = HistoryView("history-view", titles)
    inputs = [component for form in forms.values() for component in form.inputs.values()]

    def refill(event: gr.EventData) -> dict[Any, Any]:
        try:
            tab, inputs = sent(event, "tab"), sent(event, "inputs")
            if not isinstance(tab, str) or not isinstance(inputs, dict):
                raise LinkError("This run is damaged.")
            return fill(forms, strip, Link(tab, inputs)) | {
                message: say("Your history filled in this tab. Nothing has run yet.")
            }
        except LinkError as error:
            return {message: localize(error)}

    filled = view.select(guarded(refill), None, [strip, message, *inputs], **EACH, **QUIET)
    filled.success(None, None, None, js=SHOW, **QUIET)


def record(forms: Mapping[str, Form]) -> str:
    """The JavaScript that the page runs when it loads, which records the runs of `forms` reported by `on_run`."""
    fields = {component.elem_id: [tab, name] for tab, form in forms.items() for name, component in form.inputs.items()}
    headlines = {tab: form.headlines for tab, form in forms.items()}
    known = f"{json.dumps(fields)}, {json.dumps(headlines)}"
    return f"() => {{\n{script('history/keep.js')}\nwindow.glassboxHistory = recorder({known});\n}}"
