"""Continuous batching: one worker translates for all callers; sources join and leave the batch between two tokens."""

import threading
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Protocol

from models.engines.base import Decoded
from models.engines.writing import BATCH_TOKENS, Source, groups

# How many tokens join together, how many one request has in the batch, and how many the batch has, padding included.
GROUP_TOKENS = 256
REQUEST_TOKENS = BATCH_TOKENS
ALL_TOKENS = 2 * REQUEST_TOKENS
# How often, in seconds, a caller who waits regains control.
POLL = 0.1


class Batch(Protocol):
    """Sources that are translated together, one token of each a step. Used by one thread at a time."""

    def size(self, sources: Sequence[Source]) -> int:
        """How many tokens the batch would have with `sources`, padding included."""

    def join(self, sources: Sequence[Source]) -> Sequence[int]:
        """Add `sources`, or none where it raises. Returns a number for each that no other source ever has."""

    def drop(self, numbers: Collection[int]) -> None:
        """Remove sources."""

    def step(self) -> dict[int, Decoded]:
        """Write one token of each source, and remove and return the translations that this ended, by number."""


@dataclass(eq=False)
class _Request:
    """The sources of one caller: `groups` has the indices of those that wait, `rows` those in the batch, by number."""

    sources: Sequence[Source]
    groups: deque[list[int]]
    joined: bool = False
    rows: dict[int, int] = field(default_factory=dict)
    news: SimpleQueue[dict[int, Decoded] | Exception] = field(default_factory=SimpleQueue)
    closed: bool = False

    @property
    def fits(self) -> bool:
        """Whether the next group keeps within what one request has in the batch; the first one always does."""
        lengths = [len(self.sources[index]) for index in (*self.rows.values(), *self.groups[0])]
        return not self.rows or max(lengths) * len(lengths) <= REQUEST_TOKENS

    @property
    def finished(self) -> bool:
        return self.closed or not (self.groups or self.rows)


class ContinuousBatching:
    """A `models.engines.base.Translator` over a batch, with a worker thread while there is work.

    A request joins in small groups of sources of similar lengths, one a token, as long as there is room. Requests that
    have nothing in the batch join first, in the order of their arrival, and each leaves room for another one. An error
    in a step reaches every caller whose sources were in it.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._requests: list[_Request] = []
        self._running = False
        self._lock = threading.Lock()

    def translate(self, sources: Sequence[Source]) -> Iterator[dict[int, Decoded]]:
        """Translate `sources` in the batch. See `Translator.translate`."""
        request = _Request(sources, deque(groups([len(source) for source in sources], GROUP_TOKENS)))
        left = len(sources)
        try:
            if sources:
                self._submit(request)
            while left:
                try:
                    news = request.news.get(timeout=POLL)
                except Empty:
                    yield {}
                    continue
                if isinstance(news, Exception):
                    raise news
                left -= len(news)
                yield news
        finally:
            request.closed = True

    def _submit(self, request: _Request) -> None:
        with self._lock:
            self._requests.append(request)
            if self._running:
                return
            try:
                threading.Thread(target=self._work, name="translate", daemon=True).start()
            except RuntimeError:  # No more threads are available.
                self._requests.remove(request)
                raise
            self._running = True

    def _work(self) -> None:
        """Write for all requests until none is left."""
        while requests := self._current():
            try:
                self._admit(requests)
                finished = self._batch.step()
            except Exception as error:
                for request in requests:
                    if request.joined:
                        request.closed = True
                        request.news.put(error)
                continue
            for request in requests:
                if news := {request.rows.pop(number): finished[number] for number in request.rows.keys() & finished}:
                    request.news.put(news)

    def _current(self) -> list[_Request]:
        """The unfinished requests; the rows of all others are removed from the batch."""
        with self._lock:
            gone = [request for request in self._requests if request.finished]
            self._requests = [request for request in self._requests if request not in gone]
            # Before another worker can start, since only one at a time may use the batch.
            if numbers := {number for request in gone for number in request.rows}:
                self._batch.drop(numbers)
            self._running = bool(self._requests)
            return list(self._requests)

    def _admit(self, requests: Sequence[_Request]) -> None:
        """Add the next groups to the batch, as far as they fit."""
        for request in sorted(requests, key=lambda request: bool(request.rows)):
            if not request.groups or not request.fits:
                continue
            group = request.groups[0]
            sources = [request.sources[index] for index in group]
            # A single group joins an empty batch, however long its sources are.
            if any(other.rows for other in requests) and self._batch.size(sources) > ALL_TOKENS:
                return
            request.groups.popleft()
            request.joined = True
            request.rows.update(zip(self._batch.join(sources), group, strict=True))
