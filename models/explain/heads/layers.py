"""Finds the attention layers of a model in torch, whatever its architecture calls their parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

Stack = Literal["encoder", "decoder", "cross"]
"""Self-attention in both directions, self-attention to the left only, and from a decoder to what an encoder read."""

# The linear maps of values and of the output in one module: Llama, BART and Marian, T5 and MPNet, DistilBERT, and the
# Firefox student. In BERT and its kin the output map is in a module beside.
MAPS = (
    ("v_proj", "o_proj"),
    ("v_proj", "out_proj"),
    ("v", "o"),
    ("v_lin", "out_lin"),
    ("value", "output"),
)
VALUES_BESIDE = ("value", "value_proj")
HEADS = ("num_attention_heads", "num_heads", "n_heads", "heads")
CROSS = ("encoder_attn", "EncDecAttention", "crossattention")


@dataclass(frozen=True)
class AttentionLayer:
    """One attention layer: `module` computes the weights, `value` the values; `output` maps all heads' results.

    The input of `output` has `heads` slices of `size` numbers, one for each head. `block` is the whole layer around it,
    with its feed-forward part.
    """

    module: nn.Module
    value: nn.Linear
    output: nn.Linear
    heads: int
    block: nn.Module

    @property
    def size(self) -> int:
        """How many numbers each head gives for a token."""
        return self.output.in_features // self.heads

    @property
    def output_by_head(self) -> Tensor:
        """The weights of `output` as (heads, size, width)."""
        return self.output.weight.T.reshape(self.heads, self.size, -1)


def attention_layers(model: nn.Module) -> Mapping[Stack, tuple[AttentionLayer, ...]]:
    """The attention layers of `model` by their stack, first to last; empty where none has parts of a known name."""
    modules = dict(model.named_modules())
    found: dict[Stack, list[AttentionLayer]] = {}
    for name, module in modules.items():
        maps = _maps(module, modules.get(name.rpartition(".")[0]))
        if maps is not None:
            layer = AttentionLayer(module, *maps, _heads(module), _block(name, modules))
            found.setdefault(_stack(name, module), []).append(layer)
    return {stack: tuple(layers) for stack, layers in found.items()}


def _maps(module: nn.Module, parent: nn.Module | None) -> tuple[nn.Linear, nn.Linear] | None:
    for names in MAPS:
        value, output = (getattr(module, name, None) for name in names)
        if isinstance(value, nn.Linear) and isinstance(output, nn.Linear):
            return value, output
    for name in VALUES_BESIDE:
        value, output = getattr(module, name, None), getattr(getattr(parent, "output", None), "dense", None)
        if isinstance(value, nn.Linear) and isinstance(output, nn.Linear):
            return value, output
    return None


def _heads(module: nn.Module) -> int:
    places = (module, getattr(module, "config", None))
    return next(int(getattr(place, name)) for place in places for name in HEADS if hasattr(place, name))


def _block(name: str, modules: Mapping[str, nn.Module]) -> nn.Module:
    """The innermost numbered module that holds the one called `name`."""
    parts = name.split(".")
    numbered = max(i for i, part in enumerate(parts) if part.isdecimal())
    # T5 numbers the parts within a block too.
    if "block" in parts:
        numbered = parts.index("block") + 1
    return modules[".".join(parts[: numbered + 1])]


def _stack(name: str, module: nn.Module) -> Stack:
    parts = name.split(".")
    if any(part in CROSS for part in parts):
        return "cross"
    if "decoder" in parts:
        # The student's decoder has a recurrent cell in the place of self-attention.
        return "cross" if isinstance(getattr(module, "output", None), nn.Linear) else "decoder"
    return "decoder" if getattr(module, "is_causal", False) else "encoder"
