"""HEAD requests for the page."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from server.head import Head


@pytest.mark.parametrize(
    ("method", "path", "made"),
    [("HEAD", "/", False), ("GET", "/", True), ("HEAD", "/other", True)],
)
def test_the_page_is_not_made_for_its_head(method: str, path: str, made: bool) -> None:
    """Everything else is asked of the app."""
    asked: list[str] = []

    def page(request: Request) -> PlainTextResponse:
        asked.append(request.url.path)
        return PlainTextResponse("page")

    app = Starlette(routes=[Route("/", page), Route("/other", page)])
    answer = TestClient(Head(app)).request(method, path)
    assert answer.status_code == 200
    assert bool(asked) == made
    assert (answer.text == "page") == (method == "GET")
