"""Writes a table as CSV or as JSON Lines. No cell of the CSV is a formula to a spreadsheet that opens it."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from models.tasks.spec import Cell
from tables.records import BROKEN, SURROGATES

# With these a spreadsheet takes a cell for a formula; some take the full-width signs too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)*([eE][-+]?\d+)?%?")


def whole(cell: Cell) -> Cell:
    """`cell` with each half of a surrogate pair, which no file can hold, as U+FFFD."""
    return SURROGATES.sub(BROKEN, cell) if isinstance(cell, str) else cell


def inert(cell: Cell) -> Cell:
    """`cell` with an apostrophe before it where it could be run as a formula; a plain number could not."""
    if isinstance(cell, str) and cell.startswith(FORMULA) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def write_csv(file: TextIO, rows: Iterable[Sequence[Cell]]) -> None:
    """Write `rows` to `file`, which was opened with `newline=""`, in the dialect of RFC 4180."""
    csv.writer(file).writerows([whole(inert(cell)) for cell in row] for row in rows)


def write_json_lines(file: TextIO, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write an object for each of `rows`, its keys `names`; half a surrogate pair stays what it is, as an escape."""
    for row in rows:
        line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
        file.write(SURROGATES.sub(lambda half: f"\\u{ord(half[0]):04x}", line) + "\n")
