"""Runs one server at a time, with as many threads as there are free cores."""

import logging
import math
import threading
import time
import weakref
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from models.engines.llama_cpp.completions import CompletionError
from models.engines.llama_cpp.load_meter import threads_for
from models.engines.llama_cpp.server import Server

log = logging.getLogger("glassbox")

# How often, in seconds, the load is measured during a reply, and when idle.
BUSY_GLANCE, IDLE_GLANCE = 0.25, 1.0
# How many consecutive measurements must call for fewer threads, and for more, before their number changes.
FEWER_AFTER, MORE_AFTER = 2, 2
# The same for more while replies are generated, which are five seconds. Without it, one reply after another, as in a
# batch, would keep a server of few threads for good.
MORE_WHILE_WRITING = 20
# For so many seconds after the last reply the number may fall, after a change the server before is kept, and after a
# server that could not be made none is tried.
RECENT = 60.0


class Meter(Protocol):
    """Measures the load of the machine."""

    def free_cores(self, own: Collection[int]) -> float | None:
        """The average number of cores that other processes than `own` left free since the last call, None at first."""


@dataclass(frozen=True)
class Running:
    """A server and its number of threads, which is fixed at its start."""

    server: Server
    threads: int


class ThreadSwitch:
    """Replaces the server by one with fewer threads when the machine gets busy, and with more when it is idle again.

    Threads synchronize at every operation, so one on a busy core delays all: with two threads beside one busy process,
    a model ran at a fifth of its speed with one thread. To create a server takes up to a second of a core, and loses
    the prefix cache. So after a change the previous one is kept for a while, which takes memory for a second prefix
    cache (the weights are mapped from one file), and the load is ignored while the model is not in use.
    Two active servers compete for the cores, so the number grows while no reply is generated, or if cores stay free.
    """

    def __init__(
        self, make: Callable[[int], Server], most: int, meter: Meter, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`make` creates a server with a number of threads, at most `most`; its errors are passed on."""
        self._make, self._most, self._meter, self._clock = make, most, meter, clock
        self._streams = 0
        self._lock = threading.Lock()
        # Held while a server is created.
        self._starting = threading.Lock()
        # Also those that only finish a reply.
        self._started: weakref.WeakSet[Server] = weakref.WeakSet()
        self._asking_for = (0, 0)
        self._used = self._changed = clock()
        self._failed = -math.inf
        self._spare: Running | None = None
        self.running = self._start(most)
        if most > 1:
            threading.Thread(target=_watch, args=(weakref.ref(self),), name="llama.cpp load", daemon=True).start()

    def enter(self) -> Running:
        """Register the start of a stream, and return the server it is to use: a new one where its process has ended.

        Raises CompletionError where none can be created.
        """
        running = self.running
        if not running.server.is_alive():
            running = self._restarted(running)
        with self._lock:
            self._streams += 1
        return running

    def leave(self) -> None:
        """Register the end of a stream."""
        with self._lock:
            self._streams -= 1
            self._used = self._clock()

    def glance(self) -> float:
        """Measure the load and change the server if necessary; return the seconds until the next measurement."""
        now = self.running.threads
        with self._lock:
            own = [server.pid for server in self._started]
        free = self._meter.free_cores(own)
        wanted = now if free is None else threads_for(free, now, self._most)
        before, times = self._asking_for
        times = times + 1 if wanted == before else 1
        self._asking_for = (wanted, times)
        with self._lock:
            writing, used = self._streams > 0, self._used
        fewer = wanted < now and times >= FEWER_AFTER and (writing or self._is_recent(used))
        more = wanted > now and times >= (MORE_WHILE_WRITING if writing else MORE_AFTER)
        if (fewer or more) and not self._is_recent(self._failed):
            self._change(wanted)
        elif not self._is_recent(self._changed):
            self._spare = None
        return BUSY_GLANCE if writing else IDLE_GLANCE

    def _restarted(self, ended: Running) -> Running:
        """Replace the server that has `ended`, unless another request has; return the one to use."""
        with self._starting:
            if self.running is ended:
                log.error("llama.cpp ended by itself; it is started again")
                self.running = self._start(ended.threads)
            return self.running

    def _is_recent(self, then: float) -> bool:
        return self._clock() - then < RECENT

    def _change(self, threads: int) -> None:
        with self._starting:
            spare = self._spare
            try:
                kept = spare is not None and spare.threads == threads and spare.server.is_alive()
                other = spare if spare is not None and kept else self._start(threads)
            except (CompletionError, MemoryError):
                self._failed = self._clock()
                now = self.running.threads
                log.exception("The model goes on with %d threads: a server with %d could not be made", now, threads)
                return
            self.running, self._spare, self._changed = other, self.running, self._clock()

    def _start(self, threads: int) -> Running:
        server = self._make(threads)
        with self._lock:
            self._started.add(server)
        return Running(server, threads)


def _watch(reference: "weakref.ref[ThreadSwitch]") -> None:
    """Measure periodically until the switch is garbage-collected; this thread must not reference it."""
    while (switch := reference()) is not None:
        seconds = switch.glance()
        del switch
        time.sleep(seconds)
