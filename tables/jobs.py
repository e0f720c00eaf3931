"""Visitors' batches, each identified by a secret token and deleted an hour after its last use."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from models.runtime.limits import InputError
from models.runtime.progress import MEGABYTE, Cancellation
from models.tasks.spec import Result
from tables.batch import Batch
from tables.table import Table

LIFETIME = 3_600.0
# Of all tables and results together, in bytes.
BUDGET = 256 * MEGABYTE
# How many jobs over the example are kept. Each page that opens the tab begins one, so they have a limit of their own
# and evict no upload.
EXAMPLES = 1_000
# How long, in seconds, one that was stopped may take to end.
LAST_STEP = 5.0
# What a cell of a result takes about, in bytes.
RESULT_CELL = 60


@dataclass(eq=False)
class Job:
    """A visitor's table, called `name`; the task that is done with it, and how far that is.

    `seconds` is the work so far. `cancellation` ends the current run; each run has its own. `made_by` names the model
    that made the results beforehand, where it was not a run of the visitor's. The table of an `example` is the same for
    all visitors.
    """

    name: str
    table: Table
    task: str = ""
    batch: Batch | None = None
    results: list[Result] = field(default_factory=list)
    seconds: float = 0.0
    made_by: str = ""
    example: bool = False
    cancellation: Cancellation = field(default_factory=Cancellation)
    _running: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Lock the job. Raises InputError if it is locked already.

        If it was just stopped, wait for its current step to end.
        """
        if not self._running.acquire(timeout=LAST_STEP):
            raise InputError("file", "This batch is running already, perhaps in another window. Stop it there.")
        try:
            yield
        finally:
            self._running.release()

    @property
    def done(self) -> bool:
        """Whether every row has its result."""
        return self.batch is not None and len(self.results) == len(self.table)

    @property
    def wanted(self) -> bool:
        """Whether rows remain and the visitor has not stopped the run."""
        return self.batch is not None and not self.done and not self.cancellation.cancelled

    @property
    def nbytes(self) -> int:
        """About how much memory it takes when it is done."""
        columns = len(self.batch.task.columns) + 1 if self.batch else 0
        return self.table.nbytes + RESULT_CELL * columns * len(self.table)


@dataclass
class _Kept:
    job: Job
    used: float


@dataclass
class Jobs:
    """The jobs of all visitors, each for `lifetime` seconds after its last use.

    Those over tables of theirs are within `budget` bytes, those over the example are at most `examples`.
    """

    lifetime: float = LIFETIME
    budget: int = BUDGET
    examples: int = EXAMPLES
    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _timer: threading.Timer | None = None

    def keep(self, job: Job) -> str:
        """Keep `job`, and return the secret by which it is found; the least recently used ones make room."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self.sweep()
            self._kept[secret] = _Kept(job, self.clock())
            self._make_room()
            if self._timer is None:
                self._sweep_later()
        return secret

    def find(self, secret: object) -> Job | None:
        """The job of this secret, if there is one still."""
        with self._lock:
            self.sweep()
            kept = self._kept.get(secret) if isinstance(secret, str) else None
            if kept is None:
                return None
            kept.used = self.clock()
            return kept.job

    def sweep(self) -> int:
        """Forget what was not used for a lifetime, and return how many jobs are left."""
        with self._lock:
            oldest = self.clock() - self.lifetime
            for secret in [secret for secret, kept in self._kept.items() if kept.used <= oldest]:
                del self._kept[secret]
            return len(self._kept)

    def _make_room(self) -> None:
        """Forget the least recently used where there are too many; never the newest of its kind."""
        by_use = sorted(self._kept, key=lambda secret: self._kept[secret].used)
        examples = [secret for secret in by_use if self._kept[secret].job.example]
        sizes = {secret: self._kept[secret].job.nbytes for secret in by_use if not self._kept[secret].job.example}
        used = sum(sizes.values())
        for secret in examples[: max(0, len(examples) - self.examples)]:
            del self._kept[secret]
        for secret in list(sizes)[:-1]:
            if used <= self.budget:
                return
            used -= sizes[secret]
            del self._kept[secret]

    def _sweep_later(self) -> None:
        """Schedule a sweep for the end of the oldest job's lifetime."""
        oldest = min(kept.used for kept in self._kept.values())
        self._timer = threading.Timer(max(0.0, oldest + self.lifetime - self.clock()), self._sweep_in_time)
        self._timer.daemon = True
        self._timer.start()

    def _sweep_in_time(self) -> None:
        with self._lock:
            self._timer = None
            if self.sweep():
                self._sweep_later()
