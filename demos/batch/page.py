"""The components of the Batch tab and their updates for a visitor's job."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.batch.form import BatchForm, batch_form
from demos.batch.results import BatchResults, batch_results
from demos.status import StatusLine
from demos.words import localize, localize_facts, say, say_count
from models.runtime.limits import Limits
from models.tasks.registry import Tasks
from tables.batch_service import BatchService
from tables.decoded import ENCODINGS
from tables.delimited import SEPARATORS
from tables.jobs import Job
from tables.table import Options

ENDINGS = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx"]
FOUND_OUT = "found out"
HEADERS = {FOUND_OUT: None, "the first row": True, "none": False}


class Upload(gr.File):
    """A file component that passes on its path; `gr.File` leaves an empty file behind at each event."""

    def get_block_name(self) -> str:
        """The component of Gradio's page that draws it."""
        return "file"

    def preprocess(self, payload: gr.FileData | None) -> str | None:  # type: ignore[override]
        """The path of the upload, in the server's own folder for uploads."""
        return payload.path if payload else None


class ProgressBar(gr.HTML):
    """A bar; its value is the percentage that is done."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        template = '<progress class="batch-bar" max="100" value="{{value}}" aria-label="{{label}}"></progress>'
        super().__init__("0", label="Rows done", html_template=template, elem_id=elem_id, render=render)


@dataclass(frozen=True)
class BatchPage:
    """The components; `saved` is the secret that this browser keeps, `shown` the one of the job on the page."""

    file: Upload
    example: gr.Button
    refused: StatusLine
    reading: StatusLine
    sheet: gr.Dropdown
    encoding: gr.Dropdown
    separator: gr.Dropdown
    header: gr.Dropdown
    form: BatchForm
    run: gr.Button
    stop: gr.Button
    resume: gr.Button
    bar: ProgressBar
    status: StatusLine
    results: BatchResults
    saved: gr.BrowserState
    shown: gr.State

    @property
    def progress(self) -> list[Component]:
        """What changes while a batch runs."""
        return [self.bar, self.status, self.run, self.resume, self.stop, *self.results.outputs]

    @property
    def everything(self) -> list[Component]:
        """All that shows a job."""
        return [
            self.reading,
            self.refused,
            self.sheet,
            self.saved,
            self.shown,
            *self.form.inputs.values(),
            *self.progress,
        ]

    def state(self, job: Job | None, running: bool = False) -> dict[Any, Any]:
        """The progress of `job`, and the actions it allows."""
        progress = BatchService.progress(job) if job and job.batch else None
        status = self.progress_of(job) if job else ""
        if job and job.made_by:
            status = say("Made beforehand by {status}", status=f"{job.made_by} · {status}")
        return {
            self.bar: f"{100 * progress.done / progress.total:.1f}" if progress else "0",
            self.status: status,
            self.run: gr.Button(interactive=job is not None and not running),
            self.resume: gr.Button(interactive=progress is not None and progress.done < progress.total and not running),
            self.stop: gr.Button(interactive=running),
        }

    def progress_of(self, job: Job) -> str:
        """How far `job` is, in the visitor's language."""
        return localize_facts(BatchService.progress(job)) if job.batch else ""

    def opened(self, job: Job, secret: str, task: str, file: bool = True) -> dict[Any, Any]:
        """A job whose table was read, or that is found again; without its `file` no other sheet can be read."""
        rows, reading = say_count(len(job.table), "{n:,} row", "{n:,} rows"), job.table.reading
        lines = [f"{job.name}: {rows} · {localize_facts(reading)}", *map(localize, reading.notes)]
        shown = {self.reading: "\n".join(lines), self.refused: "", self.saved: secret, self.shown: secret}
        picked = self._sheets(reading.sheets if file else (), reading.sheet)
        return shown | picked | self.form.fill(job, task) | self.at_rest(job)

    def at_rest(self, job: Job | None) -> dict[Any, Any]:
        """A job that does not run."""
        if job is None:
            return self.state(None) | self.results.empty()
        return self.state(job) | (self.results.whole(job) if job.results else self.results.preview(job))

    def at_work(self, job: Job) -> dict[Any, Any]:
        """A job that runs."""
        return self.state(job, running=True) | self.results.newest(job)

    def without_table(
        self, task: str, why: str = "", sheets: Sequence[str] = (), sheet: str | None = None
    ) -> dict[Any, Any]:
        """No job, with the reason where a file was refused, and its sheets to choose from."""
        shown = {self.reading: "", self.refused: why, self.saved: "", self.shown: ""}
        return shown | self._sheets(sheets, sheet) | self.form.fill(None, task) | self.at_rest(None)

    def _sheets(self, sheets: Sequence[str], sheet: str | None) -> dict[Any, Any]:
        """The picker of sheets, shown where there are several."""
        chosen = sheet if sheet in sheets else None
        return {self.sheet: gr.Dropdown(choices=list(sheets), value=chosen, visible=len(sheets) > 1)}


def batch_page(tasks: Tasks, limits: Limits) -> BatchPage:
    """Lay the components out, for batches of `tasks` within `limits`."""
    gr.Markdown(
        "Upload a table, choose what to do with each row, and download it with the results beside your columns."
    )
    with gr.Row(elem_id="batch-inputs"):
        with gr.Column(scale=3):
            file = Upload(
                label="CSV, TSV, JSON or Excel: up to 10,000 rows and 20 MB",
                file_types=ENDINGS,
                height=170,
                elem_id="batch-file",
            )
            with gr.Row(elem_id="batch-examples"):
                example = gr.Button("Try it with 24 reviews", size="sm", elem_id="batch-example")
            refused = StatusLine("batch-refused")
            reading = StatusLine("batch-reading")
            sheet = gr.Dropdown([], label="Sheet", visible=False, elem_id="batch-sheet")
            with gr.Accordion("Read the file in another way", open=False, elem_id="batch-options"), gr.Row():
                encoding = gr.Dropdown([FOUND_OUT, *ENCODINGS], value=FOUND_OUT, label="Encoding", min_width=140)
                separator = gr.Dropdown(
                    [FOUND_OUT, *SEPARATORS, "none"], value=FOUND_OUT, label="Separator", min_width=140
                )
                header = gr.Dropdown(list(HEADERS), value=FOUND_OUT, label="Header", min_width=140)
        with gr.Column(scale=2):
            form = batch_form(tasks, limits)
    with gr.Row(elem_id="batch-buttons"):
        run = gr.Button("Run", variant="primary", interactive=False, elem_id="batch-run")
        stop = gr.Button("Stop", interactive=False, elem_id="batch-stop")
        resume = gr.Button("Resume", interactive=False, elem_id="batch-resume")
    bar = ProgressBar("batch-bar")
    status = StatusLine("batch-status")
    results = batch_results()
    # The secret finds the batch again. Its encryption hides nothing, and must be the same after a restart.
    saved = gr.BrowserState("", storage_key="glassbox-batch", secret="glassbox-batch")
    shown = gr.State("")
    return BatchPage(
        file, example, refused, reading, sheet, encoding, separator, header, form,
        run, stop, resume, bar, status, results, saved, shown,
    )  # fmt: skip


def options_of(encoding: str, separator: str, header: str, sheet: str = "") -> Options:
    """What the visitor says about the file."""
    chosen = ["" if choice == FOUND_OUT else choice for choice in (encoding, separator)]
    return Options(chosen[0], chosen[1], HEADERS.get(header), sheet)
