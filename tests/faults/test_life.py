"""Health, readiness, figures, and an end in order."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

import model_setup
from models.weights.gguf import ABOUT, SERVED, TOKENIZER
from models.weights.store import WeightStore
from tests.faults.machine import Site, Visitor, wait_until

ROOT = Path(__file__).parent.parent.parent


def test_alive_and_not_ready(site: Site) -> None:
    """The process lives from the start; it is not ready before the default models are on disk, and names them."""
    assert httpx.get(site.serving.url + "/healthz", timeout=60).status_code == 200
    ready = httpx.get(site.serving.url + "/readyz", timeout=60)
    assert ready.status_code == 503
    names = {spec.weights.name for spec in model_setup.DEFAULT_MODELS}
    assert ready.json() == {"ready": False, "missing": [*dict.fromkeys(ready.json()["missing"])], "closing": False}
    assert set(ready.json()["missing"]) == names


def test_ready_once_the_default_models_are_on_disk(site_of: Callable[..., Site], tmp_path: Path) -> None:
    """It is false until the last of them is there, and true after."""
    site = site_of(home=tmp_path)
    store = WeightStore(tmp_path)
    for spec in model_setup.DEFAULT_MODELS:
        ready = httpx.get(site.serving.url + "/readyz", timeout=60)
        assert ready.status_code == (200 if store.has(spec.weights) and not ready.json()["missing"] else 503)
        weights = store.known(spec.weights)
        assert weights is not None
        folder = store.path(weights)
        made = (TOKENIZER, f"{SERVED}/{ABOUT}") if weights.gguf else ()
        for name in (*(file.name for file in weights.files), *made):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
    ready = httpx.get(site.serving.url + "/readyz", timeout=60)
    assert (ready.status_code, ready.json()["ready"]) == (200, True)


def test_the_figures_can_be_read_by_prometheus(site: Site) -> None:
    """Requests by endpoint and outcome, latency, queue, cache and memory, in the text format."""
    site.visitor.result("answer", "who?", "somebody", 1)
    site.visitor.call("answer", "who?")
    text = httpx.get(site.serving.url + "/metrics", timeout=60).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def value(name: str, **labels: str) -> float:
        return next(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())

    assert value("glassbox_requests_total", endpoint="answer", outcome="done") >= 1
    assert value("glassbox_request_seconds_count", endpoint="answer") >= 1
    assert value("glassbox_refusals_total", reason="unfit") >= 1
    assert value("glassbox_queue_length") == 0
    assert value("glassbox_cache_bytes") == site.cache.status().used_bytes > 0
    assert value("glassbox_cache_misses_total") == site.cache.status().misses
    assert value("glassbox_model_loads_total", model="MiniLM-SQuAD") == 1
    assert value("glassbox_resident_memory_bytes") > 10**7
    assert value("glassbox_cpu_seconds_total") > 0


def test_figures_only_when_asked_for(site_of: Callable[..., Site]) -> None:
    """Without --metrics there is no such route."""
    assert httpx.get(site_of(metrics=False).serving.url + "/metrics", timeout=60).status_code == 404


@contextmanager
def program(delay: float, drain: int, home: Path) -> Iterator[tuple[subprocess.Popen[str], Visitor]]:
    """The app in a process of its own, and somebody who has its address."""
    command = [sys.executable, "-m", "tests.faults.tiny_server", str(delay), str(drain), str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if line.startswith("serving at "))
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield process, Visitor(line.removeprefix("serving at ").strip())
        finally:
            process.kill()


def heard(visitor: Visitor, event: str, into: list[tuple[str, Any]]) -> threading.Thread:
    """Listen to a chat in a thread."""

    def listen() -> None:
        with visitor.listening("chat", event) as messages:
            into.extend(messages)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize(("drain", "tokens"), [(60, 30), (1, 256)], ids=["in time", "too long"])
def test_sigterm_in_the_middle_of_a_stream(tmp_path: Path, drain: int, tokens: int) -> None:
    """A stream that can ends whole, another one says why; new requests are refused in words; the program ends with 0.

    With Gradio's own handling the program died at once, and the stream broke off without a word.
    """
    with program(0.1, drain, tmp_path) as (process, visitor):
        whole = visitor.result("chat", "hello", [], "", tokens, 0) if drain > 1 else ""
        messages: list[tuple[str, Any]] = []
        listening = heard(visitor, visitor.begin("chat", "hello", [], "", tokens, 0), messages)
        wait_until(lambda: len(messages) > 2, 60)
        process.send_signal(signal.SIGTERM)
        if drain > 1:
            wait_until(lambda: httpx.get(visitor.url + "/readyz", timeout=60).json()["closing"])
            assert httpx.get(visitor.url + "/healthz", timeout=60).status_code == 200
            refusal = visitor.call("sentiment", "good")
            assert refusal.status_code == 503
            assert refusal.json() == {"detail": "The server is restarting. Try again in a minute."}
        listening.join(60)
        if drain > 1:
            assert messages[-1] == ("complete", [whole])
        else:
            assert messages[-1][0] == "error"
            assert messages[-1][1]["error"] == "The server is restarting. Try again in a minute."
        assert process.wait(60) == 0
