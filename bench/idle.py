"""When a server has become idle, by its CPU time."""

import threading
import time

from bench.long_runs import PATIENCE
from bench.server import Server

# How often, in seconds, the server's CPU time is read, and over which window.
GLANCE, WINDOW = 0.05, 0.2
# The server is idle when it computes for less than this share of a core over a window.
IDLE = 0.1


class Idle(threading.Thread):
    """Notes when the server has become idle after `since`."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.at: float | None = None
        self.since = time.monotonic()
        self.over = threading.Event()

    def run(self) -> None:
        """Look until it is idle or `over` is set."""
        seen = [(time.monotonic(), self.server.cpu_seconds)]
        while not self.over.wait(GLANCE):
            now, used = time.monotonic(), self.server.cpu_seconds
            seen.append((now, used))
            before = [each for each in seen if now - each[0] >= WINDOW]
            if before and (used - before[-1][1]) / (now - before[-1][0]) < IDLE:
                self.at = before[-1][0]
                return

    def seconds(self) -> float:
        """Seconds from `since` to idleness, infinite where it did not come."""
        self.join(PATIENCE / 1000)
        self.over.set()
        return float("inf") if self.at is None else max(0.0, self.at - self.since)
