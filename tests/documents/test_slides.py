"""Presentations as programs write them, and as attackers do."""

import io

import pptx
import pytest
from pptx.presentation import Presentation as Made
from pptx.util import Inches

from documents.document import Document
from documents.reading import parse
from tests.documents.packages import hostile, parts_of, refused, with_parts

PART = "ppt/slides/slide1.xml"


def saved(presentation: Made) -> bytes:
    """The bytes of a presentation."""
    made = io.BytesIO()
    presentation.save(made)
    return made.getvalue()


def simple(*slides: tuple[str, str], notes: str = "") -> bytes:
    """A presentation of slides with these titles and texts, the last with notes."""
    made = pptx.Presentation()
    for title, text in slides or (("Hello", "World"),):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    return saved(made)


def read(data: bytes) -> Document:
    """The presentation in `data`."""
    return parse(data, ".pptx")


def test_slides_and_their_notes_are_places() -> None:
    """Each text is on its slide."""
    found = read(simple(("One", "First"), ("Two", "Second"), notes="Say hello."))
    places = [found.place_at(found.text.index(words)) for words in ("First", "Second", "Say")]
    assert places == ["slide 1", "slide 2", "notes of slide 2"]
    assert found.format == "PowerPoint, 2 slides"


def test_points_are_lines() -> None:
    """The title is set off from them."""
    assert read(simple(("Plan", "bread\nmilk"))).text == "Plan\n\nbread\nmilk"


def test_tables_have_tabs() -> None:
    """A row is a line."""
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    table = slide.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(2)).table
    for at, text in enumerate(("Name", "Year", "Ada", "1815")):
        table.cell(at // 2, at % 2).text = text
    assert read(saved(made)).text == "Name\tYear\nAda\t1815"


def test_groups_are_read() -> None:
    """Shapes within shapes."""
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    outer = slide.shapes.add_group_shape()
    outer.shapes.add_group_shape().shapes.add_textbox(0, 0, 1, 1).text_frame.text = "Deep down"
    assert read(saved(made)).text == "Deep down"


def test_slides_are_in_the_order_in_which_they_are_shown() -> None:
    """Not in that of their names."""
    made = pptx.Presentation(io.BytesIO(simple(("One", "a"), ("Two", "b"))))
    ids = made.part._element.sldIdLst
    ids.append(ids[0])
    found = read(saved(made))
    assert found.text.index("Two") < found.text.index("One")


def test_breaks_and_runs() -> None:
    """Words in several runs are whole, and a break of the line is one."""
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    paragraph = slide.shapes.add_textbox(0, 0, 1, 1).text_frame.paragraphs[0]
    paragraph.add_run().text = "light"
    paragraph.add_run().text = "house"
    paragraph.add_line_break()
    paragraph.add_run().text = "below"
    assert read(saved(made)).text == "lighthouse\nbelow"


@pytest.mark.parametrize("text", ["灯塔建于一八九一年。", "المنارة ١٨٩١", "👩‍👩‍👧 ½ x²"])
def test_every_script(text: str) -> None:
    """Each character is as it was."""
    assert text in read(simple(("T", text))).text


def test_an_empty_slide_counts() -> None:
    """The one after it has its own number."""
    made = pptx.Presentation()
    made.slides.add_slide(made.slide_layouts[6])
    made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = "Second"
    found = read(saved(made))
    assert found.place_at(0) == "slide 2"


def test_slide_numbers_are_no_text() -> None:
    """They are fields that the program fills."""
    text = str(parts_of(simple(("Hello", "World")))[PART], "utf-8")  # type: ignore[arg-type]
    field = '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum"><a:rPr/><a:t>7</a:t></a:fld>'
    changed = text.replace("</a:p>", field + "</a:p>", 1)
    assert read(with_parts(simple(), {PART: changed})).text == "Hello\n\nWorld"


def test_diagrams_are_read() -> None:
    """Their words stand in a part of their own."""
    rels = "ppt/slides/_rels/slide1.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"
    link = f'<Relationship Id="d1" Type="{kind}" Target="../diagrams/data1.xml"/></Relationships>'
    points = "".join(f"<d:pt><d:t><a:p><a:r><a:t>{word}</a:t></a:r></a:p></d:t></d:pt>" for word in ("Light", "Dark"))
    diagram = (
        '<d:dataModel xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><d:ptLst>{points}</d:ptLst></d:dataModel>'
    )
    text = str(parts_of(simple())[rels], "utf-8")  # type: ignore[arg-type]
    parts = {rels: text.replace("</Relationships>", link), "ppt/diagrams/data1.xml": diagram}
    assert read(with_parts(simple(), parts)).text == "Hello\n\nWorld\n\nLight\n\nDark"


def test_pictures_alone_are_no_text() -> None:
    """It is said."""
    made = pptx.Presentation()
    made.slides.add_slide(made.slide_layouts[6])
    refused(saved(made), "no text", ".pptx")


def test_macros_are_not_run() -> None:
    """It is said."""
    assert read(with_parts(simple(), {"ppt/vbaProject.bin": b"x"})).notes == ("The macros in the file were not run.",)


ATTACKS = hostile(simple(), PART)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.timeout(60)
def test_a_hostile_file_is_refused_in_words(attack: str) -> None:
    """Soon, and without a traceback."""
    made, words = ATTACKS[attack]
    refused(made(), words, ".pptx")
