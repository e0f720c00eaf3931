"""The field of a task's option."""

from typing import Any

import gradio as gr
from gradio.components import Component

from demos.fields.seed_field import SeedField
from demos.words import localize
from models.runtime.limits import Limits
from models.tasks.spec import Option


def option_field(option: Option, limits: Limits, **more: Any) -> Component:
    """A component for `option` within `limits`; `more` is passed to it."""
    more = {"label": option.label} | more
    value = option.value(limits)
    match option.kind:
        case "choice" if len(option.choices) <= 3 and all(name == value for name, value in option.choices):
            return gr.Radio([value for _, value in option.choices], value=value, **more)
        case "choice":
            return gr.Dropdown(list(option.choices), value=value, **more)
        case "switch":
            return gr.Checkbox(value, **more)
        case "number":
            return gr.Slider(option.low, option.most(limits), value, step=option.step, **more)
        case "seed":
            return SeedField(value, precision=0, placeholder=option.placeholder, **more)
        case _:
            return gr.Textbox(value, max_length=int(option.most(limits)), placeholder=option.placeholder, **more)


def option_update(option: Option | None, limits: Limits) -> dict[str, Any]:
    """The update of the field when a task with `option` is chosen, or None if it has no such option."""
    if option is None or option.kind != "number":
        return gr.update(visible=option is not None)
    return gr.update(visible=True, maximum=option.most(limits))


def option_name(option: Option) -> str:
    """What an option is called in a sentence."""
    return localize(option.label.partition(" (")[0].lower())
