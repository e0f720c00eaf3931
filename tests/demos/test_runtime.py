"""What the Runtime tab says of the cache."""

import gradio as gr

from demos import runtime
from demos.gradio_compat import events_of
from models.catalog.bundled import MINILM, SMOLLM2
from models.runtime.cache import ModelCache


def test_the_table_has_a_row_for_each_model(tiny_cache: ModelCache) -> None:
    """Name, device, loads and hits of what is in memory, and of what was."""
    for spec in (MINILM, SMOLLM2, MINILM):
        with tiny_cache.lease(spec):
            pass
    rows = runtime.table(tiny_cache.status()).set_index("Model")
    assert list(rows.loc[MINILM.name, ["Device", "Type", "Loads", "Hits"]]) == ["cpu", "float32", 1, 1]
    assert str(rows["Last used"][SMOLLM2.name]).endswith("s ago")
    tiny_cache.unload()
    after = runtime.table(tiny_cache.status())
    assert set(after["Last used"]) == {"not in memory"}
    assert set(after["MB"]) == {0}


def test_a_long_time_is_in_minutes() -> None:
    """From two minutes on."""
    idle = {None: "not in memory", 1.4: "1 s ago", 119: "119 s ago", 1281: "21 min ago"}
    assert {seconds: runtime.last_used(seconds) for seconds in idle} == idle


def test_the_summary_counts(tiny_cache: ModelCache) -> None:
    """One line: memory in use of the budget, hits, loads, evictions."""
    with tiny_cache.lease(MINILM):
        pass
    tiny_cache.unload()
    assert runtime.summary(tiny_cache.status()) == "0 of 10,000 MB in use · hits: 0 · loads: 1 · evictions: 1"


def test_unloading_is_queued(tiny_cache: ModelCache) -> None:
    """Only a queued event is within the rate limit, and this one costs others their models."""
    with gr.Blocks() as page:
        runtime.render(runtime.of_cache(tiny_cache))
    queued = {
        getattr(page.blocks[target], "elem_id", None): event.queue
        for event in events_of(page)
        for target, _ in event.targets
        if target in page.blocks
    }
    assert queued["runtime-unload"] is True
    assert queued["runtime-refresh"] is False
