"""Reads text of any encoding."""

from documents.document import Document, Draft, Full, readable
from models.runtime.limits import InputError
from tables import decoded
from tables.records import BROKEN

BINARY = "The file holds no text that can be read. Open a PDF, .docx, .pptx, .html, .epub, .srt or .txt file."
UNKNOWN = "The encoding of the file is unknown. Save it as UTF-8, then open it again."


def decode(data: bytes) -> decoded.Decoded:
    """The text of `data` in the encoding that it seems to have. Raises InputError."""
    try:
        found = decoded.decode(data)
    except InputError as error:
        raise InputError("file", BINARY if error.field == "file" else UNKNOWN) from error
    # Its own notes speak of the rows of a table.
    doubtful = found.notes and found.encoding != decoded.UTF_8
    notes = [f"The file does not declare its encoding: it was read as {found.encoding}."] if doubtful else []
    if BROKEN in found.text:
        notes.append(f"Bytes that are no letters are shown as {BROKEN}.")
    return decoded.Decoded(found.text, found.encoding, notes)


def read(data: bytes) -> Document:
    """The text in `data`, whose places are its lines. Raises InputError."""
    found = decode(data)
    draft = Draft()
    draft.notes += found.notes
    try:
        blank = 0
        for number, line in enumerate(readable(found.text).split("\n"), 1):
            if line.strip():
                draft.place(f"line {number:,}")
                draft.write(line, "\n" * (blank + 1))
            blank = 0 if line.strip() else blank + 1
    except Full:
        pass
    return draft.done(f"Text, {found.encoding}")
