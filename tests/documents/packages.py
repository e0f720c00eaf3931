"""Zip archives for the tests: real ones changed, and hostile ones."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import pytest

from documents.reading import parse
from models.runtime.limits import InputError

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(b)} "{f"&{chr(b - 1)};" * 10}">' for b in range(98, 108))
    + "]><x>&k;</x>"
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
DEEP = "<x>" * 100_000 + "</x>" * 100_000
MANY = "<x>" + "<y/>" * 1_100_000 + "</x>"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def parts_of(data: bytes) -> dict[str, str | bytes]:
    """The parts of an archive by their names."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_parts(data: bytes, parts: Mapping[str, str | bytes]) -> bytes:
    """The archive with `parts` added, or in place of its own."""
    return zipped({**parts_of(data), **parts})


def without(data: bytes, name: str) -> bytes:
    """The archive less one part."""
    return zipped({each: content for each, content in parts_of(data).items() if each != name})


def with_password(data: bytes) -> bytes:
    """The archive, its parts flagged as encrypted."""
    changed = bytearray(data)
    at = -1
    while (at := changed.find(b"PK\x01\x02", at + 1)) >= 0:
        (flags,) = struct.unpack_from("<H", changed, at + 8)
        struct.pack_into("<H", changed, at + 8, flags | 1)
    return bytes(changed)


def twice(data: bytes, name: str) -> bytes:
    """The archive with two parts of this name."""
    made = io.BytesIO(data)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, "another")
    return made.getvalue()


def understated(data: bytes, name: str) -> bytes:
    """The archive whose part of this name is said to be one byte long."""
    changed = bytearray(data)
    at = -1
    while (at := changed.find(b"PK\x01\x02", at + 1)) >= 0:
        (length,) = struct.unpack_from("<H", changed, at + 28)
        if changed[at + 46 : at + 46 + length] == name.encode():
            struct.pack_into("<I", changed, at + 24, 1)
    return bytes(changed)


def hostile(made: bytes, part: str) -> dict[str, tuple[Callable[[], bytes], str]]:
    """By name what is done to the archive `made`, whose text is in `part`, and what its refusal says."""
    return {
        "bomb": (lambda: with_parts(made, {"big.xml": b"0" * 101_000_000}), "would unpack to"),
        "many parts": (lambda: with_parts(made, {f"{i}": b"" for i in range(10_001)}), "parts"),
        "a size that is too small": (lambda: understated(made, part), "damaged"),
        "laughs": (lambda: with_parts(made, {part: LAUGHS}), "entities"),
        "external entity": (lambda: with_parts(made, {part: EXTERNAL}), "entities"),
        "deep": (lambda: with_parts(made, {part: DEEP}), "nested deeper"),
        "many elements": (lambda: with_parts(made, {part: MANY}), "too complex"),
        "path outside": (lambda: with_parts(made, {"../../etc/cron.d/x": "x"}), "outside"),
        "twice": (lambda: twice(made, part), "twice"),
        "password": (lambda: with_password(made), "password"),
        "cut off": (lambda: made[: len(made) // 2], "damaged"),
        "part missing": (lambda: without(made, part), "missing"),
        "not XML": (lambda: with_parts(made, {part: "<a><b></a>"}), "well-formed"),
    }


def refused(data: bytes, words: str, ending: str = "") -> None:
    """Assert that `data` is refused with these words."""
    with pytest.raises(InputError, match=words) as caught:
        parse(data, ending)
    assert caught.value.field == "file"
