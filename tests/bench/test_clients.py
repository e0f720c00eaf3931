"""Eight clients beside one."""

import pytest

from bench.clients import Asked, lines, met


def asked(calls: list[list[float]], seconds: float = 10) -> Asked:
    """Clients that made these calls in one turn."""
    found = Asked(len(calls))
    found.add(calls, seconds)
    return found


def test_turns_add_up() -> None:
    """By client, so that one who got nothing in all turns is seen."""
    found = Asked(2)
    found.add([[1.0, 1.0], []], 4)
    found.add([[1.0], [9.0]], 6)
    assert found.calls == [[1.0, 1.0, 1.0], [9.0]]
    assert (found.rate, found.p95, found.least) == (0.4, 9.0, 1)


ALONE = asked([[1.0] * 10])


@pytest.mark.parametrize(
    ("together", "unbatched", "good"),
    [
        ([[1.5] * 10] * 8, [[8.0] * 5] * 8, True),
        # Not twice as many answers.
        ([[1.5] * 10] * 8, [[8.0] * 6] * 8, False),
        # Too long a wait.
        ([[1.6] * 10] * 8, [[8.0] * 5] * 8, False),
        # Somebody gets nothing.
        ([[1.5] * 20] * 7 + [[]], [[8.0] * 5] * 8, False),
    ],
)
def test_targets(together: list[list[float]], unbatched: list[list[float]], good: bool) -> None:
    """Twice the answers within one and a half times the p95, and some for everybody."""
    assert met([ALONE, asked(together), asked(unbatched)]) is good


def test_the_row_of_what_is_not_measured_is_not_there() -> None:
    """Where nothing is batched, there is no app with batching off; eight wait for eight answers."""
    assert lines("answer", [ALONE, asked([[4.0] * 5] * 8)]) == [
        "| /answer, one client | 1.0 | 1.00 | 10 | 0.7 |",
        "| /answer, 8 clients | 4.0 | 4.00 | 5 | 5.3 |",
    ]
