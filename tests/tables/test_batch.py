"""The batch engine on tasks of its own, and every task that is offered on tiny models."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from models.runtime.cache import BudgetError, ModelCache
from models.runtime.limits import InputError, check_text
from models.runtime.progress import Report, Stage, Stopped
from models.tasks.registry import TASKS
from models.tasks.spec import Cell, Result, Row, RowTask
from tables.batch import ERROR, Batch, Progress, make_batch
from tables.table import Options, Reading, Table, parse
from tests import tiny

SENTENCE = "the ferry left the harbour at nine and came back at noon with forty people and a dog. "


def table(*texts: Cell, faults: dict[int, str] | None = None) -> Table:
    """A table of one column called text."""
    return Table(pd.DataFrame({"text": list(texts)}, dtype=object), Reading("CSV"), faults or {})


def check(text: object) -> None:
    """Refuse what no model can read."""
    check_text(text, "text")


class Counting:
    """A task that returns the length of its texts, fails at some of them, and notes its groups."""

    def __init__(self, fails_at: str = "boom", error: Exception | None = None) -> None:
        self.groups: list[int] = []
        self.fails_at, self.error = fails_at, error or ValueError("boom")
        self.task = RowTask(("length",), check, self.run, 4, 16)

    def run(self, rows: Sequence[Row], report: Report) -> list[Result]:
        """The length of each text."""
        self.groups.append(len(rows))
        if any(self.fails_at in row["text"] for row in rows):
            raise self.error
        return [{"length": len(row["text"])} for row in rows]


def results(batch: Batch, start: int = 0, **more: Any) -> list[Result]:
    """All results of `batch`."""
    return [result for group in batch.run(start, **more) for result in group]


class Clock:
    """A clock that goes on by `step` seconds each time somebody looks."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.mark.parametrize(
    ("step", "groups"), [(0.001, [4, 8, 16, 16]), (10.0, [4, 4, 4]), (0.1, [4, 4, 4]), (0.05, [4, 8, 16])]
)
def test_a_group_is_as_large_as_its_time_allows(step: float, groups: list[int]) -> None:
    """Fast rows make larger groups, up to what the task takes; slow ones make the smallest that are worth it."""
    counting = Counting()
    assert len(results(Batch(table(*["x"] * 100), counting.task, {"text": "text"}), clock=Clock(step))) == 100
    assert counting.groups[: len(groups)] == groups
    assert sum(counting.groups) == 100


def test_a_bad_row_carries_its_error_and_the_rest_go_on() -> None:
    """Unreadable texts are reported at their rows, an unexpected error too, and none of them stops its neighbours."""
    texts = ["good", "", "nul\0", "boom", None, "x" * 10_001, 7, True, "fine"]
    found = results(Batch(table(*texts, faults={8: "Line 9 is no JSON object."}), Counting().task, {"text": "text"}))
    assert [row.get("length") for row in found] == [4, None, None, None, None, None, 1, 4, None]
    assert [bool(row[ERROR]) for row in found] == [False, True, True, True, True, True, False, False, True]
    assert found[1][ERROR] == "text is empty. Type some words."
    assert found[3][ERROR] == "The server failed to process this row. The error is in its log."
    assert found[5][ERROR] == "text has 10,001 characters; at most 10,000 are allowed."
    assert found[8][ERROR] == "Line 9 is no JSON object."


def test_a_row_for_which_memory_runs_out_says_so() -> None:
    """The others of its group are read alone."""
    counting = Counting(error=MemoryError())
    found = results(Batch(table("good", "boom", "fine"), counting.task, {"text": "text"}))
    assert [row.get("length") for row in found] == [4, None, 4]
    assert found[1][ERROR] == "Memory ran out at this row. Shorten it."
    assert counting.groups == [3, 1, 1, 1]


@pytest.mark.parametrize("error", [BudgetError("too large"), Stopped()])
def test_what_stops_every_row_stops_the_batch(error: Exception) -> None:
    """No row is blamed where no model is there."""
    with pytest.raises(type(error)):
        results(Batch(table("good", "boom"), Counting(error=error).task, {"text": "text"}))


def test_a_stopped_batch_goes_on_where_it_was() -> None:
    """What was done before and what is done afterwards make up the whole, once each."""
    batch = Batch(table(*["x" * i for i in range(1, 61)]), Counting().task, {"text": "text"})
    running = batch.run(clock=Clock(0.001))
    kept = [*next(running), *next(running)]
    running.close()
    assert 0 < len(kept) < 60
    whole = kept + results(batch, len(kept), clock=Clock(0.001))
    assert [row["length"] for row in whole] == list(range(1, 61))


def test_between_groups_the_batch_can_be_ended() -> None:
    """What `between` raises ends it, after whole groups."""
    kept: list[Result] = []

    def between() -> None:
        if kept:
            raise Stopped

    running = Batch(table(*["x"] * 100), Counting().task, {"text": "text"}).run(between=between)
    kept += next(running)
    with pytest.raises(Stopped):
        next(running)
    assert len(kept) == 4


def test_the_visitors_columns_stand_beside_the_results() -> None:
    """As they were, with the new ones after them; a name that is there already gets a number."""
    own = parse(b"id,length,text\n1,short,abc\n2,short,\n3,long,abcd\n", ".csv", Options())
    batch = Batch(own, Counting().task, {"text": "text"})
    joined = batch.joined(results(batch)[:2])
    assert list(joined.columns) == ["id", "length", "text", "length (2)", ERROR] == batch.names
    assert joined.iloc[0].tolist() == ["1", "short", "abc", 3, ""]
    assert joined.iloc[1].tolist()[:4] == ["2", "short", "", None]
    assert batch.joined(results(batch)[2:], 2).iloc[0].tolist() == ["3", "long", "abcd", 4, ""]
    assert joined.iloc[1][ERROR]


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(0, 100), "0 of 100 rows"),
        (Progress(3_200, 10_000, 2, 200, 1.0), "3,200 of 10,000 rows · 2 with an error · 200 rows/s · 34 s left"),
        (Progress(2, 10_000, 0, 2, 3.0), "2 of 10,000 rows · 0.7 rows/s · 4 h 10 min left"),
        (Progress(40, 40, 0, 40, 4.0), "40 of 40 rows · 10 rows/s"),
    ],
)
def test_progress_shows_the_time_that_is_left(progress: Progress, words: str) -> None:
    """By the pace so far."""
    assert str(progress) == words


def test_a_missing_column_is_named(tiny_cache: ModelCache) -> None:
    """With the columns that there are, at the argument that needs it, before any model loads."""
    own = parse(b"id,review\n1,good\n", ".csv", Options())
    with pytest.raises(InputError, match=r"no column “comment” for text\. The file has “id”, “review”") as caught:
        make_batch(tiny_cache, own, "sentiment", {"text": "comment"}, {})
    assert caught.value.field == "text"
    with pytest.raises(InputError, match="Choose the column of the context") as caught:
        make_batch(tiny_cache, own, "answer", {"question": "review"}, {})
    assert caught.value.field == "context"
    assert tiny_cache.status().misses == 0


OFFERED: list[tuple[str, dict[str, Any], dict[str, Callable[[Any], bool]]]] = [
    (
        "sentiment",
        {},
        {
            "sentiment": lambda value: value in ("negative", "neutral", "positive"),
            "score": lambda value: value >= 1 / 3,
        },
    ),
    ("labels", {"labels": ["ships", "dogs"]}, {"label": lambda value: value in ("ships", "dogs")}),
    ("labels", {"labels": ["score"], "multiple": True}, {"score: score": lambda value: 0 <= value <= 1}),
    ("answer", {}, {"found": lambda value: value in ("answer", "no answer"), "no_answer": lambda p: 0 <= p <= 1}),
    ("translate", {}, {"translation": lambda value: isinstance(value, str)}),
    ("summarize", {"method": "extractive"}, {"summary": lambda value: value.startswith("the ferry")}),
    ("summarize", {"method": "abstractive"}, {"summary": lambda value: isinstance(value, str)}),
    ("chat", {"new_tokens": 3}, {"tokens": lambda value: value <= 3}),
]


@pytest.mark.parametrize(("name", "options", "expected"), OFFERED)
def test_every_task_runs(name: str, options: dict[str, Any], expected: dict[str, Callable[[Any], bool]]) -> None:
    """Each row gets all the columns that the task promises, a bad row its reason, and nothing stays leased."""
    cache = tiny.cache()
    columns = next(task.table for task in TASKS if task.name == name).columns
    frame = pd.DataFrame([[SENTENCE * 3 for _ in columns], ["" for _ in columns]], columns=list(columns), dtype=object)
    batch = make_batch(cache, Table(frame, Reading("CSV")), name, {each: each for each in columns}, options)
    good, bad = results(batch)
    assert good[ERROR] == ""
    assert good.keys() == {*batch.task.columns, ERROR}
    for column, test in expected.items():
        assert test(good[column])
    assert "is empty" in str(bad[ERROR])
    assert {batch.task.label, batch.task.score, batch.task.length} <= {"", *batch.task.columns}
    assert [model.leases for model in cache.status().models if model.leases] == []


def test_languages_come_from_columns_or_are_the_same_for_all() -> None:
    """Rows of either direction in one table, a row of an unknown one with its error."""
    cache = tiny.cache()
    cells = [["a dog.", "en", "pt"], ["um cão.", "pt", "en"], ["a dog.", "en", "xx"], ["a cat.", "en", "pt"]]
    own = Table(pd.DataFrame(cells, columns=["text", "from", "to"], dtype=object), Reading("CSV"))
    batch = make_batch(cache, own, "translate", {"text": "text", "source": "from", "target": "to"}, {})
    found = results(batch)
    assert [bool(row[ERROR]) for row in found] == [False, False, True, False]
    assert "There is no model for 'en' to 'xx'" in str(found[2][ERROR])
    same = results(make_batch(cache, own, "translate", {"text": "text"}, {"source": "en", "target": "pt"}))
    assert (same[0]["translation"], same[3]["translation"]) == (found[0]["translation"], found[3]["translation"])


@pytest.mark.parametrize(
    ("name", "options", "field"),
    [
        ("magic", {}, "task"),
        ("labels", {"labels": ["one"]}, "labels"),
        ("translate", {"source": "en", "target": "xx"}, "Languages"),
        ("summarize", {"method": "magic"}, "method"),
        ("chat", {"new_tokens": 10**9}, "new_tokens"),
    ],
)
def test_a_wrong_option_is_refused_at_once(name: str, options: dict[str, Any], field: str) -> None:
    """And not at every row."""
    columns = {"text": "text", "message": "text"}
    with pytest.raises(InputError) as caught:
        make_batch(tiny.cache(), table("good"), name, columns, options)
    assert caught.value.field == field


def test_a_task_asks_between_steps_whether_to_go_on() -> None:
    """A summary is long work: it asks more than once, so that Stop does not wait for its end."""
    asked: list[Stage] = []
    batch = make_batch(tiny.cache(), table(SENTENCE * 9), "summarize", {"text": "text"}, {"method": "abstractive"})
    results(batch, report=asked.append)
    assert sum(stage.action == "Running" for stage in asked) > 3
