"""What travels to the attention view."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from demos.views.attention_data import LINKS, MAX, MEAN, ROLLOUT, answer, encode, first, links, more, plane
from models.catalog.bundled import ENGLISH_PORTUGUESE, MINILM, SMOLLM2
from models.explain.attention import Attender, Attention
from models.explain.attention_math import passed_on, rollout
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError

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
    assert list(planes(more(head, "key", 1, 2), head)) == [(1, 2)]


def test_an_exact_matrix_is_the_models_own(result: Attention) -> None:
    """For CSV and JSON: float32, the very numbers."""
    sent = json.loads(more(result, "key", 0, 2, exact=True))
    exact = np.frombuffer(base64.b64decode(sent["data"]), "<f4").reshape(result.weights.shape[2:])
    assert (exact == result.weights[0, 2]).all()


@pytest.mark.parametrize(("layer", "head"), [(2, 0), (-1, 0), (0, 4), (0, -4), ("0", 0), (None, 0)])
def test_a_request_for_what_is_not_there_is_refused(result: Attention, layer: Any, head: Any) -> None:
    """A page may send anything."""
    with pytest.raises(InputError):
        more(result, "key", layer, head)


def test_planes_that_combine_heads(result: Attention) -> None:
    """Mean, maximum and rollout come from the heads of one layer, or of all up to it."""
    assert_allclose(plane(result, 0, MEAN), result.weights[0].mean(0))
    assert_allclose(plane(result, 0, MAX), result.weights[0].max(0))
    assert_allclose(plane(result, 1, ROLLOUT), rollout(result.weights.mean(1))[1], rtol=1e-6)


def test_the_links_of_a_short_text_are_all(result: Attention) -> None:
    """For each layer and token: what rollout mixes it from, at most one step of the code off."""
    sent = links(result)
    count, shape = len(result.keys), (result.layers, len(result.keys), sent["each"])
    tokens = np.frombuffer(base64.b64decode(sent["tokens"]), "<u2").reshape(shape)
    shares = (np.frombuffer(base64.b64decode(sent["shares"]), np.uint8).reshape(shape) / 255) ** 2
    assert sent["each"] == count
    assert (np.sort(tokens, axis=-1) == np.arange(count)).all()
    expected = np.take_along_axis(passed_on(result.weights.mean(1)), tokens.astype(int), axis=-1)
    assert_allclose(shares, expected, atol=1 / 255)


def test_the_links_of_a_long_text_are_the_strongest(tiny_cache: ModelCache) -> None:
    """A few for each token, however long the text; none of the others is stronger."""
    result = Attender(tiny_cache, (SMOLLM2,))("", "a b " * 100)
    sent = links(result)
    count = len(result.keys)
    tokens = np.frombuffer(base64.b64decode(sent["tokens"]), "<u2").reshape(result.layers, count, LINKS)
    layers = passed_on(result.weights.mean(1))
    weakest = np.take_along_axis(layers, tokens.astype(int), axis=-1).min(axis=-1)
    np.put_along_axis(layers, tokens.astype(int), 0, axis=-1)
    assert (layers.max(axis=-1) <= weakest + 1e-6).all()


def test_links_come_with_the_rollout_that_they_explain(tiny_cache: ModelCache) -> None:
    """One request brings both."""
    attender = Attender(tiny_cache, (MINILM,))
    wanted = {"model": "", "text": "a " * 300, "pair": "", "layer": 1, "head": 0, "key": "k", "links": True}
    sent = json.loads(answer(attender, wanted))
    assert sent["planes"][-1][:2] == [1, ROLLOUT]
    assert sent["links"]["each"] == LINKS


def test_another_text_to_compare_with_is_marked(tiny_cache: ModelCache) -> None:
    """It comes as a first one does; where it cannot be read, the reason comes in its place."""
    attender = Attender(tiny_cache, (MINILM,))
    wanted = {"model": MINILM.name, "text": "ab", "pair": "", "layer": 0, "head": 1, "other": True}
    sent = json.loads(answer(attender, wanted))
    assert (sent["role"], sent["text"], len(sent["planes"])) == ("other", "ab", 10)
    refused = json.loads(answer(attender, wanted | {"text": " "}))
    assert refused == {"other": True, "refused": "Text is empty. Type some words."}
    with pytest.raises(InputError):
        answer(attender, wanted | {"layer": 9})


def test_the_same_text_by_norm(tiny_cache: ModelCache) -> None:
    """It comes as a first one does, with what both measures make of the special tokens; the rest is asked for by it."""
    attender = Attender(tiny_cache, (MINILM,))
    result = attender("", "ab cd")
    by_norm = result.measured("norms")
    wanted = {"model": "", "text": "ab cd", "pair": "", "layer": 1, "head": 2, "measure": "norms"}
    value = answer(attender, wanted | {"again": True})
    sent = json.loads(value)
    assert (sent["role"], sent["measure"]) == ("again", "norms")
    assert sent["key"] != json.loads(first(result, "ab cd", "", 1, 2))["key"]
    assert_allclose(planes(value, result)[1, 2], by_norm.weights[1, 2], atol=1 / 255)
    ends, words = [0, len(result.keys) - 1], slice(1, -1)
    for name, each in (("weights", result), ("norms", by_norm)):
        expected = each.weights[..., ends].sum(-1)[..., words].mean(-1)
        assert_allclose(sent["shares"][name], expected, atol=5.1e-4)
    exact = json.loads(answer(attender, wanted | {"key": "k", "exact": True}))
    assert (np.frombuffer(base64.b64decode(exact["data"]), "<f4") == by_norm.weights[1, 2].ravel()).all()
    with pytest.raises(InputError, match="measure must be one of"):
        answer(attender, wanted | {"measure": "sizes", "again": True})


def test_a_translation_has_no_links(tiny_cache: ModelCache) -> None:
    """Its rows and columns are different texts, so that nothing flows on."""
    attender = Attender(tiny_cache, (ENGLISH_PORTUGUESE,))
    wanted = {"model": attender.names[1], "text": "ab", "pair": "", "layer": 0, "key": "k", "links": True}
    with pytest.raises(InputError, match="Head must be from -2"):
        answer(attender, wanted)


@pytest.mark.real
def test_sixty_four_tokens_are_a_twentieth_of_bertviz(real_cache: ModelCache) -> None:
    """One layer's 12 heads, and all that goes with them."""
    result = Attender(real_cache, (MINILM,))("", "word " * 62)
    value = first(result, "word " * 62, "", 0, 0)
    assert len(result.keys) == 64
    assert sum(layer == 0 and head >= 0 for layer, head in planes(value, result)) == 12
    assert len(value) <= BERTVIZ_BYTES / 20
