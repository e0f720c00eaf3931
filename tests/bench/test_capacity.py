"""What capacity is reckoned from."""

import random
from itertools import pairwise

import pytest

from bench import capacity
from bench.capacity import Row, Turn, carried, gaps, sharing, split
from bench.clients import Asked
from bench.queue import Lane, arrivals, simulate


def closed_loop(lane: Lane, clients: int, seconds: float) -> list[list[float]]:
    """The seconds of each call of clients at one server, who ask again as soon as they are answered."""
    chance = random.Random(1)
    asked, calls = [0.0] * clients, [[] for _ in range(clients)]  # type: list[float], list[list[float]]
    now = 0.0
    while now < seconds:
        for client in range(clients):
            now = max(now, asked[client]) + chance.choice(lane.works)
            calls[client].append(now + lane.apart - asked[client])
            asked[client] = now + lane.apart
    return calls


def test_busy_times_are_found_whatever_the_way_takes() -> None:
    """From clients who always have a request in line, as long as there are enough of them."""
    works = [0.02, 0.03, 0.04]
    found = gaps(closed_loop(Lane(works, 1, apart=0.05), 8, 60.0), 60.0)
    assert sum(found) / len(found) == pytest.approx(0.03, rel=0.02)
    assert {round(each, 6) for each in found[8:]} == set(works)


def test_what_a_request_takes_is_split() -> None:
    """It keeps its variation; where more than all of it keeps a server busy under load, nothing is apart from that."""
    works, apart = split([0.08, 0.10, 0.12], 0.06)
    assert apart == pytest.approx(0.04)
    assert works == pytest.approx([0.04, 0.06, 0.08])
    works, apart = split([0.08, 0.10, 0.12], 0.2)
    assert apart == 0
    assert works == pytest.approx([0.16, 0.2, 0.24])


def test_replicas_on_shared_cores_are_as_fast_as_so_many_clients_found_them() -> None:
    """Requests that are in progress together slow each other down; a request alone takes what it took one client."""
    loops = [(1, [[0.1] * 10]), (2, [[0.15] * 10] * 2), (4, [[0.3] * 5] * 4)]
    asked = [Asked(clients, sum(calls[0]), calls) for clients, calls in loops]
    lane = sharing(asked, 8)
    assert lane.servers == 8
    assert lane.capacity == pytest.approx(4 / 0.3)
    assert simulate(lane, [0.0]) == pytest.approx([0.1])
    assert simulate(lane, [0.0, 0.0]) == pytest.approx([0.15] * 2)
    assert simulate(lane, [0.0] * 8) == pytest.approx([0.6] * 8)
    apart = simulate(lane, arrivals(0.5, 500))
    assert sum(apart) / 500 == pytest.approx(0.1, rel=0.05)


def test_the_way_is_added_to_each_request() -> None:
    """And keeps nobody waiting."""
    arriving = [0.0, 0.01, 5.0]
    without, with_way = (simulate(Lane([1.0], 1, apart=apart), arriving) for apart in (0.0, 0.5))
    assert [later - earlier for earlier, later in zip(without, with_way, strict=True)] == pytest.approx([0.5] * 3)


def test_the_medians_of_the_turns_are_compared() -> None:
    """One turn that other work slowed down decides nothing."""
    row = Row(0.5, [Turn(10, 0.12, 0.1), Turn(11, 0.12, 0.9), Turn(12, 0.12, 0.1)])
    assert row.off == pytest.approx(0.2)
    assert str(row) == "| 50% | 11.0 | 0.12 (0.12 to 0.12) | 0.10 (0.10 to 0.90) | +20% |"


def test_costs_are_given_where_a_price_is() -> None:
    """For each task and for all, a day of 24 hours of each replica; without a price nothing is said of costs."""
    times = {endpoint: [0.1] * 20 for endpoint in capacity.MIX}
    plain, priced = carried(times, None), carried(times, 0.5)
    assert not any("cost" in line for line in plain)
    for without, line in list(zip(plain, priced, strict=True))[2:]:
        replicas, cost = without.split("|")[4].strip(), line.split("|")[6].strip()
        assert cost == f"{12 * int(replicas):,.2f}"
    assert "cost a day" in priced[0]
    totals = [float(line.split("|")[6].replace(",", "")) for line in priced if "| all |" in line]
    assert all(less <= more for less, more in pairwise(totals))
