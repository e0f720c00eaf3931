"""Converts an encoder of Transformers to OpenVINO and verifies its outputs; needs torch."""

import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from filelock import FileLock
from torch import Tensor, nn

from models.engines.checkpoint import Checkpoint
from models.engines.encoder_batches import padded
from models.engines.openvino import converted
from models.engines.openvino.converted import GRAPH, WEIGHTS, Converted
from models.engines.openvino.encoder import OpenVinoEncoder, compiled
from models.engines.tokenizer import CONFIG
from models.engines.torch.encoder import TorchEncoder, outputs
from models.engines.torch.pretrained import read_module, read_tokenizer
from models.runtime.memory import out_of_memory
from models.weights.gguf import TOKENIZER

# The largest allowed difference from torch's outputs, relative to the largest output.
TOLERANCE = 1e-4
# The lengths of the rows used for tracing, and of those used for verification.
EXAMPLE = (17, 9)
CHECKED = ((40, 3, 25), (64, 64))


class Unconvertible(Exception):
    """OpenVINO cannot run the module, or its outputs differ."""


def convert(checkpoint: Checkpoint, folder: Path) -> None:
    """Write the converted encoder of `checkpoint` to `folder`, or the reason why OpenVINO cannot run it.

    A lock serializes processes that convert the same model; later ones reuse the result.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(folder.name + ".lock")):
        if converted.read(folder) is not None:
            return
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        module = read_module(checkpoint, "float32")
        tokenizer = read_tokenizer(checkpoint.folder)
        try:
            result = _write_network(TorchEncoder(module), partial)
        except Unconvertible as reason:
            result = Converted(None, failure=str(reason))
        else:
            (partial / TOKENIZER).write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
            (partial / CONFIG).write_text(json.dumps(tokenizer.special_tokens_map), encoding="utf-8")
        converted.write(partial, result)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(partial, folder)


def _write_network(encoder: TorchEncoder, folder: Path) -> Converted:
    """Convert and save. Raises Unconvertible, or a temporary error such as full memory or disk."""
    example = padded(_rows(encoder, EXAMPLE), encoder.info)
    try:
        with warnings.catch_warnings(), torch.inference_mode():
            # The tracer warns of Python values that it records as constants; the outputs are verified below.
            warnings.simplefilter("ignore")
            network = openvino.convert_model(
                _Outputs(encoder.module), example_input={name: torch.from_numpy(each) for name, each in example.items()}
            )
        network.reshape({each: [-1, -1] for each in network.inputs})
        openvino.save_model(network, folder / GRAPH, compress_to_fp16=False)
        error = _error(encoder, OpenVinoEncoder(compiled(folder / GRAPH), encoder.info))
    # The converter can raise any exception.
    except Exception as reason:
        if isinstance(reason, OSError) or out_of_memory(reason):
            raise
        raise Unconvertible(f"{type(reason).__name__}: {reason}".strip().splitlines()[0]) from reason
    # Negated, since the error may be NaN.
    if not error <= TOLERANCE:
        raise Unconvertible(f"its outputs are {error:.1e} off; at most {TOLERANCE:.0e} is allowed")
    return Converted(encoder.info, (folder / WEIGHTS).stat().st_size)


class _Outputs(nn.Module):
    """An encoder with the inputs used here and the outputs of its head alone."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.module = module

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        return outputs(self.module(input_ids=input_ids, attention_mask=attention_mask, **types))


def _rows(encoder: TorchEncoder, lengths: tuple[int, ...]) -> list[list[int]]:
    """Rows of these `lengths` of random tokens, the same each time."""
    random = np.random.default_rng(0)
    return [random.integers(0, encoder.module.config.vocab_size, length).tolist() for length in lengths]


def _error(encoder: TorchEncoder, other: OpenVinoEncoder) -> float:
    """The largest relative difference between the outputs of both, padding excluded."""
    errors = []
    for lengths in CHECKED:
        rows = _rows(encoder, lengths)
        firsts = [length // 2 for length in lengths]
        mask = padded(rows, encoder.info)["attention_mask"].astype(bool)
        for ours, theirs in zip(other(rows, firsts), encoder(rows, firsts), strict=True):
            if ours.shape != theirs.shape:
                raise Unconvertible(f"its outputs have the shape {ours.shape}, not {theirs.shape}")
            if theirs.shape[:2] == mask.shape:
                ours, theirs = ours[mask], theirs[mask]
            errors.append(np.abs(ours - theirs).max() / np.abs(theirs).max())
    return float(np.max(errors))
