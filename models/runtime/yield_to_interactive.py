"""A batch steps aside while somebody else's request computes, so that nobody feels it."""

import time
from collections.abc import Callable

from models.runtime.cache import ModelCache

# A batch goes on after so many seconds even if others never stop asking.
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

    Whoever computes holds a lease, so nothing else has to say that it is at work.
    """
    end = clock() + patience
    while clock() < end and sum(model.leases for model in cache.status().models) > own:
        sleep(GLANCE)
