"""The history under the tabs: what a visitor ran, in the storage of their own browser, to be filled in again.

Nothing of it reaches the server, save the inputs of a run that is pressed, to be checked as those of a link are.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from demos.events import QUIET
from demos.guard import guarded
from demos.link_bar import fill
from demos.links import Link, LinkError
from demos.status import StatusLine
from demos.tab import Form
from demos.words import say, told

ASSETS = Path(__file__).parent.parent / "assets" / "history"
SHOW = "() => document.getElementById('link-message').scrollIntoView({ block: 'center' })"


class HistoryView(gr.HTML):
    """Draws what the browser kept of the tabs with those `titles`; its `select` event has a run's {"tab", "inputs"}."""

    def __init__(self, elem_id: str, titles: Mapping[str, str]) -> None:
        super().__init__(
            "",
            html_template=(ASSETS / "view.html").read_text(),
            js_on_load="\n".join((ASSETS / name).read_text() for name in ("keep.js", "view.js")),
            elem_id=elem_id,
            titles=dict(titles),
        )


def history(titles: Mapping[str, str], forms: Mapping[str, Form], strip: gr.Tabs, message: StatusLine) -> None:
    """Offer, folded, what this browser kept; a run that is pressed fills in its tab in `strip`, as `message` tells."""
    with gr.Accordion("History: what you ran, in this browser alone", open=False, elem_id="history"):
        view = HistoryView("history-view", titles)
    inputs = [component for form in forms.values() for component in form.inputs.values()]

    def refill(event: gr.EventData) -> dict[Any, Any]:
        try:
            run = event._data
            if (
                not isinstance(run, dict)
                or not isinstance(run.get("tab"), str)
                or not isinstance(run.get("inputs"), dict)
            ):
                raise LinkError("This run is damaged.")
            return fill(forms, strip, Link(run["tab"], run["inputs"])) | {
                message: say("Your history filled in this tab. Nothing has run yet.")
            }
        except LinkError as error:
            return {message: told(error)}

    view.select(guarded(refill), None, [strip, message, *inputs], **QUIET).success(None, None, None, js=SHOW, **QUIET)


def record(forms: Mapping[str, Form]) -> str:
    """What the page runs when it loads, in JavaScript, so that the runs of `forms` that `on_run` tells of are kept."""
    fields = {component._id: [tab, name] for tab, form in forms.items() for name, component in form.inputs.items()}
    headlines = {tab: form.headlines for tab, form in forms.items()}
    known = f"{json.dumps(fields)}, {json.dumps(headlines)}"
    return f"() => {{\n{(ASSETS / 'keep.js').read_text()}\nwindow.glassboxHistory = recorder({known});\n}}"
