"""A request that nobody waits for any more, that runs too long, or that breaks, ends in whatever state it is.

Seen to fail: with `guarded` taken away (Gradio's own handling of the same functions) every "cancel" and every "closed
connection" ran on to its end, and the leases stayed until then; without `Runs` the closed connections of the plain
functions (all but chat) did, and no deadline was kept.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from models.catalog.bundled import ENGLISH_PORTUGUESE, SENTIMENT
from models.tasks.translation.adapter import PAUSE
from tests.faults.machine import FULL, Site, wait_until

HISTORY = [{"role": "user", "content": "a" * 900}, {"role": "assistant", "content": "b" * 800}]
CROSS = f"{ENGLISH_PORTUGUESE.name} cross-attention"


@dataclass(frozen=True)
class State:
    """A call that is in a state once its models took `steps` steps of `delay` seconds; left alone, it takes `all`."""

    endpoint: str
    data: tuple[Any, ...]
    delay: float
    steps: int
    all: int


STATES = {
    "prefill": State("chat", ("hello", HISTORY, "", 16, 0), 0.4, 2, 14),
    "decoding": State("chat", ("hello", [], "", 256, 0), 0.05, 5, 256),
    "windowed question answering": State("answer", ("where?", "ab " * 8_000, 3), 0.4, 2, 20),
    "long translation": State("translate", ("Go home. " * 600, "en", "pt"), 0.05, 5, 200),
    "written summary": State("summarize", ("The ferry left at nine. " * 60, "abstractive", "long"), 0.4, 2, 12),
    "measured words": State("sentiment", ("good or bad? " * 200,), 0.4, 3, 9),
    "attention of a translation": State("attention", ("Go home. " * 5, "", CROSS, -1, -1), 0.1, 2, 60),
}
# Endpoints that end with what they have shortly before the deadline, and whether such a result says what it lacks.
ENDS_BY_ITSELF: dict[str, Callable[[dict[str, Any]], bool]] = {
    "translate": lambda result: bool(result["left"]),
    "answer": lambda result: bool(result["read"] < result["windows"]),
}
states = pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())


def settled(site: Site) -> int:
    """How many steps were taken when nothing runs any more; none follows."""
    wait_until(site.idle)
    steps = site.machine.steps
    time.sleep(0.5)
    assert site.machine.steps == steps
    return steps


@states
@pytest.mark.parametrize("way", ["closed connection", "cancel"])
def test_compute_ends_when_its_visitor_is_gone(site: Site, state: State, way: str) -> None:
    """The slot is free, no model is in use, most steps are never taken, and the next visitor is served."""
    visitor = site.visitor
    site.machine.delay, site.machine.steps = state.delay, 0
    event = visitor.begin(state.endpoint, *state.data)
    with visitor.listening(state.endpoint, event):
        wait_until(lambda: site.machine.steps >= state.steps)
        if way == "cancel":
            assert visitor.cancel(state.endpoint, event, event).status_code == 200
            wait_until(site.idle)
    assert settled(site) < state.all
    site.machine.delay = 0
    assert visitor.result("sentiment", "fine")["label"]


@states
def test_the_step_it_is_in_is_the_last(site: Site, state: State) -> None:
    """Stop is looked at before each further step: of a prompt that is read, a step is one block of tokens."""
    visitor = site.visitor
    site.machine.steps = 0
    site.machine.open.clear()
    event = visitor.begin(state.endpoint, *state.data)
    with visitor.listening(state.endpoint, event):
        wait_until(lambda: site.machine.steps == 1)
        assert visitor.cancel(state.endpoint, event, event).status_code == 200
        wait_until(lambda: site.serving.admission.line.running() == 0)
    # A translation looks whether to go on only so often.
    time.sleep(PAUSE)
    site.machine.open.set()
    assert settled(site) == 1


@pytest.mark.parametrize("way", ["closed connection", "cancel"])
def test_who_leaves_the_queue_is_never_run(site: Site, way: str) -> None:
    """A request that waited for its turn when its visitor left takes no step of any model."""
    visitor = site.visitor
    visitor.result("sentiment", "warm")
    site.machine.open.clear()
    first = visitor.begin("sentiment", "first")
    with visitor.listening("sentiment", first) as messages:
        wait_until(lambda: site.serving.admission.line.running() == 1)
        second = visitor.begin("sentiment", "second")
        with visitor.listening("sentiment", second):
            assert site.serving.admission.line.waiting() == 1
            if way == "cancel":
                assert visitor.cancel("sentiment", second, second).status_code == 200
        wait_until(lambda: site.serving.admission.line.waiting() == 0)
        ended = site.outcomes("sentiment").get("done", 0.0)
        site.machine.open.set()
        assert list(messages)[-1][0] == "complete"
    settled(site)
    assert site.outcomes("sentiment").get("done", 0.0) == ended + 1


def test_a_load_goes_on_when_its_visitor_leaves(site: Site) -> None:
    """The slot is free while the model still loads, another visitor is served, and the load was not for nothing.

    Without the load's own thread the slot stayed taken until the model was there.
    """
    visitor = site.visitor
    visitor.result("answer", "who?", "somebody", 1)
    site.cache.unload()
    visitor.result("answer", "who?", "somebody", 1)
    site.machine.loads.clear()
    event = visitor.begin("sentiment", "good")
    with visitor.listening("sentiment", event):
        wait_until(lambda: site.cache.status().used_bytes > SENTIMENT.nbytes)
    wait_until(lambda: site.serving.admission.line.running() == 0)
    assert visitor.result("answer", "who?", "somebody", 1)
    before = loads(site)
    site.machine.loads.set()
    wait_until(lambda: loads(site) == before + 1)
    settled(site)


@pytest.fixture(scope="module")
def hasty(site_of: Callable[..., Site]) -> Site:
    """A site with a deadline of one second."""
    return site_of(deadline=1)


@states
def test_the_deadline_ends_every_request(hasty: Site, state: State) -> None:
    """A plain call ends with a message; a stream keeps what it has, and a translation its whole sentences."""
    hasty.machine.reset()
    hasty.machine.delay = state.delay
    messages = hasty.visitor.run(state.endpoint, *state.data)
    kind, value = messages[-1]
    if state.endpoint == "chat" and len(messages) > 1:
        assert (kind, value) == ("complete", messages[-2][1])
    elif state.endpoint in ENDS_BY_ITSELF and kind == "complete":
        # It ended by itself, a little before the deadline.
        assert ENDS_BY_ITSELF[state.endpoint](value[0])
        assert settled(hasty) < state.all
        return
    else:
        assert kind == "error"
        assert "The time is up: a request may run for 1 seconds." in value["error"]
    assert settled(hasty) < state.all
    assert hasty.outcomes(state.endpoint)["deadline"] >= 1


def test_the_deadline_holds_while_a_model_loads(hasty: Site) -> None:
    """The waiting visitor gets a message that the load continues; the next one finds the model loaded."""
    hasty.machine.reset()
    hasty.cache.unload()
    hasty.machine.loads.clear()
    kind, value = hasty.visitor.run("sentiment", "good")[-1]
    assert kind == "error"
    assert "A model that was loading goes on loading." in value["error"]
    hasty.machine.loads.set()
    wait_until(hasty.idle)
    assert hasty.visitor.result("sentiment", "good")["label"]


def test_generation_that_raises_keeps_its_partial_text(site: Site) -> None:
    """After some tokens the model breaks: the tokens stay, the error is in words, the next visitor is served.

    Without `errors_as_messages` the answer held the message of the exception.
    """
    site.machine.delay, site.machine.fails_at = 0.15, 8
    site.machine.fails = [RuntimeError("secret detail")]
    messages = site.visitor.run("chat", "hello", [], "", 64, 0)
    assert [kind for kind, _ in messages[:-1]] == ["generating"] * (len(messages) - 1)
    assert messages[-2][1][0]
    kind, value = messages[-1]
    assert (kind, value["error"]) == ("error", "The server failed to process this request. The error is in its log.")
    settled(site)
    site.machine.reset()
    assert site.visitor.result("chat", "hello", [], "", 4, 0)
    assert site.outcomes("chat")["failed"] == 1


@states
def test_out_of_memory_in_a_forward_evicts_and_runs_again(site: Site, state: State) -> None:
    """The visitor gets the usual result. Without `retried`: "The server failed to process this request"."""
    expected = site.visitor.result(state.endpoint, *state.data)
    before = site.cache.status().evictions
    site.machine.steps, site.machine.fails_at, site.machine.fails = 0, state.steps, [FULL]
    found = site.visitor.result(state.endpoint, *state.data)
    assert without_seconds(found) == without_seconds(expected)
    assert site.cache.status().evictions > before


def test_out_of_memory_twice_is_a_plain_message(site: Site) -> None:
    """The process lives, and the next visitor is served."""
    site.machine.fails = [FULL, FULL]
    kind, value = site.visitor.run("sentiment", "good")[-1]
    assert (kind, value["error"]) == ("error", "Memory ran out. Try a shorter text, or try again.")
    assert site.visitor.result("sentiment", "good")["label"]


def test_out_of_memory_in_a_load_evicts_and_loads_again(site: Site) -> None:
    """Idle models make room. Without the second attempt: "Memory ran out"."""
    site.cache.unload()
    site.visitor.result("answer", "who?", "somebody", 1)
    site.machine.load_fails = [MemoryError()]
    assert site.visitor.result("sentiment", "good")["label"]
    assert [m.name for m in site.cache.status().models if m.nbytes] == [SENTIMENT.name]


def test_a_model_in_use_is_not_evicted(site: Site) -> None:
    """Freeing the memory in the middle of a reply leaves its model, and its text, alone."""
    expected = site.visitor.result("chat", "hello", [], "", 24, 0)
    site.machine.delay, site.machine.steps = 0.05, 0
    event = site.visitor.begin("chat", "hello", [], "", 24, 0)
    with site.visitor.listening("chat", event) as messages:
        wait_until(lambda: site.machine.steps > 4)
        site.cache.unload()
        assert [m.leases for m in site.cache.status().models if m.nbytes] == [1]
        assert list(messages)[-1] == ("complete", [expected])


def loads(site: Site) -> int:
    """How often the sentiment model was loaded."""
    return sum(model.loads for model in site.cache.status().models if model.name == SENTIMENT.name)


def without_seconds(value: Any) -> Any:
    """A result less what a clock says."""
    return {name: each for name, each in value.items() if name != "seconds"} if isinstance(value, dict) else value
