"""Whether the page answers while the server computes: `python -m bench.alive [--busy N ...] [--tabs NAME ...]`.

In a real Chromium, with so many other processes that use a core each: how soon Stop ends a long run on each tab, and
how long an example of another tab takes meanwhile.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench import results
from bench.drawing import chromium
from bench.idle import IDLE, WINDOW, Idle
from bench.long_runs import LONG_RUNS, PATIENCE, STORY, LongRun
from bench.server import WARMING, Server, must, started

STOP_AT_MOST, TIMES_AT_MOST = 1.0, 3.0
REPEATS = 3
# Seconds of computing before Stop.
AFTER = 1.5
# In milliseconds, how long a click may wait for its button: one that is disabled meanwhile has nothing to stop.
CLICK = 10_000
BUSY = "while True: pass"

# The tab whose example is asked for meanwhile: its title, and what begins the names of its components.
OTHER, NAME = "Sentiment", "sentiment"
# Where that tab is the one that computes.
ELSE, ELSE_NAME = "Question answering", "answer"


@dataclass(frozen=True)
class Stopped:
    """Seconds until the click was through, the page showed that the run is over, and the server was idle."""

    clicked: float
    shown: float
    idle: float

    def __str__(self) -> str:
        return f"{self.clicked:.2f} / {self.shown:.2f} / {self.idle:.2f}"

    @property
    def worst(self) -> float:
        """What a visitor waits for, and what the next one waits for."""
        return max(self.shown, self.idle)


def stopped(page: Page, server: Server, task: LongRun) -> Stopped | None:
    """Run `task` and stop it; None where it was over before."""
    task.prepare(page)
    page.locator(task.run).click(timeout=PATIENCE)
    stop = page.locator(f"button{task.stop}")
    try:
        expect(stop).to_be_enabled(timeout=PATIENCE)
        page.wait_for_timeout(AFTER * 1000)
        if not stop.is_enabled():
            return None
        idle = Idle(server)
        idle.start()
        try:
            stop.click(timeout=CLICK)
        except PlaywrightTimeout:
            if stop.is_enabled():
                raise
            return None
        clicked = time.monotonic() - idle.since
        expect(stop).to_be_disabled(timeout=PATIENCE)
        shown = time.monotonic() - idle.since
        return Stopped(clicked, shown, idle.seconds())
    finally:
        page.wait_for_timeout(300)


def example(page: Page, title: str, name: str) -> float:
    """Seconds from the click on an example of that tab until its status line shows the result."""
    page.get_by_role("tab", name=title, exact=True).click()
    ready = page.locator(f"#{name}-examples button").first
    ready.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(300)
    began = time.monotonic()
    ready.click(timeout=PATIENCE)
    expect(page.locator(f"#{name}-status")).to_contain_text("cpu", timeout=PATIENCE)
    taken = time.monotonic() - began
    expect(page.locator(f"button#{name}-stop")).to_be_disabled(timeout=PATIENCE)
    return taken


@contextmanager
def opened(browser: Browser, url: str) -> Iterator[Page]:
    """The page in a fresh profile."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    page.get_by_role("tab").first.wait_for()
    yield page
    context.close()


def meanwhile(browser: Browser, server: Server, task: LongRun) -> float | None:
    """Seconds for an example of another tab while `task` runs; None where it was over too soon."""
    title, name = (ELSE, ELSE_NAME) if task.tab == OTHER else (OTHER, NAME)
    with opened(browser, server.url) as first, opened(browser, server.url) as second:
        task.prepare(first)
        first.locator(task.run).click(timeout=PATIENCE)
        stop = first.locator(f"button{task.stop}")
        expect(stop).to_be_enabled(timeout=PATIENCE)
        first.wait_for_timeout(500)
        try:
            taken = example(second, title, name)
        except AssertionError:
            return float("inf")
        if not stop.is_enabled():
            return None
        try:
            stop.click(timeout=CLICK)
        except PlaywrightTimeout:
            return None
        expect(stop).to_be_disabled(timeout=PATIENCE)
        return taken


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many other processes that compute without end."""
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def warm(server: Server, browser: Browser) -> None:
    """Load every model that is measured."""
    with server.calls() as http:
        must(http, "chat", ["Hi.", [], "", 1, 0])
        must(http, "answer", ["Who?", "A dog.", 1])
        must(http, "translate", ["Go home.", "en", "pt"])
        must(http, "sentiment", ["Good.", ""])
        must(http, "perplexity", ["Good.", ""])
        must(http, "attention", ["Good.", "", "", -1, -1])
        must(http, "summarize", [STORY, "extractive", "short"])
    with opened(browser, server.url) as page:
        for tab, name in ((OTHER, NAME), (ELSE, ELSE_NAME), ("How attention works", "worked"), ("Compare", "compare")):
            page.get_by_role("tab", name=tab, exact=True).click()
            page.locator(f"#{name}-examples button").first.click()
            where = f"#{name}-status" if name != "compare" else "#compare-view"
            expect(page.locator(where)).to_contain_text("cpu", timeout=PATIENCE)


def stop_times(browser: Browser, server: Server, chosen: argparse.Namespace) -> Iterator[str]:
    """The lines of the table of Stop, the worst of the repeats in each cell; adds to `chosen.missed`."""
    yield "| Stop: clicked / shown / server idle, s | " + " | ".join(f"{n} busy" for n in chosen.busy) + " |"
    yield "|---" * (1 + len(chosen.busy)) + "|"
    for name in chosen.tabs:
        cells = []
        for count in chosen.busy:
            found = []
            with busy(count):
                for _ in range(chosen.repeats):
                    with opened(browser, server.url) as page:
                        found.append(stopped(page, server, LONG_RUNS[name]))
            slowest = max(filter(None, found), key=lambda each: each.worst, default=None)
            cells.append(str(slowest or "over before"))
            if slowest and slowest.worst > STOP_AT_MOST:
                chosen.missed.append(f"{name}, {count} busy: Stop took {slowest.worst:.2f} s")
        yield f"| {name} | " + " | ".join(cells) + " |"


def example_times(browser: Browser, server: Server, chosen: argparse.Namespace) -> Iterator[str]:
    """The lines of the table of examples, medians; adds to `chosen.missed`."""
    alone: dict[str, float] = {}
    with opened(browser, server.url) as page:
        for title, name in ((OTHER, NAME), (ELSE, ELSE_NAME)):
            alone[title] = statistics.median(example(page, title, name) for _ in range(chosen.repeats + 2))
    yield "Idle: " + ", ".join(f"{title} {taken:.2f} s" for title, taken in alone.items()) + "."
    yield ""
    yield "| another tab's example, s, while | " + " | ".join(f"{n} busy" for n in chosen.busy) + " |"
    yield "|---" * (1 + len(chosen.busy)) + "|"
    for name in chosen.tabs:
        cells = []
        base = alone[ELSE if LONG_RUNS[name].tab == OTHER else OTHER]
        for count in chosen.busy:
            with busy(count):
                times = [meanwhile(browser, server, LONG_RUNS[name]) for _ in range(chosen.repeats)]
            taken = [each for each in times if each is not None]
            if not taken:
                cells.append("over before")
                continue
            ratio = statistics.median(taken) / base
            cells.append(f"{statistics.median(taken):.2f} ({ratio:.1f} times)")
            if ratio > TIMES_AT_MOST:
                chosen.missed.append(f"{name}, {count} busy: an example took {ratio:.1f} times as long")
        yield f"| {name} | " + " | ".join(cells) + " |"


NOTES = [
    "",
    f"`python -m bench.alive`: in Chromium, Stop {AFTER:g} s after the run began, the worst of {REPEATS}; an example",
    f"of another tab while the run goes on, the median of {REPEATS}. The server is idle when it takes less than",
    f"{IDLE:.0%} of a core over {WINDOW:g} s.",
]


def main() -> None:
    """Print the tables, keep them where all was measured, and exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.alive", description=__doc__)
    parser.add_argument("--busy", type=int, nargs="+", default=[0, 1, 2], help="how many other processes compute")
    parser.add_argument("--tabs", nargs="+", default=list(LONG_RUNS), choices=list(LONG_RUNS), metavar="NAME")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--only", choices=["stop", "example"], help="one of the tables")
    chosen = parser.parse_args(namespace=argparse.Namespace(missed=[]))
    tables = {"stop": stop_times, "example": example_times}
    lines: list[str] = []
    with started(*WARMING, "--deadline", "0") as server, chromium() as launch:
        browser = launch()
        warm(server, browser)
        for name, table in tables.items():
            if chosen.only in (None, name):
                for line in table(browser, server, chosen):
                    print(line, flush=True)
                    lines.append(line)
                lines.append("")
    if len(sys.argv) == 1:
        results.write("Alive", [*lines[:-1], *NOTES])
    if chosen.missed:
        sys.exit("missed:\n" + "\n".join(chosen.missed))


if __name__ == "__main__":
    main()
