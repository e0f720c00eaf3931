"""What each model adds to the memory."""

import pytest

from bench.memory import Memory, kilobytes, table, use
from model_setup import every_model
from models.catalog.offers import ACCURATE, BUNDLED
from models.runtime.cache import ModelCache

STATUS = "Name:\tpython\nVmHWM:\t  200000 kB\nVmRSS:\t  100000 kB\nThreads:\t7\n"


def test_the_system_shows_the_memory_of_a_process() -> None:
    """Now, and at most; outside Linux it returns neither."""
    assert (kilobytes(STATUS, "VmRSS"), kilobytes(STATUS, "VmHWM")) == (100_000, 200_000)
    with pytest.raises(ValueError, match="no VmSwap"):
        kilobytes(STATUS, "VmSwap")


def test_each_model_is_reported_by_what_it_added() -> None:
    """The first one to the page, each other to the one before."""
    memory = Memory(100, {"a": 500, "b": 750}, {"a": 90, "b": 240}, 800)
    assert memory.added == {"a": 400, "b": 250}
    assert table(memory)[2:] == [
        "| the page | 100 |  |",
        "| a | 400 | 90 |",
        "| b | 250 | 240 |",
        "| together | 750 | 330 |",
        "| peak | 800 | |",
    ]


def test_every_bundled_model_is_run_once(tiny_cache: ModelCache) -> None:
    """Itself, not another copy of it, and nobody holds it afterwards."""
    for number, spec in enumerate(every_model(BUNDLED.with_more(ACCURATE)), 1):
        use(tiny_cache, spec)
        models = tiny_cache.status().models
        assert (len(models), sum(each.leases for each in models)) == (number, 0), spec.label
