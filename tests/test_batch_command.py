"""A batch on the command line, on tiny models."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

import batch_command
import model_setup
import settings
from models.runtime.cache import ModelCache
from models.tasks.spec import Result
from tables.batch import Batch
from tests import tiny

REVIEWS = "id,comment\n1,a good film\n2,\n3,=1+1 is what it says\n"


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """A file of three reviews, one of them empty."""
    path = tmp_path / "reviews.csv"
    path.write_text(REVIEWS, encoding="utf-8")
    return path


def tiny_models(chosen: settings.Settings) -> ModelCache:
    """A cache of tiny models, whatever is chosen."""
    return tiny.cache()


def run(*arguments: object) -> None:
    """`python app.py batch` with these arguments."""
    batch_command.main([str(argument) for argument in arguments], tiny_models)


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_results_stand_beside_the_own_columns(reviews: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file has every row in order, a bad one with its error, and a formula is inert."""
    out = reviews.with_name("out.csv")
    run("--task", "sentiment", reviews, "--text", "comment", "--out", out)
    found = rows(out)
    assert list(found[0]) == ["id", "comment", "sentiment", "score", "negative", "neutral", "positive", "error"]
    assert [row["id"] for row in found] == ["1", "2", "3"]
    assert [row["error"] for row in found] == ["", "text is empty. Type some words.", ""]
    assert found[2]["comment"] == "'=1+1 is what it says"
    output = capsys.readouterr()
    assert output.out == ""
    assert "reviews.csv: CSV · UTF-8 · separator: comma" in output.err
    assert "3 of 3 rows · 1 with an error" in output.err


def test_without_a_name_the_results_are_printed(reviews: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing else is, so that another program can read them."""
    run("--task", "sentiment", reviews, "--text", "comment")
    assert len(list(csv.DictReader(capsys.readouterr().out.splitlines()))) == 3


def test_json_lines_are_written_where_the_name_says_so(reviews: Path) -> None:
    """Numbers are numbers there."""
    out = reviews.with_name("out.jsonl")
    run("--task", "labels", reviews, "--text", "comment", "--labels", "films, food", "--out", out)
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert found[0]["label"] in ("films", "food")
    assert found[0]["score: films"] + found[0]["score: food"] == pytest.approx(1, abs=1e-5)
    assert found[1]["error"]


def test_a_language_is_a_code_or_a_column(tmp_path: Path) -> None:
    """A column of that name comes first."""
    path, out = tmp_path / "lines.tsv", tmp_path / "out.csv"
    path.write_text("line\tto\na dog.\tpt\na cat.\txx\n", encoding="utf-8")
    run("--task", "translate", path, "--text", "line", "--source", "en", "--target", "to", "--out", out)
    assert [bool(row["error"]) for row in rows(out)] == [False, True]
    run("--task", "translate", path, "--text", "line", "--target", "pt", "--out", out)
    assert [row["error"] for row in rows(out)] == ["", ""]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_stopped_run_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """What is written stays, and the second run adds just what is missing."""
    path, out, whole = tmp_path / "many.csv", tmp_path / f"out.{ending}", tmp_path / f"whole.{ending}"
    path.write_text("comment\n" + "".join(f"film number {i}\n" for i in range(40)), encoding="utf-8")
    arguments = ["--task", "sentiment", path, "--text", "comment", "--out"]
    run(*arguments, whole)
    joined = Batch.joined

    def interrupted(self: Batch, results: Sequence[Result], start: int = 0) -> Any:
        if start:
            raise KeyboardInterrupt
        return joined(self, results, start)

    monkeypatch.setattr(Batch, "joined", interrupted)
    with pytest.raises(SystemExit, match="go on with --resume"):
        run(*arguments, out)
    monkeypatch.setattr(Batch, "joined", joined)
    kept = out.read_text(encoding="utf-8")
    assert whole.read_text(encoding="utf-8").startswith(kept)
    assert kept.count("\n") < 41
    run(*arguments, out, "--resume")
    ours, theirs = (path.read_text(encoding="utf-8").splitlines() for path in (out, whole))
    assert [line.split(",")[0] for line in ours] == [line.split(",")[0] for line in theirs]
    assert out.read_text(encoding="utf-8").startswith(kept)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_half_a_row_is_written_again(tmp_path: Path, ending: str) -> None:
    """Wherever a run was cut off: within a row, a character, or a cell of several lines."""
    path, out, whole = tmp_path / "many.csv", tmp_path / f"out.{ending}", tmp_path / f"whole.{ending}"
    path.write_text('comment\n"one\nfür ""two"""\n"three\n\n\u2028four"\nfive\n', encoding="utf-8")
    arguments = ["--task", "sentiment", path, "--text", "comment", "--out"]
    run(*arguments, whole)
    written = whole.read_bytes()

    def comments() -> list[str]:
        if ending == "csv":
            return [row["comment"] for row in rows(out)]
        return [json.loads(line)["comment"] for line in out.read_text(encoding="utf-8").split("\n")[:-1]]

    for end in range(0, len(written), 7 if ending == "csv" else 19):
        out.write_bytes(written[:end])
        run(*arguments, out, "--resume")
        assert comments() == ['one\nfür "two"', "three\n\n\u2028four", "five"]


def test_a_cell_of_any_length_is_gone_on_after(tmp_path: Path) -> None:
    """Python's reader of CSV has a limit that a table in another format has not."""
    path, out = tmp_path / "lines.jsonl", tmp_path / "out.csv"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in ("a" * 200_000, "good")), encoding="utf-8")
    arguments = ["--task", "sentiment", path, "--text", "text", "--out", out]
    run(*arguments)
    first = out.read_bytes().index(b"\ngood,") + 1
    out.write_bytes(out.read_bytes()[:first])
    run(*arguments, "--resume")
    assert out.read_bytes().count(b"\n") == 3


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("text", ["half \\ud83d", "\\ude00 half", "\\ude00\\ud83d", "\\udfff"])
@pytest.mark.parametrize("array", [False, True])
def test_half_a_surrogate_pair_ends_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str, text: str, array: bool
) -> None:
    """The row has an error, the others their results, and a note names the line."""
    path, out = tmp_path / "lines.jsonl", tmp_path / f"out.{ending}"
    objects = [f'{{"text": "{text}", "id": 1}}', '{"text": "a good film", "id": 2}', f'{{"text": "x", "id": "{text}"}}']
    path.write_text(f"[{','.join(objects)}]" if array else "\n".join(objects), encoding="utf-8")
    run("--task", "sentiment", path, "--text", "text", "--out", out)
    if ending == "csv":
        found = rows(out)
        assert found[2]["id"] == json.loads(f'"{text}"').encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    else:
        found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        assert [found[0]["text"], found[2]["id"]] == [json.loads(f'"{text}"')] * 2
    assert [bool(row["error"]) for row in found] == [True, False, False]
    assert f"Half a surrogate pair in {'line 1' if array else 'lines 1, 3'}:" in capsys.readouterr().err


def test_half_a_surrogate_pair_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is written to a file."""
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "a", "id": "\\ud83d"}', encoding="utf-8")
    run("--task", "sentiment", path, "--text", "text")
    assert "a,\ufffd," in capsys.readouterr().out


@pytest.mark.parametrize("sheet", ["Reviews", "2", None])
def test_a_sheet_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str], sheet: str | None) -> None:
    """By its name or number; without one, the first with cells, and the reading says which."""
    path, out = tmp_path / "book.xlsx", tmp_path / "out.csv"
    book = Workbook()
    sheet_of_reviews = book.create_sheet("Reviews")
    for cell in ("comment", "a good film", "a bad one"):
        sheet_of_reviews.append([cell])
    book.save(path)
    run("--task", "sentiment", path, "--text", "comment", "--out", out, *(["--sheet", sheet] if sheet else []))
    assert [row["comment"] for row in rows(out)] == ["a good film", "a bad one"]
    assert "Of 2 sheets “Reviews” was read." in capsys.readouterr().err
    with pytest.raises(SystemExit, match=r"There is no sheet “Films”\. The workbook has “Sheet”, “Reviews”"):
        run("--task", "sentiment", path, "--text", "comment", "--sheet", "Films")


@pytest.mark.parametrize(
    "held",
    [b"\xff\xfe", b'{"text": \n}\n', b"5}\n", b"5\n", b"a line\n", b'{"a": 1, "b": 2}', b"[" * 100_000 + b"\n"],
)
def test_what_no_batch_wrote_is_not_resumed(reviews: Path, held: bytes) -> None:
    """In words, and it is left as it was."""
    out = reviews.with_name("out.jsonl")
    out.write_bytes(held)
    with pytest.raises(SystemExit, match="is no table that a batch wrote: choose another --out"):
        run("--task", "sentiment", reviews, "--text", "comment", "--out", out, "--resume")
    assert out.read_bytes() == held


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--text", "review"], "There is no column “review” for text. The file has “id”, “comment”."),
        ([], "Choose the column of the text."),
        (["--text", "comment", "--out", "reviews.csv"], "is the file to read"),
        (["--text", "comment", "--encoding", "UTF-16"], "The file is not UTF-16"),
        (["--text", "comment", "--out", "no/such/folder/out.csv"], "No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_reported(
    reviews: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    """In one line, without a traceback."""
    monkeypatch.chdir(reviews.parent)
    with pytest.raises(SystemExit, match=words):
        run("--task", "sentiment", reviews, *arguments)
    assert reviews.read_text(encoding="utf-8") == REVIEWS


@pytest.mark.parametrize(
    ("settings_given", "words"),
    [
        (["--engine-url", "http://127.0.0.1:9", "--cold"], "The engine at 127.0.0.1:9 cannot be reached"),
        (["--engine-url", "http://127.0.0.1:9", "--engine-model", "GPT"], "--engine-model must be one of"),
        (["--engine-url", "http://127.0.0.1:9", "--offline", "--lock", "reviews.csv"], "reviews.csv cannot be read"),
        (["--ray", "http://127.0.0.1:9"], "The replicas at 127.0.0.1:9 cannot be reached"),
    ],
)
def test_a_model_out_of_reach_is_reported(
    reviews: Path, monkeypatch: pytest.MonkeyPatch, settings_given: list[str], words: str
) -> None:
    """Of another server too."""
    monkeypatch.chdir(reviews.parent)
    given = ["--task", "chat", str(reviews), "--message", "comment", "--home", str(reviews.parent), *settings_given]
    with pytest.raises(SystemExit, match=f"app.py batch: .*{words}"):
        batch_command.main(given, model_setup.make_cache)


def test_resuming_with_other_columns_is_refused(reviews: Path) -> None:
    """A file of another task is not gone on with."""
    out = reviews.with_name("out.csv")
    run("--task", "translate", reviews, "--text", "comment", "--out", out)
    before = out.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match="holds other columns"):
        run("--task", "sentiment", reviews, "--text", "comment", "--out", out, "--resume")
    assert out.read_text(encoding="utf-8") == before


def test_the_apps_settings_can_be_added(reviews: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They reach the cache; what neither knows is refused."""
    seen: list[settings.Settings] = []

    def noting(chosen: settings.Settings) -> ModelCache:
        seen.append(chosen)
        return tiny.cache()

    batch_command.main(
        ["--task", "sentiment", str(reviews), "--text", "comment", "--offline", "--memory", "300"], noting
    )
    assert (seen[0].offline, seen[0].memory) == (True, 300)
    with pytest.raises(SystemExit):
        batch_command.main(["--task", "sentiment", str(reviews), "--text", "comment", "--magic"], noting)
    assert "--magic" in capsys.readouterr().err
