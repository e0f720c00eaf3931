"""The styles of a Word document that matter for its text."""

from dataclasses import dataclass

from documents.archive import Archive
from documents.markup import attribute, tag


@dataclass(frozen=True)
class Styles:
    """The ids of a document's styles that are headings, and of those that are lists."""

    headings: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()


def styles_of(archive: Archive, main: str) -> Styles:
    """Which styles are headings or lists: by names that are the same in every language of Word."""
    part = next((name for kind, name in archive.related(main).values() if kind == "styles"), "")
    headings, lists = set(), set()
    for style in archive.xml(part) if part in archive.names else ():
        name = next((attribute(each, "val").lower() for each in style if tag(each) == "name"), "")
        if name.startswith(("heading", "title")):
            headings.add(attribute(style, "styleId"))
        elif name.startswith(("list bullet", "list number")):
            lists.add(attribute(style, "styleId"))
    return Styles(frozenset(headings), frozenset(lists))
