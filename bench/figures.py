"""What a server says of itself at `/metrics`."""

import re
import time

import httpx

MEGABYTE = 1_000_000


def figure(url: str, name: str) -> float:
    """One of the server's own figures."""
    figures = httpx.get(url + "/metrics", timeout=60).text
    found = re.search(rf"^glassbox_{name} (\S+)", figures, re.MULTILINE)
    assert found is not None
    return float(found[1])


def resident(url: str) -> float:
    """The server's memory in megabytes."""
    return figure(url, "resident_memory_bytes") / MEGABYTE


def until_idle(url: str) -> None:
    """Wait until nothing runs or waits: a crowd that has left is still served."""
    while figure(url, "queue_length") + figure(url, "running"):
        time.sleep(1)
