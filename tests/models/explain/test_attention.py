"""The attention adapter: weights that are the model's own, tokens that are the visitor's own."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    DistilBertConfig,
    GPT2Config,
    MambaConfig,
    ModernBertConfig,
    PretrainedConfig,
    Qwen3Config,
)

from models.catalog.bundled import ATTENTION, ENGLISH_PORTUGUESE, MINILM, SMOLLM2
from models.engines import codec
from models.engines.torch.student import pad
from models.explain.attention import Attender, Attention
from models.explain.attention_reading import LIMIT, shares
from models.runtime.cache import Loaded, ModelCache
from models.runtime.limits import InputError
from models.runtime.progress import Report
from models.runtime.spec import Head, ModelSpec, Weights
from tests import tiny, tiny_student

TEXT = "The animal didn't cross the street."


@pytest.fixture
def attender(tiny_cache: ModelCache) -> Attender:
    """MiniLM and SmolLM2, tiny."""
    return Attender(tiny_cache, (MINILM, SMOLLM2))


@pytest.mark.parametrize("spec", [MINILM, SMOLLM2])
def test_weights_are_the_models_own(tiny_cache: ModelCache, spec: ModelSpec) -> None:
    """The same as the eager model's attentions for the same ids; rows sum to 1."""
    result = Attender(tiny_cache, (spec,))("", TEXT)
    with tiny_cache.lease(spec.with_attention()) as loaded, torch.inference_mode():
        own = loaded.model(**loaded.tokenizer(TEXT, return_tensors="pt"), output_attentions=True).attentions
    assert_allclose(result.weights, torch.cat(own).numpy(), atol=1e-6)
    assert_allclose(result.weights.sum(-1), 1, atol=1e-4)


def test_the_serving_copy_is_left_alone(tiny_cache: ModelCache) -> None:
    """Attention has a cache entry of its own."""
    Attender(tiny_cache, (MINILM,))("", TEXT)
    assert [model.variant for model in tiny_cache.status().models] == ["encoder, eager"]


def test_tokens_point_into_the_text(attender: Attender) -> None:
    """Offsets give the visitor's own characters; special tokens have none."""
    tokens = attender("", TEXT).keys
    assert [token.text for token in tokens if token.special] == ["[CLS]", "[SEP]"]
    for token in tokens[1:-1]:
        assert token.start is not None
        assert token.end is not None
        assert TEXT[token.start : token.end] == token.text.removeprefix("·")
    assert list(dict.fromkeys(token.reading for token in tokens[1:-1])) == [
        "The", "animal", "didn't", "cross", "the", "street", "."
    ]  # fmt: skip


def test_a_pair_keeps_its_parts(attender: Attender) -> None:
    """Each token says which text it is from, with offsets into that one."""
    second = [token for token in attender("", "ab cd", "ef").keys if token.part == 1]
    assert [(token.text, token.start, token.end) for token in second] == [("e", 0, 1), ("·f", 1, 2)]


def test_selecting_layers_and_heads(attender: Attender) -> None:
    """-1 is the last layer, and the mean of the heads."""
    result = attender("", TEXT)
    assert_allclose(result.select(-1, -1), result.weights[1].mean(0))
    assert_allclose(result.select(0, 3), result.weights[0, 3])
    for layer, head in ((2, 0), (0, 4), (-2, 0), (0, -2)):
        with pytest.raises(InputError, match="must be from -1 to"):
            result.select(layer, head)


def test_grouped_query_heads_are_reported(attender: Attender) -> None:
    """A Llama's four query heads share two heads of keys; it sees nothing ahead of a token."""
    result = attender(SMOLLM2.name, TEXT)
    assert (result.heads, result.key_value_heads, result.kind) == (4, 2, "causal")
    assert np.triu(result.weights[0, 0], 1).max() == 0


def _outside_the_catalog(config: PretrainedConfig, head: Head) -> Attender:
    """A tiny model that no table names, of the class that its configuration asks for."""

    def load(spec: ModelSpec, report: Report) -> Loaded:
        auto = AutoModelForCausalLM if spec.head == "causal-lm" else AutoModel
        tokenizer = tiny.byte_tokenizer() if spec.head == "causal-lm" else tiny.letter_tokenizer()
        tokenizer.model_input_names = ["input_ids", "attention_mask"]
        return Loaded(
            auto.from_config(config, attn_implementation=spec.attention).eval(), tokenizer, "cpu", "float32", 1
        )

    weights = Weights("unknown", (), (), "none")
    return Attender(ModelCache(load, 10**9), (ModelSpec(config.model_type, head, weights, 1),))


SMALL = {"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4}


@pytest.mark.parametrize(
    ("config", "head", "key_value_heads"),
    [
        (DistilBertConfig(vocab_size=300, dim=32, n_layers=3, n_heads=4, hidden_dim=64), "encoder", 4),
        (ModernBertConfig(**SMALL, intermediate_size=64, pad_token_id=0), "encoder", 4),
        (GPT2Config(vocab_size=300, n_embd=32, n_layer=3, n_head=4), "causal-lm", 4),
        (Qwen3Config(**SMALL, intermediate_size=64, num_key_value_heads=2, head_dim=8), "causal-lm", 2),
    ],
    ids=lambda value: getattr(value, "model_type", None),
)
def test_a_model_of_no_table_works_with_no_new_code(config: PretrainedConfig, head: Head, key_value_heads: int) -> None:
    """Its layers, heads and shared keys are its own; rows sum to 1; tokens point into the text."""
    result = _outside_the_catalog(config, head)("", "ab cd <b>")
    assert (result.layers, result.heads, result.key_value_heads) == (3, 4, key_value_heads)
    assert_allclose(result.weights.sum(-1), 1, atol=1e-4)
    assert (np.triu(result.weights, 1).max() == 0) == (result.kind == "causal") == (head == "causal-lm")
    assert "".join(token.text for token in result.keys if not token.special).replace("·", "").startswith("ab")


def test_a_model_without_attention_is_reported_in_words() -> None:
    """A state-space model has none to give."""
    config = MambaConfig(vocab_size=300, hidden_size=32, num_hidden_layers=2, state_size=4)
    with pytest.raises(InputError, match="mamba model gives no attention"):
        _outside_the_catalog(config, "causal-lm")("", "ab")


@pytest.mark.parametrize(("text", "pair"), [("word " * 600, ""), ("a " * 600, "b " * 600), ("short", "b " * 600)])
def test_long_texts_are_cut_and_it_is_said(attender: Attender, text: str, pair: str) -> None:
    """512 tokens are read, the rest is counted."""
    whole = len(attender.cache.load(MINILM, lambda stage: None).tokenizer(text, pair or None)["input_ids"])
    run = attender("", text, pair).run
    assert run.tokens == LIMIT
    assert run.dropped == whole - LIMIT


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [((3, 4), (3, 4)), ((30, 2), (8, 2)), ((2, 30), (2, 8)), ((30, 30), (5, 5)), ((12, 0), (10, 0))],
)
def test_the_longer_of_two_texts_is_cut_first(lengths: tuple[int, int], expected: tuple[int, int]) -> None:
    """Ten tokens of room; a short text stays whole."""
    assert shares(*lengths, 10) == expected


@pytest.mark.parametrize(
    ("model", "text", "pair", "message"),
    [
        ("", "", "", "Text is empty"),
        ("", "a\0b", "", "not text"),
        ("", "x" * 10_001, "", "10,001 characters"),
        ("", "a", "\u200b", "Second text is empty"),
        ("GPT-5", "a", "", "must be one of all-MiniLM-L6-v2"),
        (SMOLLM2.name, "a", "b", "reads one text. Clear the second, or choose all-MiniLM-L6-v2"),
    ],
)
def test_bad_input_is_refused_before_any_model_loads(
    attender: Attender, model: str, text: str, pair: str, message: str
) -> None:
    """The message says what is wrong, and nothing was loaded."""
    with pytest.raises(InputError, match=message):
        attender(model, text, pair)
    assert attender.cache.status().misses == 0


@pytest.mark.real
@pytest.mark.parametrize("model", Attender(ModelCache(lambda *_: None, 0), ATTENTION).names)  # type: ignore[arg-type]
def test_real_weights_are_the_models_own(real_cache: ModelCache, model: str) -> None:
    """To 1e-5 in every bundled model, rows sum to 1 within 1e-4."""
    attender = Attender(real_cache, ATTENTION)
    result = attender(model, TEXT)
    own = _own_attentions(real_cache, attender, model, result)
    assert result.weights.shape == own.shape
    assert_allclose(result.weights, own, atol=1e-5)
    assert_allclose(result.weights.sum(-1), 1, atol=1e-4)


def _own_attentions(cache: ModelCache, attender: Attender, model: str, result: Attention) -> np.ndarray:
    source = attender.source(model)
    with cache.lease(source.spec.with_attention()) as loaded, torch.inference_mode():
        if source.spec.head != "translation":
            inputs = loaded.tokenizer(TEXT, return_tensors="pt")
            return torch.cat(loaded.model(**inputs, output_attentions=True).attentions).numpy()
        ids = codec.read(loaded.tokenizer, TEXT).ids
        memory = loaded.model.encode(*pad([ids]), attentions=True)
        if not source.cross:
            return torch.cat(memory.attentions).numpy()
        written = tiny_student.translated(loaded.model, [ids])[0].ids
        assert result.target == loaded.tokenizer.decode(written)
        return torch.cat(loaded.model.cross_attentions(memory, torch.tensor([[*written, 0]]))).numpy()


@pytest.mark.real
def test_the_alignment_head_aligns(real_cache: ModelCache) -> None:
    """Head 0 of the translator's last cross-attention points from a word to the word it translates."""
    attender = Attender(real_cache, (ENGLISH_PORTUGUESE,))
    result = attender(attender.names[1], "The attention mechanism lets a model focus on the relevant words.")
    points_at = {
        query.text: result.keys[int(row.argmax())].text
        for query, row in zip(result.queries, result.select(-1, 0), strict=True)
    }
    assert (points_at["relevantes"], points_at["palavras"], points_at["mecanismo"]) == (
        "relevant",
        "words",
        "mechanism",
    )


@pytest.mark.real
def test_a_pronoun_looks_at_its_noun(real_cache: ModelCache) -> None:
    """MiniLM's layer 4, head 2, where the page opens."""
    result = Attender(real_cache, (MINILM,))("", "The animal didn't cross the street because it was too tired.")
    texts = [token.text for token in result.keys]
    row = result.select(3, 1)[texts.index("it")]
    assert texts[int(row.argmax())] == "animal"
