"""Reinserts into a translation the parts that the network did not read, at the positions given by the alignment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.engines.stand_ins import occurrences, with_country
from models.engines.tag_pairs import partner
from models.text.alignment import Piece, Weights
from models.text.kept import Kept


@dataclass(frozen=True)
class Placed:
    """The pieces with all kept parts; `faults` counts those that the network had lost, doubled or changed."""

    pieces: list[Piece]
    faults: int


@dataclass(frozen=True)
class _Edit:
    """Characters `start` to `end` of the translation become `text`, which stands for the kept part `number`."""

    start: int
    end: int
    text: str
    number: int


def placed(
    source: str, offsets: Sequence[tuple[int, int]], parts: Sequence[Kept], read: Sequence[str], pieces: Sequence[Piece]
) -> Placed:
    """`pieces` with all of `parts`, each of which the network has `read` as such a text.

    `offsets` are the places of the network's tokens in `source`. The weights get a column more for each of `parts`.
    """
    target = _Target(source, offsets, pieces)
    edits: list[_Edit] = []
    taken: set[int] = set()
    missing: list[int] = []
    for number, (part, name) in enumerate(zip(parts, read, strict=True)):
        if not name:
            continue
        ways = [(name, part.form)]
        ways += [(way, part.form.replace(name, way)) for way in part.accepted if name == part.reading]
        place = next(
            (
                (at, at + len(way), form)
                for way, form in ways
                for at in occurrences(way, target.text)
                if at not in taken
            ),
            None,
        )
        if place is None:
            missing.append(number)
            continue
        taken.add(place[0])
        edits.append(_Edit(with_country(target.text, place[0]), *place[1:], number))
    # The network has written a stand-in twice.
    extra = [
        _Edit(max(at - 1, 0) if target.text[at - 1 : at] == " " else at, at + len(name), "", number)
        for number, (part, name) in enumerate(zip(parts, read, strict=True))
        if name and name != part.form and read.index(name) == number
        for at in occurrences(name, target.text)
        if at not in taken
    ]
    edits += extra
    for number in missing:
        edits.append(target.instead(parts[number], number, edits))
    edits += [target.inserted(parts, number) for number, name in enumerate(read) if not name]
    edits.sort(key=lambda edit: (edit.start, edit.number))
    return Placed(_edited(pieces, edits, len(parts)), len(missing) + len(extra))


class _Target:
    """A translation as the network wrote it, and which words of it stand for which places of `source`."""

    def __init__(self, source: str, offsets: Sequence[tuple[int, int]], pieces: Sequence[Piece]) -> None:
        self.source = source
        self.text = "".join(piece.text for piece in pieces)
        self._offsets = offsets
        ends = np.cumsum([len(piece.text) for piece in pieces]).tolist()
        # For each token of the source that some piece looks at above all, where that piece is.
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        for piece, end in zip(pieces, ends, strict=True):
            start = end - len(piece.text.lstrip())
            if start < end:
                self._ranges.setdefault(int(piece.weights.argmax()), []).append((start, end))

    def instead(self, part: Kept, number: int, edits: Sequence[_Edit]) -> _Edit:
        """`part` in place of the numeral or stand-in that the network made of it, else behind what it stood behind."""
        place = self._place(part.span.start, part.span.end)
        if place is not None:
            start, end = self._word(*place)
            changed = any(c.isdigit() for c in self.text[start:end])
            if changed and not any(edit.start < end and start < edit.end for edit in edits):
                return _Edit(start, end, part.form, number)
        at = self._behind(part.span.start)
        return _Edit(at, at, self._spaced(part.form, at, True, True), number)

    def inserted(self, parts: Sequence[Kept], number: int) -> _Edit:
        """The sign `number` of `parts`, put before or behind the word that it stood at."""
        part, source = parts[number], self.source
        left = part.span.start == 0 or source[part.span.start - 1].isspace()
        right = part.span.end == len(source) or source[part.span.end].isspace()
        other = partner(parts, number)
        if not self._tokens(0, part.span.start):
            at = 0
        elif not self._tokens(part.span.end, len(source)):
            at = len(self.text)
        elif other > number and (place := self._place(part.span.end, parts[other].span.start)):
            at = self._word(*place)[0]
        elif 0 <= other < number and (place := self._place(parts[other].span.end, part.span.start)):
            at = self._word(*place)[1]
        elif left and not right and (place := self._place(*self._next_word(part.span.end))):
            at = self._word(*place)[0]
        else:
            at = self._behind(part.span.start)
        end = at + self._blank_before(at, *self._next_word(part.span.end)) if not (left or right) else at
        return _Edit(at, end, self._spaced(part.form, at, left, right), number)

    def _blank_before(self, at: int, start: int, end: int) -> bool:
        """Whether only a blank stands from `at` to what stands for the source from `start` to `end`."""
        place = self._place(start, end)
        return self.text[at : at + 1] == " " and place is not None and place[0] == at + 1

    def _spaced(self, form: str, at: int, left: bool, right: bool) -> str:
        before, after = self.text[at - 1 : at] if at else "", self.text[at : at + 1]
        space_before = left and before != "" and not before.isspace()
        space_after = right and after != "" and (after.isalnum() or (at == 0 and not after.isspace()))
        return " " * space_before + form + " " * space_after

    def _tokens(self, start: int, end: int) -> list[int]:
        """The tokens of the source from `start` to `end` that cover something."""
        return [
            i
            for i, (a, b) in enumerate(self._offsets)
            if a < end and b > start and self.source[max(a, start) : min(b, end)].strip()
        ]

    def _place(self, start: int, end: int) -> tuple[int, int] | None:
        """The stretch of the translation that stands for the source from `start` to `end`."""
        ranges = [place for token in self._tokens(start, end) for place in self._ranges.get(token, ())]
        return (min(a for a, _ in ranges), max(b for _, b in ranges)) if ranges else None

    def _next_word(self, at: int) -> tuple[int, int]:
        match = re.compile(r"\s*\S+").match(self.source, at)
        return match.span() if match else (at, at)

    def _behind(self, at: int) -> int:
        """The end of the word that stands for the last token before `at` that is translated."""
        for token in reversed(self._tokens(0, at)):
            if ranges := self._ranges.get(token):
                return self._word(*ranges[-1])[1]
        return 0

    def _word(self, start: int, end: int) -> tuple[int, int]:
        """Widened to whole words and numbers."""
        while start and self.text[start - 1].isalnum():
            start -= 1
        while end < len(self.text) and self.text[end].isalnum():
            end += 1
        while end < len(self.text) - 1 and self.text[end] in ".,:" and self.text[end + 1].isdigit():
            end += 1
            while end < len(self.text) and self.text[end].isalnum():
                end += 1
        while start > 1 and self.text[start - 1] in ".,:" and self.text[start - 2].isdigit():
            start -= 1
            while start and self.text[start - 1].isalnum():
                start -= 1
        return start, end


def _edited(pieces: Sequence[Piece], edits: Sequence[_Edit], count: int) -> list[Piece]:
    """`pieces` after `edits`, in order; of two that overlap the later one is put behind the first."""
    width = len(pieces[0].weights)
    rows = [Piece(piece.text, np.concatenate([piece.weights, np.zeros(count, np.float32)])) for piece in pieces]
    text = "".join(piece.text for piece in pieces)
    ends = np.cumsum([len(piece.text) for piece in pieces]).tolist()
    found: list[Piece] = []

    def copy(start: int, end: int) -> None:
        for piece, last in zip(rows, ends, strict=True):
            first = last - len(piece.text)
            if first < end and last > start:
                found.append(Piece(text[max(first, start) : min(last, end)], piece.weights))

    at = 0
    for edit in edits:
        copy(at, max(at, edit.start))
        looks: Weights = np.zeros(width + count, np.float32)
        looks[width + edit.number] = 1
        found.append(Piece(edit.text, looks))
        at = max(at, edit.end)
    copy(at, len(text))
    return [piece for piece in found if piece.text]
