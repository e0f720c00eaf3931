"""What stands before Gradio works below any root path, whether or not a proxy has removed it from the path."""

import html
import re
from unittest.mock import Mock
from urllib.parse import unquote, urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from server.admission import Admission
from server.first_picture import FirstPicture
from server.gate import API, Gate
from server.gradio_compat.line import Line
from server.head import Head
from server.link_preview import LinkPreview
from server.metrics import Metrics
from server.rate import RateLimit

PAGE = "<html><head><script>window.gradio_config = {};</script></head><body><p>page</p></body></html>"
# A root path, and the address of its page.
ROOTS = {
    "": "http://host/",
    "/a": "http://host/a/",
    "/a/": "http://host/a/",
    "/a/b": "http://host/a/b/",
    "/demo/glassbox": "http://host/demo/glassbox/",
    "/v1.2": "http://host/v1.2/",
    "/~ana/x_y-z": "http://host/~ana/x_y-z/",
    "/with space": "http://host/with%20space/",
    "/with%20space": "http://host/with%20space/",
    "/模型": "http://host/%E6%A8%A1%E5%9E%8B/",
    "/gradio": "http://host/gradio/",
    "/call": "http://host/call/",
    "/user:ana@x,y;z=1": "http://host/user:ana@x,y;z=1/",
    "https://example.org/demo": "https://example.org/demo/",
    "https://example.org": "https://example.org/",
}


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """A page for GET, and an answer for a call that was let in."""
    await HTMLResponse(PAGE if Request(scope).method == "GET" else "let in")(scope, receive, send)


@pytest.mark.parametrize("way", ["strips", "keeps"])
@pytest.mark.parametrize("root", ROOTS)
def test_below_any_root_path(root: str, way: str) -> None:
    """The gate checks a call, the page has its picture and the preview of its address, and HEAD makes no page."""
    line = Mock(Line, waiting=lambda: 0, arguments={"sentiment": 1}.get, defaults=lambda name: [])
    admission = Admission(line, Mock(Metrics), RateLimit(0), queue_length=9, body_bytes=1_000, proxies=0)
    app = Head(LinkPreview(FirstPicture(Gate(page, admission), lambda: "<i>picture</i>"), proxies=0))
    client = TestClient(app, base_url="http://host", root_path=root)
    before = unquote(urlsplit(root).path).rstrip("/") if way == "keeps" else ""
    call = f"{before}{API}call/sentiment"
    assert client.post(call, json={"data": ["good"]}).text == "let in"
    assert client.post(call, json={"data": ["good", "bad"]}).status_code == 422
    assert client.post(f"{before}{API}call/nothing", json={"data": []}).status_code == 404
    assert client.post(call, json={"data": ["a" * 2_000]}).status_code == 413
    shown = client.get(before + "/").text
    assert shown.count("<i>picture</i>") == 1
    assert html.unescape(re.findall('"og:url" content="([^"]*)"', shown)[0]) == ROOTS[root]
    assert client.head(before + "/").headers.get("content-length") == "0"
