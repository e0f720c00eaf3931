"""Glassbox: settings -> cache -> tabs -> launch. The entry point, on Hugging Face Spaces too."""

import atexit
import functools
import importlib
import logging
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

# Gradio and the tokenizers read these when they are imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "200")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# How often a thread of libgomp, which torch and llama.cpp compute with on Linux, looks for work before it sleeps. The
# default on idle cores is 300 times as much, and slows both down several times once another process computes.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# Which proxies are believed is a setting of ours; uvicorn would believe any on this machine.
os.environ.setdefault("FORWARDED_ALLOW_IPS", "")

import settings
from server.type_stubs import skip_type_stubs

skip_type_stubs()
try:
    # ZeroGPU's package must come before torch; elsewhere it need not be there, and takes time to import.
    spaces = importlib.import_module("spaces") if settings.on_zero_gpu() else None
except ImportError:
    spaces = None

import gradio as gr

import batch_command
from demos import batch, page, zero_gpu
from demos.tab import Tab
from demos.tabs import tabs_of
from models.catalog.at_url import AtUrl
from models.catalog.bundled import MINILM, QUESTION_ANSWERING, QWEN, SENTIMENT, SMOLLM2, TRANSLATION, WEIGHTS
from models.catalog.loading import Loader
from models.catalog.offers import ACCURATE, BETTER, BUNDLED, HUB, LARGE, Offers
from models.catalog.operator import CatalogError, read_catalog
from models.engines.remote.client import Client
from models.runtime.cache import Loaded, ModelCache
from models.runtime.device import Device, choose_device, probe
from models.runtime.limits import Limits, seconds_before
from models.runtime.malloc import share_arenas, trim
from models.runtime.progress import Report, Stage, to_terminal
from models.runtime.spec import ModelSpec
from models.tasks.registry import TASKS
from models.weights.lock import LockError
from models.weights.store import WeightsMissing, WeightStore
from server.mcp_tools import obstacle
from server.serving import Serving, serve_until_told, start

log = logging.getLogger("glassbox")

ASSETS = Path(__file__).parent / "assets"
DEFAULT_SETTINGS = settings.Settings()
# What the tabs run unless another model is chosen: loaded at the start, and asked for by /readyz. In their
# place stand the first models that are offered for their tasks.
DEFAULT_MODELS = (QUESTION_ANSWERING, *TRANSLATION.values(), SENTIMENT, MINILM, SMOLLM2)
TABS: tuple[Tab[Any], ...] = tabs_of(TASKS)


def make_cache(chosen: settings.Settings) -> ModelCache:
    """The one shared cache. The device is chosen at the first load, which may import torch: the page must not wait."""

    @functools.cache
    def device() -> Device:
        return choose_device(chosen.device, probe())

    load = Loader(store_of(chosen), device, ASSETS / "adapters", chosen.threads)
    served = at_url(chosen)
    loads = AtUrl(load, store_of(chosen), served, Client(chosen.engine_url, chosen.engine_key)) if served else load

    def load_and_tell(spec: ModelSpec, report: Report) -> Loaded:
        terminal = to_terminal(log.info)

        def tell(stage: Stage) -> None:
            terminal(stage)
            report(stage)

        try:
            return loads(spec, tell)
        finally:
            trim()

    return ModelCache(load_and_tell, chosen.memory_bytes, needs=load.needs)


def at_url(chosen: settings.Settings) -> ModelSpec | None:
    """The model that the server at --engine-url runs, if there is one. Raises CatalogError, LockError."""
    if not chosen.engine_url:
        return None
    models = {spec.name: spec for spec in reversed(offered(chosen).chat)}
    name = chosen.engine_model or BUNDLED.chat[0].name
    if name not in models:
        raise CatalogError(f"--engine-model must be one of {', '.join(models)}, not {name!r}.")
    return models[name]


def store_of(chosen: settings.Settings) -> WeightStore:
    """Where the models' files are."""
    return WeightStore(chosen.home, chosen.offline, lock_path=None if chosen.lock == Path() else chosen.lock)


def operators_own(chosen: settings.Settings) -> Offers:
    """The models in the operator's catalog, if there is one. Raises CatalogError."""
    known = BUNDLED.with_more(ACCURATE).with_more(LARGE).with_more(HUB)
    return Offers.none() if chosen.catalog == Path() else read_catalog(chosen.catalog, known)


def offered(chosen: settings.Settings) -> Offers:
    """The models to choose from: offline, of the large ones and those from the Hub only what is here.

    The default of a task is the better one of the bundled models that are on disk.

    Raises CatalogError, LockError.
    """
    store = store_of(chosen)
    more = ACCURATE.with_more(LARGE).with_more(HUB).with_more(operators_own(chosen))
    offers = BUNDLED.with_more(more.usable(lambda spec: not chosen.offline or store.has(spec.weights)))
    better = [spec for spec in BETTER if store.has(spec.weights) or (chosen.preload and not chosen.offline)]
    return offers.beginning_with(_writer(chosen, offers, store), *better)


def _writer(chosen: settings.Settings, offers: Offers, store: WeightStore) -> ModelSpec:
    """The language model that writes unless another one is chosen."""
    models = {spec.name: spec for spec in reversed(offers.chat)}
    if chosen.chat_model:
        if chosen.chat_model not in models:
            raise CatalogError(f"--chat-model must be one of {', '.join(models)}, not {chosen.chat_model!r}.")
        return models[chosen.chat_model]
    there = store.has(QWEN.weights) or (chosen.preload and not chosen.offline)
    return QWEN if there else BUNDLED.chat[0]


def defaults(offers: Offers) -> tuple[ModelSpec, ...]:
    """What the tabs run with these `offers` unless another model is chosen."""
    first = {
        QUESTION_ANSWERING: offers.question_answering[0],
        SENTIMENT: offers.sentiment[0],
        SMOLLM2: offers.chat[0],
    }
    found = [first.get(spec, spec) for spec in DEFAULT_MODELS]
    return tuple(dict.fromkeys([*found, offers.own_labels[0]]))


def build(
    cache: ModelCache,
    tabs: Sequence[Tab[Any]] = TABS,
    chosen: settings.Settings = DEFAULT_SETTINGS,
    offers: Offers | None = None,
) -> gr.Blocks:
    """The whole page over `cache`, with the models of `offers`, or else all that the settings allow."""
    limits = Limits(chosen.characters, chosen.context_characters, chosen.new_tokens, seconds_before(chosen.deadline))
    offers = offered(chosen) if offers is None else offers
    return page.build(tabs, cache, limits, chosen.queue_length, offers, chosen.at_once)


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
    needed = defaults(offers)

    def missing() -> list[str]:
        weights = {spec.weights.name: spec.weights for spec in needed}
        return [name for name, each in weights.items() if not store.has(each)]

    demo = build(cache, tabs, chosen, offers)
    if gpu is not None:
        zero_gpu.move(demo, gpu)
    return start(demo, chosen, cache.status, missing, page.launch_options(ASSETS))


def every_model(offers: Offers) -> tuple[ModelSpec, ...]:
    """All that a page with these models can ask for."""
    looked_into = (spec.with_attention() for spec in offers.attention)
    return tuple(dict.fromkeys([*DEFAULT_MODELS, *offers.all, *looked_into]))


def serve_on_zero_gpu(chosen: settings.Settings) -> Serving:
    """Serve with every model placed before the page is up; without batches, whose jobs live in one process.

    The models are the bundled ones and the operator's own: what else the Hub has, the worker would not have.
    """
    if spaces is None:
        sys.exit("ZeroGPU needs the package spaces: put a line `spaces` into requirements.txt.")
    offers = BUNDLED.with_more(operators_own(chosen))
    load = zero_gpu.placed(make_cache(chosen).load, every_model(offers), log.info)
    tabs = [tab for tab in TABS if tab.title != batch.TITLE]
    return serve(
        ModelCache(load, chosen.memory_bytes), chosen, tabs, offers, spaces.GPU(duration=chosen.deadline or 60)
    )


def preload(
    cache: ModelCache,
    store: WeightStore | None = None,
    models: Sequence[ModelSpec] = DEFAULT_MODELS,
) -> None:
    """Load `models`, so that no visitor waits for them.

    One that fails is tried again when asked for. Of a `store` only what is on disk there.
    """
    for spec in models:
        if store and not store.has(spec.weights):
            continue
        try:
            with cache.lease(spec):
                log.info("%s is loaded", spec.label)
        except (OSError, RuntimeError, MemoryError):
            log.exception("%s could not be preloaded", spec.label)


def fetch(store: WeightStore, own: Offers) -> None:
    """Bring every bundled model, and those of the operator's `own`, onto this machine."""
    for weights in (*WEIGHTS, *(spec.weights for spec in own.all)):
        log.info("%s is in %s", weights.name, store.ensure(weights, to_terminal(log.info)))


def main(arguments: Sequence[str]) -> None:
    """Serve the page until SIGTERM or Ctrl-C, or run a batch. Exits with a message where the port is taken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for client in ("httpx", "httpx2"):
        logging.getLogger(client).setLevel(logging.WARNING)
    if arguments[:1] == ["batch"]:
        batch_command.main(arguments[1:], make_cache)
        return
    share_arenas()
    chosen = settings.read(arguments)
    if wrong := obstacle(chosen):
        sys.exit(wrong)
    zero = settings.on_zero_gpu()
    try:
        cache = make_cache(chosen)
        served = at_url(chosen)
        if chosen.fetch:
            fetch(store_of(chosen), operators_own(chosen))
            return
        offers = offered(chosen)
        serving = serve_on_zero_gpu(chosen) if zero else serve(cache, chosen, offers=offers)
    except (CatalogError, LockError, WeightsMissing) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Cannot listen on {chosen.host}, port {chosen.port}: choose another one with --port. ({error})")
    if not zero and (chosen.preload or not chosen.cold):
        there = None if chosen.preload else store_of(chosen)
        loads = dict.fromkeys([*defaults(offers), *([served] if served else [])])
        threading.Thread(target=preload, args=(cache, there, tuple(loads)), daemon=True).start()
    serve_until_told(serving, chosen.drain)
    leave()


def leave() -> NoReturn:
    """End this process with 0, though a model may still be loading: the interpreter's end would abort it there.

    What is registered for the end runs all the same: Gradio's, for one, closes the tunnel of a public link.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
