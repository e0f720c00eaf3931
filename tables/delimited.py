"""Reads CSV and similar formats, detecting the separator and the quoting."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from models.runtime.limits import InputError, check_choice
from tables.quoting import Quoting
from tables.records import Record, preamble, trimmed

SEPARATORS = {"tab": "\t", "semicolon": ";", "pipe": "|", "comma": ","}
# No text holds it, so with it a row is one cell.
NONE = "\x1f"
# Rows and characters that the separator is found by.
SAMPLE, SAMPLE_LETTERS = 200, 200_000
# The share of rows that must have as many cells as the first one.
ALIKE = 0.5
# Excel's declaration of the separator; a spreadsheet that saves the file again adds empty cells.
DECLARED = re.compile(r"\"?sep=([^\w\r\n\"'])\"?\1*+[ ]*+(\r\n|\r|\n|\Z)", re.IGNORECASE)

# The line below the header of a Markdown table, and a text that begins with both; pipes at the edges may be missing.
RULE = re.compile(r"\|?(?:[ ]*+:?-++:?[ ]*+\|)+(?:[ ]*+:?-++:?)?")
RULED = re.compile(rf"\s*+(\|?)[^\n|]*+\|[^\n]*+\n[ \t]*+{RULE.pattern}[ \t\r]*+(?:\n|\Z)")


@dataclass(frozen=True)
class Dialect:
    """How cells are separated: names for people, and the arguments of `csv.reader`.

    `quoting` reads the file where quotation marks are not all where the csv module has them. `start` is where the first
    row begins, below the line that declares the separator, if there is one. A `ruled` table is one of Markdown.
    """

    separator: str
    quotes: str
    options: dict[str, Any]
    quoting: Quoting | None = None
    start: int = 0
    notes: list[str] = field(default_factory=list)
    ruled: bool = False


def detect(text: str, separator: str = "") -> Dialect:
    """The dialect of `text`, with the `separator` of this name where the visitor chose one."""
    declared = DECLARED.match(text)
    ruled = RULED.match(text)
    if ruled and not separator and all(_is_ruled(line, bool(ruled[1])) for line in _shown_lines(text)):
        return Dialect("pipe", "none", {}, ruled=True, notes=["The line below the header is a rule of Markdown."])
    start = declared.end() if declared else 0
    body = text[start:]
    mark = _mark(body)
    if separator:
        check_choice(separator, "separator", (*SEPARATORS, "none"))
    sign = SEPARATORS.get(separator, NONE) if separator else declared[1] if declared else _separator(body, mark)
    name = next((name for name, known in SEPARATORS.items() if known == sign), "none" if sign == NONE else sign)
    notes = ["The first line declares the separator."] if declared and not separator else []
    options = {"delimiter": sign, "quotechar": mark}
    if mark not in body:
        return Dialect(name, "none", options, start=start, notes=notes)
    quotes, more, quoting = _quotes(body, sign, mark)
    if quoting is not None and quoting.spaced:
        notes.append("Blanks before cells are left out, since they stand before quotation marks.")
    return Dialect(name, quotes, options | more, quoting, start, notes)


def read(text: str, dialect: Dialect) -> Iterator[Record]:
    """The rows of `text`, blank lines left out. Raises InputError at a cell that is too long."""
    if dialect.ruled:
        yield from _ruled(text)
        return
    above = int(dialect.start > 0)
    if dialect.quoting is not None:
        for record in dialect.quoting.records():
            if any(isinstance(cell, str) and len(cell) > csv.field_size_limit() for cell in record.cells):
                raise _too_long(record.line + above)
            yield Record(record.line + above, record.cells, record.end and record.end + above, record.stray)
        return
    reader = csv.reader(io.StringIO(text[dialect.start :], newline=""), **dialect.options)
    line = above
    try:
        for cells in reader:
            end = reader.line_num + above
            if cells:
                yield Record(line + 1, cells, end if end > line + 1 else 0)
            line = end
    except csv.Error as error:
        raise _too_long(line + 1) from error


def _ruled(text: str) -> Iterator[Record]:
    """The rows of a table of Markdown, without the rule below its header."""
    rule = next(number for number, line in enumerate(io.StringIO(text), 1) if RULE.fullmatch(line.strip()))
    for number, line in enumerate(io.StringIO(text), 1):
        if number != rule and line.strip():
            cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
            yield Record(number, [cell.strip().replace("\\|", "|") for cell in cells])


def _is_ruled(line: str, edged: bool) -> bool:
    """Whether `line` may be a row of a Markdown table, one with pipes at its edges or not."""
    return line.startswith("|") if edged else "|" in line


def _shown_lines(text: str) -> Iterator[str]:
    return filter(None, map(str.strip, text.splitlines()))


def _too_long(line: int) -> InputError:
    return InputError(
        "file",
        f"Line {line:,} has a cell of more than {csv.field_size_limit():,} characters: a quotation mark may "
        "lack its pair.",
    )


def _mark(text: str) -> str:
    """The sign around cells: double quotes, unless there are none and rows begin with single ones."""
    lines = text[:100_000].splitlines()[:SAMPLE]
    single = sum(line.lstrip().startswith("'") for line in lines)
    return "'" if '"' not in text and single > len(lines) / 2 else '"'


def _quotes(text: str, sign: str, mark: str) -> tuple[str, dict[str, Any], Quoting | None]:
    """The quoting as a phrase, as arguments of `csv.reader`, and as the reader to use if `csv` cannot read it."""
    words = "double quotes" if mark == '"' else "single quotes"
    options: dict[str, Any] = {"delimiter": sign, "quotechar": mark, "strict": True}
    quoting = Quoting(text, sign, mark)
    survey = quoting.survey
    if not (survey.odd or survey.spaced) and _fits(text, options):
        return f"{words}, doubled inside", {"strict": True}, None
    if f"\\{mark}" in text:
        escaped = Quoting(text, sign, mark, escaped=True)
        if escaped.survey.odd <= survey.odd:
            quoting, survey = escaped, escaped.survey
    if survey.literal:
        return "none: quotes are signs like any other", {"quoting": csv.QUOTE_NONE}, None
    backslash: dict[str, Any] = {"strict": True, "doublequote": False, "escapechar": "\\"}
    if quoting.escaped and not (survey.odd or survey.spaced) and _fits(text, options | backslash):
        return f"{words}, after a backslash inside", backslash, None
    return words, {}, replace(quoting, spaced=survey.spaced)


def _separator(text: str, mark: str) -> str:
    """The sign by which most rows have as many cells as the first, more than one; else `NONE`."""
    sample = text[:SAMPLE_LETTERS]
    if len(sample) < len(text):
        sample = sample[: sample.rfind("\n") + 1] or sample
    found, best = NONE, 0.0
    for sign in SEPARATORS.values():
        rows = list(islice(Quoting(sample, sign, mark).records(), SAMPLE))
        rows = [row for row in rows if trimmed(row.cells)] or rows
        alike = max(_alike(rows), _alike_below(rows))
        if alike > best:
            found, best = sign, alike
    return found if best >= ALIKE else NONE


def _alike(rows: Sequence[Record]) -> float:
    """The share of `rows` with as many cells as the first, 0 where that is one; empty ones at the end may count."""
    shares = [0.0]
    for widths in ([len(row.cells) for row in rows], [len(trimmed(row.cells)) for row in rows]):
        if widths and widths[0] > 1:
            shares.append(widths.count(widths[0]) / len(widths))
    return max(shares)


def _alike_below(rows: Sequence[Record]) -> float:
    """The same for the rows below a preamble; commas in prose, with a blank after them, separate no cells."""
    table = rows[preamble(rows) :]
    prose = sum(str(cell)[:1].isspace() for row in table for cell in row.cells[1:])
    return _alike(table) if len(table) < len(rows) and prose <= len(table) / 2 else 0.0


def _fits(text: str, options: dict[str, Any]) -> bool:
    """Whether every quotation mark of `text` stands where the dialect has one."""
    try:
        deque(csv.reader(io.StringIO(text, newline=""), **options), maxlen=0)
    except csv.Error:
        return False
    return True
