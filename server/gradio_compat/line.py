"""Gradio's queue as the rest of the server sees it.

The public way to know of a queue is `gr.Blocks.queue(max_size=...)`: it refuses with its own words, and only after its
checks, so that a crowd that arrives at once all passes; `/monitoring` has counts of the past, none of now.
"""

import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.types import Scope

from demos.gradio_compat import events_of

# Takes the named arguments of a request, and returns whether it stands in the line.
Push = Callable[..., Coroutine[Any, Any, Any]]


@dataclass(frozen=True)
class Line:
    """The waiting line of `page`, which must have its queue already."""

    page: gr.Blocks

    def on_join(self, joined: Callable[[Scope], None]) -> None:
        """Call `joined` with the scope of each request the moment it stands in the line, or is turned away from it."""

        def noted(push: Push) -> Push:
            async def push_and_note(*, request: Request, **named: Any) -> Any:
                try:
                    return await push(request=request, **named)
                finally:
                    # Nothing else runs between a request's joining the line and this.
                    joined(request.scope)

            return push_and_note

        self.around_join(noted)

    def around_join(self, wrap: Callable[[Push], Push]) -> None:
        """Let requests join the line by what `wrap` makes of the coroutine function that they join it by now."""
        self.page._queue.push = wrap(self.page._queue.push)  # type: ignore[method-assign]

    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return len(self.page._queue)

    def running(self) -> int:
        """How many requests run now."""
        return self.page._queue.get_active_worker_count()

    def arguments(self, endpoint: str) -> int | None:
        """How many arguments the endpoint of that name takes, None when there is none."""
        counts = (len(event.inputs) for event in events_of(self.page) if event.api_name == endpoint)
        return next(counts, None)

    def defaults(self, endpoint: str) -> list[Any]:
        """The values of the last arguments of that endpoint that a call may leave out."""
        fns = (event.fn for event in events_of(self.page) if event.api_name == endpoint and event.fn)
        parameters = inspect.signature(next(fns)).parameters.values()
        return [each.default for each in parameters if each.default is not inspect.Parameter.empty]

    def owner(self, event: str) -> str | None:
        """The session that a request belongs to, None when it is over or never was."""
        found = self.page._queue.event_ids_to_events.get(event)
        return found.session_hash if found else None

    def wanted(self, event: str | None) -> bool:
        """Whether the client of a request is still connected; True for a call outside the queue (None)."""
        if event is None:
            return True
        found = self.page._queue.event_ids_to_events.get(event)
        return found is not None and found.alive

    def scope(self, event: str | None) -> Scope:
        """The scope of the request by which an event joined the line; empty for a call outside the queue."""
        found = self.page._queue.event_ids_to_events.get(event) if event else None
        return found.request.scope if found else {}

    def undelivered(self) -> int:
        """The number of sessions with a result that was not delivered yet."""
        return sum(map(bool, self.page._queue.pending_event_ids_session.values()))
