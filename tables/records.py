"""The rows of a file in any format: limits, preambles, headers and line numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.runtime.limits import InputError
from models.tasks.spec import Cell

ROW_LIMIT = 10_000
COLUMN_LIMIT = 100
# What a header's cell has at most: a longer one is a text to read.
NAME_LETTERS, NAME_WORDS = 60, 8
# Blanks are never given back: a cell of nothing else behind a digit would be tried in every division.
NUMBER = re.compile(r"\s*+[-+]?[\d.,]*\d\s*+%?\s*+")
PLACES_SHOWN = 5
# Lines that may stand above a header, and rows that are looked at to find them.
PREAMBLE_LIMIT, SAMPLE = 20, 200
SURROGATES = re.compile("[\ud800-\udfff]")
BROKEN = "\ufffd"


class NoRows(InputError):
    """A file or a sheet is empty."""


@dataclass(frozen=True)
class Record:
    """One row of a file, from `line` to `end`, counted from 1; `end` is 0 where the row is one line.

    `stray` says that a quotation mark in it encloses no cell, `unsolved` that a formula in it has no result, and
    `fault` why the row cannot be used.
    """

    line: int
    cells: Sequence[Cell]
    end: int = 0
    stray: bool = False
    unsolved: bool = False
    fault: str = ""


def check_count(rows: int) -> None:
    """Raise InputError where there are too many `rows`."""
    if rows > ROW_LIMIT:
        message = f"The file has {rows:,} rows; at most {ROW_LIMIT:,} are allowed. Split it into parts."
        raise InputError("file", message)


def trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    """`cells` without the empty ones at their end."""
    width = len(cells)
    while width and cells[width - 1] in (None, ""):
        width -= 1
    return cells[:width]


def preamble(records: Sequence[Record]) -> int:
    """How many of the first `records` stand above the table: a title, a date, comments.

    They are narrower than the table or start with #, and what follows looks like a header. Besides, a column of numbers
    must begin below that header, or each of them has one cell and a blank line follows, or several words above a table
    of three columns or more: a row is not to be lost where the first one may be the header.
    """
    sample = records[:SAMPLE]
    width = Counter(len(trimmed(record.cells)) for record in sample).most_common(1)[0][0] if sample else 0
    at = 0
    while at < min(len(sample) - 2, PREAMBLE_LIMIT) and _above(sample[at], sample[at + 1], width):
        at += 1
    if not at or width < 2:
        return 0
    above, header, below = sample[:at], sample[at], sample[at + 1 :]
    narrow = all(len(trimmed(record.cells)) < width for record in above)
    single = all(sum(cell not in (None, "") for cell in record.cells) == 1 for record in above)
    gap = any(after.line > max(record.line, record.end) + 1 for record, after in pairwise(sample[: at + 1]))
    if not looks_like_header(header.cells, [record.cells for record in below]):
        rows = [header, *below]
        return at if gap and single and all(len(trimmed(row.cells)) == width for row in rows) else 0
    title = width > 2 and (at > 1 or len(str(above[0].cells[0]).split()) > 1)
    return at if (single and narrow and (gap or title)) or _counts_below(above, header, below) else 0


def _above(record: Record, after: Record, width: int) -> bool:
    """Whether `record` may stand above a table of this `width`: it is narrow, a comment, or prose with commas."""
    cells = trimmed(record.cells)
    if len(cells) < width or str(cells[0] if cells else "").startswith("#"):
        return True
    spaced = [isinstance(cell, str) and cell[:1].isspace() for cell in cells[1:]]
    return bool(spaced) and all(spaced) and not any(str(cell)[:1].isspace() for cell in after.cells[1:])


def _counts_below(above: Sequence[Record], header: Record, below: Sequence[Record]) -> bool:
    """Whether a column holds numbers in all rows `below`, and none in the header and above."""

    def number(record: Record, i: int) -> bool | None:
        cell = record.cells[i] if i < len(record.cells) else None
        if cell in (None, ""):
            return None
        return NUMBER.fullmatch(cell) is not None if isinstance(cell, str) else not isinstance(cell, bool)

    for i in range(len(header.cells)):
        found = {number(record, i) for record in below} - {None}
        if found == {True} and number(header, i) is False and not any(number(record, i) for record in above):
            return True
    return False


def looks_like_header(first: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether `first` names columns: short words, no numbers, and nothing that stands below it again."""
    for i, cell in enumerate(first):
        if cell in (None, ""):
            continue
        if not isinstance(cell, str) or NUMBER.fullmatch(cell):
            return False
        if len(cell) > NAME_LETTERS or len(cell.split()) > NAME_WORDS or cell.rstrip().endswith((".", "!")):
            return False
        if any(i < len(row) and row[i] == cell for row in rows):
            return False
    return True


def places(lines: Sequence[int]) -> str:
    """The first of `lines` as a phrase."""
    shown = ", ".join(f"{line:,}" for line in lines[:PLACES_SHOWN])
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}{' …' if len(lines) > PLACES_SHOWN else ''}"
