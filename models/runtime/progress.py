"""Progress of long operations, and their cancellation.

Work is cancelled in one way: it calls its `report` between its steps and while it waits, and the report checks a
`Cancellation`, which raises Stopped. Work that yields results is also closed by its consumer between two of them. A
deadline cancels nothing: after `Limits.seconds` a task returns the result that it has.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

MEGABYTE = 1_000_000

T = TypeVar("T")


class Stopped(Exception):
    """Raised by a report to cancel the work when its result is no longer needed."""


class Cancellation:
    """Cancels the work that it was passed to. Safe to use from several threads."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the work is to end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """End the work at its next check."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise Stopped once this is cancelled."""
        if self.cancelled:
            raise Stopped


@dataclass(frozen=True)
class Stage:
    """One step towards a result; `done` and `total` are bytes, 0 where they are unknown."""

    action: Literal["Waiting for", "Reading", "Downloading", "Checking", "Converting", "Loading", "Running"]
    name: str
    done: int = 0
    total: int = 0

    @property
    def fraction(self) -> float | None:
        """The share that is done, 0 to 1, or None if unknown."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def words(self) -> str:
        """The action, and its progress in megabytes if known."""
        if self.fraction is None:
            return f"{self.action} {self.name}"
        return f"{self.action} {self.name}: {self.done / MEGABYTE:.0f} of {self.total / MEGABYTE:.0f} MB"

    def __str__(self) -> str:
        return self.words if self.fraction is None else f"{self.words} ({self.fraction:.0%})"


# Called repeatedly with the current stage while a caller waits; it can end the wait by raising Stopped.
Report = Callable[[Stage], None]


def ignore(stage: Stage) -> None:
    """Discard a stage: the default of every `report` argument."""


def to_terminal(write: Callable[[str], None] = print) -> Report:
    """A report that writes a line for each new step, and for every 10% of a download."""
    last: list[tuple[str, str, int]] = []

    def report(stage: Stage) -> None:
        step = (stage.action, stage.name, int((stage.fraction or 0) * 10))
        if last != [step]:
            last[:] = [step]
            write(str(stage))

    return report


def last(results: Iterator[T], model: str, report: Report) -> T:
    """Return the last of the `results` of `model`; `report` is called after each and can cancel by raising."""
    with closing(cast(Generator[T, None, None], results)):
        for result in results:
            newest = result
            report(Stage("Running", model))
    return newest
