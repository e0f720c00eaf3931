"""How a result was computed."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """How one result was computed: tokens read and dropped, seconds of work without the model's loading.

    `engine` is the name of the engine that ran the model.
    """

    model: str
    device: str
    tokens: int
    dropped: int
    seconds: float
    engine: str = "torch"


# Tokens that waited while the page was busy arrive together: a rate over less time says nothing of the model.
SHORTEST_TIMING = 0.2


def rate_of(tokens: int, seconds: float) -> float:
    """Tokens per second, or 0 if `seconds` is too short a time to measure it."""
    return tokens / seconds if seconds >= SHORTEST_TIMING else 0.0


def stopwatch() -> Callable[[], float]:
    """Start a clock; the returned function returns the seconds since."""
    started = time.perf_counter()
    return lambda: time.perf_counter() - started
