"""Starts the page on its address under the settings' limits, and ends it in order."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from demos.words import Listening
from models.runtime.cache import CacheStatus
from server.gate import UPLOAD_BYTES, Door, Gate
from server.health import health_routes, metrics_route
from server.line import Line
from server.link_preview import LinkPreview, picture_route
from server.mcp_tools import TaskTools
from server.metrics import Metrics
from server.rate import RateLimit
from server.runs import Runs
from server.sessions import remember_little
from settings import Settings

PICTURE = Path(__file__).parent.parent / "assets" / "preview.png"
# Of gzip's levels from 1 to 9: the page takes 10 ms at this one, and twice as long for 3% less at the highest.
COMPRESSION = 5
# How long, in seconds, the last words get to reach their visitors.
LAST_WORDS = 2.0

log = logging.getLogger(__name__)


@dataclass
class Serving:
    """A page that is being served at `url`."""

    page: gr.Blocks
    url: str
    door: Door
    runs: Runs

    def drain(self, seconds: float) -> None:
        """Take no more requests, let those that run or wait end for at most `seconds`, tell the others, and close."""
        self.door.closing = True
        line = self.door.line
        log.info("closing: %d requests run, %d wait", line.running(), line.waiting())
        _until(lambda: line.running() + line.waiting() + len(self.door.arriving) == 0, seconds)
        self.runs.closing = True
        _until(lambda: line.running() + line.waiting() == 0 and line.untold() == 0, LAST_WORDS)
        self.page.close(verbose=False)


def start(
    page: gr.Blocks,
    chosen: Settings,
    cache: Callable[[], CacheStatus],
    missing: Callable[[], Sequence[str]],
    launch_options: Mapping[str, Any],
) -> Serving:
    """Serve `page`, whose queue is set up; returns once it answers. Raises OSError where the port is taken.

    `missing` names the default models that are not on disk. It goes through Gradio's own `launch`, so that Spaces,
    `--share` and its checks of the address stay as they are.
    """
    line, metrics = Line(page), Metrics()
    metrics.observe(line, cache)
    runs = Runs(line, metrics, chosen.deadline)
    door = Door(line, metrics, RateLimit(chosen.rate), chosen.queue_length, chosen.body_bytes, chosen.proxies)
    line.on_join(door.joined)
    runs.watch(page)
    routes = health_routes(missing, lambda: door.closing)
    if chosen.metrics:
        routes.append(metrics_route(metrics))
    routes.append(picture_route(PICTURE))
    middleware = [
        Middleware(GZipMiddleware, compresslevel=COMPRESSION),
        Middleware(LinkPreview, proxies=chosen.proxies),
        Middleware(Listening),
        Middleware(Gate, door=door),
    ]
    app_kwargs: dict[str, Any] = {"routes": routes, "middleware": middleware}
    tools = TaskTools(page, door) if chosen.mcp else None
    if tools:
        routes.append(tools.route())
        app_kwargs["lifespan"] = tools.lifespan
    _, url, _ = page.launch(
        server_name=chosen.host,
        server_port=chosen.port or None,
        share=chosen.share,
        auth=chosen.logins or None,
        # The gate tells of a larger one in words; the reader of tables, of a table that is.
        max_file_size=UPLOAD_BYTES,
        # Node would stand before the gate and hide the addresses of those who ask.
        ssr_mode=False,
        # Its summary tells any stranger what is asked for here; our own figures are there when asked for.
        enable_monitoring=False,
        prevent_thread_lock=True,
        app_kwargs=app_kwargs,
        **launch_options,
    )
    remember_little(page)
    if tools:
        tools.serve_at(page.local_url or url)
    if chosen.share and not page.share_url:
        log.warning("no public link: Gradio's tunnel is out of reach. The page is at %s all the same.", url)
    return Serving(page, url.rstrip("/"), door, runs)


def serve_until_told(serving: Serving, seconds: float) -> None:
    """Wait for SIGTERM, then drain for at most `seconds`; a second one, or Ctrl-C, closes at once."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    try:
        while not told.wait(1):
            pass
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        serving.drain(seconds)
    except KeyboardInterrupt:
        serving.drain(0)


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
