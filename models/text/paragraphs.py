"""Finds the paragraphs of a text that is wrapped at a column or quoted as in an e-mail, as character offsets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from models.text import prose

QUOTE = re.compile(r"[ \t]{0,3}>(?:[ \t]?>)*(?=[ \t\w\"'“‘«(\[*•¿¡–—]|$)[ \t]?")
FENCE = re.compile(r"\s*(?:```|~~~)")
BREAK = re.compile(r"[ \t]*(?:\r\n?|[\n\v\f\x1c\x1d\x1e\x85\u2028\u2029])[ \t]*(?:>[ \t]?)*[ \t]*")
LINE_END = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"


@dataclass(frozen=True)
class Break:
    """A line break within a paragraph: characters `start` to `end`, with all marks of quotation and blanks there."""

    start: int
    end: int


@dataclass(frozen=True)
class Paragraph:
    """Lines that are one paragraph, from `start` to `end`, less the first marks of quotation.

    `width` is the longest line of its block in columns, such marks left out.
    """

    start: int
    end: int
    breaks: tuple[Break, ...]
    width: int


@dataclass(frozen=True)
class _Line:
    """A line without its break; `inner` is where it begins behind marks of quotation, `depth` of them."""

    start: int
    inner: int
    end: int
    text: str
    depth: int


def unwrapped(text: str) -> str:
    """`text` of the same length with blanks for the line breaks within paragraphs and for marks of quotation."""
    if not (QUOTE.match(text) or any(end in text for end in LINE_END)):
        return text
    found = list(text)
    for start, end in [(line.start, line.inner) for line in _lines(text)] + [
        (each.start, each.end) for paragraph in paragraphs(text) for each in paragraph.breaks
    ]:
        found[start:end] = " " * (end - start)
    return "".join(found)


def on_one_line(stretch: str) -> str:
    """A stretch of a paragraph, as the visitor wrote it, without its line breaks and the marks of quotation there."""
    made, *rest = BREAK.split(stretch)
    for line in rest:
        whole = prose.spaceless(made[-1:]) and prose.spaceless(line[:1])
        halves = made[-2:-1].isalnum() and made.endswith("-") and line[:1].islower() and not prose.binds(line)
        made += line if whole or halves else f" {line}"
    return made


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of `text` that go over several lines, in order."""
    found: list[Paragraph] = []
    for block in _blocks(_lines(text)):
        texts = [line.text for line in block]
        joined = [*prose.joined(texts), False]
        first = 0
        for at, goes_on in enumerate(joined):
            if goes_on:
                continue
            if at > first:
                rows = block[first : at + 1]
                breaks = tuple(_break(a, b) for a, b in pairwise(rows))
                found.append(
                    Paragraph(
                        rows[0].inner, rows[-1].inner + len(rows[-1].text.rstrip()), breaks, prose.width_of(texts)
                    )
                )
            first = at + 1
    return found


def _break(a: _Line, b: _Line) -> Break:
    return Break(a.inner + len(a.text.rstrip()), b.inner + len(b.text) - len(b.text.lstrip()))


def _lines(text: str) -> list[_Line]:
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip(LINE_END)
        quote = QUOTE.match(bare)
        inner = quote.end() if quote else 0
        depth = quote[0].count(">") if quote else 0
        found.append(_Line(start, start + inner, start + len(bare), bare[inner:], depth))
        start += len(line)
    return found


def _blocks(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Lines that follow each other, equally quoted, none blank; without what is fenced off as code."""
    fenced = False
    kinds: list[tuple[bool, int]] = []
    for line in lines:
        fence = FENCE.match(line.text) is not None
        kinds.append((bool(line.text.strip()) and not fence and not fenced, line.depth))
        fenced ^= fence
    for (counts, _), group in groupby(zip(kinds, lines, strict=True), key=lambda pair: pair[0]):
        if counts:
            yield [line for _, line in group]
