"""Which pages of other origins may show this one in a frame: any of them one tab alone, the whole page only Spaces."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANYBODY = "frame-ancestors *"
# Hugging Face shows a Space in a frame of its own site.
OURS = "frame-ancestors 'self' https://huggingface.co https://*.huggingface.co https://*.hf.space"


@dataclass(frozen=True)
class Framing:
    """Middleware that sets which sites may frame an HTML page (Content Security Policy, `frame-ancestors`)."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; only the headers of a page are changed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        policy = ANYBODY if "embed" in parse_qs(scope["query_string"].decode("latin-1")) else OURS

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if Headers(raw=message["headers"]).get("content-type", "").startswith("text/html"):
                    headers.append("content-security-policy", policy)
            await send(message)

        await self.app(scope, receive, framed)
