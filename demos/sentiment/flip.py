"""The smallest edit that changes a sentiment, under the Sentiment tab's result."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from demos.events import endpoint
from demos.tab import Trial
from demos.views.edit import edit_fold, on_edit, plain
from models.runtime.progress import Report, ignore
from models.tasks.flip import Flip
from models.tasks.sentiment.adapter import SentimentReader
from models.tasks.sentiment.flip import LABELS, SentimentFlipper

ANY = ("Any other", "")


def flip_part(reader: SentimentReader, text: gr.Textbox, model: gr.Dropdown, stop: gr.Button) -> Trial:
    """Lay out the part, folded, and offer `/flip`; returns the way to Compare."""
    with gr.Accordion("The smallest edit that changes it", open=False, elem_id="sentiment-flip"):
        to = gr.Radio([ANY, *((label, label) for label in LABELS)], value="", label="To", elem_id="sentiment-flip-to")
        fold = edit_fold("sentiment", "Look for an edit")

    def flipper(model: object) -> SentimentFlipper:
        return SentimentFlipper(reader.using(model))

    def search(text: str, to: str, model: str, report: Report) -> Iterator[Flip]:
        return flipper(model).stream(text, to, report)

    def check(text: object, to: object = "", model: object = "") -> None:
        flipper(model).check(text, to)

    on_edit(fold, search, [text, to, model], check, ["text", "to", "model"], stop)

    def flip(text: str, to: str = "", model: str = "", *, report: Report = ignore) -> dict[str, Any]:
        """The smallest edit of `text`, of words left out or replaced by opposites, that makes its sentiment `to`.

        Args:
            text: what is edited
            to: the label wanted, `negative`, `neutral` or `positive`; any other than the text's when empty
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        return plain(text, flipper(model)(text, to, report))

    endpoint(flip, "flip", check)
    return fold.trial((text, model), compared)


def compared(changed: str, text: str, model: str) -> dict[str, Any]:
    """The inputs of Compare for a text and its edit."""
    models = {f"sentiment_model_{side}": model for side in ("a", "b")}
    return {"task": "sentiment", "text": text, "text_b": changed, **models}
