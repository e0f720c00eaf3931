"""Tables as people have them: for each kind of oddity, the file that was reported and its neighbours."""

import io
import json
from typing import Any

import pytest
from openpyxl import Workbook

from models.runtime.limits import InputError
from tables.table import Options, Table, parse

DETECT = Options()


def read(text: str | bytes, ending: str = ".csv", options: Options = DETECT) -> Table:
    """The table in a file that holds `text`."""
    return parse(text.encode() if isinstance(text, str) else text, ending, options)


def rows(table: Table) -> list[list[Any]]:
    """The cells of `table`, row by row."""
    return [list(row) for row in table.frame.itertuples(index=False)]


def book(*sheets: tuple[str, list[list[Any]]], hidden: str = "") -> bytes:
    """A workbook of these sheets."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, cells in sheets:
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
        for row in cells:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


# A file, and the texts of its last column.
STRAY = {
    "pairs over lines in TSV": (
        'id\ttext\n1\t"Hello there\n2\tworld\n3\t"bye now\n4\tend\n5\tfin',
        ['"Hello there', "world", '"bye now', "end", "fin"],
    ),
    "a pair that closes properly in TSV": (
        'id\ttext\n1\t"Hello there\n2\tworld\n3\tbye now"\n4\tend\n',
        ['"Hello there', "world", 'bye now"', "end"],
    ),
    "a pair that closes properly in CSV": (
        'id,text\n1,"Hello there\n2,world\n3,bye now"\n4,end\n',
        ['"Hello there', "world", 'bye now"', "end"],
    ),
    "pairs over lines in CSV": (
        'id,text\n1,"Hello there\n2,world\n3,"bye now\n4,end\n',
        ['"Hello there', "world", '"bye now', "end"],
    ),
    "one without its pair": ('id,text\n1,good\n2,"bad\n3,fine\n', ["good", '"bad', "fine"]),
    "one at the end of a cell": ('id,text\n1,a screen of 5"\n2,fine\n', ['a screen of 5"', "fine"]),
    "one at the very end": ('id,text\n1,good\n2,"bad', ["good", '"bad']),
    "one inside a quoted cell": ('id,text\n1,"a, 5" nail"\n2,"b, c"\n', ['a, 5" nail', "b, c"]),
    "a quote inside a quoted cell": (
        'id,text\n1,"He said "hi" to me, twice"\n2,"b, c"\n',
        ['He said "hi" to me, twice', "b, c"],
    ),
    "a quote before a comma inside a quoted cell": (
        'id,text\n1,"He said "hi", then left"\n2,"b, c"\n',
        ['He said "hi", then left', "b, c"],
    ),
    "a missing one among quoted cells": (
        'id,text\n1,"a, b"\n2,"oops\n3,"c, d"\n4,"e, f"\n',
        ["a, b", '"oops', "c, d", "e, f"],
    ),
    "a word at the beginning": ('id,text\n1,"Great" movie\n2,bad\n', ['"Great" movie', "bad"]),
    "a word at the beginning, of one row": ('1,"Great" movie', ['"Great" movie']),
    "two words": ('id,text\n1,"Great" and "good"\n2,bad\n', ['"Great" and "good"', "bad"]),
    "a word among quoted cells": (
        'id,text\n1,"Great" movie\n2,"bad, really"\n3,"so, so"\n',
        ['"Great" movie', "bad, really", "so, so"],
    ),
    "a word and a comma": (
        'id,text\n1,"Great, really" movie\n2,"bad, really"\n3,"so, so"\n',
        ['"Great, really" movie', "bad, really", "so, so"],
    ),
    "a word in the middle": ('id,text\n1,a "great" movie\n2,bad\n', ['a "great" movie', "bad"]),
    "a word at the end": ('id,text\n1,a movie: "great"\n2,bad\n', ['a movie: "great"', "bad"]),
    "a word in TSV": ('id\ttext\n1\t"Great" movie, really\n2\tbad\n', ['"Great" movie, really', "bad"]),
    "a word with Windows line ends": ('id;text\r\n1;"Great" movie\r\n2;bad\r\n', ['"Great" movie', "bad"]),
    "a word after an ID in quotes": (
        '"id","text"\n"1","Great" movie\n"2","bad"\n',
        ['"Great" movie', "bad"],
    ),
    "a backslash before the inner ones": ('id,text\n1,"a \\"b\\", c"\n2,"d, e"\n', ['a "b", c', "d, e"]),
    "single ones around cells, one in a word": ("'id','text'\n'1','it''s, well'\n'2','b'\n", ["it's, well", "b"]),
    "a height in inches": ('id,text\n1,5\'10"\n2,"6, 7"\n', ["5'10\"", "6, 7"]),
    "alone in a cell": ('id,text\n1,""\n2,"\n3,"a, b"\n', ["", '"', "a, b"]),
    "a separator after each row": ('id;text;\n1;"a;b";\n2;"c;\n3;"d;e";\n', ["a;b", '"c', "d;e"]),
    "an apostrophe at the beginning": ("id,text\n1,'tis good\n2,'twas bad\n", ["'tis good", "'twas bad"]),
}


@pytest.mark.parametrize(("text", "cells"), STRAY.values(), ids=STRAY)
def test_a_quotation_mark_that_quotes_nothing_is_a_sign(text: str, cells: list[str]) -> None:
    """Each line is a row, and each mark that encloses no cell is kept."""
    table = read(text)
    assert [row[-1] for row in rows(table)] == cells
    assert table.frame.shape[1] == 2


def test_a_separator_at_the_ends_of_rows_alone_is_one() -> None:
    """Spreadsheets write them below a header that has none."""
    assert [row[:2] for row in rows(read('id;text\n1;"a;b";\n2;c;\n'))] == [["1", "a;b"], ["2", "c"]]


JOINED = {
    "two lines": ('id,text\n1,"one\ntwo"\n2,end\n', ["one\ntwo", "end"], "2–3"),
    "three lines": ('id,text\n1,"one\ntwo\nthree"\n2,end\n', ["one\ntwo\nthree", "end"], "2–4"),
    "a blank line": ('id,text\n1,"one\n\ntwo"\n2,end\n', ["one\n\ntwo", "end"], "2–4"),
    "twice": ('id,text\n1,"a\nb"\n2,"c\nd"\n', ["a\nb", "c\nd"], "2–3, 4–5"),
    "Windows line ends": ('id,text\r\n1,"one\r\ntwo"\r\n2,end\r\n', ["one\r\ntwo", "end"], "2–3"),
    "a comma on each line": ('id,text\n1,"Hello,\nwell, yes"\n2,end\n', ["Hello,\nwell, yes", "end"], "2–3"),
    "doubled inside": ('id,text\n1,"a ""b""\nc"\n2,end\n', ['a "b"\nc', "end"], "2–3"),
    "TSV": ('id\ttext\n1\t"one\ntwo"\n2\tend\n', ["one\ntwo", "end"], "2–3"),
    "after a stray one": (
        'id,text\n1,"oops\n2,"a, b"\n3,"c, d"\n4,"e,\nf"\n',
        ['"oops', "a, b", "c, d", "e,\nf"],
        "5–6",
    ),
    "below sep=": ('sep=;\nid;text\n1;"one\ntwo"\n2;end\n', ["one\ntwo", "end"], "3–4"),
    "blanks before": ('id, text\n1, "one\ntwo"\n2, end\n', ["one\ntwo", "end"], "2–3"),
    "no numbers to compare": ('a,text\nx,"one\ny,two"\nz,end\n', ["one\ny,two", "end"], "2–3"),
}


@pytest.mark.parametrize(("text", "cells", "lines"), JOINED.values(), ids=JOINED)
def test_rows_joined_by_quotation_marks_are_named(text: str, cells: list[str], lines: str) -> None:
    """With the lines that they are made of."""
    table = read(text)
    assert [row[-1] for row in rows(table)] == cells
    assert f"Quotation marks join lines {lines} into one row each." in table.reading.notes


def test_stray_quotation_marks_are_named_with_their_lines() -> None:
    """Where others of the file do quote."""
    table = read('id,text\n1,"a, b"\n2,"oops\n3,"c, d"\n4,"Great" movie\n')
    assert table.reading.quotes == "double quotes"
    assert table.reading.notes == ("Quotation marks that enclose no cell are kept as they are: lines 3, 5.",)


DECLARED = {
    "semicolon": ("sep=;\nid;text\n1;a, b\n", "semicolon"),
    "comma": ("sep=,\nid,text\n1,a; b\n", "comma"),
    "tab": ("sep=\t\nid\ttext\n1\ta, b\n", "tab"),
    "pipe": ("sep=|\nid|text\n1|a, b\n", "pipe"),
    "another sign": ("sep=:\nid:text\n1:a, b\n", ":"),
    "a caret": ("sep=^\nid^text\n1^a, b\n", "^"),
    "capitals": ("SEP=;\nid;text\n1;a, b\n", "semicolon"),
    "quoted": ('"sep=;"\nid;text\n1;a, b\n', "semicolon"),
    "Windows line ends": ("sep=;\r\nid;text\r\n1;a, b\r\n", "semicolon"),
    "empty cells after it": ("sep=,,,\nid,text\n1,a; b\n", "comma"),
    "a byte-order mark": ("\ufeffsep=;\nid;text\n1;a, b\n", "semicolon"),
    "quoted cells": ('sep=;\n"id";"text"\n"1";"a; b"\n', "semicolon"),
    "a title below it": ("sep=;\nMy own title\nid;text\n1;a, b\n", "semicolon"),
}


@pytest.mark.parametrize(("text", "separator"), DECLARED.values(), ids=DECLARED)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_first_line_says_the_separator(text: str, separator: str, codec: str) -> None:
    """It is not a row, and a note mentions it."""
    table = read(text.encode(codec))
    assert (table.columns, table.reading.separator, len(table)) == (["id", "text"], separator, 1)
    assert rows(table)[0][1].replace(";", ",") == "a, b"
    assert "The first line declares the separator." in table.reading.notes


def test_a_visitors_separator_comes_before_the_files() -> None:
    """The line is left out all the same."""
    table = read("sep=;\nid,text\n1,a; b\n", options=Options(separator="comma"))
    assert rows(table) == [["1", "a; b"]]


TITLED = {
    "a title": ("Quarterly report\nid,text\n1,good\n2,bad\n", "line 1"),
    "a title and a blank line": ("Report\n\nid,text\n1,good\n2,bad\n", "line 1"),
    "two lines": ("Report\nMay 2026\nid,text\n1,good\n2,bad\n", "lines 1, 2"),
    "a padded title": ("Report,\nid,text\n1,good\n2,bad\n", "line 1"),
    "a date beside its name": ("Exported:,2026-05-01\n\nid,text,stars\n1,good,5\n2,bad,1\n", "line 1"),
    "a title with commas": ("Sales, by region, 2026\nid,text,stars\n1,good,5\n2,bad,1\n", "line 1"),
    "a comment": ("# made by a program\nid,text\n1,good\n2,bad\n", "line 1"),
    "a comment with a comma": ("# made by a program, on Monday\nid,text\n1,good\n2,bad\n", "line 1"),
    "several comments": ("# one\n# two, three\n# four\nid,text\n1,good\n2,bad\n", "lines 1, 2, 3"),
    "a title in quotes": ('"Report, of May"\nid,text\n1,good\n2,"bad, really"\n', "line 1"),
    "a title above TSV": ("Quarterly report\nid\ttext\n1\tgood, really\n2\tbad\n", "line 1"),
    "a title above semicolons": ("Quarterly report, 2026\nid;text\n1;good, really\n2;bad\n", "line 1"),
    "a title above three columns of texts": (
        "Answers of May\nday,text,name\nMonday,good,Anna\nTuesday,bad,Bob\nFriday,good,Cleo\n",
        "line 1",
    ),
    "a title above texts alone": ("Answers of May\n\nname,text\nAnna,good\nBob,bad\nCleo,good\n", "line 1"),
    "blank lines around it": ("\n\nReport\n\n\nid,text\n1,good\n2,bad\n", "line 3"),
    "ragged rows below it": ("My report\n\nid,text\n1,good\n2\n3,bad\n", "line 1"),
}


@pytest.mark.parametrize(("text", "lines"), TITLED.values(), ids=TITLED)
def test_what_stands_above_the_table_is_left_out(text: str, lines: str) -> None:
    """The header is found below it, and a note mentions what was left out."""
    table = read(text)
    assert table.columns[1] == "text"
    assert rows(table)[0][1] in ("good", "good, really")
    assert any(note.startswith(f"Left out above the table: {lines} (") for note in table.reading.notes)


UNTITLED = {
    "a header of one word above prose": "text\nGood, fast\nBad, slow\nFine, cheap\n",
    "a header of two words above prose": "my texts\nGood, fast\nBad, slow\nFine, cheap\n",
    "a header above commas": "text\ngood,positive\nbad,negative\nfine,positive\n",
    "prose without a header": "Good film. Fast.\nI liked it; well, mostly\nBad\n",
    "short first row": "1\n2,bad\n3,fine\n",
    "a header that is one short": "text,stars\n1,good,5\n2,bad,1\n",
    "a column called #": "#,text\n1,good\n2,bad\n",
    "a comment sign in a name": "#id,text\n1,good\n2,bad\n",
    "units below the names": "id,text\nnumber,words\n1,good\n2,bad\n",
    "blanks in the header": "id, text\n1,good\n2,bad\n",
    "one row below a header": "id,text\n1,good\n",
    "rows of one word": "good\nbad\nfine\n",
}


@pytest.mark.parametrize("text", UNTITLED.values(), ids=UNTITLED)
def test_what_is_no_title_is_not_left_out(text: str) -> None:
    """No row is taken for a preamble."""
    table = read(text)
    assert not any("Left out" in note for note in table.reading.notes)
    assert len(table) == text.count("\n") - table.reading.header


SPACED = {
    "after each comma": ('id, text\n1, "a, b"\n2, "c"\n', ["a, b", "c"]),
    "two of them": ('id,  text\n1,  "a, b"\n2,  "c"\n', ["a, b", "c"]),
    "a tab": ('id,text\n1,\t"a, b"\n2,\t"c"\n', ["a, b", "c"]),
    "plain cells too": ('id, text\n1, "a, b"\n2, c\n', ["a, b", "c"]),
    "before the first cell": (' "id", "text"\n "1", "a, b"\n', ["a, b"]),
    "behind the cells": ('id ,text\n"1" ,"a, b" \n"2" ,"c" \n', ["a, b", "c"]),
    "semicolons": ('id; text\n1; "a; b"\n2; "c"\n', ["a; b", "c"]),
    "TSV": ('id\t text\n1\t "a\tb"\n2\t "c"\n', ["a\tb", "c"]),
    "a quote inside": ('id, text\n1, "a, ""b"""\n2, "c"\n', ['a, "b"', "c"]),
    "an empty cell": ('id, text\n1, "a, b"\n2, ""\n', ["a, b", ""]),
    "some rows alone": ('id,text\n1,"a, b"\n2, "c, d"\n', ["a, b", "c, d"]),
    "single quotes": ("'id', 'text'\n'1', 'a, b'\n'2', 'c'\n", ["a, b", "c"]),
}


@pytest.mark.parametrize(("text", "cells"), SPACED.values(), ids=SPACED)
def test_blanks_around_quoted_cells_are_no_part_of_them(text: str, cells: list[str]) -> None:
    """A separator inside the quotes separates nothing."""
    table = read(text)
    assert [row[-1] for row in rows(table)] == cells
    assert table.columns == ["id", "text"]


def test_blanks_within_cells_stay() -> None:
    """Where no quotation mark follows them, and inside quotes."""
    assert rows(read('id,text\n1, a\n2,"  b"\n3,  c\n')) == [["1", " a"], ["2", "  b"], ["3", "  c"]]


TABLE: list[list[Any]] = [["id", "text"], [1, "good"], [2, "bad"]]
OTHER: list[list[Any]] = [["name", "note"], ["Anna", "x"], ["Bob", "y"]]
SHEETS = {
    "the first": (book(("A", TABLE), ("B", OTHER)), "", "A"),
    "the second, where the first is empty": (book(("A", []), ("B", TABLE)), "", "B"),
    "the third, where two are empty": (book(("A", []), ("B", []), ("C", TABLE)), "", "C"),
    "a visible one before a hidden one": (book(("A", OTHER), ("B", TABLE), hidden="A"), "", "B"),
    "by its name": (book(("A", OTHER), ("B", TABLE)), "B", "B"),
    "by its number": (book(("A", OTHER), ("B", TABLE)), "2", "B"),
    "by a name that is a number": (book(("2", TABLE), ("B", OTHER)), "2", "2"),
    "a hidden one by its name": (book(("A", OTHER), ("B", TABLE), hidden="B"), "B", "B"),
    "a name with blanks and letters beyond ASCII": (book(("A", OTHER), ("Übersicht 1", TABLE)), "Übersicht 1", None),
    "blank cells first": (book(("A", [[None], [None, None]]), ("B", TABLE)), "", "B"),
    "a title above it": (book(("A", []), ("B", [["Sales of May"], [], *TABLE])), "", "B"),
    "cells far down": (book(("A", [[]] * 40 + TABLE), ("B", OTHER)), "", "A"),
}


@pytest.mark.parametrize(("data", "wanted", "name"), SHEETS.values(), ids=SHEETS)
def test_a_sheet_is_chosen(data: bytes, wanted: str, name: str | None) -> None:
    """The first with cells, or the one that the visitor names; the reading says which, and which there are."""
    table = read(data, ".xlsx", Options(sheet=wanted))
    assert rows(table) == [[1, "good"], [2, "bad"]]
    assert table.reading.sheet == (name or wanted)
    assert table.reading.sheet in table.reading.sheets
    assert f"Of {len(table.reading.sheets)} sheets “{name or wanted}” was read." in table.reading.notes


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("C", "There is no sheet “C”. The workbook has “A”, “B”."),
        ("0", "There is no sheet “0”."),
        ("3", "There is no sheet “3”."),
        ("²", "There is no sheet “²”."),
        ("B", "The sheet “B” is empty: it holds no rows. Choose another."),
    ],
)
def test_a_sheet_that_cannot_be_read_is_named(wanted: str, words: str) -> None:
    """With those that there are."""
    with pytest.raises(InputError) as caught:
        read(book(("A", TABLE), ("B", [])), ".xlsx", Options(sheet=wanted))
    assert caught.value.field == "sheet"
    assert str(caught.value).startswith(words)


def test_a_single_sheet_needs_no_note() -> None:
    """There is nothing to choose."""
    assert read(book(("A", TABLE)), ".xlsx").reading.notes == ()


@pytest.mark.parametrize(
    ("cells", "left_out"),
    [
        ([["Sales of May"], *TABLE], "line 1"),
        ([["Report"], [], *TABLE], "line 1"),
        ([["Report"], ["May"], [], *TABLE], "lines 1, 2"),
        ([["Report", None], [None, None], *TABLE], "line 1"),
        ([["From", "2026-05-01", None], [], ["id", "text", "stars"], [1, "good", 5], [2, "bad", 1]], "line 1"),
    ],
)
def test_a_title_above_a_sheets_table_is_left_out(cells: list[list[Any]], left_out: str) -> None:
    """As above a CSV's."""
    table = read(book(("A", cells)), ".xlsx")
    assert [row[:2] for row in rows(table)] == [[1, "good"], [2, "bad"]]
    assert any(note.startswith(f"Left out above the table: {left_out} (") for note in table.reading.notes)


@pytest.mark.parametrize(
    "cells",
    [
        [["Customer name"], ["Anna", "good"], ["Bob", "bad"]],
        [["Customer name"], ["Anna"], ["Bob", "bad"], ["Cleo", "good"], ["Dan", "fine"]],
        [["name", "text"], [], ["Anna", "good", "x"], ["Bob", "bad", "y"]],
        [["text"], ["good", "x"], ["bad", "y"]],
    ],
)
def test_a_header_of_fewer_cells_is_no_title(cells: list[list[Any]]) -> None:
    """Its names are kept, and no row becomes a header."""
    table = read(book(("A", cells)), ".xlsx")
    assert table.columns[: len(cells[0])] == cells[0]
    assert len(table) == sum(map(bool, cells)) - 1


OBJECTS = [{"text": "good", "stars": 5}, {"text": "bad", "stars": 1}]
LINES = "\n".join(map(json.dumps, OBJECTS))
JSON = {
    "an array in one line": (json.dumps(OBJECTS), ".jsonl"),
    "an array called .json": (json.dumps(OBJECTS), ".json"),
    "an array called .txt": (json.dumps(OBJECTS), ".txt"),
    "an indented array": (json.dumps(OBJECTS, indent=2), ".jsonl"),
    "an element a line": ("[\n" + ",\n".join(map(json.dumps, OBJECTS)) + "\n]\n", ".jsonl"),
    "a comma after the last": ("[" + ",".join(map(json.dumps, OBJECTS)) + ",]", ".json"),
    "blanks around it": (f"\n\n  {json.dumps(OBJECTS)}  \n", ".json"),
    "a byte-order mark": ("\ufeff" + json.dumps(OBJECTS), ".json"),
    "lines with commas": (",\n".join(map(json.dumps, OBJECTS)) + ",\n", ".jsonl"),
    "lines called .json": (LINES, ".json"),
    "indented objects": ("\n".join(json.dumps(each, indent=2) for each in OBJECTS), ".jsonl"),
    "Windows line ends": (LINES.replace("\n", "\r\n"), ".jsonl"),
    "an array within an object": (json.dumps({"count": 2, "data": OBJECTS}), ".json"),
    "an indented array within an object": (json.dumps({"data": OBJECTS, "next": None}, indent=4), ".json"),
    "an array of arrays": (json.dumps([["text", "stars"], ["good", 5], ["bad", 1]]), ".json"),
    "lists by column": (json.dumps({"text": ["good", "bad"], "stars": [5, 1]}), ".json"),
    "columns as pandas writes them": (
        json.dumps({"text": {"0": "good", "1": "bad"}, "stars": {"0": 5, "1": 1}}),
        ".json",
    ),
    "pandas, split": (
        json.dumps({"columns": ["text", "stars"], "index": [0, 1], "data": [["good", 5], ["bad", 1]]}),
        ".json",
    ),
    "an array a line": ('["text", "stars"]\n["good", 5]\n["bad", 1]\n', ".jsonl"),
}


@pytest.mark.parametrize(("text", "ending"), JSON.values(), ids=JSON)
def test_rows_in_json(text: str, ending: str) -> None:
    """Whether lines or an array."""
    table = read(text, ending)
    assert table.columns == ["text", "stars"]
    assert rows(table) == [["good", 5], ["bad", 1]]
    assert table.faults == {}


def test_an_array_of_texts_is_a_column() -> None:
    """None of them is taken for its name."""
    assert rows(read('["good", "bad"]', ".json")) == [["good"], ["bad"]]
    assert rows(read('["good", 5,\n0.5]', ".jsonl")) == [["good"], [5], [0.5]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[{"text": "good"},\n 7]', "Line 2 is no JSON object: it holds int."),
        ('[{"text": "good"},\n["x"]]', "Line 2 is no JSON object: it holds list."),
        (
            '[{"text": "good"},\n{"text": "b',
            "Line 2 is no JSON object: Unterminated string starting at at character 10.",
        ),
        ('[{"text": "good"},\n{"text": "bad"}', "Line 2 is no JSON object: the array has no end."),
        ('[{"text": "good"}\n{"text": "bad"}]', "Line 2 is no JSON object: a comma is missing before it."),
        ('[{"text": "good"},\n' + "[" * 100_000, "Line 2 is no JSON object: it is nested too deeply."),
        ('[{"text": "good"},\n' + "9" * 5_000 + "]", "Line 2 is no JSON object: Exceeds the limit"),
    ],
)
def test_a_broken_element_is_a_row_with_its_fault(text: str, fault: str) -> None:
    """What was read before it stays."""
    table = read(text, ".json")
    assert rows(table)[0][0] == "good"
    [(row, reported)] = table.faults.items()
    assert row == len(table) - 1
    assert reported.startswith(fault)
    assert reported in table.reading.notes


@pytest.mark.parametrize(
    "held",
    [
        {"text": ["a", "b"], "stars": [1]},
        {"text": [["a"]]},
        {"text": {"x": 1}},
        {"text": "a", "tags": ["b"]},
        {"text": []},
    ],
)
def test_lists_that_are_no_columns_stay_cells(held: dict[str, Any]) -> None:
    """Of one object, the only row."""
    assert len(read(json.dumps(held), ".json")) == 1


MARKDOWN = {
    "plain": "| id | text |\n|----|------|\n| 1 | good |\n| 2 | bad |\n",
    "with alignment": "|id|text|\n|:--|:-:|\n|1|good|\n|2|bad|\n",
    "blank lines around it": "\n\n| id | text |\n| --- | --- |\n| 1 | good |\n\n| 2 | bad |\n\n",
    "Windows line ends": "| id | text |\r\n|---|---|\r\n| 1 | good |\r\n| 2 | bad |\r\n",
    "indented": "  | id | text |\n  |---|---|\n  | 1 | good |\n  | 2 | bad |",
    "no pipes at its edges": "id | text\n--- | ---\n1 | good\n2 | bad\n",
    "padded to columns": "| id  | text   |\n| --- | ------ |\n| 1   | good   |\n| 2   | bad    |\n",
    "one dash each": "| id | text |\n|-|-|\n| 1 | good |\n| 2 | bad |\n",
    "to the right": "| id | text |\n| --: | :--- |\n| 1 | good |\n| 2 | bad |\n",
    "blanks after its lines": "| id | text |  \n|---|---|  \n| 1 | good |  \n| 2 | bad |  \n",
    "a byte order mark": "\ufeff| id | text |\n|---|---|\n| 1 | good |\n| 2 | bad |\n",
}


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN)
def test_a_table_of_markdown(text: str) -> None:
    """Its rule is no row, and the pipes at its edges enclose no cells."""
    table = read(text, ".md")
    assert (table.columns, rows(table)) == (["id", "text"], [["1", "good"], ["2", "bad"]])
    assert "The line below the header is a rule of Markdown." in table.reading.notes


def test_an_escaped_pipe_is_a_sign() -> None:
    """And prose beside a table is not left out."""
    assert rows(read("| id | text |\n|---|---|\n| 1 | a \\| b |\n")) == [["1", "a | b"]]
    assert len(read("| id | text |\n|---|---|\n| 1 | a |\nSome prose.\n")) > 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4\n1 0 obj\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0JFIF", "a picture"),
        (b"GIF89a", "a picture"),
        (b"\x1f\x8b\x08\x00", "a compressed file"),
        (b"Rar!\x1a\x07", "a compressed file"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "a web page"),
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML><p>x", "a web page"),
        (b"<table border=1><tr><td>id</td></tr></table>", "a web page"),
        (b"{\\rtf1 hello}", "an RTF document"),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".xls"])
def test_what_is_no_table_is_named(data: bytes, kind: str, ending: str) -> None:
    """Whatever it is called."""
    with pytest.raises(InputError, match=f"The file is {kind}, not a table"):
        read(data, ending)


@pytest.mark.parametrize(
    ("cells", "margin"),
    [
        ([[None, "id", "text"], [None, 1, "good"], [None, 2, "bad"]], 1),
        ([[], [None, "id", "text"], [None, 1, "good"], [None, 2, "bad"]], 1),
        ([[None, None, "id", "text"], [None, None, 1, "good"], [None, None, 2, "bad"]], 2),
        ([[None, "Our kettles"], [], [None, "id", "text"], [None, 1, "good"], [None, 2, "bad"]], 1),
    ],
)
def test_a_table_that_begins_further_right(cells: list[list[Any]], margin: int) -> None:
    """The empty columns before it are left out, with a note."""
    table = read(book(("A", cells)), ".xlsx")
    assert (table.columns, rows(table)) == (["id", "text"], [[1, "good"], [2, "bad"]])
    assert f"Empty columns left out before the table: {margin}." in table.reading.notes


@pytest.mark.parametrize("text", [",id\na,1\n,2\n", "id,text\n,good\n,bad\n"])
def test_a_first_column_with_a_name_or_a_cell_stays(text: str) -> None:
    """Such as the numbers that pandas writes without a name."""
    assert len(read(text).columns) == 2


FORMULAS = [
    '=A2&"x"',
    "=SUM(A2:A3)",
    '=IF(A2>0,"good","bad")',
    '=HYPERLINK("https://a.io","here")',
    "=A2",
    "=1+1",
    "=TODAY()",
    '=CONCATENATE("a",A2)',
    "=Other!A1",
    "=VLOOKUP(A2,A2:B3,2,FALSE)",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_without_a_result_are_named(formula: str) -> None:
    """A program wrote them that does not compute; they stay as they are written."""
    table = read(book(("A", [["id", "text"], [1, formula], [2, "good"]])), ".xlsx")
    assert rows(table) == [[1, formula], [2, "good"]]
    assert table.reading.notes == (
        "Formulas without a saved result in line 2 are read as they are written. Save the workbook in a spreadsheet "
        "program.",
    )


def test_every_line_with_such_a_formula_is_named() -> None:
    """One on another sheet is not."""
    first: list[list[Any]] = [["id", "text"], [1, "=A2"], [2, "good"], [3, "=A4"]]
    sheets = (("A", first), ("B", first[:2]))
    _, note = read(book(*sheets), ".xlsx").reading.notes
    assert note.startswith("Formulas without a saved result in lines 2, 4 are read")
    assert "sheet" not in note.partition("are read")[0]


HALVES = [
    "\\ud83d",
    "\\ude00",
    "a \\ud83d b",
    "\\ude00\\ud83d",
    "\\ud83d\\ud83d",
    "\\udfff!",
    "x\\ud800",
    "\\udbff\\u0041",
    "\\udc00\\udc00",
    "\\ud83d\\n\\ude00",
]
WHOLE = ["\\ud83d\\ude00", "\U0001f600", "\\u00fc", "\\\\ud83d"]


@pytest.mark.parametrize("text", HALVES)
@pytest.mark.parametrize("form", ['{"text": "%s"}\n{"text": "x"}\n', '[{"text": "%s"}]', '[["id", "text"], [1, "%s"]]'])
def test_half_a_surrogate_pair_is_named(text: str, form: str) -> None:
    """With its line; the cell stays what it was."""
    table = read(form % text, ".jsonl")
    assert any(note.startswith("Half a surrogate pair in line 1:") for note in table.reading.notes)
    assert json.loads(f'"{text}"') in [row[-1] for row in rows(table)]


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_pair_needs_no_note(text: str) -> None:
    """It is a letter like any other."""
    assert read(f'{{"text": "{text}"}}', ".jsonl").reading.notes == ()


def test_half_a_pair_in_a_key_is_no_part_of_a_name() -> None:
    """A name is shown on the page, which cannot hold it."""
    assert read('{"te\\ud83dxt": "a"}', ".jsonl").columns == ["te\ufffdxt"]
