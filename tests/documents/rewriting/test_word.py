"""Word documents in another language, as python-docx sees them."""

import io
from collections.abc import Callable

import docx
import pytest
from docx.document import Document as Made
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt

from documents.rewriting import passages, rewritten
from documents.rewriting.laying import lay
from models.runtime.limits import InputError
from models.tasks.translation.translated import Translation
from tests.documents.packages import hostile, parts_of, with_parts
from tests.documents.speech import backwards, capitals
from tests.documents.test_word import BOX, PART, run_of, saved, simple


def translated(data: bytes, how: Callable[[str], Translation] = capitals) -> Made:
    """The document in `data`, translated."""
    laid = [lay(passage, how(passage.text)) for passage in passages(data, ".docx")]
    return docx.Document(io.BytesIO(rewritten(data, ".docx", laid).data))


def test_styles_lists_and_tables_stay() -> None:
    """Only words change."""
    document = docx.Document()
    document.add_heading("The log", 1)
    document.add_paragraph("bread", style="List Bullet")
    table = document.add_table(1, 2, style="Table Grid")
    table.cell(0, 0).text, table.cell(0, 1).text = "Name", "1815"
    document.sections[0].header.paragraphs[0].text = "On every page"
    made = translated(saved(document))
    assert [(p.text, p.style.name) for p in made.paragraphs] == [("THE LOG", "Heading 1"), ("BREAD", "List Bullet")]
    assert [cell.text for cell in made.tables[0].rows[0].cells] == ["NAME", "1815"]
    assert made.tables[0].style.name == "Table Grid"
    assert made.sections[0].header.paragraphs[0].text == "ON EVERY PAGE"


@pytest.mark.parametrize(("how", "text"), [(capitals, "THE OLD KEEPER WROTE."), (backwards, "WROTE KEEPER OLD THE.")])
def test_runs_keep_their_format(how: Callable[[str], Translation], text: str) -> None:
    """The bold words are bold and large wherever they stand."""
    document = docx.Document()
    paragraph = document.add_paragraph("The ")
    run = paragraph.add_run("old keeper")
    run.bold, run.font.size = True, Pt(20)
    paragraph.add_run(" wrote.")
    (found,) = translated(saved(document), how).paragraphs
    assert found.text == text
    bold = {run.text for run in found.runs if run.bold and run.font.size == Pt(20)}
    assert bold in ({"OLD KEEPER"}, {"KEEPER OLD"})


def test_words_in_several_runs_of_one_format_are_one() -> None:
    """As spelling checkers divide them."""
    document = docx.Document()
    paragraph = document.add_paragraph()
    for part in ("light", "hou", "se"):
        paragraph.add_run(part)
    assert passages(saved(document), ".docx")[0].text == "lighthouse"


def test_links_stay_links() -> None:
    """To the same address."""
    document = docx.Document()
    paragraph = document.add_paragraph("See ")
    link = run_of("<w:hyperlink><w:r><w:t>the page</w:t></w:r></w:hyperlink>")
    address = document.part.relate_to("https://example.org/", "http://x/hyperlink", is_external=True)
    link.set("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id", address)
    paragraph._p.append(link)
    paragraph.add_run(" now.")
    (found,) = translated(saved(document)).paragraphs
    assert found.text == "SEE THE PAGE NOW."
    assert [(each.text, each.address) for each in found.hyperlinks] == [("THE PAGE", "https://example.org/")]


def test_tabs_and_breaks_stay() -> None:
    """Between the words where they were."""
    document = docx.Document()
    document.add_paragraph("Name\tYear\nAda\t1815")
    (found,) = translated(saved(document)).paragraphs
    assert found.text == "NAME\tYEAR\nADA\t1815"


def test_notes_and_pictures_keep_their_place() -> None:
    """A footnote's number behind its word."""
    document = docx.Document()
    paragraph = document.add_paragraph("The keeper")
    paragraph._p.append(
        run_of('<w:r><w:footnoteReference w:id="1"></w:footnoteReference></w:r>'.replace("<w:r>", "<w:r>"))
    )
    paragraph.add_run(" wrote.")
    (found,) = translated(saved(document)).paragraphs
    kinds = [child.tag.rpartition("}")[2] for run in found._p for child in run if child.tag.rpartition("}")[2] != "rPr"]
    assert kinds == ["t", "footnoteReference", "t"]
    assert found.text == "THE KEEPER WROTE."


def test_a_text_box_is_translated() -> None:
    """In both of its forms."""
    document = docx.Document()
    document.add_paragraph("Outside.")._p.append(parse_xml(BOX))
    xml = translated(saved(document)).element.xml
    assert xml.count("IN A BOX.") == 2
    assert "In a box." not in xml


def test_fields_stay() -> None:
    """The number of a page is computed, with its command."""
    document = docx.Document()
    paragraph = document.add_paragraph("Page ")
    for part in ("begin", "PAGE", "separate", "7", "end"):
        run = paragraph.add_run()
        if part == "PAGE":
            run._r.append(parse_xml(f"<w:instrText {nsdecls('w')}>PAGE</w:instrText>"))
        elif part == "7":
            run.text = "7 seven"
        else:
            run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{part}"/>'))
    xml = translated(saved(document)).element.xml
    assert "PAGE" in xml
    assert "7 seven" in xml


def test_what_is_not_text_stays_byte_for_byte() -> None:
    """Styles, fonts, settings, pictures."""
    before = simple("Hello")
    laid = [[(0, "OLÁ")]]
    after = parts_of(rewritten(before, ".docx", laid).data)
    assert {name for name, content in parts_of(before).items() if after[name] != content} == {PART}


def test_tracked_deletions_stay_deleted() -> None:
    """And are not translated."""
    document = docx.Document()
    paragraph = document.add_paragraph("The lamp is bright")
    paragraph._p.append(run_of("<w:del><w:r><w:delText>dim</w:delText></w:r></w:del>"))
    xml = translated(saved(document)).element.xml
    assert "THE LAMP IS BRIGHT" in xml
    assert "<w:delText>dim" in xml


def test_macros_are_not_carried_on() -> None:
    """Such a file is refused."""
    with pytest.raises(InputError, match="macros"):
        passages(with_parts(simple(), {"word/vbaProject.bin": b"x"}), ".docx")


ATTACKS = hostile(simple(), PART)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.timeout(60)
def test_a_hostile_file_is_refused_in_words(attack: str) -> None:
    """As where it is read."""
    made, words = ATTACKS[attack]
    with pytest.raises(InputError, match=words):
        passages(made(), ".docx")
