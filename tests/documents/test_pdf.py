"""PDF files as programs write them, and as attackers do."""

import io
import zlib
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, SimpleDocTemplate, Table

from documents import pdf
from documents.document import Document
from documents.pdf import joined
from documents.reading import parse
from models.runtime.limits import InputError
from tests.documents.packages import refused

STYLE = getSampleStyleSheet()["Normal"]


def drawn(*pages: list[str], height: float = 14.0, font: str = "Helvetica") -> bytes:
    """A PDF whose pages have these lines."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    for lines in pages:
        canvas.setFont(font, 11)
        for i, line in enumerate(lines):
            canvas.drawString(72, 760 - height * i, line)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def written(change: Callable[[PdfWriter], None], source: bytes = b"") -> bytes:
    """The PDF `source`, or one of a page with the word Hello, after a change by pypdf."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(source or drawn(["Hello"]))))
    change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def two_columns() -> bytes:
    """A page of two columns with paragraphs of several lines."""
    made = io.BytesIO()
    document = BaseDocTemplate(made, pagesize=A4)
    document.addPageTemplates(PageTemplate(frames=[Frame(50, 50, 240, 740), Frame(310, 50, 240, 740)]))
    text = "The left column comes first, and each sentence of it is whole before the right one begins. "
    document.build([Paragraph(f"{i}. {text * 4}", STYLE) for i in range(1, 20)])
    return made.getvalue()


def table() -> bytes:
    """A table of names and years."""
    made = io.BytesIO()
    SimpleDocTemplate(made).build([Table([["Name", "Year"], ["Ada", "1815"], ["Alan", "1912"]])])
    return made.getvalue()


def chinese() -> bytes:
    """A page in Chinese, in a font that readers have."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return drawn(["灯塔建于一八九一年。", "看守人每天写日志。"], font="STSong-Light")


def picture(writer: PdfWriter) -> None:
    """Add a page with no text."""
    writer.add_blank_page(200, 200)


def read(data: bytes) -> Document:
    """The document in `data`, of which every place lies within the text."""
    found = parse(data)
    assert all(0 <= place.start < place.end <= len(found.text) for place in found.places)
    return found


def place_of(found: Document, words: str) -> str:
    """Where `words` stand."""
    return found.place_at(found.text.index(words))


def test_pages_are_places() -> None:
    """Each text is on its page, and a page without text still counts."""
    found = read(drawn(["First page."], [], ["Third page."]))
    assert place_of(found, "First") == "page 1"
    assert place_of(found, "Third") == "page 3"
    assert found.notes == ("Pages without text, which are empty or pictures: 2.",)
    assert found.format == "PDF, 3 pages"


def test_columns_are_read_one_after_the_other() -> None:
    """No line of the right column stands within a sentence of the left."""
    found = read(two_columns())
    assert found.text.count("each sentence of it is whole before the right one begins.") == 19 * 4


def test_a_table_keeps_its_order() -> None:
    """Names stand before their years."""
    words = read(table()).text.split()
    assert words == ["Name", "Year", "Ada", "1815", "Alan", "1912"]


def test_chinese() -> None:
    """Every character is there."""
    assert "灯塔建于一八九一年。" in read(chinese()).text


def test_lines_are_joined_to_paragraphs() -> None:
    """A word that was divided is whole again, a short line ends its paragraph, and a list keeps its lines."""
    lines = ["A paragraph is broken into lines of about the same length, and one exam-", "ple is divided."]
    items = ["- the first item of this list of some things to take along for the day", "- the second item"]
    found = read(drawn([*lines, *items]))
    assert "and one example is divided.\n- the first item" in found.text
    assert found.text.endswith("day\n- the second item")


def test_running_heads_and_page_numbers_are_left_out() -> None:
    """What they were is said, and a sentence goes on over the end of a page."""
    texts = ["The keeper wrote in the log", "of the tower every day.", "Then he slept.", "He woke."]
    found = read(drawn(*(["The Annual Report", text, f"Page {i} of 4"] for i, text in enumerate(texts, 1))))
    assert found.text == "The keeper wrote in the log of the tower every day.\n\nThen he slept.\n\nHe woke."
    assert found.notes == ("Lines that stand on most pages were left out: “The Annual Report”, “Page 1 of 4”.",)
    assert place_of(found, "of the tower") == "page 2"


def test_pages_of_one_line_are_no_running_heads() -> None:
    """Though they are alike."""
    assert read(drawn(["Chapter 1"], ["Chapter 2"], ["Chapter 3"])).text == "Chapter 1\n\nChapter 2\n\nChapter 3"


def test_ligatures_become_letters() -> None:
    """A search for the word finds it."""
    assert joined("The ﬁrst oﬀer") == "The first offer"


def test_chinese_lines_are_joined_without_spaces() -> None:
    """Lines of the same length go on; Korean ones are words."""
    assert joined("看守人每天写日志并\n且点灯直到天亮为止") == "看守人每天写日志并且点灯直到天亮为止"
    assert joined("등대지기는 매일 저녁\n누이에게 편지를 썼다") == "등대지기는 매일 저녁 누이에게 편지를 썼다"


def test_accents_and_signs() -> None:
    """Letters of Windows-1252 come through."""
    assert "café – 5 € “quoted”" in read(drawn(["café – 5 € “quoted”"])).text


def test_a_lock_without_a_password_does_not_matter() -> None:
    """A PDF that may not be printed can be read."""
    locked = written(lambda writer: writer.encrypt("", "owner", algorithm="RC4-128"))
    assert read(locked).text == "Hello"


def test_bytes_before_the_header_do_not_matter() -> None:
    """Some servers write them."""
    assert read(b"\n\n" + drawn(["Hello"])).text == "Hello"


def test_a_long_document_is_cut_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many pages the rest is left out, and that is said."""
    monkeypatch.setattr(pdf, "PAGES_LIMIT", 2)
    found = read(drawn(["One"], ["Two"], ["Three"]))
    assert found.text == "One\n\nTwo"
    assert found.notes == ("Only 2 of 3 pages were read: the document is too long.",)


def test_time_runs_out_between_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read by then is kept."""
    times = iter([0.0, 1.0, 2.0, 99.0])
    # Not the clock of the whole process, which other threads read too.
    monkeypatch.setattr("documents.pdf.time", SimpleNamespace(monotonic=lambda: next(times)))
    assert read(drawn(["One"], ["Two"], ["Three"])).text == "One\n\nTwo"


def tree_of(writer: PdfWriter) -> Any:
    """The root of the tree of pages."""
    return writer.root_object["/Pages"].get_object()


def recursive(writer: PdfWriter) -> None:
    """Let the tree of pages contain itself."""
    tree_of(writer)["/Kids"].append(tree_of(writer).indirect_reference)
    stated(writer)


def stated(writer: PdfWriter) -> None:
    """Claim a billion pages."""
    tree_of(writer)[NameObject("/Count")] = NumberObject(1_000_000_000)


def contents(data: bytes, compressed: bool = False) -> Callable[[PdfWriter], None]:
    """What gives the page these contents."""

    def change(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(data)
        if compressed:
            stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    return change


def looping_form(writer: PdfWriter) -> None:
    """Draw a form that draws itself."""
    form = DecodedStreamObject()
    form.set_data(b"/Fm Do " * 50)
    form.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(0)] * 4),
        }
    )
    reference = writer._add_object(form)
    resources = DictionaryObject({NameObject("/XObject"): DictionaryObject({NameObject("/Fm"): reference})})
    form[NameObject("/Resources")] = resources
    writer.pages[0][NameObject("/Resources")] = resources
    contents(b"/Fm Do")(writer)


def script(writer: PdfWriter) -> None:
    """Run something when the file is opened, and carry a file along."""
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('hello')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject(k): v for k, v in action.items()})
    writer.add_attachment("evil.exe", b"MZ")


ROOTLESS = b"%PDF-1.7\n1 0 obj<</Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>"
BOMB = zlib.compress(b"0" * 200_000_000, 9)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(lambda: written(lambda w: w.encrypt("secret", algorithm="RC4-128")), "password", id="password"),
        pytest.param(lambda: written(picture, drawn([])), "no text", id="scanned"),
        pytest.param(lambda: drawn(["Hello"])[:200], "damaged|no text", id="cut off"),
        pytest.param(lambda: b"%PDF-1.7\n" + b"\0\xff" * 5_000, "damaged|no text", id="noise"),
        pytest.param(lambda: written(contents(BOMB, True)), "damaged|memory|no text", id="bomb"),
        pytest.param(lambda: written(looping_form), "no text|damaged|memory", id="form in itself"),
        pytest.param(lambda: written(contents(b"[" * 200_000)), "no text|damaged", id="nested arrays"),
        pytest.param(lambda: written(contents(b"q " * 500_000)), "no text|damaged", id="states never restored"),
        pytest.param(lambda: ROOTLESS, "damaged|no text", id="root as pages"),
    ],
)  # fmt: skip
@pytest.mark.timeout(60)
def test_a_hostile_file_is_refused_in_words(data: Callable[[], bytes], words: str) -> None:
    """Soon, and without a traceback."""
    refused(data(), words)


@pytest.mark.parametrize("change", [recursive, stated, script])
@pytest.mark.timeout(60)
def test_what_a_file_says_of_itself_does_no_harm(change: Callable[[PdfWriter], None]) -> None:
    """A tree of pages in itself, a billion pages that are not there, a script: the text is read, or it is refused."""
    with suppress(InputError):
        assert read(written(change)).text == "Hello"
