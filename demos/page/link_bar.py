"""“Copy link” on every tab, and opening such a link: it fills in the tab without running it."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from demos.events import QUIET
from demos.fields.seed_field import SeedField
from demos.guard import guarded
from demos.page.links import Link, LinkError, decode, encode
from demos.status import StatusLine
from demos.tab import Form
from demos.words import localize, say

# The link stands after the "#", which a browser sends to no server.
COPY = """async (code, message) => {
  if (!code) return message;
  history.replaceState(history.state, "", `#link=${code}`);
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    return say("Copy it here: {link}", { link: location.href });
  }
  const n = location.href.length.toLocaleString("en");
  return say("Copied: a link of {n} characters that fills in this tab", { n });
}"""
# What the tab needs in a frame: forms to submit, files to save, and a whole page to open beside it.
SANDBOX = "allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox"
# The same in an iframe, for a page of somebody else's.
EMBED = """async (code, message) => {
  if (!code) return message;
  const address = new URL(location.href);
  address.search = "?embed=" + TAB;
  address.hash = `#link=${code}`;
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: address.href, title: TITLE, width: "100%", height: "720", loading: "lazy" });
  frame.style.border = "0";
  frame.setAttribute("sandbox", SANDBOX);
  frame.allow = "clipboard-write";
  try {
    await navigator.clipboard.writeText(frame.outerHTML);
  } catch {
    return say("Copy it here: {link}", { link: frame.outerHTML });
  }
  return say("Copied: an iframe that shows this tab alone");
}"""
READ = """() => {
  const linked = () => location.hash.startsWith("#link=");
  addEventListener("hashchange", () => {
    if (!linked()) return;
    window.glassboxTyped?.forget();
    location.reload();
  });
  const asked = new URLSearchParams(location.search);
  return [linked() ? location.hash.slice(6) : "", asked.get("embed") ?? asked.get("tab") ?? ""];
}"""
# The largest whole number up to which all are exact in a browser.
SAFE = 2**53 - 1
UNFIT = "This link does not fit this server: “{}” has a value that is not allowed here."


def copy_button(tab: str, title: str, form: Form) -> None:
    """Offer a link that holds what the inputs of `form` hold at the click, and the same in an iframe.

    `tab` is the name of their tab, and `title` what it is called. In an iframe a link to the whole page stands there.
    """
    names = list(form.inputs)

    def make(*values: Any) -> tuple[str, str]:
        inputs = dict(zip(names, values, strict=True))
        try:
            check(form.inputs, inputs)
            return encode(Link(tab, inputs)), ""
        except LinkError as error:
            return "", localize(error)

    with gr.Row(elem_classes="link-bar"):
        copy = gr.Button("Copy link", size="sm", scale=0, min_width=110, elem_id=f"{tab}-link")
        embed = gr.Button("Embed", size="sm", scale=0, min_width=110, elem_id=f"{tab}-embed")
        line = StatusLine(f"{tab}-link-status")
    gr.Button(
        "Open in Glassbox",
        size="sm",
        link=f"./?tab={tab}",
        link_target="_blank",
        elem_id=f"{tab}-whole",
        elem_classes="embed-whole",
    )
    code = gr.Textbox(visible=False)
    framed = EMBED.replace("TAB", json.dumps(tab)).replace("TITLE", json.dumps(f"Glassbox: {title}"))
    framed = framed.replace("SANDBOX", json.dumps(SANDBOX))
    for button, script in ((copy, COPY), (embed, framed)):
        made = button.click(guarded(make), list(form.inputs.values()), [code, line], **QUIET)
        made.success(None, [code, line], line, js=script, **QUIET)


def open_links(forms: Mapping[str, Form], strip: gr.Tabs, page: gr.Blocks, message: StatusLine) -> Dependency:
    """When `page` is opened by a link, select its tab in `strip` and fill in its inputs; `message` says so.

    An address with `?tab=` or `?embed=` selects the tab alone. Returns the event of the page's load.
    """
    code, name = gr.Textbox(visible=False), gr.Textbox(visible=False)
    inputs = [component for form in forms.values() for component in form.inputs.values()]
    loaded: Dependency = page.load(
        guarded(opener(forms, strip, message)), [code, name], [strip, message, *inputs], js=READ, **QUIET
    )
    return loaded


def opener(forms: Mapping[str, Form], strip: gr.Tabs, message: StatusLine) -> Callable[..., dict[Any, Any]]:
    """What makes the page's updates of a link's code and a tab's name, which are empty where there are none."""

    def opened(code: str, tab: str = "") -> dict[Any, Any]:
        if not code:
            return {message: "", **({strip: gr.Tabs(selected=tab)} if tab in forms else {})}
        try:
            return fill(forms, strip, decode(code)) | {
                message: say("This link filled in the tab. Nothing has run yet.")
            }
        except LinkError as error:
            return {message: localize(error)}

    return opened


def fill(forms: Mapping[str, Form], strip: gr.Tabs, link: Link) -> dict[Any, Any]:
    """The updates that select the tab of `link` in `strip` and fill it in. Raises LinkError where that cannot be."""
    if link.tab not in forms:
        raise LinkError(f"This link is for a tab that this server does not have: “{link.tab[:40]}”.")
    check(forms[link.tab].inputs, link.inputs)
    return {strip: gr.Tabs(selected=link.tab)} | forms[link.tab].filled(link.inputs)


def check(fields: Mapping[str, Component], inputs: Mapping[str, Any]) -> None:
    """Raise LinkError if a value is not valid for its field, or has no field."""
    for name, value in inputs.items():
        if name not in fields or not fits(fields[name], value):
            raise LinkError(UNFIT.format(name[:40]))


def fits(field: Component, value: Any) -> bool:
    """Whether a visitor could have given `field` this value."""
    if isinstance(field, gr.Textbox):
        return isinstance(value, str) and len(value) <= (field.max_length or math.inf)
    if isinstance(field, gr.Dropdown | gr.Radio):
        return isinstance(value, str) and value in [choice for _, choice in field.choices or []]
    if isinstance(field, gr.CheckboxGroup):
        return isinstance(value, list) and all(each in [choice for _, choice in field.choices] for each in value)
    if isinstance(field, gr.Checkbox):
        return isinstance(value, bool)
    if isinstance(field, SeedField) and value == "":
        return True
    if isinstance(value, bool) or not (value is None or isinstance(value, int | float)):
        return False
    if isinstance(field, gr.Slider):
        return value is not None and field.minimum <= value <= field.maximum
    # NaN is no more within these bounds than infinity.
    return isinstance(field, gr.Number) and (value is None or -SAFE <= value <= SAFE)
