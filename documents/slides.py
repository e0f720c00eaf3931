"""Reads PowerPoint presentations (.pptx): what stands on each slide, and the speaker's notes."""

from collections.abc import Iterator
from typing import Any

from documents.archive import Archive, opened
from documents.document import Document, Draft, Full
from documents.markup import attribute, tag
from documents.word import macros, main_part


def read(data: bytes) -> Document:
    """The text of the presentation in `data`, whose places are its slides and their notes. Raises InputError."""
    archive = opened(data)
    draft = Draft()
    count = 0
    try:
        for count, part in enumerate(_slides(archive), 1):
            draft.place(f"slide {count:,}")
            _write(draft, archive.xml(part))
            for diagram in (name for kind, name in archive.related(part).values() if kind == "diagramData"):
                _write(draft, archive.xml(diagram))
            for notes in (name for kind, name in archive.related(part).values() if kind == "notesSlide"):
                draft.place(f"notes of slide {count:,}")
                _write(draft, archive.xml(notes))
    except Full:
        pass
    draft.notes += macros(archive)
    return draft.done(f"PowerPoint, {count:,} slides" if count != 1 else "PowerPoint, 1 slide")


def _slides(archive: Archive) -> list[str]:
    """The names of the parts of the slides, in the order in which they are shown."""
    main = main_part(archive)
    related = archive.related(main)
    ids = [
        next((value for key, value in each.attrib.items() if key.endswith("}id")), "")
        for each in archive.xml(main).iter()
        if tag(each) == "sldId"
    ]
    return [related[each][1] for each in dict.fromkeys(ids) if each in related]


def _write(draft: Draft, root: Any) -> None:
    for number, (text, together) in enumerate(_paragraphs(root)):
        draft.write(text, "\n" if together and number else "\n\n")


def _paragraphs(element: Any) -> Iterator[tuple[str, bool]]:
    """The paragraphs and the rows of tables, each with whether it belongs to the one before it."""
    for each in element:
        name = tag(each)
        if name in ("txBody", "t"):
            # A text of a shape, or of a diagram.
            lines = [text for text in map(_text, each) if text.strip()]
            yield from ((text, number > 0) for number, text in enumerate(lines))
        elif name == "tbl":
            rows = [row for row in each if tag(row) == "tr"]
            for number, row in enumerate(rows):
                cells = [" ".join(text for text, _ in _paragraphs(cell)) for cell in row if tag(cell) == "tc"]
                yield "\t".join(cells), number > 0
        elif name and name != "Fallback":
            yield from _paragraphs(each)


def _text(paragraph: Any) -> str:
    if tag(paragraph) != "p":
        return ""
    made = ""
    for each in paragraph:
        if tag(each) == "br":
            made += "\n"
        elif tag(each) == "r" or (tag(each) == "fld" and attribute(each, "type") != "slidenum"):
            made += "".join(part.text or "" for part in each if tag(part) == "t")
    return made
