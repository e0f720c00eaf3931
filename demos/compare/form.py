"""The form of a comparison: the task, the inputs of both sides, and their settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.fields.model_picker import title
from demos.fields.options import option_field, option_name
from demos.words import localize, say
from models.runtime.limits import InputError, Limits, check_choice
from models.tasks.comparison import Comparer
from models.tasks.own_labels.adapter import split
from models.tasks.registry import Tasks
from models.tasks.spec import Models, Option, TaskSpec, by_name

SIDES = ("a", "b")


@dataclass(frozen=True)
class CompareForm:
    """The components; `inputs` has all by the names that links and events have for them, in their order.

    `several` are the names of those of `tasks` with a choice of models.
    """

    task: gr.Dropdown
    inputs: Mapping[str, Component]
    tasks: Mapping[str, TaskSpec]
    several: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all inputs."""
        return tuple(self.inputs)

    def show(self, task: str) -> dict[Component, dict[str, Any]]:
        """Each input seen where `task` has it."""
        spec = self.tasks[task]
        shown = {"task", *spec.inputs, *(f"{name}_b" for name in spec.inputs)}
        for side in SIDES:
            shown |= {f"{option.name}_{side}" for option in spec.options}
            shown |= {model_field(task, side)} if task in self.several else set()
        return {field: gr.update(visible=name in shown) for name, field in self.inputs.items()}

    def read(self, given: Mapping[str, Any], side: str) -> dict[str, Any]:
        """The values of one side: its own inputs if it has some, else the common ones, and its settings.

        Raises InputError if there is no such task.
        """
        task = self.tasks[check_choice(given["task"], "task", tuple(self.tasks))]
        values = {option.name: given[f"{option.name}_{side}"] for option in task.options}
        values |= {name: given[own(name, given, side)] for name in task.inputs}
        values |= {option.name: split(values[option.name]) for option in task.options if option.kind == "list"}
        return values | {"model": given.get(model_field(task.name, side))}

    def at_field(self, error: InputError, given: Mapping[str, Any], side: str) -> InputError:
        """`error` of one side, under the name of the field that shows it."""
        task = self.tasks.get(given["task"])
        if task is None:
            return InputError("task", str(error))
        name = task.fields.get(error.field, error.field)
        if name == "model":
            return InputError(model_field(task.name, side), str(error))
        return InputError(own(name, given, side) if name in task.inputs else f"{name}_{side}", str(error))

    def apart(self, given: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
        """The settings that are not the same on both sides: label, A's and B's value."""
        task = self.tasks[given["task"]]
        first, second = (self.read(given, side) for side in SIDES)
        different = [
            (option_name(option), shown(option, first[option.name]), shown(option, second[option.name]))
            for option in task.options
            if first[option.name] != second[option.name]
        ]
        models = [(localize("model"), first["model"], second["model"])] if first["model"] != second["model"] else []
        return models + different


def compare_form(comparer: Comparer, first: str) -> CompareForm:
    """Lay the components out, those of the task `first` shown."""
    task = gr.Dropdown(
        [(spec.title, spec.name) for spec in comparer.tasks], value=first, label="Task", elem_id="compare-task"
    )
    inputs: dict[str, Component] = {"task": task}
    with gr.Row(elem_id="compare-settings"):
        for side in SIDES:
            with gr.Column(min_width=280, elem_id=f"compare-side-{side}"):
                gr.Markdown(f"### {side.upper()}")
                inputs |= _texts(comparer, side, first) | _models(comparer, side, first)
                inputs |= _settings(comparer.tasks, comparer.limits, side, first)
    several = frozenset(name for name, models in comparer.models.items() if len(models) > 1)
    return CompareForm(task, inputs, comparer.by_name, several)


def own(name: str, given: Mapping[str, Any], side: str) -> str:
    """The field that the input `name` of `side` comes from: the side's own if something is written there."""
    mine = f"{name}_{side}"
    written = given.get(mine)
    return mine if isinstance(written, str) and written.strip() else name


def shown(option: Option, value: Any) -> Any:
    """The value of `option` as people read it."""
    match option.kind:
        case "choice":
            return localize(next((name for name, each in option.choices if each == value), value))
        case "switch":
            return say("yes") if value else say("no")
        case "list":
            return ", ".join(value)
        case _:
            return value


def model_field(task: str, side: str) -> str:
    """The name of the field that chooses a side's model."""
    return f"{task}_model_{side}"


def _texts(comparer: Comparer, side: str, first: str) -> dict[str, Component]:
    """The inputs of a side, the text last: A's are for both, unless B has its own."""
    label, end = ("{}", "") if side == "a" else ("{}, where it is not A's", "_b")
    names = {name for task in comparer.tasks for name in task.inputs}
    limits, seen = comparer.limits, comparer.by_name[first].inputs

    def field(name: str) -> gr.Textbox:
        more: dict[str, Any] = {"label": label.format(name.capitalize()), "visible": name in seen}
        more |= {"lines": 2, "max_lines": 8} if name == "text" else {}
        most = limits.context if name == "text" else limits.text
        return gr.Textbox("", max_length=most, elem_id=f"compare-{name}{end}", **more)

    return {f"{name}{end}": field(name) for name in sorted(names, key=lambda name: (name == "text", name))}


def _models(comparer: Comparer, side: str, first: str) -> dict[str, Component]:
    """A choice of models for each task that has any, seen where it has several."""

    def picker(task: str, models: Models) -> gr.Dropdown:
        names, elem_id = [(title(spec), spec.name) for spec in models], f"compare-{task}-model-{side}"
        seen = task == first and len(models) > 1
        return gr.Dropdown(names, value=models[0].name, label="Model", filterable=False, visible=seen, elem_id=elem_id)

    return {model_field(task, side): picker(task, models) for task, models in comparer.models.items() if models}


def _settings(tasks: Tasks, limits: Limits, side: str, first: str) -> dict[str, Component]:
    seen = {option.name for task in tasks if task.name == first for option in task.options}
    return {
        f"{name}_{side}": option_field(
            option,
            limits,
            visible=name in seen,
            elem_id=f"compare-{name.replace('_', '-')}-{side}",
            min_width=100,
        )
        for name, option in by_name(option for task in tasks for option in task.options).items()
    }
