"""The figures of a replica, which Ray exports to Prometheus with the names of its application and its replica."""

import threading
from collections.abc import Callable

from ray import serve
from ray.util.metrics import Gauge

from models.runtime.cache_status import CacheStatus

EVERY = 10.0


def watch(status: Callable[[], CacheStatus]) -> None:
    """Export the replica's models every few seconds, for as long as its process lives."""
    context = serve.get_replica_context()
    tags = {"deployment": context.deployment, "replica": context.replica_id.unique_id}

    def gauge(name: str, description: str) -> Gauge:
        gauge = Gauge(f"glassbox_replica_{name}", description, tuple(tags))
        gauge.set_default_tags(tags)
        return gauge

    used = gauge("cache_bytes", "Bytes of models in memory.")
    budget = gauge("cache_budget_bytes", "Bytes that models may take.")
    hits = gauge("cache_hits", "Models that were in memory when asked for.")
    misses = gauge("cache_misses", "Models that had to be loaded.")
    evictions = gauge("cache_evictions", "Models that made room for others.")
    leases = gauge("leases", "Calls that use a model now.")

    def export() -> None:
        while True:
            now = status()
            used.set(now.used_bytes)
            budget.set(now.budget_bytes)
            hits.set(now.hits)
            misses.set(now.misses)
            evictions.set(now.evictions)
            leases.set(sum(model.leases for model in now.models))
            threading.Event().wait(EVERY)

    threading.Thread(target=export, name="figures", daemon=True).start()
