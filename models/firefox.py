"""Loads a Firefox Translations student, trained by Marian, as a torch module."""

from pathlib import Path

import torch
from sentencepiece import SentencePieceProcessor
from torch import Tensor

from models import marian
from models.student import Student
from models.student_layers import StudentConfig

KIND = {"dec-cell": "ssru", "transformer-postprocess": "dan", "transformer-ffn-activation": "relu"}
ATTENTION = {"query": "q", "key": "k", "value": "v", "output": "o"}


def load_student(folder: Path) -> tuple[Student, SentencePieceProcessor]:
    """The model in `folder`/model.bin and the tokenizer in `folder`/vocab.spm.

    Raises ValueError where the file holds another kind of network.
    """
    tensors, configuration = marian.read(folder / "model.bin")
    if {key: configuration.get(key) for key in KIND} != KIND:
        raise ValueError(f"{folder / 'model.bin'} is no Firefox Translations student.")
    # Without weights of its own, which would take as much memory as those that are read.
    with torch.device("meta"):
        student = Student(_config(tensors, configuration))
    weights = {ours: _to_torch(ours, tensors.pop(theirs)) for ours, theirs in names(student.config).items()}
    student.load_state_dict(weights | {"output.weight": weights["embedding.weight"]}, assign=True)
    student.output.weight = student.embedding.weight
    return student, SentencePieceProcessor(model_file=str(folder / "vocab.spm"))


def names(config: StudentConfig) -> dict[str, str]:
    """Marian's name for each of the module's parameters."""
    named = {"embedding.weight": "Wemb", "output.bias": "decoder_ff_logit_out_b"}
    for side, count in (("encoder", config.encoder_layers), ("decoder", config.decoder_layers)):
        for i in range(count):
            ours, theirs = f"{side}.{i}.", f"{side}_l{i + 1}_"
            attention = "self" if side == "encoder" else "context"
            for layer, letter in ATTENTION.items():
                named[f"{ours}attention.{layer}.weight"] = f"{theirs}{attention}_W{letter}"
                named[f"{ours}attention.{layer}.bias"] = f"{theirs}{attention}_b{letter}"
            named |= _norm(f"{ours}attention.norm", f"{theirs}{attention}_Wo_ln")
            for layer, digit in (("up", 1), ("down", 2)):
                named[f"{ours}feed_forward.{layer}.weight"] = f"{theirs}ffn_W{digit}"
                named[f"{ours}feed_forward.{layer}.bias"] = f"{theirs}ffn_b{digit}"
            named |= _norm(f"{ours}feed_forward.norm", f"{theirs}ffn_ffn_ln")
            if side == "decoder":
                named[f"{ours}cell.candidate.weight"] = f"{theirs}rnn_W"
                named[f"{ours}cell.forget.weight"] = f"{theirs}rnn_Wf"
                named[f"{ours}cell.forget.bias"] = f"{theirs}rnn_bf"
                named |= _norm(f"{ours}cell.norm", f"{theirs}rnn_ffn_ln")
    return named


def _norm(ours: str, theirs: str) -> dict[str, str]:
    return {f"{ours}.weight": f"{theirs}_scale", f"{ours}.bias": f"{theirs}_bias"}


def _to_torch(name: str, tensor: Tensor) -> Tensor:
    """Marian multiplies x W where torch multiplies x W^T, and keeps its vectors as one row."""
    if tensor.shape[0] == 1:
        return tensor[0]
    return tensor if name == "embedding.weight" else tensor.T.contiguous()


def _config(tensors: dict[str, Tensor], configuration: dict[str, str]) -> StudentConfig:
    vocabulary, width = tensors["Wemb"].shape
    return StudentConfig(
        vocabulary=vocabulary,
        width=width,
        hidden=tensors["encoder_l1_ffn_W1"].shape[1],
        heads=int(configuration["transformer-heads"]),
        encoder_layers=int(configuration["enc-depth"]),
        decoder_layers=int(configuration["dec-depth"]),
    )
