"""Metrics for Prometheus: requests, latency, the queue, the cache, memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psutil
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from models.runtime.cache_status import CacheStatus
from server.gradio_compat.line import Line
from server.usage import used

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)


class Metrics:
    """Counts requests in a registry of its own, so that two servers in one process are counted apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "glassbox_requests",
            "Requests that ran, by how they ended.",
            ["endpoint", "outcome"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "glassbox_request_seconds",
            "Seconds that requests ran, without their wait.",
            ["endpoint"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.refusals = Counter(
            "glassbox_refusals", "Requests that were refused before they waited.", ["reason"], registry=self.registry
        )

    def ended(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Count a request that ran."""
        self.requests.labels(endpoint, outcome).inc()
        self.seconds.labels(endpoint).observe(seconds)

    def refused(self, reason: str) -> None:
        """Count a request that was refused."""
        self.refusals.labels(reason).inc()

    def observe(self, line: Line, cache: Callable[[], CacheStatus]) -> None:
        """Report the queue, the cache and the process at each scrape."""
        self.registry.register(_Now(line, cache))

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)


@dataclass(frozen=True)
class _Now(Collector):
    line: Line
    cache: Callable[[], CacheStatus]
    process: psutil.Process = field(default_factory=psutil.Process)

    def collect(self) -> Iterator[Metric]:
        """The state at this moment."""
        cache = self.cache()
        yield GaugeMetricFamily("glassbox_queue_length", "Requests that wait.", self.line.waiting())
        yield GaugeMetricFamily("glassbox_running", "Requests that run.", self.line.running())
        yield GaugeMetricFamily("glassbox_cache_bytes", "Bytes of models in memory.", cache.used_bytes)
        yield GaugeMetricFamily("glassbox_cache_budget_bytes", "Bytes that models may take.", cache.budget_bytes)
        yield CounterMetricFamily("glassbox_cache_hits", "Models that were in memory when asked for.", cache.hits)
        yield CounterMetricFamily("glassbox_cache_misses", "Models that had to be loaded.", cache.misses)
        yield CounterMetricFamily("glassbox_cache_evictions", "Models that made room for others.", cache.evictions)
        loads = CounterMetricFamily("glassbox_model_loads", "Loads of each model.", labels=["model", "variant"])
        for model in cache.models:
            loads.add_metric([model.name, model.variant], model.loads)
        yield loads
        memory, seconds = used(self.process)
        yield GaugeMetricFamily("glassbox_resident_memory_bytes", "Memory of the page's processes.", memory)
        yield CounterMetricFamily("glassbox_cpu_seconds", "Seconds that they have computed.", seconds)
