"""Low-rank adapters (LoRA, Hu et al. 2021) in peft's file format, merged into a model when it loads."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn

PREFIX = "base_model.model."
CALIBRATION = "calibration.json"


def merge(model: nn.Module, folder: Path) -> set[str]:
    """Add the adapter in `folder` to the weights of `model`, in place: W + (alpha / r) B A, and the trained head.

    What its `calibration.json` says, if there is one, goes to `model.config.calibration`. Returns the names of the
    weights that the adapter holds whole: the head's.
    Raises KeyError where the adapter names a weight that `model` does not have.
    """
    lora = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    scale = lora["lora_alpha"] / lora["r"]
    tensors = {
        name.removeprefix(PREFIX): t.float() for name, t in load_file(folder / "adapter_model.safetensors").items()
    }
    weights = dict(model.named_parameters())
    whole = {name for name in tensors if not name.endswith((".lora_A.weight", ".lora_B.weight"))}
    with torch.no_grad():
        for name, tensor in tensors.items():
            if name.endswith(".lora_A.weight"):
                layer = name.removesuffix(".lora_A.weight")
                weights[f"{layer}.weight"].add_(scale * tensors[f"{layer}.lora_B.weight"] @ tensor)
            elif name in whole:
                weights[name].copy_(tensor)
    calibration = folder / CALIBRATION
    if calibration.exists():
        config: Any = model.config
        config.calibration = json.loads(calibration.read_text(encoding="utf-8"))
    return whole
