"""Reports of progress, and cancellation."""

import pytest

from models.runtime.progress import Cancellation, Stage, Stopped, to_terminal


def test_a_terminal_gets_a_line_for_each_step_and_tenth() -> None:
    """And none twice."""
    lines: list[str] = []
    report = to_terminal(lines.append)
    report(Stage("Checking", "x"))
    for percent in range(0, 101, 2):
        report(Stage("Downloading", "x", percent, 100))
    assert lines == ["Checking x", *(f"Downloading x: 0 of 0 MB ({percent}%)" for percent in range(0, 101, 10))]


def test_a_stage_says_what_is_done_in_megabytes() -> None:
    """Nothing where the size is unknown, and no more than all of it."""
    assert (Stage("Loading", "x", 5).fraction, str(Stage("Loading", "x", 5))) == (None, "Loading x")
    assert str(Stage("Downloading", "x", 3_000_000, 4_000_000)) == "Downloading x: 3 of 4 MB (75%)"
    assert Stage("Downloading", "x", 5, 4).fraction == 1


def test_cancelled_work_is_stopped_at_its_next_check() -> None:
    """Not before it is cancelled."""
    cancellation = Cancellation()
    cancellation.check()
    cancellation.cancel()
    assert cancellation.cancelled
    with pytest.raises(Stopped):
        cancellation.check()
