"""Encoders of BERT's family (Devlin et al. 2019) on a CPU: their layers' products in bfloat16, all else their own."""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers.activations import GELUActivation
from transformers.modeling_outputs import BaseModelOutputWithPooling

from models.onednn import Packed, pack

# How far the last states of a short text may lie from the model's own (relative).
TOLERANCE = 0.03
PROBE = 16


class OtherActivation(ValueError):
    """A layer whose activation is not GELU, which the kernel has."""


class PackedLayer(nn.Module):
    """A layer in place of Transformers' own; it tells no attention and has no gradients.

    The query, key and value matrices are one. Where `first_only`, it computes the first token's state and no other.
    """

    def __init__(
        self,
        heads: int,
        query_key_value: Packed,
        output: Packed,
        after_attention: nn.LayerNorm,
        up: Packed,
        down: Packed,
        after_mlp: nn.LayerNorm,
    ) -> None:
        super().__init__()
        self.heads, self.first_only = heads, False
        self.query_key_value, self.output, self.after_attention = query_key_value, output, after_attention
        self.up, self.down, self.after_mlp = up, down, after_mlp

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """The next states of `x`, (batch, tokens, width); `mask` as `scaled_dot_product_attention` takes it."""
        rows, tokens = x.shape[:2]
        queries, keys, values = self.query_key_value(x).view(rows, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if self.first_only:
            x, queries, mask = x[:, :1], queries[:, :, :1], None if mask is None else mask[:, :, :1]
        mixed = scaled_dot_product_attention(queries, keys, values, mask).transpose(1, 2).reshape(x.shape)
        x = self.after_attention(x + self.output(mixed))
        y: Tensor = self.after_mlp(x + self.down(self.up(x)))
        return y

    @property
    def nbytes(self) -> int:
        """The bytes of its matrices, which are no parameters."""
        return sum(each.nbytes for each in (self.query_key_value, self.output, self.up, self.down))


def pack_layers(model: Any) -> bool:
    """Pack the layers of `model`, an encoder under any head, in float32; whether it now runs on them.

    It does not where it is of another family, or where its states would be too far from what they were.
    """
    encoder = model.base_model
    distilled = hasattr(encoder, "transformer")
    stack = encoder.transformer if distilled else getattr(encoder, "encoder", None)
    own = getattr(stack, "layer", None)
    if stack is None or own is None:
        return False
    packing, heads = _distilbert if distilled else _bert, encoder.config.num_attention_heads
    try:
        packed = [packing(layer, heads) for layer in own]
    except (AttributeError, OtherActivation):
        return False
    # A classifier looks at the first token's last state alone.
    packed[-1].first_only = type(model).__name__.endswith("ForSequenceClassification")
    before = _states(encoder)
    stack.layer = nn.ModuleList(packed)
    # Of the parts and not of the encoder, which would then be kept alive by itself.
    encoder.forward = partial(_read, encoder.embeddings, stack.layer, getattr(encoder, "pooler", None))
    after = _states(encoder)
    before = before[:, : after.shape[1]]
    if (after - before).norm() < TOLERANCE * before.norm():
        return True
    stack.layer = own
    del encoder.forward
    return False


def _read(
    embeddings: nn.Module,
    layers: nn.ModuleList,
    pooler: nn.Module | None,
    input_ids: Tensor,
    attention_mask: Tensor | None = None,
    token_type_ids: Tensor | None = None,
    **_: Any,
) -> BaseModelOutputWithPooling:
    """What an encoder makes of texts; all that its own way has for other uses takes half a millisecond and more."""
    x = embeddings(input_ids=input_ids, **({} if token_type_ids is None else {"token_type_ids": token_type_ids}))
    mask = None if attention_mask is None or attention_mask.all() else attention_mask[:, None, None].bool()
    for layer in layers:
        x = layer(x, mask)
    return BaseModelOutputWithPooling(last_hidden_state=x, pooler_output=None if pooler is None else pooler(x))


@torch.inference_mode()
def _states(encoder: Any) -> Tensor:
    tokens = torch.arange(PROBE)[None] * 7 % encoder.config.vocab_size
    states: Tensor = encoder(input_ids=tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state
    return states


def _bert(layer: Any, heads: int) -> PackedLayer:
    """A layer of BERT or RoBERTa."""
    attention, after = layer.attention.self, layer.attention.output
    _check(layer.intermediate.intermediate_act_fn)
    return PackedLayer(
        heads,
        pack(attention.query, attention.key, attention.value),
        pack(after.dense),
        after.LayerNorm,
        pack(layer.intermediate.dense, gelu=True),
        pack(layer.output.dense),
        layer.output.LayerNorm,
    )


def _distilbert(layer: Any, heads: int) -> PackedLayer:
    """A layer of DistilBERT (Sanh et al. 2019)."""
    attention, mlp = layer.attention, layer.ffn
    _check(mlp.activation)
    return PackedLayer(
        heads,
        pack(attention.q_lin, attention.k_lin, attention.v_lin),
        pack(attention.out_lin),
        layer.sa_layer_norm,
        pack(mlp.lin1, gelu=True),
        pack(mlp.lin2),
        layer.output_layer_norm,
    )


def _check(activation: Any) -> None:
    if not isinstance(activation, GELUActivation):
        raise OtherActivation
