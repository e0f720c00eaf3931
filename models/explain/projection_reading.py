"""Captures the queries, keys and values of a transformers model; imported when a model is, since it needs torch."""

from typing import Any

import torch
from torch import nn

from models.explain.attention_math import Weights
from models.explain.attention_reading import read_transformer
from models.explain.heads.hooks import captured
from models.explain.reading import Projections, Reading
from models.runtime.cache import Loaded

# The names of the three linear maps of a layer in models like BERT, and in models like Llama.
MAPS = (("query", "key", "value"), ("q_proj", "k_proj", "v_proj"))
ROTARY = "rotary_emb"


def read_head(loaded: Loaded, text: str, layer: int, head: int) -> tuple[Reading, Projections]:
    """The attention of a model, loaded eager, over `text`, and the vectors of one head.

    Raises ValueError if these do not reproduce that head's weights, as for an unsupported kind of attention.
    """
    attention, names = _layers(loaded.model)[layer]
    watched = {name: getattr(attention, name) for name in names}
    rotary = [module for name, module in loaded.model.named_modules() if name.endswith(ROTARY)]
    if rotary:
        watched[ROTARY] = rotary[0]
    with captured(watched) as outputs:
        reading = read_transformer(loaded, text, "")
    size = outputs[names[0]].shape[-1] // reading.weights.shape[1]
    queries, keys, values = (_by_head(outputs[name], size) for name in names)
    if rotary:
        from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

        queries, keys = apply_rotary_pos_emb(queries, keys, *outputs[ROTARY])
    shared = head * keys.shape[1] // queries.shape[1]
    made = Projections(
        _array(queries[0, head]),
        _array(keys[0, shared]),
        _array(values[0, shared]),
        float(attention.scaling),
        bool(attention.is_causal),
        bool(rotary),
    )
    off = float(abs(weights(made) - reading.weights[layer, head]).max())
    if off > max(1e-5, 8 * torch.finfo(queries.dtype).eps):
        raise ValueError(f"{type(loaded.model).__name__}'s queries and keys give weights {off:.0e} off its own.")
    return reading, made


def weights(made: Projections) -> Weights:
    """The attention weights (tokens, tokens) that follow from `made`."""
    scores = torch.from_numpy(made.queries) @ torch.from_numpy(made.keys).T * made.scale
    if made.causal:
        scores.masked_fill_(torch.ones_like(scores, dtype=torch.bool).triu(1), -torch.inf)
    found: Weights = scores.softmax(-1).numpy()
    return found


def _layers(model: nn.Module) -> list[tuple[Any, tuple[str, str, str]]]:
    """The attention modules of `model`, layer by layer, with the names of their three maps."""
    found = [
        (module, names)
        for module in model.modules()
        for names in MAPS
        if all(isinstance(getattr(module, name, None), nn.Linear) for name in names)
    ]
    if not found:
        raise ValueError(f"{type(model).__name__} has no query, key and value maps of a known name.")
    return found


def _by_head(projected: torch.Tensor, size: int) -> torch.Tensor:
    """(1, tokens, heads * size) as (1, heads, tokens, size)."""
    return projected.view(*projected.shape[:2], -1, size).transpose(1, 2)


def _array(vectors: torch.Tensor) -> Weights:
    array: Weights = vectors.float().cpu().numpy()
    return array
