"""Files, addresses and other sites: what Gradio's own guards hold, as we configure them."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.machine import API, Site

ROOT = Path(__file__).parent.parent.parent
PATHS = (
    "/etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "app.py",
    str(ROOT / "app.py"),
    str(ROOT / "assets/../app.py"),
    ".env",
    "/proc/self/environ",
)


class _Canary(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Note the visit, and answer."""
        self.server.visits.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a secret of the inner network")

    def log_message(self, *arguments: Any) -> None:
        """Write nothing."""


@pytest.fixture
def canary() -> Iterator[Any]:
    """A server inside the network, which must never be asked; `visits` are the paths that were."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Canary)
    server.visits = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    yield server
    server.shutdown()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("route", [f"{API}/file=", f"{API}/file/", "/file=", "/static/", "/assets/", "/svelte/"])
def test_no_file_is_served(site: Site, route: str, path: str) -> None:
    """Neither the machine's files nor our own. With `allowed_paths=["/"]` the first route gave /etc/passwd."""
    answer = httpx.get(site.serving.url + route + path, timeout=60)
    assert answer.status_code in (403, 404), answer.text[:200]
    assert "root:" not in answer.text
    assert "import gradio" not in answer.text


@pytest.mark.parametrize("route", ["/proxy=", "/file="])
def test_nothing_is_fetched_for_strangers(site: Site, canary: Any, route: str) -> None:
    """An address inside the network is not asked for. With `proxy_urls` of that address it was."""
    inside = f"http://127.0.0.1:{canary.server_port}/latest/meta-data"
    answer = httpx.get(site.serving.url + API + route + inside, timeout=60)
    assert canary.visits == []
    assert "a secret" not in answer.text
    assert answer.status_code < 500


def test_an_upload_names_no_file_of_ours(site: Site, canary: Any) -> None:
    """What the page's upload event is given must have been uploaded: no path and no address is read for it."""
    config = httpx.get(site.serving.url + "/config", timeout=60).json()
    upload = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "answer-upload")
    event = next(each for each in config["dependencies"] if each["inputs"] == [upload])
    for path in (str(ROOT / "README.md"), "/etc/passwd", f"http://127.0.0.1:{canary.server_port}/"):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "x.txt"}
        body = {"data": [file], "fn_index": event["id"], "session_hash": "stranger"}
        joined = httpx.post(site.serving.url + API + "/queue/join", json=body, timeout=60)
        if joined.status_code != 200:
            assert joined.status_code < 500
            continue
        events = httpx.get(f"{site.serving.url}{API}/queue/data?session_hash=stranger", timeout=60).text
        assert '"success":false' in events
        assert "root:" not in events
        assert "Glassbox\\n" not in events
    assert canary.visits == []


@pytest.mark.parametrize("origin", ["null", "https://elsewhere.example", "http://127.0.0.1.elsewhere.example"])
@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
def test_other_sites_get_no_permission(site: Site, origin: str, method: str) -> None:
    """A page from elsewhere may not read what a server on localhost says. With `strict_cors=False`, "null" could."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = httpx.request(
        method, f"{site.serving.url}{API}/call/status", json={"data": []}, headers=headers, timeout=60
    )
    assert "access-control-allow-origin" not in answer.headers


def test_monitoring_is_not_public(site: Site) -> None:
    """Gradio's own monitoring shows what visitors do, so it needs its key."""
    for path in ("/monitoring", "/monitoring/summary", "/monitoring/x"):
        answer = httpx.get(site.serving.url + path, timeout=60, follow_redirects=True)
        assert '"functions"' not in answer.text
