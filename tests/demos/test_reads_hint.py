"""What stands under the result of a model that does not read the language."""

import gradio as gr

from demos.fields.reads_hint import ReadsHint, warning
from models.catalog.bundled import QWEN, SENTIMENT

CHINESE = "这家面馆的汤头特别鲜，下次还来。"


def test_the_warning_names_the_language_and_the_model_that_reads_it() -> None:
    """Both are empty where the model reads the text."""
    line, reader = warning(CHINESE, SENTIMENT, (SENTIMENT, QWEN))
    assert line == f"⚠ This looks like Chinese, which {SENTIMENT.name} does not read."
    assert reader == QWEN.name
    assert warning(CHINESE, SENTIMENT, (SENTIMENT,))[1] == ""
    assert warning("It was a good day for all of us.", SENTIMENT, (SENTIMENT, QWEN)) == ("", "")


def test_the_button_is_there_only_with_a_model_to_choose() -> None:
    """It names the model."""
    with gr.Blocks():
        hint = ReadsHint("x")
        shown = hint.shown(CHINESE, SENTIMENT, (SENTIMENT, QWEN))[hint.take]
        hidden = hint.shown(CHINESE, SENTIMENT, (SENTIMENT,))[hint.take]
    assert (shown.value, shown.visible) == (f"Run it on {QWEN.name}", True)
    assert not hidden.visible
