"""Memory that runs out while a model works."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import torch

from models.catalog.bundled import MINILM
from models.runtime.cache import BudgetError, Loaded, ModelCache
from models.runtime.memory import out_of_memory, retried
from models.runtime.progress import Report
from models.runtime.spec import ModelSpec

FULL = RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to")


def load(spec: ModelSpec, report: Report) -> Loaded:
    """Pretend to load."""
    return Loaded(None, None, "cpu", "float32", spec.nbytes)


@dataclass
class Adapter:
    """Counts to three; before each attempt's second number it raises what is left in `fails`."""

    cache: ModelCache
    fails: list[Exception] = field(default_factory=list)
    attempts: int = 0

    @retried
    def stream(self, spec: ModelSpec) -> Iterator[int]:
        """Yield 1, 2 and 3."""
        self.attempts += 1
        with self.cache.lease(spec):
            yield 1
            if self.fails:
                raise self.fails.pop()
            yield 2
        yield 3


@pytest.fixture
def adapter() -> Adapter:
    """An adapter over an empty cache."""
    return Adapter(ModelCache(load, 10**9))


@pytest.mark.parametrize("error", [FULL, MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried to")])
def test_a_forward_out_of_memory_evicts_and_runs_once_more(adapter: Adapter, error: Exception) -> None:
    """Everything idle is evicted before the second attempt, which streams the whole result."""
    adapter.fails = [error]
    assert list(adapter.stream(MINILM)) == [1, 1, 2, 3]
    assert adapter.cache.status().evictions == 1


def test_out_of_memory_twice_is_a_plain_error(adapter: Adapter) -> None:
    """The second failure is raised as MemoryError, and nothing stays leased."""
    adapter.fails = [FULL, FULL]
    with pytest.raises(MemoryError, match="again after all idle models had made room"):
        list(adapter.stream(MINILM))
    assert adapter.attempts == 2
    assert [model.leases for model in adapter.cache.status().models] == [0]


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), BudgetError("too big"), ValueError("out of memory")])
def test_other_errors_are_not_retried(adapter: Adapter, error: Exception) -> None:
    """A second attempt would fail in the same way."""
    assert not out_of_memory(error)
    adapter.fails = [error]
    with pytest.raises(type(error)):
        list(adapter.stream(MINILM))
    assert adapter.attempts == 1


def test_closing_a_retried_stream_closes_it(adapter: Adapter) -> None:
    """Stop reaches the inner stream, and the model is given back."""
    stream = adapter.stream(MINILM)
    next(stream)
    stream.close()
    assert [model.leases for model in adapter.cache.status().models] == [0]
