"""A visitor's table out of a file: CSV and its kin, JSON Lines or Excel; how it was read, and what was odd in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from models import decoded, delimited, json_lines, workbook
from models.inputs import InputError
from models.records import assemble

FILE_LIMIT = 20 * 1024 * 1024
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True)
class Options:
    """What a visitor says about a file; empty or None where it is to be found out."""

    encoding: str = ""
    separator: str = ""
    header: bool | None = None


@dataclass(frozen=True)
class Reading:
    """How a file was read, in words; `notes` tell what was unusual, and where."""

    format: str
    encoding: str = ""
    separator: str = ""
    quotes: str = ""
    header: bool = True
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        facts = [self.format, self.encoding]
        facts += [f"separator: {self.separator}"] if self.separator else []
        facts += [f"quotes: {self.quotes}"] if self.quotes else []
        facts += ["header in the first row" if self.header else "no header"]
        return " · ".join(fact for fact in facts if fact)


@dataclass(frozen=True, eq=False)
class Table:
    """A table of `Cell` objects; `faults` tell what was wrong in a row, by its index."""

    frame: pd.DataFrame
    reading: Reading
    faults: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, each different."""
        return list(self.frame.columns)

    @property
    def nbytes(self) -> int:
        """The memory that it takes, in bytes."""
        return int(self.frame.memory_usage(deep=True).sum())


def read_table(path: Path, options: Options | None = None) -> Table:
    """The table in the file at `path`. Raises InputError, with words on what is wrong and where."""
    size = path.stat().st_size
    if size > FILE_LIMIT:
        told, most = f"{size / 1024**2:,.1f}", f"{FILE_LIMIT / 1024**2:.0f}"
        raise InputError("file", f"The file has {told} MB; at most {most} MB are allowed. Split it into parts.")
    return parse(path.read_bytes(), path.suffix.lower(), options or Options())


def parse(data: bytes, ending: str, options: Options) -> Table:
    """The table in `data`, the bytes of a file whose name has this `ending`. Raises InputError."""
    if not data.strip():
        raise InputError("file", "The file is empty: it holds no rows.")
    if data.startswith((workbook.SIGNATURE, workbook.OLD_SIGNATURE)):
        return _from_workbook(data, options)
    text = decoded.decode(data, options.encoding)
    if ending in JSON_ENDINGS or text.text.lstrip().startswith(('{"', "{}")):
        return _from_json_lines(text)
    return _from_delimited(text, options)


def _from_workbook(data: bytes, options: Options) -> Table:
    made = assemble(workbook.read(data), options.header, even=True)
    names = workbook.sheet_names(data)
    notes = [f"Of {len(names)} sheets the first was read, “{names[0]}”."] if len(names) > 1 else []
    return Table(made.frame, Reading("Excel", header=made.header, notes=(*notes, *made.notes)))


def _from_json_lines(text: decoded.Decoded) -> Table:
    objects = json_lines.read(text.text)
    made = assemble(objects.records, header=True, even=True)
    faults = {row: objects.faults[line] for row, line in enumerate(made.lines) if line in objects.faults}
    return Table(made.frame, Reading("JSON Lines", text.encoding, notes=(*text.notes, *faults.values())), faults)


def _from_delimited(text: decoded.Decoded, options: Options) -> Table:
    dialect = delimited.detect(text.text, options.separator)
    made = assemble(delimited.read(text.text, dialect), options.header)
    name = {"tab": "TSV", "comma": "CSV"}.get(dialect.separator, "Text")
    notes = (*text.notes, *made.notes)
    return Table(made.frame, Reading(name, text.encoding, dialect.separator, dialect.quotes, made.header, notes))
