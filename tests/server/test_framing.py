"""Who may show the page in a frame."""

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Message, Scope

from server.framing import ANYBODY, OURS, Framing
from tests.loops import run_apart


def policy(query: str, answer: Response) -> str | None:
    """The policy that comes with `answer` to a request with that `query`."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: Scope = {"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": []}
    run_apart(Framing(answer)(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers.get("content-security-policy")


@pytest.mark.parametrize(
    ("query", "expected"), [("", OURS), ("tab=chat", OURS), ("embed=chat", ANYBODY), ("x=embed", OURS)]
)
def test_only_an_embed_may_be_framed_by_anybody(query: str, expected: str) -> None:
    """The whole page in a stranger's frame could be clicked on unawares."""
    assert policy(query, HTMLResponse("<p>page</p>")) == expected


def test_what_is_no_page_has_no_policy() -> None:
    """Only documents are framed."""
    assert policy("", JSONResponse({})) is None
