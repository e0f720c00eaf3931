"""What the Batch tab opens on: the example's reviews, read beforehand, as a job of the visitor's own."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demos.assets import ASSETS
from demos.batch.page import BatchPage
from demos.tab import Opening
from models.catalog.bundled import SENTIMENT
from models.tasks.spec import Result
from tables.batch_service import BatchService
from tables.jobs import Job
from tables.table import Options, Table, read_table

EXAMPLE = ASSETS / "examples" / "reviews.csv"
# Its column that a task reads.
COLUMN = "review"


@dataclass(frozen=True)
class MadeRows:
    """The results of the example's rows, in their order, and the name of the model that made them."""

    model: str
    results: list[Result]


def batch_opening(desk: BatchService, page: BatchPage) -> Opening:
    """The opening of the tab that `page` shows; its inputs are the task alone, which is sentiment."""

    def make(task: str) -> MadeRows:
        job = desk.begin(desk.jobs.keep(example()), task, {"text": COLUMN}, {})
        while not job.done:
            for _ in desk.turn(job):
                pass
        return MadeRows(SENTIMENT.name, job.results)

    def show(inputs: Mapping[str, Any], made: MadeRows) -> dict[Any, Any]:
        job, task = example(), str(inputs["task"])
        secret = desk.jobs.keep(job)
        desk.begin(secret, task, {"text": COLUMN}, {})
        job.results, job.made_by = made.results, made.model
        status = f"{made.model} · {page.progress_of(job)}"
        return page.opened(job, secret, task) | {page.form.task: task, page.status: status}

    return Opening(MadeRows, make, show, page.status, unless=(page.saved,), outputs=tuple(page.everything))


def example() -> Job:
    """A job over the example's table, on which nothing was done yet."""
    return Job(EXAMPLE.stem, example_table(), example=True)


@functools.cache
def example_table() -> Table:
    """The example's table, read once for all visitors: nothing writes into a table."""
    return read_table(EXAMPLE, Options())
