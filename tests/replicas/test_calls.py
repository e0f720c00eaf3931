"""Adapters whose models are in another process give what they give here, end when stopped, and fail in words."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from demos.attention import tab as attention
from demos.chat import tab as chat
from demos.how_attention_works import tab as how_attention_works
from demos.next_word import tab as next_word
from demos.question_answering import tab as question_answering
from demos.sentiment import tab as sentiment
from demos.tokenizers import tab as tokenizers
from demos.translation import tab as translation
from models.catalog.bundled import MINILM
from models.engines.remote.streams import EngineError
from models.explain.heads.ablation import Ablator
from models.runtime.cache import BudgetError, ModelCache
from models.runtime.limits import DEFAULT_LIMITS, InputError, Limits
from models.runtime.progress import Report, Stage, Stopped, ignore
from models.tasks.chat.messages import Message
from models.tasks.translation.rewriting import Place, Rewriter
from replicas.answering import answer
from replicas.remote_cache import remote_cache
from replicas.wire import Beat, framed
from tests import tiny
from tests.faults.machine import Machine
from tests.replicas.served import Served, served
from tests.test_contract import TEXT, Call, adapters, without_seconds

MOST = 120.0


def explained(cache: ModelCache) -> Iterator[Any]:
    """What is asked of an adapter after its first result."""
    question, context = "when did it leave?", "the ferry left at nine."
    answerer = question_answering.TAB.make(cache)
    answers = answerer(question, context)
    yield from answerer.reasons(question, context, answers.answers[0])
    yield from answerer.many([(question, context), (question, "at noon.")])
    reader = sentiment.TAB.make(cache).reader
    yield from reader.gradients("a fine day", reader("a fine day"))
    yield reader.many(["fine", "bad"])
    chatter = chat.TAB.make(cache)
    reply = chatter("hello", max_new_tokens=4)
    yield from chatter.look(reply)
    salience = chatter.salience("")
    yield salience.of_text([Message("user", "hello")], "", "the ferry", "ferry", "")
    yield from next_word.TAB.make(cache).lens.stream("the ferry")
    yield from Ablator(attention.TAB.make(cache)).rank("", "a dog", "")
    yield how_attention_works.TAB.make(cache)(MINILM.name, "a dog", 0, 0)
    translator = translation.TAB.make(cache).choose("en", "pt")
    yield translator.many(["the dog.", "a ferry."])
    found = translator("the dog sleeps. it is fine.")
    rewriter = Rewriter(translator)
    others = rewriter.others(found, Place(0, 0))
    yield rewriter.rewritten(found, Place(0, 0), others[0])


NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e-?\d+)?")


def same(one: Any, other: Any) -> bool:
    """Whether two results are equal, less what a clock says, and less what other threads round off otherwise."""
    texts = [re.sub(r"(seconds|rate|kept)=[-+.e\d]+", r"\1=0", str(each)) for each in (one, other)]
    # An array is printed with as many spaces as its numbers take.
    words = [re.sub(r"(?<=[#,\[\]])\s+|\s+(?=[#\]])", "", NUMBER.sub("#", text)) for text in texts]
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in texts]
    return words[0] == words[1] and numbers[0] == pytest.approx(numbers[1], rel=1e-3, abs=1e-4)


@pytest.fixture
def replica(tiny_cache: ModelCache) -> Iterator[Served]:
    """A replica of tiny models."""
    with served(tiny_cache) as replica:
        yield replica


def front(replica: Served, limits: Limits = DEFAULT_LIMITS) -> ModelCache:
    """The page's cache, which holds no model."""
    return remote_cache(replica.url, 10**10, limits)


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what happens in another thread."""
    end = time.monotonic() + MOST
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")


def numbers(result: object) -> list[float]:
    """All numbers with a point in a result, in their order."""
    return [float(found) for found in NUMBER.findall(without_seconds(result))]


@adapters
def test_a_replica_gives_what_this_process_gives(replica: Served, call: Call) -> None:
    """The same frozen result, and this process loads nothing."""
    cache = front(replica)
    stages: list[Stage] = []
    there = call(cache, TEXT, stages.append)
    here = call(tiny.cache(), TEXT, ignore)
    assert NUMBER.sub("#", without_seconds(there)) == NUMBER.sub("#", without_seconds(here))
    # The last digits depend on how many threads computed.
    assert numbers(there) == pytest.approx(numbers(here), rel=1e-4, abs=1e-6)
    assert not cache._entries
    assert {stage.action for stage in stages} >= {"Waiting for", "Loading"}
    assert cache.status().misses == replica.cache.status().misses > 0


def test_explanations_cross_too(replica: Served) -> None:
    """Their arguments are results of before."""
    there, here = list(explained(front(replica))), list(explained(tiny.cache()))
    assert len(there) == len(here)
    assert all(same(*pair) for pair in zip(there, here, strict=True))
    pieces = [
        [split.pieces for split in tokenizers.TAB.make(cache)("a dog 你好")] for cache in (front(replica), tiny.cache())
    ]
    assert pieces[0] == pieces[1]


def stop_at_once(call: Call, cache: ModelCache) -> None:
    """Call an adapter over `cache` with a report that stops it as it runs; it ends with what the report raised."""
    after: list[Stage] = []

    def stop(stage: Stage) -> None:
        if after or stage.action == "Running":
            after.append(stage)
            raise Stopped

    with pytest.raises(Stopped):
        call(cache, TEXT, stop)
    assert len(after) == 1


@adapters
def test_a_report_stops_it_there(replica: Served, call: Call) -> None:
    """The call ends with what the report raised, and the replica's models are free soon."""
    stop_at_once(call, front(replica))
    wait_until(lambda: replica.ended == len(replica.calls) and not leases(replica.cache))


def leases(cache: ModelCache) -> int:
    """How many calls hold a model."""
    return sum(model.leases for model in cache.status().models)


def test_closing_a_stream_ends_it_there(replica: Served) -> None:
    """As Stop in the page does between two results."""
    with closing(chat.TAB.make(front(replica)).stream("hello", max_new_tokens=256)) as stream:
        next(stream)
        wait_until(lambda: bool(leases(replica.cache)) or bool(replica.ended))
    wait_until(lambda: replica.ended == 1 and not leases(replica.cache))


@pytest.mark.parametrize("text", ["", "\0", "\ud800", None, ["text"]])
def test_bad_input_is_refused_with_its_field(replica: Served, text: Any) -> None:
    """The error is the adapter's own."""
    with pytest.raises(InputError) as caught:
        sentiment.TAB.make(front(replica)).reader(text)
    assert caught.value.field == "text"
    assert replica.cache.status().misses == 0


def test_errors_of_the_replica_are_told_in_their_own_words() -> None:
    """A model that does not fit there, and an unexpected error, which is in the replica's log."""
    with served(tiny.cache(budget=1)) as small, pytest.raises(BudgetError, match="memory budget"):
        sentiment.TAB.make(front(small)).reader("fine")

    def fail(spec: object, report: Report) -> Any:
        raise ZeroDivisionError("surprise")

    with served(ModelCache(fail, 10**10)) as broken, pytest.raises(RuntimeError, match="ZeroDivisionError: surprise"):
        sentiment.TAB.make(front(broken)).reader("fine")


async def breaks(body: bytes) -> AsyncIterator[bytes]:
    """A reply that ends early, as that of a killed process does."""
    yield framed(Beat())
    yield framed(Stage("Loading", "a model"))[:-3]


async def nothing(body: bytes) -> AsyncIterator[bytes]:
    """No reply, as where no replica runs: Ray Serve keeps the request."""
    await asyncio.sleep(MOST)
    yield b""


async def strange(body: bytes) -> AsyncIterator[bytes]:
    """Another program's reply."""
    yield b"\0\0\0\5hello"


@pytest.mark.parametrize(
    ("reply", "running", "status", "words"),
    [
        (breaks, 1, 200, "broke off its answer"),
        (nothing, 0, 200, "No replica for sentiment is running"),
        (strange, 1, 200, "no replica of this version"),
        (None, 1, 503, "overloaded"),
        (None, 1, 500, "failed"),
    ],
)
def test_what_goes_wrong_is_told_in_words(replica: Served, reply: Any, running: int, status: int, words: str) -> None:
    """And the next call is answered."""
    reader = sentiment.TAB.make(front(replica)).reader
    replica.reply, replica.running, replica.status = reply, running, status
    with pytest.raises(EngineError, match=words):
        reader("fine")
    replica.reply, replica.running, replica.status = None, 1, 200
    assert reader("fine").run.model


def test_an_address_where_nobody_listens(replica: Served) -> None:
    """The page says so at each call, and finds the replicas once they are there."""
    reader = sentiment.TAB.make(remote_cache("http://127.0.0.1:9", 10**10, DEFAULT_LIMITS)).reader
    with pytest.raises(EngineError, match="cannot be reached"):
        reader("fine")


def test_a_wait_for_a_replica_counts(replica: Served) -> None:
    """A call without a result ends with an error after the limit, and one with a result keeps it."""
    short = front(replica, Limits(seconds=0.1))
    replica.reply = nothing
    with pytest.raises(EngineError, match="answered within"):
        sentiment.TAB.make(short).reader("fine")

    async def stuck(body: bytes) -> AsyncIterator[bytes]:
        async for frame in answer(body, replica.cache, "one"):
            yield frame
            if b"Sentence" in frame:
                break
        await asyncio.sleep(MOST)

    replica.reply = stuck
    assert list(sentiment.TAB.make(short).reader.stream("fine"))[-1].scores


def test_calls_at_the_same_time_share_batches() -> None:
    """Eight questions at one replica take two passes of the network: the first alone, the others together."""
    machine = Machine()
    with served(ModelCache(machine.load, 10**10)) as replica, ThreadPoolExecutor(8) as pool:
        answerer = question_answering.TAB.make(front(replica))
        contexts = [f"the ferry left at {hour}." for hour in range(8)]
        asked = [("when did it leave?", context) for context in contexts]
        wanted = [answerer(*each).answers for each in asked]
        alone, machine.steps = machine.steps, 0
        assert alone == len(asked)
        machine.open.clear()
        with replica.cache.lease(answerer.spec) as loaded:
            calls = []
            for number, each in enumerate(asked):
                calls.append(pool.submit(answerer, *each))
                wait_until(lambda number=number: machine.steps == 1 and loaded.model.waiting == number)  # type: ignore[misc]
            machine.open.set()
            found = [call.result().answers for call in calls]
    assert machine.steps == 2
    assert all(same(*pair) for pair in zip(found, wanted, strict=True))
