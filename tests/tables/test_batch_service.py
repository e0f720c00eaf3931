"""A visitor's batch, turn by turn, on tiny models."""

from pathlib import Path

import pytest

from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import Stopped
from tables import batch_service as desks
from tables import jobs
from tables.batch import ERROR
from tables.batch_service import BatchService
from tables.table import Options

ROWS = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of sixty rows, the third of them empty."""
    path = tmp_path / "reviews.csv"
    texts = [f"film number {i} was good" if i != 2 else "-" for i in range(ROWS)]
    path.write_text("id,text\n" + "".join(f"{i},{text}\n" for i, text in enumerate(texts)), encoding="utf-8")
    return path


@pytest.fixture
def desk(tiny_cache: ModelCache) -> BatchService:
    """A desk over tiny models."""
    return BatchService(tiny_cache)


def begun(desk: BatchService, path: Path) -> str:
    """The secret of a batch of sentiments that has begun."""
    secret = desk.open(path, Options())
    desk.begin(secret, "sentiment", {"text": "text"}, {})
    return secret


def test_a_turn_does_all_that_fits_into_it(desk: BatchService, path: Path) -> None:
    """The progress grows with the results, and counts what failed."""
    job = desk.find(begun(desk, path))
    reported = list(desk.turn(job))
    assert (reported[0].done, reported[0].total) == (0, ROWS)
    assert (reported[-1].done, reported[-1].failed) == (ROWS, 1)
    assert job.done
    assert job.results[2][ERROR]
    assert job.seconds > 0


def test_a_turn_ends_in_time_and_the_next_goes_on(desk: BatchService, path: Path) -> None:
    """With a clock on which every group takes a whole turn, each turn is one group."""
    job = desk.find(begun(desk, path))
    now = [0.0]

    def clock() -> float:
        now[0] += desks.TURN
        return now[0]

    turns = 0
    while not job.done:
        before = len(job.results)
        for _ in desk.turn(job, clock=clock):
            pass
        assert len(job.results) > before
        turns += 1
    assert turns > 1
    assert len(job.results) == ROWS


def test_closing_the_tab_keeps_what_is_done(desk: BatchService, path: Path) -> None:
    """The same secret finds the rows, another turn adds the others, and no model stays leased."""
    secret = begun(desk, path)
    turn = desk.turn(desk.find(secret))
    next(turn), next(turn)
    turn.close()  # type: ignore[attr-defined]
    kept = len(desk.find(secret).results)
    assert 0 < kept < ROWS
    assert not any(model.leases for model in desk.cache.status().models)
    list(desk.turn(desk.find(secret)))
    assert len(desk.find(secret).results) == ROWS


def test_a_tab_closed_at_row_five_thousand(tiny_cache: ModelCache, tmp_path: Path) -> None:
    """Until the hour is over the same secret finds the finished rows, and no other does; then they are gone."""
    now = [0.0]
    desk = BatchService(tiny_cache, jobs=jobs.Jobs(clock=lambda: now[0]))
    path = tmp_path / "tweets.csv"
    path.write_text("id,text\n" + "".join(f"{i},a film\n" for i in range(10_000)), encoding="utf-8")
    secret, other = begun(desk, path), begun(desk, path)
    turn = desk.turn(desk.find(secret), clock=lambda: 0.0)
    while next(turn).done < 5_000:
        pass
    turn.close()  # type: ignore[attr-defined]
    kept = len(desk.find(secret).results)
    assert 5_000 <= kept < 10_000
    now[0] = jobs.LIFETIME - 1
    job = desk.find(secret)
    assert job.batch is not None
    rows = job.batch.joined(job.results)
    assert list(rows["id"]) == [str(i) for i in range(kept)]
    assert set(rows[ERROR]) == {""}
    assert desk.find(other).results == []
    now[0] += jobs.LIFETIME
    for gone in (secret, other):
        with pytest.raises(InputError, match="no longer available"):
            desk.find(gone)


def test_nobody_else_finds_it(desk: BatchService, path: Path) -> None:
    """A guess gets the words that an expired batch gets."""
    secret = begun(desk, path)
    for guess in (secret[::-1], "guess", 7, None):
        with pytest.raises(InputError):
            desk.find(guess)
    with pytest.raises(InputError, match="no longer available"):
        desk.find("guess")
    with pytest.raises(InputError, match="Upload a table first"):
        desk.find("")


def test_a_stopped_batch_ends_within_a_row(desk: BatchService, path: Path) -> None:
    """What the visitor does not want any more ends at the next step, and can be resumed."""
    secret = begun(desk, path)
    job = desk.find(secret)
    turn = desk.turn(job)
    next(turn), next(turn)
    job.cancellation.cancel()
    with pytest.raises(Stopped):
        next(turn)
    kept = len(job.results)
    assert kept < ROWS
    list(desk.turn(desk.resume(secret)))
    assert job.done


def test_what_never_began_cannot_go_on(desk: BatchService, path: Path) -> None:
    """There is no task yet."""
    with pytest.raises(InputError, match="has not begun"):
        desk.resume(desk.open(path, Options()))


def test_two_windows_do_not_run_one_batch(desk: BatchService, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a second turn nor a new beginning comes between; afterwards both are possible again."""
    monkeypatch.setattr(jobs, "LAST_STEP", 0.0)
    secret = begun(desk, path)
    job = desk.find(secret)
    turn = desk.turn(job)
    next(turn)
    with pytest.raises(InputError, match="running already"):
        next(desk.turn(job))
    with pytest.raises(InputError, match="running already"):
        desk.begin(secret, "sentiment", {"text": "text"}, {})
    turn.close()  # type: ignore[attr-defined]
    desk.begin(secret, "sentiment", {"text": "text"}, {})
    assert job.results == []


def test_a_batch_steps_aside_between_groups_and_within(
    desk: BatchService, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks for others with no lease of its own before each group, and with its own while one runs."""
    seen: list[tuple[int, int]] = []

    def noting(cache: ModelCache, own: int) -> None:
        seen.append((own, sum(model.leases for model in cache.status().models)))

    monkeypatch.setattr(desks, "step_aside", noting)
    list(desk.turn(desk.find(begun(desk, path))))
    assert (0, 0) in seen
    assert (1, 1) in seen
    assert all(own == 1 for own, leases in seen if leases)
