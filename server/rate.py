"""Rate limits by client."""

import ipaddress
import math
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = 60.0
# So many clients are remembered before those that have been quiet for a minute are forgotten.
MANY_CLIENTS = 10_000
# Seconds between two looks for them: in a crowd each new client would be a look through all.
BETWEEN_LOOKS = 1.0
# An address as some proxies write it, with the port of the connection: 203.0.113.7:443 or [2001:db8::1]:443.
WITH_PORT = re.compile(r"\[([^\[\]]*)\](?::\d*)?|([^:]*):\d*")


@dataclass
class RateLimit:
    """At most `per_minute` requests of one client within any minute, 0 for no limit. Used in one thread only."""

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _times: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _looked: float = -math.inf

    def seconds_to_wait(self, client: str) -> float:
        """Count a request of `client` and return 0, or, if there were too many, the seconds until one is allowed."""
        if not self.per_minute:
            return 0.0
        now = self.clock()
        crowded = client not in self._times and len(self._times) >= MANY_CLIENTS
        if crowded and now - self._looked >= BETWEEN_LOOKS:
            self._looked = now
            self._forget(now - MINUTE)
        times = self._times[client]
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) < self.per_minute:
            times.append(now)
            return 0.0
        return times[0] + MINUTE - now

    def _forget(self, before: float) -> None:
        for client in [client for client, times in self._times.items() if times[-1] <= before]:
            del self._times[client]


def client_address(peer: str, forwarded_for: str, proxies: int) -> str:
    """The client's address: the one seen by the outermost of `proxies` trusted proxies, or `peer` without any.

    What a client itself wrote into X-Forwarded-For stands further left, and is not believed. A whole /64 is one
    client, since an IPv6 client usually controls all of that network. An IPv4 address in IPv6 notation, as a socket for
    both has it, is that IPv4 address. The port, another one for each connection, does not count.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    address = hops[-min(proxies, len(hops))] if proxies and hops else peer
    if found := WITH_PORT.fullmatch(address):
        address = found[1] or found[2] or address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
