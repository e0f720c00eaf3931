"""The figures for Prometheus: each stands under its own name."""

from unittest.mock import Mock

from models.runtime.cache_status import CacheStatus, ModelStatus
from server.gradio_compat.line import Line
from server.metrics import Metrics

MODEL = ModelStatus("Tiny", "sdpa", "cpu", "torch", "float32", 5, 7, 11, 0, 1.0)


def figures() -> dict[str, float]:
    """What a scrape gives, by name and labels."""
    metrics = Metrics()
    line = Mock(Line, waiting=lambda: 2, running=lambda: 3)
    metrics.observe(line, lambda: CacheStatus(1_000, 600, (MODEL,), hits=40, misses=50, evictions=60))
    metrics.ended("chat", "done", 0.2)
    metrics.refused("rate")
    metrics.refused("rate")
    lines = [line for line in metrics.text().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_each_figure_has_its_own_name() -> None:
    """All are different, so that no two can be taken for each other."""
    found = figures()
    assert found["glassbox_queue_length"] == 2
    assert found["glassbox_running"] == 3
    assert found["glassbox_cache_bytes"] == 600
    assert found["glassbox_cache_budget_bytes"] == 1_000
    assert found["glassbox_cache_hits_total"] == 40
    assert found["glassbox_cache_misses_total"] == 50
    assert found["glassbox_cache_evictions_total"] == 60
    assert found['glassbox_model_loads_total{model="Tiny",variant="sdpa"}'] == 7
    assert found['glassbox_requests_total{endpoint="chat",outcome="done"}'] == 1
    assert found['glassbox_refusals_total{reason="rate"}'] == 2
    assert found['glassbox_request_seconds_bucket{endpoint="chat",le="0.1"}'] == 0
    assert found['glassbox_request_seconds_bucket{endpoint="chat",le="0.25"}'] == 1
