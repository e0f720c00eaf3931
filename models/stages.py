"""What a visitor waits for while a model gets ready."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Stage:
    """One step towards a ready model; `done` and `total` are bytes, 0 where they are unknown."""

    action: Literal["Waiting for", "Downloading", "Checking", "Converting", "Loading"]
    name: str
    done: int = 0
    total: int = 0

    @property
    def fraction(self) -> float | None:
        """The share that is done, 0 to 1, or None where it is unknown."""
        return min(1.0, self.done / self.total) if self.total else None

    def __str__(self) -> str:
        if self.fraction is None:
            return f"{self.action} {self.name}"
        megabytes = f"{self.done / MEGABYTE:.0f} of {self.total / MEGABYTE:.0f} MB"
        return f"{self.action} {self.name}: {megabytes} ({self.fraction:.0%})"


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
