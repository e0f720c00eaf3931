"""The middleware that refuses requests before any work, with a message: too large, or not admitted."""

import logging
import math
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import gradio as gr
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.words import localize
from server.admission import NO_ENDPOINT, Admission, Refused
from server.arrival import ARRIVAL
from server.gradio_compat.events import UnknownEndpoint
from tables.table import FILE_LIMIT

API = "/gradio_api/"
# Requests that start work, and so are counted and may have to wait.
CALL, CALL_BY_NAME = API + "call/", API + "call/v2/"
UPLOAD = API + "upload"
STARTS = (API + "queue/join", CALL, UPLOAD)
# One table, and the form around it. It is written to the disk as it arrives, so it may be larger than other bodies.
UPLOAD_BYTES = FILE_LIMIT + 65_536
CANCEL = API + "cancel"
MCP = API + "mcp"
# A body that is too large is read up to so many times its limit: a client reads no answer while it sends.
SWALLOWED = 20
# What Gradio raises for a call of an unknown endpoint, or with unfit arguments.
UNKNOWN = (UnknownEndpoint, KeyError)
UNFIT = (TypeError, ValueError, IndexError, AttributeError, gr.Error)

# How the Python client names itself.
GRADIO_CLIENT = "gradio_client/"

log = logging.getLogger(__name__)


@dataclass
class Gate:
    """The middleware that applies the rules of `admission`."""

    app: ASGIApp
    admission: Admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it here."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self.app(scope, receive, send)
            return
        try:
            await self._pass(scope, receive, send)
        except Refused as refused:
            self.admission.metrics.refused(refused.reason)
            await refusal(refused, Headers(scope=scope))(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, headers = route_path(scope), Headers(scope=scope)
        if path.startswith(STARTS):
            self.admission.check_address((scope.get("client") or ("unknown",))[0], headers)
            with self.admission.arrival():
                upload = path == UPLOAD and headers.get("content-type", "").startswith("multipart/form-data")
            if upload:
                # The client determines how long it takes, but it never waits in the queue.
                await self._forward(scope, self._counted(receive), send)
                return
            with self.admission.arrival() as arrival:
                body = await self._body(headers, receive)
                if path.startswith(CALL) and not path.startswith(CALL_BY_NAME):
                    body = self.admission.completed(path.removeprefix(CALL).rstrip("/"), body)
                await self.admission.give_way()
                await self._forward({**scope, ARRIVAL: arrival}, _replayed(body, receive), send)
            return
        body = await self._body(headers, receive)
        if path == CANCEL:
            self.admission.check_cancel(body)
        await self._forward(scope, _replayed(body, receive), send)

    def _counted(self, receive: Receive) -> Receive:
        """`receive` for an upload. It raises Refused if the upload is too large, once the client has sent it."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > UPLOAD_BYTES:
                while message.get("more_body", False) and size <= UPLOAD_BYTES * SWALLOWED:
                    message = await receive()
                    size += len(message.get("body", b""))
                raise Refused(413, "upload", f"The upload has {size:,} bytes; at most {UPLOAD_BYTES:,} are allowed.")
            return message

        return counted

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """The whole body. Raises Refused if it is too large, even if its header announced less."""
        limit, size, chunks = self.admission.body_bytes, 0, []
        announced = headers.get("content-length", "0")
        more = True
        while more and size <= limit * SWALLOWED:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "left", "The request broke off.")
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
            if size <= limit:
                chunks.append(message.get("body", b""))
        if size > limit:
            # A longer number is not one that Python reads.
            length = max(size, int(announced)) if announced.isdecimal() and len(announced) < 20 else size
            raise Refused(413, "body", f"The request has {length:,} bytes; at most {limit:,} are allowed.")
        return b"".join(chunks)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request; errors of Gradio about an invalid call become a refusal with a message."""
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, note)
        except (*UNKNOWN, *UNFIT) as error:
            if begun or not route_path(scope).startswith(API):
                raise
            if isinstance(error, UNKNOWN):
                raise Refused(404, "unknown", NO_ENDPOINT) from error
            log.info("a call that does not fit: %s", error)
            words = "This call does not fit the endpoint: see “Use via API” for its arguments."
            raise Refused(400, "unfit", words) from error


def refusal(refused: Refused, headers: Headers) -> JSONResponse:
    """The response to a refused request.

    `gradio_client` shows its user the message of a failed validation (status 422), and only the status of any other
    refusal, so it gets a failed validation.
    """
    words = localize(refused)
    more = {"Retry-After": str(math.ceil(refused.wait))} if refused.wait else None
    if headers.get("user-agent", "").startswith(GRADIO_CLIENT) and refused.status < 500:
        failed = {"__type__": "validate", "is_valid": False, "parameter_name": "request", "message": words}
        return JSONResponse({"detail": [failed]}, 422, more)
    return JSONResponse({"detail": words}, refused.status, more)


def route_path(scope: Scope) -> str:
    """The path of a request below the root path of the app, whether or not a proxy has removed the root path.

    `root_path` is a path, or a URL if `GRADIO_ROOT_PATH` is one; it may be percent-encoded, as the path is not.
    """
    path: str = scope["path"]
    root = unquote(urlsplit(scope.get("root_path", "")).path).rstrip("/")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


def _replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` for a request whose `body` has been read."""
    unread = [body]

    async def replay() -> Message:
        return {"type": "http.request", "body": unread.pop(), "more_body": False} if unread else await receive()

    return replay
