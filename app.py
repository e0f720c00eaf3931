"""Glassbox: settings -> cache -> tabs -> launch. The entry point, on Hugging Face Spaces too."""

import functools
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Gradio, the tokenizers and OpenMP read these when they are imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "200")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Threads that wait for each other sleep: spinning takes the cores away from every other process.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import gradio as gr

import settings
from demos import attention, chat, page, question_answering, runtime, sentiment, summarization, translation
from demos.tab import Tab
from models.cache import Loaded, ModelCache
from models.catalog import WEIGHTS, ModelSpec
from models.device import Device, choose_device, probe
from models.loading import Loader
from models.stages import Report, Stage, to_terminal
from models.weights import WeightStore

log = logging.getLogger("glassbox")

ASSETS = Path(__file__).parent / "assets"
TABS: tuple[Tab[Any], ...] = (
    question_answering.TAB,
    translation.TAB,
    sentiment.TAB,
    summarization.TAB,
    chat.TAB,
    attention.TAB,
    runtime.TAB,
)


def make_cache(chosen: settings.Settings) -> ModelCache:
    """The one shared cache. The device is chosen at the first load, so that the page does not wait for torch."""

    @functools.cache
    def device() -> Device:
        return choose_device(chosen.device, probe())

    load = Loader(WeightStore(chosen.home, chosen.offline), device, ASSETS / "adapters")

    def load_and_tell(spec: ModelSpec, report: Report) -> Loaded:
        terminal = to_terminal(log.info)

        def tell(stage: Stage) -> None:
            terminal(stage)
            report(stage)

        return load(spec, tell)

    return ModelCache(load_and_tell, chosen.memory)


def build(cache: ModelCache, tabs: Sequence[Tab[Any]] = TABS) -> gr.Blocks:
    """The whole page over `cache`."""
    return page.build(tabs, cache)


def fetch(store: WeightStore) -> None:
    """Bring every bundled model onto this machine."""
    for weights in WEIGHTS:
        log.info("%s is in %s", weights.name, store.ensure(weights, to_terminal(log.info)))


def main(arguments: Sequence[str]) -> None:
    """Serve the page until it is interrupted. Exits with a message where the port is taken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    chosen = settings.read(arguments)
    if chosen.fetch:
        fetch(WeightStore(chosen.home, chosen.offline))
        return
    demo = build(make_cache(chosen))
    try:
        demo.launch(
            server_name=chosen.host,
            server_port=chosen.port or None,
            share=chosen.share,
            **page.launch_options(ASSETS),
        )
    except OSError as error:
        sys.exit(f"Cannot listen on {chosen.host}, port {chosen.port}: choose another one with --port. ({error})")


if __name__ == "__main__":
    main(sys.argv[1:])
