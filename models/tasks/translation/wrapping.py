"""Wraps a translated paragraph where its source was wrapped, at the same width and with the same marks."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.text.paragraphs import LINE_END, QUOTE, Paragraph
from models.text.prose import WIDE, columns, spaceless

# What stays on one line: a word, or a letter of a script without spaces with the marks at it.
UNIT = re.compile(rf"[“‘（《「『]*[{WIDE}][,.!?:;)\]}}”’%。，、；：！？）》」』…]*|[^\s{WIDE}]+")


@dataclass(frozen=True)
class Edit:
    """The characters `start` to `end` of a translation become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Wrapped:
    """A translation after `edits`, which are in order."""

    text: str
    edits: Sequence[Edit]

    def place(self, at: int) -> int:
        """Where the character is that was at `at`."""
        before = bisect_right(self.edits, at, key=lambda edit: edit.end)
        return at + sum(len(edit.text) - (edit.end - edit.start) for edit in self.edits[:before])


def wrap(source: str, text: str, places: Sequence[tuple[Paragraph, int, int]]) -> Wrapped:
    """`text`, the translation of `source`, with each paragraph, from one place to another of it, wrapped as it was."""
    edits = [edit for paragraph, start, end in places for edit in _edits(source, text, paragraph, start, end)]
    made, at = "", 0
    for edit in edits:
        made += text[at : edit.start] + edit.text
        at = edit.end
    return Wrapped(made + text[at:], edits)


def gap(source: str, start: int, end: int) -> str:
    """What stands for a stretch of white space with a line break of a paragraph in it, before its lines are broken."""
    return "" if spaceless(source[start - 1 : start]) and spaceless(source[end : end + 1]) else " "


def _edits(source: str, text: str, paragraph: Paragraph, start: int, end: int) -> Iterator[Edit]:
    first = paragraph.breaks[0]
    mark = source[first.start : first.end].lstrip(" \t")
    behind = mark.lstrip(LINE_END)
    quote = QUOTE.match(behind)
    indent = len(behind) - (quote.end() if quote else 0)
    column, before = 0, start
    for unit in UNIT.finditer(text, start, end):
        size, room = columns(unit[0]), unit.start() - before
        if before > start and column + room + size > paragraph.width:
            yield Edit(before, unit.start(), mark)
            column, room = indent, 0
        column += room + size
        before = unit.end()
