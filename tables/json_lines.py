"""Reads JSON Lines and JSON arrays: an object in each line or element, its keys the columns."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.runtime.limits import InputError
from models.tasks.spec import Cell
from models.text.names import unique
from tables.records import BROKEN, COLUMN_LIMIT, ROW_LIMIT, SURROGATES, Record, check_count, places

# The column of a line that holds no object.
UNREAD = "unread line"
SPACE = re.compile(r"[ \t\r\n]*")
# Characters of a value without an end that are kept.
KEPT = 10_000


@dataclass(frozen=True)
class Objects:
    """The rows, their format in words, whether the first has the names of the columns, if that is known, and notes."""

    records: list[Record]
    format: str
    header: bool | None
    notes: list[str]


@dataclass(frozen=True)
class _Value:
    """A value that begins on `line`; where it could not be read, its text and why."""

    line: int
    value: Any
    fault: str = ""


def read(text: str, document: bool = False) -> Objects:
    """The rows of `text`: objects, one a line or one after the other, or the elements of one array.

    Lists, where all rows are lists, have their cells by position. A row that is no object is kept as it is, in a column
    of its own. In a `document`, one object may hold the array. Raises InputError where there are too many rows or
    different keys.
    """
    array = _array(text)
    values = array or _several(text) or list(_lines(text))
    # One more, if it is a list, may be the header.
    if len(values) > ROW_LIMIT + 1:
        check_count(len(values))
    form, notes = "JSON" if array else "JSON Lines", list[str]()
    if document and len(values) == 1 and (held := _held(values[0].value)):
        key, elements = held
        form, notes = "JSON", [f"The rows are the array “{key[:60]}” of the file's object."]
        values = [_Value(values[0].line, element) for element in elements]
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


def _records(values: Sequence[_Value]) -> list[Record]:
    """A header and the rows of objects."""
    names: dict[str, int] = {}
    rows: list[tuple[_Value, dict[str, Cell], str]] = []
    for each in values:
        fault = each.fault
        if not fault and not isinstance(each.value, dict):
            fault = _fault(each.line, f"it holds {type(each.value).__name__}")
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


def _lines(text: str) -> Iterator[_Value]:
    """The value of each line that is not blank; past the limit lines are only counted."""
    count = 0
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        count += 1
        yield _Value(number, None) if count > ROW_LIMIT + 1 else _line(line.rstrip("\r\n"), number)


def _line(line: str, number: int) -> _Value:
    try:
        return _Value(number, _loads(line))
    except (ValueError, RecursionError) as error:
        fault = _fault(number, _reason(error))
    try:
        # A line out of an array has a comma at its end.
        return _Value(number, _loads(line.rstrip().removesuffix(",")))
    except (ValueError, RecursionError):
        return _Value(number, line, fault)


def _array(text: str) -> list[_Value]:
    """The elements of the one array that `text` is, up to the first that is broken; none where it is something else."""
    start = _skip(text, 0)
    if not text.startswith("[", start):
        return []
    values, end = _elements(text, start + 1, "]")
    # More arrays follow: each is a row.
    return values if _skip(text, end) == len(text) or (values[-1:] and values[-1].fault) else []


def _several(text: str) -> list[_Value]:
    """The values of `text` where the first of them is longer than its line, as programs indent them for people."""
    start = _skip(text, 0)
    try:
        _, end = DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return []
    return _elements(text, start, "")[0] if "\n" in text[start:end] or "\r" in text[start:end] else []


def _elements(text: str, at: int, closing: str) -> tuple[list[_Value], int]:
    """The values from `at` to the `closing` bracket, or to the text's end where that is empty; and where they end."""
    values: list[_Value] = []
    line, counted = 1, 0
    while (at := _skip(text, at)) < len(text):
        if closing and text.startswith(closing, at):
            return values, at + 1
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            where = error.lineno if isinstance(error, json.JSONDecodeError) else line
            return [*values, _Value(line, text[at : at + KEPT], _fault(where, _reason(error)))], len(text)
        # Past the limit elements are only counted.
        values.append(_Value(line, value if len(values) <= ROW_LIMIT else None))
        at = _skip(text, end)
        comma = text.startswith(",", at)
        if closing and at < len(text) and not comma and not text.startswith(closing, at):
            line += text.count("\n", counted, at)
            rest = _Value(line, text[at : at + KEPT], _fault(line, "a comma is missing before it"))
            return [*values, rest], len(text)
        at += comma
    if closing:
        number = text.rstrip().count("\n") + 1
        values.append(_Value(number, text[-KEPT:].rpartition("\n")[2], _fault(number, "the array has no end")))
    return values, len(text)


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


def _skip(text: str, at: int) -> int:
    """Where the next sign after blanks is."""
    found = SPACE.match(text, at)
    assert found is not None, "the pattern fits nothing at all too"
    return found.end()


def _pairs(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys may repeat: the later ones get a number, so that nothing is lost."""
    return dict(zip(unique(name for name, _ in pairs), (value for _, value in pairs), strict=True))


DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=str)


def _loads(line: str) -> Any:
    return json.loads(line, object_pairs_hook=_pairs, parse_constant=str)


def _cell(value: Any) -> Cell:
    """A plain value as it is, a list or an object as the text that it was."""
    return value if isinstance(value, str | int | float | bool | None) else json.dumps(value, ensure_ascii=False)


def _fault(line: int, reason: str) -> str:
    return f"Line {line:,} is no JSON object: {reason}."


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.colno}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
