"""Eight clients at once beside one, and beside the same app with batching off: `python -m bench.clients`.

Each client asks again as soon as it is answered. The sides take turns of some seconds, a minute together, so that what
slows the machine down slows all of them.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from bench import ours, results
from bench.beside import THREADS
from bench.load import quantile
from bench.server import APP, Server, must, started

# The options that switch batching off, and the endpoint whose requests share batches.
UNBATCHED = ("--at-once", "1")
BATCHED = "translate"
# What bench/idle_page.py serves.
NOTHING = "nothing"
CLIENTS, SECONDS, TURNS = 8, 60.0, 5
FASTER, SLOWER = 2.0, 1.5
TEXT = "The ferry was late again, but the crew could not have been kinder."
QUESTION = "When was the bridge opened?"


@dataclass
class Asked:
    """What some clients got in `seconds`: for each the seconds of each of its calls."""

    clients: int
    seconds: float = 0.0
    calls: list[list[float]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(map(len, self.calls)) / self.seconds

    @property
    def p95(self) -> float:
        """The time within which 95% of the answers came."""
        return quantile([each for calls in self.calls for each in calls], 0.95)

    @property
    def least(self) -> int:
        """How many answers the client got that got the fewest."""
        return min(map(len, self.calls))

    def add(self, turn: Sequence[list[float]], seconds: float) -> None:
        """Count another turn, in which each client made these calls."""
        self.calls = [old + new for old, new in zip(self.calls or [[] for _ in turn], turn, strict=True)]
        self.seconds += seconds


def visit(server: Server, endpoint: str, data: Sequence[Any], until: float) -> list[float]:
    """The seconds of each call of one client until that moment. Raises RuntimeError at one that fails."""
    found = []
    with server.calls() as http:
        while (began := time.monotonic()) < until:
            must(http, endpoint, data)
            found.append(time.monotonic() - began)
    return found


def ask(server: Server, endpoint: str, data: Sequence[Any], asked: Asked, seconds: float) -> None:
    """Let all clients of `asked` call for so many seconds, and add what they got."""
    began = time.monotonic()
    with ThreadPoolExecutor(asked.clients) as pool:
        visits = [pool.submit(visit, server, endpoint, data, began + seconds) for _ in range(asked.clients)]
        turn = [each.result() for each in visits]
    asked.add(turn, time.monotonic() - began)


def measure(
    batched: Server, unbatched: Server | None, endpoint: str, data: Sequence[Any], seconds: float
) -> list[Asked]:
    """One client, all clients, and all clients of the app without batching where there is one, in turn."""
    sides = [(batched, Asked(1)), (batched, Asked(CLIENTS))]
    sides += [(unbatched, Asked(CLIENTS))] if unbatched else []
    for server, asked in sides:
        # A first call loads the model, and is not counted.
        ask(server, endpoint, data, Asked(asked.clients), seconds / TURNS / 4)
    for _ in range(TURNS):
        for server, asked in sides:
            ask(server, endpoint, data, asked, seconds / TURNS)
    return [asked for _, asked in sides]


def lines(endpoint: str, found: Sequence[Asked]) -> list[str]:
    """The lines of the table for one endpoint."""
    names = ("one client", f"{CLIENTS} clients", f"{CLIENTS} clients, batching off")
    return [
        f"| /{endpoint}, {name} | {each.rate:.1f} | {each.p95:.2f} | {each.least} | {needed(each, found[0]):.1f} |"
        for name, each in zip(names, found, strict=False)
    ]


def needed(asked: Asked, alone: Asked) -> float:
    """Answers a second with which the clients of `asked` would on average wait `SLOWER` times the p95 of `alone`.

    As many as there are clients are always asked for, so by Little's law (1961) the mean wait is their number over
    the rate.
    """
    return asked.clients / (SLOWER * alone.p95)


def met(found: Sequence[Asked]) -> bool:
    """Whether eight wait little longer than one, nobody gets nothing, and batching pays where it can be off."""
    alone, together, *rest = found
    pays = all(together.rate >= FASTER * unbatched.rate for unbatched in rest)
    return together.p95 <= SLOWER * alone.p95 and together.least > 0 and pays


def alone_with_gradio(seconds: float) -> list[str]:
    """The lines of the table for a page that computes nothing."""
    with started("-m", "bench.idle_page") as page:
        return lines(NOTHING, measure(page, None, NOTHING, [TEXT], seconds))


HEADER = [
    "| | answers a second | p95, s | answers of the client with the fewest | answers a second it would take |",
    "|---|---|---|---|---|",
]


def notes(seconds: float) -> list[str]:
    """What stands under the table, each row of which took so long."""
    return [
        "",
        f"`python -m bench.clients`: {THREADS} threads; each row {seconds:g} s in all, in {TURNS} turns; a client",
        f"asks again at once. {CLIENTS} clients are to get {FASTER:g} times the answers of the app with batching off,",
        f"within {SLOWER:g} times the p95 of one client, and none is to get nothing. Encoders share little: one",
        "text already keeps both cores busy (docs/engines.md; section Encoders in shared batches). Who asks again at",
        "once waits for the answers of all: the last column is the rate at which the mean wait would be",
        f"{SLOWER:g} times the p95 of one client (Little's law). Below it that p95 cannot be expected. /{NOTHING} is a",
        "page of Gradio's own that gives back what it is given: what is left where no model computes.",
    ]


def main(arguments: Sequence[str]) -> None:
    """Print the table and keep it; exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each row (default: %(default)g)")
    seconds = parser.parse_args(arguments).seconds
    asked = [QUESTION, ours.example("bridge"), 3]
    calls: dict[str, list[Any]] = {BATCHED: [TEXT, "en", "pt"], "sentiment": [TEXT], "answer": asked}
    table, good = list(HEADER), True
    with ExitStack() as stack:
        options = ("--threads", str(THREADS), "--device", "cpu")
        batched = stack.enter_context(started(*APP, *options))
        unbatched = stack.enter_context(started(*APP, *options, *UNBATCHED))
        for endpoint, data in calls.items():
            found = measure(batched, unbatched if endpoint == BATCHED else None, endpoint, data, seconds)
            good = good and met(found)
            table += lines(endpoint, found)
            print("\n".join(lines(endpoint, found)), flush=True)
    table += alone_with_gradio(seconds)
    print("\n".join(table[-2:]), flush=True)
    results.write("Eight clients", [*table, *notes(seconds)])
    if not good:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
