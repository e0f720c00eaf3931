"""How fast a cost grows."""

import pytest

from bench.growth import Growth, exponent


@pytest.mark.parametrize(
    ("values", "power"),
    [([3, 6, 12, 24], 1.0), ([1, 4, 16, 64], 2.0), ([5, 5, 5, 5], 0.0), ([2, 4, 16, 32], 1.4)],
)
def test_the_exponent_is_the_slope_of_the_logarithms(values: list[float], power: float) -> None:
    """Exact for a power of the size, the nearest line for what scatters."""
    assert exponent([1, 2, 4, 8], values) == pytest.approx(power)


def test_what_costs_nothing_has_no_exponent() -> None:
    """Zero has no logarithm."""
    with pytest.raises(ValueError, match=r"math domain|expected a positive"):
        exponent([1, 2], [0, 1])


def test_a_table_shows_each_size_and_the_exponent() -> None:
    """By the medians of what is above the base."""
    growth = Growth("Memory", "models", "MB", [1, 2, 1_000], [[110, 90, 101], [102.0], [1_100]], base=100)
    assert growth.exponent == pytest.approx(1.0)
    assert growth.met
    assert growth.table() == [
        "**Memory**",
        "",
        "| models | MB |",
        "|---|---|",
        "| 1 | 101.00 (90.00 to 110.00) |",
        "| 2 | 102.00 (once) |",
        "| 1,000 | 1100.00 (once) |",
        "",
        "Exponent of what is above 100: 1.00 (at most 1.1).",
    ]


def test_the_square_of_the_size_is_too_much() -> None:
    """Unless it is what the work is."""
    sizes, values = [1, 2, 4], [[1.0], [4.0], [16.0]]
    assert not Growth("Chat", "turns", "seconds", sizes, values).met
    assert Growth("Attention", "tokens", "seconds", sizes, values, most=2.0).met
