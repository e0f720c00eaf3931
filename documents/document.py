"""A document's text, and the place of each span of it in the document."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Characters of the longest document that is read: a book of some 600 pages.
TEXT_LIMIT = 1_000_000
# No model reads them: control characters, and halves of surrogate pairs.
UNREADABLE = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("\r\n?|\x0c|\x85|\u2028|\u2029")


@dataclass(frozen=True)
class Place:
    """Where the characters from `start` to `end` stand: `label` is such as "page 3" or "00:01:05"."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Document:
    """The content of a file; `places` are in order, and `notes` mention what was left out or unusual."""

    format: str
    text: str
    places: tuple[Place, ...] = ()
    notes: tuple[str, ...] = ()

    def place_at(self, offset: int) -> str:
        """The label of the place of the character at `offset`, empty where there is none."""
        at = bisect_right(self.places, offset, key=lambda place: place.start) - 1
        return self.places[at].label if at >= 0 and offset < self.places[at].end else ""

    def cut(self, limit: int, begin: int = 0) -> "Document":
        """At most `limit` of its characters from `begin` on, to the end of a paragraph, or else of a word, there."""
        text = self.text[begin : begin + limit]
        if begin + limit < len(self.text):
            at = max(text.rfind("\n", limit // 2), 0) or max(text.rfind(" ", limit // 2), 0) or limit
            text = text[:at].rstrip()
        within = (
            Place(max(place.start - begin, 0), min(place.end - begin, len(text)), place.label)
            for place in self.places
            if place.end > begin and place.start < begin + len(text)
        )
        return Document(self.format, text, tuple(within), self.notes)

    @staticmethod
    def of(plain: Mapping[str, Any]) -> "Document":
        """The document that `dataclasses.asdict` made `plain`."""
        places = tuple(Place(**place) for place in plain["places"])
        return Document(plain["format"], plain["text"], places, tuple(plain["notes"]))


class Full(Exception):
    """The text of a document has reached its limit."""


class Draft:
    """A document while it is read: paragraph after paragraph, place after place."""

    def __init__(self, limit: int = TEXT_LIMIT) -> None:
        self.limit = limit
        self.notes: list[str] = []
        self._parts: list[str] = []
        self._length = 0
        self._places: list[tuple[int, str]] = []

    def place(self, label: str) -> None:
        """Set the label of the text that is written next."""
        if self._places and self._places[-1][0] == self._length:
            self._places.pop()
        if not self._places or self._places[-1][1] != label:
            self._places.append((self._length, label))

    def write(self, text: str, gap: str = "\n\n") -> None:
        """Add `text`, set off by `gap` from what is before it. Raises Full once the document is as long as may be."""
        text = readable(text)
        if not text.strip():
            return
        if self._length:
            text = self._set_off(gap) + text
        room = self.limit - self._length
        self._parts.append(text[:room])
        self._length += len(self._parts[-1])
        if len(text) > room:
            self.notes.append(f"Only the first {self.limit:,} characters were read.")
            raise Full

    def _set_off(self, gap: str) -> str:
        """`gap`; a place that begins here begins behind it."""
        if self._places and self._places[-1][0] == self._length:
            self._places[-1] = (self._length + len(gap), self._places[-1][1])
        return gap

    def done(self, format: str) -> Document:
        """The document that was read."""
        starts = [start for start, _ in self._places if start < self._length] + [self._length]
        places = zip(starts, starts[1:], (label for _, label in self._places), strict=False)
        return Document(format, "".join(self._parts), tuple(Place(*each) for each in places), tuple(self.notes))


def readable(text: str) -> str:
    """`text` with line breaks of one kind, and without the characters that no model reads."""
    return UNREADABLE.sub("", LINE_ENDS.sub("\n", text))
