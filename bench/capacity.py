"""How many replicas how many visitors need: a simulated queue, checked against the app: `python -m bench.capacity`.

How long a request keeps a server busy is measured, what becomes of arrivals by chance at three rates is predicted by
`bench.queue` and then measured, and the same simulation is carried to more visitors than this machine can serve. With
`--replicas N`, which needs Ray, the app runs on so many replicas. With `--price`, the replicas' cost a day is given.
"""

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from math import ceil
from statistics import fmean, median
from typing import Any

import numpy as np
import psutil

from bench import ours, results
from bench.beside import spread
from bench.clients import QUESTION, TEXT, Asked, ask
from bench.queue import Lane, arrivals, needed, quantile, simulate
from bench.replicas import replicas
from bench.server import APP, Server, must, started
from models.catalog.bundled import QUESTION_ANSWERING, SENTIMENT, SMOLLM2, TRANSLATION

# The shares of what the app can do that are asked of it, and how far the prediction may be off.
LOADS = (0.3, 0.5, 0.7)
WITHIN = 0.25
# Each load is measured for so many seconds, in so many turns, and what is predicted from for so many before each.
SECONDS = 60.0
TURNS = 3
CALIBRATED = 8.0
ALONE = 40
# Clients who ask again at once, so that the page always has a request: few enough that encoders do not share larger
# batches than at the loads that are predicted. Replicas are measured with each of these numbers of clients.
BUSY = 4
CLIENTS = (1, 2, 4, 8)
# The calls that a replica takes at a time, unless its configuration has another number.
AT_ONCE = 4
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
class Turn:
    """One stretch of a load: requests a second, and the p95 that was predicted and measured, in seconds."""

    rate: float
    predicted: float
    measured: float


@dataclass(frozen=True)
class Row:
    """A load, as a share of what the app can do at most, and its turns."""

    load: float
    turns: Sequence[Turn]

    @property
    def off(self) -> float:
        """How far off the prediction was, as a share of what was measured: the medians of the turns."""
        return median(turn.predicted for turn in self.turns) / median(turn.measured for turn in self.turns) - 1

    def __str__(self) -> str:
        predicted = spread([turn.predicted for turn in self.turns])
        measured = spread([turn.measured for turn in self.turns])
        rate = fmean(turn.rate for turn in self.turns)
        return f"| {self.load:.0%} | {rate:.1f} | {predicted} | {measured} | {self.off:+.0%} |"


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


def gaps(calls: Sequence[Sequence[float]], seconds: float) -> list[float]:
    """The seconds that a request keeps the server busy, from a time in which it always was.

    `calls` has for each client the seconds of its calls, each made as soon as the one before was answered. In so many
    seconds there was always a request waiting, so that these are the times from one end to the next. Their mean is
    exact; one answer that reaches its client late makes one gap longer and the next one shorter.
    """
    ends = sorted(end for each in calls for end in accumulate(each) if end < seconds)
    return [later - earlier for earlier, later in pairwise(ends)]


def lane(server: Server, replicas: int) -> Lane:
    """The lane of the checked endpoint, as it is now."""
    _, data, _ = MIX[CHECKED]
    asked = [Asked(clients) for clients in (CLIENTS if replicas else (1, BUSY))]
    for each in asked:
        ask(server, CHECKED, data, each, CALIBRATED / 2)
    if replicas:
        return sharing(asked, AT_ONCE * replicas)
    works, apart = split(list(chain(*asked[0].calls)), fmean(gaps(asked[-1].calls, CALIBRATED / 2)))
    return Lane(works, 1, apart=apart)


def sharing(asked: Sequence[Asked], slots: int) -> Lane:
    """The lane of replicas that share their cores with each other and with the page, and take so many calls at once.

    A flow-equivalent server (Chandy, Herzog and Woo, Parametric Analysis of Queuing Networks, 1975): with so many
    requests in progress, all of it together is as fast as when so many clients ask again at once. `asked` has what
    one client and some larger numbers of clients got; the rates between them are interpolated.
    """
    rates = np.interp(range(1, slots + 1), [each.clients for each in asked], [each.rate for each in asked])
    speeds = tuple(float(rate) / count / asked[0].rate for count, rate in enumerate(rates, 1))
    return Lane(list(chain(*asked[0].calls)), slots, speeds)


def split(seconds: Sequence[float], busy: float) -> tuple[list[float], float]:
    """What keeps a server busy of requests that took these `seconds` without a wait, and what all take apart from that.

    On average a request keeps a server busy for `busy` seconds. How much that varies is taken from `seconds`.
    """
    apart = max(0.0, fmean(seconds) - busy)
    scale = busy / (fmean(seconds) - apart)
    return [max(0.0, each - apart) * scale for each in seconds], apart


def turn(server: Server, replicas: int, load: float, seconds: float, seed: int) -> Turn:
    """Predict and measure a load for so many seconds; the lane is measured just before."""
    found = lane(server, replicas)
    rate = load * found.capacity
    arriving = arrivals(rate, max(1, round(rate * seconds)), seed)
    # Of these arrivals, so that no chance of theirs is in the comparison; the middle of many simulations.
    runs = [quantile(simulate(found, arriving, again), 0.95) for again in range(101)]
    measured = open_loop(server, CHECKED, MIX[CHECKED][1], arriving)
    made = Turn(rate, quantile(runs, 0.5), quantile(measured, 0.95))
    print(f"{load:.0%}: {made}; at most {found.capacity:.1f} a second, {found.apart:.3f} s apart", flush=True)
    return made


def check(server: Server, replicas: int, seconds: float) -> list[Row]:
    """Predict and measure each load; they take turns, so that what slows the machine down slows all of them."""
    turns: dict[float, list[Turn]] = {load: [] for load in LOADS}
    for seed in range(TURNS):
        for load in LOADS:
            turns[load].append(turn(server, replicas, load, seconds / TURNS, seed))
    return [Row(load, made) for load, made in turns.items()]


def carried(times: dict[str, list[float]], price: float | None) -> list[str]:
    """The table of visitors, replicas and memory by task, for replicas with cores as fast as this machine's.

    With the `price` of a replica for an hour, it has what they cost a day.
    """

    def line(*cells: str, replicas: int) -> str:
        cost = () if price is None else (f"{24 * price * replicas:,.2f}",)
        return f"| {' | '.join((*cells, *cost))} |"

    costs = price is not None
    table = [
        "| visitors | task | requests a second | replicas | memory, GB |" + " cost a day |" * costs,
        "|---|---|---|---|---|" + "---|" * costs,
    ]
    for visitors in VISITORS:
        total, memory = 0, 0.0
        for endpoint, (share, _, nbytes) in MIX.items():
            rate = visitors * share / THINK
            # Fewer than 5% of the requests are slower than this by themselves.
            slow = sorted(times[endpoint])[min(len(times[endpoint]) - 1, ceil(0.95 * len(times[endpoint])))]
            number = needed(times[endpoint], rate, SLOWER * slow)
            gigabytes = number * (nbytes + PROCESS) / 1e9
            total, memory = total + number, memory + gigabytes
            cells = (f"{visitors:,}", f"/{endpoint}", f"{rate:.2f}", f"{number}", f"{gigabytes:.1f}")
            table.append(line(*cells, replicas=number))
        cells = (f"{visitors:,}", "all", f"{visitors / THINK:.2f}", f"{total}", f"{memory:.1f}")
        table.append(line(*cells, replicas=total))
    return table


def main(arguments: Sequence[str]) -> None:
    """Print the tables and keep them; exit with 1 where a prediction was too far off."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each load (default: %(default)g)")
    parser.add_argument("--price", type=float, help="of a replica for an hour, in any currency, for its cost a day")
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
        rows = check(server, chosen.replicas, chosen.seconds)
    header = "| load | requests a second | p95 predicted, s | p95 measured, s | off by |"
    table = [header, "|---|---|---|---|---|", *map(str, rows)]
    text = [*table, "", *carried(times, chosen.price), *notes(chosen, times)]
    print("\n".join(text))
    results.write(f"Capacity, {chosen.replicas or 'no'} replicas", text)
    if any(abs(row.off) > WITHIN for row in rows):
        sys.exit(1)


def notes(chosen: argparse.Namespace, times: dict[str, list[float]]) -> list[str]:
    """What stands under the tables."""
    means = ", ".join(f"/{endpoint} {fmean(each):.2f} s" for endpoint, each in times.items())
    options = f" --replicas {chosen.replicas}" if chosen.replicas else ""
    options += "" if chosen.price is None else f" --price {chosen.price:g}"
    prices = (
        "" if chosen.price is None else f"A replica costs {chosen.price:g} an hour, which was given, not looked up."
    )
    most = (
        "most answers a second that 1, 2, 4 or 8 clients get who ask again at once"
        if chosen.replicas
        else f"answers a second that {BUSY} clients get who ask again at once"
    )
    return [
        "",
        f"`python -m bench.capacity{options} --seconds {chosen.seconds:g}`: /{CHECKED} arriving by chance, at shares",
        f"of the {most}. Each load",
        f"{chosen.seconds:g} s in {TURNS} turns; the medians are compared, the least and the most stand beside them.",
        "The prediction is the middle of 101 simulations of the same arrivals; how fast requests are served",
        f"was measured before each turn. Alone a request took on average {means}.",
        f"The second table is the simulation alone: each visitor asks once in {THINK:g} s, and 95% are to be",
        f"answered within {SLOWER:g} times the p95 of a request alone. {prices}".rstrip(),
        f"The load average was {psutil.getloadavg()[0]:.1f} at the end, this measurement's own work included.",
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
