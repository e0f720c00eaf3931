"""The tour of a minute: five steps on the live page, run by `assets/tour/tour.js`."""

import gradio as gr

from demos.assets import script
from demos.events import QUIET


def offer_tour(page: gr.Blocks) -> None:
    """Lay out the button that starts the tour on `page`; it steps back once a visitor has taken or left the tour."""
    start = gr.Button("Take the tour: one minute", size="sm", scale=0, min_width=210, elem_id="tour-start")
    ready = f"() => {{\n{script('tour/tour.js')}\nwindow.glassboxTour = glassboxTour();\n}}"
    page.load(None, None, None, js=ready, **QUIET)
    start.click(None, None, None, js="() => window.glassboxTour?.start()", **QUIET)
