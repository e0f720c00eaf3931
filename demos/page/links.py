"""Encodes a tab and its inputs as text that fits into a link, and decodes and validates it; nothing is stored."""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "1"
# Characters of a link: browsers take more, but mail and chat programs may not.
LINK_LIMIT = 32_000
# Bytes of the inputs, unpacked: a small link could hold gigabytes.
CONTENT_LIMIT = 1_000_000
DIGEST = 6

DAMAGED = "This link is damaged: part of it is missing, or was changed. Ask for it again."


class LinkError(ValueError):
    """A link that cannot be made or read; its message is for the visitor."""


@dataclass(frozen=True)
class Link:
    """The inputs of the tab called `tab`, by their names."""

    tab: str
    inputs: Mapping[str, Any]


def encode(link: Link) -> str:
    """`link` as letters, digits, "-", "_" and ".". Raises LinkError where it is too long."""
    content = json.dumps([link.tab, dict(link.inputs)], separators=(",", ":")).encode()
    if len(content) > CONTENT_LIMIT:
        raise LinkError("This is too much for a link. Shorten the text.")
    packed = zlib.compress(content, 9)
    code = f"{VERSION}.{base64.urlsafe_b64encode(_digest(packed) + packed).decode().rstrip('=')}"
    if len(code) > LINK_LIMIT:
        raise LinkError(
            f"This makes a link of {len(code):,} characters; at most {LINK_LIMIT:,} are allowed. Shorten the text."
        )
    return code


def decode(code: str) -> Link:
    """The link that `encode` wrote as `code`. Raises LinkError where it is none, too long, or was changed."""
    if len(code) > LINK_LIMIT:
        raise LinkError(f"This link has {len(code):,} characters; at most {LINK_LIMIT:,} are allowed.")
    version, _, body = code.partition(".")
    if version != VERSION and version.isdecimal() and body:
        raise LinkError(f"This link is of version {version}; this server reads version {VERSION}.")
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise LinkError(DAMAGED) from error
    digest, packed = data[:DIGEST], data[DIGEST:]
    if version != VERSION or digest != _digest(packed):
        raise LinkError(DAMAGED)
    try:
        tab, inputs = json.loads(_unpacked(packed))
        return Link(str(tab), {str(name): value for name, value in inputs.items()})
    except (zlib.error, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LinkError(DAMAGED) from error


def _digest(packed: bytes) -> bytes:
    return hashlib.sha256(packed).digest()[:DIGEST]


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(packed, CONTENT_LIMIT)
    if not unpacker.eof or unpacker.unused_data:
        raise LinkError(DAMAGED)
    return content
