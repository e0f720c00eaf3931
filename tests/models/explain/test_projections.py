"""One head's queries, keys and values: they are what its weights are made of."""

import dataclasses
import threading
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from models.catalog.bundled import ATTENTION, MINILM, SENTIMENT, SMOLLM2
from models.explain import projection_reading
from models.explain.attention_reading import LIMIT, read_transformer
from models.explain.heads.hooks import captured
from models.explain.projection_reading import weights
from models.explain.projections import HeadReader
from models.explain.reading import Reading
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.spec import ModelSpec

TEXT = "The animal didn't cross the street because it was too tired."


@pytest.mark.parametrize("spec", [MINILM, SENTIMENT, SMOLLM2])
@pytest.mark.parametrize("place", [(0, 0), (1, 3)])
def test_projections_give_the_models_own_attention(
    tiny_cache: ModelCache, spec: ModelSpec, place: tuple[int, int]
) -> None:
    """BERT, and Llama with its turned queries and shared keys: softmax(Q K^T scale) is what the model returns."""
    found = HeadReader(tiny_cache, (spec,))(spec.name, TEXT, *place)
    with tiny_cache.lease(spec.with_attention()) as loaded, torch.inference_mode():
        own = loaded.model(**loaded.tokenizer(TEXT, return_tensors="pt"), output_attentions=True).attentions
    assert_allclose(weights(found.projections), own[place[0]][0, place[1]], atol=1e-5)
    assert_allclose(found.weights, own[place[0]][0, place[1]], atol=1e-6)
    assert found.projections.values.shape == (len(found.tokens), 8)
    assert found.projections.scale == pytest.approx(8**-0.5)
    assert found.projections.causal == found.projections.rotary == (spec is SMOLLM2)


def test_values_are_those_of_the_heads_output(tiny_cache: ModelCache) -> None:
    """The heads' outputs, weights times values, side by side are what the layer's last map takes."""
    reader = HeadReader(tiny_cache, (SMOLLM2,))
    heads = [reader(SMOLLM2.name, TEXT, 1, head) for head in range(4)]
    with tiny_cache.lease(SMOLLM2.with_attention()) as loaded, torch.inference_mode():
        mixed = loaded.model.model.layers[1].self_attn.o_proj
        hook = mixed.register_forward_pre_hook(lambda _, taken: inputs.append(taken[0]))
        inputs: list[torch.Tensor] = []
        loaded.model(**loaded.tokenizer(TEXT, return_tensors="pt"))
        hook.remove()
    outputs = np.concatenate([head.weights @ head.projections.values for head in heads], axis=1)
    assert_allclose(outputs, inputs[0][0], atol=1e-6)


def test_other_threads_are_not_captured() -> None:
    """Two visitors may use one model at once."""
    module = torch.nn.Linear(2, 2)
    with captured({"map": module}) as outputs:
        thread = threading.Thread(target=module, args=(torch.ones(2),))
        thread.start()
        thread.join()
        assert outputs == {}
        module(torch.ones(2))
    module(torch.zeros(2))
    assert_allclose(outputs["map"].detach(), module(torch.ones(2)).detach())


def test_weights_of_another_make_are_not_passed_off(tiny_cache: ModelCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where queries and keys do not give the model's weights, it is an error, not a wrong picture."""

    def of_another_make(*arguments: Any) -> Reading:
        reading = read_transformer(*arguments)
        return dataclasses.replace(reading, weights=reading.weights[..., ::-1])

    monkeypatch.setattr(projection_reading, "read_transformer", of_another_make)
    with pytest.raises(ValueError, match="BertModel's queries and keys give weights"):
        HeadReader(tiny_cache, (MINILM,))(MINILM.name, TEXT, 1, 0)


def test_a_long_text_is_cut_and_it_is_said(tiny_cache: ModelCache) -> None:
    """512 tokens are read, the rest is counted."""
    found = HeadReader(tiny_cache, (MINILM,))(MINILM.name, "a " * 600, 0, 0)
    assert (len(found.tokens), found.run.dropped) == (LIMIT, 602 - LIMIT)


def test_only_readable_models_are_offered() -> None:
    """The translator's network is not a transformers one."""
    assert list(HeadReader(ModelCache(lambda *_: None, 0), ATTENTION).readable)[:2] == [MINILM.name, SMOLLM2.name]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "text", "layer", "head", "message"),
    [
        (MINILM.name, " ", 0, 0, "Text is empty"),
        ("GPT-5", "a", 0, 0, "must be one of all-MiniLM-L6-v2"),
        (MINILM.name, "a", 2, 0, "Layer must be from 0 to 1; it is 2"),
        (MINILM.name, "a", 0, -1, "Head must be from 0 to 3; it is -1"),
    ],
)
def test_bad_input_is_reported_in_words(
    tiny_cache: ModelCache, model: str, text: str, layer: int, head: int, message: str
) -> None:
    """Each error says what is possible."""
    with pytest.raises(InputError, match=message):
        HeadReader(tiny_cache, (MINILM,))(model, text, layer, head)


@pytest.mark.real
@pytest.mark.parametrize("spec", [spec for spec in ATTENTION if spec.head != "translation"])
def test_real_projections_give_the_models_own_attention(real_cache: ModelCache, spec: ModelSpec) -> None:
    """To 1e-5 in the first, a middle and the last layer of the bundled models."""
    reader = HeadReader(real_cache, (spec,))
    with real_cache.lease(spec.with_attention()) as loaded, torch.inference_mode():
        own = loaded.model(**loaded.tokenizer(TEXT, return_tensors="pt"), output_attentions=True).attentions
    for layer in (0, len(own) // 2, len(own) - 1):
        for head in (0, own[0].shape[1] - 1):
            found = reader(spec.name, TEXT, layer, head)
            assert_allclose(weights(found.projections), own[layer][0, head], atol=1e-5)
