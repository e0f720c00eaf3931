"""What a visitor says about a comparison: the task, what both sides read, and the settings of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.model_picker import title
from demos.seed_field import SeedField
from demos.words import told
from models.catalog.offers import BUNDLED
from models.runtime.limits import InputError, Limits
from models.tasks.chat.adapter import SYSTEM_LIMIT, TEMPERATURE_LIMIT
from models.tasks.comparison import RECIPES, Comparer, Models
from models.tasks.drafts.adapter import DRAFT_LIMIT
from models.tasks.summarization.adapter import LENGTHS, METHODS
from models.tasks.translation.adapter import languages as languages_of

SIDES = ("a", "b")
# What the adapters call the fields of this form.
FIELDS_OF_ADAPTERS = {
    "Text": "text",
    "message": "text",
    "context": "text",
    "Languages": "source",
    "max_new_tokens": "new_tokens",
}
SETTINGS: dict[str, tuple[str, Callable[..., Component]]] = {
    "source": ("From", lambda limits, **more: gr.Dropdown(_languages(), value="en", **more)),
    "target": ("To", lambda limits, **more: gr.Dropdown(_languages(), value="pt", **more)),
    "method": ("Method", lambda limits, **more: gr.Radio(METHODS, value="abstractive", **more)),
    "length": ("Length", lambda limits, **more: gr.Radio(list(LENGTHS), value="medium", **more)),
    "system": (
        "System prompt",
        lambda limits, **more: gr.Textbox("", max_length=min(SYSTEM_LIMIT, limits.text), **more),
    ),
    "temperature": ("Temperature", lambda limits, **more: gr.Slider(0, TEMPERATURE_LIMIT, 0, step=0.1, **more)),
    "top_p": ("Top p", lambda limits, **more: gr.Slider(0.05, 1, 1, step=0.05, **more)),
    "seed": ("Seed", lambda limits, **more: SeedField(1, precision=0, placeholder="random", **more)),
    "new_tokens": ("Length, tokens", lambda limits, **more: _length(limits, **more)),
}


@dataclass(frozen=True)
class CompareForm:
    """The components; `inputs` has all by the names that links and events have for them, in their order.

    `several` are the tasks with a choice of models.
    """

    task: gr.Dropdown
    inputs: Mapping[str, Component]
    several: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all inputs."""
        return tuple(self.inputs)

    def show(self, task: str) -> dict[Component, dict[str, Any]]:
        """Each input seen where `task` has it."""
        recipe = RECIPES[task]
        shown = {"task", *recipe.inputs, "text_b"} | ({"question_b"} if "question" in recipe.inputs else set())
        for side in SIDES:
            shown |= {f"{name}_{side}" for name in recipe.settings}
            shown |= {model_field(task, side)} if task in self.several else set()
        return {field: gr.update(visible=name in shown) for name, field in self.inputs.items()}


def compare_form(comparer: Comparer, first: str) -> CompareForm:
    """Lay the components out, those of the task `first` shown."""
    task = gr.Dropdown(
        [(recipe.title, task) for task, recipe in RECIPES.items()], value=first, label="Task", elem_id="compare-task"
    )
    inputs: dict[str, Component] = {"task": task}
    with gr.Row(elem_id="compare-settings"):
        for side in SIDES:
            with gr.Column(min_width=280, elem_id=f"compare-side-{side}"):
                gr.Markdown(f"### {side.upper()}")
                inputs |= _texts(comparer.limits, side) | _models(comparer, side, first)
                inputs |= _settings(comparer.limits, side)
    several = frozenset(task for task, models in comparer.models.items() if len(models) > 1)
    return CompareForm(task, inputs, several)


def read(task: str, given: Mapping[str, Any], side: str) -> dict[str, Any]:
    """What one side is given: its own inputs where it has some, else the common ones, and its settings."""
    values = {name: given[f"{name}_{side}"] for name in SETTINGS}
    values["model"] = given.get(model_field(task, side))
    for name in ("text", "question"):
        values[name] = given[own(name, given, side)]
    return values


def own(name: str, given: Mapping[str, Any], side: str) -> str:
    """The field that the input `name` of `side` comes from."""
    mine = f"{name}_{side}"
    said = given.get(mine)
    return mine if isinstance(said, str) and said.strip() else name


def at_field(error: InputError, task: str, given: Mapping[str, Any], side: str) -> InputError:
    """`error` of one side, under the name of the field that shows it."""
    name = FIELDS_OF_ADAPTERS.get(error.field, error.field)
    if name == "model":
        return InputError(model_field(task, side), str(error))
    field = own(name, given, side) if name in ("text", "question") else name if name == "task" else f"{name}_{side}"
    return InputError(field, str(error))


def apart(task: str, given: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """The settings of `task` that are not the same on both sides: label, A's and B's value."""
    labels = {"model": "model"} | {name: label.partition(" (")[0].lower() for name, (label, _) in SETTINGS.items()}
    first, second = (read(task, given, side) for side in SIDES)
    names = ("model", *RECIPES[task].settings)
    shown: dict[str, Callable[[Any], Any]] = {"method": told, "length": told}
    return [
        (
            told(labels[name]),
            shown.get(name, lambda value: value)(first[name]),
            shown.get(name, lambda value: value)(second[name]),
        )
        for name in names
        if first[name] != second[name]
    ]


def model_field(task: str, side: str) -> str:
    """The name of the field that chooses a side's model."""
    return f"{task}_model_{side}"


def _texts(limits: Limits, side: str) -> dict[str, Component]:
    """The inputs of a side: A's are for both, unless B has its own."""
    label, end = ("{}", "") if side == "a" else ("{}, where it is not A's", "_b")
    question, text = f"question{end}", f"text{end}"
    return {
        question: gr.Textbox(
            "", label=label.format("Question"), max_length=limits.text, elem_id=f"compare-{question}", visible=False
        ),
        text: gr.Textbox(
            "", label=label.format("Text"), lines=4, max_lines=8, max_length=limits.context, elem_id=f"compare-{text}"
        ),
    }


def _models(comparer: Comparer, side: str, first: str) -> dict[str, Component]:
    """A choice of models for each task that has any, seen where it has several."""

    def picker(task: str, models: Models) -> gr.Dropdown:
        names, elem_id = [(title(spec), spec.name) for spec in models], f"compare-{task}-model-{side}"
        seen = task == first and len(models) > 1
        return gr.Dropdown(names, value=models[0].name, label="Model", filterable=False, visible=seen, elem_id=elem_id)

    return {model_field(task, side): picker(task, models) for task, models in comparer.models.items() if models}


def _settings(limits: Limits, side: str) -> dict[str, Component]:
    return {
        f"{name}_{side}": make(
            limits, label=label, visible=False, elem_id=f"compare-{name.replace('_', '-')}-{side}", min_width=100
        )
        for name, (label, make) in SETTINGS.items()
    }


def _languages() -> Sequence[tuple[str, str]]:
    return [(name, code) for code, name in languages_of(BUNDLED.translation).items()]


def _length(limits: Limits, **more: Any) -> gr.Slider:
    """How many tokens a reply or a draft may have."""
    most = min(DRAFT_LIMIT, limits.new_tokens)
    return gr.Slider(8, most, min(64, most), step=8, **more)
