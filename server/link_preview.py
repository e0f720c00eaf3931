"""The preview of shared links on other sites: our title, text and picture instead of Gradio's."""

import html
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

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
# What a path may hold as it is; a percent sign is that of a path that is encoded already.
IN_PATHS = "/%~!$&'()*+,;=:@"
# Open Graph (https://ogp.me) and Twitter cards, as Gradio writes them.
TAGS = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


@dataclass
class LinkPreview:
    """Middleware that writes the preview's tags into the page's HTML.

    `proxies` is how many proxies are in front of the server: with any, `X-Forwarded-Proto` and `X-Forwarded-Host` are
    believed.
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
        root: str = scope.get("root_path", "")
        if urlsplit(root).scheme:
            return root.rstrip("/")
        scheme, host = scope["scheme"], headers.get("host", "")
        if self.proxies:
            scheme = _first(headers, "x-forwarded-proto") or scheme
            host = _first(headers, "x-forwarded-host") or host
        return f"{scheme}://{host}{quote(root, safe=IN_PATHS)}".rstrip("/")


def _first(headers: Headers, name: str) -> str:
    """What the outermost of several proxies wrote into a header, as Gradio reads it too."""
    return headers.get(name, "").split(",")[0].strip()


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
