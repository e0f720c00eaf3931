"""Reads one sheet of an Excel workbook (.xlsx), an untrusted zip archive of XML."""

import codecs
import datetime
import io
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from models.runtime.limits import InputError
from models.runtime.progress import MEGABYTE
from models.tasks.spec import Cell
from tables.records import ROW_LIMIT, Record

SIGNATURE = b"PK\x03\x04"
OLD_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# More than the rows and columns allowed unpack to, and little enough for a server.
UNPACKED_LIMIT = 100 * MEGABYTE
# Excel's own. A file may name a row far beyond, and the rows up to it would be made one by one.
SHEET_ROWS = 1_048_576
# Cells that are read, with those that no file names, to the left of a cell in it: a row may be 16,384 wide.
CELLS = 100_000_000
CHUNK = 1 << 20
# The beginning of a formula in a sheet's XML, whatever prefix its names have, and more bytes than that takes.
FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s>/]")
LONGEST_TAG = 64
# Excel reads XML in UTF-16 too.
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Names of sheets that a message holds at most.
SHEETS_TOLD = 20


@dataclass(frozen=True)
class Sheet:
    """One sheet: its `name`, its rows, and the names of `all` sheets of the workbook."""

    name: str
    all: tuple[str, ...]
    records: Iterator[Record]


def read(data: bytes, sheet: str = "") -> Sheet:
    """The sheet of `data` with this name or number, from 1; without one, the first that is visible and has cells.

    A formula counts as its last value, or as itself where it has none. Raises InputError, here or while the rows are
    read, where this is no workbook, one without that sheet, or one that would unpack to more than `UNPACKED_LIMIT`
    bytes.
    """
    if data.startswith(OLD_SIGNATURE):
        raise InputError("file", "The file is an old or an encrypted Excel file: save it as .xlsx without a password.")
    try:
        _check_size(data)
        book = _book(data, data_only=False)
        names = tuple(sheet.title for sheet in book.worksheets)
        name = _named(names, sheet) if sheet else _first(book)
        return Sheet(name, names, _records(data, names.index(name)))
    except InputError:
        raise
    except Exception as error:
        raise _damaged() from error


def _named(names: tuple[str, ...], wanted: str) -> str:
    if wanted in names:
        return wanted
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    has = ", ".join(f"“{name}”" for name in names[:SHEETS_TOLD])
    raise InputError("sheet", f"There is no sheet “{wanted[:60]}”. The workbook has {has}.")


def _first(book: Any) -> str:
    """The name of the first sheet that has cells, of the visible ones before the hidden; else of the first."""
    if not book.worksheets:
        raise InputError("file", "The workbook has no sheet with cells.")
    left, cells = SHEET_ROWS, CELLS
    for sheet in sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible"):
        sheet.reset_dimensions()
        for row in islice(sheet.iter_rows(values_only=True), left):
            if row.count(None) < len(row):
                return str(sheet.title)
            left, cells = left - 1, cells - len(row)
            if cells < 0:
                raise _too_many_cells()
    return str(book.worksheets[0].title)


def _records(data: bytes, at: int) -> Iterator[Record]:
    try:
        rows = _rows(data, at, data_only=False)
        # The values are read too, but only where there are formulas.
        shown = _rows(data, at, data_only=True) if _has_formulas(data) else None
        left = CELLS
        for line, row in enumerate(rows, 1):
            values = next(shown) if shown else row
            left -= len(row)
            if left < 0:
                raise _too_many_cells()
            if line > SHEET_ROWS:
                raise InputError(
                    "file", f"The sheet has more than {SHEET_ROWS:,} rows; at most {ROW_LIMIT:,} are allowed."
                )
            if row.count(None) == len(row):
                yield Record(line, [])
                continue
            cells = [written if value is None else value for value, written in zip(values, row, strict=True)]
            unsolved = any(value is None and written is not None for value, written in zip(values, row, strict=True))
            yield Record(line, [_cell(value) for value in cells], unsolved=unsolved)
    except InputError:
        raise
    except Exception as error:
        raise _damaged() from error


def _damaged() -> InputError:
    """The error for any exception of openpyxl, which does not document what it raises for a damaged workbook."""
    return InputError("file", "The file is damaged, or no Excel workbook (.xlsx). Save it again.")


def _too_many_cells() -> InputError:
    return InputError(
        "file",
        f"The workbook has more than {CELLS:,} cells, most of them empty. Copy the table into a new workbook.",
    )


def _check_size(data: bytes) -> None:
    """Raise InputError where the sizes that the archive declares are too large; `zipfile` reads no more than those."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > UNPACKED_LIMIT:
        actual, most = f"{size / MEGABYTE:,.0f}", f"{UNPACKED_LIMIT / MEGABYTE:.0f}"
        raise InputError(
            "file", f"The workbook would unpack to {actual} MB; at most {most} MB are allowed. Save the sheet as CSV."
        )


def _has_formulas(data: bytes) -> bool:
    """Whether any sheet may hold a formula: only then it is worth reading the values too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/"):
                with archive.open(part) as xml:
                    tail = b""
                    while chunk := xml.read(CHUNK):
                        if FORMULA.search(tail + chunk) or chunk.startswith(UTF_16):
                            return True
                        tail = chunk[-LONGEST_TAG:]
    return False


def _book(data: bytes, data_only: bool) -> Any:
    # With defusedxml installed openpyxl refuses XML that defines entities.
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)


def _rows(data: bytes, at: int, data_only: bool) -> Iterator[Any]:
    sheet = _book(data, data_only).worksheets[at]
    # What a file says of its own size may be wrong, and rows would be missing.
    sheet.reset_dimensions()
    rows: Iterator[Any] = sheet.iter_rows(values_only=True)
    return rows


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    # An array formula is an object with its text.
    return value if isinstance(value, str | int | float | bool | None) else str(getattr(value, "text", value))
