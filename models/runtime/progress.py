"""What a visitor waits for, and how the work ends when nobody waits any more."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

MEGABYTE = 1_000_000

T = TypeVar("T")


class Stopped(Exception):
    """Nobody waits for the result any more: what a report raises to end the work where it is."""


@dataclass(frozen=True)
class Stage:
    """One step towards a result; `done` and `total` are bytes, 0 where they are unknown."""

    action: Literal["Waiting for", "Reading", "Downloading", "Checking", "Converting", "Loading", "Running"]
    name: str
    done: int = 0
    total: int = 0

    @property
    def fraction(self) -> float | None:
        """The share that is done, 0 to 1, or None where it is unknown."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def words(self) -> str:
        """What is done, and how much of it in megabytes where that is known."""
        if self.fraction is None:
            return f"{self.action} {self.name}"
        return f"{self.action} {self.name}: {self.done / MEGABYTE:.0f} of {self.total / MEGABYTE:.0f} MB"

    def __str__(self) -> str:
        return self.words if self.fraction is None else f"{self.words} ({self.fraction:.0%})"


# Told the stage again and again while somebody waits for it, so that it can end the wait by raising Stopped.
Report = Callable[[Stage], None]


def ignore(stage: Stage) -> None:
    """Take a stage and tell nobody: the default of every `report` argument."""


def to_terminal(write: Callable[[str], None] = print) -> Report:
    """A report that writes a line for each new step, and for each further tenth of a download."""
    last: list[tuple[str, str, int]] = []

    def report(stage: Stage) -> None:
        step = (stage.action, stage.name, int((stage.fraction or 0) * 10))
        if last != [step]:
            last[:] = [step]
            write(str(stage))

    return report


def last(results: Iterator[T], model: str, report: Report) -> T:
    """The last of what `model` gives; `report` is asked between two results, and ends the work by raising."""
    with closing(cast(Generator[T, None, None], results)):
        for result in results:
            newest = result
            report(Stage("Running", model))
    return newest
