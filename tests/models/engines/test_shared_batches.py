"""Callers that come at the same time share batches, and each gets what it would get alone."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from models.catalog.bundled import QUESTION_ANSWERING
from models.engines.base import EncoderInfo
from models.engines.encoder_batches import SharedBatches
from models.runtime.arrays import Floats
from models.runtime.progress import ignore
from tests import tiny
from tests.faults.machine import wait_until

ROWS = Sequence[Sequence[int]]


class Counted:
    """Gives each row its sum; a test may hold it up, and make it fail."""

    info = EncoderInfo(1, (), False, 0, 512)

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = threading.Event()
        self.fails: list[Exception] = []

    def __call__(self, rows: ROWS, firsts: Sequence[int] | None = None) -> tuple[Floats, ...]:
        """The sums, and where the second texts begin."""
        self.batches.append([len(row) for row in rows])
        assert self.open.wait(60)
        if self.fails:
            raise self.fails.pop()
        sums = np.array([sum(row) for row in rows], np.float32)
        return sums, np.array(firsts or [-1] * len(rows), np.float32)


@pytest.fixture
def counted() -> Counted:
    """An encoder that is held up at first."""
    return Counted()


def gathered(
    counted: Counted, shared: SharedBatches, calls: Sequence[tuple[ROWS, Sequence[int] | None]]
) -> list[object]:
    """The results of `calls`, the first of which runs while the others come in their order."""

    def call(rows: ROWS, firsts: Sequence[int] | None) -> object:
        try:
            return [each.tolist() for each in shared(rows, firsts)]
        except RuntimeError as error:
            return str(error)

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = []
        for number, each in enumerate(calls):
            futures.append(pool.submit(call, *each))
            wait_until(lambda number=number: len(counted.batches) == 1 and shared.waiting == number)  # type: ignore[misc]
        counted.open.set()
        return [future.result() for future in futures]


def test_who_waits_shares_the_next_batch(counted: Counted) -> None:
    """Nobody waits for others: the first has a batch alone."""
    calls = [([[1] * 3], None), ([[2] * 3, [3] * 4], None), ([[4] * 2], None), ([[5] * 4], None)]
    found = gathered(counted, SharedBatches(counted, 100), calls)
    assert found == [[[3], [-1]], [[6, 12], [-1, -1]], [[8], [-1]], [[20], [-1]]]
    assert counted.batches[0] == [3]
    assert sorted(counted.batches[1]) == [2, 3, 4, 4]
    assert len(counted.batches) == 2


def test_a_batch_has_rows_of_a_kind(counted: Counted) -> None:
    """No more tokens with padding than are allowed, no row beside one of twice its length, none without a second text
    beside one with it; and a call that is too large by itself runs by itself."""
    calls: list[tuple[ROWS, Sequence[int] | None]] = [([[1]], None)]
    calls += [([[1] * 10], None), ([[1] * 10], None), ([[1] * 10], None), ([[1] * 4], None), ([[1] * 10], [5])]
    calls += [([[1] * 50], None)]
    found = gathered(counted, SharedBatches(counted, 20), calls)
    assert [each[0] for each in found if isinstance(each, list)] == [[1], [10], [10], [10], [4], [10], [50]]
    assert sorted(counted.batches[1:]) == [[4], [10], [10], [10, 10], [50]]


def test_an_error_reaches_those_in_its_batch(counted: Counted) -> None:
    """And nobody else."""
    counted.fails = [RuntimeError("first")]
    shared = SharedBatches(counted, 100)
    found = gathered(counted, shared, [([[1]], None), ([[2]], None), ([[3]], None)])
    assert found == ["first", [[2], [-1]], [[3], [-1]]]
    counted.fails = [RuntimeError("second")]
    counted.open.clear()
    counted.batches.clear()
    assert gathered(counted, shared, [([[1]], None)]) == ["second"]
    assert [each.tolist() for each in shared([[7]])] == [[7], [-1]]


def test_each_gets_what_it_gets_alone() -> None:
    """Of a real encoder, with rows of many lengths from many threads."""
    encoder = tiny.load(QUESTION_ANSWERING, ignore).model.encoder
    shared = SharedBatches(encoder, 512)
    rows = [[7 + n % 50] * (2 + n % 30) for n in range(64)]
    wanted = [encoder([row], [1]) for row in rows]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda row: shared([row], [1]), rows))
    for row, ours, theirs in zip(rows, found, wanted, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one[0, : len(row)], other[0], atol=1e-5)
