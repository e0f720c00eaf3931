"""One server at a time, with as many threads as there are free cores."""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from models.engines.llama_cpp.completions import CompletionError
from models.engines.llama_cpp.load_meter import threads_for
from models.engines.llama_cpp.server import Server

log = logging.getLogger("glassbox")

# How often, in seconds, the load is measured while a reply is written, and while none is.
BUSY_GLANCE, IDLE_GLANCE = 0.25, 1.0
# How many measurements in a row must ask for fewer threads, and for more, before there are.
FEWER_AFTER, MORE_AFTER = 2, 2


class Meter(Protocol):
    """What measures the load."""

    def free_cores(self) -> float | None:
        """The cores that others left free since the last call, None where that is not known yet."""


@dataclass(frozen=True)
class Running:
    """A server and how many threads it computes with, which llama.cpp cannot change."""

    server: Server
    threads: int


class ThreadSwitch:
    """Replaces the server by one with fewer threads when the machine gets busy, and with more when it is idle again.

    Two threads wait for each other at every operation, so one whose core is shared holds up both: with two threads
    beside one busy process a model wrote a fifth of what it writes with one. The weights are mapped from one file, so
    a replacement costs a fraction of a second, and memory for a second prefix cache until the last stream of the old
    server has ended. More threads come only while nothing is written: two servers at work would disturb each other.
    """

    def __init__(self, make: Callable[[int], Server], most: int, meter: Meter) -> None:
        """`make` makes a server of so many threads, at most `most`. Raises what `make` raises."""
        self._make, self._most, self._meter = make, most, meter
        self._streams = 0
        self._lock = threading.Lock()
        self._asking_for = (0, 0)
        self.running = self._start(most)
        if most > 1:
            threading.Thread(target=_watch, args=(weakref.ref(self),), name="llama.cpp load", daemon=True).start()

    def enter(self) -> None:
        """Note that a stream begins."""
        with self._lock:
            self._streams += 1

    def leave(self) -> None:
        """Note that a stream has ended."""
        with self._lock:
            self._streams -= 1

    def glance(self) -> float:
        """Measure the load and replace the server if need be; returns after how many seconds to look again."""
        now = self.running.threads
        free = self._meter.free_cores()
        wanted = now if free is None else threads_for(free, now, self._most)
        before, times = self._asking_for
        times = times + 1 if wanted == before else 1
        self._asking_for = (wanted, times)
        with self._lock:
            writing = self._streams > 0
        if (wanted < now and times >= FEWER_AFTER) or (wanted > now and times >= MORE_AFTER and not writing):
            self._replace(wanted)
        return BUSY_GLANCE if writing else IDLE_GLANCE

    def _replace(self, threads: int) -> None:
        try:
            self.running = self._start(threads)
        except (CompletionError, MemoryError):
            log.exception("The model goes on with %d threads: a server with %d could not be made", self._most, threads)

    def _start(self, threads: int) -> Running:
        return Running(self._make(threads), threads)


def _watch(reference: "weakref.ref[ThreadSwitch]") -> None:
    """Look again and again, until the switch is gone; this thread must not keep it."""
    while (switch := reference()) is not None:
        seconds = switch.glance()
        del switch
        time.sleep(seconds)
