"""The Batch tab: a task over every row of a visitor's table."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.batch.opening import batch_opening, example_file
from demos.batch.page import batch_page, options_of
from demos.events import LATEST, QUIET, UNSEEN, on_run, throttled
from demos.guard import guarded
from demos.tab import Form, Tab
from demos.words import localize, say
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Report, ignore
from models.tasks.registry import TASKS, Tasks
from tables.batch_service import BatchService
from tables.jobs import Job
from tables.table import sheet_names

# Batches have a queue of their own; a running one pauses for requests in the compute lane.
BATCH_LANE, READING_LANE = "batch", "reading"
# How often, in seconds, the progress of a batch is sent to the page.
GLANCE = 0.5
TITLE = "Batch"


def render(desk: BatchService) -> Form:
    """Lay out the tab. It has no endpoint: a script has the command line."""
    page = batch_page(desk.tasks, desk.limits)
    form = page.form
    with gr.Accordion("How a batch runs", open=False):
        gr.Markdown(EXPLANATION)
    turns = gr.State(0)

    def open_file(
        path: str | None, encoding: str, separator: str, header: str, task: str, sheet: str | None = None
    ) -> dict[Any, Any]:
        if path is None:
            return page.without_table(task)
        try:
            secret = desk.open(Path(path), options_of(encoding, separator, header, sheet or ""))
        except InputError as error:
            why = say("{file} was not read. {error}", file=Path(path).name, error=localize(error))
            return page.without_table(task, why, sheet_names(Path(path)), sheet)
        return page.opened(desk.find(secret), secret, task)

    def open_example(*chosen: str) -> dict[Any, Any]:
        return open_file(str(example_file()), *chosen)

    def restore(secret: str, here: str, path: str | None) -> dict[Any, Any]:
        """Restore the job of this browser's secret when the page is opened again, then without the file at `path`."""
        if not secret or secret == here:
            return {page.shown: here}
        job = desk.jobs.find(secret)
        if job is None:
            return {page.saved: "", page.shown: ""}
        task = job.task or "sentiment"
        return page.opened(job, secret, task, file=path is not None) | {form.task: task}

    def pick(task: str, secret: str) -> dict[Any, Any]:
        return form.fill(desk.jobs.find(secret), task)

    def check_job(secret: object) -> None:
        desk.find(secret)

    def check_all(*values: Any) -> None:
        try:
            task, columns, options = form.read(values[:-1])
            desk.check(values[-1], task, columns, options)
        except InputError as error:
            raise InputError(form.field_of(error, values[0]), str(error)) from error

    def turn(job: Job, report: Report) -> Iterator[dict[Any, Any]]:
        for _ in throttled(desk.turn(job, report), GLANCE):
            yield page.at_work(job)
        if job.done:
            yield page.at_rest(job)

    def begin(*values: Any, report: Report = ignore) -> Iterator[dict[Any, Any]]:
        task, columns, options = form.read(values[:-1])
        yield from turn(desk.begin(values[-1], task, columns, options), report)

    def go_on(secret: str, report: Report = ignore) -> Iterator[dict[Any, Any]]:
        yield from turn(desk.resume(secret), report)

    def take_turn(secret: str, report: Report = ignore) -> Iterator[dict[Any, Any]]:
        job = desk.find(secret)
        if job.wanted:
            yield from turn(job, report)

    def another(secret: str, taken: int) -> int:
        """Increase the number of turns while rows remain: the page then requests the next one."""
        job = desk.jobs.find(secret)
        return taken + (job is not None and job.wanted)

    def end(secret: str) -> dict[Any, Any]:
        job = desk.jobs.find(secret)
        if job is not None:
            job.cancellation.cancel()
        return page.at_rest(job)

    def at_once(
        event: Callable[..., Any],
        fn: Callable[..., Any],
        inputs: Sequence[Component],
        outputs: Sequence[Component] = page.everything,
    ) -> None:
        """At `event` run `fn`, which needs no model."""
        event(
            guarded(fn),
            list(inputs),
            list(outputs),
            concurrency_id=READING_LANE,
            concurrency_limit=1,
            **LATEST,
            **UNSEEN,
        )

    options = [page.encoding, page.separator, page.header]
    another_file, another_way = [page.file.upload, page.file.clear], [each.input for each in (*options, page.sheet)]
    at_once(partial(gr.on, another_file), open_file, [page.file, *options, form.task])
    at_once(partial(gr.on, another_way), open_file, [page.file, *options, form.task, page.sheet])
    at_once(page.example.click, open_example, [*options, form.task])
    at_once(page.saved.change, restore, [page.saved, page.shown, page.file])
    form.task.input(pick, [form.task, page.saved], list(form.inputs.values()), **LATEST, **QUIET)

    runs = [
        on_run([trigger], fn, inputs, page.progress, check, fields, page.stop, BATCH_LANE)
        for trigger, fn, inputs, check, fields in (
            (page.run.click, begin, [*form.inputs.values(), page.saved], check_all, (*form.names, "file")),
            (page.resume.click, go_on, [page.saved], check_job, ("file",)),
            (turns.change, take_turn, [page.saved], check_job, ("file",)),
        )
    ]
    for run in runs:
        # Outside the queue the page would not receive the change of the number.
        at_once(run.success, another, [page.saved, turns], [turns])
        at_once(run.failure, end, [page.saved])
    at_once(page.stop.click, end, [page.saved])
    texts = tuple(each for each in form.inputs.values() if isinstance(each, gr.Textbox))
    return Form({"task": form.task}, page.run, opening=batch_opening(desk, page), typed=texts)


EXPLANATION = """
Rows are read in groups, so that a model works on many at once, in turns of about 20 seconds: batches of several
visitors take turns, and each steps aside while anybody uses another tab. A row that cannot be read, or that fails,
carries its reason in the column *error*; the others go on.

**Stop** keeps what is done, and **Resume** goes on after it. The table and its results stay on the server for an hour
after you last looked at them, found by a secret that only this browser has: close the page, open it again, and they
are here.

In the CSV, a cell that a spreadsheet would run as a formula begins with an apostrophe. JSON Lines has every cell as it
was. The command line does the same to a file of your own:

    python app.py batch --task sentiment reviews.csv --text review --out out.csv
"""


def make_service(
    cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED, tasks: Tasks = TASKS
) -> BatchService:
    """Batches of `tasks` over `cache`; they run on the bundled models, whatever else is offered."""
    return BatchService(cache, limits, tasks)


def tab(tasks: Tasks) -> Tab[BatchService]:
    """The tab that runs `tasks` over tables."""
    return Tab(TITLE, partial(make_service, tasks=tasks), render, group="tools")
