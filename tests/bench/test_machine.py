"""The limits of the machine: what a token and a text cost at least."""

import pytest

from bench.machine import Share, bandwidth, text_operations, token_bytes


def test_a_token_reads_the_weights_and_what_was_said() -> None:
    """SmolLM2: 30 layers with three heads of 64 keys and values each, in sixteen bits."""
    assert token_bytes(93_000_000, 30, 192, 0) == 93_000_000
    assert token_bytes(0, 30, 192, 100) == 2 * 2 * 30 * 192 * 100


def test_a_text_costs_its_weights_and_its_pairs_of_tokens() -> None:
    """The second part grows with the square."""
    assert text_operations(10, 6, 384, 1) == 20 + 4 * 6 * 384
    assert text_operations(0, 6, 384, 128) == 4 * text_operations(0, 6, 384, 64)


def test_the_bandwidth_is_that_of_the_fastest_way() -> None:
    """By the medians: a lucky moment is no limit."""
    found = {"sum": [9.0, 10.0, 99.0], "dot": [12.0, 11.0, 13.0], "copy": [8.0], "float32": [100.0]}
    assert bandwidth(found) == 12e9


def test_a_share_is_what_is_reached_of_the_limit() -> None:
    """Shown in percent."""
    share = Share("decoding", [20.0, 10.0, 30.0], 40.0)
    assert share.share == pytest.approx(0.5)
    assert str(share) == "| decoding | 20.00 (10.00 to 30.00) | 40.0 | 50% |"
