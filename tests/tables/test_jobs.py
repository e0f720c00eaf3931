"""A visitor's batch on the server: found by its own secret, by nothing else, and not for ever."""

from collections.abc import Callable

import pandas as pd
import pytest

from tables.jobs import Job, Jobs
from tables.table import Reading, Table


class Clock:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def job(text: str = "good", example: bool = False) -> Job:
    """A job over a table of one cell."""
    return Job("reviews", Table(pd.DataFrame({"text": [text]}, dtype=object), Reading("CSV")), example=example)


def test_only_the_own_secret_finds_a_job() -> None:
    """Another visitor's secret finds theirs, and a guess finds nothing."""
    jobs = Jobs()
    mine, theirs = job(), job()
    secret, other = jobs.keep(mine), jobs.keep(theirs)
    assert jobs.find(secret) is mine
    assert jobs.find(other) is theirs
    guesses: list[object] = ["", "0", secret[:-1], secret + "A", secret.swapcase(), None, 0, [secret], {"a": 1}]
    for guess in guesses:
        assert jobs.find(guess) is None


def test_secrets_cannot_be_guessed() -> None:
    """Each has at least 256 bits, and none comes twice."""
    jobs = Jobs()
    secrets = {jobs.keep(job()) for _ in range(50)}
    assert len(secrets) == 50
    assert min(map(len, secrets)) * 6 >= 256


@pytest.mark.parametrize(("later", "there"), [(3_599.0, True), (3_600.0, False)])
def test_a_job_is_kept_for_an_hour_after_its_last_use(later: float, there: bool) -> None:
    """Every look at it begins the hour anew."""
    clock = Clock()
    jobs = Jobs(clock=clock)
    secret = jobs.keep(job())
    clock.now = 3_000.0
    assert jobs.find(secret) is not None
    clock.now += later
    assert (jobs.find(secret) is not None) == there


def test_what_nobody_asks_for_is_forgotten_too() -> None:
    """A sweep leaves only what was used within the hour."""
    clock = Clock()
    jobs = Jobs(clock=clock)
    jobs.keep(job())
    clock.now = 2_000.0
    jobs.keep(job())
    clock.now = 4_000.0
    assert jobs.sweep() == 1
    clock.now = 6_000.0
    assert jobs.sweep() == 0


def test_sweeping_needs_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """One timer is set for all jobs, to the moment when the oldest ends, as long as there is one."""
    timers: list[tuple[float, Callable[[], None]]] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, sweep: Callable[[], None]) -> None:
            timers.append((seconds, sweep))

        def start(self) -> None:
            assert self.daemon

    monkeypatch.setattr("tables.jobs.threading.Timer", Timer)
    clock = Clock()
    jobs = Jobs(clock=clock)
    secret = jobs.keep(job())
    clock.now = 500.0
    jobs.keep(job())
    clock.now = 1_000.0
    jobs.find(secret)
    clock.now = 3_600.0
    timers[0][1]()
    clock.now = 4_100.0
    timers[1][1]()
    clock.now = 4_600.0
    timers[2][1]()
    assert [seconds for seconds, _ in timers] == [3_600.0, 500.0, 500.0]
    assert jobs.sweep() == 0
    jobs.keep(job())
    assert timers[-1][0] == 3_600.0


def test_the_oldest_make_room() -> None:
    """All jobs together stay within the budget; the newest is kept whatever its size."""
    clock = Clock()
    jobs = Jobs(budget=job("x" * 1_000).nbytes * 2 + 100, clock=clock)
    secrets = []
    for _ in range(3):
        clock.now += 1
        secrets.append(jobs.keep(job("x" * 1_000)))
    assert [jobs.find(secret) is not None for secret in secrets] == [False, True, True]
    large = jobs.keep(job("x" * 100_000))
    assert jobs.find(large) is not None
    assert jobs.sweep() == 1


def test_examples_push_out_examples_alone() -> None:
    """However many pages open the tab, an upload stays; and uploads leave the examples."""
    clock = Clock()
    jobs = Jobs(budget=job("x" * 1_000).nbytes, examples=3, clock=clock)
    upload = jobs.keep(job("x" * 1_000))
    examples = []
    for _ in range(5):
        clock.now += 1
        examples.append(jobs.keep(job("x" * 1_000, example=True)))
    assert [jobs.find(secret) is not None for secret in examples] == [False, False, True, True, True]
    assert jobs.find(upload) is not None
    another = jobs.keep(job("x" * 1_000))
    assert (jobs.find(upload), jobs.find(another) is not None) == (None, True)
    assert jobs.find(examples[-1]) is not None


def test_a_table_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeping another job looks at no cell of those before."""
    measured = []
    usage = pd.DataFrame.memory_usage

    def noting(self: pd.DataFrame, index: bool = True, deep: bool = False) -> pd.Series:
        measured.append(self)
        return usage(self, index, deep)

    monkeypatch.setattr(pd.DataFrame, "memory_usage", noting)
    jobs = Jobs(budget=1)
    for _ in range(5):
        jobs.keep(job())
    assert len(measured) == 5
