"""The models that a server with given settings offers, and the cache that loads them."""

import functools
import logging
from collections.abc import Sequence
from pathlib import Path

import settings
from models.catalog.at_url import AtUrl
from models.catalog.bundled import MINILM, QUESTION_ANSWERING, QWEN, SENTIMENT, SMOLLM2, TRANSLATION, WEIGHTS
from models.catalog.loading import Loader
from models.catalog.offers import ACCURATE, BETTER, BUNDLED, HUB, LARGE, Offers
from models.catalog.operator import CatalogError, read_catalog, read_paths
from models.engines.remote.client import Client
from models.engines.remote.streams import EngineError
from models.runtime.cache import BudgetError, Loaded, ModelCache
from models.runtime.device import Device, DeviceUnavailable, choose_device, probe
from models.runtime.malloc import trim
from models.runtime.progress import Report, Stage, to_terminal
from models.runtime.spec import ModelSpec
from models.weights.lock import LockError
from models.weights.store import WeightsMissing, WeightStore
from replicas.remote_cache import remote_cache

log = logging.getLogger("glassbox")

ADAPTERS = Path(__file__).parent / "assets" / "adapters"
# What the tabs run unless another model is chosen: loaded at the start, and needed by /readyz. A model that is offered
# before one of them replaces it; see `defaults`.
DEFAULT_MODELS = (QUESTION_ANSWERING, *TRANSLATION.values(), SENTIMENT, MINILM, SMOLLM2)

# Why models cannot be used as the settings say, each with a message for the operator.
UNUSABLE = (CatalogError, LockError, WeightsMissing, BudgetError, DeviceUnavailable, EngineError)


def make_cache(chosen: settings.Settings) -> ModelCache:
    """The shared cache. The device is chosen at the first load, since that may import torch, which takes seconds.

    With --ray it holds nothing: what computes goes to the replicas. Raises CatalogError, LockError.
    """
    if chosen.ray:
        return remote_cache(chosen.ray, chosen.memory_bytes, chosen.limits)

    @functools.cache
    def device() -> Device:
        return choose_device(chosen.device, probe())

    load = Loader(store_of(chosen), device, ADAPTERS, chosen.threads)
    served = at_url(chosen)
    loads = AtUrl(load, store_of(chosen), served, Client(chosen.engine_url, chosen.engine_key)) if served else load

    def load_with_reports(spec: ModelSpec, report: Report) -> Loaded:
        terminal = to_terminal(log.info)

        def announce(stage: Stage) -> None:
            terminal(stage)
            report(stage)

        try:
            return loads(spec, announce)
        finally:
            trim()

    return ModelCache(load_with_reports, chosen.memory_bytes, needs=load.needs)


def check_device(chosen: settings.Settings) -> None:
    """Raise DeviceUnavailable where this machine lacks the device that was asked for by name.

    Any machine has a CPU, so that nothing has to be looked for then. With --ray models run on other machines.
    """
    if not chosen.ray and chosen.device not in ("auto", "cpu"):
        choose_device(chosen.device, probe())


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
    """The models of the operator's catalog and of --model, if there are any. Raises CatalogError."""
    known = BUNDLED.with_more(ACCURATE).with_more(LARGE).with_more(HUB)
    listed = Offers.none() if chosen.catalog == Path() else read_catalog(chosen.catalog, known)
    return listed.with_more(read_paths(chosen.model, known.with_more(listed)))


def offered(chosen: settings.Settings) -> Offers:
    """The models to choose from. With --offline, large models and models from the Hub only if they are on disk.

    The default of a task is the better bundled model if it is on disk.

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
    """The models that the tabs run with these `offers` unless another one is chosen."""
    first = {
        QUESTION_ANSWERING: offers.question_answering[0],
        SENTIMENT: offers.sentiment[0],
        SMOLLM2: offers.chat[0],
    }
    found = [first.get(spec, spec) for spec in DEFAULT_MODELS]
    return tuple(dict.fromkeys([*found, offers.own_labels[0]]))


def every_model(offers: Offers) -> tuple[ModelSpec, ...]:
    """All models that a page with these `offers` can load."""
    looked_into = (spec.with_attention() for spec in offers.attention)
    return tuple(dict.fromkeys([*DEFAULT_MODELS, *offers.all, *looked_into]))


def preload(
    cache: ModelCache,
    store: WeightStore | None = None,
    models: Sequence[ModelSpec] = DEFAULT_MODELS,
) -> None:
    """Load `models`, so that no visitor waits for them.

    A model that fails is loaded again when it is used. With a `store`, only models on disk there are loaded.
    """
    for spec in models:
        if store and not store.has(spec.weights):
            continue
        try:
            with cache.lease(spec):
                log.info("%s is loaded", spec.label)
        except Exception:
            # Whatever is wrong with one, the others are loaded.
            log.exception("%s could not be preloaded", spec.label)


def fetch(store: WeightStore, own: Offers) -> None:
    """Download every bundled model and the operator's `own`."""
    for weights in (*WEIGHTS, *(spec.weights for spec in own.all)):
        log.info("%s is in %s", weights.name, store.ensure(weights, to_terminal(log.info)))
