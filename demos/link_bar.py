"""“Copy link” on every tab, and a page that such a link opens: filled in, and waiting to be asked."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from demos.events import QUIET
from demos.guard import guarded
from demos.links import Link, LinkError, decode, encode
from demos.seed_field import SeedField
from demos.status import StatusLine
from demos.tab import Form
from demos.words import say, told

# The link stands after the "#", which a browser sends to no server.
COPY = """async (code, told) => {
  if (!code) return told;
  history.replaceState(history.state, "", `#link=${code}`);
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    return say("Copy it here: {link}", { link: location.href });
  }
  const n = location.href.length.toLocaleString("en");
  return say("Copied: a link of {n} characters that fills in this tab", { n });
}"""
READ = """() => {
  const linked = () => location.hash.startsWith("#link=");
  addEventListener("hashchange", () => { if (linked()) location.reload(); });
  return [linked() ? location.hash.slice(6) : ""];
}"""
UNFIT = "This link does not fit this server: “{}” cannot be that here."


def copy_button(tab: str, form: Form) -> None:
    """Offer a link that holds what the inputs of `form`, in the tab of that name, hold at the click."""
    names = list(form.inputs)

    def make(*values: Any) -> tuple[str, str]:
        inputs = dict(zip(names, values, strict=True))
        try:
            check(form.inputs, inputs)
            return encode(Link(tab, inputs)), ""
        except LinkError as error:
            return "", told(error)

    with gr.Row(elem_classes="link-bar"):
        copy = gr.Button("Copy link", size="sm", scale=0, min_width=110, elem_id=f"{tab}-link")
        line = StatusLine(f"{tab}-link-status")
    code = gr.Textbox(visible=False)
    made = copy.click(guarded(make), list(form.inputs.values()), [code, line], **QUIET)
    made.success(None, [code, line], line, js=COPY, **QUIET)


def open_links(forms: Mapping[str, Form], strip: gr.Tabs, page: gr.Blocks, message: StatusLine) -> Dependency:
    """When `page` is opened by a link, select its tab in `strip` and fill in its inputs; `message` says so.

    Returns the event of the page's load.
    """
    code = gr.Textbox(visible=False)
    inputs = [component for form in forms.values() for component in form.inputs.values()]
    loaded: Dependency = page.load(
        guarded(opener(forms, strip, message)), code, [strip, message, *inputs], js=READ, **QUIET
    )
    return loaded


def opener(forms: Mapping[str, Form], strip: gr.Tabs, message: StatusLine) -> Callable[[str], dict[Any, Any]]:
    """What makes the page's updates of a link's code, which is empty where there is no link."""

    def opened(code: str) -> dict[Any, Any]:
        if not code:
            return {message: ""}
        try:
            return fill(forms, strip, decode(code)) | {
                message: say("This link filled in the tab. Nothing has run yet.")
            }
        except LinkError as error:
            return {message: told(error)}

    return opened


def fill(forms: Mapping[str, Form], strip: gr.Tabs, link: Link) -> dict[Any, Any]:
    """The updates that select the tab of `link` in `strip` and fill it in. Raises LinkError where that cannot be."""
    if link.tab not in forms:
        raise LinkError(f"This link is for a tab that is not here: “{link.tab[:40]}”.")
    check(forms[link.tab].inputs, link.inputs)
    return {strip: gr.Tabs(selected=link.tab)} | forms[link.tab].filled(link.inputs)


def check(fields: Mapping[str, Component], inputs: Mapping[str, Any]) -> None:
    """Raise LinkError where a value is none that its field could have, or has no field."""
    for name, value in inputs.items():
        if name not in fields or not fits(fields[name], value):
            raise LinkError(UNFIT.format(name[:40]))


def fits(field: Component, value: Any) -> bool:
    """Whether a visitor could have given `field` this value."""
    if isinstance(field, gr.Textbox):
        return isinstance(value, str) and len(value) <= (field.max_length or math.inf)
    if isinstance(field, gr.Dropdown | gr.Radio):
        return isinstance(value, str) and value in [choice for _, choice in field.choices or []]
    if isinstance(field, gr.Checkbox):
        return isinstance(value, bool)
    if isinstance(field, SeedField) and value == "":
        return True
    if isinstance(value, bool) or not (value is None or isinstance(value, int | float)):
        return False
    if isinstance(field, gr.Slider):
        return value is not None and field.minimum <= value <= field.maximum
    return isinstance(field, gr.Number) and (value is None or math.isfinite(value))
