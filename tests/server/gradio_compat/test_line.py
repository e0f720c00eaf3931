"""What `Line` reads of Gradio's queue, and where it notes who joins it."""

import threading
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.events import api
from starlette.types import Scope

from server.gradio_compat.line import Line
from tests.faults.machine import API, wait_until

# Closed while requests are to stay where they are.
OPEN = threading.Event()


def slow(text: str, times: int = 2) -> str:
    """Repeat `text` once the way is open."""
    OPEN.wait(60)
    return text * times


@pytest.fixture(scope="module")
def line() -> Line:
    """Of a page with one endpoint, whose requests run one at a time."""
    with gr.Blocks() as page:
        api(slow, api_name="slow", concurrency_limit=1)
    page.queue()
    return Line(page)


@pytest.fixture(scope="module")
def joined(line: Line) -> list[Scope]:
    """The scopes of those who joined."""
    scopes: list[Scope] = []
    line.on_join(scopes.append)
    return scopes


@pytest.fixture(scope="module")
def url(line: Line, joined: list[Scope]) -> Iterator[str]:
    """Where the page is served."""
    _, address, _ = line.page.launch(prevent_thread_lock=True, quiet=True)
    yield address.rstrip("/")
    OPEN.set()
    line.page.close(verbose=False)


def begin(url: str, session: str) -> str:
    """Join the line; the id of the event."""
    body: dict[str, Any] = {"data": ["a", 2], "session_hash": session}
    return str(httpx.post(f"{url}{API}/call/slow", json=body, timeout=60).json()["event_id"])


def test_line_while_requests_run_and_wait(line: Line, joined: list[Scope], url: str) -> None:
    """One runs and one waits; both have owners, who are there; afterwards nobody is left who was not answered."""
    OPEN.clear()
    events = [begin(url, "one"), begin(url, "two")]
    wait_until(lambda: (line.running(), line.waiting()) == (1, 1))
    assert [scope["path"] for scope in joined] == [f"{API}/call/slow"] * 2
    assert all(line.owner(event) for event in events)
    assert all(line.wanted(event) for event in events)
    assert line.undelivered() == 2
    OPEN.set()
    for event in events:
        with httpx.stream("GET", f"{url}{API}/call/slow/{event}", timeout=60) as response:
            assert "aa" in response.read().decode()
    wait_until(lambda: (line.running(), line.waiting(), line.undelivered()) == (0, 0, 0))
    assert [line.owner(event) for event in events] == [None, None]
    assert not line.wanted(events[0])
    assert line.wanted(None)


def test_line_arguments_and_defaults(line: Line) -> None:
    """Of the endpoint's own function; none where there is no such endpoint."""
    assert (line.arguments("slow"), line.defaults("slow")) == (2, [2])
    assert line.arguments("other") is None
