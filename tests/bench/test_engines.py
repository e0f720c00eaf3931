"""Whole requests through the app of two commits: measured in turn, saved to a file, shown in a table."""

import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import httpx
import psutil
import pytest

from bench.engines import chat, others, sides, tasks
from bench.engines.__main__ import ROWS, Row, arguments, main
from bench.engines.context import Context
from bench.engines.found import Found, Table, Unanswered, in_turn, keep, read
from bench.engines.lines import LINES, Line, told_lines
from bench.engines.others import Others, own_seconds
from bench.engines.requests import ask
from bench.server import API, Server, started

LATER = time.monotonic() + 3_600


def test_sides_take_turns_and_each_begins_a_round() -> None:
    """So that none always follows the same other one."""
    asked: list[tuple[str, int]] = []

    def side(name: str) -> Callable[[int], float]:
        def measure(number: int) -> float:
            asked.append((name, number))
            return number

        return measure

    found = in_turn({"a": side("a"), "b": side("b")}, range(4, 6), LATER)
    assert asked == [("a", 4), ("b", 4), ("b", 5), ("a", 5)]
    assert found == {"a": Found([4, 5]), "b": Found([4, 5])}


def test_no_round_begins_that_would_not_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A round is taken to last as long as the longest so far; one that lasts longer is broken off."""
    now = 0.0
    monkeypatch.setattr("bench.engines.found.time", SimpleNamespace(monotonic=lambda: now))

    def slow(number: int) -> float:
        nonlocal now
        now += 2
        return 1.0

    assert in_turn({"a": slow}, range(50), now + 5)["a"].count == 2
    assert in_turn({"a": slow, "b": slow}, range(50), now + 1) == {"a": Found([1.0]), "b": Found()}


def test_a_request_without_an_answer_is_counted() -> None:
    """One that was cut short also has a figure."""

    def measure(number: int) -> float:
        if number == 0:
            raise Unanswered("it hung")
        if number == 1:
            raise Unanswered("it was cut short", 2.0)
        return 5.0

    assert in_turn({"a": measure}, range(3), LATER)["a"] == Found([2.0, 5.0], 1)


def test_rows_are_kept_one_by_one(tmp_path: Path) -> None:
    """What was measured again takes the place of the older figures, or is added to them."""
    file = tmp_path / "build" / "found.json"
    keep(read(file), {"a": {"now": Found([1.0])}, "b": {"now": Found([2.0])}}, file, add=False)
    keep(read(file), {"a": {"before": Found([3.0], 1)}}, file, add=False)
    assert read(file) == {"a": {"now": Found([1.0]), "before": Found([3.0], 1)}, "b": {"now": Found([2.0])}}
    keep(read(file), {"a": {"before": Found([4.0], 1)}, "b": {"now": Found([5.0])}}, file, add=True)
    assert read(file)["a"]["before"] == Found([3.0, 4.0], 2)
    keep(read(file), {"b": {"now": Found([6.0])}}, file, add=False)
    assert read(file)["b"]["now"] == Found([6.0])


def of(now: list[float], before: list[float] | None = None, beside: list[float] | None = None) -> Table:
    """A table of one line called "x"."""
    given = {"now": now, "before": before, "beside": beside}
    return {"x": {side: Found(values) for side, values in given.items() if values is not None}}


@pytest.mark.parametrize(
    ("line", "table", "missed"),
    [
        (Line("x", "x", True, of_before=1.8), of([18, 20, 90], [10]), False),
        (Line("x", "x", True, of_before=1.8), of([17, 17, 90], [10]), True),
        (Line("x", "x", of_before=1.8), of([10], [18]), False),
        (Line("x", "x", of_before=1.8), of([10], [17]), True),
        (Line("x", "x", of_beside=1.5), of([10], [1], [15]), False),
        (Line("x", "x", of_beside=1.5), of([10], [100], [14]), True),
        (Line("x", "x", of_beside=1.0, kind="sum"), of([1, 5], beside=[5, 1]), False),
        (Line("x", "x", of_beside=1.0, kind="sum"), of([1, 6], beside=[5, 1]), True),
        (Line("x", "x", most=1.0), of([0.2, 1.0, 7.0]), False),
        (Line("x", "x", most=1.0), of([0.2, 1.1, 7.0]), True),
        (Line("x", "x", kind="all"), of([1, 1, 1]), False),
        (Line("x", "x", kind="all"), of([1, 0, 1]), True),
        (Line("x", "x", of_before=1.8), of([10]), False),
        (Line("x", "x"), {"x": {"now": Found([1.0], 1)}}, True),
        (Line("x", "x"), {"x": {"before": Found([1.0], 1)}}, False),
    ],
)
def test_targets(line: Line, table: Table, missed: bool) -> None:
    """By the medians, or by the sums; what was not measured misses nothing, and a request of ours may not hang."""
    assert line.missed(table) is missed


def test_a_line_shows_all_sides() -> None:
    """Those that were not measured are left out, as are lines without figures."""
    line = Line("x", "replies", True, of_before=4, of_beside=0.9)
    assert line.row({"x": {"now": Found([9.0], 1), "before": Found([3.0])}}) == (
        "| replies | 3.00 (once) | 9.00 (once), 1 of 2 not answered |  | 3.00 |  | "
        "at least 4 times the older and 0.9 times beside it (missed) |"
    )
    assert Line("x", "s", kind="sum").cell(Found([1.5, 2.0])) == "3.5 (2 requests)"
    assert Line("x", "s", kind="all").cell(Found([1.0, 0.0])) == "1 of 2"
    assert Line("x", "s").cell(Found([], 2)) == "2 of 2 not answered"
    assert len(told_lines({"memory": {"now": Found([900.0])}})) == 3


def test_multiples_of_a_moment_are_not_divided() -> None:
    """Nearly none of it in nearly none is no ratio."""
    table = of([5e-7], [0.2])
    assert Line("x", "x", most=1.0).times(table, sides.BEFORE) == pytest.approx(400_000)
    assert Line("x", "x", most=1.0, divided=False).times(table, sides.BEFORE) is None
    assert [line.divided for line in LINES if line.key.startswith("stop")] == [False] * 4


def test_every_row_finds_lines_of_the_table() -> None:
    """By the key with the number of requests."""
    assert {row.line for row in ROWS.values()} <= {line.key for line in LINES}


class Endpoint:
    """An app whose `/chat` streams `events`, and what was sent to it."""

    def __init__(self, events: str, wait: bool = False) -> None:
        self.events, self.wait = events, wait
        self.sent: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.method, request.url.path))
        if request.url.path == "/config":
            return httpx.Response(200, json={"dependencies": [{"api_name": "chat", "id": 7}]})
        if request.method == "POST":
            return httpx.Response(200, json={"event_id": "e"})
        if self.wait:
            raise httpx.ReadTimeout("no more came")
        return httpx.Response(200, text=self.events)

    def client(self) -> httpx.Client:
        """What calls it."""
        return httpx.Client(transport=httpx.MockTransport(self), base_url="http://app" + API)


def test_an_answer_is_the_last_of_its_stream() -> None:
    """Nothing that came before counts as the first token while it is empty."""
    events = 'event: generating\ndata: [""]\n\nevent: heartbeat\ndata: null\n\nevent: complete\ndata: ["Yes."]\n\n'
    endpoint = Endpoint(events)
    answer = ask(endpoint.client(), "chat", ["Hi."])
    assert answer.result == "Yes."
    assert 0 < answer.first == answer.seconds
    assert endpoint.sent == [("POST", "/gradio_api/call/chat"), ("GET", "/gradio_api/call/chat/e")]


def test_a_request_that_fails_is_not_answered() -> None:
    """With the server's own words."""
    with pytest.raises(Unanswered, match="too long"):
        ask(Endpoint('event: error\ndata: {"error": "too long"}\n\n').client(), "chat", ["Hi."])


@pytest.mark.parametrize(("wait", "limit"), [(True, 90.0), (False, -1.0)])
def test_a_request_that_hangs_is_stopped(wait: bool, limit: float) -> None:
    """Whether nothing comes any more, or always more: the next request is not to wait for it."""
    endpoint = Endpoint('event: generating\ndata: ["On"]\n\n', wait)
    with pytest.raises(Unanswered, match="had not answered"):
        ask(endpoint.client(), "chat", ["Hi."], limit)
    assert endpoint.sent[-1] == ("POST", "/gradio_api/cancel")


def test_a_thousand_sentences_fit_into_requests() -> None:
    """In their order, each once."""
    lines = tasks.sentences(None)
    parts = tasks.requested(lines)
    assert len(set(lines)) == 1_000
    assert [line for part in parts for line in part] == lines
    assert all(len("\n".join(part)) <= tasks.CHARACTERS for part in parts)
    assert len(parts) < 10


def test_busy_processes_compute_and_end() -> None:
    """As many as asked for."""
    this = psutil.Process()
    others = set(this.children())
    with sides.busy(2):
        time.sleep(0.5)
        busy = set(this.children()) - others
        assert len(busy) == 2
        assert all(each.cpu_times().user > 0 for each in busy)
    assert not set(this.children()) - others


def test_other_programs_are_those_that_were_not_started_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cores on average: what the whole machine computed, less what this process and its ended children did."""
    machine, own, clock = iter([100.0, 130.0]), iter([5.0, 15.0]), iter([0.0, 10.0])
    monkeypatch.setattr(others, "machine_seconds", lambda: next(machine))
    monkeypatch.setattr(others, "own_seconds", lambda: next(own))
    began = Others(next(clock), others.machine_seconds(), others.own_seconds())
    monkeypatch.setattr("bench.engines.others.time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert began.cores() == 2.0


def test_what_ended_processes_computed_is_our_own() -> None:
    """So that the apps that are measured are no other programs."""
    before, began = own_seconds(), time.monotonic()
    with sides.busy(1) as [process]:
        while sum(psutil.Process(process.pid).cpu_times()[:2]) < 0.2:
            time.sleep(0.1)
    assert 0.1 < own_seconds() - before < 2 * (time.monotonic() - began)


def test_what_was_found_beside_other_programs_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is printed, and the row is named as one that failed."""
    (tmp_path / "app.py").touch()
    row = Row(lambda context: {"memory": {"now": Found([900.0])}}, 1, "memory")
    monkeypatch.setattr("bench.engines.__main__.ROWS", {"memory": row})
    monkeypatch.setattr(Others, "cores", lambda self: 0.5)
    file = tmp_path / "found.json"
    given = ["--before", str(tmp_path), "--results", str(file), "--rows", "memory"]
    with pytest.raises(SystemExit, match="memory"):
        main(given)
    assert read(file) == {}
    main([*given, "--others", "1"])
    assert read(file) == {"memory": {"now": Found([900.0])}}


def test_an_app_starts_in_its_folder_without_our_variables(tmp_path: Path) -> None:
    """As from a shell: what the app sets in this process is not handed on."""
    program = (
        "import os, time; print('Running on local URL:  http://' + os.getcwd() + os.environ.get('OMP_WAIT_POLICY', ''))"
    )
    with started("-c", program + "; time.sleep(60)", folder=tmp_path) as server:
        assert server.url == f"http://{tmp_path}"


def test_an_older_commit_must_have_an_app(tmp_path: Path) -> None:
    """A wrong folder is an error at once."""
    with pytest.raises(SystemExit):
        arguments(["--before", str(tmp_path)])


def test_without_rows_the_table_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the file; a missed target ends it with its name."""
    (tmp_path / "app.py").touch()
    file = tmp_path / "found.json"
    keep({}, {"memory": {"now": Found([1_200.0]), "before": Found([1_550.0])}}, file, add=False)
    with pytest.raises(SystemExit, match="memory"):
        main(["--before", str(tmp_path), "--results", str(file), "--rows"])
    assert "| 1550.00 (once) | 1200.00 (once) |" in capsys.readouterr().out


class Conversing(Endpoint):
    """An app that reads what it has not read before, and answers."""

    def __init__(self) -> None:
        super().__init__('event: complete\ndata: ["Well."]\n\n')
        self.messages: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/chat"):
            message, history, *_ = json.loads(request.content)["data"]
            self.messages.append(history[0]["content"] if history else message)
        return super().__call__(request)


def test_what_is_read_anew_was_never_sent_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each conversation but the one whose second turn is measured begins in a way of its own."""
    endpoint = Conversing()
    app = sides.App(Server("http://app", psutil.Process()), endpoint.client())
    monkeypatch.setattr("bench.engines.context.warm", lambda commits: nullcontext({"now": app}))
    monkeypatch.setattr(Context, "tokenizer", lambda self, weights: None)
    monkeypatch.setattr("bench.engines.chat.ours.beginning", lambda *_: "A text.")
    context = Context({"now": sides.Side(tmp_path, tmp_path)}, True, tmp_path, None, 2, LATER)
    found = chat.turns(context)
    assert {line: sorted(each) for line, each in found.items()} == {"turns": ["beside", "now"], "anew": ["now"]}
    counts = Counter(message.partition(".")[0] for message in endpoint.messages)
    assert counts == {"Story 0": 2, "Story 1": 2, "Tale 0": 1, "Tale 1": 1}
