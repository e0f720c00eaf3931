"""Marked requests to a page: what is lost and what is another's is seen."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

import app
from bench import mixed
from bench.mixed import Request, requests, traffic
from bench.server import Server
from models.runtime.cache import ModelCache
from settings import Settings
from tests.faults.machine import Machine


@pytest.fixture(scope="module")
def machine() -> Machine:
    """Tiny models that fail when a test wants it."""
    return Machine()


@pytest.fixture(scope="module")
def server(machine: Machine) -> Iterator[Server]:
    """A page of theirs."""
    serving = app.serve(ModelCache(machine.load, 10**10), Settings(port=0, rate=0))
    yield Server(serving.url, psutil.Process())
    serving.page.close(verbose=False)


def test_no_two_requests_have_the_same_mark() -> None:
    """And every kind has its turn."""
    made = list(itertools.islice(requests(random.Random(1), itertools.count()), 60))
    assert len({request.mark for request in made}) == 60
    assert len({request.endpoint for request in made}) == 6
    assert all(request.mark in str(request.data) for request in made)


@pytest.mark.parametrize(
    ("answer", "own"),
    [
        ({"text": "K000001 left"}, True),
        ({"text": "it left"}, False),
        ({"text": "K000002 left"}, False),
        ({"text": "K000001 and K000002 left"}, False),
        ({"text": "K000001 and K0000022 left"}, True),
    ],
)
def test_an_answer_has_its_own_mark_alone(answer: Any, own: bool) -> None:
    """Where the mark may be left out, none is fine."""
    assert Request("translate", [], "K000001").owns(answer) is own
    assert Request("chat", [], "K000001", marked=False).owns(answer) is (own or answer["text"] == "it left")


def test_tokens_are_put_together() -> None:
    """As an encoder cuts a mark into pieces."""
    answer = {"tokens": [{"text": "[CLS]"}, {"text": "k"}, {"text": "·0000"}, {"text": "·01"}]}
    assert Request("attention", [], "K000001").owns(answer)
    assert not Request("attention", [], "K000002").owns(answer)


def test_lost_and_foreign_calls_are_counted(server: Server, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that fails is lost, and one whose text is another's is foreign."""

    def asking(*_: object) -> Iterator[Request]:
        for number in itertools.count(100_001):
            text = f"The ferry K{number:06d} was late."
            yield Request("attention", [text, "", "", -1, -1], "K999999" if number == 100_003 else f"K{number:06d}")

    monkeypatch.setattr(mixed, "requests", asking)
    machine.fails.append(ZeroDivisionError("no"))
    tally = traffic(server, 0.1, 2)
    assert len(tally.lost) == 1
    assert [each for each in tally.foreign if "K999999" not in each] == []
    assert len(tally.foreign) == 1 < len(tally.seconds["attention"])
