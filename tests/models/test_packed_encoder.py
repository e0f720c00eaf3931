"""Encoders in bfloat16 give nearly what they give in torch; where they cannot, torch runs them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    DistilBertConfig,
    DistilBertForQuestionAnswering,
    MPNetConfig,
    MPNetModel,
    RobertaConfig,
    RobertaModel,
)

from models import onednn
from models.catalog import QUESTION_ANSWERING
from models.device import Device
from models.engine import can_pack
from models.packed_encoder import TOLERANCE, PackedLayer, pack_layers
from models.stages import ignore
from tests import tiny
from tests.models.test_loading import loader

pytestmark = pytest.mark.skipif(not onednn.usable(), reason="this CPU does not multiply in bfloat16")

SIZES = {"vocab_size": 99, "hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 96}
DISTILLED = {"vocab_size": 99, "dim": 64, "n_layers": 3, "n_heads": 4, "hidden_dim": 96}
FAMILIES = {
    "bert": lambda: BertModel(BertConfig(**SIZES)),
    "roberta": lambda: RobertaModel(RobertaConfig(**SIZES, max_position_embeddings=128)),
    "distilbert": lambda: DistilBertForQuestionAnswering(DistilBertConfig(**DISTILLED)),
}


@pytest.fixture(params=sorted(FAMILIES))
def model(request: pytest.FixtureRequest) -> Any:
    """A small encoder of each family, whose attention is far from even."""
    torch.manual_seed(0)
    made = FAMILIES[request.param]().eval().requires_grad_(False)
    for name, weight in made.named_parameters():
        if weight.dim() == 2 and "embeddings" not in name:
            weight.mul_(10)
    return made


def padded(lengths: list[int]) -> dict[str, torch.Tensor]:
    """Texts of these `lengths`, of made-up tokens."""
    longest = max(lengths)
    ids = 3 + torch.arange(len(lengths) * longest).view(len(lengths), longest) * 7 % 90
    return {"input_ids": ids, "attention_mask": (torch.arange(longest) < torch.tensor(lengths)[:, None]).long()}


@torch.inference_mode()
def states(model: Any, lengths: list[int]) -> torch.Tensor:
    """The last states of texts of these `lengths`."""
    found: torch.Tensor = model.base_model(**padded(lengths)).last_hidden_state
    return found


@torch.inference_mode()
def logits(model: Any, lengths: list[int]) -> torch.Tensor:
    """What a classifier makes of texts of these `lengths`."""
    found: torch.Tensor = model(**padded(lengths)).logits
    return found


def far(got: torch.Tensor, expected: torch.Tensor) -> float:
    """How far the one is from the other, relative."""
    return float((got - expected).norm() / expected.norm())


def test_states_are_near_the_models_own(model: Any) -> None:
    """One text, and two of which the shorter is padded: what is padding is not looked at."""
    alone, both = states(model, [20]), states(model, [20, 9])
    assert pack_layers(model)
    assert sum(isinstance(module, PackedLayer) for module in model.modules()) == 3
    assert 0 < far(states(model, [20]), alone) < TOLERANCE
    got = states(model, [20, 9])
    assert far(got[0], both[0]) < TOLERANCE
    assert far(got[1, :9], both[1, :9]) < TOLERANCE


def test_a_classifier_computes_the_one_state_it_reads() -> None:
    """Its logits are near its own, whatever is padding; its last layer has the first token's state alone."""
    torch.manual_seed(0)
    model = BertForSequenceClassification(BertConfig(**SIZES, num_labels=3)).eval().requires_grad_(False)
    for name, weight in model.named_parameters():
        if weight.dim() == 2 and "embeddings" not in name:
            weight.mul_(10)
    expected, before = logits(model, [20, 9]), states(model, [20, 9])
    assert pack_layers(model)
    got = states(model, [20, 9])
    assert got.shape[1] == 1
    assert far(got, before[:, :1]) < TOLERANCE
    assert far(logits(model, [20, 9]), expected) < TOLERANCE


def test_another_family_stays_in_torch() -> None:
    """Its layers have other names, or another activation."""
    other = BertModel(BertConfig(**SIZES, hidden_act="relu")).eval()
    assert not pack_layers(other)
    model = MPNetModel(MPNetConfig(**SIZES, max_position_embeddings=128)).eval()
    layers = model.encoder.layer
    assert not pack_layers(model)
    assert model.encoder.layer is layers


def test_layers_that_give_something_else_are_put_back(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A feature that the packed layers do not know shows in the states."""
    expected = states(model, [20])
    monkeypatch.setattr("models.packed_encoder.PackedLayer.forward", lambda self, x, *_, **__: 2 * x)
    assert not pack_layers(model)
    assert torch.equal(states(model, [20]), expected)


def test_the_loader_packs_encoders(tmp_path: Path) -> None:
    """All bytes are counted, fewer than torch takes; attention and other devices have torch."""
    spec = replace(QUESTION_ANSWERING, adapter="")
    made = tiny.load(spec, ignore)
    made.model.save_pretrained(tmp_path)
    made.tokenizer.save_pretrained(tmp_path)
    fast, slow = loader(tmp_path)(spec, ignore), loader(tmp_path)(spec.with_attention(), ignore)
    assert (fast.engine, fast.dtype, fast.device) == ("onednn", "bfloat16", "cpu")
    assert (slow.engine, slow.dtype) == ("torch", "float32")
    kept = sum(parameter.nbytes for parameter in fast.model.parameters())
    assert kept < fast.nbytes < slow.nbytes
    assert not can_pack(spec, Device("cuda", "bfloat16"))


def test_few_sizes_are_asked_of_the_kernels() -> None:
    """Each takes time and memory for as long as the process lives; little is added to what there is to compute."""
    counts = range(1, 3_000)
    rooms = [onednn.room(count) for count in counts]
    assert len(set(rooms)) < 75
    assert all(count <= given <= count + max(7, count // 8) for count, given in zip(counts, rooms, strict=True))
