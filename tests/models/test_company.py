"""Requests that are written together, on writers that note what they are given."""

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from models.company import ROOM_TOKENS, Company
from models.writing import Begin, Decode, WholeBatch, Writing
from tests.faults.machine import wait_until


class Writer:
    """Writes each source as itself, a token a step, once `open`; a source that holds -1 fails in its second step.

    A step takes `pace` seconds.
    """

    def __init__(self, pace: float = 0.0) -> None:
        self.pace = pace
        self.batches: list[list[list[int]]] = []
        self.steps = 0
        self.open = threading.Event()
        self.open.set()

    def __call__(self, sources: Sequence[Sequence[int]]) -> Iterator[dict[int, Any]]:
        self.batches.append([list(source) for source in sources])
        for step in range(1, max(map(len, sources)) + 1):
            assert self.open.wait(10)
            time.sleep(self.pace)
            self.steps += 1
            if step == 2 and any(-1 in source for source in sources):
                raise RuntimeError("it broke")
            yield {i: list(source) for i, source in enumerate(sources) if len(source) == step}


class Joinable:
    """As `Writer`, but who comes in the midst of it joins; `joins` has for each step what joined before it."""

    def __init__(self) -> None:
        self.joins: list[list[list[int]]] = []
        self.joined: list[list[int]] = []
        self.dropped: set[int] = set()
        self.room = ROOM_TOKENS
        self.open = threading.Event()
        self.open.set()

    def begin(self) -> Writing:
        self.hand: dict[int, tuple[list[int], int]] = {}
        self.count = 0
        return self

    def fits(self, sources: Sequence[Sequence[int]], tokens: int) -> bool:
        return len(self.hand) + len(sources) <= self.room

    def join(self, sources: Sequence[Sequence[int]]) -> range:
        if any(-2 in source for source in sources):
            raise RuntimeError("it cannot be read")
        numbers = range(self.count, self.count + len(sources))
        self.hand |= {number: (list(source), 0) for number, source in zip(numbers, sources, strict=True)}
        self.joined += map(list, sources)
        self.count = numbers.stop
        return numbers

    def drop(self, numbers: Collection[int]) -> None:
        self.dropped |= set(numbers)
        self.hand = {number: each for number, each in self.hand.items() if number not in numbers}

    def step(self) -> dict[int, Any]:
        self.joins.append(self.joined)
        self.joined = []
        assert self.open.wait(10)
        self.hand = {number: (source, done + 1) for number, (source, done) in self.hand.items()}
        ended = {number: source for number, (source, done) in self.hand.items() if done == len(source)}
        self.hand = {number: each for number, each in self.hand.items() if number not in ended}
        return ended


def whole(writer: Decode) -> Begin:
    """Batches of `writer`."""
    return lambda: WholeBatch(writer)


def ask(company: Company, begin: Begin, *sources: list[int]) -> dict[int, Any]:
    """All that one caller gets."""
    found: dict[int, Any] = {}
    for step in company.decode(begin, sources):
        found |= step
    return found


def behind(
    company: Company, writer: Writer, pool: ThreadPoolExecutor, *asked: list[list[int]]
) -> list[Future[dict[int, Any]]]:
    """What each of `asked` gets that comes while the writer is at work on the first of them; it is still shut."""
    writer.open.clear()
    futures = [pool.submit(ask, company, whole(writer), *asked[0])]
    wait_until(lambda: len(writer.batches) == 1)
    for number, sources in enumerate(asked[1:], 1):
        futures.append(pool.submit(ask, company, whole(writer), *sources))
        wait_until(partial(lambda number: len(company._waiting) == number, number))
    return futures


def test_one_alone_gets_what_the_writer_gives() -> None:
    """The same results after the same steps, in one batch."""
    company, writer = Company(), Writer()
    assert ask(company, whole(writer), [1], [2, 3, 4]) == {0: [1], 1: [2, 3, 4]}
    assert writer.batches == [[[1], [2, 3, 4]]]
    assert writer.steps == 3


def test_who_comes_while_it_writes_shares_the_next_batch() -> None:
    """Three come during the first batch: one more batch serves all of them, and each gets its own."""
    company, writer = Company(), Writer()
    with ThreadPoolExecutor(4) as pool:
        futures = behind(company, writer, pool, [[1, 1]], [[2, 2]], [[3], [3, 4]], [[5]])
        writer.open.set()
        assert [each.result(10) for each in futures] == [{0: [1, 1]}, {0: [2, 2]}, {0: [3], 1: [3, 4]}, {0: [5]}]
    assert len(writer.batches) == 2
    assert sorted(writer.batches[1]) == [[2, 2], [3], [3, 4], [5]]


def test_a_batch_holds_no_more_than_it_may_and_the_oldest_goes_first() -> None:
    """The oldest is in the next batch even where others would fit better, and the others come after it."""
    company, writer = Company(), Writer()
    long = ROOM_TOKENS // 2 + 1
    with ThreadPoolExecutor(4) as pool:
        futures = behind(company, writer, pool, [[1]], [[2] * long], [[3]], [[4] * long])
        writer.open.set()
        for each in futures:
            each.result(10)
    assert [[source[0] for source in batch] for batch in writer.batches[1:]] == [[2], [3], [4]]
    assert all(len(batch) * max(map(len, batch)) <= ROOM_TOKENS for batch in writer.batches)


def test_who_leaves_ends_the_work_where_nobody_else_wants_it() -> None:
    """No step is taken for one who is gone, and the next one does not wait for what that one asked."""
    company, writer = Company(), Writer()
    left = company.decode(whole(writer), [[1] * 50])
    next(left)
    left.close()
    assert ask(company, whole(writer), [2]) == {0: [2]}
    assert writer.steps <= 3


def test_who_leaves_takes_nothing_from_the_others() -> None:
    """The first of two in a batch leaves: the other one's threads carry it on."""
    company, writer = Company(), Writer()
    with ThreadPoolExecutor(2) as pool:
        first, other = behind(company, writer, pool, [[1]], [[2] * 5])
        late = company.decode(whole(writer), [[3] * 50])
        writer.open.set()
        first.result(10)
        next(late)
        late.close()
        assert other.result(10) == {0: [2] * 5}


def test_who_leaves_a_whole_batch_is_not_told_of_what_ends_in_it() -> None:
    """The shorter of two in a batch that nothing leaves is gone: the longer one is written to its end all the same."""
    company, writer = Company(), Writer()
    tokens = threading.Semaphore(0)
    with ThreadPoolExecutor(3) as pool:
        writer.open.wait = lambda timeout=None: tokens.acquire(timeout=timeout)  # type: ignore[method-assign]
        first = pool.submit(ask, company, whole(writer), [1])
        wait_until(lambda: len(writer.batches) == 1)
        stays = pool.submit(ask, company, whole(writer), [2] * 4)
        wait_until(lambda: len(company._waiting) == 1)
        leaves = company.decode(whole(writer), [[3] * 3])
        looked = pool.submit(next, leaves)
        wait_until(lambda: len(company._waiting) == 2)
        tokens.release(2)
        wait_until(lambda: writer.steps == 2)
        first.result(10)
        looked.result(10)
        leaves.close()
        tokens.release(10)
        assert stays.result(10) == {0: [2] * 4}
    assert writer.batches == [[[1]], [[2] * 4, [3] * 3]]


def test_who_is_left_alone_with_what_it_joined_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One joins the last token of another, who is done with it: nobody else would go on."""
    monkeypatch.setattr("models.company.GLANCE", 60)
    company, writer = Company(), Joinable()
    with ThreadPoolExecutor(1) as pool:
        joined: list[Future[dict[int, Any]]] = []

        def begin() -> Writing:
            if not joined:
                joined.append(pool.submit(ask, company, writer.begin, [2, 2]))
                wait_until(lambda: len(company._waiting) == 2)
            return writer.begin()

        assert ask(company, begin, [1]) == {0: [1]}
        assert joined[0].result(10) == {0: [2, 2]}
    assert writer.joins == [[[1], [2, 2]], []]


def test_where_there_is_no_thread_to_be_had_the_work_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds that out hears it; the company is not taken for busy ever after."""
    company, writer = Company(), Joinable()
    other = company.decode(writer.begin, [[1] * 5])
    next(other)

    def refused(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr("threading.Thread.start", refused)
        with pytest.raises(RuntimeError, match="can't start"):
            ask(company, writer.begin, [2])
    found: dict[int, Any] = {}
    for step in other:
        found |= step
    assert found == {0: [1] * 5}


def test_an_error_reaches_all_of_its_batch_and_no_other() -> None:
    """Two share a batch that fails: both hear it, and the next one is served."""
    company, writer = Company(), Writer()
    with ThreadPoolExecutor(3) as pool:
        fine, *broken = behind(company, writer, pool, [[1]], [[2, 2]], [[-1, 3]])
        writer.open.set()
        assert fine.result(10) == {0: [1]}
        for each in broken:
            with pytest.raises(RuntimeError, match="it broke"):
                each.result(10)
    assert ask(company, whole(writer), [4, 4]) == {0: [4, 4]}


def test_many_callers_all_get_their_own() -> None:
    """Sixteen threads, each with forty requests of its own: nothing is lost or mixed up, and batches are shared."""
    company, writer = Company(), Writer(pace=0.0005)
    start = threading.Barrier(16)

    def visit(number: int) -> bool:
        start.wait()
        asked = [[[number, i], [number] * (1 + i % 7)] for i in range(40)]
        return all(ask(company, whole(writer), *sources) == dict(enumerate(sources)) for sources in asked)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(visit, range(16)))
    assert len(writer.batches) < 16 * 40 / 4


def test_who_comes_while_it_writes_joins_at_the_next_token() -> None:
    """Two come in the midst of a long text: they are done before it, and each gets its own."""
    company, writer = Company(), Joinable()
    with ThreadPoolExecutor(3) as pool:
        writer.open.clear()
        long = pool.submit(ask, company, writer.begin, [1] * 200)
        wait_until(lambda: len(writer.joins) == 1)
        late = [pool.submit(ask, company, writer.begin, *sources) for sources in ([[2, 2]], [[3], [4, 4]])]
        wait_until(lambda: len(company._waiting) == 2)
        writer.open.set()
        assert [each.result(10) for each in late] == [{0: [2, 2]}, {0: [3], 1: [4, 4]}]
        assert long.result(10) == {0: [1] * 200}
    assert writer.joins[0] == [[1] * 200]
    assert sorted(writer.joins[1]) == [[2, 2], [3], [4, 4]]
    assert len(writer.joins) == 200


def test_where_there_is_no_room_the_first_to_come_is_the_first_to_join() -> None:
    """One who asks for much is not overtaken by those who ask for little."""
    company, writer = Company(), Joinable()
    writer.room = 2
    with ThreadPoolExecutor(4) as pool:
        writer.open.clear()
        futures = [pool.submit(ask, company, writer.begin, [1, 1, 1])]
        wait_until(lambda: len(writer.joins) == 1)
        for number, sources in enumerate(([[2], [2]], [[3]], [[4]]), 1):
            futures.append(pool.submit(ask, company, writer.begin, *sources))
            wait_until(partial(lambda number: len(company._waiting) == number, number))
        writer.open.set()
        for each in futures:
            each.result(10)
    assert [sources for sources in writer.joins if sources] == [[[1, 1, 1]], [[2], [2]], [[3], [4]]]


def test_what_nobody_wants_any_more_is_dropped() -> None:
    """One of two leaves: its sources are taken out of what is written, and the other's are not."""
    company, writer = Company(), Joinable()
    leaves = company.decode(writer.begin, [[1] * 50])
    next(leaves)
    with ThreadPoolExecutor(1) as pool:
        writer.open.clear()
        stays = pool.submit(ask, company, writer.begin, [2] * 50)
        wait_until(lambda: len(writer.joins) == 2)
        leaves.close()
        writer.open.set()
        assert stays.result(10) == {0: [2] * 50}
    assert writer.dropped == {0}
    wait_until(lambda: not company._at_work)
    assert not company._rows


def test_what_cannot_join_harms_nobody_who_comes_later() -> None:
    """The error is its own, and the next one is served."""
    company, writer = Company(), Joinable()
    with pytest.raises(RuntimeError, match="it cannot be read"):
        ask(company, writer.begin, [-2])
    assert ask(company, writer.begin, [4, 4]) == {0: [4, 4]}
