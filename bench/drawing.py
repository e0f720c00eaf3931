"""How long a browser takes to draw a page: from asking this machine for the document to the frame that shows it."""

import functools
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Route, TimeoutError, sync_playwright

TIMEOUT = 60.0
# The first there is: the shell has no window to draw, and takes half the time of the whole browser.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Looks once a frame; what is there is on screen when the next but one begins.
WATCH = """
window.drawn = null;
const look = () => {
  if (!(DONE)) return requestAnimationFrame(look);
  requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = performance.now(); }));
};
requestAnimationFrame(look);
"""


Launch = Callable[[], Browser]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of the files in `folder`, on this machine only."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def find_chromium() -> str | None:
    """The path of a Chromium; None where there is none."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@contextmanager
def chromium() -> Iterator[Launch]:
    """What starts a browser without a window. Raises FileNotFoundError where there is none."""
    found = find_chromium()
    if found is None:
        raise FileNotFoundError(f"Chromium is missing: install it (Debian: apt-get install {CHROMIUM[0]}).")
    with sync_playwright() as playwright:
        yield lambda: playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])


def seconds_to_draw(launch: Launch, url: str, done: str, scripts: Mapping[str, str]) -> float | str:
    """Seconds until the JavaScript condition `done` holds and is on screen, else why not, in words.

    In a browser of its own, since a page that is too much for it goes on after its time is over. `scripts` answer the
    page's requests to other machines, by the names of the files.
    """
    browser = launch()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    crashed: list[Page] = []
    page.on("crash", lambda page: crashed.append(page))

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        route.fulfill(body=scripts[name], content_type="text/javascript") if name in scripts else route.abort()

    page.route(lambda address: not address.startswith("http://127.0.0.1"), answer)
    page.add_init_script(WATCH.replace("DONE", done))
    try:
        page.goto(url, wait_until="commit", timeout=1000 * TIMEOUT)
        drawn = page.wait_for_function("window.drawn", timeout=1000 * TIMEOUT, polling=100)
        return float(drawn.json_value()) / 1000
    except TimeoutError:
        return f"not drawn in {TIMEOUT:.0f} s"
    except Error:
        if crashed or not browser.is_connected():
            return "the page crashed"
        raise
    finally:
        browser.close()
