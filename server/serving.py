"""Starts the page with the limits of the settings, and shuts it down gracefully."""

import importlib.util
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from brotli_asgi import BrotliMiddleware
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from demos.words import Listening
from models.runtime import tracing
from models.runtime.cache_status import CacheStatus
from server.admission import Admission
from server.first_picture import FirstPicture
from server.framing import Framing
from server.gate import UPLOAD_BYTES, Gate
from server.gradio_compat.line import Line
from server.gradio_compat.sessions import remember_little
from server.head import Head
from server.health import health_routes, metrics_route
from server.link_preview import LinkPreview, picture_route
from server.metrics import Metrics
from server.rate import RateLimit
from server.runs import Runs
from settings import Settings

PICTURE = Path(__file__).parent.parent / "assets" / "preview.png"
# The levels of Brotli and of gzip. Browsers accept Brotli over HTTPS and from localhost.
COMPRESSION, GZIP = 6, 9
# Everything else under this prefix may be a stream of events, which compression would hold back.
STREAMS = r"/gradio_api/(?!file=)"
# How long, in seconds, the last words get to reach their visitors.
LAST_WORDS = 2.0

MCP_NEEDED = "--mcp needs the package mcp: python -m pip install -r requirements-mcp.txt"
NO_LOGIN = "--mcp and --auth exclude each other: an MCP client cannot log in."

log = logging.getLogger(__name__)


def obstacle(chosen: Settings) -> str:
    """Why this server cannot be started with these settings, empty if it can."""
    if chosen.traces and not tracing.can_be_sent():
        return tracing.NEEDED
    if not chosen.mcp:
        return ""
    return MCP_NEEDED if importlib.util.find_spec("mcp") is None else NO_LOGIN if chosen.auth else ""


@dataclass
class Serving:
    """A page that is being served at `url`."""

    page: gr.Blocks
    url: str
    admission: Admission
    runs: Runs

    def drain(self, seconds: float) -> None:
        """Refuse new requests, let pending ones finish for up to `seconds`, end the rest with a message, and close."""
        self.admission.closing = True
        line = self.admission.line
        log.info("closing: %d requests run, %d wait", line.running(), line.waiting())
        _until(lambda: line.running() + line.waiting() + len(self.admission.arriving) == 0, seconds)
        self.runs.closing = True
        _until(lambda: line.running() + line.waiting() == 0 and line.undelivered() == 0, LAST_WORDS)
        self.page.close(verbose=False)


def start(
    page: gr.Blocks,
    chosen: Settings,
    cache: Callable[[], CacheStatus],
    missing: Callable[[], Sequence[str]],
    launch_options: Mapping[str, Any],
    picture: Callable[[], str] = str,
) -> Serving:
    """Serve `page`, whose queue is set up; returns once it answers. Raises OSError where the port is taken.

    `missing` names the default models that are not on disk, and `picture` is the HTML to show until the page's scripts
    have come. It goes through Gradio's own `launch`, so that Spaces,
    `--share` and its checks of the address stay as they are.
    """
    if chosen.traces:
        # The packages that it imports are not needed otherwise, and may be missing.
        from server import traces

        traces.begin("glassbox")
    line, metrics = Line(page), Metrics()
    metrics.observe(line, cache)
    runs = Runs(line, metrics, chosen.deadline)
    admission = Admission(line, metrics, RateLimit(chosen.rate), chosen.queue_length, chosen.body_bytes, chosen.proxies)
    line.on_join(admission.joined)
    runs.watch(page)
    routes = health_routes(missing, lambda: admission.closing)
    if chosen.metrics:
        routes.append(metrics_route(metrics))
    routes.append(picture_route(PICTURE))
    middleware = [
        Middleware(Head),
        Middleware(GZipMiddleware, compresslevel=GZIP),
        Middleware(BrotliMiddleware, quality=COMPRESSION, gzip_fallback=False, excluded_handlers=[STREAMS]),
        Middleware(LinkPreview, proxies=chosen.proxies),
        Middleware(Framing),
        Middleware(Listening),
        Middleware(FirstPicture, picture=picture),
        Middleware(Gate, admission=admission),
    ]
    app_kwargs: dict[str, Any] = {"routes": routes, "middleware": middleware}
    tools = None
    if chosen.mcp:
        # The package that it imports is not needed otherwise, and may be missing.
        from server.mcp_tools import TaskTools

        tools = TaskTools(page, admission)
        routes.append(tools.route())
        app_kwargs["lifespan"] = tools.lifespan
    _, url, public = page.launch(
        server_name=chosen.host,
        server_port=chosen.port or None,
        share=chosen.share,
        auth=chosen.logins or None,
        # The gate has a clearer message for a larger file, and the reader of tables for a large table.
        max_file_size=UPLOAD_BYTES,
        # A Node server in front of the gate would hide the addresses of the clients.
        ssr_mode=False,
        # Its summary is public; our metrics are optional.
        enable_monitoring=False,
        prevent_thread_lock=True,
        app_kwargs=app_kwargs,
        **launch_options,
    )
    remember_little(page)
    if tools:
        tools.serve_at(url)
    if chosen.share and not public:
        log.warning("no public link: Gradio's tunnel is out of reach. The page is at %s all the same.", url)
    return Serving(page, url.rstrip("/"), admission, runs)


def serve_until_terminated(serving: Serving, seconds: float) -> None:
    """Wait for SIGTERM, then drain for at most `seconds`; a second one, or Ctrl-C, closes at once."""
    terminated = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: terminated.set())
    try:
        while not terminated.wait(1):
            pass
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        serving.drain(seconds)
    except KeyboardInterrupt:
        serving.drain(0)


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
