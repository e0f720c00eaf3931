"""The Chat tab without a browser: its endpoint, what it shows, and that Stop ends the compute."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import gradio as gr
import psutil
import pytest
from gradio_client import Client
from gradio_client.exceptions import ValidationError
from gradio_client.utils import Status

from demos.chat import tab as chat
from demos.chat.reply import notice_of, plain, status_of
from demos.events import own_lane, shared_lane
from demos.gradio_compat import events_of
from models.catalog.bundled import SMOLLM2
from models.runtime.cache import ModelCache
from models.runtime.limits import DEFAULT_LIMITS
from models.runtime.provenance import Run
from models.tasks.chat.adapter import ChatReply, Chatter
from models.tasks.chat.prompt import Part, Prompt
from tests import tiny

REPLY = ChatReply("Hello", (), Prompt(()), 12, "end", 8.25, Run("Tiny", "cpu", 12, 0, 1.5))


@contextmanager
def serving(chatter: Any) -> Iterator[Client]:
    """A script's connection to a page with this tab alone."""
    with gr.Blocks() as demo:
        chat.render(chatter)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    try:
        yield Client(url, verbose=False)
    finally:
        demo.close()


@pytest.fixture
def client(tiny_cache: ModelCache) -> Iterator[Client]:
    """A connection to the tab over tiny models."""
    with serving(Chatter(tiny_cache, SMOLLM2)) as client:
        yield client


def wait_until(true: Any, seconds: float = 60) -> None:
    """Return as soon as `true()`; fail when it does not come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_endpoint_streams_text(client: Client, tiny_cache: ModelCache) -> None:
    """A script gets the growing text, the same that the adapter gives, with the history in either shape."""
    history = [{"role": "user", "content": "a"}, {"role": "assistant", "content": [{"type": "text", "text": "b"}]}]
    job = client.submit("hello", history, "Be brief.", 12, 0.0, api_name="/chat")
    assert job.result() == Chatter(tiny_cache, SMOLLM2)("hello", history, "Be brief.", 12).text
    assert client.predict("hello", api_name="/chat")


@pytest.mark.parametrize(
    "arguments",
    [
        {"message": ""},
        {"message": 5},
        {"message": "hi", "history": [{"role": "system", "content": "x"}]},
        {"message": "hi", "history": "x"},
        {"message": "hi", "max_new_tokens": 10**9},
        {"message": "hi", "temperature": -1},
    ],
)
def test_endpoint_refuses_in_words(client: Client, arguments: dict[str, Any]) -> None:
    """A bad argument is an error that names it."""
    with pytest.raises(ValidationError, match=list(arguments)[-1]):
        client.predict(**arguments, api_name="/chat")


class Endless:
    """A chatter that never ends and notes whether its stream was closed; `gate` holds its first reply back."""

    models = (SMOLLM2,)
    cache = ModelCache(tiny.load, 0)
    limits = DEFAULT_LIMITS

    def using(self, model: str) -> "Endless":
        """The only one."""
        return self

    def __init__(self) -> None:
        self.started, self.gate, self.closed = threading.Event(), threading.Event(), threading.Event()

    def check(self, *values: object) -> None:
        """Take anything."""

    def stream(self, *values: object, **named: object) -> Iterator[ChatReply]:
        """Reply for ever."""
        try:
            self.started.set()
            self.gate.wait(120)
            while True:
                time.sleep(0.01)
                yield replace(REPLY, text="x", ended="")
        finally:
            self.closed.set()


@pytest.mark.parametrize("first", ["streaming", "before its first reply"])
def test_cancel_closes_the_stream(first: str) -> None:
    """A cancelled job ends its generator, also when it had not yielded yet, and the next one is served."""
    endless = Endless()
    with serving(endless) as client:
        job = client.submit("hi", api_name="/chat")
        wait_until(endless.started.is_set)
        if first == "streaming":
            endless.gate.set()
            wait_until(job.outputs)
        # A job can only be cancelled once the client knows that it runs.
        wait_until(lambda: job.status().code in (Status.PROCESSING, Status.ITERATING))
        job.cancel()
        endless.gate.set()
        wait_until(endless.closed.is_set)


@pytest.mark.real
def test_stop_frees_the_cpu(real_cache: ModelCache) -> None:
    """A long reply that was stopped leaves the process idle and its model free, long before its end; chat still works.

    Work is counted in the processor's seconds, so that it does not matter what else the machine does.
    """
    process = psutil.Process()

    def work() -> float:
        """The processor's seconds that this process takes in one second."""
        before = process.cpu_times()
        time.sleep(1)
        after = process.cpu_times()
        return float(after.user + after.system - before.user - before.system)

    def leases() -> int:
        return sum(model.leases for model in real_cache.status().models if model.name == SMOLLM2.name)

    with serving(Chatter(real_cache, SMOLLM2)) as client:
        job = client.submit("Tell me a very long story.", max_new_tokens=256, api_name="/chat")
        wait_until(lambda: len(job.outputs()) > 1, 120)
        assert work() > 0
        job.cancel()
        wait_until(lambda: leases() == 0, 60)
        assert len(job.outputs()) < 200
        wait_until(lambda: work() < 0.2)
        assert client.predict("Say hi.", max_new_tokens=4, api_name="/chat")


def test_status_shows_speed_and_ending() -> None:
    """The line shows the speed, and that a reply was cut; before the first token, how much is read."""
    assert status_of(REPLY) == "Tiny · cpu · 12 tokens · 1.5 s · 0 new tokens · 8.2 tokens/s"
    assert status_of(replace(REPLY, ended="length")).endswith("cut at the reply length")
    assert status_of(replace(REPLY, ended="time")).endswith("cut: the time was up")
    assert status_of(replace(REPLY, ended="circles")).endswith("ended: it began to repeat itself")
    assert status_of(replace(REPLY, ended="", read=5)) == "Reading 5 of 12 tokens"


def test_status_shows_the_engine_and_what_was_kept() -> None:
    """What answers in torch's place is named, and so are the tokens that were not read again."""
    kept = replace(REPLY, kept=8, run=replace(REPLY.run, engine="llama.cpp"))
    assert status_of(kept).startswith("Tiny · cpu llama.cpp · 12 tokens · 1.5 s · 8 of them read before · ")


def test_notice_shows_what_was_dropped() -> None:
    """Dropped turns are mentioned with their tokens, else there is no notice."""
    assert notice_of(REPLY) == ""
    dropped = replace(REPLY, prompt=Prompt((), 3), run=replace(REPLY.run, dropped=1_234))
    assert "oldest 3 turns (1,234 tokens)" in notice_of(dropped)


def test_the_raw_reply_leaves_the_prompt_out() -> None:
    """The JSON has each token with its number, and how much was dropped, but not the tokens of the prompt."""
    part = Part("hi", [1], [(0, 2)], False)
    raw = plain(replace(REPLY, prompt=Prompt((part,), 2, 30)))
    assert raw["prompt"] == {"parts": (), "dropped_turns": 2, "dropped_tokens": 30}
    assert raw["text"] == "Hello"


def test_replies_to_several_visitors_run_at_once(tiny_cache: ModelCache) -> None:
    """Every run that writes a reply is in the lane whose requests share the model's batches."""
    with gr.Blocks() as page, own_lane("chat"):
        chat.render(chat.make_chatter(tiny_cache))
        lane = shared_lane()
    shared = [event for event in events_of(page) if event.concurrency_id == lane]
    assert len(shared) == 5
    assert "chat" in {event.api_name for event in shared}
