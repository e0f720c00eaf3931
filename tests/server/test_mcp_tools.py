"""The tasks as MCP tools, called by the protocol's own client, under the limits that hold for all."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

import app
from server.serving import Serving
from settings import Settings
from tests import tiny
from tests.loops import run_apart

CALLS: dict[str, dict[str, Any]] = {
    "answer": {"question": "when did it open?", "context": "the bridge opened in 1781."},
    "translate": {"text": "see you."},
    "other_words": {"text": "see you."},
    "sentiment": {"text": "a “good” one 👍"},
    "labels": {"text": "a good one", "labels": ["praise", "complaint"]},
    "summarize": {"text": "the ferry left. it came back at noon.", "method": "extractive"},
    "chat": {"message": "hello", "max_new_tokens": 2},
    "drafts": {"text": "hello", "drafts": 1, "max_new_tokens": 2},
    "perplexity": {"text": "hello there"},
    "attention": {"text": "see in"},
    "ablate": {"text": "see in", "off": [{"layer": 0, "head": 1}]},
    "flip": {"text": "a good one."},
    "flip_answer": {"question": "when did it open?", "context": "the bridge opened in 1781."},
    "salience": {"message": "hello", "reply": "Hi you", "target": "you"},
    "next_token": {"text": "hello"},
    "lens": {"text": "hello there"},
}


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Serving]]:
    """Starts an app on tiny models, with its tools by default."""
    begun: list[Serving] = []

    def start(**chosen: Any) -> Serving:
        home: Path = tmp_path_factory.mktemp("home")
        settings = Settings(**{"port": 0, "rate": 0, "mcp": True, "home": home, **chosen})
        begun.append(app.serve(tiny.cache(), settings))
        return begun[-1]

    yield start
    for each in begun:
        each.page.close(verbose=False)


def in_session(url: str, ask: Callable[[ClientSession], Any]) -> Any:
    """What `ask` gives in a session with the server at `url`."""

    async def session() -> Any:
        async with (
            streamable_http_client(f"{url}/gradio_api/mcp") as (reading, writing, _),
            ClientSession(reading, writing) as client,
        ):
            await client.initialize()
            return await ask(client)

    return run_apart(session())


def test_a_client_lists_and_calls_every_tool(serve: Callable[..., Serving]) -> None:
    """A tool for each task and none besides, each with words for itself and its arguments; the result is JSON."""
    url = serve().url
    tools = {tool.name: tool for tool in in_session(url, lambda client: client.list_tools()).tools}
    assert tools.keys() == CALLS.keys()
    for name, tool in tools.items():
        assert len(tool.description.split()) > 5
        assert CALLS[name].keys() <= tool.inputSchema["properties"].keys()
        for argument, schema in tool.inputSchema["properties"].items():
            assert len(schema["description"].split()) > 2, (name, argument)
    assert "the text to look in" in tools["answer"].inputSchema["properties"]["context"]["description"]

    async def call_all(client: ClientSession) -> dict[str, Any]:
        return {name: await client.call_tool(name, arguments) for name, arguments in CALLS.items()}

    for name, result in in_session(url, call_all).items():
        assert not result.isError, result.content
        (content,) = result.content
        if name != "chat":
            assert {"model", "device", "seconds"} <= json.loads(content.text).keys()


def test_a_client_hears_how_far_its_call_is(serve: Callable[..., Serving]) -> None:
    """Where it asks for progress; the result is the same."""
    heard: list[str | None] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    def ask(client: ClientSession) -> Any:
        return client.call_tool("sentiment", CALLS["sentiment"], progress_callback=note)

    result = in_session(serve().url, ask)
    assert not result.isError
    assert "Running" in heard


def test_a_tool_keeps_the_limits(serve: Callable[..., Serving]) -> None:
    """The rate of the client's own address, the characters, the full line; what has no queue is no tool."""
    serving = serve(rate=3, proxies=1, characters=20)

    async def ask(client: ClientSession) -> list[Any]:
        asked = [
            ("sentiment", {"text": "good"}),
            ("sentiment", {"text": "a" * 21}),
            ("status", {}),
            ("sentiment", {"text": "x"}),
        ]
        return [await client.call_tool(*each) for each in asked]

    good, long, status, often = in_session(serving.url, ask)
    assert not good.isError
    assert "text has 21 characters; at most 20 are allowed" in long.content[0].text
    assert "Unknown tool" in status.content[0].text
    assert "At most 3 requests a minute are allowed" in often.content[0].text
    # The page's own visitors at this address have asked too often too; one at another has not.
    asked = [
        httpx.post(f"{serving.url}/gradio_api/call/sentiment", json={"data": ["good"]}, headers=headers)
        for headers in ({}, {"x-glassbox-inward": "guessed"}, {"x-forwarded-for": "10.0.0.1"})
    ]
    assert [answer.status_code for answer in asked] == [429, 429, 200]
    serving.admission.rate.per_minute = 0
    serving.admission.queue_length = 0
    (full,) = [in_session(serving.url, lambda client: client.call_tool("sentiment", {"text": "good"}))]
    assert "requests are waiting already" in full.content[0].text


def test_there_are_no_tools_unless_asked_for(serve: Callable[..., Serving]) -> None:
    """Nothing answers at their address, and with them nothing listens but to posts."""
    assert httpx.post(f"{serve(mcp=False).url}/gradio_api/mcp", json={}).status_code in (404, 405)


@pytest.mark.parametrize(
    ("arguments", "missing", "words"),
    [(["--mcp"], True, "pip install -r requirements-mcp.txt"), (["--mcp", "--auth", "a:b"], False, "cannot log in")],
)
def test_why_there_can_be_no_tools_is_reported(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], missing: bool, words: str
) -> None:
    """The program ends before it serves, with what to do."""
    if missing:
        monkeypatch.setitem(sys.modules, "mcp", None)
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=words):
        app.main(arguments)
