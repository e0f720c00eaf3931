"""The last status of each replica's models, summed up."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from models.runtime.cache_status import CacheStatus, ModelStatus

# A replica that sent nothing for so many seconds may be gone, and is not counted.
KEPT = 600.0


class Statuses:
    """The newest status of each replica. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._newest: dict[str, tuple[float, CacheStatus]] = {}
        self._lock = threading.Lock()

    def keep(self, replica: str, status: CacheStatus) -> None:
        """Take note of what `replica` has in memory now."""
        with self._lock:
            self._newest[replica] = (self._clock(), status)

    def total(self) -> CacheStatus:
        """All replicas together: bytes and counts are sums, and a model was last used where it was used last.

        Their leases are left out: they are those of a moment that is over.
        """
        now = self._clock()
        with self._lock:
            self._newest = {name: sent for name, sent in self._newest.items() if now - sent[0] < KEPT}
            newest = list(self._newest.values())
        models: dict[tuple[str, str], ModelStatus] = {}
        for at, status in newest:
            for model in status.models:
                idle = None if model.idle is None else model.idle + now - at
                model = replace(model, idle=idle, leases=0)
                known = models.get((model.name, model.variant))
                models[model.name, model.variant] = _sum(known, model) if known else model
        statuses = [status for _, status in newest]
        return CacheStatus(
            budget_bytes=sum(status.budget_bytes for status in statuses),
            used_bytes=sum(status.used_bytes for status in statuses),
            models=tuple(models[name] for name in sorted(models)),
            hits=sum(status.hits for status in statuses),
            misses=sum(status.misses for status in statuses),
            evictions=sum(status.evictions for status in statuses),
        )


def _sum(one: ModelStatus, other: ModelStatus) -> ModelStatus:
    idles = [model.idle for model in (one, other) if model.idle is not None]
    return replace(
        one if one.device else other,
        nbytes=one.nbytes + other.nbytes,
        loads=one.loads + other.loads,
        hits=one.hits + other.hits,
        idle=min(idles, default=None),
    )
