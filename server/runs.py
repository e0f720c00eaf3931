"""Running requests: each ends at its deadline, when its client disconnects, or when the server shuts down."""

import asyncio
import functools
import inspect
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr

from demos.gradio_compat import events_of
from demos.words import localize, say
from models.runtime.limits import InputError
from models.runtime.malloc import trim
from server.arrival import ARRIVAL
from server.gradio_compat.events import running_event
from server.gradio_compat.line import Line
from server.metrics import Metrics
from server.traced_run import TracedRun

# How often, in seconds, a running request is checked.
GLANCE = 0.2
# After so many requests, freed memory is returned to the system.
TRIM_EVERY = 25
CLOSING = "The server is restarting. Try again in a minute."

T = TypeVar("T")


class EndedEarly(gr.Error):
    """A running request that ended early; `outcome` is its label in the metrics."""

    outcome = ""

    def __init__(self, message: str) -> None:
        super().__init__(message, title=say("This ended early"), print_exception=False)


class TimeUp(EndedEarly):
    """It reached its deadline."""

    outcome = "deadline"


class Left(EndedEarly):
    """Its client has disconnected."""

    outcome = "stopped"


class Closed(EndedEarly):
    """The server shuts down."""

    outcome = "closed"


@dataclass
class Runs:
    """All running requests; `deadline` is in seconds, 0 for none. Used in the event loop only."""

    line: Line
    metrics: Metrics
    deadline: float
    closing: bool = False
    ended: int = 0

    def watch(self, page: gr.Blocks) -> None:
        """Bind every queued event of `page` to these rules. The functions must be what `demos.events.guarded` makes:
        asynchronous, and their work over soon after they are cancelled."""
        for event in events_of(page):
            if event.fn is not None and event.queue:
                event.fn = self.bounded(event.fn, event.api_name or event.name or "unnamed")

    def bounded(self, fn: Callable[..., Any], endpoint: str) -> Callable[..., Any]:
        """`fn`, a coroutine function or an asynchronous generator function, under these rules.

        A stream that reaches its deadline keeps what it has shown.
        """
        if inspect.isasyncgenfunction(fn):

            @functools.wraps(fn)
            async def stream(*args: Any, **named: Any) -> AsyncIterator[Any]:
                with self._counted(endpoint) as run:
                    async with aclosing(fn(*args, **named)) as results:
                        over, result = object(), None
                        try:
                            while (latest := await run.within(anext(results, over))) is not over:
                                result = latest
                                yield result
                        except TimeUp:
                            if result is None:
                                raise
                            run.outcome = TimeUp.outcome
                            gr.Warning(
                                say("The time is up after {n:g} seconds: the result is incomplete.", n=self.deadline),
                            )

            return stream

        if not inspect.iscoroutinefunction(fn):
            raise TypeError(f"{endpoint} must be asynchronous to be ended: pass it through demos.events.guarded.")

        @functools.wraps(fn)
        async def call(*args: Any, **named: Any) -> Any:
            with self._counted(endpoint) as run:
                return await run.within(fn(*args, **named))

        return call

    @contextmanager
    def _counted(self, endpoint: str) -> "Iterator[_Run]":
        event, now = running_event(), time.monotonic()
        arrival = self.line.scope(event).get(ARRIVAL)
        run = _Run(self, event, now, TracedRun(endpoint, now - arrival.at if arrival else 0.0))
        try:
            yield run
        except BaseException as error:
            run.outcome = outcome_of(error)
            raise
        finally:
            run.traced.end(run.outcome)
            self.metrics.ended(endpoint, run.outcome, time.monotonic() - run.started)
            self.ended += 1
            if self.ended % TRIM_EVERY == 0:
                threading.Thread(target=trim, daemon=True).start()


@dataclass
class _Run:
    runs: Runs
    event: str | None
    started: float
    traced: TracedRun
    outcome: str = "done"

    async def within(self, step: Awaitable[T]) -> T:
        """The result of `step`, which is cancelled if the run must end. Raises EndedEarly."""
        with self.traced.active():
            # A task copies the context that it is made in.
            task = asyncio.ensure_future(step)
        try:
            while not task.done():
                self._look()
                await asyncio.wait({task}, timeout=GLANCE)
            return task.result()
        finally:
            if not task.done():
                # A coroutine is ended in asyncio's own way; `demos.guard` passes it on to the thread as a Cancellation.
                task.cancel()
                await asyncio.wait({task})

    def _look(self) -> None:
        if self.runs.closing:
            raise Closed(localize(CLOSING))
        if not self.runs.line.wanted(self.event):
            raise Left("Nobody waits for this any more.")
        if self.runs.deadline and time.monotonic() - self.started > self.runs.deadline:
            raise TimeUp(
                say(
                    "The time is up: a request may run for {n:g} seconds. A model that was loading goes on loading. "
                    "Try again in a moment, or with less text.",
                    n=self.runs.deadline,
                )
            )


def outcome_of(error: BaseException) -> str:
    """The outcome of a request that ended with `error`, for the metrics."""
    if isinstance(error, EndedEarly):
        return error.outcome
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return "stopped"
    return "refused" if isinstance(error.__cause__, InputError) else "failed"
