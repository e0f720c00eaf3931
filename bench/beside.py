"""Compares ours with theirs: measured in turn, and formatted as a table."""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from bench import results

# The threads each side computes with, and how often each is measured.
THREADS, WARM_UPS, REPEATS = 2, 3, 5
# Seconds after which the threads of the other side's process have ceased to spin, as OpenMP's do after their work, and
# those after which cores that slept have their speed again.
QUIET, AWAKE = 0.2, 0.1

# A figure, or in words why there is none.
Measure = Callable[[], float | str]
Measured = list[float] | str

HEADER = ("| | Glassbox | beside it | times better | target |", "|---|---|---|---|---|")


@dataclass(frozen=True)
class Row:
    """One line of the table: ours beside theirs, in `unit`; ours is to be `at_least` so many times better."""

    name: str
    unit: str
    ours: Measured
    theirs: Measured
    more_is_better: bool = False
    at_least: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times better ours is, by the medians; None where one of them is not there."""
        return times_less(self.theirs, self.ours) if self.more_is_better else times_less(self.ours, self.theirs)

    @property
    def met(self) -> bool:
        """Whether ours is as much better as it is to be; beside a rival that is not there, nothing is missed."""
        return self.at_least is None or self.ratio is None or self.ratio >= self.at_least

    def __str__(self) -> str:
        better = "-" if self.ratio is None else f"{self.ratio:.1f}"
        target = "" if self.at_least is None else f"at least {self.at_least:g}"
        return f"| {self.name}, {self.unit} | {spread(self.ours)} | {spread(self.theirs)} | {better} | {target} |"


@dataclass(frozen=True)
class Score:
    """The quality of our answers beside that of the same model in float32, in percent; the more the better.

    Ours may be `at_most` points less.
    """

    name: str
    ours: float
    theirs: float
    at_most: float

    @property
    def met(self) -> bool:
        """Whether ours is as good as it is to be."""
        return self.theirs - self.ours <= self.at_most

    def __str__(self) -> str:
        points = f"{self.ours - self.theirs:+.2f} points"
        return f"| {self.name}, % | {self.ours:.2f} | {self.theirs:.2f} | {points} | at most {self.at_most:g} less |"


def not_measured(name: str, why: str) -> str:
    """The line of what could not be measured."""
    return f"| {name} | not measured: {why} | | | |"


def spread(values: Measured, unit: str = "") -> str:
    """A cell of the table: the median, with the least and the most."""
    if isinstance(values, str):
        return f"fails: {values}"
    spread = f"{_number(min(values))} to {_number(max(values))}" if len(values) > 1 else "once"
    return f"{_number(statistics.median(values))}{unit} ({spread})"


def _number(value: float) -> str:
    # Less than a hundred-thousandth of a unit is what a clock cannot measure.
    return f"{value:.2f}" if value < 1e-5 or value >= 0.1 else f"{value:.2g}"


def times_less(one: Measured, other: Measured) -> float | None:
    """How many times less `one` is than `other`, by the medians; None where one of them is not there."""
    if isinstance(one, str) or isinstance(other, str):
        return None
    return statistics.median(other) / statistics.median(one)


def figures(values: Measured) -> list[float]:
    """What was measured. Raises RuntimeError where it failed."""
    if isinstance(values, str):
        raise RuntimeError(values)
    return values


def interleaved(*measures: Measure, warm: Sequence[Measure] = (), patience: float = inf) -> list[Measured]:
    """What each of `measures` gives, in turn: warm-ups, then repeats; `warm` takes their places in the warm-ups.

    One that gave more than `patience` is measured once and no more, one that failed is not tried again.
    """
    found: list[Measured] = [[] for _ in measures]
    over = [False for _ in measures]
    for turn in range(WARM_UPS + REPEATS):
        for i, measure in enumerate(warm if warm and turn < WARM_UPS else measures):
            so_far = found[i]
            if isinstance(so_far, str) or over[i]:
                continue
            value = measure()
            if isinstance(value, str):
                found[i] = value
            elif value > patience:
                found[i], over[i] = [value], True
            elif turn >= WARM_UPS:
                so_far.append(value)
    return found


def settled(measure: Measure) -> Measure:
    """`measure`, taken once what the other side left running has ended, and calls before it have woken the cores."""

    def after_others() -> float | str:
        time.sleep(QUIET)
        awake = time.monotonic() + AWAKE
        while time.monotonic() < awake:
            measure()
        return measure()

    return after_others


def method() -> str:
    """How the figures came about, in a sentence."""
    return (
        f"{THREADS} threads each, in turn, medians of {REPEATS} (the least and the most beside them) "
        f"after {WARM_UPS} warm-ups."
    )


def all_met(rows: Sequence[Row | Score]) -> bool:
    """Whether every target was met."""
    return all(row.met for row in rows)


def conclude(title: str, rows: Sequence[Row | Score], notes: Sequence[str], missing: Sequence[str] = ()) -> None:
    """Print the table of `rows`, and of what is `missing`, and keep it; exit with 1 where a target is missed."""
    lines = [*HEADER, *map(str, rows), *missing]
    print("\n".join(lines))
    results.write(title, [*lines, *notes])
    if not all_met(rows):
        sys.exit(1)
