"""The Batch tab without a browser: what is read from its form, and what its table, charts and files hold."""

import json
from pathlib import Path
from typing import Any

import gradio as gr
import orjson
import pandas as pd
import pytest
from openpyxl import Workbook

from demos.batch.form import BatchForm, batch_form, guess
from demos.batch.opening import EXAMPLES, example, reviews_of
from demos.batch.page import ENDINGS, HEADERS, Upload, batch_page, options_of
from demos.batch.results import BINS, batch_results, histogram, nice, shares
from demos.batch.table import CELL_LETTERS, as_value, fitting
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError
from models.tasks.drafts.adapter import DRAFT_LIMIT
from models.tasks.registry import TASKS
from models.tasks.spec import Option, by_name
from tables.batch_service import BatchService
from tables.jobs import Job
from tables.table import Options, parse, read_table, sheet_names

SCRIPT = "<img src=x onerror=alert(1)>"
VALUES: dict[str, Any] = {
    "task": "sentiment",
    "first": "text",
    "second": None,
    "source": "en",
    "target": "pt",
    "labels": "",
    "multiple": False,
    "method": "extractive",
    "length": "short",
    "system": "",
    "temperature": 0,
    "top_p": 1,
    "seed": 1,
    "new_tokens": 64,
}


def job(text: str) -> Job:
    """A job over the CSV in `text`."""
    return Job("table", parse(text.encode(), ".csv", Options()))


@pytest.fixture(scope="module")
def form() -> BatchForm:
    """The form on a page."""
    with gr.Blocks():
        return batch_form(TASKS, DEFAULT_LIMITS)


def values(form: BatchForm, **changed: Any) -> list[Any]:
    """The values of the form's fields."""
    return [(VALUES | changed)[name] for name in form.names]


@pytest.mark.parametrize(
    ("changed", "columns", "options"),
    [
        ({}, {"text": "text"}, {}),
        ({"first": None}, {}, {}),
        ({"task": "answer", "first": "q", "second": "c"}, {"question": "q", "context": "c"}, {}),
        ({"task": "translate"}, {"text": "text"}, {"source": "en", "target": "pt"}),
        ({"task": "translate", "target": "to"}, {"text": "text", "target": "to"}, {"source": "en"}),
        (
            {"task": "labels", "labels": "a, b\nc,, ", "multiple": True},
            {"text": "text"},
            {"labels": ["a", "b", "c"], "multiple": True},
        ),
        ({"task": "summarize", "length": "long"}, {"text": "text"}, {"method": "extractive", "length": "long"}),
        ({"task": "chat", "first": "m"}, {"message": "m"}, {"new_tokens": 64}),
    ],
)
def test_each_task_reads_its_own_fields(
    form: BatchForm, changed: dict[str, Any], columns: dict[str, str], options: dict[str, Any]
) -> None:
    """Columns by the names of the arguments, and only the options of this task."""
    given = values(form, **changed)
    assert form.read(given) == (given[0], columns, options)


def test_an_error_stands_at_the_field_that_shows_it(form: BatchForm) -> None:
    """The columns' arguments have other names than the pickers."""
    assert form.field_of(InputError("context", "no"), "answer") == "second"
    assert form.field_of(InputError("message", "no"), "chat") == "first"
    assert form.field_of(InputError("Languages", "no"), "translate") == "source"
    assert form.field_of(InputError("labels", "no"), "labels") == "labels"
    for task in TASKS:
        assert all(form.field_of(InputError(name, "no"), task.name) in form.names for name in task.table.columns)
    with pytest.raises(InputError, match="task must be one of"):
        form.read(values(form, task="magic"))


def test_a_field_has_the_range_of_its_task(form: BatchForm) -> None:
    """A reply may be as long as the server allows, a draft only as long as a draft may be."""
    field = form.inputs["new_tokens"]
    assert form.fill(None, "chat")[field]["maximum"] == DEFAULT_LIMITS.new_tokens
    assert form.fill(None, "continue")[field]["maximum"] == DRAFT_LIMIT < DEFAULT_LIMITS.new_tokens
    assert form.fill(None, "sentiment")[field]["visible"] is False


def test_options_of_one_name_are_one_field() -> None:
    """Two that are set in different ways would show the wrong one."""
    narrow, wide = Option("size", "Size", "number", 1, high=2), Option("size", "Size", "number", 1, high=3)
    assert by_name([narrow, wide]) == by_name([wide, narrow]) == {"size": wide}
    with pytest.raises(ValueError, match="option 'size' that is set in different ways"):
        by_name([narrow, Option("size", "Size", "text", "")])


@pytest.mark.parametrize(
    ("header", "argument", "column"),
    [
        ("id,review,label", "text", "review"),
        ("Text,id,label", "text", "Text"),
        ("a,b,c", "text", "b"),
        ("question,passage,id", "context", "passage"),
        ("question,passage,id", "question", "question"),
    ],
)
def test_the_column_is_guessed(header: str, argument: str, column: str) -> None:
    """By its name, else by the length of what is in it."""
    table = job(f"{header}\n1,the longest of the three cells,x\n2,another long one here,y\n")
    assert guess(table, argument) == column


def test_the_way_of_reading_is_what_was_chosen() -> None:
    """Whatever is to be found out is left open."""
    assert options_of("found out", "found out", "found out") == Options()
    assert options_of("UTF-16", "tab", "none") == Options("UTF-16", "tab", header=False)
    assert options_of("found out", "found out", "found out", "Films") == Options(sheet="Films")
    assert [HEADERS[name] for name in HEADERS] == [None, True, False]


def test_cells_are_text_or_numbers_never_markup() -> None:
    """Each column says which, long cells are cut, and half a surrogate pair does not break the page."""
    frame = pd.DataFrame({"text": [SCRIPT, "x" * 500, "\ud800"], "score": [0.123456, 1, None]}, dtype=object)
    shown = as_value(frame)
    assert shown.datatype == ["str", "number"]
    value = shown.value
    assert value["data"][0] == [SCRIPT, 0.1235]
    assert len(value["data"][1][0]) == CELL_LETTERS + 1
    assert json.dumps(value["data"][2]).isascii()
    value["data"][2][0].encode()


def test_a_number_that_the_page_cannot_hold_is_shown_as_its_text() -> None:
    """JavaScript would round it, and a message of the page holds none beyond 64 bits."""
    huge = 123_456_789_012_345_678_901_234_567_890
    shown = as_value(pd.DataFrame({"id": [2**53 - 1, 2**53, -huge, 10**400]}, dtype=object))
    cells = [row[0] for row in shown.value["data"]]
    assert cells[:3] == [2**53 - 1, str(2**53), str(-huge)]
    assert len(cells[3]) == CELL_LETTERS + 1
    assert shown.datatype == ["str"]
    assert orjson.loads(orjson.dumps(cells)) == cells


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["10", "9", "-1.5", ""], [10, 9, -1.5, None]),
        (["007", "8"], ["007", "8"]),
        (["1.50", "2"], ["1.50", "2"]),
        (["1", "two"], ["1", "two"]),
        (["1234567890123456", "2"], ["1234567890123456", "2"]),
        (["", ""], ["", ""]),
    ],
)
def test_numbers_in_a_file_are_numbers(cells: list[str], shown: list[object]) -> None:
    """So that the table sorts them by size; what would look otherwise as a number stays the text that it is."""
    value = as_value(pd.DataFrame({"id": cells}, dtype=object)).value
    assert [row[0] for row in value["data"]] == shown


def test_a_page_gets_as_much_as_it_can_take() -> None:
    """The rest is in the files."""
    frame = pd.DataFrame({"text": ["x" * 1_000] * 20_000}, dtype=object)
    assert 5_000 < len(fitting(frame)) < 20_000
    assert len(fitting(frame.head(100))) == 100


def test_shares_count_every_label() -> None:
    """Several in one row count each, and so does none."""
    found = shares(["a", "a, b", "", "a"])
    assert dict(zip(found["label"], found["rows"], strict=True)) == {"a": 3, "b": 1, "none": 1}


def test_no_label_has_a_name_in_the_visitors_language(chinese_visitor: None) -> None:
    """The chart is on their page."""
    assert list(shares([""])["label"]) == ["无"]


def test_a_histogram_counts_every_value_once() -> None:
    """Bins of equal width from 0, the greatest value in the last."""
    scores = histogram([0.0, 0.5, 0.99, 1.0, None, "x"], 1.0)
    assert scores["rows"].sum() == 4
    assert scores["middle"].iloc[0] == pytest.approx(0.5 / BINS)
    assert scores["rows"].iloc[-1] == 2
    lengths = histogram([3, 390, 380])
    assert lengths["rows"].sum() == 3
    assert lengths.attrs["width"] == 20
    assert histogram([]).empty


@pytest.mark.parametrize(("value", "expected"), [(0, 20), (20, 20), (21, 40), (101, 200), (399, 400), (1_001, 2_000)])
def test_an_axis_ends_at_a_round_number(value: float, expected: float) -> None:
    """At 2, 4 or 10 times a power of ten."""
    assert nice(value) == expected


def test_the_files_hold_everything(tiny_cache: ModelCache) -> None:
    """All rows and columns, the CSV inert and marked as UTF-8, JSON Lines as the cells were."""
    desk = BatchService(tiny_cache)
    with gr.Blocks():
        results = batch_results()
        source = job("id,text\n1,=1+1 für\n2,\n")
        secret = desk.jobs.keep(source)
        list(desk.turn(desk.begin(secret, "sentiment", {"text": "text"}, {})))
        updates = results.whole(source)
    csv_file, json_file = Path(updates[results.csv].value["path"]), Path(updates[results.json_lines].value["path"])
    assert (csv_file.name, json_file.name) == ("table-sentiment.csv", "table-sentiment.jsonl")
    rows = csv_file.read_bytes().decode("utf-8-sig").splitlines()
    assert rows[0] == "id,text,sentiment,score,negative,neutral,positive,error"
    assert rows[1].startswith("1,'=1+1 für,")
    assert rows[2] == "2,,,,,,,text is empty. Type some words."
    assert csv_file.read_bytes().startswith(b"\xef\xbb\xbf")
    lines = [json.loads(line) for line in json_file.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["text"] == "=1+1 für"
    assert lines[1]["sentiment"] is None
    assert updates[results.charts].visible


def test_the_page_shows_results_in_the_visitors_language(tiny_cache: ModelCache, chinese_visitor: None) -> None:
    """Names, labels and messages of ours are Chinese in the table, and English in the files; the visitor's own stay."""
    desk = BatchService(tiny_cache)
    with gr.Blocks():
        results = batch_results()
        source = job("score,text\nnegative,good\npositive,\n")
        list(desk.turn(desk.begin(desk.jobs.keep(source), "sentiment", {"text": "text"}, {})))
        updates = results.whole(source)
        newest = results.newest(source)[results.table].value
    shown = updates[results.table].value
    assert (
        shown["headers"] == newest["headers"] == ["score", "text", "情感", "得分 (2)", "消极", "中性", "积极", "错误"]
    )
    assert shown["data"][0][0] == "negative"
    assert shown["data"][0][2] in ("消极", "中性", "积极")
    assert shown["data"][1][-1] == "文本为空。请输入一些文字。"
    csv = Path(updates[results.csv].value["path"]).read_text(encoding="utf-8-sig")
    assert csv.startswith("score,text,sentiment,score (2),negative,neutral,positive,error")
    assert updates[results.shares].value["data"][0][0] in ("消极", "中性", "积极")


def test_labels_of_a_visitor_are_not_translated(tiny_cache: ModelCache, chinese_visitor: None) -> None:
    """They are the visitor's words, though they may be ours too."""
    desk = BatchService(tiny_cache)
    with gr.Blocks():
        results = batch_results()
        source = job("text\ngood\n")
        options = {"labels": ["negative", "praise"], "multiple": False}
        list(desk.turn(desk.begin(desk.jobs.keep(source), "labels", {"text": "text"}, options)))
        shown = results.whole(source)[results.table].value
    assert shown["data"][0][1] in ("negative", "praise")


def test_the_sheets_are_offered_where_there_are_several(tmp_path: Path) -> None:
    """With the one that was read; a job that is found again has no file to read another from."""
    path = tmp_path / "book.xlsx"
    book = Workbook()
    book.create_sheet("Films").append(["text"])
    book["Films"].append(["good"])
    book.save(path)
    several = Job("book", read_table(path))
    with gr.Blocks():
        page = batch_page(TASKS, DEFAULT_LIMITS)
        shown = page.opened(several, "secret", "sentiment")[page.sheet]
        again = page.opened(several, "secret", "sentiment", file=False)[page.sheet]
        single = page.opened(job("text\ngood\n"), "secret", "sentiment")[page.sheet]
        refused = page.without_table("sentiment", "It is empty.", sheet_names(path), "Sheet")[page.sheet]
    assert [choice for choice, _ in shown.choices] == ["Sheet", "Films"]
    assert (shown.value, shown.visible) == ("Films", True)
    assert (again.visible, single.visible) == (False, False)
    assert (refused.value, refused.visible) == ("Sheet", True)


@pytest.mark.parametrize("held", [b"", b"text\ngood\n", b"PK\x03\x04 and nothing"])
def test_what_is_no_workbook_has_no_sheets(tmp_path: Path, held: bytes) -> None:
    """Whatever its name."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(held)
    assert sheet_names(path) == ()


def test_an_upload_is_its_path() -> None:
    """Nothing is left behind in the folder of uploads."""

    upload = Upload(file_types=ENDINGS)
    assert upload.preprocess(None) is None
    assert upload.preprocess(gr.FileData(path="/tmp/table.csv")) == "/tmp/table.csv"


def test_the_example_is_read() -> None:
    """Whatever the task, its texts are found."""
    table = job(EXAMPLES["en"].read_text(encoding="utf-8"))
    assert len(table.table) == 24
    assert guess(table, "text") == "review"
    assert table.table.reading.notes == ()


def test_the_example_has_chinese_columns_for_who_reads_chinese(chinese_visitor: None) -> None:
    """Its rows have the same reviews, so that what was made of them beforehand is theirs too."""
    mine, english = example(), job(EXAMPLES["en"].read_text(encoding="utf-8"))
    assert list(mine.table.columns) == ["商品", "星级", "英文评论"]
    assert list(mine.table.frame[reviews_of(mine)["text"]]) == list(english.table.frame["review"])


def test_the_example_is_read_once() -> None:
    """Every visitor's job over it has the same table, and takes no room of uploads."""
    mine, theirs = example(), example()
    assert mine is not theirs
    assert mine.table is theirs.table
    assert mine.example


def test_a_number_that_a_browser_cannot_hold_is_a_text() -> None:
    """Its last digits would be others, and Gradio sends none of more than 64 bits."""
    lines = '{"id": 9007199254740993, "n": 1}\n{"id": ' + "1" * 30 + ', "n": 2}\n'
    shown = as_value(parse(lines.encode(), ".jsonl", Options()).frame).value
    assert shown["data"] == [["9007199254740993", 1], ["1" * 30, 2]]
