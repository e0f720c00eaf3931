"""Who asks, and how often."""

import pytest

from server import rate
from server.rate import RateLimit, client_address


def test_a_window_of_a_minute() -> None:
    """So many in any minute, however they are spread, and one more for each that grows old."""
    now = [0.0]
    limit = RateLimit(2, clock=lambda: now[0])
    assert limit.seconds_to_wait("a") == 0
    now[0] = 50
    assert limit.seconds_to_wait("a") == 0
    assert limit.seconds_to_wait("a") == 10
    assert limit.seconds_to_wait("b") == 0
    now[0] = 60
    assert limit.seconds_to_wait("a") == 0
    assert limit.seconds_to_wait("a") == 50


def test_no_limit() -> None:
    """Zero lets everybody ask, and remembers nobody."""
    limit = RateLimit(0)
    assert not any(limit.seconds_to_wait("a") for _ in range(1_000))
    assert not limit._times


def test_quiet_clients_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million addresses do not fill the memory, and a busy one among them is not forgotten."""
    monkeypatch.setattr(rate, "MANY_CLIENTS", 3)
    now = [0.0]
    limit = RateLimit(1, clock=lambda: now[0])
    for client in ("a", "b", "c"):
        limit.seconds_to_wait(client)
    now[0] = 59
    limit.seconds_to_wait("d")
    assert len(limit._times) == 4
    now[0] = 60
    limit.seconds_to_wait("e")
    assert set(limit._times) == {"d", "e"}
    assert limit.seconds_to_wait("d") > 0
    # From three on, and not before.
    now[0] = 120
    limit.seconds_to_wait("f")
    assert set(limit._times) == {"d", "e", "f"}
    limit.seconds_to_wait("g")
    assert set(limit._times) == {"f", "g"}


def test_a_crowd_is_not_looked_through_for_each_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a second is often enough."""
    monkeypatch.setattr(rate, "MANY_CLIENTS", 4)
    looks = []
    monkeypatch.setattr(RateLimit, "_forget", lambda self, before: looks.append(len(self._times)))
    now = [0.0]
    limit = RateLimit(1, clock=lambda: now[0])
    for client in range(20):
        now[0] = client / 8
        limit.seconds_to_wait(str(client))
    assert looks == [4, 12]


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("198.51.100.1", "", 0, "198.51.100.1"),
        ("198.51.100.1", "203.0.113.7", 0, "198.51.100.1"),
        ("10.0.0.1", "203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.7, 10.0.0.2", 2, "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7", 2, "203.0.113.7"),
        ("10.0.0.1", " , ", 1, "10.0.0.1"),
        ("2001:db8:1:2:aaaa::1", "", 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "", 0, "203.0.113.7"),
        ("::ffff:8.8.8.8", "", 0, "8.8.8.8"),
        ("10.0.0.1", "::ffff:203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7:52814", 1, "203.0.113.7"),
        ("10.0.0.1", "[2001:db8:1:2::1]:443", 1, "2001:db8:1:2::/64"),
        ("10.0.0.1", "[2001:db8:1:2::9]", 1, "2001:db8:1:2::/64"),
        ("10.0.0.1", "[::ffff:203.0.113.7]:443", 1, "203.0.113.7"),
        ("10.0.0.1", "not an address", 1, "not an address"),
        ("10.0.0.1", "unknown:443", 1, "unknown"),
        ("10.0.0.1", ":443", 1, ":443"),
    ],
)
def test_the_address_that_counts(peer: str, forwarded: str, proxies: int, client: str) -> None:
    """Only what trusted proxies wrote is believed; an IPv6 network is one client, whatever its ports are."""
    assert client_address(peer, forwarded, proxies) == client
