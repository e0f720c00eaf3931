"""The Llama family (Touvron et al. 2023) on a CPU: weights in sixteen bits, and as few operations as a token needs."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import rms_norm, scaled_dot_product_attention, silu
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaDecoderLayer

from models.packed import pack
from models.traced import traced
from models.trimming import trim

# How far the logits of a short text may lie from the model's own (relative), which here computes in float16.
TOLERANCE = 0.03
PROBE = 16


class OtherArchitecture(ValueError):
    """A model that is not of the Llama family."""


class Layer(nn.Module):
    """One layer's weights; the query, key and value matrices are one, and so are the gate and the up matrices."""

    def __init__(self, layer: LlamaDecoderLayer) -> None:
        super().__init__()
        attention, mlp = layer.self_attn, layer.mlp
        self.before_attention = layer.input_layernorm.weight.float()
        self.query_key_value = pack(attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight)
        self.output = pack(attention.o_proj.weight)
        self.before_mlp = layer.post_attention_layernorm.weight.float()
        self.gate_up = pack(mlp.gate_proj.weight, mlp.up_proj.weight)
        self.down = pack(mlp.down_proj.weight)

    @property
    def nbytes(self) -> int:
        """The bytes of its weights."""
        matrices = (self.query_key_value, self.output, self.gate_up, self.down)
        return sum(int(each.nbytes) for each in (*matrices, self.before_attention, self.before_mlp))


class PackedLlama(nn.Module):
    """A model of Transformers with packed weights: its `config` and `generation_config`, and texts read in contexts."""

    def __init__(self, model: LlamaForCausalLM) -> None:
        """Pack the weights of `model`, which loses its layers: both at once would take twice the memory.

        Raises OtherArchitecture, and takes nothing, where it is not of the Llama family.
        """
        super().__init__()
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
        self.layers: Any = nn.ModuleList(_packed_one_by_one(model.model.layers))
        self.norm = model.model.norm.weight.float()
        self.cosines, self.sines = _rotations(model)
        # `next` with less between its operators, where there is such.
        self.traced: SimpleNamespace | None = None

    @property
    def nbytes(self) -> int:
        """The bytes of its weights."""
        kept = (self.embedding, self.head, self.norm, self.cosines, self.sines, *self.layers)
        return sum(int(each.nbytes) for each in kept)

    def begin(self) -> "PackedContext":
        """A context in which nothing is read yet."""
        return PackedContext(self)

    def empty(self, rows: int, room: int) -> Tensor:
        """Room for the keys and values of so many tokens: (layers, 2, rows, heads, room, width)."""
        return torch.empty(len(self.layers), 2, rows, self.key_heads, room, self.width)

    def read(
        self,
        tokens: Tensor,
        start: int | Tensor,
        end: int | Tensor,
        read_so_far: Tensor,
        keep: int = 1,
        seen: Tensor | None = None,
    ) -> Tensor:
        """The logits after the last `keep` of `tokens`, (rows, n), which are those from `start` to `end` of each row.

        Their keys and values are written into `read_so_far`, which has room. Each looks at what it has `seen`, (n,
        end); a single one at all.
        """
        x = self.embedding[tokens].float()
        cosines, sines = self.cosines[start:end], self.sines[start:end]
        for layer, keys_values in zip(self.layers, read_so_far, strict=True):
            both = layer.query_key_value(self._norm(x, layer.before_attention))
            both = both.view(*both.shape[:2], -1, self.width).transpose(1, 2)
            turned, values = both[:, : -self.key_heads], both[:, -self.key_heads :]
            turned = turned * cosines + turned.roll(self.width // 2, -1) * sines
            queries, keys = turned[:, : self.heads], turned[:, self.heads :]
            keys_values[0, :, :, start:end] = keys
            keys_values[1, :, :, start:end] = values
            x = x + layer.output(_attend(queries, keys_values[..., :end, :], seen))
            gate, up = layer.gate_up(self._norm(x, layer.before_mlp)).chunk(2, -1)
            x = x + layer.down(silu(gate) * up)
        logits: Tensor = self.head(self._norm(x[:, -keep:], self.norm))
        return logits

    def next(self, tokens: Tensor, at: Tensor, read_so_far: Tensor) -> Tensor:
        """What `read` gives for one token of each row, at place `at`."""
        return self.read(tokens, at, at + 1, read_so_far)

    @torch.inference_mode()
    def calls(self, rows: int, at: int) -> dict[str, tuple[Tensor, ...]]:
        """What `next` is given for so many rows, at a place for which there is just room."""
        return {"next": (torch.arange(rows)[:, None], torch.tensor(at), self.empty(rows, at + 1).zero_())}

    def _norm(self, x: Tensor, weight: Tensor) -> Tensor:
        return rms_norm(x, (x.shape[-1],), weight, self.epsilon)


class PackedContext:
    """The keys and values that a `PackedLlama` has read."""

    def __init__(self, model: PackedLlama) -> None:
        self.model = model
        self.length = 0
        # With room for more, so that a token's are written in place.
        self.read_so_far = model.empty(1, 0)

    @torch.inference_mode()
    def read(self, tokens: Tensor, keep: int = 1) -> Tensor:
        """Read on."""
        start, self.length = self.length, self.length + tokens.shape[1]
        self._make_room(self.length)
        if tokens.shape[1] == 1:
            logits: Tensor = (self.model.traced or self.model).next(tokens, torch.tensor(start), self.read_so_far)
            return logits
        seen = torch.ones(tokens.shape[1], self.length, dtype=torch.bool).tril(start)
        return self.model.read(tokens, start, self.length, self.read_so_far, keep, seen)

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


def packed_if_trusted(model: LlamaForCausalLM, spare: list[Any]) -> PackedLlama | None:
    """`model` packed, or None where that does not give its logits on a few tokens: what is not known would show.

    `spare` is as in `models.traced.traced`. Raises OtherArchitecture.
    """
    tokens = torch.arange(PROBE)[None] * 7 % model.config.vocab_size
    with torch.inference_mode():
        expected = model(tokens).logits.float()
    packed = PackedLlama(model)
    got = packed.begin().read(tokens, PROBE)
    if not bool((got - expected).norm() < TOLERANCE * expected.norm()):
        return None
    packed.traced = traced(packed, packed.calls(1, 3), packed.calls(2, 5), spare)
    return packed


def _attend(queries: Tensor, keys_values: Tensor, seen: Tensor | None) -> Tensor:
    """Each of `queries`, (rows, heads, n, width), over the keys that it has `seen`: (rows, n, heads x width)."""
    keys, values = keys_values
    if seen is None:
        # The heads that share a key take the place of several queries: one product for them all.
        grouped = queries.reshape(queries.shape[0], keys.shape[1], -1, queries.shape[-1])
        return scaled_dot_product_attention(grouped, keys, values).reshape(queries.shape[0], 1, -1)
    attended = scaled_dot_product_attention(queries, keys, values, attn_mask=seen, enable_gqa=True)
    return attended.transpose(1, 2).flatten(2)


def _packed_one_by_one(layers: Any) -> Iterator[Layer]:
    """The layers packed, each taken away; what one leaves free goes back at once, or packed weights would lie in it."""
    while len(layers):
        yield Layer(layers.pop(0))
        trim()


def _rotations(model: LlamaForCausalLM) -> tuple[Tensor, Tensor]:
    """Cosines and sines of each position, (positions, width); the first half of the sines is negative.

    So a vector is turned by one roll (Su et al. 2021).
    """
    positions = torch.arange(model.config.max_position_embeddings)[None]
    cosines, sines = model.model.rotary_emb(torch.zeros(1), positions)
    half = model.config.head_dim // 2
    return cosines[0], torch.cat([-sines[0, :, :half], sines[0, :, half:]], -1)
