"""Detects the kind of a document by its content, and by its name only if the content is plain text."""

import re
from collections.abc import Mapping

from documents.archive import SIGNATURE, opened
from models.runtime.limits import InputError

PDF, WORD, SLIDES, EPUB, HTML, SUBTITLES, TEXT = "PDF", "Word", "PowerPoint", "EPUB", "HTML", "Subtitles", "Text"
ENDINGS = (".pdf", ".docx", ".pptx", ".html", ".htm", ".xhtml", ".epub", ".srt", ".vtt", ".txt", ".md")
# The signature of a PDF may follow a few bytes of an email or a server.
PDF_WITHIN = 1_024
SAMPLE = 4_096
PICTURE = "This is a picture. Run text recognition (OCR) over it, and save a PDF with its text."
PACKED = "This is an archive. Unpack it, then open one of its files."
PROGRAM = "This is a program: it holds no text to read."
# What is no document here, by its first bytes, and what to do.
OTHERS: Mapping[bytes, str] = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "This is an old Office file (.doc, .ppt), or one with a password. Save it as "
    ".docx or .pptx without a password.",
    b"{\\rtf": "This is an RTF file. Save it as .docx.",
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"GIF8": PICTURE,
    b"\x1f\x8b": PACKED,
    b"7z\xbc\xaf": PACKED,
    b"Rar!": PACKED,
    b"MZ": PROGRAM,
    b"\x7fELF": PROGRAM,
}
MARKUP = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
# Subtitles: a time that another follows, on one line near the beginning.
TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}(?:[,.:]\d{1,3})?\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}(?:[,.:]\d{1,3})?", re.M)
# The first line of a .vtt file, which a long style sheet may follow.
WEB_SUBTITLES = re.compile(r"WEBVTT(?:[ \t].*)?$", re.M)


def kind_of(data: bytes, ending: str) -> str:
    """Which kind of document `data` is, from a file whose name has this `ending`. Raises InputError for any other."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise InputError("file", "The file is empty.")
    if b"%PDF-" in data[:PDF_WITHIN]:
        return PDF
    if data.startswith(SIGNATURE):
        return _in_archive(data)
    for start, what in OTHERS.items():
        if data.startswith(start):
            raise InputError("file", what)
    beginning = data[:SAMPLE].replace(b"\0", b"").decode("latin-1").removeprefix("\xef\xbb\xbf")
    if MARKUP.match(beginning.lstrip("\xff\xfe")):
        return HTML
    beginning = beginning.replace("\r", "\n")
    if WEB_SUBTITLES.match(beginning.lstrip("\xff\xfe")) or TIMES.search(beginning):
        return SUBTITLES
    if ending in (".html", ".htm", ".xhtml"):
        return HTML
    return TEXT


def _in_archive(data: bytes) -> str:
    archive = opened(data)
    main = next((name for kind, name in archive.related().values() if kind == "officeDocument"), "")
    if main.startswith("word/"):
        return WORD
    if main.startswith("ppt/"):
        return SLIDES
    if main.startswith("xl/"):
        raise InputError("file", "This is an Excel workbook: open it in the Batch tab.")
    if "META-INF/container.xml" in archive.names:
        return EPUB
    if "content.xml" in archive.names:
        raise InputError("file", "This is an OpenDocument file: save it as .docx or .pptx.")
    raise InputError("file", "This archive is no document. Open one of its files, unpacked.")
