"""Opens, starts and continues visitors' batches in time slices."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Cancellation, Report, Stage, ignore
from models.runtime.yield_to_interactive import step_aside
from models.tasks.registry import TASKS, Tasks
from tables.batch import Progress, failed, make_batch
from tables.jobs import Job, Jobs
from tables.table import Options, read_table

# A time slice in seconds: the next one is queued behind other visitors' batches, and none reaches the deadline of a
# request.
TURN = 20.0
GONE = "This batch is no longer available: batches are kept for an hour. Upload the file again."


@dataclass(frozen=True)
class BatchService:
    """Batches of `tasks` over the models of `cache`, each found by its visitor's secret."""

    cache: ModelCache
    limits: Limits = DEFAULT_LIMITS
    tasks: Tasks = TASKS
    jobs: Jobs = field(default_factory=Jobs)

    def open(self, path: Path, options: Options) -> str:
        """Read the table at `path`; its job's secret. Raises InputError."""
        return self.jobs.keep(Job(path.stem, read_table(path, options)))

    def find(self, secret: object) -> Job:
        """The job of this secret. Raises InputError where it is not there any more."""
        job = self.jobs.find(secret)
        if job is None:
            raise InputError("file", GONE if secret else "Upload a table first.")
        return job

    def check(self, secret: object, task: object, columns: Mapping[str, str], options: Mapping[str, Any]) -> None:
        """Raise InputError where `begin` would."""
        make_batch(self.cache, self.find(secret).table, task, columns, options, self.limits, self.tasks)

    def begin(self, secret: object, task: str, columns: Mapping[str, str], options: Mapping[str, Any]) -> Job:
        """The job with a task, and no row done yet. Raises InputError; `columns` and `options` as for `make_batch`."""
        job = self.find(secret)
        batch = make_batch(self.cache, job.table, task, columns, options, self.limits, self.tasks)
        with job.at_work():
            job.task, job.batch, job.results, job.seconds, job.made_by = task, batch, [], 0.0, ""
            job.cancellation = Cancellation()
        return job

    def resume(self, secret: object) -> Job:
        """Resume the job. Raises InputError if it was never started."""
        job = self.find(secret)
        if job.batch is None:
            raise InputError("file", "This batch has not begun: run it first.")
        job.cancellation = Cancellation()
        return job

    def turn(
        self, job: Job, report: Report = ignore, clock: Callable[[], float] = time.monotonic
    ) -> Iterator[Progress]:
        """Do the next rows of a job that is wanted, for about `TURN` seconds; how far it is, after each group.

        It pauses for other visitors' requests, even within a row. Closing the generator cancels the work.
        """
        assert job.batch is not None, "a job begins before it has turns"

        def waiting(own: int) -> None:
            step_aside(self.cache, own)
            job.cancellation.check()

        def within(stage: Stage) -> None:
            report(stage)
            waiting(1)

        with job.at_work():
            began, before, spent = clock(), len(job.results), job.seconds
            yield self.progress(job)
            for results in job.batch.run(before, lambda: waiting(0), within):
                job.results += results
                job.seconds = spent + clock() - began
                yield self.progress(job)
                if clock() - began >= TURN:
                    return

    @staticmethod
    def progress(job: Job) -> Progress:
        """How far `job` is."""
        done = len(job.results)
        return Progress(done, len(job.table), failed(job.results), done, job.seconds)
