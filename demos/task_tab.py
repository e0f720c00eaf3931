"""A plain tab and an endpoint for a task that has no tab of its own, made from its TaskSpec."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.events import endpoint, on_run, throttled
from demos.fields.model_picker import model_picker
from demos.fields.options import option_field
from demos.status import StatusLine, describe
from demos.tab import Form, Tab
from demos.words import localize
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.progress import Report, ignore, last
from models.tasks.spec import Models, Option, Outcome, TaskSpec, Work

# The Python type of each kind of option, as endpoints declare it.
TYPES: dict[str, type] = {"switch": bool, "number": float, "seed": int, "list": list[str]}


@dataclass(frozen=True)
class TaskRunner:
    """Runs `task` over the models of `cache`."""

    task: TaskSpec
    cache: ModelCache
    limits: Limits
    models: Models

    def work(self, **values: Any) -> Work:
        """One run; options without a value have their defaults. Raises InputError."""
        return self.task.work(self.cache, self.models, self.task.defaults(self.limits) | values, self.limits)


def make_runner(
    task: TaskSpec, cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED
) -> TaskRunner:
    """`task` over `cache`, with the models of `offers`."""
    return TaskRunner(task, cache, limits, task.models(offers))


def render(runner: TaskRunner) -> Form:
    """Lay out the tab, and offer an endpoint with the task's name."""
    task, limits = runner.task, runner.limits
    gr.Markdown(task.description)
    fields: dict[str, Component] = {
        name: gr.Textbox(label=name.capitalize(), lines=3, max_length=limits.text, elem_id=f"{task.name}-{name}")
        for name in task.inputs
    }
    with gr.Row():
        for option in task.options:
            fields[option.name] = option_field(option, limits, elem_id=f"{task.name}-{option.name}")
    if runner.models:
        fields["model"] = model_picker(runner, f"{task.name}-model")
    with gr.Row():
        run = gr.Button("Run", variant="primary", elem_id=f"{task.name}-run")
        stop = gr.Button("Stop", interactive=False, elem_id=f"{task.name}-stop")
    result = gr.Textbox(label="Result", interactive=False, lines=3, elem_id=f"{task.name}-result")
    status = StatusLine(f"{task.name}-status")
    with gr.Accordion("Raw JSON", open=False):
        raw = gr.JSON(show_label=False, elem_id=f"{task.name}-raw")
    names = list(fields)

    def run_page(*values: Any, report: Report = ignore) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for outcome in throttled(runner.work(**dict(zip(names, values, strict=True))).stream(report)):
            yield outcome.text, describe(outcome.run, *map(localize, outcome.facts)), plain(outcome)

    def check(*values: Any, **named: Any) -> None:
        runner.work(**dict(zip(names, values, strict=False)), **named).check()

    on_run([run.click], run_page, list(fields.values()), [result, status, raw], check, names, stop)
    endpoint(function(runner, names), task.name, check)
    return Form(fields, run, scripts={task.name: fields})


def plain(outcome: Outcome) -> dict[str, Any]:
    """`outcome` as scripts get it."""
    return {"text": outcome.text, "scores": dict(outcome.figures), **asdict(outcome.run)}


def function(runner: TaskRunner, names: list[str]) -> Callable[..., dict[str, Any]]:
    """The function of the endpoint, with a typed parameter for each of `names`."""
    task = runner.task

    def call(*values: Any, report: Report = ignore) -> dict[str, Any]:
        stream = runner.work(**dict(zip(names, values, strict=False))).stream(report)
        return plain(last(stream, task.title, report))

    options: dict[str, Option] = {option.name: option for option in task.options}
    parameters = [parameter(name, options.get(name), runner.limits, name in task.inputs) for name in names]
    report = inspect.Parameter("report", inspect.Parameter.KEYWORD_ONLY, default=ignore, annotation=Report)
    call.__name__, call.__doc__ = task.name, task.description
    call.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": dict[str, Any]}
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [*parameters, report], return_annotation=dict[str, Any]
    )
    return call


def parameter(name: str, option: Option | None, limits: Limits, required: bool) -> inspect.Parameter:
    """A parameter of the endpoint: an input, an option with its default, or the name of a model."""
    default = inspect.Parameter.empty if required else option.value(limits) if option else ""
    kind = TYPES.get(option.kind, str) if option else str
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind)


def task_tab(task: TaskSpec) -> Tab[TaskRunner]:
    """The plain tab of `task`."""
    return Tab(task.title, partial(make_runner, task), render, (task.name,))
