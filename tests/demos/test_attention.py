"""The Attention tab and what travels to its view."""

import base64
import json
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from numpy.testing import assert_allclose

from demos import attention
from demos.attention_view import MAX, MEAN, ROLLOUT, AttentionView, encode, first, more, plane, script
from models.attention import Attender, Attention
from models.attention_math import rollout
from models.cache import ModelCache
from models.catalog import MINILM, SMOLLM2
from models.inputs import InputError

BERTVIZ_BYTES = 2_210_009  # head_view(html_action="return") at 64 tokens


@pytest.fixture
def result(tiny_cache: ModelCache) -> Attention:
    """A short text in a tiny MiniLM."""
    return Attender(tiny_cache, (MINILM,))("", "ab cd")


def planes(value: str, result: Attention) -> dict[tuple[int, int], np.ndarray]:
    """The matrices in what was sent, decoded as the page does."""
    sent = json.loads(value)
    data = np.frombuffer(base64.b64decode(sent["data"]), np.uint8)
    shape = (len(sent["planes"]), len(result.queries), len(result.keys))
    coded = zip(sent["planes"], data.reshape(shape).astype(float), strict=True)
    return {(layer, head): largest * (codes / 255) ** 2 for (layer, head, largest), codes in coded}


def test_a_short_text_travels_whole(result: Attention) -> None:
    """Every layer and head, and the rollout to each layer, at most 1/255 off."""
    sent = planes(first(result, "ab cd", "", -1, MEAN), result)
    assert sorted(sent) == [(layer, head) for layer in (0, 1) for head in (ROLLOUT, 0, 1, 2, 3)]
    for (layer, head), matrix in sent.items():
        assert_allclose(matrix, plane(result, layer, head), atol=1 / 255)


def test_codes_are_at_most_one_step_off() -> None:
    """Over the whole range of weights, and faint ones stay apart from 0."""
    weights = np.linspace(0, 1, 4096, dtype=np.float32).reshape(64, 64)
    largest, codes = encode(weights)
    decoded = largest * (codes / 255.0) ** 2
    assert_allclose(decoded, weights, atol=1 / 255)
    assert encode(np.array([[1, 1e-4]], np.float32))[1][0, 1] > 0


def test_a_longer_text_travels_a_layer_at_a_time(tiny_cache: ModelCache) -> None:
    """What is asked for comes with its layer; far longer ones come one head at a time."""
    attender = Attender(tiny_cache, (MINILM,))
    layer = attender("", "a " * 120)
    assert sorted(planes(first(layer, "", "", 0, MEAN), layer)) == [(0, head) for head in range(4)]
    head = attender("", "a " * 500)
    assert list(planes(more(head, 1, 2, False, "key"), head)) == [(1, 2)]


def test_an_exact_matrix_is_the_models_own(result: Attention) -> None:
    """For CSV and JSON: float32, the very numbers."""
    sent = json.loads(more(result, 0, 2, True, "key"))
    exact = np.frombuffer(base64.b64decode(sent["data"]), "<f4").reshape(result.weights.shape[2:])
    assert (exact == result.weights[0, 2]).all()


@pytest.mark.parametrize(("layer", "head"), [(2, 0), (-1, 0), (0, 4), (0, -4), ("0", 0), (None, 0)])
def test_a_request_for_what_is_not_there_is_refused(result: Attention, layer: Any, head: Any) -> None:
    """A page may send anything."""
    with pytest.raises(InputError):
        more(result, layer, head, False, "key")


def test_planes_that_combine_heads(result: Attention) -> None:
    """Mean, maximum and rollout come from the heads of one layer, or of all up to it."""
    assert_allclose(plane(result, 0, MEAN), result.weights[0].mean(0))
    assert_allclose(plane(result, 0, MAX), result.weights[0].max(0))
    assert_allclose(plane(result, 1, ROLLOUT), rollout(result.weights.mean(1))[1], rtol=1e-6)


@pytest.mark.real
def test_sixty_four_tokens_are_a_twentieth_of_bertviz(real_cache: ModelCache) -> None:
    """One layer's 12 heads, and all that goes with them."""
    result = Attender(real_cache, (MINILM,))("", "word " * 62)
    value = first(result, "word " * 62, "", 0, 0)
    assert len(result.keys) == 64
    assert sum(layer == 0 and head >= 0 for layer, head in planes(value, result)) == 12
    assert len(value) <= BERTVIZ_BYTES / 20


def test_the_view_never_reads_a_text_as_markup() -> None:
    """Its scripts have no way to turn a token into HTML; only its own fixed markup is set."""
    code = script()
    assert code.count("innerHTML") == 1
    assert "page.innerHTML = MARKUP" in code
    assert not any(word in code for word in ("outerHTML", "insertAdjacentHTML", "document.write", "eval("))


def test_the_view_keeps_markup_in_a_text_as_it_is(recwarn: pytest.WarningsRecorder) -> None:
    """A visitor's script tag is data: it passes unchanged and warns nobody."""
    value = json.dumps({"text": "<script>alert(1)</script>"})
    with gr.Blocks():
        assert AttentionView("view").postprocess(value) == value
    assert not [warning for warning in recwarn.list if "script" in str(warning.message)]


def test_examples_fit_the_models_that_are_there(tiny_cache: ModelCache) -> None:
    """Each of them passes the check; without the translator its example is not offered."""
    attender = Attender(tiny_cache, (MINILM, SMOLLM2))
    offered = attention.examples(attender)
    assert len(offered) == 3
    for values in offered.values():
        attender.check(*values)


def test_the_endpoint_answers_as_documented(tiny_cache: ModelCache) -> None:
    """Tokens, rows, columns and one matrix; a bad argument is told in words."""
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
    run = next(block for block in demo.blocks.values() if getattr(block, "elem_id", "") == "attention-run")
    writers = [fn for fn in demo.fns.values() if view in fn.outputs and (run._id, "click") in fn.targets]
    assert len(writers) == 1
