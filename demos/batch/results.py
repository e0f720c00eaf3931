"""The results of a batch: a table to sort and filter, charts, and files to download."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np
import pandas as pd

from demos.batch.table import as_value, fitting, in_words, localized_cell
from demos.gradio_compat import save_download
from demos.words import say
from models.tasks.spec import Cell
from tables.batch import ERROR
from tables.exports import write_csv, write_json_lines
from tables.jobs import Job

# While a batch runs, the table shows its newest rows.
NEWEST = 50
BINS = 20
LABELS = 20
# Gradio gives the table's filter field no accessible name.
NAME_THE_FILTER = """const named = () => {
  const field = document.querySelector("#batch-table .search-input");
  if (!field) return requestAnimationFrame(named);
  field.setAttribute("aria-label", say("Filter the rows"));
};
named();"""


@dataclass(frozen=True)
class BatchResults:
    """The components."""

    note: gr.HTML
    table: gr.Dataframe
    csv: gr.DownloadButton
    json_lines: gr.DownloadButton
    charts: gr.Row
    shares: gr.BarPlot
    scores: gr.BarPlot
    lengths: gr.BarPlot

    @property
    def outputs(self) -> list[Any]:
        """All of them."""
        return list(vars(self).values())

    def preview(self, job: Job) -> dict[Any, Any]:
        """The visitor's table, before the batch has run."""
        return self._table(job.table.frame) | self._nothing_yet()

    def newest(self, job: Job) -> dict[Any, Any]:
        """The last rows that are done, while more are to come."""
        assert job.batch is not None
        start = max(0, len(job.results) - NEWEST)
        frame = job.batch.joined(job.results[start:], start)
        return {self.table: as_value(in_words(frame, job.batch))}

    def whole(self, job: Job) -> dict[Any, Any]:
        """All finished rows, as a table, as files and in charts."""
        assert job.batch is not None
        frame = job.batch.joined(job.results)
        name = f"{job.name}-{job.task}"
        files = {
            self.csv: _file(_csv(frame), f"{name}.csv"),
            self.json_lines: _file(_json_lines(frame), f"{name}.jsonl"),
        }
        return self._table(in_words(frame, job.batch), done=True) | files | self._charts(job)

    def empty(self) -> dict[Any, Any]:
        """An empty state."""
        return {self.table: None, self.note: ""} | self._nothing_yet()

    def _nothing_yet(self) -> dict[Any, Any]:
        off = gr.DownloadButton(value=None, interactive=False)
        return {self.csv: off, self.json_lines: off, self.charts: gr.Row(visible=False)}

    def _table(self, frame: pd.DataFrame, done: bool = False) -> dict[Any, Any]:
        shown, cut = fitting(frame), ""
        if len(shown) < len(frame):
            counts = {"shown": len(shown), "all": len(frame)}
            cut = (
                say("The table shows the first {shown:,} of {all:,} rows done.", **counts)
                if done
                else say("The table shows the first {shown:,} of {all:,} rows of the file.", **counts)
            )
        return {self.table: as_value(shown), self.note: cut}

    def _charts(self, job: Job) -> dict[Any, Any]:
        assert job.batch is not None
        task, good = job.batch.task, [result for result in job.results if not result[ERROR]]
        drawn = {
            self.shares: shares([localized_cell(task.label, result.get(task.label)) for result in good])
            if task.label
            else None,
            self.scores: histogram([result.get(task.score) for result in good], 1.0) if task.score else None,
            self.lengths: histogram([len(str(result.get(task.length))) for result in good]) if task.length else None,
        }
        updates: dict[Any, Any] = {}
        for plot, found in drawn.items():
            if found is None or found.empty:
                updates[plot] = gr.BarPlot(visible=False)
            elif plot is self.shares:
                updates[plot] = gr.BarPlot(found, visible=True)
            else:
                updates[plot] = gr.BarPlot(found, x_bin=float(found.attrs["width"]), visible=True)
        return updates | {self.charts: gr.Row(visible=any(f is not None and not f.empty for f in drawn.values()))}


def batch_results() -> BatchResults:
    """Lay the components out."""
    note = gr.HTML(
        "", html_template="<p>{{value}}</p>", js_on_load=NAME_THE_FILTER, padding=False, elem_id="batch-note"
    )
    table = gr.Dataframe(
        interactive=False,
        show_search="filter",
        show_label=False,
        datatype="str",
        max_height=460,
        max_chars=120,
        buttons=["fullscreen"],
        elem_id="batch-table",
    )
    with gr.Row(elem_id="batch-downloads"):
        csv = gr.DownloadButton("Download CSV", interactive=False, size="md", elem_id="batch-csv")
        json_lines = gr.DownloadButton("Download JSON Lines", interactive=False, size="md", elem_id="batch-json-lines")
    with gr.Row(visible=False, elem_id="batch-charts") as charts:
        common: dict[str, Any] = {"y": "rows", "y_title": "rows", "y_lim": [0, None], "y_axis_format": ",~f"}
        common |= {"height": 260, "min_width": 280}
        binned = common | {"x": "middle", "y_aggregate": "sum"}
        shares = gr.BarPlot(x="label", x_title="label", title="Rows with each label", sort="-y", **common)
        scores = gr.BarPlot(title="Scores", x_title="score", x_lim=[0, 1], **binned)
        lengths = gr.BarPlot(title="Lengths of the results", x_title="characters", **binned)
    return BatchResults(note, table, csv, json_lines, charts, shares, scores, lengths)


def shares(labels: Sequence[Cell]) -> pd.DataFrame:
    """How many rows have each label; a row of several counts for each."""
    each = [name for label in labels if isinstance(label, str) for name in (label or say("none")).split(", ")]
    return pd.DataFrame(Counter(each).most_common(LABELS), columns=["label", "rows"])


def histogram(values: Sequence[Cell], high: float | None = None) -> pd.DataFrame:
    """How many of `values` are in each of some bins of equal width, from 0 up; each has its `middle`."""
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    if not numbers:
        return pd.DataFrame({"middle": [], "rows": []})
    width = (high or nice(max(numbers))) / BINS
    counts, edges = np.histogram(numbers, BINS, (0.0, width * BINS))
    frame = pd.DataFrame({"middle": edges[:-1] + width / 2, "rows": counts})
    frame.attrs["width"] = width
    return frame


def nice(value: float) -> float:
    """The next of 20, 40, 100, 200, 400, 1,000 … that is not below `value`."""
    scale = 20.0
    while True:
        for step in (1, 2, 5):
            if value <= scale * step:
                return scale * step
        scale *= 10


def _csv(frame: pd.DataFrame) -> str:
    file = io.StringIO(newline="")
    # Without the mark Excel takes UTF-8 for something else.
    file.write("\ufeff")
    write_csv(file, [list(frame.columns), *frame.itertuples(index=False, name=None)])
    return file.getvalue()


def _json_lines(frame: pd.DataFrame) -> str:
    file = io.StringIO()
    write_json_lines(file, list(frame.columns), frame.itertuples(index=False, name=None))
    return file.getvalue()


def _file(text: str, name: str) -> gr.DownloadButton:
    """The button with `text` as its file, in a folder named by a hash of what it holds, which the page's sweep ends."""
    return gr.DownloadButton(value=save_download(text.encode(errors="replace"), name), interactive=True)
