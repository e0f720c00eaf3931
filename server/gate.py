"""What is refused at the door, in words and before any work: too large, too often, too many, not yours, not now."""

import asyncio
import json
import logging
import math
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gradio.exceptions import Error
from gradio.route_utils import FnIndexInferError
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.words import told
from server.line import Line
from server.metrics import Metrics
from server.rate import RateLimit, client_address
from server.runs import CLOSING
from tables.table import FILE_LIMIT

API = "/gradio_api/"
# What starts work, and so is counted and may have to wait.
CALL, CALL_BY_NAME = API + "call/", API + "call/v2/"
UPLOAD = API + "upload"
STARTS = (API + "queue/join", CALL, UPLOAD)
# One table, and the form around it. It goes to the disk as it comes, so it may be larger than a body that is kept.
UPLOAD_BYTES = FILE_LIMIT + 65_536
CANCEL = API + "cancel"
MCP = API + "mcp"
# What this server calls itself for an MCP client shows by this header; that client was counted already.
INWARD = "x-glassbox-inward"
# Where the scope of a request keeps its place.
PLACE = "glassbox.place"
# Of a body that is too large, so much is still read, since a client hears nothing while it sends.
SWALLOWED = 20
# What Gradio lets escape when a call names nothing that exists, or has other arguments than it should.
UNKNOWN = (FnIndexInferError, KeyError)
UNFIT = (TypeError, ValueError, IndexError, AttributeError, Error)

# How the Python client names itself.
GRADIO_CLIENT = "gradio_client/"
NO_ENDPOINT = "There is no such endpoint here. See “Use via API”."

log = logging.getLogger(__name__)


class Refused(Exception):
    """A request goes no further; `reason` is what it is counted as, `wait` the seconds after which to come back."""

    def __init__(self, status: int, reason: str, words: str, wait: float = 0.0) -> None:
        super().__init__(words)
        self.status, self.reason, self.wait = status, reason, wait


class Place:
    """What a request holds on its way into the line."""


@dataclass
class Door:
    """The rules at the door, and who is passing it; lives in the event loop."""

    line: Line
    metrics: Metrics
    rate: RateLimit
    queue_length: int
    body_bytes: int
    proxies: int
    closing: bool = False
    inward: str = field(default_factory=secrets.token_hex, repr=False)
    arriving: set[Place] = field(default_factory=set)

    def check_address(self, peer: str, headers: Mapping[str, str]) -> None:
        """Raise Refused where this client asks too often."""
        if secrets.compare_digest(headers.get(INWARD, "").encode(), self.inward.encode()):
            return
        wait = self.rate.seconds_to_wait(client_address(peer, headers.get("x-forwarded-for", ""), self.proxies))
        if wait:
            words = f"At most {self.rate.per_minute} requests a minute are allowed. Try again in {math.ceil(wait)} s."
            raise Refused(429, "rate", words, wait)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Pass with a request that may come to wait. Raises Refused where the line is full, or the server closes.

        Those on their way into the line are counted with it: Gradio counts again only after its own checks.
        """
        if self.closing:
            raise Refused(503, "closing", CLOSING, 60)
        if self.line.waiting() + len(self.arriving) >= self.queue_length:
            words = f"{self.queue_length} requests are waiting already. Try again in a minute."
            raise Refused(503, "queue", words, 60)
        place = Place()
        self.arriving.add(place)
        try:
            yield place
        finally:
            self.arriving.discard(place)

    async def turn(self) -> None:
        """Wait a moment for each who is on the way into the line.

        Gradio takes milliseconds to let one in. Of a crowd, those who are refused hear so between them, not after all.
        """
        for _ in range(len(self.arriving)):
            await asyncio.sleep(0)

    def joined(self, scope: Scope) -> None:
        """Note that the request of `scope` stands in the line now, or will not: it is no longer on its way."""
        self.arriving.discard(scope[PLACE])

    def completed(self, endpoint: str, body: bytes) -> bytes:
        """The body of a call with its last arguments, where these have defaults and were left out.

        Raises Refused where it names no endpoint, or has more or fewer arguments than that takes.
        """
        wanted = self.line.arguments(endpoint)
        if wanted is None:
            raise Refused(404, "unknown", NO_ENDPOINT)
        try:
            call = json.loads(body)
            data = call["data"]
        except (ValueError, TypeError, KeyError) as error:
            raise Refused(422, "unfit", "A call is a JSON object with its arguments in the list `data`.") from error
        defaults = self.line.defaults(endpoint)
        fewest = wanted - len(defaults)
        if not isinstance(data, list) or not fewest <= len(data) <= wanted:
            given = len(data) if isinstance(data, list) else "no list of them"
            takes = f"{wanted}" if fewest == wanted else f"{fewest} to {wanted}"
            raise Refused(422, "unfit", f"/{endpoint} takes {takes} arguments in `data`; there were {given}.")
        left_out = defaults[len(data) - fewest :]
        return json.dumps({**call, "data": [*data, *left_out]}).encode() if left_out else body

    def check_cancel(self, body: bytes) -> None:
        """Raise Refused where a request would cancel another visitor's."""
        try:
            wanted = json.loads(body)
            event, session = wanted["event_id"], wanted["session_hash"]
        except (ValueError, TypeError, KeyError) as error:
            raise Refused(422, "unfit", "A cancel request needs a session_hash, a fn_index and an event_id.") from error
        owner = self.line.owner(event) if isinstance(event, str) else None
        if owner is not None and owner != session:
            raise Refused(403, "foreign", "This request belongs to another visitor.")


@dataclass
class Gate:
    """The middleware that holds the rules of `door`."""

    app: ASGIApp
    door: Door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it here."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self.app(scope, receive, send)
            return
        try:
            await self._pass(scope, receive, send)
        except Refused as refused:
            self.door.metrics.refused(refused.reason)
            await refusal(refused, Headers(scope=scope))(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, headers = route_path(scope), Headers(scope=scope)
        if path.startswith(STARTS):
            self.door.check_address((scope.get("client") or ("unknown",))[0], headers)
            with self.door.place():
                upload = path == UPLOAD and headers.get("content-type", "").startswith("multipart/form-data")
            if upload:
                # It takes as long as its client likes, but never waits in the line.
                await self._forward(scope, self._counted(receive), send)
                return
            with self.door.place() as place:
                body = await self._body(headers, receive)
                if path.startswith(CALL) and not path.startswith(CALL_BY_NAME):
                    body = self.door.completed(path.removeprefix(CALL).rstrip("/"), body)
                await self.door.turn()
                await self._forward({**scope, PLACE: place}, _replayed(body, receive), send)
            return
        body = await self._body(headers, receive)
        if path == CANCEL:
            self.door.check_cancel(body)
        await self._forward(scope, _replayed(body, receive), send)

    def _counted(self, receive: Receive) -> Receive:
        """`receive` for an upload. It raises Refused where that grows too large, once the client has sent it."""
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
        """The whole body. Raises Refused where it is too large, whatever its head said."""
        limit, size, chunks = self.door.body_bytes, 0, []
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
            told = max(size, int(announced)) if announced.isdecimal() else size
            raise Refused(413, "body", f"The request has {told:,} bytes; at most {limit:,} are allowed.")
        return b"".join(chunks)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on; what Gradio lets escape about a call that makes no sense is told in words."""
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
    """The answer that says why a request was refused.

    `gradio_client` shows its user the words of a failed validation (status 422), and of any other refusal no more than
    the status, so it gets that.
    """
    words = told(refused)
    more = {"Retry-After": str(math.ceil(refused.wait))} if refused.wait else None
    if headers.get("user-agent", "").startswith(GRADIO_CLIENT) and refused.status < 500:
        failed = {"__type__": "validate", "is_valid": False, "parameter_name": "request", "message": words}
        return JSONResponse({"detail": [failed]}, 422, more)
    return JSONResponse({"detail": words}, refused.status, more)


def route_path(scope: Scope) -> str:
    """The path of a request below the root path of the app, whether or not a proxy has stripped that off already.

    `root_path` is a path, or a whole URL where `GRADIO_ROOT_PATH` is one.
    """
    path: str = scope["path"]
    root = urlsplit(scope.get("root_path", "")).path.rstrip("/")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


def _replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` for a request whose `body` was read already."""
    unread = [body]

    async def replay() -> Message:
        return {"type": "http.request", "body": unread.pop(), "more_body": False} if unread else await receive()

    return replay
