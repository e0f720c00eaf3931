"""Loads a Firefox Translations student, trained by Marian, as a torch module."""

from pathlib import Path

import torch

from models.engines.torch.student import Student
from models.weights.student import EMBEDDING, OUTPUT_BIAS, StudentConfig, read

ATTENTION = {"query": "q", "key": "k", "value": "v", "output": "o"}


def load_student(folder: Path) -> Student:
    """The model in `folder`/model.bin.

    Raises ValueError where the file holds another kind of network.
    """
    weights, config = read(folder)
    # Without weights of its own, which would take as much memory as those that are read.
    with torch.device("meta"):
        student = Student(config)
    tensors = {ours: torch.from_numpy(weights.pop(theirs).floats) for ours, theirs in names(config).items()}
    student.load_state_dict(tensors | {"output.weight": tensors["embedding.weight"]}, assign=True)
    student.output.weight = student.embedding.weight
    return student


def names(config: StudentConfig) -> dict[str, str]:
    """Marian's name for each of the module's parameters."""
    named = {"embedding.weight": EMBEDDING, "output.bias": OUTPUT_BIAS}
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
