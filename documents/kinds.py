"""What kind of document a file is, by its content first and its name only where the content may be any text."""

import re
from collections.abc import Mapping

from documents.archive import SIGNATURE, opened
from models.runtime.limits import InputError

PDF, WORD, SLIDES, EPUB, HTML, SUBTITLES, TEXT = "PDF", "Word", "PowerPoint", "EPUB", "HTML", "Subtitles", "Text"
ENDINGS = (".pdf", ".docx", ".pptx", ".html", ".htm", ".xhtml", ".epub", ".srt", ".vtt", ".txt", ".md")
# What says that a file is a PDF may stand behind some bytes of a mail or a server.
PDF_WITHIN = 1_024
SAMPLE = 4_096
OTHERS: Mapping[bytes, str] = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office file (.doc, .ppt) or one with a password: save it as .docx or "
    ".pptx without a password",
    b"{\\rtf": "RTF: save it as .docx",
    b"\x89PNG": "a picture: run text recognition (OCR) first, and save a PDF with its text",
    b"\xff\xd8\xff": "a picture: run text recognition (OCR) first, and save a PDF with its text",
    b"GIF8": "a picture: run text recognition (OCR) first, and save a PDF with its text",
    b"\x1f\x8b": "an archive: unpack it first",
    b"7z\xbc\xaf": "an archive: unpack it first",
    b"Rar!": "an archive: unpack it first",
    b"MZ": "a program: it holds no text to read",
    b"\x7fELF": "a program: it holds no text to read",
}
MARKUP = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
# Subtitles: a time that another follows, on one line near the beginning.
TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[,.]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[,.]\d{1,3}", re.M)


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
            raise InputError("file", f"This is {what}.")
    beginning = data[:SAMPLE].replace(b"\0", b"").decode("latin-1").removeprefix("\xef\xbb\xbf")
    if MARKUP.match(beginning.lstrip("\xff\xfe")):
        return HTML
    if TIMES.search(beginning):
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
