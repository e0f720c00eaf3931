"""Reads the first sheet of an Excel workbook (.xlsx), a zip archive of XML that a stranger made."""

import datetime
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from models.inputs import InputError
from models.records import ROW_LIMIT, Cell, Record
from models.stages import MEGABYTE

SIGNATURE = b"PK\x03\x04"
OLD_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# More than the rows and columns allowed unpack to, and little enough for a server.
UNPACKED_LIMIT = 100 * MEGABYTE
# Excel's own. A file may name a row far beyond, and the rows up to it would be made one by one.
SHEET_ROWS = 1_048_576
CHUNK = 1 << 20


def read(data: bytes) -> Iterator[Record]:
    """The rows of the first sheet in `data`; a formula counts as its last value, or as itself where it has none.

    Raises InputError where this is no workbook, or one that would unpack to more than `UNPACKED_LIMIT` bytes.
    """
    if data.startswith(OLD_SIGNATURE):
        raise InputError("file", "The file is an old or an encrypted Excel file: save it as .xlsx without a password.")
    try:
        _check_size(data)
        rows = _rows(data, data_only=False)
        if _has_formulas(data):
            shown = _rows(data, data_only=True)
            both = zip(shown, rows, strict=True)
            rows = ([f if v is None else v for v, f in zip(*pair, strict=True)] for pair in both)
        for line, row in enumerate(rows, 1):
            if line > SHEET_ROWS:
                raise InputError(
                    "file", f"The sheet has more than {SHEET_ROWS:,} rows; at most {ROW_LIMIT:,} are allowed."
                )
            yield Record(line, [_cell(value) for value in row])
    except InputError:
        raise
    except Exception as error:
        # What openpyxl raises at a damaged workbook is nowhere written: it may be anything.
        raise InputError("file", "The file is damaged, or no Excel workbook (.xlsx). Save it again.") from error


def sheet_names(data: bytes) -> list[str]:
    """The names of the workbook's sheets. `read` checks that it is one."""
    book = _book(data, data_only=False)
    return [sheet.title for sheet in book.worksheets]


def _check_size(data: bytes) -> None:
    """Raise InputError where the sizes that the archive declares are too large; `zipfile` reads no more than those."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > UNPACKED_LIMIT:
        told, most = f"{size / MEGABYTE:,.0f}", f"{UNPACKED_LIMIT / MEGABYTE:.0f}"
        raise InputError(
            "file", f"The workbook would unpack to {told} MB; at most {most} MB are allowed. Save the sheet as CSV."
        )


def _has_formulas(data: bytes) -> bool:
    """Whether any sheet holds a formula: only then it is worth reading the values too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/"):
                with archive.open(part) as xml:
                    tail = b""
                    while chunk := xml.read(CHUNK):
                        if b"<f>" in tail + chunk or b"<f " in tail + chunk:
                            return True
                        tail = chunk[-2:]
    return False


def _book(data: bytes, data_only: bool) -> Any:
    # With defusedxml installed openpyxl refuses XML that defines entities.
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)


def _rows(data: bytes, data_only: bool) -> Iterator[Any]:
    sheets = _book(data, data_only).worksheets
    if not sheets:
        raise InputError("file", "The workbook has no sheet with cells.")
    # What a file says of its own size may be wrong, and rows would be missing.
    sheets[0].reset_dimensions()
    rows: Iterator[Any] = sheets[0].iter_rows(values_only=True)
    return rows


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    # An array formula is an object with its text.
    return value if isinstance(value, str | int | float | bool | None) else str(getattr(value, "text", value))
