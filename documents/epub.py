"""Reads electronic books (.epub), archives of pages in the order in which they are read."""

import posixpath
from urllib.parse import unquote

from documents.archive import Archive, opened, resolved
from documents.document import Document, Draft, Full
from documents.markup import attribute, tag
from documents.web import decoded_page, write
from models.runtime.limits import InputError

CONTAINER = "META-INF/container.xml"
ENCRYPTED = "META-INF/encryption.xml"
PAGES = ("application/xhtml+xml", "text/html")


def read(data: bytes) -> Document:
    """The text of the book in `data`, whose places are its chapters. Raises InputError."""
    archive = opened(data)
    spine = _spine(archive)
    if archive.names & {ENCRYPTED} and _locked(archive, spine):
        raise InputError("file", "The book is locked by its seller (DRM), and cannot be read here.")
    draft = Draft()
    missing = 0
    try:
        for number, part in enumerate(spine, 1):
            if part not in archive.names:
                missing += 1
                continue
            source = decoded_page(archive.read(part)).text if archive.read(part).strip() else ""
            write(draft, source, f"chapter {number:,}")
    except Full:
        pass
    if missing:
        draft.notes.append(f"Chapters that are missing in the file: {missing:,}.")
    return draft.done("EPUB")


def _spine(archive: Archive) -> list[str]:
    """The names of the parts with the chapters, in order."""
    roots = [each for each in archive.xml(CONTAINER).iter() if tag(each) == "rootfile"]
    if not roots:
        raise InputError("file", "The book is damaged: its list of chapters is missing.")
    main = resolved("", attribute(roots[0], "full-path"))
    package = archive.xml(main)
    folder = posixpath.dirname(main)
    pages = {
        attribute(item, "id"): resolved(folder, unquote(attribute(item, "href")))
        for item in package.iter()
        if tag(item) == "item" and attribute(item, "media-type") in PAGES
    }
    ids = [attribute(each, "idref") for each in package.iter() if tag(each) == "itemref"]
    return [pages[each] for each in dict.fromkeys(ids) if each in pages]


def _locked(archive: Archive, spine: list[str]) -> bool:
    """Whether a chapter is encrypted, and not only fonts."""
    targets = {
        unquote(attribute(each, "URI")) for each in archive.xml(ENCRYPTED).iter() if tag(each) == "CipherReference"
    }
    return bool(targets & set(spine))
