"""Which requests are admitted: the rate limit, the length of the queue, valid calls, and none during shutdown."""

import asyncio
import json
import math
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import Scope

from server.arrival import ARRIVAL, Arrival
from server.gradio_compat.line import Line
from server.metrics import Metrics
from server.rate import RateLimit, client_address
from server.runs import CLOSING

# The header of the requests that this server makes for an MCP client, whose own request was counted already.
INWARD = "x-glassbox-inward"
# What is raised where a body is no JSON, too deep for the parser, or not what is looked for in it.
UNREADABLE = (ValueError, RecursionError, TypeError, KeyError)
NO_ENDPOINT = "There is no such endpoint here. See “Use via API”."


class Refused(Exception):
    """A request is refused: `reason` is its label in the metrics, `wait` the seconds after which to try again."""

    def __init__(self, status: int, reason: str, words: str, wait: float = 0.0) -> None:
        super().__init__(words)
        self.status, self.reason, self.wait = status, reason, wait


@dataclass
class Admission:
    """The rules for new requests, and the requests on their way into the queue. Used in the event loop only."""

    line: Line
    metrics: Metrics
    rate: RateLimit
    queue_length: int
    body_bytes: int
    proxies: int
    closing: bool = False
    inward: str = field(default_factory=secrets.token_hex, repr=False)
    arriving: set[Arrival] = field(default_factory=set)

    def check_address(self, peer: str, headers: Mapping[str, str]) -> None:
        """Raise Refused if this client exceeds its rate limit."""
        if secrets.compare_digest(headers.get(INWARD, "").encode(), self.inward.encode()):
            return
        wait = self.rate.seconds_to_wait(client_address(peer, headers.get("x-forwarded-for", ""), self.proxies))
        if wait:
            words = f"At most {self.rate.per_minute} requests a minute are allowed. Try again in {math.ceil(wait)} s."
            raise Refused(429, "rate", words, wait)

    @contextmanager
    def arrival(self) -> Iterator[Arrival]:
        """Count a request as arriving within this context. Raises Refused if the queue is full or the server closes.

        Requests that arrive count as waiting: Gradio adds a request to its queue only after its own checks.
        """
        if self.closing:
            raise Refused(503, "closing", CLOSING, 60)
        if self.line.waiting() + len(self.arriving) >= self.queue_length:
            words = f"{self.queue_length} requests are waiting already. Try again in a minute."
            raise Refused(503, "queue", words, 60)
        arrival = Arrival()
        self.arriving.add(arrival)
        try:
            yield arrival
        finally:
            self.arriving.discard(arrival)

    async def give_way(self) -> None:
        """Yield to the event loop once for each arriving request.

        Gradio takes milliseconds to queue a request. In a crowd, refusals are sent between them, not after the last.
        """
        for _ in range(len(self.arriving)):
            await asyncio.sleep(0)

    def joined(self, scope: Scope) -> None:
        """Note that the request of `scope` is in the queue now, or was not accepted there."""
        self.arriving.discard(scope[ARRIVAL])

    def completed(self, endpoint: str, body: bytes) -> bytes:
        """The body of a call to `endpoint`, completed with the defaults of the last arguments if those are left out.

        Raises Refused if there is no such endpoint, or if the number of arguments is wrong.
        """
        wanted = self.line.arguments(endpoint)
        if wanted is None:
            raise Refused(404, "unknown", NO_ENDPOINT)
        try:
            call = json.loads(body)
            data = call["data"]
        except UNREADABLE as error:
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
        """Raise Refused if a request would cancel another visitor's."""
        try:
            wanted = json.loads(body)
            event, session = wanted["event_id"], wanted["session_hash"]
        except UNREADABLE as error:
            raise Refused(422, "unfit", "A cancel request needs a session_hash, a fn_index and an event_id.") from error
        owner = self.line.owner(event) if isinstance(event, str) else None
        if owner is not None and owner != session:
            raise Refused(403, "foreign", "This request belongs to another visitor.")
