"""Rounds: what one leaves, the next goes on from; and MPNet trains in half precision as it does in full."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import AutoModelForQuestionAnswering, MPNetConfig, MPNetForQuestionAnswering

from models.catalog.bundled import MPNET_WEIGHTS, QUESTION_ANSWERING_ACCURATE, SENTIMENT_ACCURATE
from models.catalog.loading import Loader
from models.runtime.cache import ModelCache
from models.runtime.device import Device
from models.tasks.question_answering.adapter import Answerer
from models.tasks.sentiment.adapter import SentimentReader
from tests.train import synthetic
from train import lora, mpnet, rounds
from train.__main__ import adapter_name, measure, train_round
from train.bases import BASES, MPNET
from train.rounds import Batches, Pace, Record, Round

SECOND = 1 / 60


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with all the data files, small."""
    folder = tmp_path / "data"
    folder.mkdir()
    synthetic.squad(folder)
    synthetic.sentiment(folder)
    synthetic.domains(folder)
    return folder


@pytest.mark.parametrize(
    ("step", "progress", "rate"),
    [(0, 0.0, 0.1), (4, 0.0, 0.5), (4, 0.5, 0.25), (9, 0.2, 0.8), (99, 1.0, 0), (9, 1.5, 0)],
)
def test_the_rate_follows_the_clock(step: int, progress: float, rate: float) -> None:
    """It rises over the first ten steps, and falls to zero at the end of the time, however many steps there were."""
    assert Pace(8, 1.0, warmup=10).rate(step, progress) == pytest.approx(rate)


def test_batches_go_on_into_the_next_epoch() -> None:
    """Two epochs of batches show every example twice, in another order each."""
    batches = Batches([1] * 20, 4, 0)
    first, second = ([batches[i] for i in range(start, start + 5)] for start in (0, 5))
    for epoch in (first, second):
        assert sorted(example for batch in epoch for example in batch) == list(range(20))
    assert first != second
    assert [batches[i] for i in range(5)] == first


def test_a_broken_off_round_goes_on(tmp_path: Path) -> None:
    """It counts the steps of both attempts, and lasts only for what is left of its time."""
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    inputs = torch.randn(20, 3)
    shown: list[list[int]] = []

    def loss_of(batch: list[int]) -> torch.Tensor:
        shown.append(batch)
        if len(shown) == 5:
            raise KeyboardInterrupt
        loss: torch.Tensor = model(inputs[batch]).float().pow(2).mean()
        return loss

    def go(minutes: float) -> Round:
        batches = Batches([1] * 20, 4, 0)
        return rounds.fit(
            model, loss_of, batches, 3, Pace(4, 1e-3), minutes, tmp_path / "round.pt", save_every=2, log=lambda _: None
        )

    with pytest.raises(KeyboardInterrupt):
        go(60)
    kept = torch.load(tmp_path / "round.pt")["place"]
    done = go(kept[2] / 60 + 0.2 * SECOND)
    batches = Batches([1] * 20, 4, 0)
    assert kept[0] == 4
    assert shown[5] == batches[3 + 4]
    assert done.steps == 4 + len(shown) - 5
    assert done.examples == 4 * done.steps


def test_the_record_is_kept_beside_the_adapter(tmp_path: Path) -> None:
    """What was written is read, and a folder without one has no rounds."""
    record = Record((Round(3, 24, 0.5, 1e-3), Round(2, 16, 0.4, 5e-4)))
    record.write(tmp_path)
    assert Record.read(tmp_path) == record
    assert record.steps == 5
    assert Record.read(tmp_path / "nowhere") == Record()


def test_half_precision_attention_is_the_original_one() -> None:
    """In float32 the replaced attention gives the same logits and gradients, padding and all."""
    torch.manual_seed(0)
    config = MPNetConfig(
        vocab_size=90,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = MPNetForQuestionAnswering(config)
    ids = torch.randint(4, 90, (2, 12))
    ids[1, 8:] = 1
    inputs = {"input_ids": ids, "attention_mask": (ids != 1).long()}

    def logits_and_gradient() -> tuple[torch.Tensor, torch.Tensor]:
        logits = model(**inputs).start_logits[:, :8]
        model.zero_grad()
        logits.sum().backward()
        gradient = model.mpnet.encoder.layer[0].intermediate.dense.weight.grad
        assert gradient is not None
        return logits.detach(), gradient.clone()

    before = logits_and_gradient()
    names = set(model.state_dict())
    mpnet.attend_in_half_precision(model)
    after = logits_and_gradient()
    assert set(model.state_dict()) == names
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(before, after, strict=True))


def test_an_adapter_goes_on_as_it_was_saved(tmp_path: Path) -> None:
    """Saved and continued, every trained tensor has its value, but for the rounding to sixteen bits."""
    base = synthetic.mpnet_store(tmp_path).path(MPNET_WEIGHTS)
    model = lora.continued(lora.load_base(AutoModelForQuestionAnswering, base), tmp_path, 4, "qa_outputs", MPNET)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(torch.randn_like(parameter))
    lora.save_adapter(model, tmp_path / "adapter", MPNET)
    again = lora.continued(
        lora.load_base(AutoModelForQuestionAnswering, base), tmp_path / "adapter", 32, "qa_outputs", MPNET
    )
    trained = [(name, p) for name, p in again.named_parameters() if p.requires_grad]
    values = dict(model.named_parameters())
    assert len(trained) == 2 * 6 * 2 + 2
    assert all(torch.equal(p, values[name].half().float()) for name, p in trained)


@pytest.mark.parametrize("task", ["question-answering", "sentiment"])
def test_rounds_make_an_adapter_that_the_app_answers_with(task: str, data: Path, tmp_path: Path) -> None:
    """Two rounds on a tiny MPNet, calibrated and measured, give what the catalog's accurate spec loads."""
    store = synthetic.mpnet_store(tmp_path)
    folder = tmp_path / "adapters" / adapter_name(task, "mpnet")
    for _ in range(2):
        train_round(task, MPNET, store, data, folder, 0.5 * SECOND, None)
    weights = load_file(folder / "adapter_model.safetensors")
    record = Record.read(folder)
    assert len(record.rounds) == 2
    assert all(tensor.dtype == torch.float16 for tensor in weights.values())
    configuration = json.loads((folder / "adapter_config.json").read_text())
    assert configuration["base_model_name_or_path"] == "sentence-transformers/all-mpnet-base-v2"

    measure(task, "mpnet", store, data, folder, 20)
    card = (folder / "README.md").read_text()
    assert all(part in card for part in ("base_model:", "Base", "Rounds", f"TASK={task}", "Figures", "Limits"))
    assert f"{record.rounds[1].steps:,} steps" in card

    loader = Loader(store, lambda: Device("cpu", "float32"), folder.parent)
    cache = ModelCache(loader, 10**9)
    if task == "sentiment":
        scores = SentimentReader(cache, SENTIMENT_ACCURATE)("the door was good , they say").scores
        assert scores.negative + scores.neutral + scores.positive == pytest.approx(1)
    else:
        found = Answerer(cache, QUESTION_ANSWERING_ACCURATE)(
            "What colour is the door?", "The door here is of red colour, as all can see.", 1
        )
        assert found.complete
        assert 0 <= found.no_answer <= 1


@pytest.mark.parametrize(
    ("task", "base", "name"),
    [
        ("sentiment", "minilm", "sentiment"),
        ("sentiment", "mpnet", SENTIMENT_ACCURATE.adapter),
        ("question-answering", "mpnet", QUESTION_ANSWERING_ACCURATE.adapter),
    ],
)
def test_an_adapter_lies_where_the_catalog_looks(task: str, base: str, name: str) -> None:
    """The folder that training writes is the one that the spec names."""
    assert adapter_name(task, base) == name
    assert BASES[base].spec(task).adapter == name
