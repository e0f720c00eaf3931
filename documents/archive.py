"""Untrusted zip archives, such as DOCX, PPTX and EPUB files. Nothing is ever unpacked to disk."""

import io
import posixpath
import zipfile
from dataclasses import dataclass
from typing import Any

from lxml import etree

from documents.markup import parse, tag
from models.runtime.limits import InputError

SIGNATURE = b"PK\x03\x04"
# In bytes: more than a genuine file of the largest allowed size has, and few enough for a server.
UNPACKED_LIMIT = 100_000_000
PARTS_LIMIT = 10_000
ENCRYPTED = 1


@dataclass(frozen=True)
class Archive:
    """The parts of an archive that was checked."""

    file: zipfile.ZipFile
    names: frozenset[str]

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises InputError where it is missing or damaged."""
        if name not in self.names:
            raise InputError("file", f"The file is damaged: its part {name[:80]} is missing. Save it again.")
        try:
            return self.file.read(name)
        except Exception as error:
            # Each compression library raises its own errors.
            message = f"The file is damaged: its part {name[:80]} cannot be unpacked. Save it again."
            raise InputError("file", message) from error

    def xml(self, name: str) -> Any:
        """The root of a part that is XML. Raises InputError."""
        return parse(self.read(name))

    def related(self, part: str = "") -> dict[str, tuple[str, str]]:
        """By their ids what `part`, or the whole package, refers to within it: the kind and the name of each."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self.names:
            return {}
        found = {}
        for each in self.xml(rels):
            if tag(each) == "Relationship" and each.get("TargetMode") != "External":
                kind = each.get("Type", "").rpartition("/")[2]
                found[each.get("Id", "")] = kind, resolved(folder, each.get("Target", ""))
        return found


def resolved(folder: str, target: str) -> str:
    """The name of the part that `target`, a path as seen from `folder`, means."""
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target))


def opened(data: bytes) -> Archive:
    """The archive in `data`.

    Raises InputError where it is damaged, has a password, names paths outside itself or one part twice, or would
    unpack to more than `UNPACKED_LIMIT` bytes by the sizes that it declares; `zipfile` reads no more than those.
    """
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise InputError("file", "The file is damaged: it cannot be unpacked. Save it again.") from error
    parts = file.infolist()
    size = sum(part.file_size for part in parts)
    if size > UNPACKED_LIMIT or len(parts) > PARTS_LIMIT:
        message = (
            f"The file would unpack to {size / 1e6:,.0f} MB in {len(parts):,} parts; at most "
            f"{UNPACKED_LIMIT / 1e6:.0f} MB in {PARTS_LIMIT:,} are allowed."
        )
        raise InputError("file", message)
    names = [part.filename for part in parts]
    if len(set(names)) < len(names):
        raise InputError("file", "The file is damaged: one of its parts is there twice. Save it again.")
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        raise InputError("file", "The file is damaged: a part of it names a path outside the file.")
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise InputError("file", "The file has a password. Save it without one.")
    return Archive(file, frozenset(names))


def replaced(archive: Archive, parts: dict[str, Any]) -> bytes:
    """The archive's bytes with the XML roots in `parts` in place of those of the same names; all else as it was."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in archive.file.infolist():
            root = parts.get(info.filename)
            if root is None:
                content = archive.read(info.filename)
            else:
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            copy.writestr(info, content)
    return made.getvalue()
