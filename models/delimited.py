"""Reads CSV and its kin: finds out the separator and how cells are quoted."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from models.inputs import InputError, check_choice
from models.records import Record

SEPARATORS = {"tab": "\t", "semicolon": ";", "pipe": "|", "comma": ","}
# No text holds it, so with it a row is one cell.
NONE = "\x1f"
SAMPLE = 200
# The share of rows that must have as many cells as the first one.
ALIKE = 0.5


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart: names for people, and the arguments of `csv.reader`."""

    separator: str
    quotes: str
    options: dict[str, Any]


def detect(text: str, separator: str = "") -> Dialect:
    """The dialect of `text`, with the `separator` of this name where the visitor chose one."""
    quote = _quote(text)
    if separator:
        check_choice(separator, "separator", (*SEPARATORS, "none"))
    name = separator or _separator(text, quote)
    options = {"delimiter": SEPARATORS.get(name, NONE), "quotechar": quote}
    sign = "double quotes" if quote == '"' else "single quotes"
    ways: list[tuple[str, dict[str, Any]]] = [
        (f"{sign}, doubled inside", {"strict": True}),
        (f"{sign}, after a backslash inside", {"strict": True, "doublequote": False, "escapechar": "\\"}),
    ]
    if quote not in text:
        return Dialect(name, "none", options)
    for told, way in ways:
        if _fits(text, options | way):
            return Dialect(name, told, options | way)
    if _closes(text, options):
        return Dialect(name, sign, options)
    return Dialect(name, "none: quotes are signs like any other", options | {"quoting": csv.QUOTE_NONE})


def read(text: str, dialect: Dialect) -> Iterator[Record]:
    """The rows of `text`, blank lines left out. Raises InputError at a cell that is too long."""
    reader = csv.reader(io.StringIO(text, newline=""), **dialect.options)
    line = 0
    try:
        for cells in reader:
            if cells:
                yield Record(line + 1, cells)
            line = reader.line_num
    except csv.Error as error:
        raise InputError(
            "file",
            f"Line {line + 1:,} has a cell of more than {csv.field_size_limit():,} characters: a quotation mark may "
            "lack its pair.",
        ) from error


def _quote(text: str) -> str:
    """The sign around cells: double quotes, unless there are none and rows begin with single ones."""
    lines = text[:100_000].splitlines()[:SAMPLE]
    single = sum(line.lstrip().startswith("'") for line in lines)
    return "'" if '"' not in text and single > len(lines) / 2 else '"'


def _separator(text: str, quote: str) -> str:
    """The separator by which most rows have as many cells as the first, more than one; else none."""
    found, best = "none", 0.0
    for name, sign in SEPARATORS.items():
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign, quotechar=quote)
        try:
            widths = [len(row) for row in islice(rows, SAMPLE) if row]
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            alike = sum(width == widths[0] for width in widths) / len(widths)
            if alike > best:
                found, best = name, alike
    return found if best >= ALIKE else "none"


def _fits(text: str, options: dict[str, Any]) -> bool:
    """Whether every quotation mark of `text` stands where the dialect has one."""
    try:
        deque(csv.reader(io.StringIO(text, newline=""), **options), maxlen=0)
    except csv.Error:
        return False
    return True


def _closes(text: str, options: dict[str, Any]) -> bool:
    """Whether no quotation mark is open at the end of `text`: a row put after it is read as a row then."""
    try:
        last = deque(csv.reader(io.StringIO(f"{text}\nend", newline=""), **options), maxlen=1)
    except csv.Error:
        return False
    return last.pop() == ["end"]
