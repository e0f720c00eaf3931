"""Rewrites the pages in HTML that an app sends."""

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def rewrite_page(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, rewrite: Callable[[bytes], bytes]
) -> None:
    """Serve a request by `app`; an HTML document is sent once it is whole, as `rewrite` makes it."""
    begin: Message | None = None
    chunks: list[bytes] = []

    async def rewritten(message: Message) -> None:
        nonlocal begin
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type", "").startswith("text/html"):
                begin = message
            else:
                await send(message)
        elif begin is None:
            await send(message)
        else:
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                page = rewrite(b"".join(chunks))
                MutableHeaders(raw=begin["headers"])["content-length"] = str(len(page))
                await send(begin)
                await send({"type": "http.response.body", "body": page})

    await app(scope, receive, rewritten)
