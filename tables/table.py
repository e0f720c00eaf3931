"""Reads a visitor's table from CSV and similar formats, JSON Lines or Excel, with notes on how it was read."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from models.runtime.limits import InputError
from tables import decoded, delimited, json_lines, workbook
from tables.assembling import assemble
from tables.records import NoRows

FILE_LIMIT = 20 * 1024 * 1024
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
# Whatever the file is called.
JSON_START = re.compile(r'\s*(\{\s*"|\{\}|\[\s*\{\s*")')

# What people upload in place of a table, by how it begins; web programs call pages .xls.
FOREIGN = {
    "The file is a PDF, not a table. Upload CSV, TSV, JSON Lines or Excel (.xlsx).": re.compile(rb"%PDF-"),
    "The file is a picture, not a table. Upload CSV, TSV, JSON Lines or Excel (.xlsx).": re.compile(
        rb"\x89PNG|\xff\xd8\xff|GIF8"
    ),
    "The file is a compressed file, not a table. Upload CSV, TSV, JSON Lines or Excel (.xlsx).": re.compile(
        rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!"
    ),
    "The file is a web page, not a table. Upload CSV, TSV, JSON Lines or Excel (.xlsx).": re.compile(
        rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|table)\b", re.IGNORECASE
    ),
    "The file is an RTF document, not a table. Upload CSV, TSV, JSON Lines or Excel (.xlsx).": re.compile(rb"\{\\rtf"),
}


@dataclass(frozen=True)
class Options:
    """A visitor's choices for reading a file; empty or None to detect them."""

    encoding: str = ""
    separator: str = ""
    header: bool | None = None
    sheet: str = ""


@dataclass(frozen=True)
class Reading:
    """A description of how a file was read; `notes` mention what was unusual, and where.

    `sheet` is the one that was read of the `sheets` of a workbook.
    """

    format: str
    encoding: str = ""
    separator: str = ""
    quotes: str = ""
    header: bool = True
    notes: tuple[str, ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def __str__(self) -> str:
        facts = [self.format, self.encoding]
        facts += [f"separator: {self.separator}"] if self.separator else []
        facts += [f"quotes: {self.quotes}"] if self.quotes else []
        facts += ["header in the first row" if self.header else "no header"]
        return " · ".join(fact for fact in facts if fact)


@dataclass(frozen=True, eq=False)
class Table:
    """A table of `Cell` objects; `faults` are the errors of rows, by index."""

    frame: pd.DataFrame
    reading: Reading
    faults: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, each different."""
        return list(self.frame.columns)

    @functools.cached_property
    def nbytes(self) -> int:
        """The memory that it takes, in bytes: every cell is looked at."""
        return int(self.frame.memory_usage(deep=True).sum())


def read_table(path: Path, options: Options | None = None) -> Table:
    """The table in the file at `path`. Raises InputError."""
    size = path.stat().st_size
    if size > FILE_LIMIT:
        actual, most = f"{size / 1024**2:,.1f}", f"{FILE_LIMIT / 1024**2:.0f}"
        raise InputError("file", f"The file has {actual} MB; at most {most} MB are allowed. Split it into parts.")
    return parse(path.read_bytes(), path.suffix.lower(), options or Options())


def sheet_names(path: Path) -> tuple[str, ...]:
    """The names of the sheets of the workbook at `path`, none where it is no workbook that can be read."""
    with path.open("rb") as file:
        if path.stat().st_size > FILE_LIMIT or file.read(len(workbook.SIGNATURE)) != workbook.SIGNATURE:
            return ()
    try:
        return workbook.read(path.read_bytes()).all
    except InputError:
        return ()


def parse(data: bytes, ending: str, options: Options) -> Table:
    """The table in `data`, the bytes of a file whose name has this `ending`. Raises InputError."""
    if not data.strip():
        raise InputError("file", "The file is empty: it holds no rows.")
    if data.startswith((workbook.SIGNATURE, workbook.OLD_SIGNATURE)):
        return _from_workbook(data, options)
    for message, start in FOREIGN.items():
        if start.match(data):
            raise InputError("file", message)
    text = decoded.decode(data, options.encoding)
    if ending in JSON_ENDINGS or JSON_START.match(text.text):
        return _from_json(text, document=ending == ".json")
    return _from_delimited(text, options)


def _from_workbook(data: bytes, options: Options) -> Table:
    sheet = workbook.read(data, options.sheet)
    try:
        made = assemble(sheet.records, options.header, even=True, titled=True)
    except NoRows as error:
        if not options.sheet:
            raise
        raise InputError("sheet", f"The sheet “{sheet.name}” is empty: it holds no rows. Choose another.") from error
    count = len(sheet.all)
    notes = [f"Of {count} sheets “{sheet.name}” was read."] if count > 1 else []
    reading = Reading("Excel", header=made.header, notes=(*notes, *made.notes), sheet=sheet.name, sheets=sheet.all)
    return Table(made.frame, reading)


def _from_json(text: decoded.Decoded, document: bool) -> Table:
    try:
        objects = json_lines.read(text.text, document)
    except RecursionError as error:
        # A value that could just be read cannot always be written again, which takes more of the stack.
        raise InputError("file", "The file holds a value that is nested too deeply.") from error
    made = assemble(objects.records, objects.header, even=True)
    faults = {row: record.fault for row, record in enumerate(made.rows) if record.fault}
    notes = (*text.notes, *objects.notes, *made.notes)
    return Table(made.frame, Reading(objects.format, text.encoding, header=made.header, notes=notes), faults)


def _from_delimited(text: decoded.Decoded, options: Options) -> Table:
    dialect = delimited.detect(text.text, options.separator)
    made = assemble(delimited.read(text.text, dialect), options.header, titled=True)
    name = {"tab": "TSV", "comma": "CSV"}.get(dialect.separator, "Text")
    notes = (*text.notes, *dialect.notes, *made.notes)
    return Table(made.frame, Reading(name, text.encoding, dialect.separator, dialect.quotes, made.header, notes))
