"""A crowd at the gate."""

import asyncio
from typing import Any
from unittest.mock import Mock

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
