"""The Attention tab."""

import json

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from numpy.testing import assert_allclose

from demos.attention import tab as attention
from demos.attention.texts import examples, hint
from demos.attention.view import AttentionView, code
from demos.gradio_compat import events_of
from models.catalog.bundled import ATTENTION, MINILM, QUESTION_ANSWERING, SMOLLM2
from models.explain.attention import Attender
from models.runtime.cache import ModelCache


def test_the_view_never_reads_a_text_as_markup() -> None:
    """Its scripts have no way to turn a token into HTML; only its own fixed markup is set."""
    script = code()
    assert script.count("innerHTML") == 1
    assert "page.innerHTML = MARKUP" in script
    assert not any(word in script for word in ("outerHTML", "insertAdjacentHTML", "document.write", "eval("))


def test_the_view_keeps_markup_in_a_text_as_it_is(recwarn: pytest.WarningsRecorder) -> None:
    """A visitor's script tag is data: it passes unchanged and warns nobody."""
    value = json.dumps({"text": "<script>alert(1)</script>"})
    with gr.Blocks():
        assert AttentionView("view").postprocess(value) == value
    assert not [warning for warning in recwarn.list if "script" in str(warning.message)]


def test_examples_fit_the_models_that_are_there(tiny_cache: ModelCache) -> None:
    """Each of them passes the check; without the translator its example is not offered."""
    attender = Attender(tiny_cache, (MINILM, SMOLLM2))
    offered = examples(attender)
    assert len(offered) == 3
    for values in offered.values():
        attender.check(*values)


def test_the_second_text_is_explained_for_each_model(tiny_cache: ModelCache) -> None:
    """A context for question answering; nothing where a model reads one text."""
    attender = Attender(tiny_cache, ATTENTION)
    assert "context" in hint(attender, QUESTION_ANSWERING.name)
    assert "one text" in hint(attender, SMOLLM2.name)
    assert "read together" in hint(attender, MINILM.name)


@pytest.mark.real
@pytest.mark.parametrize(
    ("title", "at", "looks_at"),
    [
        ("What “it” stands for", "it", {"animal"}),
        ("A question and where its answer is", "Who", {"Maria", "Costa"}),
        ("What decides the feeling", "[CLS]", {"awful"}),
    ],
)
def test_examples_open_where_they_show_something(
    real_cache: ModelCache, title: str, at: str, looks_at: set[str]
) -> None:
    """At the layer and head of OPENS_AT, which is to be chosen anew when a model is trained anew."""
    attender = Attender(real_cache, ATTENTION)
    model, text, pair = examples(attender)[title]
    result = attender(model, text, pair)
    tokens = [token.text for token in result.keys]
    row = result.select(*attention.OPENS_AT[attender.kind(model)])[tokens.index(at)]
    assert sum(weight for token, weight in zip(tokens, row, strict=True) if token in looks_at) > 0.5


def test_the_endpoint_answers_as_documented(tiny_cache: ModelCache) -> None:
    """Tokens, rows, columns and one matrix; a bad argument is an error with a message."""
    with gr.Blocks() as demo:
        attention.render(Attender(tiny_cache, (MINILM, SMOLLM2)))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=None)
    try:
        client = Client(url, verbose=False)
        answer = client.predict(text="ab <b>", layer=0, head=1, api_name="/attention")
        assert {"tokens", "queries", "keys", "weights", "layers", "heads"} <= set(answer)
        assert answer["keys"] == ["[CLS]", "a", "·b", "<", "b", ">", "[SEP]"]
        assert_allclose(np.sum(answer["weights"], axis=1), 1, atol=1e-4)
        assert (answer["layers"], answer["heads"], answer["model"]) == (2, 4, MINILM.name)
        for arguments, message in (
            ({"text": " "}, "Text is empty"),
            ({"text": "a", "layer": 7}, "Layer must be from -1 to 1"),
            ({"text": "a", "head": 1.5}, "whole number"),
            ({"text": "a", "model": "nothing"}, "Model must be one of"),
        ):
            with pytest.raises(Exception, match=message):
                client.predict(api_name="/attention", **arguments)
    finally:
        demo.close()


def test_a_run_computes_once(tiny_cache: ModelCache) -> None:
    """One event of the Run button writes the view."""
    with gr.Blocks() as demo:
        attention.render(Attender(tiny_cache, (MINILM,)))
    view = next(block for block in demo.blocks.values() if isinstance(block, AttentionView))
    assert [event.name for event in events_of(demo) if view in event.outputs] == ["look", "rank", "look_closer"]
