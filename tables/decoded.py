"""Decodes a file whose encoding is given by a byte-order mark, detected, or chosen by the visitor."""

import codecs
import io
from dataclasses import dataclass, replace

from charset_normalizer import from_bytes

from models.runtime.limits import InputError
from tables import east_asian, latin
from tables.records import BROKEN, places

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
    "Shift JIS": "cp932",
    "EUC-KR": "cp949",
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
# Encodings of Latin letters, the most common first: the library cannot distinguish them in short texts.
LATIN = (WINDOWS, "Windows-1250", "Windows-1254", "ISO 8859-15")
SAMPLE = 4_096
# Bytes that the encoding is found by.
DETECTED = 262_144
# The share of control characters from which a file is no text.
BINARY = 0.1


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
        found = replace(found, text=found.text.removeprefix("\ufeff"))
    if _binary(found.text):
        raise InputError("file", "The file holds no text. Upload CSV, TSV, JSON Lines or Excel (.xlsx).")
    if "\0" in found.text:
        lines = places(_lines_with("\0", found.text))
        found.notes.append(f"NUL bytes in {lines}: no model reads a cell that holds one.")
    return found


def _detected(data: bytes) -> Decoded:
    for mark, (name, codec) in MARKS.items():
        if data.startswith(mark):
            return Decoded(data.decode(codec, errors="replace"), f"{name} (by its byte-order mark)", [])
    try:
        found = Decoded(data.decode(), UTF_8, [])
    except UnicodeDecodeError as error:
        return _not_utf_8(data, _line(data, error.start))
    # UTF-16 of most scripts is UTF-8 of control characters too.
    return (_guessed(data) or found) if _binary(found.text) else found


def _not_utf_8(data: bytes, line: int) -> Decoded:
    """Text in another encoding, or UTF-8 with some broken bytes: whichever leaves less unread."""
    mended = data.decode(errors="replace")
    broken = mended.count(BROKEN)
    if broken < sum(c > "\x7f" and c != BROKEN for c in mended):
        lines = places(_lines_with(BROKEN, mended))
        return Decoded(mended, UTF_8, [f"Bytes that are not UTF-8 in {lines}: they are shown as {BROKEN}."])
    found = _guessed(data)
    if found is None:
        raise InputError("encoding", f"The encoding is unknown: line {line:,} is not UTF-8. Choose it.")
    if found.encoding != UTF_16:
        name = found.encoding
        found.notes.append(
            f"Line {line:,} is not UTF-8: taken for {name}. If letters look wrong, choose another encoding."
        )
    return found


def _guessed(data: bytes) -> Decoded | None:
    """The text of `data` in one of `ENCODINGS` but UTF-8, None where it is in none of them."""
    names = {codec: name for name, codec in ENCODINGS.items() if codec not in ("utf-8", "utf-16")}
    canonical = {codecs.lookup(codec).name.replace("-", "_"): name for codec, name in names.items()}
    matches = from_bytes(_sample(data), cp_isolation=list(names), enable_fallback=False)
    for name in (canonical.get(codecs.lookup(match.encoding).name.replace("-", "_"), "") for match in matches):
        if name in east_asian.NAMES:
            readings = {each: text for each in east_asian.NAMES if (text := _strict(data, each)) is not None}
            if readings:
                best = east_asian.fitting({name: readings[name], **readings} if name in readings else readings)
                return Decoded(readings[best], best, [])
        texts: dict[str, str] = {}
        for each in LATIN if name in LATIN else (name,):
            text = _strict(data, each) if each else None
            if text is not None:
                texts.setdefault(text, each)
        if texts:
            best = latin.fitting(list(texts))
            return Decoded(best, UTF_16 if texts[best].startswith(UTF_16) else texts[best], [])
    return None


def _sample(data: bytes) -> bytes:
    """The beginning of `data`, up to the end of a whole character: a broken one would rule its encoding out.

    These signs are no part of a longer character in any of `ENCODINGS`; in UTF-16 every second byte begins one.
    """
    sample = data[:DETECTED]
    if len(sample) == len(data):
        return data
    end = max(map(sample.rfind, (b"\n", b"\t", b" ", b","))) + 1 or DETECTED
    return data[: end + end % 2] if b"\0" in sample else data[:end]


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(ENCODINGS[encoding])
    except UnicodeDecodeError:
        return None


def _binary(text: str) -> bool:
    """Whether `text` has too many control characters for one."""
    controls = sum(c < " " and c not in "\t\n\r\f" for c in text[:SAMPLE])
    return controls > BINARY * min(len(text), SAMPLE)


def _lines_with(sign: str, text: str) -> list[int]:
    return [number for number, line in enumerate(io.StringIO(text), 1) if sign in line]


def _line(data: bytes, at: int) -> int:
    """The line of the byte at `at`, from 1."""
    return data.count(b"\n", 0, at) + 1
