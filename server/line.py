"""Gradio's queue as the rest of the server sees it. Only this module looks inside it."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.types import Scope


@dataclass(frozen=True)
class Line:
    """The waiting line of `page`, which must have its queue already."""

    page: gr.Blocks

    def on_join(self, joined: Callable[[Scope], None]) -> None:
        """Call `joined` with the scope of each request the moment it stands in the line, or is turned away from it."""
        push = self.page._queue.push

        @functools.wraps(push)
        async def told(*, request: Request, **named: Any) -> Any:
            try:
                return await push(request=request, **named)
            finally:
                # Nothing else runs between a request's joining the line and this.
                joined(request.scope)

        self.page._queue.push = told  # type: ignore[method-assign, assignment]

    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return len(self.page._queue)

    def running(self) -> int:
        """How many requests run now."""
        return self.page._queue.get_active_worker_count()

    def arguments(self, endpoint: str) -> int | None:
        """How many arguments the endpoint of that name takes, None when there is none."""
        counts = (len(event.inputs) for event in self.page.fns.values() if event.api_name == endpoint)
        return next(counts, None)

    def defaults(self, endpoint: str) -> list[Any]:
        """The values of the last arguments of that endpoint that a call may leave out."""
        fns = (event.fn for event in self.page.fns.values() if event.api_name == endpoint and event.fn)
        parameters = inspect.signature(next(fns)).parameters.values()
        return [each.default for each in parameters if each.default is not inspect.Parameter.empty]

    def owner(self, event: str) -> str | None:
        """The session that a request belongs to, None when it is over or never was."""
        found = self.page._queue.event_ids_to_events.get(event)
        return found.session_hash if found else None

    def wanted(self, event: str | None) -> bool:
        """Whether somebody is still there for the result of a request; a call beside the queue (None) always is."""
        if event is None:
            return True
        found = self.page._queue.event_ids_to_events.get(event)
        return found is not None and found.alive

    def untold(self) -> int:
        """How many sessions have not been told how a request of theirs ended."""
        return sum(map(bool, self.page._queue.pending_event_ids_session.values()))
