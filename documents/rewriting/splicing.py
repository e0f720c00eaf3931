"""Files that are text: new words at their places, in the file's own encoding."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass

from documents.plain import decode
from tables import decoded

MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CODECS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


@dataclass(frozen=True)
class Written:
    """A file's new bytes, and notes on what could not be kept."""

    data: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A file's text, and how its bytes stood for it: by `codec`, behind the byte-order mark `mark`."""

    text: str
    codec: str
    mark: bytes = b""

    def encoded(self, text: str) -> Written:
        """`text` as the file's own was, or in UTF-8 where it holds letters that the encoding lacks."""
        try:
            return Written(self.mark + text.encode(self.codec))
        except UnicodeEncodeError:
            note = f"The file is UTF-8 now: its old encoding, {self.codec}, lacks letters of the translation."
            return Written(text.encode(), (note,))


def source_of(data: bytes) -> Source:
    """The text in `data`. Raises InputError."""
    for mark in MARKS:
        if data.startswith(mark):
            return Source(data.removeprefix(mark).decode(CODECS[mark], errors="replace"), CODECS[mark], mark)
    found = decode(data)
    codec = decoded.ENCODINGS.get(found.encoding, "utf-8")
    if codec == "utf-16":
        # Without a mark the order is found out, not named.
        codec = next((each for each in ("utf-16-le", "utf-16-be") if found.text.encode(each) == data), "utf-16")
    return Source(found.text, codec)


def spliced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """`text` with each stretch from start to end, in order, replaced."""
    made, at = [], 0
    for start, end, new in changes:
        made += [text[at:start], new]
        at = end
    return "".join([*made, text[at:]])
