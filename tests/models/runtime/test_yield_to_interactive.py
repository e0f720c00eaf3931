"""A batch waits for others, but not for ever."""

from models.catalog.bundled import MINILM, SENTIMENT
from models.runtime.cache import ModelCache
from models.runtime.yield_to_interactive import step_aside


class Time:
    """A clock that goes on by what is slept, and something that happens while somebody sleeps."""

    def __init__(self, happens: object = None) -> None:
        self.now, self.happens = 0.0, happens

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds
        if callable(self.happens):
            self.happens()


def waited(cache: ModelCache, own: int, time: Time) -> float:
    """How long a batch steps aside."""
    step_aside(cache, own, clock=lambda: time.now, sleep=time.sleep)
    return time.now


def test_a_batch_waits_while_somebody_else_computes(tiny_cache: ModelCache) -> None:
    """Until their model is given back, or the patience is over; nobody is waited for where nobody is."""
    assert waited(tiny_cache, 0, Time()) == 0
    with tiny_cache.lease(MINILM):
        assert 1.0 <= waited(tiny_cache, 0, Time()) <= 1.02
    lease = tiny_cache.lease(MINILM)
    lease.__enter__()
    assert waited(tiny_cache, 0, Time(lambda: lease.__exit__(None, None, None))) <= 0.02


def test_a_batch_does_not_wait_for_itself(tiny_cache: ModelCache) -> None:
    """Its own lease is not another's."""
    with tiny_cache.lease(SENTIMENT):
        assert waited(tiny_cache, 1, Time()) == 0
        with tiny_cache.lease(SENTIMENT):
            assert waited(tiny_cache, 1, Time()) >= 1.0
