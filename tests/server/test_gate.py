"""A crowd at the gate, and clients that ask too often."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from server.admission import Admission
from server.gate import API, Gate
from server.gradio_compat.line import Line
from server.metrics import Metrics
from server.rate import RateLimit
from tests.loops import run_apart

ROOM, CROWD = 8, 40


def test_who_is_refused_hears_so_before_the_others_are_in() -> None:
    """Queueing a request takes time: requests without room are refused before all others are queued."""
    reported: list[str] = []
    line = Mock(Line, waiting=lambda: 0)
    admission = Admission(line, Mock(Metrics), RateLimit(0), queue_length=ROOM, body_bytes=1_000, proxies=0)

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        reported.append("let in")

    async def body() -> Message:
        return {"type": "http.request", "body": b"{}"}

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            reported.append(str(message["status"]))

    async def crowd() -> None:
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": API + "queue/join", "headers": []}
        gate = Gate(enter, admission)
        await asyncio.gather(*(gate(dict(scope), body, answer) for _ in range(CROWD)))

    run_apart(crowd())
    assert reported == ["503"] * (CROWD - ROOM) + ["let in"] * ROOM


def limited(path: str, headers: dict[str, str]) -> Any:
    """The answer to the second POST to an API path of which one a minute is allowed."""
    line = Mock(
        Line, waiting=lambda: 0, arguments={"sentiment": 1}.get, defaults=lambda name: [], owner=lambda id: None
    )
    admission = Admission(line, Mock(Metrics), RateLimit(1), queue_length=ROOM, body_bytes=1_000, proxies=0)
    client = TestClient(Gate(PlainTextResponse("let in"), admission), headers=headers)
    body = {"data": ["good"], "event_id": "a", "session_hash": "b"}
    assert client.post(API + path, json=body).text == "let in"
    return client.post(API + path, json=body)


CURL, PYTHON, BROWSER = {"User-Agent": "curl/8.5"}, {"User-Agent": "gradio_client/1.8.0"}, {"User-Agent": "Mozilla/5.0"}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("call/sentiment", CURL, 429),
        ("call/sentiment/", CURL, 429),
        ("call/sentiment", {"User-Agent": ""}, 429),
        ("call/sentiment", {"User-Agent": "python-httpx/0.28"}, 429),
        ("call/sentiment", CURL | {"X-Forwarded-For": "203.0.113.7"}, 429),
        ("call/v2/sentiment", CURL, 429),
        ("call/sentiment", PYTHON, 422),
        ("queue/join", PYTHON, 422),
        ("upload", PYTHON, 422),
        ("queue/join", BROWSER, 429),
        ("queue/join?session_hash=a", BROWSER, 429),
        ("upload", BROWSER, 429),
    ],
)
def test_who_asks_too_often_is_refused_in_words(path: str, headers: dict[str, str], status: int) -> None:
    """Whatever the client and the way it asks; the Python client shows the words of a failed validation only."""
    answer = limited(path, headers)
    detail = answer.json()["detail"]
    words = detail if status == 429 else detail[0]["message"]
    assert (answer.status_code, 0 < int(answer.headers["retry-after"]) <= 60) == (status, True)
    assert words == f"At most 1 requests a minute are allowed. Try again in {answer.headers['retry-after']} s."


@pytest.mark.parametrize("path", ["cancel", "reset", "component_server", "heartbeat/a", "run/sentiment", "callback"])
def test_what_starts_no_work_is_not_counted(path: str) -> None:
    """Stop gets through, whatever was asked before."""
    assert limited(path, BROWSER).text == "let in"
