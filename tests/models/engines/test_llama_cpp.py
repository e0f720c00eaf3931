"""Threads follow the load, streams move where they crawl, and what breaks off is an error."""

import gc
import itertools
import threading
import time
import weakref
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from models.engines.base import Reading, Sampling
from models.engines.llama_cpp.completions import CompletionError
from models.engines.llama_cpp.model import LlamaCpp
from models.engines.llama_cpp.thread_switch import MORE_WHILE_WRITING, RECENT, ThreadSwitch
from models.weights.gguf import About

ABOUT = About("llama", 100, 2_048, 99, (98, 99), 128, "F32")


@dataclass
class Meter:
    """Reports the given chunks."""

    free: float | None = 2.0
    own: set[int] = field(default_factory=set)

    def free_cores(self, own: Collection[int]) -> float | None:
        """That."""
        self.own = set(own)
        return self.free


@dataclass(eq=False)
class Scripted:
    """A server that counts on from the last token of the prompt; each token takes what its threads' `paces` say."""

    threads: int
    paces: dict[int, float]
    fails: list[Exception | dict[str, Any] | None] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    alive: bool = True
    pid: int = field(default_factory=itertools.count(1).__next__)

    def is_alive(self) -> bool:
        """Until a test ends it."""
        return self.alive

    def handle_completions(self, prompt: dict[str, Any], callback: Callable[[dict[str, Any]], bool]) -> None:
        """Send the progress, then the tokens."""
        self.asked.append(prompt)
        ids = prompt["prompt"]
        callback(chunk(0) | {"prompt_progress": {"total": len(ids), "cache": 0, "processed": len(ids)}})
        for number in range(prompt["n_predict"]):
            if self.fails and number == 2:
                failure = self.fails.pop()
                if isinstance(failure, Exception):
                    raise failure
                if failure is not None:
                    callback(failure)
                return
            begun = time.monotonic()
            # Looked up again and again, so that a test can let a stalled server go.
            while time.monotonic() - begun < self.paces[self.threads]:
                time.sleep(0.002)
            for index in range(prompt["n"]):
                token = (ids[-1] + 1 + number) % 97
                entry = {"id": token, "logprob": -0.1, "top_logprobs": [{"id": token, "logprob": -0.1}]}
                if callback(chunk(index, logprobs={"content": [entry]})):
                    return
        for index in range(prompt["n"]):
            callback(chunk(index, finish_reason="length"))


def chunk(index: int, **choice: Any) -> dict[str, Any]:
    """A chunk as llama.cpp's server sends it."""
    return {"choices": [{"index": index, "logprobs": None, "finish_reason": None, **choice}]}


@dataclass
class Machine:
    """A model over scripted servers."""

    meter: Meter = field(default_factory=Meter)
    paces: dict[int, float] = field(default_factory=lambda: {1: 0.002, 2: 0.002})
    made: list[Scripted] = field(default_factory=list)
    fails: list[Exception | dict[str, Any] | None] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.switch = ThreadSwitch(self.make, 2, self.meter, lambda: self.now)
        self.model = LlamaCpp(ABOUT, self.switch, slots=3, tokens=600)

    def make(self, threads: int) -> Scripted:
        """One more server."""
        server = Scripted(threads, self.paces, self.fails)
        self.made.append(server)
        return server


@pytest.fixture
def machine() -> Iterator[Machine]:
    """One that is idle, whose streams all come to their ends."""
    made = Machine()
    yield made
    made.paces.update({1: 0.0, 2: 0.0})


def written(events: Iterator[Any]) -> list[int]:
    """The tokens of a single sampling."""
    return [event[0].token for event in events if not isinstance(event, Reading) and event]


def wait_until(true: Callable[[], Any]) -> None:
    """Return as soon as `true()`."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def test_a_busy_machine_gets_a_server_of_one_thread(machine: Machine) -> None:
    """New requests go there, the old server is gone after a while; when the load ends there are two again."""
    assert written(machine.model.generate([5], [Sampling(3)])) == [6, 7, 8]
    old = weakref.ref(machine.made.pop())
    machine.meter.free = 1.0
    wait_until(lambda: machine.switch.running.threads == 1)
    assert written(machine.model.generate([5], [Sampling(3)])) == [6, 7, 8]
    assert machine.made[0].asked
    machine.now += RECENT
    wait_until(lambda: gc.collect() >= 0 and old() is None)
    machine.meter.free = 2.0
    wait_until(lambda: machine.switch.running.threads == 2)


def glances(machine: Machine, free: float) -> int:
    """How many threads there are after `free` cores were measured three times."""
    machine.meter.free = free
    for _ in range(3):
        machine.switch.glance()
    return machine.switch.running.threads


def test_a_load_that_comes_and_goes_creates_no_server_each_time(machine: Machine) -> None:
    """One that is new has read nothing, so the one before is kept."""
    assert [glances(machine, free) for free in (1.0, 2.0) * 4] == [1, 2] * 4
    assert [server.threads for server in machine.made] == [2, 1]


def test_a_model_that_nobody_uses_does_not_follow_the_load(machine: Machine) -> None:
    """From a minute after its last reply until the next."""
    machine.now += RECENT
    assert [glances(machine, free) for free in (1.0, 2.0)] == [2, 2]
    assert written(machine.model.generate([5], [Sampling(3)])) == [6, 7, 8]
    assert glances(machine, 1.0) == 1
    machine.now += RECENT
    assert glances(machine, 2.0) == 2


def test_one_measurement_changes_nothing(machine: Machine) -> None:
    """A moment's load, or none that is known, leaves the server as it is."""
    for free in (1.0, 2.0, 1.0, None, 1.0):
        machine.meter.free = free
        machine.switch.glance()
        if free == 1.0:
            machine.meter.free = 2.0
            machine.switch.glance()
    assert machine.switch.running.threads == 2


def begun_beside_load(machine: Machine) -> Generator[Any, None, None]:
    """A long reply that was begun on one thread, beside a load that has ended since."""
    machine.meter.free = 1.0
    wait_until(lambda: machine.switch.running.threads == 1)
    machine.paces[1] = 0.02
    stream = machine.model.generate([5], [Sampling(200)])
    next(stream)
    machine.meter.free = 2.0
    return stream


def test_one_reply_after_another_gets_more_threads_too(machine: Machine) -> None:
    """Where cores stay free the next ones do, and the one that is being written is left where it is."""
    stream = begun_beside_load(machine)
    for _ in range(MORE_WHILE_WRITING):
        machine.switch.glance()
    assert machine.switch.running.threads == 2
    assert written(machine.model.generate([50], [Sampling(2)])) == [51, 52]
    assert [server.asked[-1]["prompt"] for server in machine.made] == [[50], [5]]
    stream.close()


def test_more_threads_wait_until_nothing_is_written(machine: Machine) -> None:
    """Two servers at work would disturb each other."""
    stream = begun_beside_load(machine)
    for _ in range(6):
        machine.switch.glance()
    assert machine.switch.running.threads == 1
    stream.close()
    wait_until(lambda: machine.switch.running.threads == 2)


@pytest.mark.parametrize("samplings", [1, 3])
def test_a_stream_that_crawls_goes_on_elsewhere(machine: Machine, samplings: int) -> None:
    """It goes on after what it has, none twice and none left out, and is stopped where it was."""
    drawn = [Sampling(30, 1.0, 1.0, 4 + number) for number in range(samplings)]
    found: list[list[int]] = [[] for _ in drawn]
    begun = time.monotonic()
    for event in machine.model.generate([5], drawn):
        if isinstance(event, Reading):
            continue
        for number, step in event.items():
            found[number].append(step.token)
        if len(found[0]) == 10:
            machine.paces[2] = 30.0
            machine.meter.free = 1.0
    assert found == [list(range(6, 36))] * samplings
    assert time.monotonic() - begun < 10
    assert machine.switch.running.threads == 1
    continued = machine.made[1].asked
    assert len(continued) == samplings
    for payload in continued:
        assert payload["prompt"] == [5, *found[0][: len(payload["prompt"]) - 1]]
    assert all(payload["seed"] == 4 + n + len(payload["prompt"]) - 1 for n, payload in enumerate(continued))


def test_a_stream_that_gets_on_stays(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read is not read again for a little speed."""
    # However slow the machine that runs the tests is.
    monkeypatch.setattr("models.engines.llama_cpp.generation.SLOW_TOKEN", 10.0)
    machine.paces[2] = 0.02
    stream = machine.model.generate([5], [Sampling(60)])
    next(stream)
    machine.meter.free = 1.0
    wait_until(lambda: machine.switch.running.threads == 1)
    assert written(stream) == [(6 + i) % 97 for i in range(60)]
    assert not machine.made[1].asked


def test_consecutive_seeds_are_one_request(machine: Machine) -> None:
    """The prompt is read once for them, and once for each that differs in more."""
    alike = [Sampling(2, 1.0, 1.0, seed) for seed in (7, 8, 9)]
    list(machine.model.generate([5], alike))
    assert [(payload["n"], payload["seed"]) for payload in machine.made[0].asked] == [(3, 7)]
    machine.made[0].asked.clear()
    list(machine.model.generate([5], [alike[0], Sampling(2, 0.5, 1.0, 8), Sampling(2)]))
    assert sorted(payload["n"] for payload in machine.made[0].asked) == [1, 1, 1]


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (RuntimeError("the graph is broken"), "failed: the graph is broken"),
        ({"error": {"message": "no memory slot"}}, "no memory slot"),
        (None, "without a reason"),
    ],
)
def test_what_breaks_off_is_an_error_and_leaves_the_model_usable(
    machine: Machine, failure: Exception | dict[str, Any] | None, words: str
) -> None:
    """After two tokens the caller gets words, and the next one a reply."""
    machine.fails.append(failure)
    found: list[Any] = []
    stream = map(found.append, machine.model.generate([5], [Sampling(9)]))
    with pytest.raises(CompletionError, match=words):
        list(stream)
    assert written(iter(found)) == [6, 7]
    assert written(machine.model.generate([5], [Sampling(2)])) == [6, 7]


def test_what_any_of_its_servers_computes_is_no_load(machine: Machine) -> None:
    """Also one that only finishes a reply, until that has ended."""
    machine.paces[2] = 0.02
    stream = machine.model.generate([5], [Sampling(200)])
    next(stream)
    first = machine.made[0].pid
    assert glances(machine, 1.0) == 1
    machine.now += RECENT
    machine.switch.glance()
    machine.switch.glance()
    assert machine.meter.own == {first, machine.made[1].pid}
    machine.made.pop(0)
    stream.close()
    wait_until(lambda: gc.collect() >= 0 and machine.switch.glance() and first not in machine.meter.own)


def test_a_server_that_ended_is_replaced(machine: Machine) -> None:
    """By the next request; and one that was kept for later is not used."""
    machine.made[0].alive = False
    assert written(machine.model.generate([5], [Sampling(2)])) == [6, 7]
    assert [server.threads for server in machine.made] == [2, 2]
    assert glances(machine, 1.0) == 1
    machine.made[1].alive = False
    assert glances(machine, 2.0) == 2
    assert [server.threads for server in machine.made] == [2, 2, 1, 2]


def test_a_server_that_cannot_be_made_leaves_the_one_there_is(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where memory is short the model goes on as it was."""

    def fail(threads: int) -> Scripted:
        raise CompletionError("no memory")

    with monkeypatch.context() as short:
        short.setattr(machine.switch, "_make", fail)
        assert glances(machine, 1.0) == 2
    assert written(machine.model.generate([5], [Sampling(2)])) == [6, 7]
    # It is tried again, but not at every measurement.
    assert glances(machine, 1.0) == 2
    machine.now += RECENT
    assert written(machine.model.generate([5], [Sampling(2)])) == [6, 7]
    assert glances(machine, 1.0) == 1


def test_who_finds_no_room_waits_and_can_leave(machine: Machine) -> None:
    """Three slots are taken: a fourth waits in line, one who leaves it holds up nobody."""
    machine.paces[2] = 0.01
    streams = [machine.model.generate([5], [Sampling(400 // 4)]) for _ in range(3)]
    for stream in streams:
        next(stream)
    leaving, waiting = (machine.model.generate([50], [Sampling(2)]) for _ in range(2))
    assert next(leaving) == next(waiting) == Reading(0, 1)
    leaving.close()
    streams[0].close()
    assert written(waiting) == [51, 52]
    for stream in streams:
        stream.close()


def test_tokens_are_room_too(machine: Machine) -> None:
    """Slots are free, but not the memory for the tokens of another long text."""
    first = machine.model.generate([5] * 400, [Sampling(150)])
    next(first)
    second = machine.model.generate([5] * 100, [Sampling(50)])
    assert next(second) == Reading(0, 100)
    first.close()
    assert len(written(second)) == 50


def test_a_stream_that_stalls_can_be_left(machine: Machine) -> None:
    """While nothing comes the caller is asked whether to wait on."""
    machine.paces[2] = 60.0
    stream = machine.model.generate([5], [Sampling(3)])
    events = [next(stream) for _ in range(4)]
    assert events[1:] == [{}, {}, {}] or events == [{}] * 4
    stream.close()


def test_the_watcher_ends_with_the_model() -> None:
    """No thread keeps a model that was evicted."""
    machine = Machine()
    model = weakref.ref(machine.model)
    switch = weakref.ref(machine.switch)
    del machine
    gc.collect()
    assert model() is None
    wait_until(lambda: gc.collect() >= 0 and switch() is None)
    wait_until(lambda: sum(thread.name == "llama.cpp load" for thread in threading.enumerate()) <= 12)
