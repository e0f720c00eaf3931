"""Switched-off heads: the same as a forward pass with that slice zeroed by a hook of the test's own."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaForCausalLM,
    MarianConfig,
    MarianMTModel,
    MPNetConfig,
    MPNetModel,
    T5Config,
    T5ForConditionalGeneration,
)

from models.engines.torch.student import Student, pad
from models.explain.heads.heads_off import heads_off, layers_of
from models.explain.heads.layers import Stack
from models.explain.heads.resumed import Resumed
from models.explain.heads.switches import Switch
from models.runtime.limits import InputError
from tests import tiny, tiny_student

IDS = torch.tensor([[5, 6, 7, 8, 9]])
SMALL = {"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}


def bert() -> Any:
    """Maps of the output in a module beside."""
    return BertModel(BertConfig(**SMALL), add_pooling_layer=False)


def mpnet() -> Any:
    """All four maps in one module."""
    return MPNetModel(MPNetConfig(**SMALL), add_pooling_layer=False)


def distilbert() -> Any:
    """Maps with names of its own."""
    return DistilBertModel(DistilBertConfig(vocab_size=99, dim=32, n_layers=3, n_heads=4, hidden_dim=64))


def llama() -> Any:
    """Heads that share keys and values."""
    return LlamaForCausalLM(tiny.llama(99))


def marian() -> Any:
    """An encoder and a decoder with self- and cross-attention."""
    names = ("encoder_layers", "decoder_layers", "encoder_attention_heads", "decoder_attention_heads")
    sizes = {"d_model": 32, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "pad_token_id": 0, "vocab_size": 99}
    return MarianMTModel(MarianConfig(**dict(zip(names, (2, 3, 4, 4), strict=True)), **sizes))


def t5() -> Any:
    """Blocks whose parts are numbered too."""
    config = T5Config(vocab_size=99, d_model=32, d_kv=8, d_ff=32, num_layers=2, num_heads=4, decoder_start_token_id=0)
    return T5ForConditionalGeneration(config)


def run(model: Any, rows: int = 1) -> Tensor:
    """The states or logits of the model, in a batch of equal rows."""
    ids = IDS.repeat(rows, 1)
    if isinstance(model, Student):
        memory = model.encode(*pad([ids[0].tolist()] * rows))
        return model.step(model.start(memory))[0]
    named: dict[str, Any] = {"decoder_input_ids": ids} if model.config.is_encoder_decoder else {}
    output = model(ids, **named)
    found: Tensor = output.logits if "logits" in output else output.last_hidden_state
    return found


# The place of the output projection of layer 1, by the names of each family.
FAMILIES = [
    (bert, "encoder", "encoder.layer.1.attention.output.dense"),
    (mpnet, "encoder", "encoder.layer.1.attention.attn.o"),
    (distilbert, "encoder", "transformer.layer.1.attention.out_lin"),
    (llama, "decoder", "model.layers.1.self_attn.o_proj"),
    (marian, "encoder", "model.encoder.layers.1.self_attn.out_proj"),
    (marian, "decoder", "model.decoder.layers.1.self_attn.out_proj"),
    (marian, "cross", "model.decoder.layers.1.encoder_attn.out_proj"),
    (t5, "encoder", "encoder.block.1.layer.0.SelfAttention.o"),
    (t5, "decoder", "decoder.block.1.layer.0.SelfAttention.o"),
    (t5, "cross", "decoder.block.1.layer.1.EncDecAttention.o"),
    (tiny_student.student, "encoder", "encoder.1.attention.output"),
    (tiny_student.student, "cross", "decoder.1.attention.output"),
]


@pytest.mark.parametrize(("make", "stack", "output"), FAMILIES)
@torch.inference_mode()
def test_a_head_is_its_slice_of_the_output_projection(make: Callable[[], Any], stack: Stack, output: str) -> None:
    """In every family and stack; each row of a batch has its own; afterwards the model is as before."""
    torch.manual_seed(0)
    model = make().eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter), alpha=0.1)
    plain, projection = run(model), dict(model.named_modules())[output]
    size = projection.in_features // 4

    def zero(_: nn.Module, args: tuple[Tensor]) -> tuple[Tensor]:
        kept = args[0].clone()
        kept[..., 2 * size : 3 * size] = 0
        return (kept,)

    hook = projection.register_forward_pre_hook(zero)
    expected = run(model)
    hook.remove()
    assert not torch.allclose(plain, expected, atol=1e-4)
    with heads_off(model, stack, [frozenset([Switch(1, 2)])]):
        assert torch.allclose(run(model), expected, atol=1e-5)
    rows = [frozenset([Switch(1, 2)]), frozenset(), frozenset([Switch(1)]), frozenset(Switch(1, h) for h in range(4))]
    with heads_off(model, stack, rows):
        found = run(model, 4)
    assert torch.allclose(found[:1], expected, atol=1e-5)
    assert torch.allclose(found[1:2], plain, atol=1e-5)
    assert torch.allclose(found[2], found[3], atol=1e-5)
    assert not torch.allclose(found[2], found[0], atol=1e-4)
    assert torch.allclose(run(model), plain, atol=1e-6)


@pytest.mark.parametrize("make", [bert, mpnet, distilbert, llama, marian, t5])
@torch.inference_mode()
def test_a_look_is_taken_from_the_softmax(make: Callable[[], Any]) -> None:
    """Its weight is 0 in that head alone, and the others share what it had."""
    torch.manual_seed(0)
    model = make().eval()
    model.set_attn_implementation("eager")
    stack: Stack = "decoder" if make is llama else "encoder"
    named: dict[str, Any] = {"decoder_input_ids": IDS} if model.config.is_encoder_decoder else {}

    def first_layer() -> Tensor:
        output = model(IDS, output_attentions=True, **named)
        weights: Tensor = (output.get("attentions") or output.encoder_attentions)[0][0]
        return weights

    before = first_layer()
    with heads_off(model, stack, [frozenset([Switch(0, 1, 3, 2)])]):
        after = first_layer()
    expected = before.clone()
    expected[1, 3, 2] = 0
    expected[1, 3] /= expected[1, 3].sum()
    assert torch.allclose(after, expected, atol=1e-6)
    with heads_off(model, stack, [frozenset([Switch(None, None, 3, 2)])]):
        assert (first_layer()[:, 3, 2] == 0).all()


@torch.inference_mode()
def test_a_look_in_the_students_encoder() -> None:
    """Its attention adds a bias to the scores."""
    model = tiny_student.student()
    with heads_off(model, "encoder", [frozenset([Switch(0, 1, 3, 2)])]):
        weights = model.encode(*pad([IDS[0].tolist()]), attentions=True).attentions[0][0]
    assert weights[1, 3, 2] == 0
    assert (weights[0] > 0).all()


@pytest.mark.parametrize("make", [bert, mpnet, distilbert, llama])
@torch.inference_mode()
def test_what_comes_before_a_layer_is_computed_once(make: Callable[[], Any]) -> None:
    """The layers below give what they gave, and one row becomes several at the head: the same as all rows at once."""
    torch.manual_seed(0)
    model = make().eval()
    stack: Stack = "decoder" if make is llama else "encoder"
    plain, calls = run(model), list[int]()
    resumed = Resumed(model, stack, run)
    assert torch.allclose(run(model), resumed.output, atol=1e-5)
    layers_of(resumed.model, stack)[0].value.register_forward_hook(lambda *_: calls.append(0))
    for number in (1, 2):
        rows = [frozenset([Switch(number, head)]) for head in range(4)]
        with heads_off(model, stack, rows):
            expected = run(model, 4)
        calls.clear()
        resumed.go_on_from(number)
        with heads_off(resumed.model, stack, rows):
            assert torch.allclose(run(resumed.model), expected, atol=1e-5)
        assert not calls
    assert torch.equal(run(model), plain)


def test_other_threads_keep_their_heads() -> None:
    """The model is shared by visitors."""
    model = llama().eval().requires_grad_(False)
    plain, found = run(model), []
    with heads_off(model, "decoder", [frozenset([Switch(0)])]):
        thread = threading.Thread(target=lambda: found.append(run(model)))
        thread.start()
        thread.join()
    assert torch.allclose(found[0], plain, atol=1e-6)


def test_a_model_of_unknown_parts_says_which_have_the_view() -> None:
    """GPT-2 has one map for queries, keys and values."""
    model = GPT2LMHeadModel(GPT2Config(vocab_size=99, n_embd=32, n_layer=2, n_head=4))
    with (
        pytest.raises(InputError, match="All bundled models have this view"),
        heads_off(model, "decoder", [frozenset([Switch(0)])]),
    ):
        pass
