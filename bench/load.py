"""Two hundred at once, many visitors for many minutes, a thousand requests, then twenty switches.

    python -m bench.load --minutes 10


Starts the app in a process of its own, sends it mixed traffic over every endpoint, wrong calls and visitors who leave
among it, and prints how many calls failed, how long they took, and how the server's memory grew.
"""

import argparse
import random
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.crowd import crowd
from bench.figures import figure, resident, until_idle
from bench.server import ROOT, ask, server
from models.catalog.bundled import SMOLLM2

TEXTS = ROOT / "assets" / "examples"
# How often, in seconds, the server's memory is looked at.
GLANCE = 5.0
REQUESTS = 1_000
SWITCHES = 20
# In megabytes: enough for SmolLM2 (360) and for its copy that shows attention (538), which take turns, not for both.
SWITCHING_MEMORY = 600


@dataclass
class Tally:
    """What became of the calls: seconds by endpoint, refusals and failures in their own words."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0
    left: int = 0
    failures: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def calls(random: random.Random) -> tuple[str, list[Any]]:
    """An endpoint and its arguments; one call in ten is wrong."""
    text = (TEXTS / random.choice(["tea.txt", "harbour_ferry.txt", "bridge.txt"])).read_text(encoding="utf-8")
    short = " ".join(text.split()[: random.randint(5, 120)])
    offered: list[tuple[str, list[Any]]] = [
        ("answer", ["When was it opened?", text, 3]),
        ("translate", [short, "en", "pt"]),
        ("translate", ["Acordei cedo e fui a pé até ao rio.", "pt", "en"]),
        ("sentiment", [short]),
        ("summarize", [text, "extractive", "medium"]),
        ("chat", ["Say hello.", [], "", random.randint(1, 24), 0.7]),
        ("attention", [short[:300], "", "", -1, -1]),
        ("perplexity", [short]),
        ("drafts", [short, 2, random.randint(1, 16), 0.8, 0.95, 7]),
        ("status", []),
    ]
    wrong = ("chat", ["hello", [], "", 10**9, 0])
    return wrong if random.random() < 0.1 else random.choice(offered)


def visit(url: str, seed: int, until: float, tally: Tally) -> None:
    """One visitor, who makes one request after another and sometimes leaves before the result."""
    chance = random.Random(seed)
    with httpx.Client(base_url=url + "/gradio_api", timeout=120) as http:
        while time.monotonic() < until:
            endpoint, data = calls(chance)
            started = time.monotonic()
            try:
                outcome = ask(http, endpoint, data, leaves=chance.random() < 0.05)
            except httpx.HTTPError as error:
                outcome = f"{endpoint}: {type(error).__name__}: {error}"
            with tally.lock:
                if outcome == "done":
                    tally.seconds[endpoint].append(time.monotonic() - started)
                elif outcome == "refused":
                    tally.refused += 1
                elif outcome == "left":
                    tally.left += 1
                else:
                    tally.failures.append(outcome)


def mixed_traffic(url: str, clients: int, minutes: float) -> None:
    """Print the table of `clients` visitors over `minutes`, and how the memory went from minute two to the end."""
    tally, began = Tally(), time.monotonic()
    until = began + 60 * minutes
    visitors = [threading.Thread(target=visit, args=(url, seed, until, tally)) for seed in range(clients)]
    for visitor in visitors:
        visitor.start()
    memory = []
    while (now := time.monotonic()) < until:
        memory.append((now - began, resident(url)))
        time.sleep(min(GLANCE, max(0.0, until - time.monotonic())))
    for visitor in visitors:
        visitor.join()
    settled = min(120.0, 30 * minutes)
    # What runs at a moment takes up to a hundred megabytes more: a line through all of them shows what stays.
    times, seen = zip(*(look for look in memory if look[0] >= settled), strict=True)
    slope, start = statistics.linear_regression(times, seen)
    early, late = start + slope * settled, start + slope * 60 * minutes
    print(f"{clients} visitors, {minutes:g} minutes\n\n| endpoint | calls | p50, s | p95, s |\n|---|---|---|---|")
    for endpoint, seconds in sorted(tally.seconds.items()):
        print(f"| {endpoint} | {len(seconds)} | {statistics.median(seconds):.2f} | {quantile(seconds, 0.95):.2f} |")
    print(f"\n{tally.refused} refused, {tally.left} left, {len(tally.failures)} failed")
    for failure in sorted(set(tally.failures)):
        print(f"  {failure}")
    print(f"memory, fitted: {early:.0f} MB at second {settled:g}, {late:.0f} MB at the end ({late - early:+.0f} MB)")
    every = max(1, len(memory) // 20)
    print("MB over the time: " + ", ".join(f"{each:.0f}" for _, each in memory[::every]) + "\n")


def requests(url: str) -> None:
    """Print what `REQUESTS` short calls, after a tenth of them to warm up, add to the memory."""
    offered: list[tuple[str, list[Any]]] = [
        ("sentiment", ["A good one."]),
        ("translate", ["Go home.", "en", "pt"]),
        ("answer", ["Who sleeps?", "The dog sleeps.", 1]),
        ("status", []),
    ]
    failures: list[str] = []
    with httpx.Client(base_url=url + "/gradio_api", timeout=120) as http:
        for number in range(-REQUESTS // 10, REQUESTS):
            if number == 0:
                before = resident(url)
            outcome = ask(http, *offered[number % len(offered)])
            failures += [outcome] if outcome != "done" else []
    after = resident(url)
    print(f"\nmemory over {REQUESTS:,} requests: {before:.0f} to {after:.0f} MB ({after - before:+.0f} MB)")
    print(f"{len(failures)} of them failed {failures[:1] or ''}")


def switches(url: str) -> None:
    """Print the memory after each of `SWITCHES` switches between two models that do not fit side by side."""
    found = []
    with httpx.Client(base_url=url + "/gradio_api", timeout=120) as http:
        for number in range(SWITCHES):
            attention = ("attention", ["Hi.", "", SMOLLM2.name, -1, -1])
            outcome = ask(http, *(("chat", ["Hi.", [], "", 2, 0]) if number % 2 else attention))
            if outcome != "done":
                raise SystemExit(f"a switch failed: {outcome}")
            found.append(resident(url))
    if (evictions := figure(url, "cache_evictions_total")) != SWITCHES - 1:
        raise SystemExit(f"{SWITCHES} switches evicted {evictions:g} models: the two fit side by side")
    like = found[1::2]
    drift = (like[-1] - like[0]) / like[0]
    values = ", ".join(f"{each:.0f}" for each in found)
    print(f"\nmemory over {SWITCHES} switches, MB: {values}\ndrift from the first to the last chat: {drift:+.1%}")


def text() -> str:
    """A text that is long enough to be summarized."""
    return (TEXTS / "tea.txt").read_text(encoding="utf-8")


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of `values` lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Measure and print."""
    command_line = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    command_line.add_argument("--minutes", type=float, default=10)
    command_line.add_argument("--clients", type=int, default=8)
    chosen = command_line.parse_args()
    with server("--preload") as url:
        crowd(url)
        until_idle(url)
        mixed_traffic(url, chosen.clients, chosen.minutes)
        until_idle(url)
        requests(url)
    with server("--memory", str(SWITCHING_MEMORY)) as url:
        switches(url)


if __name__ == "__main__":
    main()
