"""The app below a path of another site, behind a real proxy that strips the path and one that passes it on."""

import contextlib
import subprocess
import time
from collections.abc import Iterator

import gradio_client
import httpx
import pytest

import app
from bench.server import free_port
from models.runtime.cache import ModelCache
from server.gate import route_path
from settings import Settings
from tests.faults.machine import Machine
from tests.programs import program

SUB_PATH = "/demo/glassbox"
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  proxy_buffering off; proxy_http_version 1.1; proxy_set_header Host $http_host;
  server {{ listen 127.0.0.1:{strips}; location {path}/ {{ proxy_pass {url}/; }} }}
  server {{ listen 127.0.0.1:{keeps}; location {path}/ {{ proxy_pass {url}; }} }}
}}
"""


@pytest.fixture(scope="module")
def proxies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of the app behind the two proxies, by what they do with the path."""
    folder = tmp_path_factory.mktemp("nginx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ROOT_PATH", SUB_PATH)
        serving = app.serve(ModelCache(Machine().load, 10**9), Settings(port=0, rate=0, home=folder))
        ports = {"strips": free_port(), "keeps": free_port()}
        (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, path=SUB_PATH, url=serving.url, **ports))
        with subprocess.Popen([program("nginx", "nginx-light"), "-c", str(folder / "nginx.conf")]) as nginx:
            addresses = {name: f"http://127.0.0.1:{port}{SUB_PATH}" for name, port in ports.items()}
            for address in addresses.values():
                wait_for(address + "/healthz")
            yield addresses
            nginx.terminate()
        serving.page.close(verbose=False)


def wait_for(url: str) -> None:
    """Return once `url` answers with 200."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


@pytest.mark.parametrize("kind", ["strips", "keeps"])
def test_everything_works_below_a_path(proxies: dict[str, str], kind: str) -> None:
    """The page with its first picture, a call by curl's two steps, a call by the client, and a refusal in words."""
    address = proxies[kind]
    page = httpx.get(address + "/", timeout=60)
    assert (page.status_code, page.text.count('id="first-picture"')) == (200, 1)
    api = address + "/gradio_api/call"
    event = httpx.post(f"{api}/sentiment", json={"data": ["good"]}, timeout=60).json()["event_id"]
    assert "event: complete" in httpx.get(f"{api}/sentiment/{event}", timeout=60).text
    client = gradio_client.Client(address + "/", verbose=False)
    assert client.predict("good", api_name="/sentiment")["label"] in ("negative", "neutral", "positive")
    unknown = httpx.post(f"{api}/nothing", json={"data": []}, timeout=60)
    assert (unknown.status_code, "no such endpoint" in unknown.json()["detail"]) == (404, True)


@pytest.mark.parametrize("kind", ["strips", "keeps"])
def test_the_checks_hold_below_a_path(proxies: dict[str, str], kind: str) -> None:
    """Too many arguments and too large a body are refused by the gate, which must know the path of the request."""
    api = proxies[kind] + "/gradio_api/call/sentiment"
    assert httpx.post(api, json={"data": ["a", "b", "c", "d"]}, timeout=60).status_code == 422
    assert httpx.post(api, content=b" " * 900_000 + b"x" * 200_000, timeout=60).status_code == 413


@pytest.mark.parametrize(
    ("root", "path", "below"),
    [
        ("", "/gradio_api/call/x", "/gradio_api/call/x"),
        ("/demo", "/demo/gradio_api/call/x", "/gradio_api/call/x"),
        ("/demo/", "/demo/gradio_api/call/x", "/gradio_api/call/x"),
        ("/demo", "/gradio_api/call/x", "/gradio_api/call/x"),
        ("/demo", "/demolition/x", "/demolition/x"),
        ("https://example.org/demo", "/demo/x", "/x"),
        ("https://example.org", "/demo/x", "/demo/x"),
        ("/a/b", "/a/b/x", "/x"),
        ("/a/b", "/a/x", "/a/x"),
        ("/demo", "/demo/demo/x", "/demo/x"),
        ("/demo", "/x/demo/x", "/x/demo/x"),
        ("/demo", "/demo/", "/"),
    ],
)
def test_path_below_the_root(root: str, path: str, below: str) -> None:
    """Only a whole part of a path is stripped."""
    assert route_path({"path": path, "root_path": root}) == below
