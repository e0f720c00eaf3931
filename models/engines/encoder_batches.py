"""Batches of an encoder: rows of similar lengths, their padded arrays, and batches that several callers share."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.engines.base import Encoder, EncoderInfo
from models.runtime.arrays import Floats

# Small enough to stop within half a second even on a busy CPU, where larger batches are no faster, and to keep the
# activations of a batch at some tens of megabytes.
BATCH_TOKENS = 512
# A GPU is far from busy with the batch of one text, and its memory holds the activations of many more. Not tuned.
GPU_TOKENS = 16 * BATCH_TOKENS


def batches(lengths: Sequence[int], most: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Yield the indices of rows of these `lengths`, longest first, in batches of at most `most` tokens with padding.

    A row of more than `most` tokens is a batch by itself.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        longest = lengths[batch[0]] if batch else 0
        # A row of less than half the length would be mostly padding.
        if batch and ((len(batch) + 1) * longest > most or 2 * lengths[i] < longest):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def padded(
    rows: Sequence[Sequence[int]], info: EncoderInfo, firsts: Sequence[int] | None = None
) -> dict[str, NDArray[np.int64]]:
    """`rows` as the inputs of an encoder by their names, each of shape (rows, tokens of the longest).

    Where the encoder has token types, they are 1 from the position in `firsts` on, and 0 everywhere without it.
    """
    lengths = np.array([len(row) for row in rows])
    positions = np.arange(lengths.max())
    mask = positions < lengths[:, None]
    ids = np.full(mask.shape, info.padding, np.int64)
    ids[mask] = np.concatenate([np.asarray(row, np.int64) for row in rows])
    inputs = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
    if info.token_types:
        second = np.zeros_like(mask) if firsts is None else positions >= np.array(firsts)[:, None]
        inputs["token_type_ids"] = second.astype(np.int64)
    return inputs


@dataclass(eq=False)
class _Call:
    """What one caller asked for, and then its part of a batch, or the error that ended it."""

    rows: Sequence[Sequence[int]]
    firsts: Sequence[int] | None
    found: tuple[Floats, ...] | Exception | None = None

    @property
    def longest(self) -> int:
        return max(map(len, self.rows))


class SharedBatches:
    """An encoder that runs one batch at a time, for all callers that wait for it.

    Calls that come while a batch runs are together in the next one, as far as their rows are of similar lengths and
    have at most so many `tokens` with padding. Nobody waits for others to come: who finds it idle has a batch alone.
    An error in a batch is that of all in it.
    """

    def __init__(self, encoder: Encoder, tokens: int = BATCH_TOKENS) -> None:
        self.encoder = encoder
        self.info: EncoderInfo = encoder.info
        self._tokens = tokens
        self._waiting: list[_Call] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many calls wait for a batch."""
        with self._lock:
            return len(self._waiting)

    def __call__(self, rows: Sequence[Sequence[int]], firsts: Sequence[int] | None = None) -> tuple[Floats, ...]:
        """Run rows in a batch, maybe with those of others; see `models.engines.base.Encoder`."""
        call = _Call(rows, firsts)
        with self._lock:
            self._waiting.append(call)
        with self._turn:
            # Another caller may have run this one by now.
            if call.found is None:
                self._run(self._batch(call))
        if isinstance(call.found, Exception):
            raise call.found
        assert call.found is not None
        return call.found

    def _batch(self, call: _Call) -> list[_Call]:
        """`call` and those that fit beside it, in the order of their arrival; they no longer wait."""
        with self._lock:
            batch = [call]
            for other in self._waiting:
                if other is not call and self._fits([*batch, other]):
                    batch.append(other)
            self._waiting = [other for other in self._waiting if other not in batch]
        return batch

    def _fits(self, batch: Sequence[_Call]) -> bool:
        lengths = [call.longest for call in batch]
        # A row of less than half the length would be mostly padding.
        alike = max(lengths) <= 2 * min(lengths) and len({call.firsts is None for call in batch}) == 1
        return alike and max(lengths) * sum(len(call.rows) for call in batch) <= self._tokens

    def _run(self, batch: Sequence[_Call]) -> None:
        rows = [row for call in batch for row in call.rows]
        firsts = None if batch[0].firsts is None else [first for call in batch for first in call.firsts or ()]
        try:
            found = self.encoder(rows, firsts)
        except Exception as error:
            for call in batch:
                call.found = error
            return
        end = 0
        for call in batch:
            start, end = end, end + len(call.rows)
            call.found = tuple(each[start:end] for each in found)
