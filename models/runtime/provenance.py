"""What every result says about how it came to be."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """How one result was made: tokens read (and left out), seconds of work without the model's loading.

    `engine` computed it: torch, or what runs the model in its place.
    """

    model: str
    device: str
    tokens: int
    dropped: int
    seconds: float
    engine: str = "torch"


def stopwatch() -> Callable[[], float]:
    """Start a clock; the returned function tells the seconds since."""
    started = time.perf_counter()
    return lambda: time.perf_counter() - started
