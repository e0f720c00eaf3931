"""A page for some: who has no login gets nothing; and a public link that cannot be had."""

import logging
from collections.abc import Callable

import httpx
import pytest

from tests.faults.machine import API, Site


def test_only_who_logs_in_is_served(site_of: Callable[..., Site]) -> None:
    """Without a login the page is a form and every call a 401; health stays open to probes. Ungated: 200."""
    site = site_of(auth="ann:one two")
    assert httpx.get(site.serving.url + "/config", timeout=60).status_code == 401
    for path, body in (("/call/sentiment", {"data": ["good"]}), ("/queue/join", {"data": [], "fn_index": 1})):
        assert site.visitor.post(path, body).status_code == 401
    assert httpx.get(site.serving.url + "/healthz", timeout=60).status_code == 200
    with httpx.Client(base_url=site.serving.url, timeout=60) as visitor:
        assert visitor.post("/login", data={"username": "ann", "password": "wrong"}).status_code == 400
        assert visitor.post("/login", data={"username": "ann", "password": "one two"}).status_code == 200
        assert visitor.get("/config").status_code == 200
        assert visitor.post(f"{API}/call/status", json={"data": []}).status_code == 200


def test_no_internet_means_no_public_link(
    site_of: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The page is served here all the same, and the log says why there is no link."""

    def unreachable(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("gradio.networking.setup_tunnel", unreachable)
    with caplog.at_level(logging.WARNING):
        site = site_of(share=True)
    assert "no public link: Gradio's tunnel is out of reach" in caplog.text
    assert httpx.get(site.serving.url + "/healthz", timeout=60).status_code == 200
