"""Which threads the work of requests runs in."""

import asyncio
import threading
from contextvars import ContextVar
from threading import get_ident

import pytest

from demos.workers import Workers, run_in_worker
from tests.loops import run_apart


def test_work_that_follows_other_work_runs_in_the_same_thread() -> None:
    """One visitor at a time has one thread, whatever ran meanwhile."""

    async def requests() -> list[int]:
        workers, done = Workers(), threading.Event()
        first = await workers.run(get_ident)
        busy = asyncio.create_task(workers.run(lambda: done.wait(10) and get_ident()))
        await asyncio.sleep(0.05)
        beside = await workers.run(get_ident)
        done.set()
        return [first, await busy, await workers.run(get_ident), beside]

    first, busy, last, beside = run_apart(requests())
    assert first == busy == last != beside


def test_only_one_thread_is_kept() -> None:
    """Eight at once have eight threads, which work for the next eight; of those that are idle soon one stays."""

    async def requests() -> None:
        workers, all_there = Workers(), threading.Barrier(8)

        def work() -> int:
            all_there.wait(10)
            return get_ident()

        threads = await asyncio.gather(*(workers.run(work) for _ in range(8)))
        assert len(set(threads)) == 8
        assert set(await asyncio.gather(*(workers.run(work) for _ in range(8)))) == set(threads)
        async with asyncio.timeout(10):
            while len(alive := {thread.ident for thread in threading.enumerate()} & set(threads)) > 1:
                await asyncio.sleep(0.01)
        assert alive == {await workers.run(get_ident)}

    run_apart(requests())


def test_a_cancelled_request_leaves_its_thread_at_work() -> None:
    """It returns at once, others need not wait, and the work ends when it ends."""

    async def requests() -> None:
        workers, begun, may_end, ended = Workers(), threading.Event(), threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            may_end.wait(10)
            ended.set()

        task = asyncio.create_task(workers.run(work))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await workers.run(lambda: "another") == "another"
        assert not ended.is_set()
        may_end.set()
        assert await asyncio.to_thread(ended.wait, 10)

    run_apart(requests())


def test_what_work_raises_reaches_its_caller() -> None:
    """The thread is kept for the next."""

    async def requests() -> None:
        workers = Workers()
        first = await workers.run(get_ident)
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 / 0)
        assert await workers.run(get_ident) == first

    run_apart(requests())


def test_work_sees_the_context_of_its_request() -> None:
    """Gradio tells a request from another by context variables."""
    visitor: ContextVar[str] = ContextVar("visitor")

    async def request(name: str) -> str:
        visitor.set(name)
        return await run_in_worker(visitor.get)

    async def requests() -> list[str]:
        return [*await asyncio.gather(request("a"), request("b"))]

    assert run_apart(requests()) == ["a", "b"]
