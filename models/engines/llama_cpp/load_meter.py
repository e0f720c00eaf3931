"""Measures how many cores are free, and chooses the number of threads."""

import math
import os
import time
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


@dataclass
class LoadMeter:
    """Measures how many of the usable cores other processes leave free. For one thread."""

    cores: int = field(default_factory=usable_cores)
    _before: tuple[float, float, float] | None = None

    def free_cores(self) -> float | None:
        """The cores that were free of other processes' work since the last call; None at the first call.

        What this process computes itself counts as free.
        """
        before, self._before = self._before, self._read()
        if before is None:
            return None
        seconds = self._before[0] - before[0]
        if seconds <= 0:
            return None
        others = max(0.0, (self._before[1] - before[1]) - (self._before[2] - before[2])) / seconds
        return max(0.0, min(self.cores, self._allowed() - others))

    def _read(self) -> tuple[float, float, float]:
        """The time now, and the seconds that the allowed cores and this process have been busy so far."""
        allowed = _affinity()
        each = psutil.cpu_times(percpu=True)
        busy = sum(
            sum(times[:8]) - times.idle - getattr(times, "iowait", 0.0)
            for number, times in enumerate(each)
            if allowed is None or number in allowed
        )
        own = psutil.Process().cpu_times()
        return time.monotonic(), busy, own.user + own.system

    def _allowed(self) -> int:
        allowed = _affinity()
        return psutil.cpu_count() or 1 if allowed is None else len(allowed)


def _affinity() -> set[int] | None:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
