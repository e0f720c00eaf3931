"""How many replicas how many visitors need: a simulated queue, checked against the app: `python -m bench.capacity`.

The times of single requests are measured, what becomes of arrivals by chance at three rates is predicted by
`bench.queue` and then measured, and the same simulation is carried to more visitors than this machine can serve. With
`--replicas N`, which needs Ray, the app runs on so many replicas.
"""

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import psutil

from bench import ours, results
from bench.clients import QUESTION, TEXT, Asked, ask
from bench.queue import Lane, arrivals, needed, quantile, simulate
from bench.replicas import replicas
from bench.server import APP, Server, must, started
from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT, SMOLLM2, TRANSLATION

# The shares of what the app can do that are asked of it, and how far the prediction may be off.
LOADS = (0.3, 0.5, 0.7)
WITHIN = 0.25
SECONDS = 60.0
ALONE = 40
# What visitors ask for: its share, and the bytes of its models. Each asks once in THINK seconds.
MIX: dict[str, tuple[float, list[Any], int]] = {
    "sentiment": (0.3, [TEXT, SENTIMENT.name], SENTIMENT.nbytes),
    "answer": (0.3, [QUESTION, ours.example("bridge"), 3], QUESTION_ANSWERING.nbytes),
    "translate": (0.2, [TEXT, "en", "pt"], sum(spec.nbytes for spec in TRANSLATION.values())),
    "chat": (0.2, ["Say hello.", [], "", 16, 0.0], SMOLLM2.nbytes),
}
CHECKED = "answer"
VISITORS = (10, 100, 1_000)
THINK = 30.0
# A wait that visitors accept: so many times the p95 of a request alone.
SLOWER = 2.0
# Beside its models, a replica takes about so many bytes for Python, torch and Ray; see the section Two replicas.
PROCESS = 500_000_000


@dataclass(frozen=True)
class Row:
    """One load: requests a second, the p95 that was predicted, and that which was measured, in seconds."""

    rate: float
    predicted: float
    measured: float

    @property
    def off(self) -> float:
        """How far off the prediction was, as a share of what was measured."""
        return self.predicted / self.measured - 1


def alone(server: Server, endpoint: str, data: Sequence[Any], calls: int = ALONE) -> list[float]:
    """The seconds of calls one after another."""
    found = []
    with server.calls() as http:
        for _ in range(calls):
            began = time.monotonic()
            must(http, endpoint, data)
            found.append(time.monotonic() - began)
    return found


def open_loop(server: Server, endpoint: str, data: Sequence[Any], arriving: Sequence[float]) -> list[float]:
    """The seconds of requests that arrive at these moments, whatever became of those before."""
    found: list[float] = []
    threads = []

    # One client for all: to make one takes as long as a request, on the cores that the app computes on.
    with server.calls() as http:

        def call() -> None:
            began = time.monotonic()
            must(http, endpoint, data)
            found.append(time.monotonic() - began)

        start = time.monotonic()
        for arrival in arriving:
            time.sleep(max(0.0, start + arrival - time.monotonic()))
            threads.append(threading.Thread(target=call))
            threads[-1].start()
        for thread in threads:
            thread.join()
    if len(found) < len(threads):
        raise RuntimeError(f"{len(threads) - len(found)} calls failed")
    return found


def check(server: Server, servers: int, seconds: float) -> list[Row]:
    """Predict and measure each load; the single requests are measured anew before each."""
    _, data, _ = MIX[CHECKED]
    rows = []
    for load in LOADS:
        works = alone(server, CHECKED, data)
        speeds = [1.0]
        if servers > 1:
            together = Asked(servers)
            ask(server, CHECKED, data, together, 10.0)
            speeds.append(min(1.0, together.rate / servers * fmean(works)))
        lane = Lane(works, servers, speeds)
        rate = load * servers * speeds[-1] / fmean(works)
        arriving = arrivals(rate, max(1, round(rate * seconds)))
        # Of these arrivals, so that no chance of theirs is in the comparison; the middle of many simulations.
        runs = [quantile(simulate(lane, arriving, seed), 0.95) for seed in range(101)]
        measured = open_loop(server, CHECKED, data, arriving)
        rows.append(Row(rate, quantile(runs, 0.5), quantile(measured, 0.95)))
        print(f"{rows[-1]} off by {rows[-1].off:+.0%}", flush=True)
    return rows


def carried(times: dict[str, list[float]]) -> list[str]:
    """The table of visitors, replicas and memory by task, for replicas with cores as fast as this machine's."""
    table = ["| visitors | task | requests a second | replicas | memory, GB |", "|---|---|---|---|---|"]
    for visitors in VISITORS:
        total, memory = 0, 0.0
        for endpoint, (share, _, nbytes) in MIX.items():
            rate = visitors * share / THINK
            number = needed(times[endpoint], rate, SLOWER * quantile(times[endpoint], 0.95))
            gigabytes = number * (nbytes + PROCESS) / 1e9
            total, memory = total + number, memory + gigabytes
            table.append(f"| {visitors:,} | /{endpoint} | {rate:.2f} | {number} | {gigabytes:.1f} |")
        table.append(f"| {visitors:,} | all | {visitors / THINK:.2f} | {total} | {memory:.1f} |")
    return table


def main(arguments: Sequence[str]) -> None:
    """Print the tables and keep them; exit with 1 where a prediction was too far off."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each load (default: %(default)g)")
    parser.add_argument("--replicas", type=int, default=0, help="replicas to run on; 0 for the plain page")
    chosen = parser.parse_args(arguments)
    with ExitStack() as stack:
        where = ["--ray", stack.enter_context(replicas(chosen.replicas)).url] if chosen.replicas else []
        server = stack.enter_context(started(*APP, *where, "--queue-length", "1000", "--chat-model", SMOLLM2.name))
        times = {}
        for endpoint, (_, data, _) in MIX.items():
            # A first call loads the model on each replica, and is not counted.
            ask(server, endpoint, data, Asked(max(1, 2 * chosen.replicas)), 5.0)
            times[endpoint] = alone(server, endpoint, data, ALONE // 4)
        rows = check(server, max(1, chosen.replicas), chosen.seconds)
    table = ["| requests a second | p95 predicted, s | p95 measured, s | off by |", "|---|---|---|---|"]
    table += [f"| {row.rate:.2f} | {row.predicted:.2f} | {row.measured:.2f} | {row.off:+.0%} |" for row in rows]
    text = [*table, "", *carried(times), *notes(chosen.replicas, chosen.seconds, times)]
    print("\n".join(text))
    results.write(f"Capacity, {chosen.replicas or 'no'} replicas", text)
    if any(abs(row.off) > WITHIN for row in rows):
        sys.exit(1)


def notes(number: int, seconds: float, times: dict[str, list[float]]) -> list[str]:
    """What stands under the tables."""
    means = ", ".join(f"/{endpoint} {fmean(each):.2f} s" for endpoint, each in times.items())
    option = f" --replicas {number}" if number else ""
    return [
        "",
        f"`python -m bench.capacity{option} --seconds {seconds:g}`: /{CHECKED} arriving by chance; the",
        "prediction is the middle of 101 simulations of the same arrivals. Alone a request took on average",
        f"{means}. The second table is the simulation alone: each visitor asks",
        f"once in {THINK:g} s, and 95% are to be answered within {SLOWER:g} times the p95 of a request alone. The load",
        f"average was {psutil.getloadavg()[0]:.1f} at the end.",
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
