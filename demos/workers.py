"""Threads for work that takes long: as few as it needs, since each that computes has helpers of its own.

libgomp gives every thread that computes its own helper threads. Where all of them together are more than there are
cores, they go to sleep after each operation, and waking them takes a small model a third of its time.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from anyio.lowlevel import RunVar

T = TypeVar("T")


class Workers:
    """Runs each piece of work in the thread that was busy last, or in a new one; only one is kept for later."""

    def __init__(self) -> None:
        self._idle: ThreadPoolExecutor | None = None
        self._changing = threading.Lock()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, in this context. Cancelling returns at once; a thread at work works on."""
        worker = self._swapped(None) or ThreadPoolExecutor(1, "worker")
        future: Future[T] = worker.submit(copy_context().run, work)
        future.add_done_callback(lambda _: self._keep(worker))
        return await asyncio.wrap_future(future)

    def _keep(self, worker: ThreadPoolExecutor) -> None:
        if superfluous := self._swapped(worker):
            superfluous.shutdown(wait=False)

    def _swapped(self, worker: ThreadPoolExecutor | None) -> ThreadPoolExecutor | None:
        with self._changing:
            idle, self._idle = self._idle, worker
            return idle


_OF_THE_LOOP: RunVar[Workers] = RunVar("workers")


async def run_in_worker(work: Callable[[], T]) -> T:
    """Run `work` with the workers of this event loop; see `Workers.run`."""
    workers = _OF_THE_LOOP.get(None)
    if workers is None:
        workers = Workers()
        _OF_THE_LOOP.set(workers)
    return await workers.run(work)
