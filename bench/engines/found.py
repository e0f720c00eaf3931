"""What was measured: taken in turn, and kept in a file so that the rows can be measured one by one."""

import json
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


class Unanswered(RuntimeError):
    """A request failed, or got no whole answer in its time; `value` is what could be measured all the same."""

    def __init__(self, message: str, value: float | None = None) -> None:
        super().__init__(message)
        self.value = value


@dataclass
class Found:
    """The figures of one side of a line, and how many of its requests were not answered in their time."""

    values: list[float] = field(default_factory=list)
    unanswered: int = 0

    @property
    def count(self) -> int:
        """How many requests were measured."""
        return len(self.values) + self.unanswered

    def add(self, other: "Found") -> None:
        """Count what `other` found as well."""
        self.values += other.values
        self.unanswered += other.unanswered


# By the key of a line and the name of a side.
Table = dict[str, dict[str, Found]]


def in_turn(measures: Mapping[K, Callable[[int], float]], numbers: range, until: float) -> dict[K, Found]:
    """Call each of `measures` with the first of `numbers`, then each with the second, and so on.

    Each round begins with another measure. No round begins that would not end before the moment `until` of the
    monotonic clock if it took as long as the longest so far, and after that moment nothing more is measured.
    `Unanswered` is printed and counted.
    """
    found = {key: Found() for key in measures}
    keys, longest = list(measures), 0.0
    for number in numbers:
        began = time.monotonic()
        if longest and began + longest > until:
            break
        first = number % len(keys) if keys else 0
        for key in keys[first:] + keys[:first]:
            if time.monotonic() > until:
                return found
            try:
                found[key].values.append(measures[key](number))
            except Unanswered as error:
                print(f"{key}: {error}", flush=True)
                found[key].unanswered += error.value is None
                found[key].values += [] if error.value is None else [error.value]
        longest = max(longest, time.monotonic() - began)
    return found


def by_line(found: Mapping[tuple[str, str], Found]) -> Table:
    """`found`, whose keys are a line's key and a side's name, as a table."""
    table: Table = {}
    for (line, side), each in found.items():
        table.setdefault(line, {})[side] = each
    return table


def read(file: Path) -> Table:
    """What `file` holds; nothing where there is no such file."""
    if not file.exists():
        return {}
    stored = json.loads(file.read_text(encoding="utf-8"))
    return {line: {side: Found(**each) for side, each in sides.items()} for line, sides in stored.items()}


def keep(table: Table, new: Table, file: Path, add: bool) -> None:
    """Put `new` into `table`, in the place of what was there or with `add` in addition to it, and write `file`."""
    for line, sides in new.items():
        kept = table.setdefault(line, {})
        for side, found in sides.items():
            if add and side in kept:
                kept[side].add(found)
            else:
                kept[side] = found
    file.parent.mkdir(parents=True, exist_ok=True)
    stored = {line: {side: asdict(each) for side, each in sides.items()} for line, sides in table.items()}
    file.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
