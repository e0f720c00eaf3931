"""Which characters a file's bytes stand for: its encoding, said by a mark, found out, or chosen by the visitor."""

import codecs
import io
from dataclasses import dataclass

from models.inputs import InputError
from models.records import places

UTF_8, UTF_16, WINDOWS = "UTF-8", "UTF-16", "Windows-1252"
# What a visitor can choose, and Python's name of it.
ENCODINGS = {
    UTF_8: "utf-8",
    UTF_16: "utf-16",
    "UTF-16 little-endian": "utf-16-le",
    "UTF-16 big-endian": "utf-16-be",
    WINDOWS: "cp1252",
    "Windows-1250": "cp1250",
    "Windows-1251": "cp1251",
    "Windows-1253": "cp1253",
    "Windows-1254": "cp1254",
    "ISO 8859-15": "iso8859-15",
    "KOI8-R": "koi8-r",
    "Shift JIS": "shift_jis",
    "EUC-KR": "euc-kr",
    "GB 18030": "gb18030",
    "Big5": "big5",
}
MARKS = {
    codecs.BOM_UTF32_LE: ("UTF-32", "utf-32"),
    codecs.BOM_UTF32_BE: ("UTF-32", "utf-32"),
    codecs.BOM_UTF8: (UTF_8, "utf-8-sig"),
    codecs.BOM_UTF16_LE: (UTF_16, "utf-16"),
    codecs.BOM_UTF16_BE: (UTF_16, "utf-16"),
}
SAMPLE = 4_096
# The share of control characters from which a file is no text.
BINARY = 0.1
BROKEN = "\ufffd"


@dataclass(frozen=True)
class Decoded:
    """A file's text, the name of its encoding, and notes on what was unusual, and where."""

    text: str
    encoding: str
    notes: list[str]


def decode(data: bytes, encoding: str = "") -> Decoded:
    """The text of `data` in `encoding`, one of `ENCODINGS`, or in the one it seems to have.

    Raises InputError where the bytes do not fit, or are no text.
    """
    if encoding:
        if encoding not in ENCODINGS:
            raise InputError("encoding", f"encoding must be one of {', '.join(ENCODINGS)}; it is {encoding[:40]!r}.")
        try:
            found = Decoded(data.decode(ENCODINGS[encoding]).removeprefix("\ufeff"), encoding, [])
        except UnicodeDecodeError as error:
            line = _line(data, error.start)
            message = f"The file is not {encoding}: line {line:,} does not fit. Choose another encoding."
            raise InputError("encoding", message) from error
    else:
        found = _detected(data)
    controls = sum(c < " " and c not in "\t\n\r\f" for c in found.text[:SAMPLE])
    if controls > BINARY * min(len(found.text), SAMPLE):
        raise InputError("file", "The file holds no text. Upload CSV, TSV, JSON Lines or Excel (.xlsx).")
    if "\0" in found.text:
        lines = places(_lines_with("\0", found.text))
        found.notes.append(f"NUL bytes in {lines}: no model reads a cell that holds one.")
    return found


def _detected(data: bytes) -> Decoded:
    for mark, (name, codec) in MARKS.items():
        if data.startswith(mark):
            return Decoded(data.decode(codec, errors="replace"), f"{name} (by its byte-order mark)", [])
    even, odd = data[:SAMPLE:2].count(0), data[1:SAMPLE:2].count(0)
    half = min(len(data), SAMPLE) / 2
    if max(even, odd) > 0.4 * half and min(even, odd) < 0.1 * half:
        codec = "utf-16-le" if odd > even else "utf-16-be"
        return Decoded(data.decode(codec, errors="replace"), UTF_16, [])
    try:
        return Decoded(data.decode(), UTF_8, [])
    except UnicodeDecodeError as error:
        return _not_utf_8(data, _line(data, error.start))


def _not_utf_8(data: bytes, line: int) -> Decoded:
    """Text in an older encoding, or UTF-8 with some broken bytes: whichever leaves less unread."""
    mended = data.decode(errors="replace")
    broken = mended.count(BROKEN)
    if broken < sum(c > "\x7f" and c != BROKEN for c in mended):
        lines = places(_lines_with(BROKEN, mended))
        return Decoded(mended, UTF_8, [f"Bytes that are not UTF-8 in {lines}: they are shown as {BROKEN}."])
    try:
        note = f"Line {line:,} is not UTF-8: taken for {WINDOWS}. If letters look wrong, choose another encoding."
        return Decoded(data.decode("cp1252"), WINDOWS, [note])
    except UnicodeDecodeError as error:
        other = _line(data, error.start)
        message = f"The encoding is unknown: line {line:,} is not UTF-8, line {other:,} not {WINDOWS}. Choose it."
        raise InputError("encoding", message) from error


def _lines_with(sign: str, text: str) -> list[int]:
    return [number for number, line in enumerate(io.StringIO(text), 1) if sign in line]


def _line(data: bytes, at: int) -> int:
    """The line of the byte at `at`, from 1."""
    return data.count(b"\n", 0, at) + 1
