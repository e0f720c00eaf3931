"""Reads Word documents (.docx): paragraphs, tables, text boxes and notes, as they stand after tracked changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from documents.archive import Archive, opened
from documents.document import Document, Draft, Full
from documents.markup import attribute, tag
from documents.word_styles import Styles, styles_of

# What was deleted, or stands there a second time for older programs.
LEFT_OUT = {"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr", "rubyPr", "rt"}
SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "\u2011"}
# Stands in a paragraph's text where a page begins.
PAGE = "\f"
# A row is one line, unless its cells are as long as paragraphs are.
CELL_LENGTH = 300


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, or a row of a table with tabs between its cells; `group` is "list" or "table" in one."""

    text: str
    heading: bool = False
    group: str = ""


def read(data: bytes) -> Document:
    """The text of the document in `data`.

    Its places are pages where Word noted them, else the headings, else the numbers of paragraphs. Raises InputError.
    """
    archive = opened(data)
    main = main_part(archive)
    root = archive.xml(main)
    draft = Draft()
    found = list(paragraphs(root, styles_of(archive, main)))
    paged = any(tag(each) == "lastRenderedPageBreak" for each in root.iter())
    headed = any(paragraph.heading for paragraph in found)
    try:
        if paged:
            _write_pages(draft, found)
        else:
            _write_sections(draft, found, headed)
        for kind in ("footnotes", "endnotes"):
            _write_notes(draft, archive, main, kind)
    except Full:
        pass
    draft.notes += [*macros(archive), *left_out(root)]
    return draft.done("Word")


def main_part(archive: Archive) -> str:
    """The name of the part with the text."""
    return next(name for kind, name in archive.related().values() if kind == "officeDocument")


def macros(archive: Archive) -> list[str]:
    """A note where there are any."""
    there = any(name.rpartition("/")[2] == "vbaProject.bin" for name in archive.names)
    return ["The macros in the file were not run."] if there else []


def left_out(root: Any) -> list[str]:
    """Notes on the parts of the document that are not read."""
    notes = []
    if any(tag(each) in ("del", "moveFrom") for each in root.iter()):
        notes.append("Tracked changes are read as accepted.")
    if any(tag(each) == "commentReference" for each in root.iter()):
        notes.append("Comments were left out.")
    return notes


def paragraphs(element: Any, styles: Styles) -> Iterator[Paragraph]:
    """The paragraphs and rows below `element`, in order; those of a text box behind the paragraph that holds it."""
    for each in element:
        name = tag(each)
        if name == "p":
            text = text_of(each)
            if text.strip(" \t\n"):
                style, numbered = _style(each)
                listed = numbered or style in styles.lists
                yield Paragraph(f"- {text}" if listed else text, style in styles.headings, "list" if listed else "")
            for box in boxes(each):
                yield from paragraphs(box, styles)
        elif name == "tr":
            yield from _row(each, styles)
        elif name and name not in LEFT_OUT:
            yield from paragraphs(each, styles)


def _row(row: Any, styles: Styles) -> Iterator[Paragraph]:
    cells = [list(paragraphs(cell, styles)) for cell in row if tag(cell) in ("tc", "sdt")]
    lengths = [sum(len(paragraph.text) for paragraph in cell) for cell in cells]
    if max(lengths, default=0) > CELL_LENGTH:
        for cell in cells:
            yield from cell
        return
    text = "\t".join(" ".join(paragraph.text.strip() for paragraph in cell) for cell in cells)
    if text.strip():
        yield Paragraph(text.replace("\n", " ").rstrip("\t"), group="table")


def _style(paragraph: Any) -> tuple[str, bool]:
    """The id of a paragraph's style, and whether it has a bullet or a number of its own."""
    properties = next((each for each in paragraph if tag(each) == "pPr"), ())
    style = next((attribute(each, "val") for each in properties if tag(each) == "pStyle"), "")
    return style, any(tag(each) == "numPr" for each in properties)


def text_of(paragraph: Any) -> str:
    """The text of a paragraph without that of its text boxes; `PAGE` stands where a page begins."""
    return "".join(_texts(paragraph))


def _texts(element: Any) -> Iterator[str]:
    for each in element:
        name = tag(each)
        if name == "t":
            yield each.text or ""
        elif name in SIGNS:
            yield SIGNS[name]
        elif name == "br":
            yield "" if attribute(each, "type") == "page" else "\n"
        elif name == "lastRenderedPageBreak":
            yield PAGE
        elif name and name not in LEFT_OUT and name != "txbxContent":
            yield from _texts(each)


def boxes(element: Any) -> Iterator[Any]:
    """The contents of the text boxes that are anchored in `element`, the outermost of nested ones."""
    for each in element:
        name = tag(each)
        if name == "txbxContent":
            yield each
        elif name and name not in LEFT_OUT:
            yield from boxes(each)


def _write_pages(draft: Draft, found: list[Paragraph]) -> None:
    page, before = 1, Paragraph("")
    draft.place("page 1")
    for paragraph in found:
        gap = _gap(before, paragraph)
        for i, text in enumerate(paragraph.text.split(PAGE)):
            if i:
                page += 1
                draft.place(f"page {page:,}")
            if text.strip():
                draft.write(text, gap)
                # The paragraph goes on behind the page's end.
                gap = ""
        before = paragraph


def _write_sections(draft: Draft, found: list[Paragraph], headed: bool) -> None:
    before = Paragraph("")
    for number, paragraph in enumerate(found, 1):
        if not headed:
            draft.place(f"paragraph {number:,}")
        elif paragraph.heading:
            draft.place(f"under “{paragraph.text.strip()[:60]}”")
        draft.write(paragraph.text, _gap(before, paragraph))
        before = paragraph


def _gap(before: Paragraph, after: Paragraph) -> str:
    return "\n" if before.group and before.group == after.group else "\n\n"


def _write_notes(draft: Draft, archive: Archive, main: str, kind: str) -> None:
    part = next((name for each, name in archive.related(main).values() if each == kind), "")
    if part not in archive.names:
        return
    number = 0
    for note in archive.xml(part):
        # The lines that set notes off from the text are notes of their own type.
        if tag(note) != kind.removesuffix("s") or attribute(note, "type", "normal") != "normal":
            continue
        number += 1
        draft.place(f"{kind.removesuffix('s')} {number:,}")
        draft.write("\n".join(paragraph.text.replace(PAGE, "").strip() for paragraph in paragraphs(note, Styles())))
