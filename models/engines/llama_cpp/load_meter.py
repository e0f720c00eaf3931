"""Measures how many cores are free, and chooses the number of threads."""

import math
import os
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# A thread that shares its core with another process delays all others at every step, so a core counts as busy early;
# it counts as free only when nearly idle, so that the number of threads does not oscillate.
TAKEN, FREE = 0.5, 0.3
# A small model is no faster with more threads.
MOST_THREADS = 8


def usable_cores(cpu_max: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """How many cores this process may use: at least one, at most what its affinity and its control group allow."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = cpu_max.read_text(encoding="ascii").split()
        cores = min(cores, int(int(quota) / int(period)))
    except (OSError, ValueError):
        # No control group, or one without a limit ("max").
        pass
    return max(1, cores)


def most_threads(chosen: int) -> int:
    """The most threads a model computes with: as many as `chosen`, or where that is 0, as help on this machine."""
    if chosen:
        return chosen
    physical = psutil.cpu_count(logical=False) or 1
    return max(1, min(usable_cores(), physical, MOST_THREADS))


def threads_for(free: float, now: int, most: int) -> int:
    """How many threads to compute with where `free` cores are free and `now` threads are in use; from 1 to `most`.

    Between the two thresholds nothing changes.
    """
    fewer, more = math.floor(free + TAKEN), math.floor(free + FREE)
    wanted = fewer if fewer < now else max(now, more)
    return max(1, min(wanted, most))


@dataclass(frozen=True)
class _Times:
    """A time, and the seconds for which the allowed cores and each of some processes had been busy by then."""

    at: float
    busy: float
    own: dict[int, float]

    @classmethod
    def now(cls, own: Collection[int]) -> "_Times":
        """Read the clocks, with those of the processes `own` that still run."""
        allowed = _affinity()
        each = psutil.cpu_times(percpu=True)
        busy = sum(
            sum(times[:8]) - times.idle - getattr(times, "iowait", 0.0)
            for number, times in enumerate(each)
            if allowed is None or number in allowed
        )
        return cls(time.monotonic(), busy, {pid: seconds for pid in own if (seconds := _seconds(pid)) is not None})

    def own_since(self, before: "_Times") -> float:
        """The seconds of those processes since `before`; of one that is new, all."""
        return sum(seconds - before.own.get(pid, 0.0) for pid, seconds in self.own.items())


@dataclass
class LoadMeter:
    """Measures how many of the usable cores are free. For one thread."""

    cores: int = field(default_factory=usable_cores)
    _before: _Times | None = None

    def free_cores(self, own: Collection[int]) -> float | None:
        """The cores that were free of other work since the last call; None at the first call.

        What the processes `own` compute counts as free; what the page's own process computes does not.
        """
        before, self._before = self._before, _Times.now(own)
        if before is None or self._before.at <= before.at:
            return None
        others = self._before.busy - before.busy - self._before.own_since(before)
        allowed = _affinity()
        cores = psutil.cpu_count() or 1 if allowed is None else len(allowed)
        return max(0.0, min(self.cores, cores - max(0.0, others) / (self._before.at - before.at)))


def _seconds(pid: int) -> float | None:
    """The processor time of a process so far, None where it has ended, or its number is another's by now."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    return float(times.user + times.system)


def _affinity() -> set[int] | None:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
