"""Reads rows whose quotation marks are not all where a dialect of CSV has them.

A cell is quoted where its closing mark stands before a separator or a line's end. Any other mark is a sign like any
other, unless only a reading of the marks as quotes gives the row as many cells as the rows around it.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from tables.records import COLUMN_LIMIT, NUMBER, ROW_LIMIT, Record

# How a mark that opens a cell may be read where none closes it properly, in the order in which they are tried.
FIRST, LAST, AROUND, LITERAL = "first closing mark", "last closing mark", "around words", "literal"
# Rows from which the proper ones are only counted.
COUNTED = ROW_LIMIT + 100
LINE_END = re.compile(r"[\r\n]|\Z")
OPENERS = " \t([{-–—/"


@dataclass(frozen=True)
class Survey:
    """What the quotation marks of a text do, counted over its first rows.

    `quoted` cells are quoted properly, `needed` of them hold what needs quotes. `odd` cells begin with a mark and are
    not quoted properly, and of `stray` ones the mark encloses no cell. `spaced` says that blanks stand before quoted
    cells.
    """

    quoted: int
    needed: int
    odd: int
    stray: int
    spaced: bool

    @property
    def literal(self) -> bool:
        """Whether no mark is a quote."""
        return self.stray > 0 and self.stray >= self.quoted and not self.needed


class _Cell(NamedTuple):
    text: str
    end: int
    quoted: bool = False
    needed: bool = False
    stray: bool = False
    spaced: bool = False


@dataclass(frozen=True)
class Quoting:
    """The rows of `text` with this delimiter and quotation mark, `escaped` where a backslash stands before inner ones.

    Where cells are `spaced`, blanks before them are no part of them.
    """

    text: str
    delimiter: str
    mark: str
    escaped: bool = False
    spaced: bool = False

    @cached_property
    def survey(self) -> Survey:
        """What the marks do."""
        quoted = needed = odd = stray = 0
        spaced = False
        for at, cells in islice(self._raw(), ROW_LIMIT):
            if self._are_rows(at, cells[-1].end):
                odd, stray = odd + 2, stray + 2
                continue
            quoted += sum(cell.quoted for cell in cells)
            needed += sum(cell.needed for cell in cells)
            spaced = spaced or any(cell.spaced for cell in cells)
            odd += sum(cell.stray for cell in cells)
            stray += sum(cell.stray and self._closing(cell) is None for cell in cells[:COLUMN_LIMIT])
        return Survey(quoted, needed, odd, stray, spaced)

    def records(self) -> Iterator[Record]:
        """The rows, blank lines left out; the proper ones far past the limit have one cell, since they only count."""
        line = 1
        at = 0
        count = 0
        while at < len(self.text):
            count += 1
            if count > COUNTED and (row := self._row.match(self.text, at)):
                if row.end() > at:
                    yield Record(line, [row[0][:1]])
                line += len(_breaks(self.text, at, row.end())) + 1
                at = self._after(row.end())
                continue
            cells = self._cells(at, LITERAL)
            end = cells[-1].end
            stray = any(cell.stray for cell in cells)
            if self._are_rows(at, end):
                cells, stray = self._cells(at, LITERAL, spanning=False), True
            elif stray and len(cells) <= COLUMN_LIMIT:
                ways = (self._cells(at, way) for way in (FIRST, LAST, AROUND))
                cells = next((found for found in ways if len(found) == self._shape[0]), cells)
            end = cells[-1].end
            last = line + len(_breaks(self.text, at, end))
            if end > at:
                yield Record(line, [cell.text for cell in cells], last if last > line else 0, stray)
            line, at = last + 1, self._after(end)

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        """A quoted cell, a plain one, a mark that closes one, and a cell with words in quotes at its start."""
        mark, delimiter = re.escape(self.mark), re.escape(self.delimiter)
        blank, inner = self._parts
        ends = rf"{blank}(?={delimiter}|[\r\n]|\Z)"
        return (
            re.compile(rf"({blank}){mark}((?:{inner})*+){mark}{ends}", re.DOTALL),
            re.compile(rf"[^{delimiter}\r\n]*+"),
            re.compile(rf"{mark}{ends}"),
            re.compile(rf"{blank}{mark}[^{mark}\r\n]*+{mark}[^{delimiter}\r\n]*+"),
        )

    @cached_property
    def _row(self) -> re.Pattern[str]:
        """A whole row without stray marks."""
        mark, delimiter = re.escape(self.mark), re.escape(self.delimiter)
        blank, inner = self._parts
        cell = rf"(?:{blank}{mark}(?:{inner})*+{mark}{blank}|(?!{blank}{mark})[^{delimiter}\r\n]*+)"
        return re.compile(rf"(?:{cell}{delimiter})*+{cell}(?=[\r\n]|\Z)", re.DOTALL)

    @property
    def _parts(self) -> tuple[str, str]:
        """Patterns of the blanks around a quoted cell, and of what is in it."""
        mark = re.escape(self.mark)
        blank = "[ ]*+" if self.delimiter == "\t" else "[ \\t]*+"
        return blank, rf"[^{mark}\\]++|\\.|{mark}{mark}" if self.escaped else rf"[^{mark}]++|{mark}{mark}"

    @cached_property
    def _shape(self) -> tuple[int, frozenset[int]]:
        """How many cells most rows have, and which columns hold numbers alone below the first row, as lines stand."""
        widths = Counter[int]()
        columns: set[int] | None = None
        for row, (at, cells) in enumerate(islice(self._raw(), ROW_LIMIT)):
            line = self.text[at : cells[-1].end]
            if not line or "\n" in line or "\r" in line:
                continue
            if not any(cell.stray for cell in cells):
                widths[len(cells)] += 1
            if row:
                found = {i for i, cell in enumerate(line.split(self.delimiter)) if NUMBER.fullmatch(cell)}
                columns = found if columns is None else columns & found
        width = widths.most_common(1)[0][0] if widths else len(next(self._raw())[1])
        return width, frozenset(range(width) if columns is None else columns)

    def _raw(self) -> Iterator[tuple[int, list[_Cell]]]:
        """The rows with stray marks read as they stand, and where each begins."""
        at = 0
        while at < len(self.text):
            cells = self._cells(at, LITERAL)
            yield at, cells
            at = self._after(cells[-1].end)

    def _are_rows(self, at: int, end: int) -> bool:
        """Whether the lines from `at` to `end`, joined by marks, are rows: as wide, and with numbers, as the others."""
        if not _breaks(self.text, at, end):
            return False
        width, columns = self._shape
        lines = [line.split(self.delimiter) for line in re.split(r"\r\n|\r|\n", self.text[at:end])]
        return all(len(cells) == width for cells in lines) and any(
            all(NUMBER.fullmatch(cells[i]) for cells in lines) for i in columns if i < width
        )

    def _cells(self, at: int, way: str, spanning: bool = True) -> list[_Cell]:
        """The row at `at`; quoted cells of several lines count only where `spanning`."""
        cells: list[_Cell] = []
        while True:
            cell = self._cell(at, way if len(cells) <= COLUMN_LIMIT else LITERAL, spanning)
            cells.append(cell)
            if not self.text.startswith(self.delimiter, cell.end):
                return cells
            at = cell.end + len(self.delimiter)

    def _cell(self, at: int, way: str, spanning: bool) -> _Cell:
        quoted, plain, _, around = self._patterns
        found = quoted.match(self.text, at)
        if found and (spanning or not _breaks(self.text, at, found.end())):
            inner = found[2]
            needed = self.mark in inner or self.delimiter in inner or "\n" in inner or "\r" in inner
            return _Cell(self._unescaped(inner), found.end(), True, needed, spaced=bool(found[1]))
        literal = plain.match(self.text, at)
        assert literal is not None, "the pattern fits nothing at all too"
        text = literal[0]
        if not text.lstrip().startswith(self.mark):
            return _Cell(text.lstrip(" \t") if self.spaced else text, literal.end())
        if way in (FIRST, LAST):
            closing = self._closing(_Cell(text, literal.end()), way)
            if closing is not None:
                return _Cell(self._unescaped(self.text[closing[0] : closing[1]]), closing[2], stray=True)
        elif way == AROUND and (words := around.match(self.text, at)):
            return _Cell(words[0], words.end(), stray=True)
        return _Cell(text, literal.end(), stray=True)

    def _closing(self, cell: _Cell, way: str = FIRST) -> tuple[int, int, int] | None:
        """Where the words in the quotes of a cell with inner quotes begin and end, and where the cell ends.

        None where its first mark encloses less than the cell: the next one closes that, as in `"Great" movie`.
        """
        start = self.text.find(self.mark, cell.end - len(cell.text), cell.end) + 1
        if not start:
            return None
        line = LINE_END.search(self.text, start, start + csv.field_size_limit())
        marks = list(self._patterns[2].finditer(self.text, start, line.start() if line else len(self.text)))
        if not marks:
            return None
        chosen = marks[0] if way == FIRST else marks[-1]
        inner = self.text[start : chosen.start()]
        second = inner.find(self.mark)
        opens = second > 0 and inner[second - 1] in OPENERS and inner[second + 1 : second + 2].isalnum()
        return (start, chosen.start(), chosen.end()) if opens or inner.count(self.mark) % 2 else None

    def _unescaped(self, inner: str) -> str:
        if self.escaped:
            return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL).replace(self.mark * 2, self.mark)
        return inner.replace(self.mark * 2, self.mark)

    def _after(self, end: int) -> int:
        """Where the next row begins."""
        return end + (2 if self.text.startswith("\r\n", end) else 1)


def _breaks(text: str, at: int, end: int) -> list[str]:
    """The line breaks of `text` from `at` to `end`."""
    return re.findall(r"\r\n|\r|\n", text[at:end])
