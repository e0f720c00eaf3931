"""The form of a batch: the task, its columns, and its options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.fields.options import option_field, option_update
from demos.words import localize, say
from models.runtime.limits import InputError, Limits
from models.tasks.own_labels.adapter import split
from models.tasks.registry import Tasks
from models.tasks.spec import Cell, Option, TaskSpec, by_name
from tables.jobs import Job

# Columns of these names are taken for the one that a task reads; else the one with the longest texts is.
USUAL = {
    "text": ("text", "review", "comment", "message", "sentence", "tweet", "content", "body", "description"),
    "question": ("question", "query"),
    "context": ("context", "passage", "paragraph", "document", "text"),
    "message": ("message", "prompt", "question", "text"),
}
SAMPLE = 50
# The pickers of the columns that a task reads.
PICKERS = ("first", "second")


@dataclass(frozen=True)
class BatchForm:
    """The components; `inputs` has all by name, in the order of their values as events get them."""

    task: gr.Dropdown
    inputs: Mapping[str, Component]
    tasks: Mapping[str, TaskSpec]
    limits: Limits

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all inputs, which are those of the fields in an InputError."""
        return tuple(self.inputs)

    def fill(self, job: Job | None, task: str) -> dict[Any, Any]:
        """Their choices for the columns of `job`, and those shown that `task` has."""
        columns = job.table.columns if job else []
        rows = self.tasks[task].table
        updates: dict[Any, Any] = {}
        for picker, name in zip(PICKERS, (*rows.columns, ""), strict=False):
            chosen = guess(job, name) if job and name else None
            label = say("Column with the {name}", name=localize(name))
            updates[self.inputs[picker]] = gr.Dropdown(choices=columns, value=chosen, label=label, visible=bool(name))
        tables = [each.table for each in self.tasks.values()]
        for option in by_name(option for table in tables for option in table.either).values():
            updates[self.inputs[option.name]] = gr.Dropdown(
                choices=choices(option, columns), visible=option in rows.either
            )
        own = by_name(rows.options)
        for name in by_name(option for table in tables for option in table.options):
            updates[self.inputs[name]] = option_update(own.get(name), self.limits)
        return updates

    def read(self, values: Sequence[Any]) -> tuple[str, dict[str, str], dict[str, Any]]:
        """The task, its columns by argument, and its options, out of the values of `inputs`. Raises InputError."""
        given: Mapping[str, Any] = dict(zip(self.names, values, strict=True))
        task = given["task"] if isinstance(given["task"], str) else ""
        if task not in self.tasks:
            raise InputError("task", f"task must be one of {', '.join(self.tasks)}.")
        rows = self.tasks[task].table
        pickers = zip(rows.columns, (given[name] for name in PICKERS), strict=False)
        columns = {argument: str(column) for argument, column in pickers if column}
        options = {
            each.name: split(given[each.name]) if each.kind == "list" else given[each.name] for each in rows.options
        }
        for each in rows.either:
            chosen = str(given[each.name])
            where = options if chosen in dict(each.choices).values() else columns
            where[each.name] = chosen
        return task, columns, options

    def field_of(self, error: InputError, task: object) -> str:
        """The field of `names` that shows `error`: the names of columns depend on the task."""
        spec = self.tasks.get(task) if isinstance(task, str) else None
        if spec is None:
            return error.field
        places = dict(zip(spec.table.columns, PICKERS, strict=False))
        return places.get(error.field) or spec.fields.get(error.field, error.field)


def batch_form(tasks: Tasks, limits: Limits) -> BatchForm:
    """Lay the components out, a reply no longer than `limits` allows; those of the first task are shown."""
    first = tasks[0]
    task = gr.Dropdown(
        [(each.title, each.name) for each in tasks], value=first.name, label="Task", elem_id="batch-task"
    )
    inputs: dict[str, Component] = {"task": task}
    with gr.Row(elem_id="batch-columns"):
        for picker, name in zip(PICKERS, (*first.table.columns, ""), strict=False):
            label = f"Column with the {name or 'context'}"
            inputs[picker] = gr.Dropdown([], label=label, min_width=140, visible=bool(name), elem_id=f"batch-{picker}")
    with gr.Row():
        for option in by_name(option for each in tasks for option in each.table.either).values():
            inputs[option.name] = gr.Dropdown(
                choices(option, []),
                value=option.default,
                label=option.label,
                min_width=140,
                visible=option in first.table.either,
            )
    with gr.Row():
        for option in by_name(option for each in tasks for option in each.table.options).values():
            inputs[option.name] = option_field(
                option,
                limits,
                visible=option in first.table.options,
                min_width=140,
                elem_id=f"batch-{option.name.replace('_', '-')}",
            )
    return BatchForm(task, inputs, {each.name: each for each in tasks}, limits)


def choices(option: Option, columns: Sequence[str]) -> list[tuple[str, str]]:
    """The choices of an option that can also come from a column: a value for all rows, or a column."""
    return [(localize(name), value) for name, value in option.choices] + [
        (say("as column “{name}” says", name=name), name) for name in columns
    ]


def guess(job: Job, argument: str) -> str:
    """The column that most likely holds `argument`: by its name, else by the length of its texts."""
    columns = job.table.columns
    by_name = {name.casefold(): name for name in reversed(columns)}
    for usual in USUAL[argument]:
        if usual in by_name:
            return by_name[usual]

    def letters(column: str) -> int:
        cells: list[Cell] = job.table.frame[column].head(SAMPLE).tolist()
        return sum(len(cell) for cell in cells if isinstance(cell, str))

    return max(columns, key=letters)
