"""Reads the text layer of a PDF, page by page."""

import io
import re
import time
from collections import Counter
from contextlib import suppress
from statistics import quantiles
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, LimitReachedError

from documents.document import Document, Draft, Full
from models.runtime.limits import InputError
from models.text.prose import spaceless

PAGES_LIMIT = 2_000
# After so many seconds no further page is begun.
SECONDS = 25.0
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
ITEM = re.compile(r"\s*(?:[-–•*▪◦·‣]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
# A line that is shorter than this share of a page's long ones ends its paragraph.
SHORT = 0.75
# The fewest pages on which running headers and footers are detected.
RUNNING_PAGES = 3
SCANNED = (
    "The PDF has no text: its pages are pictures, or empty. Run text recognition (OCR) over it, then open it again."
)


def read(data: bytes) -> Document:
    """The text of the PDF in `data`, whose places are its pages. Raises InputError."""
    draft = Draft()
    pages, unread, total = _pages(_reader(data))
    if len(pages) < total:
        draft.notes.append(f"Only {len(pages):,} of {total:,} pages were read: the document is too long.")
    pages, running = without_running_lines(pages)
    if running:
        draft.notes.append(f"Lines that stand on most pages were left out: {', '.join(running)}.")
    texts = [joined(page) for page in pages]
    with suppress(Full):
        before = ""
        for number, text in enumerate(texts, 1):
            draft.place(f"page {number:,}")
            goes_on = text[:1].islower() and before[-1:].isalnum()
            draft.write(text, " " if goes_on else "\n\n")
            before = text
    empty = [number for number, text in enumerate(texts, 1) if not text and number not in unread]
    draft.notes += _noted(empty, unread)
    document = draft.done(f"PDF, {len(pages):,} pages" if len(pages) != 1 else "PDF, 1 page")
    if not document.text:
        damaged = "The PDF is damaged: none of its pages can be read. Save or print it again."
        raise InputError("file", damaged if unread and not empty else SCANNED)
    return document


def _pages(reader: PdfReader) -> tuple[list[str], list[int], int]:
    """The texts of the pages, the numbers of those that are damaged, and how many there are. Raises InputError."""
    texts: list[str] = []
    unread: list[int] = []
    deadline = time.monotonic() + SECONDS
    try:
        total = len(reader.pages)
        for number, page in enumerate(reader.pages, 1):
            if number > PAGES_LIMIT or time.monotonic() > deadline:
                break
            try:
                texts.append(page.extract_text())
            except MemoryError:
                raise
            except Exception:
                # pypdf can raise any exception for a damaged page.
                unread.append(number)
                texts.append("")
    except (MemoryError, RecursionError, LimitReachedError) as error:
        raise InputError("file", "The PDF needs more memory than is allowed.") from error
    except Exception as error:
        raise InputError("file", "The PDF is damaged: its pages cannot be found. Save or print it again.") from error
    return texts, unread, total


def without_running_lines(pages: list[str]) -> tuple[list[str], list[str]]:
    """`pages` without the first and last lines that most of them share but for numbers, and what these lines are."""
    lines = [[line for line in page.splitlines() if line.strip()] for page in pages]
    edges = ({*map(_numberless, (page[0], page[-1]))} for page in lines if len(page) > 1)
    counts = Counter(line for edge in edges for line in edge)
    running = {line for line, count in counts.items() if count >= max(RUNNING_PAGES, len(pages) / 2)}
    shown: dict[str, str] = {}
    for at, page in enumerate(lines):
        for edge in (0, -1):
            if len(page) > 1 and _numberless(page[edge]) in running:
                shown.setdefault(_numberless(page[edge]), f"“{page[edge].strip()[:60]}”")
                pages[at] = _cut(pages[at], page[edge], edge)
                del page[edge]
    return pages, list(shown.values())


def _numberless(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _cut(page: str, line: str, edge: int) -> str:
    """`page` without its first or, where `edge` is -1, its last `line`."""
    before, _, after = page.partition(line) if edge == 0 else page.rpartition(line)
    return before + after


def _reader(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:
        locked = True
    except Exception as error:
        raise InputError("file", "The PDF is damaged, or cut off. Save or print it again.") from error
    if locked:
        raise InputError("file", "The PDF is locked by a password. Save it without one, then open it again.")
    return reader


def _noted(empty: list[int], unread: list[int]) -> list[str]:
    notes = []
    if empty:
        notes.append(f"Pages without text, which are empty or pictures: {_ranges(empty)}.")
    if unread:
        notes.append(f"Damaged pages, which could not be read: {_ranges(unread)}.")
    return notes


def _ranges(numbers: list[int], most: int = 8) -> str:
    """`numbers`, which rise, as "2, 4 to 6"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    shown = [f"{each[0]:,}" if len(each) == 1 else f"{each[0]:,} to {each[-1]:,}" for each in ranges[:most]]
    return ", ".join(shown) + (", …" if len(ranges) > most else "")


def joined(text: str) -> str:
    """A page's lines as paragraphs: a line goes on in the next one unless it is short, or the next begins an item."""
    for ligature, letters in LIGATURES.items():
        text = text.replace(ligature, letters)
    lines = [line.rstrip() for line in text.splitlines()]
    lengths: list[Any] = sorted(len(line) for line in lines if line.strip())
    long = quantiles(lengths, n=10)[-1] if len(lengths) > 1 else 0
    made = ""
    before = ""
    for line in lines:
        if not line.strip():
            before = ""
            continue
        if not before:
            made += "\n\n" * bool(made) + line
        elif HYPHENATED.search(before) and line[:1].islower():
            made = made[:-1] + line
        elif len(before) < SHORT * long or ITEM.match(line):
            made += "\n" + line
        else:
            made += " " * _spaced(before, line) + line.lstrip()
        before = line
    return made.strip()


def _spaced(before: str, line: str) -> bool:
    """Whether words of these lines have spaces between them: Chinese and Japanese have none."""
    return not (spaceless(before[-1:]) and spaceless(line.lstrip()[:1]))
