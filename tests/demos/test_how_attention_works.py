"""The tab How attention works, and what travels to its view of a real head."""

import base64
import json

import gradio as gr
import numpy as np
import pytest

from demos.how_attention_works.tab import TAB, examples
from demos.how_attention_works.view import HeadView, WorkedExample, script, view
from models.catalog.bundled import ATTENTION, MINILM, SMOLLM2
from models.explain.projections import HeadReader
from models.runtime.cache import ModelCache


def test_vectors_travel_exactly(tiny_cache: ModelCache) -> None:
    """Queries, keys and values as float32, in this order, with what the steps need."""
    head = HeadReader(tiny_cache, (SMOLLM2,))(SMOLLM2.name, "<b>ab", 1, 3)
    sent = json.loads(view(head, "<b>ab"))
    made = head.projections
    vectors = np.frombuffer(base64.b64decode(sent["vectors"]), "<f4").reshape(3, len(sent["tokens"]), 8)
    assert (vectors == np.stack([made.queries, made.keys, made.values])).all()
    assert sent["scale"] == pytest.approx(8**-0.5)
    assert (sent["layer"], sent["head"], sent["layers"], sent["heads"], sent["kvHeads"]) == (1, 3, 2, 4, 2)
    assert (sent["causal"], sent["rotary"], sent["text"]) == (True, True, "<b>ab")


@pytest.mark.parametrize("name", ["example", "head"])
def test_no_text_is_read_as_markup(name: str) -> None:
    """The scripts set their own fixed markup, and nothing else."""
    code = script(name)
    assert code.count("innerHTML") == 1
    assert "page.innerHTML = MARKUP" in code
    assert not any(word in code for word in ("outerHTML", "insertAdjacentHTML", "document.write", "eval("))


def test_each_kind_of_model_has_an_example(tiny_cache: ModelCache) -> None:
    """MiniLM and SmolLM2; what they fill in passes the check."""
    reader = HeadReader(tiny_cache, ATTENTION)
    offered = examples(reader)
    assert [model for model, _ in offered.values()] == [MINILM.name, SMOLLM2.name]
    for values in offered.values():
        reader.check(*values)


def test_the_tab_has_both_parts(tiny_cache: ModelCache) -> None:
    """By hand, and on a real head."""
    with gr.Blocks() as demo:
        TAB.show(tiny_cache)
    kinds = [type(block) for block in demo.blocks.values()]
    assert kinds.count(WorkedExample) == kinds.count(HeadView) == 1
    assert TAB.title == "How attention works"
