"""How soon the CPU is idle after Stop, in each state that a request can be in: `python -m bench.stop`.

On the bundled weights, in a server of its own. It is idle once it computes for less than a tenth of a moment; for
comparison, the same is measured for an idle server. A load that was begun goes on, for the next visitor.
"""

import argparse
import time
from dataclasses import dataclass
from typing import Any

import httpx

from bench.load import text
from bench.server import API, APP, Server, must, started

STORY = ["Tell me a very long story about the sea.", [], "", 256, 0]
GO = ["Go home.", "en", "pt"]
WINDOW, IDLE, PATIENCE = 0.2, 0.1, 120.0


@dataclass(frozen=True)
class State:
    """A call, stopped `after` seconds of computing; `first` runs before it, so that it waits."""

    endpoint: str
    data: list[Any]
    after: float
    first: bool = False


def states() -> dict[str, State]:
    """What is stopped, in this order; the first one still has its model to load."""
    long = (text() + "\n") * 5
    return {
        "loading": State("chat", STORY, 0),
        "queued": State("sentiment", ["A good one."], 0, first=True),
        "prefill": State("chat", [long[:9_900], [], "", 64, 0], 0),
        "decoding": State("chat", STORY, 2),
        "windowed question answering": State("answer", ["Who?", (long * 12)[:59_000], 3], 1),
        "long translation": State("translate", [long[:9_900], "en", "pt"], 2),
    }


def begin(http: httpx.Client, endpoint: str, data: list[Any]) -> str:
    """Ask, and return the event."""
    joined = http.post(f"/call/{endpoint}", json={"data": data})
    joined.raise_for_status()
    return str(joined.json()["event_id"])


def stop(http: httpx.Client, endpoint: str, event: str) -> None:
    """What the page's Stop does."""
    config = http.get(str(http.base_url).partition(API)[0] + "/config").json()
    found = next(each for each in config["dependencies"] if each["api_name"] == endpoint)
    http.post("/cancel", json={"event_id": event, "session_hash": event, "fn_index": found["id"]})


def load(server: Server) -> float:
    """The share of one core that the server computes with, over a moment."""
    before, began = server.cpu_seconds, time.monotonic()
    time.sleep(WINDOW)
    return (server.cpu_seconds - before) / (time.monotonic() - began)


def until_busy(server: Server) -> float:
    """Wait until the server computes; the share of one core that it does so with. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        if (share := load(server)) >= IDLE:
            return share
    raise TimeoutError(f"nothing was computed within {PATIENCE:g} s")


def seconds_until_idle(server: Server) -> float:
    """The seconds until the beginning of the first idle moment. Raises TimeoutError where none comes."""
    began = time.monotonic()
    while (at := time.monotonic() - began) < PATIENCE:
        if load(server) < IDLE:
            return at
    raise TimeoutError(f"still busy after {PATIENCE:g} s")


def warm(http: httpx.Client) -> None:
    """Load what the states after the first one run."""
    for endpoint, data in (("chat", ["Hi.", [], "", 1, 0]), ("answer", ["Who?", "A dog.", 1]), ("translate", GO)):
        must(http, endpoint, data)


def main() -> None:
    """Stop each request, and print the table."""
    argparse.ArgumentParser(prog="python -m bench.stop", description=__doc__).parse_args()
    with started(*APP, "--deadline", "0") as server, server.calls() as http:
        print(f"nobody asks: {load(server):.0%} of a core\n")
        print("| stopped while | computing before | idle after, s |\n|---|---|---|")
        for name, state in states().items():
            first = begin(http, "chat", STORY) if state.first else ""
            event = begin(http, state.endpoint, state.data)
            busy = until_busy(server)
            time.sleep(state.after)
            stop(http, state.endpoint, event)
            if first:
                stop(http, "chat", first)
            print(f"| {name} | {busy:.0%} | {seconds_until_idle(server):.1f} |", flush=True)
            warm(http)


if __name__ == "__main__":
    main()
