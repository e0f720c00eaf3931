"""How much of the machine other programs use meanwhile, which makes a measurement worth less."""

import os
import time
from dataclasses import dataclass, field

import psutil

KINDS = ("user", "nice", "system", "irq", "softirq")


def machine_seconds() -> float:
    """The seconds that all cores together have computed since the machine started."""
    times = psutil.cpu_times()
    return float(sum(getattr(times, kind, 0.0) for kind in KINDS))


def own_seconds() -> float:
    """The seconds that this process has computed, and those processes that it started and that have ended."""
    return sum(os.times()[:4])


@dataclass(frozen=True)
class Others:
    """What other programs compute from now on."""

    began: float = field(default_factory=time.monotonic)
    machine: float = field(default_factory=machine_seconds)
    own: float = field(default_factory=own_seconds)

    def cores(self) -> float:
        """How many cores they kept busy on average, once all that was started here has ended."""
        seconds = machine_seconds() - self.machine - (own_seconds() - self.own)
        return max(0.0, seconds / (time.monotonic() - self.began))
