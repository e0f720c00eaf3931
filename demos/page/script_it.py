"""“Script it” under a tab: the API calls for its results in three languages, written in the browser.

The server's address in it is the one that the visitor's browser knows, so that it holds behind any proxy.
"""

import inspect
import json
from collections.abc import Mapping
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.assets import ASSETS, script
from demos.events import QUIET
from demos.gradio_compat import events_of

FOLDER = ASSETS / "script_it"

LANGUAGES = {"Python": "python", "curl": "shell", "JavaScript": "javascript"}
EXPLANATION = """
The same call from a program, with what the fields hold now. What is drawn at random (a temperature above 0, without a
seed) comes out differently each time.
"""


def script_it(page: gr.Blocks, tab: str, calls: Mapping[str, Mapping[str, Component]]) -> None:
    """Offer, folded under `tab`, the calls of endpoints on `page`, each with what its inputs hold.

    The inputs have the names of the endpoint's parameters. A parameter without an input has its default; an input that
    is no parameter is left out.
    """
    taken = {endpoint: parameters(page, endpoint) for endpoint in calls}
    named = {
        endpoint: {name: component for name, component in inputs.items() if name in taken[endpoint]}
        for endpoint, inputs in calls.items()
    }
    components = list(dict.fromkeys(component for inputs in named.values() for component in inputs.values()))
    with gr.Accordion("Script it: from Python, curl or JavaScript", open=False, elem_id=f"{tab}-script") as fold:
        gr.Markdown(EXPLANATION)
        chosen = gr.Radio(
            [(f"/{endpoint}", endpoint) for endpoint in calls],
            value=next(iter(calls)),
            label="Endpoint",
            visible=len(calls) > 1,
            elem_id=f"{tab}-script-endpoint",
        )
        with gr.Tabs():
            codes = [code(tab, title) for title in LANGUAGES]
    known = {
        endpoint: [[*taken[endpoint].items()], {name: components.index(each) for name, each in inputs.items()}]
        for endpoint, inputs in named.items()
    }
    write = f"(endpoint, ...values) => glassboxScripts(endpoint, ...{json.dumps(known)}[endpoint], values)"
    triggers = [fold.expand, *(component.change for component in (chosen, *components))]  # type: ignore[attr-defined]
    gr.on(triggers, None, [chosen, *components], codes, js=write, **QUIET)


def code(tab: str, title: str) -> gr.Code:
    """Where the call in the language called `title` is shown."""
    with gr.Tab(title):
        return gr.Code(
            language=LANGUAGES[title],  # type: ignore[arg-type]
            label=title,
            show_label=False,
            interactive=False,
            lines=10,
            max_lines=24,
            wrap_lines=False,
            show_line_numbers=False,
            buttons=["copy"],
            elem_id=f"{tab}-script-{title.lower()}",
        )


def parameters(page: gr.Blocks, endpoint: str) -> dict[str, Any]:
    """What `endpoint` of `page` takes, in order, with the defaults; None where there is none."""
    fn = next(event.fn for event in events_of(page) if event.api_name == endpoint)
    assert fn is not None, "an endpoint has a function"
    return {
        each.name: None if each.default is each.empty else each.default
        for each in inspect.signature(fn).parameters.values()
    }


def install() -> str:
    """JavaScript that the page runs when it loads, to write every tab's scripts."""
    source = script("script_it/snippets.js", "script_it/mirror.js")
    watch = "new MutationObserver(reachable).observe(document.body, { childList: true, subtree: true });"
    return f"() => {{\n{source}\nwindow.glassboxScripts = mirrored;\n{watch}\n}}"
