"""The page around the tabs: its head, its look, its limits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from demos import look
from demos.tab import Tab
from models.cache import ModelCache

QUEUE_LENGTH = 32
BODY_LIMIT = "1mb"


def build(tabs: Sequence[Tab[Any]], cache: ModelCache) -> gr.Blocks:
    """Compose `tabs` in their order into one page over `cache`."""
    demo: gr.Blocks
    with gr.Blocks(title="Glassbox", analytics_enabled=False, delete_cache=(3600, 3600)) as demo:
        gr.Markdown(
            "# Glassbox\nLanguage models you can see into. Every answer here comes from a real model on this server, "
            "and opens up to show why.",
            elem_id="masthead",
        )
        with gr.Tabs(elem_id="tabs"):
            for tab in tabs:
                with gr.Tab(tab.title, id=tab.title.lower().replace(" ", "-")):
                    tab.show(cache)
    demo.queue(max_size=QUEUE_LENGTH, default_concurrency_limit=1)
    return demo


def launch_options(assets: Path) -> dict[str, Any]:
    """What `launch` needs for the look, and to keep strangers' requests small."""
    return {
        "theme": look.theme(),
        "css_paths": [assets / "style.css"],
        "max_file_size": BODY_LIMIT,
        "footer_links": ["api"],
        "show_error": True,
    }
