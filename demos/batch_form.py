"""What a visitor says about a batch: the task, the columns that it reads, and its options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.words import say, told
from models.catalog.offers import BUNDLED
from models.runtime.limits import InputError, Limits
from models.tasks.own_labels.adapter import LABEL_LIMIT, MOST_LABELS, split
from models.tasks.summarization.adapter import LENGTHS, METHODS
from models.tasks.translation.adapter import languages as languages_of
from tables.jobs import Job
from tables.records import Cell
from tables.tasks import TASKS

# Columns of these names are taken for the one that a task reads; else the one with the longest texts is.
USUAL = {
    "text": ("text", "review", "comment", "message", "sentence", "tweet", "content", "body", "description"),
    "question": ("question", "query"),
    "context": ("context", "passage", "paragraph", "document", "text"),
    "message": ("message", "prompt", "question", "text"),
}
SAMPLE = 50
# A batch is run by the bundled models.
LANGUAGES = languages_of(BUNDLED.translation)
# The names of the fields in an InputError, in the order of `BatchForm.inputs`.
FIELDS = ("task", "first", "second", "source", "target", "labels", "multiple", "method", "length", "new_tokens")


@dataclass(frozen=True)
class BatchForm:
    """The components, in the order of their values as events get them."""

    task: gr.Dropdown
    first: gr.Dropdown
    second: gr.Dropdown
    source: gr.Dropdown
    target: gr.Dropdown
    labels: gr.Textbox
    multiple: gr.Checkbox
    method: gr.Radio
    length: gr.Radio
    new_tokens: gr.Slider

    @property
    def inputs(self) -> list[Component]:
        """All of them."""
        return [getattr(self, name) for name in FIELDS]

    def fill(self, job: Job | None, task: str) -> dict[Any, Any]:
        """Their choices for the columns of `job`, and those shown that `task` has."""
        columns = job.table.columns if job else []
        needed = TASKS[task].columns
        updates: dict[Any, Any] = {}
        for picker, name in zip((self.first, self.second), (*needed, ""), strict=False):
            chosen = guess(job, name) if job and name else None
            label = say("Column with the {name}", name=told(name))
            updates[picker] = gr.Dropdown(choices=columns, value=chosen, label=label, visible=bool(name))
        for language in (self.source, self.target):
            updates[language] = gr.Dropdown(choices=languages(columns), visible=task == "translate")
        owners = {self.labels: "labels", self.multiple: "labels", self.method: "summarize", self.length: "summarize"}
        for component, owner in (owners | {self.new_tokens: "chat"}).items():
            updates[component] = gr.update(visible=task == owner)
        return updates


def batch_form(limits: Limits) -> BatchForm:
    """Lay the components out, a reply no longer than `limits` allows."""
    task = gr.Dropdown(
        [(recipe.title, name) for name, recipe in TASKS.items()], value="sentiment", label="Task", elem_id="batch-task"
    )
    with gr.Row(elem_id="batch-columns"):
        first = gr.Dropdown([], label="Column with the text", min_width=140, elem_id="batch-first")
        second = gr.Dropdown([], label="Column with the context", min_width=140, visible=False, elem_id="batch-second")
    with gr.Row():
        source = gr.Dropdown(languages([]), value="en", label="From", min_width=140, visible=False)
        target = gr.Dropdown(languages([]), value="pt", label="To", min_width=140, visible=False)
    labels = gr.Textbox(
        label=f"Labels, with commas between them (2 to {MOST_LABELS})",
        placeholder="praise, complaint, question",
        max_length=MOST_LABELS * (LABEL_LIMIT + 2),
        visible=False,
        elem_id="batch-labels",
    )
    multiple = gr.Checkbox(label="Several labels may hold at once", visible=False)
    with gr.Row():
        method = gr.Radio(METHODS, value="extractive", label="Method", visible=False)
        length = gr.Radio(list(LENGTHS), value="short", label="Length", visible=False)
    most = limits.new_tokens
    new_tokens = gr.Slider(8, most, min(64, most), step=8, label="Reply length, tokens", visible=False)
    return BatchForm(task, first, second, source, target, labels, multiple, method, length, new_tokens)


def languages(columns: Sequence[str]) -> list[tuple[str, str]]:
    """The choices of a language: one for all rows, or a column that tells it."""
    return [(told(name), code) for code, name in LANGUAGES.items()] + [
        (say("as column “{name}” says", name=name), name) for name in columns
    ]


def read(values: Sequence[Any]) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The task, its columns by argument, and its options, out of the values of `BatchForm.inputs`."""
    given: Mapping[str, Any] = dict(zip(FIELDS, values, strict=True))
    task = given["task"]
    recipe = TASKS.get(task) if isinstance(task, str) else None
    if recipe is None:
        raise InputError("task", f"task must be one of {', '.join(TASKS)}.")
    pickers = zip(recipe.columns, (given["first"], given["second"]), strict=False)
    columns = {argument: str(column) for argument, column in pickers if column}
    options: dict[str, Any] = {}
    for argument in recipe.either:
        chosen = str(given[argument])
        where = options if chosen in LANGUAGES else columns
        where[argument] = chosen
    if task == "labels":
        options = {"labels": split(given["labels"]), "multiple": given["multiple"]}
    elif task == "summarize":
        options = {"method": given["method"], "length": given["length"]}
    elif task == "chat":
        options = {"new_tokens": given["new_tokens"]}
    return task, columns, options


def field_of(error: InputError, task: object) -> str:
    """Which of `FIELDS` shows `error`: the columns' names differ from task to task."""
    recipe = TASKS.get(task) if isinstance(task, str) else None
    places = dict(zip(recipe.columns, ("first", "second"), strict=False)) if recipe else {}
    return places.get(error.field, "source" if error.field == "Languages" else error.field)


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
