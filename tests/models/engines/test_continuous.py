"""Continuous batching, over batches that note what they are given."""

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from models.engines.base import Decoded
from models.engines.student.continuous_batching import ALL_TOKENS, GROUP_TOKENS, REQUEST_TOKENS, ContinuousBatching
from models.engines.writing import AHEAD, groups
from tests import tiny_student
from tests.faults.machine import wait_until


class Echo:
    """Translates each source into itself, a token a step, once `open`.

    A source with -1 fails in its second step, one with -2 cannot join. `joins` has for each step what joined before it,
    `dropped` what was removed.
    """

    def __init__(self) -> None:
        self.rows: dict[int, tuple[list[int], int]] = {}
        self.count = 0
        self.joins: list[list[list[int]]] = []
        self.joined: list[list[int]] = []
        self.dropped: list[list[int]] = []
        self.largest = 0
        self.open = threading.Event()
        self.open.set()

    def size(self, sources: Sequence[Sequence[int]]) -> int:
        lengths = [*(len(source) for source, _ in self.rows.values()), *map(len, sources)]
        return len(lengths) * max(lengths)

    def join(self, sources: Sequence[Sequence[int]]) -> list[int]:
        if any(-2 in source for source in sources):
            raise RuntimeError("it cannot be read")
        numbers = list(range(self.count, self.count + len(sources)))
        self.count += len(sources)
        self.rows |= {number: (list(source), 0) for number, source in zip(numbers, sources, strict=True)}
        self.joined += map(list, sources)
        self.largest = max(self.largest, self.size([[]]) // (len(self.rows) + 1) * len(self.rows))
        return numbers

    def drop(self, numbers: Collection[int]) -> None:
        self.dropped += [self.rows.pop(number)[0] for number in numbers]

    def step(self) -> dict[int, Decoded]:
        self.joins.append(self.joined)
        self.joined = []
        assert self.open.wait(10)
        self.rows = {number: (source, done + 1) for number, (source, done) in self.rows.items()}
        if any(-1 in source and done == 2 for source, done in self.rows.values()):
            raise RuntimeError("it broke")
        ended = {number: source for number, (source, done) in self.rows.items() if done == len(source)}
        self.rows = {number: row for number, row in self.rows.items() if number not in ended}
        return {
            number: Decoded(source, np.zeros((0, len(source)), np.float32), True) for number, source in ended.items()
        }


def ask(translator: ContinuousBatching, *sources: list[int]) -> list[list[int]]:
    """All that one caller gets."""
    return [each.ids for each in tiny_student.translated(translator, sources)]


def meanwhile(
    pool: ThreadPoolExecutor, translator: ContinuousBatching, batch: Echo, *asked: list[list[int]]
) -> list[Future[list[list[int]]]]:
    """What each of `asked` gets; the others arrive during the first step of the first, until the batch is opened."""
    batch.open.clear()
    futures = []
    for number, sources in enumerate(asked, 1):
        futures.append(pool.submit(ask, translator, *sources))
        wait_until(partial(lambda number: len(translator._requests) == number, number))
        wait_until(lambda: len(batch.joins) == 1)
    return futures


def test_one_caller_gets_its_own_in_as_many_steps_as_its_longest() -> None:
    """Sources of one request are translated together."""
    batch = Echo()
    assert ask(ContinuousBatching(batch), [1], [2, 3, 4]) == [[1], [2, 3, 4]]
    assert batch.joins == [[[1], [2, 3, 4]], [], []]


def test_no_sources_are_no_work() -> None:
    """Nothing is translated, and no worker starts."""
    batch = Echo()
    assert ask(ContinuousBatching(batch)) == []
    assert batch.joins == []


def test_callers_join_at_the_next_token_and_leave_at_their_last() -> None:
    """Two come in the middle of a long text: they are done before it, and each gets its own."""
    batch = Echo()
    translator = ContinuousBatching(batch)
    with ThreadPoolExecutor(3) as pool:
        long, *late = meanwhile(pool, translator, batch, [[1] * 200], [[2, 2]], [[3], [4, 4]])
        batch.open.set()
        assert [each.result(10) for each in late] == [[[2, 2]], [[3], [4, 4]]]
        assert long.result(10) == [[1] * 200]
    assert batch.joins[:2] == [[[1] * 200], [[2, 2], [3], [4, 4]]]
    assert len(batch.joins) == 200


def test_a_request_joins_group_by_group() -> None:
    """One group a token, as long as the request keeps to its share; the rest as soon as sources have ended."""
    batch = Echo()
    sources = [[1] * GROUP_TOKENS for _ in range(REQUEST_TOKENS // GROUP_TOKENS + 1)]
    assert ask(ContinuousBatching(batch), *sources) == sources
    joined = [len(joined) for joined in batch.joins]
    assert joined[:5] == [1, 1, 1, 1, 0]
    assert joined[GROUP_TOKENS] == 1
    assert sum(joined) == len(sources)


def test_the_batch_is_bounded_and_who_has_nothing_in_it_comes_first() -> None:
    """A large request leaves room for others; where there is none, a newcomer goes before its next group."""
    batch = Echo()
    translator = ContinuousBatching(batch)
    large = [[1] * GROUP_TOKENS for _ in range(12)]
    others = [[[number] * GROUP_TOKENS for _ in range(4)] for number in (2, 3)]
    with ThreadPoolExecutor(3) as pool:
        futures = meanwhile(pool, translator, batch, large, *others)
        batch.open.set()
        assert [each.result(30) for each in futures] == [large, *others]
    assert batch.largest <= ALL_TOKENS
    assert [[source[0] for source in joined] for joined in batch.joins[:4]] == [[1], [2, 3, 1], [1, 2, 3], [1]]


def test_a_source_longer_than_the_batch_is_translated_alone() -> None:
    """It joins when the batch is empty."""
    batch = Echo()
    translator = ContinuousBatching(batch)
    with ThreadPoolExecutor(2) as pool:
        first, long = meanwhile(pool, translator, batch, [[1, 1]], [[2] * (ALL_TOKENS + 1)])
        batch.open.set()
        assert first.result(10) == [[1, 1]]
        assert long.result(10) == [[2] * (ALL_TOKENS + 1)]
    assert [len(joined) for joined in batch.joins[:3]] == [1, 0, 1]


def test_closing_removes_the_sources_of_one_caller() -> None:
    """The others stay; and without others the worker ends."""
    batch = Echo()
    translator = ContinuousBatching(batch)
    batch.open.clear()
    leaves = translator.translate([[1] * 50])
    next(leaves)
    with ThreadPoolExecutor(1) as pool:
        stays = pool.submit(ask, translator, [2] * 5)
        wait_until(lambda: len(translator._requests) == 2)
        leaves.close()  # type: ignore[attr-defined]
        batch.open.set()
        assert stays.result(10) == [[2] * 5]
    assert batch.dropped == [[1] * 50]
    wait_until(lambda: not translator._running)
    assert not batch.rows


@pytest.mark.parametrize(("bad", "message"), [([-1, 3], "it broke"), ([-2], "it cannot be read")])
def test_an_error_reaches_every_caller_in_the_batch_and_no_later_one(bad: list[int], message: str) -> None:
    """One of two fails: both get the error, and the next request is served."""
    batch = Echo()
    translator = ContinuousBatching(batch)
    with ThreadPoolExecutor(2) as pool:
        futures = meanwhile(pool, translator, batch, [[2] * 5], [bad])
        batch.open.set()
        for each in futures:
            with pytest.raises(RuntimeError, match=message):
                each.result(10)
    assert ask(translator, [4, 4]) == [[4, 4]]
    assert not batch.rows


def test_a_system_without_threads_is_no_reason_to_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller gets the error, and a later one is served."""
    translator = ContinuousBatching(Echo())

    def refused(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr("threading.Thread.start", refused)
        with pytest.raises(RuntimeError, match="can't start"):
            ask(translator, [2])
    assert ask(translator, [2]) == [[2]]


def test_many_callers_all_get_their_own() -> None:
    """Sixteen threads with forty requests each: nothing is lost or mixed up, and steps are shared."""
    batch = Echo()
    translator = ContinuousBatching(batch)
    start = threading.Barrier(16)

    def visit(number: int) -> bool:
        start.wait()
        asked = [[[number, i], [number] * (1 + i % 7)] for i in range(40)]
        return all(ask(translator, *sources) == sources for sources in asked)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(visit, range(16)))
    assert not batch.rows
    assert not batch.dropped


@pytest.mark.parametrize("lengths", [[], [5], [9, 3, 7], [20] * 500, [1_025] * 4, list(range(1, 200))])
def test_groups(lengths: list[int]) -> None:
    """Every source is in one group, the first group is small, and none has more than its tokens with padding."""
    found = groups(lengths, 1_024)
    assert sorted(index for group in found for index in group) == list(range(len(lengths)))
    assert all(len(group) <= AHEAD[0] for group in found[:1])
    for group in found:
        assert len(group) == 1 or max(lengths[i] for i in group) * len(group) <= 1_024
