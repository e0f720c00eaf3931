"""The Runtime tab: the models in memory, and a button to unload them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
import pandas as pd

from demos.events import ASIDE, QUIET, endpoint, on_page_load
from demos.guard import guarded
from demos.status import StatusLine
from demos.tab import Form, Tab
from demos.words import localize, say
from models.catalog.offers import BUNDLED, Offers
from models.runtime.cache import ModelCache
from models.runtime.cache_status import CacheStatus
from models.runtime.limits import DEFAULT_LIMITS, Limits
from models.runtime.progress import MEGABYTE

COLUMNS = ["Model", "Variant", "Device", "Engine", "Type", "MB", "Loads", "Hits", "Last used"]


@dataclass(frozen=True)
class Runtime:
    """What the tab needs of the cache."""

    status: Callable[[], CacheStatus]
    unload: Callable[[], int]


def of_cache(cache: ModelCache, limits: Limits = DEFAULT_LIMITS, offers: Offers = BUNDLED) -> Runtime:
    """The runtime of `cache`; nothing is typed or chosen here."""
    return Runtime(cache.status, cache.unload)


def table(status: CacheStatus) -> pd.DataFrame:
    """One row for each model that was in memory since the start."""
    rows = [
        (
            m.name,
            m.variant,
            m.device,
            m.engine,
            m.dtype,
            round(m.nbytes / MEGABYTE),
            m.loads,
            m.hits,
            last_used(m.idle),
        )
        for m in status.models
    ]
    return pd.DataFrame(rows, columns=[localize(name) for name in COLUMNS])


def summary(status: CacheStatus) -> str:
    """The budget, the counts, and what is unusual about where models run, in one line."""
    used, budget = status.used_bytes / MEGABYTE, status.budget_bytes / MEGABYTE
    counts = say(
        "{used:,.0f} of {budget:,.0f} MB in use · hits: {hits} · loads: {loads} · evictions: {evictions}",
        used=used,
        budget=budget,
        hits=status.hits,
        loads=status.misses,
        evictions=status.evictions,
    )
    return " · ".join([counts, *(localize(note) for model in status.models for note in model.notes)])


def last_used(idle: float | None) -> str:
    """How long ago something was used; None where it is not in memory."""
    if idle is None:
        return say("not in memory")
    return say("{n:.0f} s ago", n=idle) if idle < 120 else say("{n:.0f} min ago", n=idle / 60)


def render(runtime: Runtime) -> Form:
    """Lay out the tab, and offer `/status`."""
    gr.Markdown("What the server holds in memory. A model is loaded once and shared by all visitors and tabs.")
    line = StatusLine("runtime-status")
    models = gr.Dataframe(headers=COLUMNS, interactive=False, elem_id="runtime-models", label="Models")
    with gr.Row():
        refresh = gr.Button("Refresh", elem_id="runtime-refresh")
        unload = gr.Button("Unload idle models", elem_id="runtime-unload")

    def show() -> tuple[str, pd.DataFrame]:
        status = runtime.status()
        return summary(status), table(status)

    def free() -> tuple[str, pd.DataFrame]:
        freed = runtime.unload()
        gr.Info(say("Freed {n:,.0f} MB.", n=freed / MEGABYTE))
        return show()

    refresh.click(guarded(show), None, [line, models], **QUIET)
    # What costs others their models is queued, and so within the rate limit.
    unload.click(guarded(free), None, [line, models], **ASIDE)
    on_page_load(show, [line, models])

    def status() -> dict[str, Any]:
        """What is in memory: device, bytes, counts since the start."""
        now = runtime.status()
        return {
            "device": next((model.device for model in now.models if model.device), ""),
            "budget_bytes": now.budget_bytes,
            "used_bytes": now.used_bytes,
            "models": [vars(model) for model in now.models],
            "hits": now.hits,
            "misses": now.misses,
            "evictions": now.evictions,
        }

    endpoint(status, "status", queue=False)
    return Form()


TAB = Tab("Runtime", of_cache, render, group="tools")
