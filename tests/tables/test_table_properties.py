"""Random tables come back as they were written, and no bytes at all end in anything but a table or words."""

import contextlib
import csv
import io
import json
import time
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from models.runtime.limits import InputError
from tables.delimited import SEPARATORS
from tables.records import COLUMN_LIMIT, ROW_LIMIT
from tables.table import Options, Table, parse

# Letters, and all that a reader could stumble over. No digits: lines of numbers in one cell may be taken for rows.
ODD = st.text(st.sampled_from("ab ü\"',;|\t\n."), max_size=8)
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\x1f", exclude_categories=["Cc", "Cs", "Nd"]))
CELLS = st.one_of(ODD, PLAIN, st.integers(-999, 999_999).map(str))
NAMES = ["alpha", "beta", "gamma", "delta"]


def tables(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    """Rows of two to four cells, each row as long as the others; the first cell is never empty."""
    return st.integers(2, 4).flatmap(
        lambda n: st.lists(st.tuples(cells.map(lambda cell: f"x{cell}"), *[cells] * (n - 1)).map(list), min_size=1)
    )


def written(rows: list[list[str]], **dialect: Any) -> str:
    """`rows` below their names, as the csv module writes them."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, **dialect).writerows([NAMES[: len(rows[0])], *rows])
    return buffer.getvalue()


def read(text: str, separator: str = "", ending: str = ".csv") -> Table:
    """The table in a file that holds `text`."""
    return parse(text.encode(), ending, Options("UTF-8", separator, header=True))


def cells(table: Table) -> list[list[Any]]:
    """The cells of `table`, row by row."""
    return [list(row) for row in table.frame.itertuples(index=False)]


@given(
    tables(CELLS),
    st.sampled_from(list(SEPARATORS)),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=400, deadline=None)
def test_what_the_csv_module_writes_is_read_back(
    rows: list[list[str]], separator: str, quoting: int, ending: str
) -> None:
    """Every cell, in every dialect with doubled quotes."""
    # Before "\r" alone the module leaves "\n" unquoted.
    quoting = csv.QUOTE_ALL if ending == "\r" else quoting
    text = written(rows, delimiter=SEPARATORS[separator], quoting=quoting, lineterminator=ending)
    assert cells(read(text, separator)) == rows


@given(tables(ODD), st.sampled_from(list(SEPARATORS)))
@settings(max_examples=300, deadline=None)
def test_what_is_written_with_backslashes_is_read_back(rows: list[list[str]], separator: str) -> None:
    """Where doubled quotes do not fit just as well."""
    sign = SEPARATORS[separator]
    text = written(rows, delimiter=sign, quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\")
    try:
        doubled = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True))
        assume(doubled[1:] == rows)
    except csv.Error:
        pass
    assert cells(read(text, separator)) == rows


@given(tables(st.text(st.sampled_from("abü \"';.,"), max_size=8)), st.sampled_from(["tab", "semicolon", "pipe"]))
@settings(max_examples=200, deadline=None)
def test_the_separator_is_found(rows: list[list[str]], separator: str) -> None:
    """Of quoted cells, whatever other separators they hold."""
    text = written(rows * 3, delimiter=SEPARATORS[separator], quoting=csv.QUOTE_ALL)
    assert cells(read(text)) == rows * 3


@given(tables(ODD.map(lambda cell: cell.replace(" ", ""))), st.sampled_from(["comma", "semicolon", "pipe"]))
@settings(max_examples=200, deadline=None)
def test_blanks_before_quoted_cells_change_nothing(rows: list[list[str]], separator: str) -> None:
    """With a blank after each separator."""
    quoted = [[f'"{cell}"'.replace('"', '""')[1:-1] for cell in row] for row in rows]
    text = "\n".join(f"{SEPARATORS[separator]} ".join(row) for row in [NAMES[: len(rows[0])], *quoted])
    assert cells(read(text, separator)) == rows


@given(st.lists(st.text(st.sampled_from('ab "'), max_size=8), min_size=1, max_size=12), st.sampled_from("\t,"))
@settings(max_examples=300, deadline=None)
def test_stray_quotation_marks_join_no_lines(texts: list[str], sign: str) -> None:
    """Written without any quoting and numbered, each line is a row, whatever marks its text has."""
    text = "\n".join(["id" + sign + "text", *(f"{i}{sign}{each}" for i, each in enumerate(texts, 1))])
    table = read(text, "tab" if sign == "\t" else "comma")
    assert [row[0] for row in cells(table)] == [str(i) for i in range(1, len(texts) + 1)]
    letters = "".join(str(row[1] or "") for row in cells(table))
    assert letters.replace('"', "").replace(" ", "") == "".join(texts).replace('"', "").replace(" ", "")


@given(st.lists(st.one_of(st.just(["x"]), st.lists(ODD, min_size=2, max_size=3)), min_size=1, max_size=10))
@settings(max_examples=200, deadline=None)
def test_the_lines_that_are_named_are_right(rows: list[list[str]]) -> None:
    """A row of the wrong length is named by the line on which it begins."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(NAMES[:2])
    short = []
    for row in rows:
        if len(row) == 1:
            short.append(buffer.getvalue().count("\n") + 1)
        writer.writerow([f"x{row[0]}", *row[1:]])
    notes = " ".join(read(buffer.getvalue(), "comma").reading.notes)
    assert ("fewer than 2 cells" in notes) == bool(short)
    if 0 < len(short) < 6:
        assert f"{'line' if len(short) == 1 else 'lines'} {', '.join(map(str, short))}." in notes


VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")),
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.none(),
)


@given(
    st.lists(st.lists(VALUES, min_size=3, max_size=3).map(lambda row: ["x", *row]), min_size=1, max_size=6),
    st.integers(0, 2),
)
@settings(max_examples=60, deadline=None)
def test_what_openpyxl_writes_is_read_back(rows: list[list[Any]], empty: int) -> None:
    """Texts, numbers and truths, from the first sheet with cells; a text that is a formula stays one."""
    book = Workbook()
    for _ in range(empty):
        book.create_sheet("empty", 0)
    sheet = book.worksheets[-1]
    for row in [NAMES, *rows]:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    found = parse(buffer.getvalue(), ".xlsx", Options(header=True))
    assert [[cell or None for cell in row] for row in cells(found)] == [[cell or None for cell in row] for row in rows]
    assert found.reading.sheet == sheet.title


@given(
    st.lists(
        st.dictionaries(st.sampled_from(NAMES), st.one_of(VALUES, st.lists(st.integers(), max_size=3)), min_size=1),
        min_size=1,
    ),
    st.sampled_from(["lines", "array", "indented", "object"]),
)
@settings(max_examples=150, deadline=None)
def test_json_is_read_back(objects: list[dict[str, Any]], form: str) -> None:
    """In every form, with every key; a list is its text."""
    text = {
        "lines": "\n".join(map(json.dumps, objects)),
        "array": json.dumps(objects),
        "indented": json.dumps(objects, indent=2),
        "object": json.dumps({"rows": objects, "next": None}),
    }[form]
    kept = [each for each in objects if any(value not in (None, "") for value in each.values())]
    assume(kept)
    table = parse(text.encode(), ".json", Options())
    for found, each in zip(table.frame.to_dict("records"), kept, strict=True):
        assert {name: value for name, value in found.items() if value is not None} == {
            name: json.dumps(value) if isinstance(value, list) else value
            for name, value in each.items()
            if value is not None
        }


SIGNS = [bytes([sign]) for sign in b"\"',\t;|\n\r\\[]{}1 \0\xe9\xd8\x81"]
PIECES = [*SIGNS, b"id,text\n", b'{"a":', b"sep=;\n", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04", b"# ", "ü".encode()]


@given(
    st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join)),
    st.sampled_from([".csv", ".tsv", ".txt", ".json", ".jsonl", ".xlsx"]),
    st.sampled_from([None, True, False]),
)
@example(b"\xff\xfe\x00", ".csv", None)
@example(b"[", ".json", None)
@example(b"sep=;", ".csv", None)
@example(b",\n,\n,", ".csv", None)
@example(b'"', ".csv", None)
@settings(max_examples=1_500, deadline=None)
def test_no_bytes_end_in_an_error_of_the_program(data: bytes, ending: str, header: bool | None) -> None:
    """They are a table within the limits, or refused in words."""
    try:
        table = parse(data, ending, Options(header=header))
    except InputError:
        return
    assert 0 < len(table) <= ROW_LIMIT
    assert 0 < len(table.columns) <= COLUMN_LIMIT + 1
    assert len(set(table.columns)) == len(table.columns)
    assert all(isinstance(cell, str | int | float | bool | None) for row in cells(table) for cell in row)
    str(table.reading).encode()


@pytest.mark.parametrize("form", ["stray", "titled", "spaced", "array", "lists"])
@pytest.mark.parametrize("over", [0, 1])
def test_the_limit_of_rows_holds(form: str, over: int) -> None:
    """With stray marks, below a title, in an array: 10,000 rows are read, one more is refused."""
    count = ROW_LIMIT + over
    text = {
        "stray": "id,text\n" + '1,"a, b"\n' * (count - 1) + '2,"oops\n',
        "titled": "My report\n\nid,text\n" + "1,good\n" * count,
        "spaced": "id, text\n" + '1, "a"\n' * count,
        "array": json.dumps([{"text": "good"}] * count),
        "lists": json.dumps([["id", "text"], *[[1, "good"]] * count]),
    }[form]
    ending = ".csv" if form in ("stray", "titled", "spaced") else ".json"
    if not over:
        assert len(parse(text.encode(), ending, Options())) == count
        return
    with pytest.raises(InputError, match=r"has 10,00[12] rows; at most 10,000 are allowed"):
        parse(text.encode(), ending, Options())


def test_rows_far_past_the_limit_are_all_counted() -> None:
    """Those of several lines once, whether or not a mark is stray."""
    text = "id,text\n" + '1,"a\nb"\n2,c\n\n3,"d\n' * 20_000 + '4,"e, f"\n'
    with pytest.raises(InputError, match="has 60,001 rows"):
        parse(text.encode(), ".csv", Options())


@pytest.mark.parametrize(
    "text",
    [
        "id,text\n" + '1,"' + "a" * 200_000 + '" b\n2,"c, d"\n3,"e, f"\n',
        "id,text\n" + "1, " * 101 + '"x\n',
        "sep=;\n" + ";".join(f"c{i}" for i in range(101)) + "\n",
        json.dumps([{f"c{i}": 1 for i in range(101)}]),
        json.dumps([list("x" * 101)]),
    ],
)
def test_the_limits_of_cells_and_columns_hold(text: str) -> None:
    """Whichever reader reads them."""
    with pytest.raises(InputError, match=r"has a cell of more than|at most 100 are allowed"):
        parse(text.encode(), ".csv", Options())


def test_marks_that_close_nothing_take_no_time_of_their_own() -> None:
    """Four times as many take about four times as long, on one line or on many."""
    for start, piece in (('id,text\n1,"', '",x"'), ("id,text\n", '1,"""a\n'), ("", '"a,'), ("id,text\n1", ',"')):
        spent = []
        for count in (10_000, 40_000):
            # The best of three, since other programs take from the caches.
            tries = []
            for _ in range(3):
                began = time.process_time()
                with contextlib.suppress(InputError):
                    parse((start + piece * count).encode(), ".csv", Options())
                tries.append(time.process_time() - began)
            spent.append(min(tries))
        assert spent[1] < 10 * spent[0] + 0.5
