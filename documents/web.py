"""Reads HTML: the text that a page shows, with its lists, tables and headings; no script of it is ever run."""

import re
from contextlib import suppress

from documents.document import Document, Draft, Full
from documents.hypertext import Sight, events, is_inline
from documents.plain import decode
from tables import decoded

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
ITEMS = {"li", "tr", "dt", "dd", "option"}
CELLS = {"td", "th"}
# What stands between words as a blank does.
PICTURES = {"img", "input"}
CHARSET = re.compile(rb"""<(?:meta[^>]+charset|\?xml[^>]+encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
HEAD = 4_096
SPACES = re.compile(r"[^\S\xa0\u202f]+")


def read(data: bytes) -> Document:
    """The text of the page in `data`, whose places are its headings. Raises InputError."""
    source = decoded_page(data)
    draft = Draft()
    draft.notes += source.notes
    with suppress(Full):
        write(draft, source.text)
    return draft.done(f"HTML, {source.encoding}")


def decoded_page(data: bytes) -> decoded.Decoded:
    """The source of a page, in the encoding that it names itself where it fits. Raises InputError."""
    named = CHARSET.search(data[:HEAD])
    if named and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        # Browsers read the first as the second, a name for the same letters and more.
        encoding = {"iso-8859-1": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030"}.get(
            named[1].decode("ascii").lower(), named[1].decode("ascii")
        )
        try:
            text = data.decode(encoding)
        except (UnicodeError, LookupError):
            pass
        else:
            if not text.isspace() and "\0" not in text:
                return decoded.Decoded(text, encoding, [])
    return decode(data)


def write(draft: Draft, source: str, label: str = "") -> None:
    """Write the text of a page to `draft`; its places are under `label`, or else its headings. Raises Full."""
    sight = Sight()
    line, gap, pre, heading = "", "\n\n", 0, False

    def flush(next_gap: str) -> None:
        nonlocal line, gap
        text = line.strip("\n") if pre else line.strip()
        if text.strip():
            if heading and not label:
                draft.place(f"under “{text[:60]}”")
            draft.write(text, gap)
            gap = next_gap
        elif next_gap == "\n\n":
            gap = next_gap
        line = ""

    if label:
        draft.place(label)
    for event in events(source):
        if not sight.sees(event):
            continue
        if not event.tag:
            text = event.text if pre else SPACES.sub(" ", event.text)
            if not pre and not line.strip(" "):
                text = text.lstrip()
            elif not pre and line.endswith((" ", "\n", "\t")):
                # Of the blanks on both sides of a tag a page shows one.
                text = text.lstrip(" ")
            line += text
        elif event.tag == "br":
            line = line.rstrip(" ") + "\n"
        elif event.tag in CELLS:
            line = line.strip(" ") + "\t" if event.opens and line.strip() else line
        elif is_inline(event.tag):
            if event.tag in PICTURES and line.strip():
                line = line.rstrip(" ") + " "
        elif event.tag in ITEMS:
            flush("\n")
            if event.opens and event.tag == "li":
                line = "- "
        elif line.strip() == "-" and event.opens:
            # A paragraph in an item of a list.
            continue
        else:
            flush("\n\n")
            if event.tag == "pre":
                pre = max(0, pre + (1 if event.opens else -1))
            heading = event.tag in HEADINGS and event.opens
    flush("\n\n")
