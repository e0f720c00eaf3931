"""MPNet attention in half precision; Transformers computes it in float32 under autocast, which takes 1.2x as long."""

from typing import Any

import torch
from torch import Tensor, nn


class HalfPrecisionAttention(nn.Module):
    """Replacement for `MPNetSelfAttention` that reuses its layers and computes in the dtype of their outputs."""

    def __init__(self, original: Any) -> None:
        super().__init__()
        self.heads, self.width = original.num_attention_heads, original.attention_head_size
        self.q, self.k, self.v, self.o = original.q, original.k, original.v, original.o

    def forward(
        self, hidden: Tensor, attention_mask: Tensor | None = None, position_bias: Tensor | None = None, **_: Any
    ) -> tuple[Tensor]:
        """Attend over `hidden` (batch, tokens, width); the mask and the position bias are added to the scores."""
        shape = (*hidden.shape[:-1], self.heads, self.width)
        query, key, value = (layer(hidden).view(shape).transpose(1, 2) for layer in (self.q, self.k, self.v))
        with torch.autocast("cpu", enabled=False):
            scores = torch.matmul(query * self.width**-0.5, key.transpose(2, 3))
            for added in (position_bias, attention_mask):
                if added is not None:
                    scores = scores + added.to(scores.dtype)
            output = torch.matmul(torch.softmax(scores, dim=-1), value)
        return (self.o(output.transpose(1, 2).reshape(hidden.shape)),)


def attend_in_half_precision(model: nn.Module) -> None:
    """Replace every attention of an MPNet `model` in place. The new ones have no dropout and return no weights."""
    from transformers.models.mpnet.modeling_mpnet import MPNetAttention

    for module in model.modules():
        if isinstance(module, MPNetAttention):
            attention: Any = module
            attention.attn = HalfPrecisionAttention(attention.attn)
