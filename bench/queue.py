"""A simulation of a lane: requests arrive by chance, wait in line, and are served by several servers."""

import heapq
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Lane:
    """So many `servers`, each taking one of the measured `works`, in seconds, for a request.

    `speeds` are how fast one server is while 1, 2, ... of them work: less where they share cores. The last
    holds for more. `apart` are the seconds of a request in which it keeps no server busy: its way there and back.
    """

    works: Sequence[float]
    servers: int
    speeds: Sequence[float] = (1.0,)
    apart: float = 0.0

    @property
    def capacity(self) -> float:
        """The most requests a second."""
        return max(busy * self.speed(busy) for busy in range(1, self.servers + 1)) * len(self.works) / sum(self.works)

    def speed(self, busy: int) -> float:
        """How fast each of so many servers works."""
        return self.speeds[min(busy, len(self.speeds)) - 1]


def arrivals(rate: float, requests: int, seed: int = 0) -> list[float]:
    """The moments at which so many requests arrive by chance, `rate` a second on average (Poisson)."""
    chance, now, found = random.Random(seed), 0.0, []
    for _ in range(requests):
        now += chance.expovariate(rate)
        found.append(now)
    return found


def simulate(lane: Lane, arriving: Sequence[float], seed: int = 0) -> list[float]:
    """The seconds from arrival to end of requests that arrive at these moments, in the order of their ends."""
    chance = random.Random(seed)
    waiting: deque[tuple[float, float]] = deque()
    # What is being served, by the work at which it ends: every server is as fast as the others.
    serving: list[tuple[float, float]] = []
    now = done = 0.0
    arrived = 0
    found: list[float] = []
    while len(found) < len(arriving):
        speed = lane.speed(len(serving)) if serving else 1.0
        end = now + (serving[0][0] - done) / speed if serving else float("inf")
        if arrived < len(arriving) and arriving[arrived] <= end:
            done += (arriving[arrived] - now) * speed if serving else 0.0
            now = arriving[arrived]
            waiting.append((now, chance.choice(lane.works)))
            arrived += 1
        else:
            done, now = serving[0][0], end
            found.append(now - heapq.heappop(serving)[1] + lane.apart)
        while waiting and len(serving) < lane.servers:
            began, work = waiting.popleft()
            heapq.heappush(serving, (done + work, began))
    return found


def needed(works: Sequence[float], rate: float, most: float, share: float = 0.95, requests: int = 4_000) -> int:
    """The fewest servers with cores of their own with which that share of requests ends within `most` seconds.

    Raises ValueError where even a request that never waits takes longer.
    """
    if sum(work > most for work in works) >= (1 - share) * len(works):
        raise ValueError(f"a request takes longer than {most:g} s by itself")
    servers = max(1, int(rate * sum(works) / len(works)))
    arriving = arrivals(rate, requests)
    while quantile(simulate(Lane(works, servers), arriving), share) > most:
        servers += 1
    return servers


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of `values` is."""
    return sorted(values)[int(share * (len(values) - 1))]
