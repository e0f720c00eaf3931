"""The simulation of a lane against what is known of queues."""

import math
import random

import pytest

from bench.queue import Lane, arrivals, needed, quantile, simulate


def exponential(mean: float) -> list[float]:
    """Service times of chance."""
    chance = random.Random(1)
    return [chance.expovariate(1 / mean) for _ in range(20_000)]


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_server(load: float) -> None:
    """The times of M/M/1 are exponential too, with the mean 1 / (rate of service - rate of arrival)."""
    found = simulate(Lane(exponential(1.0), 1), arrivals(load, 100_000))
    mean = 1 / (1 - load)
    assert sum(found) / len(found) == pytest.approx(mean, rel=0.08)
    assert quantile(found, 0.95) == pytest.approx(-math.log(0.05) * mean, rel=0.1)


def test_two_servers() -> None:
    """M/M/2: the mean is 1 / (1 - load²) of the service time; at half the speed for two it is that of one server."""
    works = exponential(1.0)
    found = simulate(Lane(works, 2), arrivals(1.2, 100_000))
    assert sum(found) / len(found) == pytest.approx(1 / (1 - 0.6**2), rel=0.06)
    shared = simulate(Lane(works, 2, (1.0, 0.5)), arrivals(0.6, 100_000))
    assert sum(shared) / len(shared) == pytest.approx(1 / (1 - 0.6), rel=0.08)


def test_needed_servers_grow_with_the_rate() -> None:
    """More slowly than the rate does, since many servers wait less for the same load."""
    works = exponential(0.1)
    few, many = needed(works, 10, 0.5), needed(works, 100, 0.5)
    assert 1 < few < many <= 10 * few
    with pytest.raises(ValueError, match="by itself"):
        needed(works, 1, 0.01)
    with pytest.raises(ValueError, match="by itself"):
        needed([0.1] * 9 + [1.0], 1, 0.5)
