"""“Script it” under a tab: the API call for its result in three languages, written in the browser.

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


def script_it(page: gr.Blocks, endpoint: str, inputs: Mapping[str, Component]) -> None:
    """Offer, folded, the call of `endpoint` on `page` with what `inputs` hold, which have the names of its parameters.

    A parameter without an input has its default; an input that is no parameter is left out.
    """
    taken = parameters(page, endpoint)
    named = {name: component for name, component in inputs.items() if name in taken}
    label = f"Script it: /{endpoint} from Python, curl or JavaScript"
    with gr.Accordion(label, open=False, elem_id=f"{endpoint}-script") as fold:
        gr.Markdown(EXPLANATION)
        with gr.Tabs():
            codes = [code(endpoint, title) for title in LANGUAGES]
    write = f"(...values) => glassboxScripts({json.dumps(endpoint)}, {json.dumps([*taken.items()])}, "
    write += f"{json.dumps(list(named))}, values)"
    triggers = [fold.expand, *(component.change for component in named.values())]  # type: ignore[attr-defined]
    gr.on(triggers, None, list(named.values()), codes, js=write, **QUIET)


def code(endpoint: str, title: str) -> gr.Code:
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
            elem_id=f"{endpoint}-script-{title.lower()}",
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
