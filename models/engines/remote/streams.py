"""Numbered streamed responses of an engine's server, read by an event loop."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

from models.engines.llama_cpp.completions import CompletionError

Chunk = dict[str, Any]
# A chunk of the response with this number, None at its end, or the error that ended it.
Arrived = tuple[int, "Chunk | EngineError | None"]


class EngineError(CompletionError):
    """The engine at a URL cannot be used, or failed while responding."""


class EngineRefused(EngineError):
    """The engine rejected a request."""


class Streams:
    """Numbered streamed responses as they arrive; see `Client.streams`."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, read: Callable[[Mapping[str, Any], Callable[..., None]], Any]
    ) -> None:
        self._loop = loop
        self._read = read
        self._arrived: SimpleQueue[Arrived] = SimpleQueue()
        self._running: dict[int, Future[None]] = {}

    def open(self, number: int, body: Mapping[str, Any]) -> None:
        """Start another request."""
        reading = self._read(body, lambda chunk: self._arrived.put((number, chunk)))
        self._running[number] = asyncio.run_coroutine_threadsafe(reading, self._loop)

    def get(self, seconds: float | None) -> Arrived | None:
        """The next chunk, None if none arrives within so many seconds."""
        try:
            return self._arrived.get(timeout=seconds)
        except Empty:
            return None

    def end(self, number: int) -> None:
        """Close one connection; chunks that have arrived may still be in the queue."""
        # Not a Cancellation: a read that waits for the network checks nothing, and asyncio can interrupt it.
        self._running.pop(number).cancel()

    def close(self) -> None:
        """Close all connections."""
        for number in list(self._running):
            self.end(number)
