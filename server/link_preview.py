"""The preview of shared links on other sites: our title, text and picture instead of Gradio's."""

import html
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.rewriting import rewrite_page

PICTURE = "/preview.png"
TITLE = "Glassbox: language models you can see into"
DESCRIPTION = (
    "Ask a question about a text, translate, read its sentiment, summarize or chat, on real models that run on this "
    "server, and open every answer to see why."
)
# Open Graph (https://ogp.me) and Twitter cards, as Gradio writes them.
TAGS = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


@dataclass
class LinkPreview:
    """Middleware that writes the preview's tags into the page's HTML.

    `proxies` is how many proxies are in front of the server: with any, `X-Forwarded-Proto` is believed.
    """

    app: ASGIApp
    proxies: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; only a page in HTML is changed."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        await rewrite_page(self.app, scope, receive, send, lambda page: with_preview(page, self._address(scope)))

    def _address(self, scope: Scope) -> str:
        """The address of the page as visitors write it, without a slash at its end."""
        headers = Headers(scope=scope)
        scheme = headers.get("x-forwarded-proto", scope["scheme"]) if self.proxies else scope["scheme"]
        root: str = scope.get("root_path", "")
        if urlsplit(root).scheme:
            return root.rstrip("/")
        return f"{scheme}://{headers.get('host', '')}{root}".rstrip("/")


def with_preview(page: bytes, address: str) -> bytes:
    """`page`, the bytes of an HTML document, with the tags of a preview of `address` in place of those it has."""
    tags = {
        'property="og:type"': "website",
        'property="og:title"': TITLE,
        'property="og:description"': DESCRIPTION,
        'property="og:url"': f"{address}/",
        'property="og:image"': address + PICTURE,
        'name="twitter:card"': "summary_large_image",
        'name="description"': DESCRIPTION,
    }
    written = "".join(f'<meta {name} content="{html.escape(content)}" />\n' for name, content in tags.items())
    head, found, rest = TAGS.sub(b"", page).partition(b"<head>")
    return head + found + (b"\n" + written.encode() if found else b"") + rest


def picture_route(picture: Path) -> Route:
    """`/preview.png`, the picture of the preview, 1200 by 630 pixels."""

    def show(request: Request) -> Response:
        return FileResponse(picture, media_type="image/png")

    return Route(PICTURE, show)
