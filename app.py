"""Glassbox: settings -> cache -> tabs -> launch. The entry point, also on Hugging Face Spaces."""

import atexit
import importlib
import logging
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

# Gradio, Ray and the tokenizers read these when they are imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "200")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# How often a thread of libgomp, which torch and llama.cpp compute with on Linux, looks for work before it sleeps. The
# default on idle cores is 300 times as much, and slows both down several times once another process computes.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# Which proxies are believed is a setting of ours; uvicorn would believe any on this machine.
os.environ.setdefault("FORWARDED_ALLOW_IPS", "")

import settings
from server.gradio_compat.type_stubs import skip_type_stubs

skip_type_stubs()
try:
    # ZeroGPU's package must come before torch; elsewhere it need not be there, and takes time to import.
    spaces = importlib.import_module("spaces") if settings.on_zero_gpu() else None
except ImportError:
    spaces = None

import gradio as gr

import batch_command
import look_command
import replicas.command
from demos import zero_gpu
from demos.batch import tab as batch
from demos.page import build as page
from demos.page.first_picture import OPENS_FIRST, first_picture
from demos.tab import Tab
from demos.tabs import tabs_of
from model_setup import (
    UNUSABLE,
    at_url,
    check_device,
    defaults,
    every_model,
    fetch,
    make_cache,
    offered,
    operators_own,
    preload,
    store_of,
)
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.malloc import share_arenas
from models.tasks.registry import TASKS
from server.serving import Serving, obstacle, serve_until_terminated, start

log = logging.getLogger("glassbox")

ASSETS = Path(__file__).parent / "assets"
DEFAULT_SETTINGS = settings.Settings()
TABS: tuple[Tab[Any], ...] = tabs_of(TASKS)


def build(
    cache: ModelCache,
    tabs: Sequence[Tab[Any]] = TABS,
    chosen: settings.Settings = DEFAULT_SETTINGS,
    offers: Offers | None = None,
    openings: bool = True,
) -> gr.Blocks:
    """The whole page over `cache`, with the models of `offers`, or else all that the settings allow.

    With `openings` each tab opens on a result that was made beforehand, else empty.
    """
    offers = offered(chosen) if offers is None else offers
    on_space = settings.on_space()
    return page.build(tabs, cache, chosen.limits, chosen.queue_length, offers, chosen.at_once, on_space, openings)


def serve(
    cache: ModelCache,
    chosen: settings.Settings,
    tabs: Sequence[Tab[Any]] = TABS,
    offers: Offers | None = None,
    gpu: zero_gpu.Gpu | None = None,
) -> Serving:
    """Serve the page over `cache`, its compute where `gpu` takes it; returns once it answers.

    Raises OSError where the port is taken.
    """
    store = store_of(chosen)
    offers = offered(chosen) if offers is None else offers
    # With --ray the weights are where the replicas are.
    needed = () if chosen.ray else defaults(offers)

    def missing() -> list[str]:
        weights = {spec.weights.name: spec.weights for spec in needed}
        return [name for name, each in weights.items() if not store.has(each)]

    demo = build(cache, tabs, chosen, offers)
    if gpu is not None:
        zero_gpu.move(demo, gpu)

    def picture() -> str:
        return first_picture([spec.name for spec in offers.question_answering]) if tabs[0].name == OPENS_FIRST else ""

    return start(demo, chosen, cache.status, missing, page.launch_options(ASSETS), picture)


def serve_on_zero_gpu(chosen: settings.Settings) -> Serving:
    """Serve with every model loaded before the page is up, and without batches, whose jobs live in one process.

    The models are the bundled ones and the operator's own: the worker could not load others from the Hub.
    """
    if spaces is None:
        sys.exit("ZeroGPU needs the package spaces: put a line `spaces` into requirements.txt.")
    offers = BUNDLED.with_more(operators_own(chosen))
    load = zero_gpu.placed(make_cache(chosen).load, every_model(offers), log.info)
    tabs = [tab for tab in TABS if tab.title != batch.TITLE]
    return serve(
        ModelCache(load, chosen.memory_bytes), chosen, tabs, offers, spaces.GPU(duration=chosen.deadline or 60)
    )


def main(arguments: Sequence[str]) -> None:
    """Serve the page until SIGTERM or Ctrl-C, or run a command. Exits with a message if the port is taken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for client in ("httpx", "httpx2"):
        logging.getLogger(client).setLevel(logging.WARNING)
    if arguments[:1] == ["batch"]:
        batch_command.main(arguments[1:], make_cache)
        return
    if arguments[:1] == ["replicas"]:
        replicas.command.main(arguments[1:], make_cache)
        return
    if arguments[:1] == ["look"]:
        look_command.main(arguments[1:], make_cache)
        return
    share_arenas()
    chosen = settings.read(arguments)
    if wrong := obstacle(chosen):
        sys.exit(wrong)
    zero = settings.on_zero_gpu()
    try:
        cache = make_cache(chosen)
        served = at_url(chosen)
        if zero and chosen.ray:
            sys.exit("--ray and ZeroGPU exclude each other: both say where models run.")
        if chosen.fetch:
            fetch(store_of(chosen), operators_own(chosen))
            return
        check_device(chosen)
        offers = offered(chosen)
        serving = serve_on_zero_gpu(chosen) if zero else serve(cache, chosen, offers=offers)
    except UNUSABLE as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Cannot listen on {chosen.host}, port {chosen.port}: choose another one with --port. ({error})")
    if not zero and not chosen.ray and (chosen.preload or not chosen.cold):
        there = None if chosen.preload else store_of(chosen)
        loads = dict.fromkeys([*defaults(offers), *([served] if served else [])])
        threading.Thread(target=preload, args=(cache, there, tuple(loads)), daemon=True).start()
    serve_until_terminated(serving, chosen.drain)
    leave()


def leave() -> NoReturn:
    """End this process with 0, though a model may still be loading: the interpreter's end would abort it there.

    Functions registered with atexit run all the same: one of Gradio's closes the tunnel of a public link.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
