"""An event's id in the queue, and what is raised where there is no such event."""

from collections.abc import Iterator

import gradio as gr
import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio.events import api
from gradio_client import Client

from server.gradio_compat.events import UnknownEndpoint, running_event


def whose() -> str:
    """The id of the event, or a word."""
    return running_event() or "none"


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    """An endpoint in the queue, and one beside it."""
    page: gr.Blocks
    with gr.Blocks() as page:
        api(whose, api_name="queued")
        api(whose, api_name="beside", queue=False)
    return page


@pytest.fixture(scope="module")
def client(page: gr.Blocks) -> Iterator[Client]:
    """A script's connection to it."""
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    page.close(verbose=False)


def test_running_event(client: Client) -> None:
    """Each event has its own; outside of the queue there is none."""
    first, second = (client.predict(api_name="/queued") for _ in range(2))
    assert len(first) == len(second) == 32
    assert first != second
    beside = httpx.post(f"{client.src}gradio_api/run/beside", json={"data": []}, timeout=60)
    assert beside.json()["data"] == ["none"]
    assert running_event() is None


def test_unknown_endpoint(page: gr.Blocks) -> None:
    """Gradio lets it escape from its route."""
    client = TestClient(gr.mount_gradio_app(FastAPI(), page, "/page"))
    with pytest.raises(UnknownEndpoint):
        client.post("/page/gradio_api/run/nothing", json={"data": []})
