"""The rows of a file, whatever its format, and the table that they make: preamble, header, names, missing cells."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from models.runtime.limits import InputError
from models.tasks.spec import Cell
from models.text.names import unique

ROW_LIMIT = 10_000
COLUMN_LIMIT = 100
# What a header's cell has at most: a longer one is a text to read.
NAME_LETTERS, NAME_WORDS = 60, 8
NUMBER = re.compile(r"\s*[-+]?[\d.,]*\d\s*%?\s*")
PLACES_TOLD = 5
# Lines that may stand above a header, and rows that are looked at to find them.
PREAMBLE_LIMIT, SAMPLE = 20, 200
SURROGATES = re.compile("[\ud800-\udfff]")
BROKEN = "\ufffd"


class NoRows(InputError):
    """A file or a sheet is empty."""


@dataclass(frozen=True)
class Record:
    """One row of a file, from `line` to `end`, counted from 1; `end` is 0 where the row is one line.

    `stray` says that a quotation mark in it encloses no cell, `fault` why the row cannot be used.
    """

    line: int
    cells: Sequence[Cell]
    end: int = 0
    stray: bool = False
    fault: str = ""


@dataclass(frozen=True, eq=False)
class Assembled:
    """A table of objects, the record of each of its rows, whether a header named its columns, and notes."""

    frame: pd.DataFrame
    rows: list[Record]
    header: bool
    notes: list[str]


def assemble(
    records: Iterable[Record], header: bool | None = None, even: bool = False, titled: bool = False
) -> Assembled:
    """The table of `records`, with notes on what was unusual, and where.

    `header` says whether the first row names the columns, None where that is to be found out. Where all is `even`, a
    row's length means nothing. Where the file may be `titled`, a preamble above the header is left out. Rows may be
    short or long: missing cells are empty, surplus ones stand in further columns. Raises InputError where there are
    too many rows or columns, or none.
    """
    kept, count = _limited(records)
    skipped = kept[: preamble(kept)] if titled and header is not False else []
    first, *below = kept = kept[len(skipped) :]
    count -= len(skipped)
    named = looks_like_header(first.cells, [record.cells for record in below]) if header is None else header
    check_count(count - named)
    rows = below if named else kept
    if not rows:
        raise InputError("file", f"The file has one row, its header ({_told(first.cells)}), and nothing below it.")
    width = len(trimmed(first.cells)) if named else Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    widest = max(width, *(len(trimmed(row.cells)) for row in rows))
    given = [SURROGATES.sub(BROKEN, str("" if c is None else c)).strip() for c in first.cells] if named else []
    names = unique((given[i] if i < len(given) else "") or f"column {i + 1}" for i in range(widest))
    cells = [[*row.cells[:widest], *[None] * (widest - len(row.cells))] for row in rows]
    frame = pd.DataFrame(cells, columns=names, dtype=object)
    notes = [*_preamble_told(skipped), *_names_told(named, given), *_quotes_told(kept)]
    return Assembled(frame, rows, named, notes + ([] if even else _lengths_told(rows, width)))


def check_count(rows: int) -> None:
    """Raise InputError where there are too many `rows`."""
    if rows > ROW_LIMIT:
        message = f"The file has {rows:,} rows; at most {ROW_LIMIT:,} are allowed. Split it into parts."
        raise InputError("file", message)


def _limited(records: Iterable[Record]) -> tuple[list[Record], int]:
    """The records that hold anything, as many as the limits allow with a preamble and a header, and their number."""
    kept: list[Record] = []
    count = 0
    for record in records:
        width = len(trimmed(record.cells))
        if width > COLUMN_LIMIT:
            raise InputError(
                "file",
                f"Line {record.line:,} has {width:,} columns; at most {COLUMN_LIMIT} are allowed. Leave some out.",
            )
        if width:
            count += 1
            if count <= ROW_LIMIT + PREAMBLE_LIMIT + 1:
                kept.append(record)
    if not kept:
        raise NoRows("file", "The file is empty: it holds no rows.")
    return kept, count


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
    if len(cells) < width or str(cells[0]).startswith("#"):
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
    """Where something is, in words: the first of `lines`."""
    told = ", ".join(f"{line:,}" for line in lines[:PLACES_TOLD])
    return f"line {told}" if len(lines) == 1 else f"lines {told}{' …' if len(lines) > PLACES_TOLD else ''}"


def _preamble_told(skipped: Sequence[Record]) -> list[str]:
    if not skipped:
        return []
    return [f"Left out above the table: {places([row.line for row in skipped])} ({_told(skipped[0].cells)})."]


def _quotes_told(records: Sequence[Record]) -> list[str]:
    """Which rows a quotation mark joined out of several lines, and where one encloses nothing."""
    notes = []
    joined = [f"{record.line:,}–{record.end:,}" for record in records if record.end > record.line]
    if joined:
        told = ", ".join(joined[:PLACES_TOLD]) + (" …" if len(joined) > PLACES_TOLD else "")
        notes.append(f"Quotation marks join lines {told} into one row each.")
    stray = [record.line for record in records if record.stray]
    if stray:
        notes.append(f"Quotation marks that enclose no cell are kept as they are: {places(stray)}.")
    return notes


def _names_told(named: bool, given: Sequence[str]) -> list[str]:
    notes = [] if named else ["There is no header: the columns are numbered."]
    repeated = [name for name, count in Counter(filter(None, given)).items() if count > 1]
    if repeated:
        told = ", ".join(f"“{name}”" for name in repeated)
        notes.append(f"More than one column is called {told}: the later ones have a number.")
    return notes


def _lengths_told(rows: Sequence[Record], width: int) -> list[str]:
    notes = []
    short = [row.line for row in rows if len(row.cells) < width]
    if short:
        notes.append(f"Rows with fewer than {width} cells: {places(short)}. The missing ones are left empty.")
    long = [row.line for row in rows if len(trimmed(row.cells)) > width]
    if long:
        notes.append(f"Rows with more than {width} cells: {places(long)}. The surplus stands in columns of its own.")
    return notes


def _told(cells: Sequence[Cell]) -> str:
    return ", ".join(str("" if c is None else c).strip()[:NAME_LETTERS] for c in trimmed(cells)[:PLACES_TOLD])
