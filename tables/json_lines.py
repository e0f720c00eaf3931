"""Reads JSON Lines and JSON arrays: an object in each line or element, its keys the columns."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.runtime.limits import InputError
from models.tasks.spec import Cell
from tables.json_values import Value, columns_of, elements_of, fault_in, loads, reason_of, several
from tables.records import BROKEN, COLUMN_LIMIT, ROW_LIMIT, SURROGATES, Record, check_count, places

# The column of a line that holds no object.
UNREAD = "unread line"


@dataclass(frozen=True)
class Objects:
    """The rows, their format in words, whether the first has the names of the columns, if that is known, and notes."""

    records: list[Record]
    format: str
    header: bool | None
    notes: list[str]


def read(text: str, document: bool = False) -> Objects:
    """The rows of `text`: objects, one a line or one after the other, or the elements of one array.

    Lists, where all rows are lists, have their cells by position. A row that is no object is kept as it is, in a column
    of its own. In a `document`, one object may hold the array. Raises InputError where there are too many rows or
    different keys.
    """
    array = elements_of(text)
    values = array or several(text) or list(_lines(text))
    # One more, if it is a list, may be the header.
    if len(values) > ROW_LIMIT + 1:
        check_count(len(values))
    form, notes = "JSON" if array else "JSON Lines", list[str]()
    if document and len(values) == 1 and (columns := columns_of(values[0].value)):
        form, notes = "JSON", ["The file's object holds the columns."]
        values = [Value(values[0].line, element) for element in columns]
    elif document and len(values) == 1 and (held := _held(values[0].value)):
        key, elements = held
        form, notes = "JSON", [f"The rows are the array “{key[:60]}” of the file's object."]
        values = [Value(values[0].line, element) for element in elements]
    halves = [each.line for each in values if SURROGATES.search(json.dumps(each.value, ensure_ascii=False))]
    if halves:
        where = places(list(dict.fromkeys(halves)))
        notes.append(
            f"Half a surrogate pair in {where}: no model reads a cell that holds one; a CSV has {BROKEN} there."
        )
    if values and all(isinstance(each.value, list) and not each.fault for each in values):
        rows = [Record(each.line, [_cell(cell) for cell in each.value]) for each in values]
        return Objects(rows, form, None, notes)
    if values and array and all(isinstance(each.value, str | int | float) and not each.fault for each in values):
        return Objects([Record(each.line, [each.value]) for each in values], form, False, notes)
    check_count(len(values))
    records = _records(values)
    faults = [record.fault for record in records if record.fault]
    return Objects(records, form, True, notes + faults)


def _records(values: Sequence[Value]) -> list[Record]:
    """A header and the rows of objects."""
    names: dict[str, int] = {}
    rows: list[tuple[Value, dict[str, Cell], str]] = []
    for each in values:
        fault = each.fault
        if not fault and not isinstance(each.value, dict):
            fault = fault_in(each.line, f"it holds {type(each.value).__name__}")
        if fault:
            unread = each.value if isinstance(each.value, str) else json.dumps(each.value, ensure_ascii=False)
            row: dict[str, Cell] = {UNREAD: unread}
        else:
            row = {name: _cell(held) for name, held in each.value.items()}
        rows.append((each, row, fault))
        for name in row:
            names.setdefault(name, len(names))
        if len(names) > COLUMN_LIMIT:
            raise InputError(
                "file",
                f"Up to line {each.line:,} there are {len(names):,} different keys; "
                f"at most {COLUMN_LIMIT} are allowed.",
            )
    header = Record(0, [name or f"column {i}" for i, name in enumerate(names, 1)])
    cells = ([row.get(name) for name in names] for _, row, _ in rows)
    return [header, *(Record(each.line, row, fault=fault) for (each, _, fault), row in zip(rows, cells, strict=True))]


def _lines(text: str) -> Iterator[Value]:
    """The value of each line that is not blank; past the limit lines are only counted."""
    count = 0
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        count += 1
        yield Value(number, None) if count > ROW_LIMIT + 1 else _line(line.rstrip("\r\n"), number)


def _line(line: str, number: int) -> Value:
    try:
        return Value(number, loads(line))
    except (ValueError, RecursionError) as error:
        fault = fault_in(number, reason_of(error))
    try:
        # A line out of an array has a comma at its end.
        return Value(number, loads(line.rstrip().removesuffix(",")))
    except (ValueError, RecursionError):
        return Value(number, line, fault)


def _held(value: Any) -> tuple[str, list[Any]] | None:
    """The one array of objects that an object holds, with its key."""
    if not isinstance(value, dict):
        return None
    found = [
        (key, held)
        for key, held in value.items()
        if isinstance(held, list) and held and all(isinstance(each, dict) for each in held)
    ]
    return found[0] if len(found) == 1 else None


def _cell(value: Any) -> Cell:
    """A plain value as it is, a list or an object as the text that it was."""
    return value if isinstance(value, str | int | float | bool | None) else json.dumps(value, ensure_ascii=False)
