"""Puts a picture of what the page opens on before its scripts, so that a slow line shows something soon."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from server.gate import route_path
from server.rewriting import rewrite_page

# Gradio writes the whole layout into the head, as JSON without any "<"; before a login it says so.
LOGIN = b'"auth_required":true'
CONFIG = re.compile(rb"<script>window\.gradio_config = [^<]*</script>")
BODY = re.compile(rb"<body[^>]*>")


@dataclass
class FirstPicture:
    """Middleware that draws `picture` first in the page, and lets the layout come after it.

    A page of another tab, or in a frame, is left as it is.
    """

    app: ASGIApp
    picture: Callable[[], str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; only a page in HTML is changed."""
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if scope["type"] != "http" or route_path(scope) != "/" or asked.keys() & {"tab", "embed"}:
            await self.app(scope, receive, send)
            return
        await rewrite_page(self.app, scope, receive, send, lambda page: with_picture(page, self.picture().encode()))


def with_picture(page: bytes, picture: bytes) -> bytes:
    """`page`, an HTML document of Gradio's, with `picture` first in its body and its layout after that."""
    config, body = CONFIG.search(page), BODY.search(page)
    if not picture or not config or LOGIN in config[0] or not body or config.end() > body.start():
        return page
    head = page[: config.start()] + page[config.end() : body.end()]
    return head + picture + config[0] + page[body.end() :]
