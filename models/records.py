"""The rows of a file, whatever its format, and the table that they make: header, names, cells that lack."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from models.inputs import InputError

Cell = str | int | float | bool | None

ROW_LIMIT = 10_000
COLUMN_LIMIT = 100
# What a header's cell has at most: a longer one is a text to read.
NAME_LETTERS, NAME_WORDS = 60, 8
NUMBER = re.compile(r"\s*[-+]?[\d.,]*\d\s*%?\s*")
PLACES_TOLD = 5


@dataclass(frozen=True)
class Record:
    """One row as it stands in the file, on `line`, counted from 1."""

    line: int
    cells: Sequence[Cell]


@dataclass(frozen=True, eq=False)
class Assembled:
    """A table of objects, the line of each of its rows, whether a header named its columns, and notes."""

    frame: pd.DataFrame
    lines: list[int]
    header: bool
    notes: list[str]


def assemble(records: Iterable[Record], header: bool | None = None, even: bool = False) -> Assembled:
    """The table of `records`, with notes on what was unusual, and where.

    `header` says whether the first row names the columns, None where that is to be found out. Where all is `even`, a
    row's length means nothing. Rows may be short or long: what lacks is empty, what is too much
    stands in further columns. Raises InputError where there are too many rows or columns, or none.
    """
    kept, count = _limited(records)
    first, *below = kept
    named = looks_like_header(first.cells, [record.cells for record in below]) if header is None else header
    check_count(count - named)
    rows = below if named else kept
    if not rows:
        raise InputError("file", f"The file has one row, its header ({_told(first.cells)}), and nothing below it.")
    width = len(trimmed(first.cells)) if named else Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    widest = max(width, *(len(trimmed(row.cells)) for row in rows))
    given = [str(cell or "").strip() for cell in first.cells] if named else []
    names = unique((given[i] if i < len(given) else "") or f"column {i + 1}" for i in range(widest))
    cells = [[*row.cells[:widest], *[None] * (widest - len(row.cells))] for row in rows]
    frame = pd.DataFrame(cells, columns=names, dtype=object)
    notes = _names_told(named, given) + ([] if even else _lengths_told(rows, width))
    return Assembled(frame, [row.line for row in rows], named, notes)


def check_count(rows: int) -> None:
    """Raise InputError where there are too many `rows`."""
    if rows > ROW_LIMIT:
        message = f"The file has {rows:,} rows; at most {ROW_LIMIT:,} are allowed. Split it into parts."
        raise InputError("file", message)


def _limited(records: Iterable[Record]) -> tuple[list[Record], int]:
    """The records that hold anything, one more than the limit at most, for a header; and how many there are."""
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
            if count <= ROW_LIMIT + 1:
                kept.append(record)
    if not kept:
        raise InputError("file", "The file is empty: it holds no rows.")
    return kept, count


def trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    """`cells` without the empty ones at their end."""
    width = len(cells)
    while width and cells[width - 1] in (None, ""):
        width -= 1
    return cells[:width]


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


def unique(names: Iterable[str]) -> list[str]:
    """`names` with a number after each that was there before: text, text (2)."""
    found: dict[str, None] = {}
    for name in names:
        told, at = name, 1
        while told in found:
            at += 1
            told = f"{name} ({at})"
        found[told] = None
    return list(found)


def places(lines: Sequence[int]) -> str:
    """Where something is, in words: the first of `lines`."""
    told = ", ".join(f"{line:,}" for line in lines[:PLACES_TOLD])
    return f"line {told}" if len(lines) == 1 else f"lines {told}{' …' if len(lines) > PLACES_TOLD else ''}"


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
    return ", ".join(str(cell)[:NAME_LETTERS] for cell in cells[:PLACES_TOLD])
