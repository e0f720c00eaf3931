"""Runs a task over the rows of a table in batches; an invalid row does not affect the others."""

import logging
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from models.engines.remote.streams import EngineError
from models.runtime.cache import BudgetError, ModelCache
from models.runtime.device import DeviceUnavailable
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Report, Stopped, ignore
from models.tasks.registry import TASKS, Tasks
from models.tasks.spec import Result, Row, RowTask, Values, unique
from models.weights.store import WeightsMissing
from tables.table import Table

ERROR = "error"
# The target duration of a group of rows in seconds, which bounds the wait of interactive requests.
GROUP_SECONDS = 0.1
# Errors that no row causes and that end the batch.
FATAL = (WeightsMissing, BudgetError, DeviceUnavailable, EngineError, Stopped)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far a batch is: rows done of a total, how many of them failed, and the seconds that `timed` of them took."""

    done: int
    total: int
    failed: int = 0
    timed: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        facts = [f"{self.done:,} of {self.total:,} rows"]
        facts += [f"{self.failed:,} with an error"] if self.failed else []
        if self.timed and self.seconds:
            pace = self.timed / self.seconds
            facts.append(f"{pace:,.0f} rows/s" if pace >= 10 else f"{pace:.1f} rows/s")
            facts += [f"{duration((self.total - self.done) / pace)} left"] if self.done < self.total else []
        return " · ".join(facts)


def duration(seconds: float) -> str:
    """Seconds as people read them: 40 s, 3 min, 2 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def failed(results: Sequence[Result]) -> int:
    """How many of `results` are errors."""
    return sum(bool(result[ERROR]) for result in results)


@dataclass(frozen=True)
class Batch:
    """A task over a table: `columns` maps arguments to columns, `constants` has the values of the others."""

    table: Table
    task: RowTask
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for argument, column in self.columns.items():
            if column not in self.table.columns:
                has = ", ".join(f"“{name}”" for name in self.table.columns[:20])
                raise InputError(argument, f"There is no column “{column[:60]}” for {argument}. The file has {has}.")

    def run(
        self,
        start: int = 0,
        between: Callable[[], None] = lambda: None,
        report: Report = ignore,
        clock: Callable[[], float] = time.perf_counter,
    ) -> Generator[list[Result], None, None]:
        """The results of the rows from `start` on, in their order, a group at a time.

        A row that fails has its reason under `ERROR`. `between` is called before each group, `report` while one runs:
        both may wait, or cancel by raising. Raises errors that affect every row: a model that is missing or too large.
        """
        size, fewest, most = self.task.fewest, self.task.fewest, self.task.most
        while start < len(self.table):
            between()
            rows = range(start, min(start + size, len(self.table)))
            began = clock()
            results = self._group(rows, report)
            pace = GROUP_SECONDS / max(clock() - began, 1e-6)
            size = min(most, max(fewest, int(size * min(2.0, max(0.5, pace)))))
            start = rows.stop
            yield results

    def joined(self, results: Sequence[Result], start: int = 0) -> pd.DataFrame:
        """The visitor's own columns of the rows from `start` on, and their `results` beside them."""
        own = self.table.frame.iloc[start : start + len(results)].itertuples(index=False, name=None)
        new = ([result.get(column) for column in (*self.task.columns, ERROR)] for result in results)
        rows = [[*cells, *more] for cells, more in zip(own, new, strict=True)]
        return pd.DataFrame(rows, columns=self.names, dtype=object)

    @property
    def names(self) -> list[str]:
        """The names of all columns of `joined`; a new one that the visitor has already is numbered."""
        return unique([*self.table.columns, *self.task.columns, ERROR])

    def _group(self, rows: range, report: Report) -> list[Result]:
        results: dict[int, Result] = {}
        values: dict[int, Row] = {}
        for row in rows:
            try:
                values[row] = self._checked(row)
            except InputError as error:
                results[row] = {ERROR: str(error)}
        results |= self._run(values, report)
        return [results[row] for row in rows]

    def _checked(self, row: int) -> Row:
        """The arguments of `row`. Raises InputError where they cannot be used."""
        if row in self.table.faults:
            raise InputError(ERROR, self.table.faults[row])
        cells = {argument: self.table.frame.at[row, column] for argument, column in self.columns.items()}
        values = {**self.constants, **{argument: "" if c is None else str(c) for argument, c in cells.items()}}
        self.task.check(**values)
        return values

    def _run(self, values: Mapping[int, Row], report: Report) -> dict[int, Result]:
        """Run the rows together; if that fails, one by one, so that only those with errors fail."""
        if not values:
            return {}
        try:
            found = self.task.run(list(values.values()), report)
            return {row: result | {ERROR: ""} for row, result in zip(values, found, strict=True)}
        except FATAL:
            raise
        except Exception as error:
            if len(values) > 1:
                alone = [self._run({row: one}, report) for row, one in values.items()]
                return {row: result for each in alone for row, result in each.items()}
            return {row: {ERROR: _error_message(error)} for row in values}


def _error_message(error: Exception) -> str:
    """The error message of a row; unexpected errors are logged."""
    if isinstance(error, InputError):
        return str(error)
    log.error("a row of a batch failed", exc_info=error)
    if isinstance(error, MemoryError):
        return "Memory ran out at this row. Shorten it."
    return "The server failed to process this row. The error is in its log."


def make_batch(
    cache: ModelCache,
    table: Table,
    name: object,
    columns: Mapping[str, str],
    options: Values,
    limits: Limits = DEFAULT_LIMITS,
    tasks: Tasks = TASKS,
) -> Batch:
    """The task called `name`, one of `tasks`, over `table`; `columns` has the column of an input. Raises InputError.

    An option without a value has its default.
    """
    task = next((each for each in tasks if each.name == name), None)
    if task is None:
        raise InputError(
            "task", f"task must be one of {', '.join(each.name for each in tasks)}; it is {str(name)[:40]!r}."
        )
    rows = task.table
    for argument in rows.columns:
        if not columns.get(argument):
            raise InputError(argument, f"Choose the column of the {argument}.")
    names = [option.name for option in rows.either]
    constants = {each.name: options.get(each.name, each.default) for each in rows.either if each.name not in columns}
    chosen = {key: columns[key] for key in (*rows.columns, *names) if key in columns}
    return Batch(table, rows.make(cache, {**options, **constants}, limits), chosen, constants)
