"""Books as publishers make them, and as attackers do."""

from collections.abc import Mapping

import pytest

from documents.document import Document
from documents.reading import parse
from tests.documents.packages import hostile, refused, with_parts, without, zipped

CONTAINER = """<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="{main}" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PAGE = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN"
"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>
<script src="x.js"/></head><body>{body}</body></html>"""
MAIN = "OEBPS/content.opf"


def book(bodies: Mapping[str, str], spine: list[str] | None = None, folder: str = "OEBPS/") -> bytes:
    """A book of pages, read in the order of `spine`."""
    items = "".join(
        f'<item id="i{n}" href="{href}" media-type="application/xhtml+xml"/>' for n, href in enumerate(bodies)
    )
    order = [list(bodies).index(href) for href in spine or bodies]
    refs = "".join(f'<itemref idref="i{n}"/>' for n in order)
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{refs}</spine></package>'
    )
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER.format(main=f"{folder}content.opf"),
    }
    pages = {folder + href.replace("%20", " "): PAGE.format(body=body) for href, body in bodies.items()}
    return zipped({**parts, f"{folder}content.opf": package, **pages})


SIMPLE = book({"a.xhtml": "<h1>One</h1><p>First</p>", "b.xhtml": "<p>Second</p>"})


def read(data: bytes) -> Document:
    """The book in `data`."""
    return parse(data, ".epub")


def test_chapters_are_places() -> None:
    """In the order of the book."""
    found = read(SIMPLE)
    assert found.text == "One\n\nFirst\n\nSecond"
    assert [found.place_at(found.text.index(words)) for words in ("First", "Second")] == ["chapter 1", "chapter 2"]


def test_the_spine_gives_the_order() -> None:
    """Not the names; what it leaves out is not read."""
    assert read(book({"a.xhtml": "A", "b.xhtml": "B", "c.xhtml": "C"}, ["b.xhtml", "a.xhtml"])).text == "B\n\nA"


@pytest.mark.parametrize("folder", ["", "OEBPS/", "a/b/"])
def test_folders(folder: str) -> None:
    """Names are as seen from the package."""
    assert read(book({"text/a.xhtml": "A"}, folder=folder)).text == "A"


def test_names_with_spaces() -> None:
    """They are written as in addresses."""
    assert read(book({"part%20one.xhtml": "A"})).text == "A"


@pytest.mark.parametrize("text", ["灯塔建于一八九一年。", "المنارة", "👩‍👩‍👧 ½ x²"])
def test_every_script(text: str) -> None:
    """Each character is as it was."""
    assert read(book({"a.xhtml": f"<p>{text}</p>"})).text == text


def test_lists_tables_and_notes() -> None:
    """As in any page."""
    body = "<ul><li>a</li><li>b</li></ul><table><tr><td>1</td><td>2</td></tr></table><aside id='n'>A note.</aside>"
    assert read(book({"a.xhtml": body})).text == "- a\n- b\n\n1\t2\n\nA note."


def test_a_chapter_that_is_missing_is_said() -> None:
    """The others are read."""
    found = read(without(SIMPLE, "OEBPS/a.xhtml"))
    assert found.text == "Second"
    assert found.notes == ("Chapters that are missing in the file: 1.",)


def test_scripts_are_not_read() -> None:
    """Nor run."""
    assert read(book({"a.xhtml": "<script>evil()</script><p>Hello</p>"})).text == "Hello"


def test_a_locked_book_is_refused() -> None:
    """One whose chapters are encrypted; encrypted fonts do not matter."""
    lock = '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherReference URI="{}"/></encryption>'
    refused(with_parts(SIMPLE, {"META-INF/encryption.xml": lock.format("OEBPS/a.xhtml")}), "DRM", ".epub")
    fonts = with_parts(SIMPLE, {"META-INF/encryption.xml": lock.format("OEBPS/font.otf")})
    assert read(fonts).text == read(SIMPLE).text


def test_addresses_outside_are_not_followed() -> None:
    """Nor paths."""
    assert read(book({"a.xhtml": "A<img src='http://127.0.0.1:9/x'/>"})).text == "A"
    refused(with_parts(SIMPLE, {"META-INF/container.xml": CONTAINER.format(main="../../../etc/passwd")}), "missing")


ATTACKS = hostile(SIMPLE, MAIN)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.timeout(60)
def test_a_hostile_file_is_refused_in_words(attack: str) -> None:
    """Soon, and without a traceback."""
    made, words = ATTACKS[attack]
    refused(made(), words, ".epub")
