"""A timed request to a running app."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bench.engines.found import Unanswered
from bench.stop import begin, stop

# Seconds after which a request counts as hung.
LIMIT = 90.0


@dataclass(frozen=True)
class Answer:
    """The result of a request, the seconds until it was complete, and those until it first held anything."""

    result: Any
    seconds: float
    first: float


def ask(http: httpx.Client, endpoint: str, data: Sequence[Any], limit: float = LIMIT) -> Answer:
    """Call an endpoint and read its stream to the end.

    Raises Unanswered where it fails or takes more than `limit` seconds; then it is stopped.
    """
    began = time.monotonic()
    event = begin(http, endpoint, list(data))
    first, kind = 0.0, ""
    try:
        with http.stream("GET", f"/call/{endpoint}/{event}", timeout=limit) as response:
            for line in response.iter_lines():
                seconds = time.monotonic() - began
                if seconds > limit:
                    break
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: ") and kind == "error":
                    raise Unanswered(f"/{endpoint} failed after {seconds:.0f} s: {line.removeprefix('data: ')}")
                elif line.startswith("data: ") and kind in ("generating", "complete"):
                    result = json.loads(line.removeprefix("data: "))[0]
                    first = first or (seconds if result else 0.0)
                    if kind == "complete":
                        return Answer(result, seconds, first)
    except httpx.TimeoutException:
        pass
    stop(http, endpoint, event)
    raise Unanswered(f"/{endpoint} had not answered after {limit:g} s")


def milliseconds(http: httpx.Client, endpoint: str, data: Sequence[Any]) -> float:
    """How long a whole request takes. Raises Unanswered."""
    return 1_000 * ask(http, endpoint, data).seconds
