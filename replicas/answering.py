"""A replica's side of a call: runs it in a thread, and gives its stages and results as frames."""

import asyncio
import importlib
import logging
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from typing import Any

from models.runtime import tracing
from models.runtime.cache import ModelCache
from models.runtime.placing import METHODS
from models.runtime.progress import Cancellation, Stage, Stopped
from replicas.wire import Beat, Call, Done, Failure, Frame, Result, Unreadable, framed, unpacked

# How often, in seconds, a call without news gives a sign of life.
BEAT = 5.0

log = logging.getLogger(__name__)


async def answer(
    body: bytes, cache: ModelCache, replica: str, headers: Mapping[str, str] | None = None, beat: float = BEAT
) -> AsyncIterator[bytes]:
    """The frames of the reply to the call in `body`; the work ends once this is cancelled or closed.

    The span of the page is in the `headers` of its request.
    """
    arrived: asyncio.Queue[Frame | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    cancellation = Cancellation()

    def put(frame: Frame | None) -> None:
        # Once the loop is closed nobody reads.
        if not loop.is_closed():
            loop.call_soon_threadsafe(arrived.put_nowait, frame)

    def work() -> None:
        with tracing.span("replica", headers, replica=replica):
            _work(body, cache, replica, cancellation, put)

    threading.Thread(target=work, daemon=True).start()
    try:
        # A sign that a replica has taken the call, before any model is loaded.
        yield framed(Beat())
        while True:
            try:
                frame = await asyncio.wait_for(arrived.get(), beat)
            except TimeoutError:
                frame = Beat()
            if frame is None:
                return
            yield framed(frame)
    finally:
        cancellation.cancel()


def _work(
    body: bytes, cache: ModelCache, replica: str, cancellation: Cancellation, put: Callable[[Frame | None], None]
) -> None:
    newest: list[Stage] = []

    def report(stage: Stage) -> None:
        cancellation.check()
        if newest != [stage]:
            newest[:] = [stage]
            put(stage)

    try:
        for result in _results(body, cache, report):
            put(Result(result))
            cancellation.check()
        put(Done(replica, cache.status()))
    except Stopped:
        log.info("a call was cancelled")
    except Exception as error:
        failure = Failure.of(error)
        if failure.kind is not type(error):
            log.exception("a call failed")
        put(failure)
    finally:
        put(None)


def _results(body: bytes, cache: ModelCache, report: Callable[[Stage], None]) -> Any:
    call = unpacked(body, cache)
    module = call.method.partition(":")[0] if isinstance(call, Call) else ""
    if module.startswith("models."):
        importlib.import_module(module)
    if not isinstance(call, Call) or call.method not in METHODS:
        raise Unreadable("This calls no method of an adapter.")
    outcome = METHODS[call.method](call.adapter, **call.arguments, report=report)
    if not hasattr(outcome, "close"):
        yield outcome
        return
    with closing(outcome):
        yield from outcome
