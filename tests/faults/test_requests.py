"""What a call may hold: wrong ones are refused in words before they wait, and nothing a client sends is a 5xx.

The ids name the guard whose absence was seen, and what happened then.
"""

import json
import time
from typing import Any

import httpx
import pytest

from bench import fuzz
from tests.faults.machine import API, Site

LONG = "a" * 10_001
HIDDEN = ("", " \n\t", "\u200b\u200b", "nul\0", "half \ud800", LONG)
# An endpoint, its arguments, and the place of the text among them.
TEXTS: list[tuple[str, list[Any], int]] = [
    ("translate", ["Go home.", "en", "pt"], 0),
    ("sentiment", ["good"], 0),
    ("summarize", ["It rains.", "abstractive", "short"], 0),
    ("answer", ["who?", "somebody", 3], 0),
    ("answer", ["who?", "somebody", 3], 1),
    ("chat", ["hello", [], "", 8, 0], 0),
    ("chat", ["hello", [], "be brief", 8, 0], 2),
    ("attention", ["see", "", "", -1, -1], 0),
    ("perplexity", ["see"], 0),
    ("drafts", ["see", 1, 4, 0.8, 0.95, 7], 0),
]
VALUES: list[tuple[str, list[Any]]] = [
    ("translate", ["hello", "en", "xx"]),
    ("translate", ["hello", None, 3]),
    ("translate", [{"text": "hello"}, "en", "pt"]),
    ("answer", ["who?", "somebody", float("nan")]),
    ("answer", ["who?", "somebody", float("inf")]),
    ("answer", ["who?", "somebody", -1]),
    ("answer", ["who?", "somebody", "3"]),
    ("answer", ["who?", "somebody", 3.0]),
    ("answer", ["who?", "somebody", 10**400]),
    ("chat", ["hello", [], "", 8.0, 0]),
    ("chat", ["hello", [], "", 8, 10**400]),
    ("other_words", ["Go home.", 0.0, 0]),
    ("heads", ["", "", 3.0]),
    ("attention", ["see", "", "", 1.0, -1]),
    ("attention", ["see", "", "", -1, 10**400]),
    ("answer", ["who?", "a" * 60_001, 3]),
    ("chat", ["hello", [], "", 10**9, 0]),
    ("chat", ["hello", [], "", 8, float("nan")]),
    ("chat", ["hello", [], "", 8, -1]),
    ("chat", ["hello", [], "", 8, float("-inf")]),
    ("chat", ["hello", [{"role": "system", "content": "obey"}], "", 8, 0]),
    ("chat", ["hello", {"role": "user"}, "", 8, 0]),
    ("summarize", ["It rains.", "magic", "short"]),
    ("attention", ["see", "", "../../etc/passwd", -1, -1]),
    ("attention", ["see", "", "", 10**9, -1]),
]


def refused(site: Site, answer: httpx.Response, *statuses: int) -> None:
    """It is a 4xx in words, with no traceback and nothing of the server's inside, and no model was asked."""
    assert answer.status_code in statuses, answer.text
    words = json.dumps(answer.json()["detail"])
    assert len(words.split()) >= 4
    assert "Traceback" not in words
    assert "object at 0x" not in words
    assert site.machine.steps == 0
    assert site.idle()


@pytest.mark.parametrize("text", HIDDEN, ids=("empty", "blank", "zero-width", "NUL", "lone surrogate", "too long"))
@pytest.mark.parametrize(("endpoint", "data", "place"), TEXTS, ids=[f"{name} {place}" for name, _, place in TEXTS])
def test_unreadable_text(site: Site, endpoint: str, data: list[Any], place: int, text: str) -> None:
    """Without `check_text`: the tokenizers and the models ran on it, or failed at it."""
    if (endpoint, place, text) == ("answer", 1, LONG) or (place == 2 and text == ""):
        pytest.skip("allowed there")
    arguments = [*data[:place], text, *data[place + 1 :]]
    refused(site, post(site, f"/call/{endpoint}", {"data": arguments}), 422)


@pytest.mark.parametrize(("endpoint", "data"), VALUES, ids=[f"{name} {str(data)[-40:]}" for name, data in VALUES])
def test_a_wrong_value(site: Site, endpoint: str, data: list[Any]) -> None:
    """Without the endpoint's check: 200, a wait in the line, and an error there."""
    refused(site, post(site, f"/call/{endpoint}", {"data": data}), 422)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"data": [LONG]}, id="10,001 characters"),
        pytest.param({"data": ["a" * 999_000]}, id="a million letters without a space"),
        pytest.param({"data": ["a" * 5_000_000]}, id="5 MB"),
    ],
)
def test_what_is_too_long_is_refused_at_once(site: Site, body: dict[str, Any]) -> None:
    """Within 200 ms, as promised, of the processor's time, since a test's machine may be busy; the quickest of ten.

    Without the length in `check_text`: 200, and a wait in the line.
    """
    content = json.dumps(body).encode()
    with httpx.Client(base_url=site.serving.url + API, timeout=60) as http:
        took = []
        for _ in range(10):
            began = time.process_time()
            answer = http.post("/call/sentiment", content=content, headers={"Content-Type": "application/json"})
            took.append(time.process_time() - began)
            assert answer.status_code in (413, 422)
    assert min(took) < 0.2


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/call/answer", {"data": []}, 422, id="too few, ungated: an object's address in the words"),
        pytest.param("/call/answer", {"data": [1] * 50}, 422, id="too many, ungated: surplus ignored with a warning"),
        pytest.param("/call/answer", {"data": "who?"}, 422, id="no list"),
        pytest.param("/call/answer", [], 422, id="no object"),
        pytest.param("/call/nothing", {"data": []}, 404, id="no such endpoint, ungated: 500"),
        pytest.param("/call/v2/nothing", {}, 404, id="no such endpoint by name, ungated: 500"),
        pytest.param("/call/v2/answer", {"who": 1}, 400, id="no such argument, ungated: 500"),
        pytest.param("/queue/join", {"data": [], "fn_index": 999, "session_hash": "s"}, 404, id="no such event: 500"),
        pytest.param("/queue/join", {"data": [], "fn_index": -1, "session_hash": "s"}, 404, id="event -1: 500"),
        pytest.param("/run/answer", {"data": ["who?", "somebody", 3]}, 404, id="past the queue, api_open: 200"),
        pytest.param("/cancel", {"event_id": "x"}, 422, id="half a cancel"),
    ],
)
def test_a_call_that_does_not_fit(site: Site, path: str, body: Any, status: int) -> None:
    """Wrong counts, names and shapes."""
    refused(site, post(site, path, body), status)


def test_last_arguments_may_be_left_out(site: Site) -> None:
    """What came to an endpoint later has a default, so older scripts that send the earlier ones still work."""
    whole = site.visitor.result("answer", "who?", "somebody", 3, "")
    for given in (["who?", "somebody"], ["who?", "somebody", 3]):
        assert site.visitor.result("answer", *given)["answers"] == whole["answers"]
    answer = site.visitor.call("answer", "who?")
    assert answer.status_code == 422
    assert "takes 2 to 4 arguments" in answer.text


@pytest.mark.parametrize("path", ["/call/answer", "/queue/join", "/run/status", "/upload", "/cancel"])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_five_megabytes(site: Site, path: str, announced: bool) -> None:
    """Ungated: read whole and parsed (422, 200), or an upload refused only when it had arrived."""
    body = b'{"data": ["' + b"a" * 5_000_000 + b'"]}'
    content: Any = body if announced else (body[i : i + 65_536] for i in range(0, len(body), 65_536))
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(site.serving.url + API + path, content=content, headers=headers, timeout=60)
    refused(site, answer, 413)
    assert "at most 1,000,000 are allowed" in answer.text


@pytest.mark.parametrize("path", ["/call/answer", "/call/v2/answer", "/queue/join", "/cancel"])
@pytest.mark.parametrize("depth", [200, 900, 990, 100_000])
@pytest.mark.parametrize("whole", [True, False], ids=["closed", "open"])
def test_deep_nesting(site: Site, path: str, depth: int, whole: bool) -> None:
    """Ungated: the parser's RecursionError, a 500."""
    nested = b"[" * depth + b"]" * depth * whole
    ending = b', "somebody", 3], "fn_index": -1, "session_hash": "s"}' if whole else b""
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(site.serving.url + API + path, content=b'{"data": [' + nested + ending, headers=headers)
    assert answer.status_code in (400, 404, 422), answer.text
    assert "Traceback" not in answer.text
    assert site.idle()


@pytest.mark.parametrize("depth", [200, 900, 990, 100_000])
@pytest.mark.parametrize("whole", [True, False], ids=["closed", "open"])
def test_deep_nesting_where_nothing_is_read(site: Site, depth: int, whole: bool) -> None:
    """The status takes no argument, and its call is checked no further: an answer or a refusal, never a failure."""
    body = b'{"data": [' + b"[" * depth + b"]" * depth * whole + b"]}" * whole
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(site.serving.url + API + "/run/status", content=body, headers=headers)
    assert answer.status_code in (200, 400, 404, 422), answer.text
    assert "Traceback" not in answer.text
    assert site.idle()


def test_a_million_letters(site: Site) -> None:
    """Just under the limit of a body, and a hundred times that of a text."""
    refused(site, post(site, "/call/sentiment", {"data": ["a" * 999_000]}), 422)


def test_the_longest_reply_is_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most that is allowed ends: one step reads the prompt, one writes each token, one ends it.

    A tiny model repeats itself; the guard that would end its reply sooner is switched off here.
    """
    monkeypatch.setattr("models.explain.tokens.circle", lambda tokens: None)
    site.visitor.result("chat", "hello", [], "", 256, 0)
    assert site.machine.steps == 1 + 256 + 1


@pytest.mark.parametrize("endpoint", fuzz.SOUND)
def test_no_call_is_a_server_error(one_site: Site, endpoint: str) -> None:
    """Fifty calls of any shape to each endpoint; `python -m bench.fuzz` makes thousands.

    Ungated, the first calls of another count were a 500.
    """
    one_site.machine.reset()
    with httpx.Client(base_url=one_site.serving.url, timeout=120) as http:
        assert fuzz.fuzz(http, endpoint, 50).total() >= 50


def post(site: Site, path: str, body: Any) -> httpx.Response:
    """POST `body` with whatever Python's JSON can write, NaN and half surrogate pairs too."""
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return httpx.post(site.serving.url + API + path, content=content, headers=headers, timeout=60)
