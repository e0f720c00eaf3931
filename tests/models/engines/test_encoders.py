"""Every encoder engine gives what Transformers gives, and what cannot be converted runs in torch."""

import json
import logging
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    DistilBertForQuestionAnswering,
    MPNetConfig,
    MPNetModel,
    RobertaForSequenceClassification,
)

from models.engines import convert
from models.engines.base import Encoder
from models.engines.checkpoint import Checkpoint
from models.engines.encoder_batches import SharedBatches
from models.engines.openvino import conversion, converted, loading
from models.engines.openvino.encoder import OpenVinoEncoder, compiled
from models.engines.tokenizer import Tokenizer
from models.engines.torch.encoder import TorchEncoder
from models.engines.torch.pretrained import read_module
from models.runtime.progress import Stage, ignore
from models.weights.conversion import ConversionFailed, run
from tests import tiny, tiny_checkpoints

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
LABELS = ("negative", "neutral", "positive")
ROWS = [[5, 9, 40, 8, 23, 50, 61], [12], [30, 31, 32], [11] * 40]
FIRSTS = [4, 1, 2, 20]


def bert(folder: Path) -> None:
    """BERT with token types, under a head for answers."""
    tokenizer = tiny.letter_tokenizer()
    tiny_checkpoints.save(folder, BertForQuestionAnswering(BertConfig(vocab_size=len(tokenizer), **SIZES)), tokenizer)


def classifier(folder: Path) -> None:
    """BERT under a classifier whose classes its files do not name."""
    tokenizer = tiny.letter_tokenizer()
    config = BertConfig(vocab_size=len(tokenizer), num_labels=3, **SIZES)
    tiny_checkpoints.save(folder, BertForSequenceClassification(config), tokenizer)


def mpnet(folder: Path) -> None:
    """MPNet: relative positions, and no attention but its own."""
    tokenizer = tiny_checkpoints.byte_tokenizer()
    config = MPNetConfig(vocab_size=len(tokenizer), max_position_embeddings=514, **SIZES)
    tiny_checkpoints.save(folder, MPNetModel(config), tokenizer)


Family = tuple[Callable[[Path], None], dict[str, Any]]
FAMILIES: dict[str, Family] = {
    "bert": (bert, {"head": "question-answering"}),
    "bert-classifier": (classifier, {"head": "sentiment", "labels": LABELS}),
    "distilbert": (
        lambda folder: tiny_checkpoints.distilbert(folder, DistilBertForQuestionAnswering),
        {"head": "question-answering"},
    ),
    "roberta": (
        lambda folder: tiny_checkpoints.roberta(folder, RobertaForSequenceClassification, num_labels=3),
        {"head": "sentiment"},
    ),
    "mpnet": (mpnet, {"head": "encoder", "attention": "eager"}),
    "deberta": (tiny_checkpoints.deberta, {"head": "entailment", "attention": "eager"}),
}


@pytest.fixture(scope="module", params=FAMILIES)
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """A checkpoint of each family, whose weights are far from even."""
    torch.manual_seed(0)
    write, more = FAMILIES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    write(folder)
    return Checkpoint(request.param, folder, **more)


@pytest.fixture(scope="module", params=["torch", "openvino"])
def encoder(request: pytest.FixtureRequest, checkpoint: Checkpoint) -> Encoder:
    """The encoder of each engine."""
    if request.param == "torch":
        return TorchEncoder(read_module(checkpoint, "float32"))
    loaded = loading.load(checkpoint, 0, ignore, convert.main, "f32")
    if loaded is None:
        pytest.skip(f"OpenVINO cannot run {checkpoint.name}: torch does.")
    assert isinstance(loaded.model, SharedBatches)
    assert isinstance(loaded.model.encoder, OpenVinoEncoder)
    return loaded.model


@torch.inference_mode()
def alone(module: Any, row: Sequence[int], first: int) -> list[np.ndarray[Any, Any]]:
    """What Transformers makes of one row, without padding."""
    types = (torch.arange(len(row)) >= first).long()[None]
    more = {"token_type_ids": types} if getattr(module.config, "type_vocab_size", 0) > 1 else {}
    output = module(input_ids=torch.tensor([row]), **more)
    return [output[name][0].numpy() for name in output if name not in ("pooler_output",)]


def test_outputs_are_those_of_transformers(encoder: Encoder, checkpoint: Checkpoint) -> None:
    """In one batch, whatever its padding and types; and the sizes and classes are reported."""
    module = read_module(checkpoint, "float32")
    found = encoder(ROWS, FIRSTS)
    for i, (row, first) in enumerate(zip(ROWS, FIRSTS, strict=True)):
        wanted = alone(module, row, first)
        assert len(found) == len(wanted)
        for ours, theirs in zip(found, wanted, strict=True):
            kept = ours[i] if checkpoint.head in ("sentiment", "entailment") else ours[i][: len(row)]
            assert kept.dtype == np.float32
            np.testing.assert_allclose(kept, theirs, atol=2e-5)
    assert encoder.info.width == 32
    assert encoder.info.padding == (module.config.pad_token_id or 0)
    if checkpoint.labels:
        assert encoder.info.labels == checkpoint.labels


def test_threads_get_their_own_results(encoder: Encoder) -> None:
    """Eight threads at once, with rows of many lengths."""
    rows = [[7 + n % 50] * (1 + n % 30) for n in range(64)]
    wanted = [encoder([row]) for row in rows]
    with ThreadPoolExecutor(8) as pool:
        for found, expected in zip(pool.map(lambda row: encoder([row]), rows), wanted, strict=True):
            for ours, theirs in zip(found, expected, strict=True):
                # In a batch with others there is more padding.
                np.testing.assert_allclose(ours[tuple(map(slice, theirs.shape))], theirs, atol=2e-5)


@pytest.fixture
def small(tmp_path: Path) -> Checkpoint:
    """A checkpoint that nothing was made of."""
    classifier(tmp_path)
    return Checkpoint("small", tmp_path, "sentiment", labels=LABELS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """A checkpoint beside its conversion."""
    folder = tmp_path_factory.mktemp("made")
    classifier(folder)
    checkpoint = Checkpoint("small", folder, "sentiment", labels=LABELS)
    assert loading.load(checkpoint, 0, ignore, convert.main, "f32") is not None
    return checkpoint


@pytest.fixture
def copied(made: Checkpoint, tmp_path: Path) -> Checkpoint:
    """A copy of both, to be harmed."""
    folder = tmp_path / "copied"
    shutil.copytree(made.folder, folder)
    return replace(made, folder=folder)


def place(checkpoint: Checkpoint) -> Path:
    """Where its conversion is."""
    [folder] = checkpoint.folder.glob("openvino-*/")
    return folder


def count(calls: list[Sequence[str]]) -> loading.Run:
    """A run that notes its arguments."""

    def run(arguments: Sequence[str]) -> None:
        calls.append(arguments)
        convert.main(arguments)

    return run


def test_a_conversion_is_made_once(small: Checkpoint) -> None:
    """The stage is reported; the next load finds it, and it takes as much memory as its file."""
    calls: list[Sequence[str]] = []
    reported: list[Stage] = []
    for _ in range(2):
        loaded = loading.load(small, 1, reported.append, count(calls), "f32")
        assert loaded is not None
        assert (loaded.engine, loaded.dtype, loaded.device) == ("openvino", "float32", "cpu")
        assert loaded.nbytes == (place(small) / converted.WEIGHTS).stat().st_size
    assert len(calls) == 1
    assert reported == [Stage("Converting", "small"), Stage("Loading", "small")]


def _cut(folder: Path) -> None:
    path = folder / converted.WEIGHTS
    path.write_bytes(path.read_bytes()[:-8])


def _garble(folder: Path) -> None:
    path = folder / converted.GRAPH
    path.write_bytes(b"x" * path.stat().st_size)


def _age(folder: Path) -> None:
    path = folder / converted.RECORD
    path.write_text(json.dumps(json.loads(path.read_text()) | {"openvino": "2020.1"}))


@pytest.mark.parametrize("harm", [_cut, _garble, _age])
def test_a_broken_or_older_conversion_is_made_anew(copied: Checkpoint, harm: Callable[[Path], None]) -> None:
    """And gives the same."""
    calls: list[Sequence[str]] = []
    first = loading.load(copied, 0, ignore, count(calls), "f32")
    assert not calls
    harm(place(copied))
    second = loading.load(copied, 0, ignore, count(calls), "f32")
    assert first is not None
    assert second is not None
    assert len(calls) == 1
    np.testing.assert_array_equal(first.model(ROWS)[0], second.model(ROWS)[0])


@pytest.mark.parametrize("error", [0.5, float("nan")])
def test_what_computes_something_else_runs_in_torch(
    small: Checkpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: float
) -> None:
    """That is remembered, so that it is not tried at every load."""
    monkeypatch.setattr(conversion, "_error", lambda *_: error)
    caplog.set_level(logging.INFO)
    calls: list[Sequence[str]] = []
    assert loading.load(small, 0, ignore, count(calls), "f32") is None
    assert loading.load(small, 0, ignore, count(calls), "f32") is None
    assert len(calls) == 1
    assert "small runs in torch" in caplog.text
    assert f"its outputs are {error:.1e} off" in caplog.text


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_as_many_as_set(made: Checkpoint, threads: int) -> None:
    """In float32 whatever the CPU could do faster, and bound to no core."""
    network = compiled(place(made) / converted.GRAPH, threads)
    assert network.get_property("INFERENCE_NUM_THREADS") == threads
    assert network.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"
    assert not network.get_property("ENABLE_CPU_PINNING")


def test_a_conversion_that_breaks_off_is_tried_again(small: Checkpoint, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is remembered; torch runs it for now."""

    def broken(arguments: Sequence[str]) -> None:
        raise ConversionFailed("killed")

    assert loading.load(small, 0, ignore, broken) is None
    assert "The conversion of small failed: killed" in caplog.text
    assert loading.load(small, 0, ignore, convert.main) is not None


def test_without_openvino_torch_runs_it(
    small: Checkpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the reason."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    assert loading.load(small, 0, ignore, convert.main) is None
    assert "small runs in torch: openvino is not installed" in caplog.text


def test_those_who_convert_at_once_wait_for_one(small: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """As processes do: they share only the lock file."""
    reads: list[Checkpoint] = []

    def read(checkpoint: Checkpoint, dtype: Any) -> Any:
        reads.append(checkpoint)
        return read_module(checkpoint, dtype)

    monkeypatch.setattr(conversion, "read_module", read)
    out = small.folder / "out"
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: conversion.convert(small, out), range(3)))
    assert len(reads) == 1
    assert converted.read(out) is not None


def test_the_command_runs_in_a_process_of_its_own(small: Checkpoint, tmp_path: Path) -> None:
    """It writes what the same call in this process writes; its last line of output is the reason of a failure."""
    run(convert.encoder_arguments(small, tmp_path / "out"))
    found = converted.read(tmp_path / "out")
    assert found is not None
    assert found.info == TorchEncoder(read_module(small, "float32")).info
    with pytest.raises(ConversionFailed, match="missing"):
        run(convert.encoder_arguments(replace(small, folder=tmp_path / "missing"), tmp_path / "none"))


def test_another_adapter_is_another_conversion(small: Checkpoint, tmp_path: Path) -> None:
    """So are other classes and another head."""
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_model.safetensors").write_bytes(b"one")
    keys = {small.key, replace(small, adapter=adapter).key}
    (adapter / "adapter_model.safetensors").write_bytes(b"two")
    keys |= {replace(small, adapter=adapter).key, replace(small, labels=()).key, replace(small, head="encoder").key}
    assert len(keys) == 5


@pytest.mark.parametrize("text", ["a b", "[CLS] a [SEP]", "é中😀 a\nb", ""])
def test_the_tokenizer_is_that_of_transformers(made: Checkpoint, text: str) -> None:
    """Ids, places and pairs; what looks like a control token is text."""
    loaded = loading.load(made, 0, ignore, convert.main, "f32")
    assert loaded is not None
    ours: Tokenizer = loaded.tokenizer
    theirs = AutoTokenizer.from_pretrained(made.folder, split_special_tokens=True)
    for pair in (None, "b a"):
        wanted = theirs(text, pair, return_offsets_mapping=True)
        found = ours(text, pair)
        assert found["input_ids"] == wanted["input_ids"]
        assert found["offset_mapping"] == wanted["offset_mapping"]
        assert found.sequence_ids(0) == wanted.sequence_ids(0)
    for role in ("cls_token_id", "sep_token_id", "pad_token_id"):
        assert getattr(ours, role) == getattr(theirs, role) is not None
