"""Captures the queries, keys and values of a transformers model; imported when a model is, since it needs torch."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from models.explain.attention_math import Weights
from models.explain.attention_reading import read_transformer
from models.explain.reading import Projections, Reading
from models.runtime.cache import Loaded

# What BERT and its kin call the three linear maps of a layer, and what Llama and its kin do.
MAPS = (("query", "key", "value"), ("q_proj", "k_proj", "v_proj"))
ROTARY = "rotary_emb"


def read_head(loaded: Loaded, text: str, layer: int, head: int) -> tuple[Reading, Projections]:
    """The attention of a model, loaded eager, over `text`, and the vectors of one head that it is made of.

    Raises ValueError where these do not give that head's weights: the model computes them in a way not known here.
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


@contextmanager
def captured(modules: Mapping[str, nn.Module]) -> Iterator[dict[str, Any]]:
    """What each of `modules` last put out inside the `with` block, by its name.

    The model is shared: what other threads run through it meanwhile is not noted.
    """
    outputs: dict[str, Any] = {}
    here = threading.get_ident()

    def note(name: str, output: Any) -> None:
        if threading.get_ident() == here:
            outputs[name] = output

    hooks = [
        module.register_forward_hook(lambda _, __, output, name=name: note(name, output))
        for name, module in modules.items()
    ]
    try:
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()


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
