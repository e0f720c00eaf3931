"""Reads JSON Lines: an object in each line, its keys the columns."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.inputs import InputError
from models.records import COLUMN_LIMIT, ROW_LIMIT, Cell, Record, check_count, unique

# The column of a line that holds no object.
UNREAD = "unread line"


@dataclass(frozen=True)
class Objects:
    """The rows, the first with the names of the columns, and what was wrong in a line, by its number."""

    records: list[Record]
    faults: dict[int, str]


def read(text: str) -> Objects:
    """The objects of `text`. Raises InputError where there are too many lines or different keys.

    A line that is no object is kept as it is, in a column of its own.
    """
    names: dict[str, int] = {}
    rows: list[tuple[int, dict[str, Cell]]] = []
    faults: dict[int, str] = {}
    count = 0
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        count += 1
        if count > ROW_LIMIT:
            continue
        try:
            row = _object(line)
        except (ValueError, RecursionError) as error:
            faults[number] = f"Line {number:,} is no JSON object: {_reason(error)}."
            row = {UNREAD: line.rstrip("\r\n")}
        rows.append((number, row))
        for name in row:
            names.setdefault(name, len(names))
        if len(names) > COLUMN_LIMIT:
            raise InputError(
                "file",
                f"Up to line {number:,} there are {len(names):,} different keys; at most {COLUMN_LIMIT} are allowed.",
            )
    check_count(count)
    header = Record(0, [name or f"column {i}" for i, name in enumerate(names, 1)])
    return Objects([header, *(Record(at, [row.get(name) for name in names]) for at, row in rows)], faults)


def _object(line: str) -> dict[str, Cell]:
    value = json.loads(line, object_pairs_hook=_pairs, parse_constant=str)
    if not isinstance(value, dict):
        raise ValueError(f"it holds {type(value).__name__}")
    return {name: _cell(held) for name, held in value.items()}


def _pairs(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys may repeat: the later ones get a number, so that nothing is lost."""
    return dict(zip(unique(name for name, _ in pairs), (value for _, value in pairs), strict=True))


def _cell(value: Any) -> Cell:
    """A plain value as it is, a list or an object as the text that it was."""
    return value if isinstance(value, str | int | float | bool | None) else json.dumps(value, ensure_ascii=False)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
