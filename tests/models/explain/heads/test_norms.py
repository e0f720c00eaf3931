"""Norm-based attention: the formula of Kobayashi et al. 2020, by hand, in each family of models."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

from models.catalog.bundled import ATTENTION, ENGLISH_PORTUGUESE, MINILM, SMOLLM2
from models.explain.attention import Attender
from models.explain.attention_math import by_norm, share
from models.explain.heads.hooks import captured
from models.explain.heads.layers import Stack, attention_layers
from models.explain.heads.norms import value_norms
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.runtime.spec import ModelSpec


def test_three_tokens_by_hand() -> None:
    """One head of two numbers: each weight times the length of (W_V x + b_V) W_O, and no output bias."""
    torch.manual_seed(0)
    config = BertConfig(vocab_size=5, hidden_size=4, num_hidden_layers=1, num_attention_heads=2, intermediate_size=4)
    model = BertModel._from_config(config, attn_implementation="eager").eval().requires_grad_(False)
    attention = model.encoder.layer[0].attention
    attention.self.value.bias.normal_()
    attention.output.dense.bias.normal_()
    ids = torch.tensor([[1, 2, 3]])
    with torch.inference_mode(), value_norms(model, "encoder") as norms:
        weights = torch.cat(model(ids, output_attentions=True).attentions).numpy()
        states = model.embeddings(ids)[0].numpy()
    lengths = norms()
    assert lengths is not None
    found = by_norm(weights, lengths)
    value, output = attention.self.value, attention.output.dense.weight.numpy()
    for head in range(2):
        rows = slice(2 * head, 2 * head + 2)
        for query in range(3):
            expected = []
            for key in range(3):
                vector = value.weight.numpy()[rows] @ states[key] + value.bias.numpy()[rows]
                moved = output[:, rows] @ vector
                expected.append(weights[0, head, query, key] * float(np.sqrt((moved**2).sum())))
            assert_allclose(found[0, head, query], np.array(expected) / sum(expected), atol=1e-6)


@pytest.mark.parametrize(
    ("spec", "stack"),
    [(MINILM, "encoder"), (SMOLLM2, "decoder"), (ENGLISH_PORTUGUESE, "encoder"), (ENGLISH_PORTUGUESE, "cross")],
)
def test_a_term_is_what_its_head_alone_puts_out(tiny_cache: ModelCache, spec: ModelSpec, stack: Stack) -> None:
    """The same length as by the output map itself, of a token whose other heads are 0, shared values included."""
    attender = Attender(tiny_cache, (spec,))
    result = attender(attender.names[stack == "cross"], "ab cd")
    assert result.value_norms is not None
    assert result.value_norms.shape == (result.layers, result.heads, len(result.keys))
    with tiny_cache.lease(spec.with_attention()) as loaded:
        layer = attention_layers(loaded.model)[stack][1]
        with captured({"values": layer.value}) as outputs:
            attender(attender.names[stack == "cross"], "ab cd")
        shared = layer.heads // (layer.value.out_features // layer.size)
        for head in range(result.heads):
            alone = torch.zeros(len(result.keys), layer.output.in_features)
            own, its = head * layer.size, head // shared * layer.size
            alone[:, own : own + layer.size] = outputs["values"][0][:, its : its + layer.size]
            moved = layer.output(alone) - layer.output(torch.zeros_like(alone))
            assert_allclose(result.value_norms[1, head], moved.norm(dim=-1).detach(), atol=1e-5)


def test_mpnet_has_norms() -> None:
    """Its four maps are in one module."""
    config = MPNetConfig(vocab_size=9, hidden_size=8, num_hidden_layers=2, num_attention_heads=4, intermediate_size=8)
    model = MPNetModel(config).eval()
    with torch.inference_mode(), value_norms(model, "encoder") as norms:
        model(torch.tensor([[3, 4, 5, 6, 7]]))
    found = norms()
    assert found is not None
    assert found.shape == (2, 4, 5)


def test_rows_still_sum_to_one(tiny_cache: ModelCache) -> None:
    """A row whose values all have no length stays 0."""
    result = Attender(tiny_cache, (SMOLLM2,))("", "ab cd").measured("norms")
    assert_allclose(result.weights.sum(-1), 1, atol=1e-5)
    assert result.measured("norms") is result
    assert (by_norm(np.ones((1, 1, 2, 2), np.float32), np.zeros((1, 1, 2), np.float32)) == 0).all()


def test_a_model_of_unknown_parts_says_which_have_norms(tiny_cache: ModelCache) -> None:
    """Its weights are there still."""
    result = Attender(tiny_cache, (MINILM,))("", "ab")
    with pytest.raises(InputError, match="All bundled models"):
        replace(result, value_norms=None).measured("norms")
    with pytest.raises(InputError, match="measure must be one of weights, norms"):
        result.measured("sizes")


@pytest.mark.real
def test_special_tokens_take_little_by_norm(real_cache: ModelCache) -> None:
    """In every layer of MiniLM [CLS] and [SEP] have 0.26 to 0.61 of the words' weight, and 0.09 to 0.14 by norm."""
    result = Attender(real_cache, ATTENTION)("", "The animal didn't cross the street because it was too tired.")
    words = [not token.special for token in result.keys]
    raw, norms = (share(result.measured(each).weights, words, result.resting).mean(1) for each in ("weights", "norms"))
    assert ((raw > 0.25) & (raw < 0.62)).all()
    assert ((norms > 0.085) & (norms < 0.145)).all()
