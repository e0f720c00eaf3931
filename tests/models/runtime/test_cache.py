"""The cache's promises, kept without any real model."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest

from models.catalog.bundled import MINILM
from models.runtime.cache import BudgetError, Loaded, ModelCache
from models.runtime.progress import Report, Stage, Stopped, ignore
from models.runtime.spec import ModelSpec

A, B, C = (replace(MINILM, name=name, nbytes=60) for name in "ABC")


@dataclass
class Loads:
    """A loader that notes what it was asked for, and what was in memory at that moment."""

    seconds: float = 0.0
    fails: list[Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    in_use: list[int] = field(default_factory=list)
    cache: ModelCache | None = None

    def __call__(self, spec: ModelSpec, report: Report) -> Loaded:
        """Pretend to load `spec`."""
        self.asked.append(spec.name)
        if self.cache is not None:
            self.in_use.append(self.cache.status().used_bytes)
        report(Stage("Downloading", spec.name, 1, 2))
        time.sleep(self.seconds)
        if self.fails:
            raise self.fails.pop()
        return Loaded(spec.name, None, "cpu", "float32", spec.nbytes)


def cache_of(loads: Loads, budget: int) -> ModelCache:
    """A cache over `loads` that counts its own seconds."""
    ticks = iter(range(10_000))
    loads.cache = ModelCache(loads, budget, clock=lambda: float(next(ticks)))
    return loads.cache


def use(cache: ModelCache, spec: ModelSpec) -> None:
    """Lease and give back."""
    with cache.lease(spec) as loaded:
        assert loaded.model == spec.name


def names(cache: ModelCache) -> list[str]:
    """What is in memory."""
    return [model.name for model in cache.status().models if model.nbytes]


def test_ten_threads_cause_one_load() -> None:
    """Ten threads that ask for one cold model wait for one load and share its result."""
    loads = Loads(seconds=0.05)
    cache = cache_of(loads, 100)
    barrier = threading.Barrier(10)

    def ask(_: int) -> object:
        barrier.wait()
        with cache.lease(A) as loaded:
            return loaded

    with ThreadPoolExecutor(10) as pool:
        models = list(pool.map(ask, range(10)))
    assert loads.asked == ["A"]
    assert all(model is models[0] for model in models)
    assert (cache.status().misses, cache.status().hits) == (1, 9)


def test_waiting_callers_see_the_stages_of_the_load() -> None:
    """A caller that joins a load in progress sees its stages."""
    cache = cache_of(Loads(seconds=0.1), 100)
    seen: list[Stage] = []
    first = threading.Thread(target=use, args=(cache, A))
    first.start()
    while not cache._entries:
        time.sleep(0.001)
    with cache.lease(A, seen.append):
        pass
    first.join()
    assert Stage("Downloading", "A", 1, 2) in seen


def test_the_least_recently_used_goes_before_the_load() -> None:
    """Memory never holds more than the budget, not even while a model loads."""
    loads = Loads()
    cache = cache_of(loads, 130)
    for spec in (A, B, A, C):
        use(cache, spec)
    assert names(cache) == ["A", "C"]
    assert cache.status().evictions == 1
    assert max(loads.in_use) <= 130


def test_a_model_is_used_until_it_is_given_back() -> None:
    """What counts is the end of the last use: a long one may have begun before a short one that is over."""
    cache = cache_of(Loads(), 130)
    with cache.lease(A):
        use(cache, B)
    use(cache, C)
    assert names(cache) == ["A", "C"]


def test_a_model_in_use_is_not_idle() -> None:
    """Its time counts from its last lease on, and grows once that is given back."""
    now = 10.0
    cache = ModelCache(Loads(), 100, clock=lambda: now)
    use(cache, A)
    now = 50.0
    assert [model.idle for model in cache.status().models] == [40.0]
    with cache.lease(A):
        assert [model.idle for model in cache.status().models] == [0.0]


def test_a_budget_for_one_holds_one() -> None:
    """Where two models do not fit, the first is gone before the second loads."""
    loads = Loads()
    cache = cache_of(loads, 100)
    use(cache, A)
    use(cache, B)
    assert loads.in_use == [60, 60]
    assert names(cache) == ["B"]


def test_a_leased_model_is_not_evicted() -> None:
    """A load that needs the room of a leased model waits until the lease ends."""
    cache = cache_of(Loads(), 100)
    waiting = threading.Event()
    with cache.lease(A):
        other = threading.Thread(target=lambda: cache.lease(B, lambda stage: waiting.set()).__enter__())
        other.start()
        assert waiting.wait(5)
        assert names(cache) == ["A"]
    other.join(5)
    assert names(cache) == ["B"]


def leave(stage: Stage) -> None:
    """A visitor who has left before the first report."""
    raise Stopped


def test_a_load_goes_on_when_its_first_caller_leaves() -> None:
    """The first caller may leave; others still get that one load, and no lease is left."""
    loads = Loads(seconds=0.1)
    cache = cache_of(loads, 100)
    with pytest.raises(Stopped), cache.lease(A, leave):
        pass
    use(cache, A)
    assert loads.asked == ["A"]
    assert [model.leases for model in cache.status().models] == [0]


def test_a_visitor_who_leaves_waits_no_longer_for_memory() -> None:
    """While another model is in use and fills the budget, a report that raises ends the wait."""
    cache = cache_of(Loads(), 100)
    with cache.lease(A):
        with pytest.raises(Stopped), cache.lease(B, leave):
            pass
        assert names(cache) == ["A"]


def test_a_visitor_is_asked_again_while_one_stage_lasts() -> None:
    """A caller can leave in the middle of a long stage without new reports."""
    cache = cache_of(Loads(seconds=30), 100)
    asked: list[Stage] = []

    def third_time(stage: Stage) -> None:
        asked.append(stage)
        if asked.count(stage) == 3:
            raise Stopped

    with pytest.raises(Stopped), cache.lease(A, third_time):
        pass


@pytest.mark.parametrize("error", [OSError("disk full"), MemoryError()])
def test_a_failed_load_is_not_remembered(error: Exception) -> None:
    """The next caller tries again."""
    loads = Loads(fails=[error])
    cache = cache_of(loads, 100)
    with pytest.raises(type(error)):
        use(cache, A)
    assert cache.status().used_bytes == 0
    use(cache, A)
    assert loads.asked == ["A", "A"]


def test_waiters_get_the_failure_of_the_load_they_joined() -> None:
    """Callers that wait for a failing load get its error at once."""
    loads = Loads(seconds=0.1, fails=[OSError("disk full")])
    cache = cache_of(loads, 100)

    def ask(_: int) -> str:
        try:
            use(cache, A)
        except OSError as error:
            return str(error)
        return "loaded"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert set(answers) <= {"disk full", "loaded"}
    assert "disk full" in answers


def test_a_load_out_of_memory_evicts_and_tries_once_more() -> None:
    """Idle models make room for one that the device could not hold beside them."""
    loads = Loads()
    cache = cache_of(loads, 200)
    use(cache, A)
    loads.fails.append(MemoryError())
    use(cache, B)
    assert loads.asked == ["A", "B", "B"]
    assert names(cache) == ["B"]


def test_a_model_larger_than_the_budget_is_refused_with_both_numbers() -> None:
    """The message names the model, its size and the budget."""
    with pytest.raises(BudgetError, match=r"A needs 60 MB, the memory budget is 50 MB"):
        use(cache_of(Loads(), 50_000_000), replace(A, nbytes=60_000_000))


def test_unload_frees_only_what_is_idle() -> None:
    """The button frees idle models and leaves the ones in use."""
    cache = cache_of(Loads(), 200)
    use(cache, A)
    with cache.lease(B):
        assert cache.unload() == 60
        assert names(cache) == ["B"]


def test_eager_attention_is_another_entry() -> None:
    """The copy that returns attention weights never replaces the one that serves."""
    cache = cache_of(Loads(), 200)
    use(cache, A)
    use(cache, A.with_attention())
    assert len(names(cache)) == 2


def test_sixteen_threads_over_three_models_and_a_small_budget() -> None:
    """A crowd gets the model it asked for every time, and the budget holds."""
    loads = Loads(seconds=0.001)
    cache = cache_of(loads, 130)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda i: use(cache, (A, B, C)[i % 3]), range(300)))
    status = cache.status()
    assert status.hits + status.misses == 300
    assert all(model.leases == 0 for model in status.models)
    assert max(loads.in_use) <= 130


def test_stages_say_megabytes_and_percent() -> None:
    """A stage reads as words, with a share where one is known."""
    assert str(Stage("Downloading", "A", 45_000_000, 90_000_000)) == "Downloading A: 45 of 90 MB (50%)"
    assert str(Stage("Loading", "A")) == "Loading A"
    ignore(Stage("Loading", "A"))
