"""How soon a new visitor sees something: a cold browser on a slow line, a warm server: `python -m bench.first_picture`.

The line has 1.6 Mbit/s and 150 ms, as Chromium's DevTools throttle it. The first meaningful picture is the answer that
the page opens on, marked in its text and on screen. Later come the page's frame, its tabs, and the answer in its tab.
"""

import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlparse

from playwright.sync_api import Browser, CDPSession

from bench.drawing import TIMEOUT, WATCH, chromium
from bench.results import write
from bench.server import WARMING, started

BITS_PER_SECOND, LATENCY_MS = 1_600_000, 150
TARGET = 1.5
VISITS = 5
LINE = {
    "offline": False,
    "latency": LATENCY_MS,
    "downloadThroughput": BITS_PER_SECOND / 8,
    "uploadThroughput": BITS_PER_SECOND / 8,
}
FRAME = "document.querySelector('[role=tab]')"
ALIVE = "document.querySelector('#answer-view mark')?.getClientRects().length"
NOTE_WHEN = """
for (const [name, there] of [["framed", () => FRAME], ["alive", () => ALIVE]]) {
  const look = () => there() ? (window[name] = performance.now()) : requestAnimationFrame(look);
  look();
}
""".replace("FRAME", FRAME).replace("ALIVE", ALIVE)
PICTURE = "document.querySelector(':is(#first-picture, #answer-view) mark')?.getClientRects().length"


@dataclass(frozen=True)
class Visit:
    """Seconds to the picture, the frame and the live answer, and the bytes of whole requests until first and last."""

    picture: float
    frame: float
    alive: float
    at_first: int
    kinds: Counter[str]
    requests: int


class Line:
    """Counts what a page receives, as it is sent: compressed, with headers."""

    def __init__(self, session: CDPSession) -> None:
        self.kinds: Counter[str] = Counter()
        self.requests = 0
        self._paths: dict[str, str] = {}
        session.on("Network.responseReceived", self._named)
        session.on("Network.loadingFinished", self._counted)

    def _named(self, event: dict[str, Any]) -> None:
        self._paths[event["requestId"]] = kind(urlparse(event["response"]["url"]).path)

    def _counted(self, event: dict[str, Any]) -> None:
        self.requests += 1
        self.kinds[self._paths.get(event["requestId"], "others")] += int(event["encodedDataLength"])


def kind(path: str) -> str:
    """What a request is for, by its path."""
    if path in ("/", ""):
        return "the page"
    if path.startswith("/gradio_api"):
        return "answers"
    return {"js": "scripts", "css": "styles"}.get(path.rpartition(".")[2], "others")


@contextmanager
def slow(browser: Browser) -> Iterator[tuple[Any, Line]]:
    """A page of a browser that has seen nothing yet, on the slow line."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    session = page.context.new_cdp_session(page)
    line = Line(session)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", LINE)
    yield page, line
    page.close()


def visit(browser: Browser, url: str) -> Visit:
    """Open `url` and wait for the picture."""
    with slow(browser) as (page, line):
        page.add_init_script(WATCH.replace("DONE", PICTURE))
        page.add_init_script(NOTE_WHEN)
        page.goto(url, wait_until="commit", timeout=1000 * TIMEOUT)
        picture = page.wait_for_function("window.drawn", timeout=1000 * TIMEOUT, polling=50).json_value()
        at_first = line.kinds.total()
        alive = page.wait_for_function("window.alive", timeout=1000 * TIMEOUT, polling=50).json_value()
        frame = page.evaluate("window.framed")
        return Visit(picture / 1000, frame / 1000, alive / 1000, at_first, line.kinds, line.requests)


def report(visits: list[Visit]) -> list[str]:
    """The table of all `visits`."""
    middle = sorted(visits, key=lambda each: each.picture)[len(visits) // 2]
    rows = [
        ("first meaningful picture, s", f"{middle.picture:.2f}", f"{TARGET}"),
        ("whole requests until then, kB", f"{middle.at_first / 1000:,.0f}", ""),
        ("the page's frame, s", f"{statistics.median(each.frame for each in visits):.2f}", ""),
        ("the answer in its tab, s", f"{statistics.median(each.alive for each in visits):.2f}", ""),
        ("received until then, kB", f"{middle.kinds.total() / 1000:,.0f}", ""),
        *((f"of these {name}, kB", f"{size / 1000:,.0f}", "") for name, size in middle.kinds.most_common()),
        ("requests", f"{middle.requests}", ""),
    ]
    head = ["| cold browser, warm server, 1.6 Mbit/s, 150 ms | median | target |", "|---|---|---|"]
    return head + [f"| {name} | {value} | {target} |" for name, value, target in rows]


def main() -> None:
    """Visit the page on the bundled weights, and write the figures down. Exits with 1 where the target is missed."""
    with chromium() as launch, started(*WARMING) as server:
        visits = []
        for _ in range(VISITS + 1):
            browser = launch()
            visits.append(visit(browser, server.url))
            browser.close()
    # The first one warms the server.
    lines = report(visits[1:])
    print("\n".join(lines))
    write("The first picture", lines)
    if statistics.median(each.picture for each in visits[1:]) > TARGET:
        sys.exit(f"The first picture took longer than {TARGET} s.")


if __name__ == "__main__":
    main()
