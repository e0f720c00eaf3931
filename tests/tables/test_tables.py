"""Reading a stranger's table: what is detected, and one test for every way a file can be malformed."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from models.runtime.limits import InputError
from tables import workbook
from tables.records import COLUMN_LIMIT, ROW_LIMIT
from tables.table import FILE_LIMIT, Options, Table, parse, read_table

DETECT = Options()


def read(text: str | bytes, ending: str = ".csv", options: Options = DETECT) -> Table:
    """The table in a file that holds `text`."""
    return parse(text.encode() if isinstance(text, str) else text, ending, options)


def rows(table: Table) -> list[list[Any]]:
    """The cells of `table`, row by row."""
    return [list(row) for row in table.frame.itertuples(index=False)]


def excel(*cells: list[Any], sheets: int = 1) -> bytes:
    """A workbook with these rows in its first sheet."""
    book = Workbook()
    for row in cells:
        book.worksheets[0].append(row)
    for _ in range(sheets - 1):
        book.create_sheet()
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook `data` with `old` replaced in one part of its archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            held = archive.read(name)
            assert name != part or old in held
            copy.writestr(name, held.replace(old, new) if name == part else held)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "separator", "quotes"),
    [
        ("text,stars\ngood,5\nbad,1\n", "comma", "none"),
        ("text;stars\ngood, really;4,5\nbad;1,5\n", "semicolon", "none"),
        ("text\tstars\ngood, really\t5\n", "tab", "none"),
        ("text|stars\ngood|5\n", "pipe", "none"),
        ('text,stars\n"good, ""really""",5\n', "comma", "double quotes, doubled inside"),
        ('text,stars\n"good, \\"really\\"",5\n', "comma", "double quotes, after a backslash inside"),
        ("'text','stars'\n'good, really','5'\n", "comma", "single quotes, doubled inside"),
        ('text\tstars\n"good\t5\nbad\t1\n', "tab", "none: quotes are signs like any other"),
        ("text\nI like it, but it is slow\nGood, fast, and cheap\n", "none", "none"),
        ('text\n"one, two"\n"three, four"\n', "none", "double quotes, doubled inside"),
    ],
)
def test_separator_and_quotes_are_detected(text: str, separator: str, quotes: str) -> None:
    """The header stays the header, and the reading names the separator."""
    table = read(text)
    assert (table.reading.separator, table.reading.quotes) == (separator, quotes)
    assert table.columns[0] == "text"
    assert len(table) == text.count("\n") - 1


def test_quoted_cells_keep_their_line_breaks_and_separators() -> None:
    """A cell in quotes is one cell."""
    assert rows(read('id,text\r\n1,"one,\r\ntwo ""x"""\r\n')) == [["1", 'one,\r\ntwo "x"']]


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cc", "Cs"]), max_size=12)


@given(
    st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(cell, min_size=n, max_size=n), min_size=1, max_size=8)),
    st.sampled_from(",;\t|"),
)
def test_what_a_program_writes_is_read_back(cells: list[list[str]], separator: str) -> None:
    """Whatever the cells hold, no row and no cell is lost."""
    names = [f"name {chr(ord('a') + i)}" for i in range(len(cells[0]))]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([names, *cells])
    chosen = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}[separator]
    held = [row for row in cells if any(row)]
    if held:
        table = read(buffer.getvalue(), options=Options("UTF-8", chosen, header=True))
        assert rows(table) == held


@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 (by its byte-order mark)"),
        ("utf-16", "UTF-16 (by its byte-order mark)"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32 (by its byte-order mark)"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encodings_are_detected(codec: str, expected: str) -> None:
    """Umlauts arrive whole, and the mark at the beginning is no part of the first name."""
    table = read("text,stars\nschön und für alle,5\n".encode(codec))
    assert table.reading.encoding == expected
    assert table.columns == ["text", "stars"]
    assert rows(table) == [["schön und für alle", "5"]]


def test_a_wrong_encoding_is_reported_with_its_place() -> None:
    """An older encoding is named as a guess, with the line that gave it away; another can be chosen."""
    data = "text\nплохо\nхорошо\n".encode("cp1251")
    table = read(data)
    assert "Line 2 is not UTF-8" in " ".join(table.reading.notes)
    assert "choose another encoding" in " ".join(table.reading.notes)
    assert rows(read(data, options=Options("Windows-1251"))) == [["плохо"], ["хорошо"]]
    with pytest.raises(InputError, match="not UTF-8: line 2 does not fit") as caught:
        read(data, options=Options("UTF-8"))
    assert caught.value.field == "encoding"


def test_a_broken_byte_does_not_change_the_encoding_of_the_rest() -> None:
    """Where nearly all is UTF-8, the broken byte is shown as such, with its line."""
    table = read("text\nschön\nfür\n".encode() + b"gr\xfcn\n" + "größer\n".encode())
    assert [row[0] for row in rows(table)] == ["schön", "für", "gr\ufffdn", "größer"]
    assert "not UTF-8 in line 4" in table.reading.notes[0]


def test_an_unknown_encoding_is_refused_with_its_place() -> None:
    """The message names the line, and asks for the encoding."""
    with pytest.raises(InputError, match=r"encoding is unknown: line 2 is not UTF-8\. Choose it\.") as caught:
        read("text\nきれいな本\n".encode("shift_jis") + b"\x81\n")
    assert caught.value.field == "encoding"


def test_ragged_rows_lose_nothing() -> None:
    """Missing cells are empty, surplus ones have a column, and the lines are named."""
    table = read('id,text\n1,"good\nvery"\n2\n3,bad,really\n4,fine\n')
    assert table.columns == ["id", "text", "column 3"]
    assert rows(table) == [["1", "good\nvery", None], ["2", None, None], ["3", "bad", "really"], ["4", "fine", None]]
    assert table.reading.notes == (
        "Quotation marks join lines 2–3 into one row each.",
        "Rows with fewer than 2 cells: line 4. The missing ones are left empty.",
        "Rows with more than 2 cells: line 5. The surplus stands in columns of its own.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "I love this very much.,5\nIt broke.,1\n",
        "good,positive\nbad,negative\nfine,positive\nawful,negative\n",
        "1,good\n2,bad\n",
        "This is a review that goes on for far more words than any name would\nbad\n",
    ],
)
def test_no_header_loses_no_row(text: str) -> None:
    """The first row is a row, the columns are numbered, and a note mentions it."""
    table = read(text)
    assert len(table) == text.count("\n")
    assert table.columns[0] == "column 1"
    assert "no header" in str(table.reading)
    assert "There is no header" in table.reading.notes[0]


def test_the_visitor_decides_whether_there_is_a_header() -> None:
    """What was found out can be overruled either way."""
    assert len(read("good\nbad\n", options=Options(header=False))) == 2
    assert read("1,2\n3,4\n", options=Options(header=True)).columns == ["1", "2"]


def test_duplicate_headers_are_numbered() -> None:
    """Each column has its own name and its own cells."""
    table = read("text,text,,text (2)\na,b,c,d\n")
    assert table.columns == ["text", "text (2)", "column 3", "text (2) (2)"]
    assert rows(table) == [["a", "b", "c", "d"]]
    assert "More than one column is called “text”" in table.reading.notes[0]


def test_a_thousand_columns_are_refused() -> None:
    """Both numbers and the line are in the message."""
    with pytest.raises(InputError, match=f"Line 1 has 1,000 columns; at most {COLUMN_LIMIT} are allowed"):
        read(",".join(f"c{i}" for i in range(1000)) + "\n")
    with pytest.raises(InputError, match="Line 3 has 1,000 columns"):
        read("a,b\n1,2\n" + ",".join("x" * 1000) + "\n")
    with pytest.raises(InputError, match=f"Up to line 101 there are 101 different keys; at most {COLUMN_LIMIT}"):
        read("\n".join(json.dumps({f"key{i}": "x"}) for i in range(1000)), ".jsonl")
    with pytest.raises(InputError, match="Line 1 has 1,000 columns"):
        read(excel([f"c{i}" for i in range(1000)]), ".xlsx")


@pytest.mark.parametrize("data", [b"", b" \n\r\n", b"\xef\xbb\xbf", b",,\n,,\n", b"{}\n", excel()])
def test_an_empty_file_is_reported(data: bytes) -> None:
    """Whatever the kind, the message says that there are no rows."""
    with pytest.raises(InputError, match="The file is empty: it holds no rows"):
        read(data)


def test_a_header_alone_is_reported() -> None:
    """The names are repeated, so that the visitor sees what was taken for them."""
    with pytest.raises(InputError, match=r"one row, its header \(text, stars\)"):
        read("text,stars\n")


@pytest.mark.parametrize("over", [1, 90_001])
def test_too_many_rows_are_refused(over: int) -> None:
    """10,000 rows beside a header are read; with more, both numbers are in the message, and none is left out."""
    full = "text\n" + "good\n" * ROW_LIMIT
    assert len(read(full)) == ROW_LIMIT
    message = f"The file has {ROW_LIMIT + over:,} rows; at most {ROW_LIMIT:,} are allowed"
    with pytest.raises(InputError, match=message):
        read(full + "bad\n" * over)
    with pytest.raises(InputError, match=message):
        read('{"text": "good"}\n' * (ROW_LIMIT + over), ".jsonl")


def test_too_large_a_file_is_refused_unread(tmp_path: Path) -> None:
    """The size is looked at before a byte is."""
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(FILE_LIMIT + 1)
    with pytest.raises(InputError, match=r"20\.0 MB; at most 20 MB"):
        read_table(path)


def test_nul_bytes_are_reported_and_kept() -> None:
    """The rows around them stay what they were."""
    table = read("text,stars\ngood,5\nba\0d,1\nfine,3\n")
    assert rows(table) == [["good", "5"], ["ba\0d", "1"], ["fine", "3"]]
    assert table.reading.notes == ("NUL bytes in line 3: no model reads a cell that holds one.",)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0", b"MZ" + bytes(range(32)) * 9])
def test_a_file_without_text_is_refused(data: bytes) -> None:
    """An image called .csv is no table."""
    with pytest.raises(InputError, match=r"holds no text|encoding is unknown|is a picture"):
        read(data)


def test_a_cell_without_end_is_reported() -> None:
    """The line is in the message."""
    with pytest.raises(InputError, match="Line 3 has a cell of more than 131,072 characters"):
        read("id,text\n1,good\n2," + "x" * 140_000 + "\n")


def test_json_lines_keep_their_values() -> None:
    """Keys are columns in the order of their first line; numbers stay numbers, a list becomes its text."""
    table = read('{"text": "good", "stars": 5}\n\n{"text": "bad\\u2028x", "tags": ["a", "b"], "ok": false}\n', ".jsonl")
    assert table.columns == ["text", "stars", "tags", "ok"]
    assert rows(table) == [["good", 5, None, None], ["bad\u2028x", None, '["a", "b"]', False]]
    assert (table.reading.format, table.faults) == ("JSON Lines", {})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "bad"', "Expecting ',' delimiter at character 15"),
        ("[1, 2]", "it holds list"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 5_000, "Exceeds the limit"),
    ],
)
def test_a_broken_json_line_is_a_row_with_its_fault(line: str, reason: str) -> None:
    """The line is kept as it was, the fault names its place, and the rows around it are read."""
    table = read(f'{{"text": "good"}}\n{line}\n{{"text": "fine"}}\n', ".jsonl")
    assert list(table.faults) == [1]
    assert table.faults[1].startswith("Line 2 is no JSON object:")
    assert reason in table.faults[1]
    assert rows(table) == [["good", None], [None, line], ["fine", None]]


def test_a_repeated_json_key_loses_nothing() -> None:
    """The second value has a column of its own."""
    table = read('{"text": "a", "text": "b", "": "c"}\n', ".jsonl")
    assert table.columns == ["text", "text (2)", "column 3"]
    assert rows(table) == [["a", "b", "c"]]


def test_excel_keeps_its_values() -> None:
    """Numbers and dates, from the first of several sheets, which is named."""
    import datetime

    table = read(excel(["text", "stars", "day"], ["good", 5, datetime.date(2026, 5, 1)], ["bad", 1.5], sheets=2))
    assert table.columns == ["text", "stars", "day"]
    assert rows(table) == [["good", 5, "2026-05-01"], ["bad", 1.5, None]]
    assert table.reading.notes == ("Of 2 sheets “Sheet” was read.",)


def test_a_formula_counts_as_its_value_or_as_itself() -> None:
    """A workbook that no spreadsheet has calculated yet loses no cell."""
    data = excel(["text", "sum"], ["good", "=1+1"], ["bad", "=2+2"])
    part = "xl/worksheets/sheet1.xml"
    assert rows(read(data)) == [["good", "=1+1"], ["bad", "=2+2"]]
    assert rows(read(repacked(data, part, b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"))) == [
        ["good", 2],
        ["bad", "=2+2"],
    ]


@pytest.mark.parametrize(("formula", "spelled"), [(b"<f>1+1</f>", b"<x:f>1+1</x:f>"), (b"<f>1+1</f>", b"<f\n>1+1</f>")])
def test_a_formula_is_found_however_it_is_written(formula: bytes, spelled: bytes) -> None:
    """Names in XML may have a prefix, and any blank may follow them."""
    part = "xl/worksheets/sheet1.xml"
    data = repacked(excel(["sum"], ["=1+1"]), part, formula + b"<v></v>", spelled + b"<v>2</v>")
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    data = repacked(data, part, b"<worksheet ", b'<worksheet xmlns:x="' + main + b'" ')
    assert rows(read(data)) == [[2]]


@pytest.mark.parametrize("before", range(-8, 1))
def test_a_formula_across_two_chunks_is_found(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the first chunk of the sheet ends."""
    part = "xl/worksheets/sheet1.xml"
    data = excel(["sum"], ["=1+1"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        monkeypatch.setattr(workbook, "CHUNK", archive.read(part).index(b"<f>") - before)
    assert rows(read(repacked(data, part, b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"))) == [[2]]


@pytest.mark.parametrize("at", [1, 20], ids=["below a table", "above it"])
def test_wide_rows_of_nothing_are_counted(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a few megabytes can name the last cell of a million rows, which took hours."""
    book, buffer = Workbook(), io.BytesIO()
    book.active.cell(at, 1, "text")
    book.active.cell(at + 1, 1, "good")
    book.save(buffer)
    empty = b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (row, row) for row in range(3, 13))
    old, new = (b"</sheetData>", empty + b"</sheetData>") if at == 1 else (b"<sheetData>", b"<sheetData>" + empty)
    data = repacked(buffer.getvalue(), "xl/worksheets/sheet1.xml", old, new)
    assert rows(read(data)) == [["good"]]
    monkeypatch.setattr(workbook, "CELLS", 100_000)
    with pytest.raises(InputError, match="more than 100,000 cells, most of them empty"):
        read(data)


def test_formulas_in_utf_16_are_found() -> None:
    """An XML file says itself how it is encoded."""
    part = "xl/worksheets/sheet1.xml"
    data = repacked(excel(["sum"], ["=1+1"]), part, b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read(part)
    assert rows(read(repacked(data, part, sheet, sheet.decode().encode("utf-16")))) == [[2]]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The declared size decides; no part of the archive is opened."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(5):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", bytes(30_000_000))
    assert len(buffer.getvalue()) < 200_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("a part was unpacked"))
    with pytest.raises(InputError, match="would unpack to 150 MB; at most 100 MB are allowed"):
        read(buffer.getvalue(), ".xlsx")


def test_a_zip_bomb_that_lies_is_cut_at_what_it_declares() -> None:
    """An archive with a small declared size and a large part is damaged, and nothing more is unpacked."""
    data = repacked(excel(["text"], ["good"]), "xl/worksheets/sheet1.xml", b"good", b"good" + b" " * 50_000_000)
    part, size = b"xl/worksheets/sheet1.xml", 1_000
    at = data.rindex(part) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    lying = data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]
    with pytest.raises(InputError, match="damaged, or no Excel workbook"):
        read(lying, ".xlsx")


def test_xml_entities_are_refused() -> None:
    """Entities are not expanded (a billion laughs)."""
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet '
    data = repacked(excel(["text"], ["good"]), "xl/worksheets/sheet1.xml", b"<worksheet ", laughs)
    with pytest.raises(InputError) as caught:
        read(data, ".xlsx")
    causes: list[str] = []
    error: BaseException | None = caught.value
    while error is not None:
        causes.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    assert "EntitiesForbidden" in causes


def test_a_row_far_beyond_the_sheet_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row number of billions makes no billions of rows."""
    monkeypatch.setattr(workbook, "SHEET_ROWS", 1_000)
    data = repacked(excel(["text"], ["good"]), "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="9999999999"')
    with pytest.raises(InputError, match="more than 1,000 rows"):
        read(data, ".xlsx")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04 and then nothing", "damaged, or no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old or an encrypted Excel file"),
    ],
)
def test_what_is_no_workbook_is_reported(data: bytes, words: str) -> None:
    """The message says what to do or what is wrong."""
    with pytest.raises(InputError, match=words):
        read(data, ".xlsx")


def test_a_damaged_workbook_is_reported() -> None:
    """A zip archive that is something else is no workbook."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(InputError, match="damaged, or no Excel workbook"):
        read(buffer.getvalue(), ".xlsx")


def test_a_number_that_is_no_float_is_kept_as_it_is_written() -> None:
    """As infinity it would be no JSON when it is written again."""
    table = read('{"text": 1e400, "n": -1.0e999}\n{"text": 1e300, "n": 2}\n', ".jsonl")
    assert rows(table) == [["1e400", "-1.0e999"], [1e300, 2]]
    part = "xl/worksheets/sheet1.xml"
    data = repacked(excel(["n"], [1.5]), part, b"<v>1.5</v>", b"<v>1.5e999</v>")
    assert rows(read(data)) == [["inf"]]


def test_a_deep_value_is_read_or_refused_in_words() -> None:
    """At each depth: what can just be read may be too deep to be written."""

    def outcome(text: str) -> str:
        try:
            return f"{len(read(text, '.jsonl'))} row"
        except InputError as error:
            return str(error)

    for depth in range(900, 1_000):
        element = '{"text": ' + "[" * depth + "]" * depth + "}"
        for found in (outcome(f"{element}\n"), outcome(f"[{element}]")):
            assert found == "1 row" or "nested too deeply" in found


def test_columns_of_one_name_in_a_document_are_numbered() -> None:
    """Nothing is lost, as nowhere else."""
    document = json.dumps({"columns": ["a", "a"], "data": [[1, 2], [3, 4]]})
    assert rows(read(document, ".json")) == [[1, 2], [3, 4]]


def test_what_takes_long_to_read_is_read() -> None:
    """Repeated keys, and blanks behind a digit or a declaration, took a time that grew with their square."""
    table = read("{" + ",".join(f'"a":{n}' for n in range(90)) + "}\n", ".jsonl")
    assert table.columns[-1] == "a (90)"
    with pytest.raises(InputError, match="100,000 different keys"):
        read("{" + ",".join(f'"a":{n}' for n in range(100_000)) + "}\n", ".jsonl")
    with pytest.raises(InputError, match="Line 1 has a cell of more than 131,072 characters"):
        read("sep= " + " " * 1_000_000 + "x\na,b\n")
    blank = "1" + " " * 130_000 + "x"
    assert rows(read(f"text,n\n{blank},1\n", options=Options(header=True))) == [[blank, "1"]]
