"""A page of Gradio's own whose endpoint `/nothing` computes nothing: `python -m bench.idle_page`."""

import gradio as gr
from gradio.events import api


def nothing(text: str) -> str:
    """`text` itself."""
    return text


if __name__ == "__main__":
    with gr.Blocks(analytics_enabled=False) as page:
        api(nothing, concurrency_limit=None)
    page.launch()
