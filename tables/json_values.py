"""Parses the values of a JSON array or a sequence of JSON values, up to the first invalid one."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.tasks.spec import unique
from tables.records import ROW_LIMIT

SPACE = re.compile(r"[ \t\r\n]*")
# Characters of a value without an end that are kept.
KEPT = 10_000


@dataclass(frozen=True)
class Value:
    """A value that begins on `line`; where it could not be read, its text and why."""

    line: int
    value: Any
    fault: str = ""


def elements_of(text: str) -> list[Value]:
    """The elements of the one array that `text` is, up to the first that is broken; none where it is something else."""
    start = _skip(text, 0)
    if not text.startswith("[", start):
        return []
    values, end = _elements(text, start + 1, "]")
    # More arrays follow: each is a row.
    return values if _skip(text, end) == len(text) or (values[-1:] and values[-1].fault) else []


def several(text: str) -> list[Value]:
    """The values of `text` where the first of them is longer than its line, as programs indent them for people."""
    start = _skip(text, 0)
    try:
        _, end = DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return []
    return _elements(text, start, "")[0] if "\n" in text[start:end] or "\r" in text[start:end] else []


def _elements(text: str, at: int, closing: str) -> tuple[list[Value], int]:
    """The values from `at` to the `closing` bracket, or to the text's end where that is empty; and where they end."""
    values: list[Value] = []
    line, counted = 1, 0
    while (at := _skip(text, at)) < len(text):
        if closing and text.startswith(closing, at):
            return values, at + 1
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            where = error.lineno if isinstance(error, json.JSONDecodeError) else line
            return [*values, Value(line, text[at : at + KEPT], fault_in(where, reason_of(error)))], len(text)
        # Past the limit elements are only counted.
        values.append(Value(line, value if len(values) <= ROW_LIMIT else None))
        at = _skip(text, end)
        comma = text.startswith(",", at)
        if closing and at < len(text) and not comma and not text.startswith(closing, at):
            line += text.count("\n", counted, at)
            rest = Value(line, text[at : at + KEPT], fault_in(line, "a comma is missing before it"))
            return [*values, rest], len(text)
        at += comma
    if closing:
        number = text.rstrip().count("\n") + 1
        values.append(Value(number, text[-KEPT:].rpartition("\n")[2], fault_in(number, "the array has no end")))
    return values, len(text)


def _skip(text: str, at: int) -> int:
    """Where the next sign after blanks is."""
    found = SPACE.match(text, at)
    assert found is not None, "the pattern fits nothing at all too"
    return found.end()


def _pairs(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys may repeat: the later ones get a number, so that nothing is lost."""
    return dict(zip(unique(name for name, _ in pairs), (value for _, value in pairs), strict=True))


def _fraction(digits: str) -> float | str:
    """A number with a point or an exponent, or what is written where no float is so large: infinity is no JSON."""
    number = float(digits)
    return number if math.isfinite(number) else digits


READING: dict[str, Any] = {
    "object_pairs_hook": _pairs,
    "parse_constant": str,
    "parse_float": _fraction,
}
DECODER = json.JSONDecoder(**READING)


def loads(line: str) -> Any:
    """Parse one value. Raises ValueError, RecursionError."""
    return json.loads(line, **READING)


def fault_in(line: int, reason: str) -> str:
    """The message about an invalid line."""
    return f"Line {line:,} is no JSON object: {reason}."


def reason_of(error: Exception) -> str:
    """The reason of a failed parse."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.colno}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def columns_of(value: Any) -> list[dict[str, Any]]:
    """The rows of an object of columns, each a list or, as pandas writes them, an object by the rows' numbers.

    Empty if it is something else, or if its columns differ in length.
    """
    if not isinstance(value, dict) or not value:
        return []
    columns = list(value.values())
    if set(value) >= {"columns", "data"} and all(isinstance(value[key], list) for key in ("columns", "data")):
        names, rows = value["columns"], value["data"]
        if all(isinstance(row, list) and len(row) == len(names) for row in rows):
            return [dict(zip(unique(map(str, names)), row, strict=True)) for row in rows]
    if all(isinstance(column, dict) and column and all(map(str.isdecimal, column)) for column in columns):
        columns = [list(column.values()) for column in columns if column.keys() == columns[0].keys()]
    plain = all(isinstance(column, list) and not any(isinstance(c, dict | list) for c in column) for column in columns)
    if not plain or len(columns) < len(value) or len(set(map(len, columns))) > 1:
        return []
    return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
