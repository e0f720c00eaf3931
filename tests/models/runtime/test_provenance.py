"""Tests of what is recorded about a run."""

from models.runtime.provenance import rate_of


def test_a_rate_over_too_short_a_time_is_unknown() -> None:
    """Five tokens that arrive within half a millisecond are not ten thousand tokens a second."""
    assert rate_of(5, 0.0005) == rate_of(5, 0.19) == 0
    assert rate_of(5, 0.2) == 25
    assert rate_of(50, 2.0) == 25
