"""Threads for work that takes long: as few as it needs, since each that computes has helpers of its own.

libgomp gives every thread that computes its own helper threads. Where all of them together are more than there are
cores, they go to sleep after each operation, and waking them takes a small model a third of its time.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from anyio.lowlevel import RunVar

T = TypeVar("T")

# How many seconds a thread may be idle beside another: to begin one takes long where many are at work.
GRACE = 1.0


class Workers:
    """Runs each piece of work in the thread that was busy last, or in a new one. All idle ones but one soon go."""

    def __init__(self) -> None:
        # With the moment that it became idle, the one that was busy last at the end.
        self._idle: list[tuple[float, ThreadPoolExecutor]] = []
        self._changing = threading.Lock()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, in this context. Cancelling returns at once; a thread at work works on."""
        with self._changing:
            worker = self._idle.pop()[1] if self._idle else ThreadPoolExecutor(1, "worker")
        future: Future[T] = worker.submit(copy_context().run, work)
        future.add_done_callback(lambda _: self._keep(worker))
        try:
            return await asyncio.wrap_future(future)
        finally:
            asyncio.get_running_loop().call_later(GRACE, self._let_go)

    def _keep(self, worker: ThreadPoolExecutor) -> None:
        with self._changing:
            self._idle.append((time.monotonic(), worker))

    def _let_go(self) -> None:
        before = time.monotonic() - GRACE
        with self._changing:
            superfluous = [worker for since, worker in self._idle[:-1] if since <= before]
            del self._idle[: len(superfluous)]
        for worker in superfluous:
            worker.shutdown(wait=False)


_OF_THE_LOOP: RunVar[Workers] = RunVar("workers")


async def run_in_worker(work: Callable[[], T]) -> T:
    """Run `work` with the workers of this event loop; see `Workers.run`."""
    workers = _OF_THE_LOOP.get(None)
    if workers is None:
        workers = Workers()
        _OF_THE_LOOP.set(workers)
    return await workers.run(work)
