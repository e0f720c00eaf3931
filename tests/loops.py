"""Work in tests that brings an event loop of its own: the browser's may live in the thread that tests run in."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """What `work` returns, called in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """What the coroutine `work` returns, run in a thread of its own."""
    return apart(lambda: asyncio.run(work))
