"""The Llama family (Touvron et al. 2023) on a CPU: weights in sixteen bits, and as few operations as a token needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import rms_norm, scaled_dot_product_attention, silu
from transformers import LlamaForCausalLM

from models.packed import Packed, pack
from models.trimming import trim

# How far the logits of a short text may lie from the model's own (relative), which here computes in float16.
TOLERANCE = 0.03
PROBE = 16


class OtherArchitecture(ValueError):
    """A model that is not of the Llama family."""


@dataclass(frozen=True)
class Layer:
    """One layer's weights; the query, key and value matrices are one, and so are the gate and the up matrices."""

    before_attention: Tensor
    query_key_value: Packed
    output: Packed
    before_mlp: Tensor
    gate_up: Packed
    down: Packed


class PackedLlama:
    """A model of Transformers with packed weights: its `config` and `generation_config`, and texts read in contexts."""

    def __init__(self, model: LlamaForCausalLM) -> None:
        """Pack the weights of `model`, which loses its layers: both at once would take twice the memory.

        Raises OtherArchitecture, and takes nothing, where it is not of the Llama family.
        """
        config = model.config
        if type(model) is not LlamaForCausalLM or config.hidden_act != "silu":
            raise OtherArchitecture(f"{type(model).__name__} with {config.hidden_act} is not of the Llama family.")
        if config.attention_bias or config.mlp_bias:
            raise OtherArchitecture("Its layers have biases.")
        self.config, self.generation_config = config, model.generation_config
        self.epsilon = float(config.rms_norm_eps)
        self.heads, self.key_heads, self.width = config.num_attention_heads, config.num_key_value_heads, config.head_dim
        self.head = pack(model.lm_head.weight)
        # A copy: the model's own may be a place in a file, all of which would stay in memory for it.
        self.embedding = model.model.embed_tokens.weight.half().clone()
        self.layers = list(_packed_one_by_one(model.model.layers))
        self.norm = model.model.norm.weight.float()
        self.cosines, self.sines = _rotations(model)

    @property
    def nbytes(self) -> int:
        """The bytes of its weights."""
        kept = [self.embedding, self.head, self.norm, self.cosines, self.sines]
        for layer in self.layers:
            kept += vars(layer).values()
        return sum(int(weight.nbytes) for weight in kept)

    def begin(self) -> "PackedContext":
        """A context in which nothing is read yet."""
        return PackedContext(self)


class PackedContext:
    """The keys and values that an `PackedLlama` has read."""

    def __init__(self, model: PackedLlama) -> None:
        self.model = model
        self.length = 0
        # (layers, 2, rows, heads, room, width), so that a token's are written in place.
        self.read_so_far = torch.empty(len(model.layers), 2, 1, model.key_heads, 0, model.width)

    @torch.inference_mode()
    def read(self, tokens: Tensor, keep: int = 1) -> Tensor:
        """Read on."""
        model = self.model
        start, end = self.length, self.length + tokens.shape[1]
        self._make_room(end)
        x = model.embedding[tokens].float()
        cosines, sines = model.cosines[start:end], model.sines[start:end]
        seen = torch.ones(end - start, end, dtype=torch.bool).tril(start)
        for layer, read_so_far in zip(model.layers, self.read_so_far, strict=True):
            both = layer.query_key_value(self._norm(x, layer.before_attention))
            both = both.view(*both.shape[:2], -1, model.width).transpose(1, 2)
            turned, values = both[:, : -model.key_heads], both[:, -model.key_heads :]
            turned = turned * cosines + turned.roll(model.width // 2, -1) * sines
            queries, keys = turned[:, : model.heads], turned[:, model.heads :]
            read_so_far[0, :, :, start:end] = keys
            read_so_far[1, :, :, start:end] = values
            x = x + layer.output(_attend(queries, read_so_far[..., :end, :], seen))
            gate, up = layer.gate_up(self._norm(x, layer.before_mlp)).chunk(2, -1)
            x = x + layer.down(silu(gate) * up)
        self.length = end
        logits: Tensor = model.head(self._norm(x[:, -keep:], model.norm))
        return logits

    @torch.inference_mode()
    def select(self, rows: Sequence[int]) -> None:
        """Go on with these rows."""
        self.read_so_far = self.read_so_far[:, :, list(rows)]

    @torch.inference_mode()
    def cut(self, start: int, end: int) -> Tensor:
        """A copy of some keys and values."""
        return self.read_so_far[..., start:end, :].clone()

    @torch.inference_mode()
    def put(self, block: Tensor) -> None:
        """Add a copy."""
        end = self.length + block.shape[-2]
        self._make_room(end)
        self.read_so_far[..., self.length : end, :] = block
        self.length = end

    def forget(self, length: int) -> None:
        """Go back."""
        self.length = length

    def _make_room(self, end: int) -> None:
        room = self.read_so_far.shape[-2]
        if end > room:
            more = self.read_so_far.new_empty(*self.read_so_far.shape[:-2], max(end, room), self.model.width)
            self.read_so_far = torch.cat([self.read_so_far, more], -2)

    def _norm(self, x: Tensor, weight: Tensor) -> Tensor:
        if x.numel() > len(weight):
            return rms_norm(x, (x.shape[-1],), weight, self.model.epsilon)
        # One token's alone is a number: half as many operations.
        vector = x.view(-1)
        mean_square = float(torch.dot(vector, vector)) / len(weight)
        normed: Tensor = x * (mean_square + self.model.epsilon) ** -0.5 * weight
        return normed


def packed_if_trusted(model: LlamaForCausalLM) -> PackedLlama | None:
    """`model` packed, or None where that does not give its logits on a few tokens: what is not known would show.

    Raises OtherArchitecture.
    """
    tokens = torch.arange(PROBE)[None] * 7 % model.config.vocab_size
    with torch.inference_mode():
        expected = model(tokens).logits.float()
    packed = PackedLlama(model)
    got = packed.begin().read(tokens, PROBE)
    return packed if bool((got - expected).norm() < TOLERANCE * expected.norm()) else None


def _attend(queries: Tensor, keys_values: Tensor, seen: Tensor) -> Tensor:
    """Each of `queries`, (rows, heads, n, width), over the keys: (rows, n, heads x width)."""
    keys, values = keys_values
    if queries.shape[2] == 1:
        # The heads that share a key take the place of several queries: one product for them all.
        grouped = queries.reshape(queries.shape[0], keys.shape[1], -1, queries.shape[-1])
        return scaled_dot_product_attention(grouped, keys, values).reshape(queries.shape[0], 1, -1)
    attended = scaled_dot_product_attention(queries, keys, values, attn_mask=seen, enable_gqa=True)
    return attended.transpose(1, 2).flatten(2)


def _packed_one_by_one(layers: Any) -> Iterator[Layer]:
    """The layers packed, each taken away; what one leaves free goes back at once, or packed weights would lie in it."""
    while len(layers):
        yield _packed(layers.pop(0))
        trim()


def _packed(layer: Any) -> Layer:
    attention, mlp = layer.self_attn, layer.mlp
    return Layer(
        layer.input_layernorm.weight.float(),
        pack(attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight),
        pack(attention.o_proj.weight),
        layer.post_attention_layernorm.weight.float(),
        pack(mlp.gate_proj.weight, mlp.up_proj.weight),
        pack(mlp.down_proj.weight),
    )


def _rotations(model: LlamaForCausalLM) -> tuple[Tensor, Tensor]:
    """Cosines and sines of each position, (positions, width); the first half of the sines is negative.

    So a vector is turned by one roll (Su et al. 2021).
    """
    positions = torch.arange(model.config.max_position_embeddings)[None]
    cosines, sines = model.model.rotary_emb(torch.zeros(1), positions)
    half = model.config.head_dim // 2
    return cosines[0], torch.cat([-sines[0, :, :half], sines[0, :, half:]], -1)
