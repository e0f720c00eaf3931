"""A table of tweets through the Batch tab: rows a second, the server's memory, and what another visitor feels.

`python -m bench.batch --data DIR` starts the app in a process of its own and drives its page in Chromium. `--rows`
takes fewer rows, to try it; only the whole table is kept in `bench/RESULTS.md`.
"""

import argparse
import csv
import gzip
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from bench import results
from bench.drawing import chromium
from bench.figures import resident
from bench.load import TEXTS, quantile
from bench.server import must, server

TWEETS = "tweets-dev.tsv.gz"
ROWS, WARM_UP = 10_000, 200
# Calls of the endpoint one by one, and of the other visitor while nothing else runs.
ALONE, QUIET = 200, 60
# Seconds between two calls of the other visitor, and between two looks at the server's memory.
PAUSE, GLANCE = 0.25, 1.0
PATIENCE = 3_600.0
# Milliseconds that the page may take to answer.
TIMEOUT = 120_000
FASTER, SLOWER = 5.0, 2.0
DONE = re.compile(r"([\d,]+) of ([\d,]+) rows")


@dataclass(frozen=True)
class Ran:
    """A whole batch: rows and seconds, and the server's memory in megabytes at each look."""

    rows: int
    seconds: float
    memory: list[float]

    @property
    def pace(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


@dataclass
class Visitor:
    """Somebody who asks a question about a text again and again; the seconds that each answer took."""

    url: str
    seconds: list[float] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)

    def ask(self, count: int | None = None) -> None:
        """Ask so many times, or until this visitor is `gone`. Raises RuntimeError at a failed call."""
        context = (TEXTS / "bridge.txt").read_text(encoding="utf-8")
        with httpx.Client(base_url=self.url + "/gradio_api", timeout=120) as http:
            while not self.gone.is_set() and (count is None or len(self.seconds) < count):
                began = time.monotonic()
                must(http, "answer", ["When was the bridge opened?", context, 3])
                self.seconds.append(time.monotonic() - began)
                self.gone.wait(PAUSE)


def tweets(data: Path, count: int) -> list[str]:
    """The first `count` tweets of the evaluation set in `data`."""
    with gzip.open(data / TWEETS, "rt", encoding="utf-8", newline="") as file:
        return [row["text"] for row in islice(csv.DictReader(file, delimiter="\t"), count)]


def write_table(texts: Sequence[str], path: Path) -> Path:
    """A CSV of `texts` with a number before each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *enumerate(texts, 1)])
    return path


def one_by_one(url: str, texts: Sequence[str]) -> float:
    """Rows a second of calling `/sentiment`, each call after the one before."""
    began = time.monotonic()
    with httpx.Client(base_url=url + "/gradio_api", timeout=120) as http:
        for text in texts:
            must(http, "sentiment", [text])
    return len(texts) / (time.monotonic() - began)


def run_table(page: Page, url: str, path: Path) -> Ran:
    """Upload the table at `path`, run the sentiments, and watch until every row is done."""
    page.goto(url)
    page.get_by_role("tab", name="Batch", exact=True).click()
    page.locator("#batch-file input[type=file]").set_input_files(path)
    expect(page.locator("#batch-reading")).to_contain_text(path.stem, timeout=TIMEOUT)
    expect(page.locator("#batch-run")).to_be_enabled(timeout=TIMEOUT)
    status = page.locator("#batch-status .status")
    memory = [resident(url)]
    began = time.monotonic()
    page.locator("#batch-run").click()
    while time.monotonic() - began < PATIENCE:
        found = DONE.match(status.inner_text())
        memory.append(resident(url))
        if found and found[1] == found[2]:
            return Ran(int(found[1].replace(",", "")), time.monotonic() - began, memory)
        page.wait_for_timeout(1000 * GLANCE)
    raise RuntimeError(f"The batch was not done after {PATIENCE:.0f} s: {status.inner_text()}")


def report(alone: float, ran: Ran, quiet: Sequence[float], busy: Sequence[float], beside: Ran) -> list[str]:
    """The lines of the table."""
    quarters = [ran.memory[round(i * (len(ran.memory) - 1) / 4)] for i in range(5)]
    p95 = quantile(quiet, 0.95), quantile(busy, 0.95)
    median = statistics.median(quiet), statistics.median(busy)
    return [
        "| what | figure |",
        "|---|---|",
        f"| `/sentiment` one by one, rows/s ({ALONE} calls) | {alone:.1f} |",
        f"| the Batch tab, {ran.rows:,} rows, rows/s | {ran.pace:.1f} |",
        f"| times as fast (at least {FASTER:g}) | {ran.pace / alone:.1f} |",
        f"| server's memory from begin to end by quarters, MB | {', '.join(f'{each:.0f}' for each in quarters)} |",
        f"| most memory above the begin, MB | {max(ran.memory) - ran.memory[0]:+.0f} |",
        f"| another's `/answer` alone, median and p95, s ({len(quiet)} calls) | {median[0]:.2f}, {p95[0]:.2f} |",
        f"| the same beside a batch, s ({len(busy)} calls) | {median[1]:.2f}, {p95[1]:.2f} |",
        f"| p95 times as long (at most {SLOWER:g}) | {p95[1] / p95[0]:.2f} |",
        f"| the batch beside that visitor, rows/s | {beside.pace:.1f} |",
    ]


def main() -> None:
    """Measure, print and keep the table; exit with 1 where a batch is too slow, or others wait too long."""
    command_line = argparse.ArgumentParser(prog="python -m bench.batch", description=__doc__)
    command_line.add_argument("--data", type=Path, required=True, help=f"the folder that holds {TWEETS}")
    command_line.add_argument("--rows", type=int, default=ROWS)
    chosen = command_line.parse_args()
    texts = tweets(chosen.data, chosen.rows)
    with tempfile.TemporaryDirectory() as folder, server("--preload") as url, chromium() as launch:
        page = launch().new_page()
        page.set_default_timeout(TIMEOUT)
        warm = write_table(texts[:WARM_UP], Path(folder) / "warm.csv")
        whole = write_table(texts, Path(folder) / "tweets.csv")
        run_table(page, url, warm)
        one_by_one(url, texts[:10])
        alone = one_by_one(url, texts[:ALONE])
        ran = run_table(page, url, whole)
        Visitor(url).ask(5)
        quiet, busy = Visitor(url), Visitor(url)
        quiet.ask(QUIET)
        with ThreadPoolExecutor() as pool:
            asking = pool.submit(busy.ask)
            try:
                beside = run_table(page, url, whole)
            finally:
                busy.gone.set()
            asking.result()
    lines = report(alone, ran, quiet.seconds, busy.seconds, beside)
    print("\n".join(lines))
    if chosen.rows == ROWS:
        results.write("A table of tweets", ["`python -m bench.batch --data DIR`", "", *lines])
    slower = quantile(busy.seconds, 0.95) / quantile(quiet.seconds, 0.95)
    if ran.pace < FASTER * alone or slower > SLOWER:
        sys.exit(1)


if __name__ == "__main__":
    main()
