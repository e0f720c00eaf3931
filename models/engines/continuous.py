"""Continuous batching: one worker translates for all callers; sources join and leave the batch between two tokens."""

import threading
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Protocol

from models.engines.base import Decoded
from models.engines.writing import GROUP_TOKENS, Source, groups

# How many tokens the batch has at most, padding included. One request takes a half, or little more.
BATCH_TOKENS = 2 * GROUP_TOKENS
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
    """The sources of one caller: `groups` has the indices of those that wait, `rows` those in the batch, by number.

    `joined` is the size of the group that joined last; 0 where none has.
    """

    sources: Sequence[Source]
    groups: deque[list[int]]
    joined: int = 0
    rows: dict[int, int] = field(default_factory=dict)
    news: SimpleQueue[dict[int, Decoded] | Exception] = field(default_factory=SimpleQueue)
    closed: bool = False

    @property
    def finished(self) -> bool:
        return self.closed or not (self.groups or self.rows)


class ContinuousBatching:
    """A `models.engines.base.Translator` over a batch, with a worker thread while there is work.

    A request joins in groups of sources of similar lengths, each when half of the group before it has ended. Requests
    that have nothing in the batch join first, in the order of their arrival. An error in a step reaches every caller
    whose sources were in it.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._requests: list[_Request] = []
        self._running = False
        self._lock = threading.Lock()

    def translate(self, sources: Sequence[Source]) -> Iterator[dict[int, Decoded]]:
        """Translate `sources` in the batch. See `Translator.translate`."""
        request = _Request(sources, deque(groups([len(source) for source in sources])))
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
            except RuntimeError:  # The system has no thread left.
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
        """The requests that still want something; what others had in the batch is removed."""
        with self._lock:
            gone = [request for request in self._requests if request.finished]
            self._requests = [request for request in self._requests if request not in gone]
            self._running = bool(self._requests)
            requests = list(self._requests)
        if numbers := {number for request in gone for number in request.rows}:
            self._batch.drop(numbers)
        return requests

    def _admit(self, requests: Sequence[_Request]) -> None:
        """Let the groups join for which it is time, as far as they fit."""
        for request in sorted(requests, key=lambda request: bool(request.rows)):
            if not request.groups or 2 * len(request.rows) > request.joined:
                continue
            group = request.groups[0]
            sources = [request.sources[index] for index in group]
            # A single group joins an empty batch, however long its sources are.
            if any(other.rows for other in requests) and self._batch.size(sources) > BATCH_TOKENS:
                return
            request.groups.popleft()
            request.joined = len(group)
            request.rows.update(zip(self._batch.join(sources), group, strict=True))
