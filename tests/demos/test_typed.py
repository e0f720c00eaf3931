"""Which text fields of the page are kept where it is loaded again."""

import json
import re

import gradio as gr
import pytest

import app
from demos.gradio_compat import events_of
from tests import tiny

FIELDS = (
    *("answer-question", "answer-context", "translation-text", "sentiment-text", "labels-names", "summary-text"),
    *("chat-message", "chat-system", "drafts-text", "next-text", "next-word", "tokenizers-text", "attention-text"),
    *("attention-pair", "worked-text", "compare-question", "compare-text", "compare-labels-a", "compare-system-a"),
    *("compare-question_b", "compare-text_b", "compare-labels-b", "compare-system-b", "batch-labels"),
)


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    """The whole page."""
    return app.build(tiny.cache())


@pytest.fixture(scope="module")
def kept(page: gr.Blocks) -> list[str]:
    """The fields that the script of the page keeps."""
    scripts = [event.js for event in events_of(page) if isinstance(event.js, str) and "glassboxTyped = " in event.js]
    (names,) = re.findall(r"glassboxTyped = typedFields\((\[.*?\])\)", "".join(scripts))
    found: list[str] = json.loads(names)
    return found


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_kept(kept: list[str], field: str) -> None:
    """Once: of two of a name the second would not be found."""
    assert kept.count(field) == 1


def test_every_field_is_kept(page: gr.Blocks) -> None:
    """What can be typed into has a limit; a field that scripts fill is none."""
    boxes = [block for block in page.blocks.values() if isinstance(block, gr.Textbox) and block.max_length is not None]
    assert {box.elem_id for box in boxes if box.visible != "hidden"} == set(FIELDS)
