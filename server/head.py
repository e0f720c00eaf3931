"""Answers HEAD requests for the page at once."""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.gate import route_path


@dataclass(frozen=True)
class Head:
    """Middleware that answers HEAD for the page without making the page, which may take seconds on a busy machine.

    Gradio's `launch` asks so whether the page is reachable, and ends the start where it waits longer than 3 seconds.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http" and scope["method"] == "HEAD" and route_path(scope) in ("", "/"):
            await Response(media_type="text/html")(scope, receive, send)
        else:
            await self.app(scope, receive, send)
