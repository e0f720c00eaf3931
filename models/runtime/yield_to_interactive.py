"""Pauses a batch while interactive requests are running."""

import time
from collections.abc import Callable

from models.runtime.cache import ModelCache

# A batch continues after so many seconds even if other requests are still running.
PATIENCE = 1.0
GLANCE = 0.01


def step_aside(
    cache: ModelCache,
    own: int,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait while models of `cache` are leased to others, at most `patience` seconds; `own` leases are the caller's.

    Every running request holds a lease.
    """
    end = clock() + patience
    while clock() < end and sum(model.leases for model in cache.status().models) > own:
        sleep(GLANCE)
