"""What the Batch tab opens on: the example's reviews, read beforehand, as a job of the visitor's own."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demos.assets import ASSETS
from demos.batch.page import BatchPage
from demos.tab import Opening
from demos.words import words
from models.catalog.bundled import SENTIMENT
from models.tasks.spec import Result
from tables.batch_service import BatchService
from tables.jobs import Job
from tables.table import Options, Table, read_table

# By language: its columns are in that language, but the reviews are the same English ones in the same order, since the
# models of a batch do not read Chinese. So the results made beforehand hold for both.
EXAMPLES = {"en": ASSETS / "examples" / "reviews.csv", "zh": ASSETS / "examples" / "reviews.zh.csv"}


@dataclass(frozen=True)
class MadeRows:
    """The results of the example's rows, in their order, and the name of the model that made them."""

    model: str
    results: list[Result]


def batch_opening(desk: BatchService, page: BatchPage) -> Opening:
    """The opening of the tab that `page` shows; its inputs are the task alone, which is sentiment."""

    def make(task: str) -> MadeRows:
        job = example()
        desk.begin(desk.jobs.keep(job), task, reviews_of(job), {})
        while not job.done:
            for _ in desk.turn(job):
                pass
        return MadeRows(SENTIMENT.name, job.results)

    def show(inputs: Mapping[str, Any], made: MadeRows) -> dict[Any, Any]:
        job, task = example(), str(inputs["task"])
        secret = desk.jobs.keep(job)
        desk.begin(secret, task, reviews_of(job), {})
        job.results, job.made_by = made.results, made.model
        status = f"{made.model} · {page.progress_of(job)}"
        return page.opened(job, secret, task) | {page.form.task: task, page.status: status}

    return Opening(MadeRows, make, show, page.status, unless=(page.saved,), outputs=tuple(page.everything))


def example() -> Job:
    """A job over the example's table in the visitor's language, on which nothing was done yet."""
    path = example_file()
    return Job(path.name.partition(".")[0], example_table(path), example=True)


def example_file() -> Path:
    """The example in the visitor's language, or else in English."""
    return EXAMPLES.get(words().tag.partition("-")[0], EXAMPLES["en"])


def reviews_of(job: Job) -> dict[str, str]:
    """The columns that sentiment reads of the example: the last one has the reviews."""
    return {"text": job.table.columns[-1]}


@functools.cache
def example_table(path: Path) -> Table:
    """The example's table, read once for all visitors: nothing writes into a table."""
    return read_table(path, Options())
