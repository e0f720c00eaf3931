"""Crowds: who waits, who is refused, and that visitors do not meet."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import ValidationError

from server.gradio_compat.line import Push
from tests.faults.machine import API, Site, wait_until
from tests.loops import run_apart

CROWD = 200


async def all_at_once(url: str, body: dict[str, object]) -> list[httpx.Response]:
    """The answers to `CROWD` calls that begin together."""
    limits = httpx.Limits(max_connections=CROWD)
    async with httpx.AsyncClient(timeout=120, limits=limits) as client:
        return await asyncio.gather(*(client.post(url, json=body) for _ in range(CROWD)))


@pytest.mark.parametrize("path", ["/call/sentiment", "/queue/join"])
def test_two_hundred_joins(site: Site, path: str) -> None:
    """32 wait behind the one that runs, the others are refused in words, and those who wait are all served.

    Ungated, more than 32 waited: Gradio counts the line before its own checks and joins it after them.
    """
    line = site.serving.admission.line
    site.visitor.result("sentiment", "warm")
    site.machine.open.clear()
    running = site.visitor.begin("sentiment", "first")
    wait_until(lambda: line.running() == 1)
    config = httpx.get(site.serving.url + "/config", timeout=60).json()
    index = next(each["id"] for each in config["dependencies"] if each["api_name"] == "sentiment")
    body: dict[str, object] = {"data": ["good", ""]}
    if path == "/queue/join":
        body |= {"fn_index": index, "session_hash": "crowd"}
    answers = run_apart(all_at_once(site.serving.url + API + path, body))
    assert Counter(answer.status_code for answer in answers) == {200: 32, 503: CROWD - 32}
    assert line.waiting() == 32
    refusal = next(answer for answer in answers if answer.status_code == 503)
    assert refusal.json() == {"detail": "32 requests are waiting already. Try again in a minute."}
    assert refusal.headers["retry-after"] == "60"
    before = site.outcomes("sentiment").get("done", 0)
    site.machine.open.set()
    wait_until(site.idle)
    assert site.outcomes("sentiment")["done"] == before + 33
    assert running


def test_who_joined_is_counted_once(site: Site) -> None:
    """17 are in the queue and were not answered yet: there is room for 15 more.

    When a place on the way into the line was kept until its answer had gone out, the 17 counted as 34.
    """
    site.visitor.result("sentiment", "warm")
    site.machine.open.clear()
    site.visitor.begin("sentiment", "first")
    line, answered = site.serving.admission.line, threading.Event()
    wait_until(lambda: line.running() == 1)

    def late(push: Push) -> Push:
        async def answered_late(**call: Any) -> Any:
            joined = await push(**call)
            while not answered.is_set():
                await asyncio.sleep(0.01)
            return joined

        return answered_late

    line.around_join(late)
    with ThreadPoolExecutor(18) as pool:
        calls = [pool.submit(site.visitor.call, "sentiment", "good") for _ in range(17)]
        wait_until(lambda: line.waiting() == 17)
        calls.append(pool.submit(site.visitor.call, "sentiment", "good"))
        wait_until(lambda: line.waiting() == 18 or calls[-1].done())
        answered.set()
        assert [call.result().status_code for call in calls] == [200] * 18
    site.machine.open.set()
    wait_until(site.idle)


def test_visitors_do_not_meet(site: Site) -> None:
    """Eight visitors at once, each with a text of its own, get what each of them would get alone."""
    texts = [f"good number {i} " * (i + 1) for i in range(8)]
    alone = [site.visitor.result("sentiment", text)["words"] for text in texts]
    events = [site.visitor.begin("sentiment", text) for text in texts]
    together = []
    for event in events:
        with site.visitor.listening("sentiment", event) as messages:
            together.append(list(messages)[-1][1][0]["words"])
    assert together == alone


@pytest.mark.parametrize("state", ["running", "waiting"])
def test_nobody_cancels_for_another(site: Site, state: str) -> None:
    """A request cannot be cancelled by another visitor who knows its id.

    Without the gate a waiting request was gone, and its visitor got no result.
    """
    visitor = site.visitor
    visitor.result("sentiment", "warm")
    site.machine.open.clear()
    events = [visitor.begin("sentiment", "first"), visitor.begin("sentiment", "second")]
    wait_until(lambda: site.serving.admission.line.running() == 1)
    victim = events[0] if state == "running" else events[1]
    answer = visitor.cancel("sentiment", victim, "somebody else")
    assert (answer.status_code, answer.json()) == (403, {"detail": "This request belongs to another visitor."})
    site.machine.open.set()
    for event in events:
        with visitor.listening("sentiment", event) as messages:
            assert list(messages)[-1][0] == "complete"


def test_too_many_requests_from_one_address(site_of: Callable[..., Site]) -> None:
    """The eleventh within a minute is refused in words; what a client says of its own address does not help.

    Ungated: all of them 200. With uvicorn's own trust in this machine, a made-up X-Forwarded-For got through.
    """
    site = site_of(rate=10)
    answers = [site.visitor.call("status") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].json()["detail"].startswith("At most 10 requests a minute are allowed. Try again in ")
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    disguised = httpx.post(
        f"{site.serving.url}{API}/call/status",
        json={"data": []},
        headers={"X-Forwarded-For": "203.0.113.7"},
        timeout=60,
    )
    assert disguised.status_code == 429


def test_the_python_client_shows_why_a_call_was_refused(site_of: Callable[..., Site]) -> None:
    """`gradio_client` shows nothing of a plain 429 but the status, and fails on a 422 whose detail is a text."""
    site = site_of(rate=2)
    client = Client(site.serving.url, verbose=False)
    client.predict(api_name="/status")
    client.predict("good", api_name="/sentiment")
    with pytest.raises(ValidationError, match=r"At most 2 requests a minute are allowed\. Try again in"):
        client.predict("good", api_name="/sentiment")


def test_behind_a_proxy_each_address_has_its_own_rate(site_of: Callable[..., Site]) -> None:
    """The address that the proxy saw counts; what stands before it was written by the client."""
    site = site_of(rate=1, proxies=1)

    def ask(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return site.visitor.post("/call/status", {"data": []}, headers=headers).status_code

    assert [ask("203.0.113.7"), ask("203.0.113.8"), ask("203.0.113.7"), ask("9.9.9.9, 203.0.113.8")] == [
        200,
        200,
        429,
        429,
    ]
