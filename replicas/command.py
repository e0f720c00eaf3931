"""`python app.py replicas`: starts the replicas that a page with --ray sends its work to."""

import argparse
import importlib.util
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from models.runtime import tracing
from models.runtime.cache import ModelCache
from replicas.config import ConfigError, read
from settings import Settings

NEEDED = "python app.py replicas needs Ray: python -m pip install -r requirements-ray.txt"

log = logging.getLogger("glassbox")


def main(arguments: Sequence[str], make_cache: Callable[[Settings], ModelCache]) -> None:
    """Start the replicas, and stop them at SIGTERM or Ctrl-C. Exits with a message where that is not possible."""
    parser = argparse.ArgumentParser(
        prog="app.py replicas", description="Start replicas of the models with Ray Serve; see docs/scaling.md."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the TOML file of the replicas")
    parser.add_argument("--detach", action="store_true", help="leave them running in a cluster, and exit")
    chosen = parser.parse_args(arguments)
    try:
        config = read(chosen.config)
    except ConfigError as error:
        sys.exit(str(error))
    if config.settings.traces and not tracing.can_be_sent():
        sys.exit(tracing.NEEDED)
    if importlib.util.find_spec("ray") is None:
        sys.exit(NEEDED)
    # A proxy that is not up in time is ended and started again, and on a busy machine 5 seconds, the default, are few.
    os.environ.setdefault("RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S", "60")
    # Only this command needs the package, which takes seconds to import.
    from ray import serve

    from replicas.serving import start

    try:
        start(config, make_cache)
    except (OSError, RuntimeError, ValueError) as error:
        # A cluster out of reach, a port that is taken, or replicas that cannot be made as the file says.
        sys.exit(f"The replicas could not be started: {error}")
    log.info("the replicas answer at http://%s:%d", config.host, config.port)
    if chosen.detach:
        return
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    serve.shutdown()
