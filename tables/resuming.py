"""What an earlier run of a batch has written, so that another one can go on after it."""

import codecs
import csv
import io
import json
from pathlib import Path

from models.runtime.limits import InputError
from tables.batch import Batch
from tables.exports import write_csv, write_json_lines
from tables.table import JSON_ENDINGS


def rows_in(path: Path, batch: Batch) -> tuple[int, int]:
    """How many whole rows `path` holds of what `batch` writes, and how many bytes they are.

    A run that was ended may have left half a row after them. Raises InputError where the file holds anything else.
    """
    if not path.exists():
        return 0, 0
    data = path.read_bytes()
    json_lines = path.name.endswith(JSON_ENDINGS)
    whole = data.rfind(b"\n") + 1 if json_lines else _whole_rows(data)
    try:
        text = data[:whole].decode()
        # The last character may be halved too.
        rest = codecs.getincrementaldecoder("utf-8")().decode(data[whole:])
        if (json_lines or not whole) and not _begins(rest, _beginning(batch, json_lines)):
            raise ValueError("the last line is of something else")
        rows = [_keys(line) for line in text.split("\n")[:-1]] if json_lines else _rows(text)
    except (ValueError, RecursionError, csv.Error) as error:
        raise InputError("resume", f"{path} is no table that a batch wrote: choose another --out.") from error
    if any(len(row) != len(batch.names) for row in rows):
        raise InputError("resume", f"{path} holds other columns than this batch writes: choose another --out.")
    if len(rows) > len(batch.table):
        raise InputError("resume", f"{path} holds {len(rows):,} rows, the file to read only {len(batch.table):,}.")
    return len(rows), whole


def _rows(text: str) -> list[list[str]]:
    """The rows of CSV below its header, whose cells may be of any length."""
    limit = csv.field_size_limit(max(1, len(text)))
    try:
        return list(csv.reader(io.StringIO(text, newline="")))[1:]
    finally:
        # The limit is one for the whole process, and holds for tables that visitors upload.
        csv.field_size_limit(limit)


def _beginning(batch: Batch, json_lines: bool) -> str:
    """How each line of JSON begins that `batch` writes, or its CSV: with the first of its names, or all of them."""
    file = io.StringIO(newline="")
    if not json_lines:
        write_csv(file, [batch.names])
        return file.getvalue()
    write_json_lines(file, batch.names[:1], [[0]])
    return file.getvalue().removesuffix("0}\n")


def _begins(rest: str, beginning: str) -> bool:
    """Whether `rest`, which may have been cut anywhere, begins so."""
    return rest[: len(beginning)] == beginning[: len(rest)]


def _keys(line: str) -> list[str]:
    """The keys of the object in a line of JSON. Raises ValueError, RecursionError."""
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("the line is no object")
    return list(found)


def _whole_rows(data: bytes) -> int:
    """How many bytes of a CSV file are whole rows: up to the last end of a line that is not within quotes."""
    whole = at = quotes = 0
    for line in data.splitlines(keepends=True):
        at, quotes = at + len(line), quotes + line.count(b'"')
        if line.endswith(b"\n") and quotes % 2 == 0:
            whole = at
    return whole
