"""Reads the text of a document of any supported format; runs in a subprocess (see `documents.apart`)."""

from importlib import import_module
from pathlib import Path

from documents import kinds
from documents.document import Document
from models.runtime.limits import InputError

FILE_LIMIT = 20 * 1024 * 1024
# By kind the module that reads it, and is imported only then.
READERS = {
    kinds.PDF: "pdf",
    kinds.WORD: "word",
    kinds.SLIDES: "slides",
    kinds.EPUB: "epub",
    kinds.HTML: "web",
    kinds.SUBTITLES: "subtitles",
    kinds.TEXT: "plain",
}


def load(path: Path) -> bytes:
    """The bytes of the file at `path`. Raises InputError where there are too many."""
    size = path.stat().st_size
    if size > FILE_LIMIT:
        most = FILE_LIMIT / 1024**2
        raise InputError("file", f"The file has {size / 1024**2:,.1f} MB; at most {most:.0f} MB are allowed.")
    return path.read_bytes()


def parse(data: bytes, ending: str = "") -> Document:
    """The document in `data`, from a file whose name has this `ending`. Raises InputError."""
    reader = import_module(f"documents.{READERS[kinds.kind_of(data, ending)]}")
    document: Document = reader.read(data)
    if not document.text.strip():
        raise InputError("file", "The document holds no text.")
    return document
