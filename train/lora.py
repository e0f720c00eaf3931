"""LoRA on a frozen encoder (Hu et al. 2021), set up to train fast on a CPU."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AttentionInterface, AutoConfig
from transformers.masking_utils import AttentionMaskInterface, eager_mask

from models.engines.torch.adapters import PREFIX
from train.bases import MINILM, Base
from train.mpnet import attend_in_half_precision

ATTENTION = "half_precision"
ADAPTER = "adapter_model.safetensors"
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
LORA_A, LORA_B = "lora_A.default.weight", "lora_B.default.weight"


def half_precision_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, Tensor]:
    """Attend in the precision of the inputs, (batch, heads, tokens, width) each.

    Autocast would run the softmax in float32, and the fused CPU kernel has a slow backward pass: this trains
    1.6 times as many examples a second on AVX512-BF16.
    """
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    scores = torch.matmul(query * scaling, key.transpose(2, 3))
    if attention_mask is not None:
        scores = scores + attention_mask.to(scores.dtype)
    with torch.autocast("cpu", enabled=False):
        weights = torch.softmax(scores, dim=-1)
        output = torch.matmul(weights, value)
    return output.transpose(1, 2).contiguous(), weights


def load_base(auto_class: Any, folder: Path, **options: Any) -> nn.Module:
    """Load the encoder in `folder` under a new task head, in float32, without dropout."""
    AttentionInterface.register(ATTENTION, half_precision_attention)
    AttentionMaskInterface.register(ATTENTION, eager_mask)
    is_mpnet = AutoConfig.from_pretrained(folder).model_type == "mpnet"
    attention = "eager" if is_mpnet else ATTENTION
    model: nn.Module = auto_class.from_pretrained(
        folder, dtype=torch.float32, attn_implementation=attention, **NO_DROPOUT, **options
    )
    if is_mpnet:
        attend_in_half_precision(model)
    return model


def add_adapter(model: nn.Module, rank: int, head: str, base: Base = MINILM) -> PeftModel:
    """Freeze `model` but for a rank-`rank` LoRA on every linear layer of its `base` and the layer called `head`."""
    config = LoraConfig(
        r=rank,
        lora_alpha=rank,
        target_modules=list(base.layers),
        modules_to_save=[head],
        base_model_name_or_path=base.repository,
    )
    adapted: PeftModel = get_peft_model(model, config)
    return adapted


def merge_and_unfreeze(model: PeftModel, head: str) -> nn.Module:
    """Merge the adapter of `model` into it, and let all of its linear layers and the layer called `head` train.

    Embeddings, norms and biases stay frozen, so that what is learnt is a change of matrices, as an adapter is.
    """
    merged: nn.Module = model.merge_and_unload()
    merged.requires_grad_(False)
    for name, layer in merged.named_modules():
        if name == head:
            layer.requires_grad_(True)
        elif isinstance(layer, nn.Linear):
            layer.weight.requires_grad_(True)
    return merged


def mean(models: Sequence[nn.Module]) -> nn.Module:
    """The first of `models`, of one architecture, with the mean of the parameters of all."""
    with torch.no_grad():
        for own in zip(*(model.parameters() for model in models), strict=True):
            own[0].copy_(torch.stack(own).mean(0))
    return models[0]


def extract_adapter(base: nn.Module, trained: nn.Module, rank: int, head: str) -> PeftModel:
    """The rank-`rank` adapter nearest, in the Frobenius norm, to what training changed: `trained` less `base`."""
    weights = dict(trained.named_parameters())
    adapted = add_adapter(base, rank, head)
    parameters = {name.removeprefix("base_model.model."): value for name, value in adapted.named_parameters()}
    with torch.no_grad():
        for name, value in parameters.items():
            if name.endswith(LORA_A):
                layer = name.removesuffix(f".{LORA_A}")
                change = weights[f"{layer}.weight"] - parameters[f"{layer}.base_layer.weight"]
                left, sizes, right = torch.linalg.svd(change, full_matrices=False)
                kept = min(rank, len(sizes))
                value.zero_()
                value[:kept] = sizes[:kept, None].sqrt() * right[:kept]
                parameters[f"{layer}.{LORA_B}"][:, :kept] = left[:, :kept] * sizes[:kept].sqrt()
            elif name.startswith(f"{head}.modules_to_save"):
                value.copy_(weights[f"{head}.{name.rsplit('.', 1)[1]}"])
    return adapted


def continued(model: nn.Module, folder: Path, rank: int, head: str, base: Base) -> PeftModel:
    """Wrap `model` in the adapter from `folder`, or in a new one of `rank` if there is none, for further training."""
    there = (folder / ADAPTER).exists()
    own = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["r"] if there else rank
    adapted = add_adapter(model, own, head, base)
    if there:
        load_adapter(adapted, folder)
    for module in adapted.modules():
        if isinstance(module, LoraLayer):
            # Autocast would convert the frozen weights at every step, and undo peft's conversion of the inputs.
            module.get_base_layer().to(torch.bfloat16)
            module.cast_input_dtype_enabled = False
    return adapted


def load_adapter(model: PeftModel, folder: Path) -> None:
    """Copy the adapter in `folder` into `model`, which has the same layers. Raises KeyError if one is missing."""
    tensors = load_file(folder / ADAPTER)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.copy_(tensors[PREFIX + _saved_name(name)])


def _saved_name(name: str) -> str:
    """Convert a parameter name in memory to its name in the adapter file, without the prefix."""
    return name.removeprefix(PREFIX).replace(".modules_to_save.default", "").replace(".default.", ".")


def save_adapter(model: PeftModel, folder: Path, base: Base = MINILM) -> Path:
    """Write the adapter in peft's own format, its tensors as float16, and return the weights' path.

    Of peft's configuration only what is needed to load it is kept, so that a second run writes the same bytes.
    """
    model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / ADAPTER
    save_file({name: tensor.half() for name, tensor in load_file(path).items()}, path)
    path.chmod(0o644)
    config = model.peft_config["default"]
    kept = {
        "peft_type": "LORA",
        "base_model_name_or_path": base.repository,
        "r": config.r,
        "lora_alpha": config.lora_alpha,
        "target_modules": sorted(config.target_modules),
        "modules_to_save": config.modules_to_save,
    }
    (folder / "adapter_config.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return path
