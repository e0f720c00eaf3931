"""Texts of several requests that share the batches of one model, as requests come and go."""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.student import Decoded

Source = Sequence[int]
# Writes a batch of sources; after each token, what it ended, by the index in the batch.
Decode = Callable[[Sequence[Source]], "Iterator[dict[int, Decoded]]"]

# In one batch, padding included.
BATCH_TOKENS = 1_024
# How often, in seconds, a request whose batch others carry on can be closed.
GLANCE = 0.1


@dataclass(eq=False)
class _Request:
    """What one caller asked, what was `found` of it since it last looked, and how many sources are not `left`."""

    sources: Sequence[Source]
    left: int
    found: "dict[int, Decoded]" = field(default_factory=dict)
    error: Exception | None = None
    gone: bool = False

    @property
    def longest(self) -> int:
        return max(map(len, self.sources))


@dataclass
class _Batch:
    """The batch in hand: for each of its sources whose it is and its index there."""

    rows: list[tuple[_Request, int]]
    steps: "Iterator[dict[int, Decoded]]"


@dataclass
class Company:
    """All who ask one model at a time. Those who come while it writes share its next batch; one alone waits for nobody.

    The threads of those who wait take the steps, one at a time: the work goes on as long as anybody wants it, and is
    dropped with the last. The one who waited longest is in every next batch, with others of similar lengths.
    """

    _waiting: list[_Request] = field(default_factory=list)
    _batch: _Batch | None = None
    _stepping: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def decode(self, decode: Decode, sources: Sequence[Source]) -> "Generator[dict[int, Decoded], None, None]":
        """What `decode` gives for `sources`, maybe in a batch with others; nothing new is an empty dictionary.

        Closing the generator takes them out. Raises what `decode` raised in their batch.
        """
        request = _Request(sources, len(sources))
        with self._changed:
            self._waiting.append(request)
        try:
            while request.left:
                with self._changed:
                    if self._stepping and not request.found and request.error is None:
                        self._changed.wait(GLANCE)
                    found, request.found = request.found, {}
                    request.left -= len(found)
                    mine = not found and request.error is None and not self._stepping
                    self._stepping = self._stepping or mine
                if request.error is not None:
                    raise request.error
                if mine:
                    self._step(decode)
                yield found
        finally:
            request.gone = True

    def _step(self, decode: Decode) -> None:
        """Take one step of the batch in hand, or of the next, and tell its callers; `_stepping` is this thread's."""
        finished: dict[int, Decoded] | None = {}
        error = None
        if self._batch is None or all(request.gone for request, _ in self._batch.rows):
            self._batch = self._next(decode)
        try:
            finished = next(self._batch.steps, None)
        except Exception as raised:
            error = raised
        with self._changed:
            for at, output in (finished or {}).items():
                request, row = self._batch.rows[at]
                request.found[row] = output
            if error is not None:
                for request, _ in self._batch.rows:
                    request.error = error
            if finished is None or error is not None:
                self._batch = None
            self._stepping = False
            self._changed.notify_all()

    def _next(self, decode: Decode) -> _Batch:
        with self._changed:
            first, *others = [request for request in self._waiting if not request.gone]
            chosen, count = [first], len(first.sources)
            for other in sorted(others, key=lambda each: abs(each.longest - first.longest)):
                longest = max(each.longest for each in (*chosen, other))
                if longest * (count + len(other.sources)) <= BATCH_TOKENS:
                    chosen.append(other)
                    count += len(other.sources)
            self._waiting = [request for request in others if request not in chosen]
        rows = [(request, row) for request in chosen for row in range(len(request.sources))]
        return _Batch(rows, decode([request.sources[row] for request, row in rows]))
