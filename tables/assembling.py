"""Makes a table of the rows of a file: header, column names, missing cells, and notes on what was unusual."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from models.runtime.limits import InputError
from models.tasks.spec import Cell, unique
from tables.records import (
    BROKEN,
    COLUMN_LIMIT,
    NAME_LETTERS,
    PLACES_SHOWN,
    PREAMBLE_LIMIT,
    ROW_LIMIT,
    SURROGATES,
    NoRows,
    Record,
    check_count,
    looks_like_header,
    places,
    preamble,
    trimmed,
)


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
    margin = _margin(kept)
    kept = [replace(record, cells=record.cells[margin:]) for record in kept] if margin else kept
    skipped = kept[: preamble(kept)] if titled and header is not False else []
    first, *below = kept = kept[len(skipped) :]
    count -= len(skipped)
    named = looks_like_header(first.cells, [record.cells for record in below]) if header is None else header
    check_count(count - named)
    rows = below if named else kept
    if not rows:
        raise InputError("file", f"The file has one row, its header ({_start_of(first.cells)}), and nothing below it.")
    width = len(trimmed(first.cells)) if named else Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    widest = max(width, *(len(trimmed(row.cells)) for row in rows))
    given = [SURROGATES.sub(BROKEN, str("" if c is None else c)).strip() for c in first.cells] if named else []
    names = unique((given[i] if i < len(given) else "") or f"column {i + 1}" for i in range(widest))
    cells = [[*row.cells[:widest], *[None] * (widest - len(row.cells))] for row in rows]
    frame = pd.DataFrame(cells, columns=names, dtype=object)
    notes = [*_preamble_notes(skipped), *_margin_notes(margin), *_name_notes(named, given)]
    notes += [*_quoting_notes(kept), *_formula_notes(kept)]
    return Assembled(frame, rows, named, notes + ([] if even else _length_notes(rows, width)))


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


def _margin(records: Sequence[Record]) -> int:
    """How many of the first columns are empty in all `records`, as where a table begins at B2 of its sheet."""
    return min(next(i for i, cell in enumerate(record.cells) if cell not in (None, "")) for record in records)


def _margin_notes(margin: int) -> list[str]:
    return [f"Empty columns left out before the table: {margin}."] if margin else []


def _preamble_notes(skipped: Sequence[Record]) -> list[str]:
    if not skipped:
        return []
    return [f"Left out above the table: {places([row.line for row in skipped])} ({_start_of(skipped[0].cells)})."]


def _quoting_notes(records: Sequence[Record]) -> list[str]:
    """Which rows a quotation mark joined out of several lines, and where one encloses nothing."""
    notes = []
    joined = [f"{record.line:,}–{record.end:,}" for record in records if record.end > record.line]
    if joined:
        shown = ", ".join(joined[:PLACES_SHOWN]) + (" …" if len(joined) > PLACES_SHOWN else "")
        notes.append(f"Quotation marks join lines {shown} into one row each.")
    stray = [record.line for record in records if record.stray]
    if stray:
        notes.append(f"Quotation marks that enclose no cell are kept as they are: {places(stray)}.")
    return notes


def _formula_notes(records: Sequence[Record]) -> list[str]:
    unsolved = [record.line for record in records if record.unsolved]
    if not unsolved:
        return []
    where = places(unsolved)
    return [
        f"Formulas without a saved result in {where} are read as they are written. Save the workbook in a spreadsheet "
        "program."
    ]


def _name_notes(named: bool, given: Sequence[str]) -> list[str]:
    notes = [] if named else ["There is no header: the columns are numbered."]
    repeated = [name for name, count in Counter(filter(None, given)).items() if count > 1]
    if repeated:
        shown = ", ".join(f"“{name}”" for name in repeated)
        notes.append(f"More than one column is called {shown}: the later ones have a number.")
    return notes


def _length_notes(rows: Sequence[Record], width: int) -> list[str]:
    notes = []
    short = [row.line for row in rows if len(row.cells) < width]
    if short:
        notes.append(f"Rows with fewer than {width} cells: {places(short)}. The missing ones are left empty.")
    long = [row.line for row in rows if len(trimmed(row.cells)) > width]
    if long:
        notes.append(f"Rows with more than {width} cells: {places(long)}. The surplus stands in columns of its own.")
    return notes


def _start_of(cells: Sequence[Cell]) -> str:
    return ", ".join(str("" if c is None else c).strip()[:NAME_LETTERS] for c in trimmed(cells)[:PLACES_SHOWN])
