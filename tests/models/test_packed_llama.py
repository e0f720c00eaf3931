"""The Llama with packed weights gives what the model itself gives; where it cannot, torch runs the model."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaForCausalLM

from models import packed
from models.blocks import BLOCK
from models.cache import Loaded
from models.catalog import SMOLLM2
from models.context import TorchContext
from models.decoding import Sampling, Step, decode
from models.device import Device
from models.engine import can_pack
from models.packed_llama import OtherArchitecture, PackedLlama, packed_if_trusted
from models.stages import ignore
from tests import tiny
from tests.models.test_loading import loader

pytestmark = pytest.mark.skipif(not packed.usable(), reason="this CPU has no packed layers")


@pytest.fixture
def model() -> Any:
    """A small Llama with float16's weights, as they are on disk."""
    config = tiny.llama(len(tiny.byte_tokenizer()), width=64)
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).eval().requires_grad_(False)
    # Large enough that attention is far from even.
    for name, weight in model.named_parameters():
        if "proj" in name:
            weight.mul_(10)
    return model.half().float()


def packed_copy(model: Any) -> PackedLlama:
    """Packed weights of `model`, which keeps its own."""
    return PackedLlama(deepcopy(model))


def tokens(count: int) -> torch.Tensor:
    """Some token ids, shape (1, count)."""
    return torch.arange(count)[None] * 7 % 200


def near(got: torch.Tensor, expected: torch.Tensor) -> bool:
    """Whether logits differ by no more than rounding."""
    return bool((got - expected).norm() < 1e-4 * expected.norm())


def test_logits_are_the_models(model: Any) -> None:
    """Token by token, in pieces, and after a step back."""
    expected = model(tokens(90)).logits
    context = packed_copy(model).begin()
    assert near(context.read(tokens(90)[:, :70], 70), expected[:, :70])
    for at in range(70, 75):
        assert near(context.read(tokens(90)[:, at : at + 1]), expected[:, at : at + 1])
    assert context.length == 75
    context.forget(60)
    assert near(context.read(tokens(90)[:, 60:], 30), expected[:, 60:])


def test_without_python_between_its_operators_it_reads_the_same(model: Any) -> None:
    """To the last bit, for one row and for several, beyond the room that there was at first."""
    packed = packed_if_trusted(deepcopy(model), [])
    assert packed is not None
    assert packed.traced is not None
    contexts = [packed.begin(), packed.begin()]
    found: list[list[torch.Tensor]] = [[], []]
    for context, logits, traced in zip(contexts, found, (packed.traced, None), strict=True):
        packed.traced = traced
        context.read(tokens(5))
        logits += [context.read(torch.tensor([[each]])) for each in range(8)]
        context.select([0, 0, 0])
        logits += [context.read(torch.arange(each, each + 3)[:, None]) for each in range(8)]
        logits += [context.cut(0, context.length)]
    assert all(torch.equal(*pair) for pair in zip(*found, strict=True))


def test_rows_go_their_own_way(model: Any) -> None:
    """A context that becomes three rows, then the last two of them, reads each as if it were alone."""
    context = packed_copy(model).begin()
    context.read(tokens(20))
    context.select([0, 0, 0])
    context.read(torch.tensor([[1], [2], [3]]))
    context.select([1, 2])
    got = context.read(torch.tensor([[4], [5]]))
    for row, said in enumerate(([2, 4], [3, 5])):
        alone = model(torch.cat([tokens(20), torch.tensor([said])], 1)).logits[0, -1]
        assert near(got[row, -1], alone)


@pytest.mark.parametrize("begin", [lambda model: packed_copy(model).begin(), TorchContext])
def test_a_block_stands_for_its_tokens(model: Any, begin: Callable[[Any], Any]) -> None:
    """What was cut out of one context gives in another, to the last bit, what reading gives."""
    first, second = begin(model), begin(model)
    first.read(tokens(BLOCK))
    expected = first.read(tokens(BLOCK + 9)[:, BLOCK:])
    second.put(first.cut(0, BLOCK))
    assert second.length == BLOCK
    assert torch.equal(second.read(tokens(BLOCK + 9)[:, BLOCK:]), expected)


def test_only_what_fits_is_packed(model: Any) -> None:
    """Another activation and biases are each refused in words."""
    model.config.hidden_act = "gelu"
    with pytest.raises(OtherArchitecture, match="gelu is not of the Llama family"):
        PackedLlama(model)
    model.config.hidden_act = "silu"
    model.config.mlp_bias = True
    with pytest.raises(OtherArchitecture, match="biases"):
        PackedLlama(model)


def test_a_packed_model_that_differs_is_not_trusted(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A feature of the architecture that the engine does not know shows in the logits."""
    assert packed_if_trusted(deepcopy(model), []) is not None
    monkeypatch.setattr("models.packed_llama._rotations", lambda model: (torch.ones(512, 16), torch.ones(512, 16)))
    assert packed_if_trusted(deepcopy(model), []) is None


def test_a_model_gives_its_layers_up(model: Any) -> None:
    """Both at once would take twice the memory; what cannot be packed keeps its own."""
    expected = model(tokens(20)).logits
    llama = packed_if_trusted(model, [])
    assert llama is not None
    assert not len(model.model.layers)
    assert near(llama.begin().read(tokens(20), 20), expected)


def saved(model: Any, folder: Path) -> Loaded:
    """What the app's loader makes of `model`, saved as SmolLM2 is."""
    model.half().save_pretrained(folder)
    model.float()
    tiny.byte_tokenizer().save_pretrained(folder)
    return loader(folder)(SMOLLM2, ignore)


def test_the_loader_takes_the_engine_that_fits(model: Any, tmp_path: Path) -> None:
    """FBGEMM, with all bytes counted; torch where the model does not fit; never for attention or another device."""
    fast = saved(model, tmp_path / "fast")
    assert (fast.engine, fast.dtype, fast.device) == ("fbgemm", "float16", "cpu")
    assert fast.blocks is not None
    weights = sum(2 * weight.numel() for name, weight in model.named_parameters() if "norm" not in name)
    assert weights < fast.nbytes - fast.blocks.budget == fast.model.nbytes
    model.config.hidden_act = "gelu"
    slow = saved(model, tmp_path / "slow")
    assert (slow.engine, slow.dtype, slow.blocks) == ("torch", "float32", None)
    assert not can_pack(SMOLLM2.with_attention(), Device("cpu", "float32"))
    assert not can_pack(replace(SMOLLM2, engine="torch"), Device("cpu", "float32"))
    assert not can_pack(SMOLLM2, Device("cuda", "bfloat16"))


def test_what_is_not_packed_has_its_own_weights(model: Any, tmp_path: Path) -> None:
    """Read for the engine they are rounded to float16, where numbers this small are zero."""
    small = 2.0**-30
    model.config.hidden_act = "gelu"
    model.model.embed_tokens.weight[0, 0] = small
    model.bfloat16().save_pretrained(tmp_path)
    tiny.byte_tokenizer().save_pretrained(tmp_path)
    loaded = loader(tmp_path)(SMOLLM2, ignore)
    assert (loaded.engine, loaded.dtype) == ("torch", "float32")
    assert float(loaded.model.model.embed_tokens.weight[0, 0]) == small


def test_a_reply_is_the_models(model: Any, tmp_path: Path) -> None:
    """Greedy decoding with a long prompt, as the loader set the model up."""
    loaded = saved(model, tmp_path)
    loaded.model.generation_config.eos_token_id = None
    expected = model.generate(tokens(150), max_new_tokens=8, do_sample=False, eos_token_id=None)[0, 150:].tolist()
    got = [step.token for step in decode(loaded, tokens(150), Sampling(8)) if isinstance(step, Step)]
    assert got == expected
