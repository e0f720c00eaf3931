"""What the Runtime tab, `/status` and the metrics show of the cache."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelStatus:
    """A model that was loaded; `idle` is the seconds since it was last used, None if it is not in memory."""

    name: str
    variant: str
    device: str
    engine: str
    dtype: str
    nbytes: int
    loads: int
    hits: int
    leases: int
    idle: float | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CacheStatus:
    """The cache as a whole, in bytes and counts since the start."""

    budget_bytes: int
    used_bytes: int
    models: tuple[ModelStatus, ...]
    hits: int
    misses: int
    evictions: int
