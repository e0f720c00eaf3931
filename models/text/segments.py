"""Splits a text into units of translation: sentences without the bullets and white space around them."""

import re
from collections.abc import Iterator, Sequence

from models.text.markup import BLOCK, CODE
from models.text.paragraphs import unwrapped
from models.text.prose import spaceless
from models.text.sentences import Span, in_lines, stripped

BULLET = re.compile(r"(?:(?:[-–—*•‣▪◦·+>#|]+|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\[[ xX]?\])(?:\s+|$))+")
CELL, CELL_OF_ROW = re.compile(r"[^\t]+"), re.compile(r"(?:[^\t|\\]|\\.)+")
# A row of a table in Markdown.
ROW = re.compile(r"[ \t]*\|[^\n]*\|[ \t]*$", re.MULTILINE)
LINE_ENDS = ("", *"\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
CLAUSE_ENDS = ",;:，、；：…)»”"


def segments(text: str, language: str) -> list[Span]:
    """The sentences and table cells of `text`, in order; what lies between them is copied unchanged."""
    found = []
    text = unwrapped(text)
    for sentence in in_lines(text, language):
        in_row = ROW.match(text, text.rfind("\n", 0, sentence.start) + 1)
        cells = (CELL_OF_ROW if in_row else CELL).finditer(text, sentence.start, sentence.end)
        for start, end in (part for cell in cells for part in _between_blocks(text, *cell.span())):
            if _starts_line(text, start) and (bullet := BULLET.match(text, start, end)):
                start = bullet.end()
            inner = stripped(text, start, end)
            if inner.start < inner.end:
                found.append(inner)
    return found


def _between_blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What tags of blocks leave of `text` from `start` to `end`; one between blanks is a word of a sentence."""
    code = [match.span() for match in CODE.finditer(text, start, end)]
    for tags in BLOCK.finditer(text, start, end):
        blanks = text[tags.start() - 1 : tags.start()] in (" ", "\t") and text[tags.end() : tags.end() + 1] == " "
        if blanks or any(first < tags.start() < last for first, last in code):
            continue
        yield start, tags.start()
        start = tags.end()
    yield start, end


def windows(text: str, pieces: Sequence[tuple[int, int]], limit: int) -> list[Span]:
    """Split `text` into spans of at most `limit` of its `pieces` (character offsets), none when it has none.

    A window ends after a clause where its second half has one, else before a word, else anywhere.
    """
    spans, first = [], 0
    while first < len(pieces):
        last = min(first + limit, len(pieces))
        if last < len(pieces):
            last = _best_cut(text, pieces, first + limit // 2, last)
        spans.append(stripped(text, pieces[first][0], pieces[last - 1][1]))
        first = last
    return [span for span in spans if span.start < span.end]


def _best_cut(text: str, pieces: Sequence[tuple[int, int]], low: int, high: int) -> int:
    """The piece, from `low` + 1 to `high`, before which to cut."""
    words = [i for i in range(low + 1, high + 1) if text[pieces[i][0] : pieces[i][0] + 1].isspace()]
    # Chinese and Japanese have no space after a clause.
    free = [i for i in range(low + 1, high + 1) if spaceless(text[pieces[i][0] - 1 : pieces[i][0]])]
    clauses = [i for i in sorted({*words, *free}) if text[pieces[i][0] - 1] in CLAUSE_ENDS]
    return (clauses or words or [high])[-1]


def _starts_line(text: str, at: int) -> bool:
    return text[:at].rstrip(" \t")[-1:] in LINE_ENDS
