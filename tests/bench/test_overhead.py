"""What the app adds to its adapters, and how soon a chosen model is there."""

import pytest

from bench.overhead import Overhead
from bench.switch import switch
from models.catalog.bundled import MINILM, SMOLLM2
from models.runtime.cache import ModelCache


@pytest.mark.parametrize(
    ("endpoint", "adapter", "met"),
    [([30.0], [10.0], True), ([1_090.0], [1_000.0], True), ([150.0], [100.0], False), ([90.0], [100.0], True)],
)
def test_little_is_added_by_share_or_by_time(endpoint: list[float], adapter: list[float], met: bool) -> None:
    """At most a tenth, or 20 ms."""
    assert Overhead("answer", endpoint, adapter).met is met


def test_a_line_shows_both_and_the_difference() -> None:
    """By the medians."""
    row = Overhead("answer", [150.0, 120.0, 999.0], [100.0])
    assert str(row) == "| /answer | 150.00 (120.00 to 999.00) | 100.00 (once) | +50.0 | +50% |"


def test_a_switch_finds_the_model_in_memory(tiny_cache: ModelCache) -> None:
    """After the first one nothing is loaded."""
    times = [switch(tiny_cache, MINILM, SMOLLM2) for _ in range(3)]
    assert all(time > 0 for time in times)
    assert [model.loads for model in tiny_cache.status().models] == [1, 1]
