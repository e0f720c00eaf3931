"""Word documents as Word and others write them, and as attackers do."""

import io
from typing import Any

import docx
import pytest
from docx.document import Document as Made
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from documents.document import Document
from documents.reading import parse
from tests.documents.packages import hostile, parts_of, refused, with_parts

PART = "word/document.xml"
FOOTNOTES = f"""<w:footnotes {nsdecls("w")}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>_____</w:t></w:r></w:p></w:footnote>
<w:footnote w:id="1"><w:p><w:r><w:t>The log is in the museum.</w:t></w:r></w:p></w:footnote></w:footnotes>"""
BOXED = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
BOX = f"""<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{BOXED}</w:drawing></mc:Choice>
<mc:Fallback><w:pict>{BOXED}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"""


def saved(document: Made) -> bytes:
    """The bytes of a document."""
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def simple(*texts: str) -> bytes:
    """A document of these paragraphs."""
    document = docx.Document()
    for text in texts or ("Hello",):
        document.add_paragraph(text)
    return saved(document)


def read(data: bytes) -> Document:
    """The document in `data`."""
    return parse(data, ".docx")


def place_of(found: Document, words: str) -> str:
    """Where `words` stand."""
    return found.place_at(found.text.index(words))


def run_of(xml: str) -> Any:
    """An element of Word's own namespace."""
    return parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1))


def test_headings_are_places() -> None:
    """Where Word noted no pages."""
    document = docx.Document()
    document.add_heading("Methods")
    document.add_paragraph("We looked.")
    document.add_heading("Results", 2)
    document.add_paragraph("We saw.")
    found = read(saved(document))
    assert place_of(found, "We looked") == "under “Methods”"
    assert place_of(found, "We saw") == "under “Results”"
    assert found.text == "Methods\n\nWe looked.\n\nResults\n\nWe saw."


def test_paragraphs_are_places_where_there_is_no_heading() -> None:
    """They are counted from 1."""
    found = read(simple("One.", "Two.", "Three."))
    assert [place_of(found, words) for words in ("One", "Two", "Three")] == [
        "paragraph 1",
        "paragraph 2",
        "paragraph 3",
    ]


def test_pages_as_word_noted_them() -> None:
    """In the middle of a paragraph too, whose words stay together."""
    document = docx.Document()
    run = document.add_paragraph("Ends on the first page ").add_run()
    run._r.append(run_of("<w:lastRenderedPageBreak/>".replace("/>", "></w:lastRenderedPageBreak>")))
    run.add_text("and goes on on the second.")
    found = read(saved(document))
    assert found.text == "Ends on the first page and goes on on the second."
    assert (place_of(found, "Ends"), place_of(found, "goes on")) == ("page 1", "page 2")


def test_lists_and_tables_keep_their_lines() -> None:
    """Items have a dash, cells a tab between them."""
    document = docx.Document()
    for item in ("bread", "milk"):
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(2, 2)
    for at, text in enumerate(("Name", "Year", "Ada", "1815")):
        table.cell(at // 2, at % 2).text = text
    assert read(saved(document)).text == "- bread\n- milk\n\nName\tYear\nAda\t1815"


def test_a_table_for_layout_is_read_as_paragraphs() -> None:
    """Cells as long as paragraphs, with a table in one."""
    document = docx.Document()
    cells = document.add_table(1, 2).rows[0].cells
    cells[0].text = "A long story. " * 30
    cells[1].add_table(1, 1).cell(0, 0).text = "Inner"
    assert read(saved(document)).text.endswith("A long story. \n\nInner")


def test_footnotes_come_last() -> None:
    """The line that sets them off is none."""
    document = docx.Document()
    document.add_paragraph("The keeper wrote a log.")
    parts = parts_of(saved(document))
    rels = str(parts["word/_rels/document.xml.rels"], "utf-8")  # type: ignore[arg-type]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    rels = rels.replace(
        "</Relationships>", f'<Relationship Id="n1" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    )
    found = read(with_parts(saved(document), {"word/_rels/document.xml.rels": rels, "word/footnotes.xml": FOOTNOTES}))
    assert found.text == "The keeper wrote a log.\n\nThe log is in the museum."
    assert place_of(found, "museum") == "footnote 1"


def test_tracked_changes_are_read_as_accepted() -> None:
    """What was inserted is there, what was deleted is not."""
    document = docx.Document()
    paragraph = document.add_paragraph("The lamp is ")
    paragraph._p.append(run_of("<w:ins><w:r><w:t>bright</w:t></w:r></w:ins>"))
    paragraph._p.append(run_of("<w:del><w:r><w:delText>dim</w:delText></w:r></w:del>"))
    found = read(saved(document))
    assert found.text == "The lamp is bright"
    assert found.notes == ("Tracked changes are read as accepted.",)


def test_a_text_box_is_read_once() -> None:
    """Though it is there twice, for older programs."""
    document = docx.Document()
    document.add_paragraph("Outside.")._p.append(parse_xml(BOX))
    assert read(saved(document)).text == "Outside.\n\nIn a box."


def test_links_tabs_and_breaks() -> None:
    """The text of a link is text, and a break of the line one."""
    document = docx.Document()
    paragraph = document.add_paragraph("See ")
    paragraph._p.append(
        run_of("<w:hyperlink><w:r><w:t>the page</w:t><w:tab></w:tab><w:t>now</w:t></w:r></w:hyperlink>")
    )
    paragraph.add_run().add_break(WD_BREAK.LINE)
    paragraph.add_run("Below")
    assert read(saved(document)).text == "See the page\tnow\nBelow"


@pytest.mark.parametrize("text", ["灯塔建于一八九一年。", "المنارة بنيت عام ١٨٩١", "मशाल 👩‍👩‍👧 ½ x²"])
def test_every_script(text: str) -> None:
    """Each character is as it was."""
    assert read(simple(text)).text == text


def test_words_in_several_runs_are_whole() -> None:
    """As spelling checkers divide them."""
    document = docx.Document()
    paragraph = document.add_paragraph()
    for part in ("light", "hou", "se"):
        paragraph.add_run(part).bold = part == "hou"
    assert read(saved(document)).text == "lighthouse"


def test_content_controls_are_read() -> None:
    """As forms have them."""
    document = docx.Document()
    document.element.body.insert(
        0, run_of("<w:sdt><w:sdtContent><w:p><w:r><w:t>Filled in</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    )
    assert read(saved(document)).text == "Filled in"


def test_macros_are_not_run() -> None:
    """The text of a .docm is read, and it is said."""
    found = read(with_parts(simple(), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}))
    assert found.text == "Hello"
    assert found.notes == ("The macros in the file were not run.",)


def test_references_outside_are_not_followed() -> None:
    """A template at an address is no part."""
    document = docx.Document()
    document.add_paragraph("Hello")
    document.part.relate_to("http://127.0.0.1:9/t.dotm", "http://x/attachedTemplate", is_external=True)
    assert read(saved(document)).text == "Hello"


ATTACKS = hostile(simple(), PART)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.timeout(60)
def test_a_hostile_file_is_refused_in_words(attack: str) -> None:
    """Soon, and without a traceback."""
    made, words = ATTACKS[attack]
    refused(made(), words, ".docx")


def test_strict_documents_are_read() -> None:
    """Their names are in another namespace."""
    parts = parts_of(simple("Strictly"))
    transitional = qn("w:p")[1:].partition("}")[0]
    text = str(parts[PART], "utf-8").replace(transitional, "http://purl.oclc.org/ooxml/wordprocessingml/main")  # type: ignore[arg-type]
    assert read(with_parts(simple(), {PART: text})).text == "Strictly"
