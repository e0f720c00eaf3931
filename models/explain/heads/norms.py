"""Norm-based attention (Kobayashi et al. 2020); imported when a model is, since it needs torch.

A head adds to a token the sum of weight times transformed value over all tokens. Where the value is short, a large
weight adds little: the length of each term says what is passed on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from models.explain.attention_math import Weights
from models.explain.heads.hooks import captured
from models.explain.heads.layers import AttentionLayer, Stack, attention_layers

Norms = Callable[[], Weights | None]


@contextmanager
def value_norms(model: nn.Module, *stacks: Stack) -> Iterator[Norms]:
    """What gives, once `model` has read one text in the `with` block, the lengths of its tokens' transformed values.

    These are the value with its bias, times that head's slice of the output projection: (layers, heads, keys), of the
    first of `stacks` that the model has. None where the parts of the model are not known by their names.
    """
    found = attention_layers(model)
    layers = next((found[stack] for stack in stacks if stack in found), ())
    with captured({str(number): layer.value for number, layer in enumerate(layers)}) as values:

        def norms() -> Weights | None:
            lengths = [_norms(layer, values[str(number)]) for number, layer in enumerate(layers)]
            return torch.stack(lengths).float().cpu().numpy() if lengths else None

        yield norms


@torch.inference_mode()
def _norms(layer: AttentionLayer, values: Tensor) -> Tensor:
    """(heads, keys) of `values` (1, keys, key-value heads * size)."""
    by_head = values[0].view(values.shape[1], -1, layer.size).transpose(0, 1)
    own = by_head.repeat_interleave(layer.heads // by_head.shape[0], 0)
    lengths: Tensor = torch.linalg.vector_norm(own @ layer.output_by_head, dim=-1)
    return lengths
