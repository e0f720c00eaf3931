"""The Firefox Translations student's network: a transformer encoder, a small decoder with a recurrent cell.

Trained with guided alignment: head 0 of the last decoder layer's cross-attention aligns words.
Attention weights are computed one way only, so what a visitor is shown is what translated.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

END, UNKNOWN = 0, 1
LENGTH_FACTOR, LENGTH_SLACK = 2, 10


@dataclass(frozen=True)
class StudentConfig:
    """The sizes of a student; `hidden` is the feed-forward layers' width."""

    vocabulary: int
    width: int
    hidden: int
    heads: int
    encoder_layers: int
    decoder_layers: int


class Decoded(NamedTuple):
    """One translation: ids without `</s>`, (target, source) alignment weights with a last column for `</s>`.

    `finished` is False where the length bound ended it.
    """

    ids: list[int]
    alignment: Tensor
    finished: bool


class Memory(NamedTuple):
    """An encoded batch: states (batch, source, width), mask (batch, source) true at tokens, attentions on request.

    `attentions` holds one (batch, heads, source, source) tensor for each encoder layer.
    """

    states: Tensor
    mask: Tensor
    attentions: tuple[Tensor, ...] = ()


class Attention(nn.Module):
    """Multi-head attention with its residual sum and layer norm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.norm = nn.LayerNorm(width)

    def keys_values(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of `states` (batch, source, width), each (batch, heads, source, width / heads)."""
        return self._split(self.key(states)), self._split(self.value(states))

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """Attend from `x` (batch, target, width); `bias` is added to the scores.

        Returns the new states and the weights (batch, heads, target, source).
        """
        query = self._split(self.query(x)) * (x.shape[-1] // self.heads) ** -0.5
        weights = (query @ keys.transpose(-1, -2) + bias).softmax(-1)
        mixed = (weights @ values).transpose(1, 2).flatten(2)
        return self.norm(x + self.output(mixed)), weights

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1).transpose(1, 2)


class FeedForward(nn.Module):
    """Two layers with a ReLU between them, residual sum and layer norm."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """Transform each state by itself."""
        return self.norm(x + self.down(functional.relu(self.up(x))))  # type: ignore[no-any-return]


class RecurrentCell(nn.Module):
    """The simpler simple recurrent unit (Kim et al. 2019), in place of the decoder's self-attention."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.candidate, self.forget = nn.Linear(width, width, bias=False), nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """The next state and the next cell, all (batch, 1, width)."""
        cell = torch.lerp(self.candidate(x), cell, torch.sigmoid(self.forget(x)))
        return self.norm(x + functional.relu(cell)), cell


class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward layer."""

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.attention = Attention(config.width, config.heads)
        self.feed_forward = FeedForward(config.width, config.hidden)

    def forward(self, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """The next states, and the attention weights (batch, heads, source, source)."""
        x, weights = self.attention(x, *self.attention.keys_values(x), bias)
        return self.feed_forward(x), weights


class DecoderLayer(nn.Module):
    """A recurrent cell, cross-attention over the source, then a feed-forward layer."""

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.cell = RecurrentCell(config.width)
        self.attention = Attention(config.width, config.heads)
        self.feed_forward = FeedForward(config.width, config.hidden)


class Student(nn.Module):
    """The whole network; every tensor of ids ends each sentence with `</s>` (id 0) and is padded with anything."""

    timescales: Tensor

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.output = nn.Linear(config.width, config.vocabulary)
        self.output.weight = self.embedding.weight
        # Logits near those of `output`, computed faster, where there are such.
        self.rough: Callable[[Tensor], Tensor] | None = None
        half = config.width // 2
        # Computed even where the network is made without weights, on the device "meta".
        steps = torch.arange(half, device="cpu") * (-math.log(10_000) / (half - 1))
        self.register_buffer("timescales", steps.exp(), persistent=False)

    def encode(self, ids: Tensor, mask: Tensor, attentions: bool = False) -> Memory:
        """Read the sources `ids` (batch, source); `mask` is true at their tokens. `attentions` keeps the weights."""
        x = self.embedding(ids) * self.config.width**0.5 + self._positions(ids.shape[1])
        bias = _bias(mask)
        kept = []
        for layer in self.encoder:
            x, weights = layer(x, bias)
            if attentions:
                kept.append(weights)
        return Memory(x, mask, tuple(kept))

    def cross_attentions(
        self, memory: Memory, targets: Tensor, between: Callable[[], None] = lambda: None
    ) -> tuple[Tensor, ...]:
        """How the decoder looks at the source while it writes `targets` (batch, target).

        One (batch, heads, target, source) tensor for each decoder layer; row t is the step that writes token t.
        `between` is called before each step, and may end the work by raising.
        """
        decoding = _Decoding(self, memory, targets.shape[1])
        steps = []
        for previous in [None, *targets.unbind(1)[:-1]]:
            between()
            steps.append(decoding.step(previous)[1])
        return tuple(torch.cat(layer, 2) for layer in zip(*steps, strict=True))

    def translate(self, sources: Sequence[Sequence[int]]) -> list[Decoded]:
        """Translate a batch of sources, each a list of ids with `</s>` at its end. See `decode`."""
        found: dict[int, Decoded] = {}
        for finished in self.decode(sources):
            found |= finished
        return [found[row] for row in range(len(sources))]

    def decode(self, sources: Sequence[Sequence[int]]) -> Iterator[dict[int, Decoded]]:
        """Translate a batch greedily; after each token, the translations that it ended, by their index in the batch.

        Never writes `<unk>`. A translation is at most twice as long as its source, plus 10.
        """
        ids, mask = pad(sources, self.embedding.weight.device)
        bounds = [LENGTH_FACTOR * len(source) + LENGTH_SLACK for source in sources]
        decoding = _Decoding(self, self.encode(ids, mask), max(bounds))
        written: list[list[int]] = [[] for _ in sources]
        alignment = torch.zeros(len(sources), max(bounds), ids.shape[1])
        rows, tokens = list(range(len(sources))), None
        for step in range(max(bounds)):
            states, weights = decoding.step(tokens)
            alignment[rows, step] = weights[-1][:, 0, 0].to("cpu")
            tokens = self._best_token(states[:, 0])
            finished, going = {}, []
            for at, (row, token) in enumerate(zip(rows, tokens.tolist(), strict=True)):
                if token != END:
                    written[row].append(token)
                if token == END or len(written[row]) == bounds[row]:
                    weights_of_row = alignment[row, : len(written[row]), : len(sources[row])]
                    finished[row] = Decoded(written[row], weights_of_row, token == END)
                else:
                    going.append(at)
            yield finished
            if not going:
                return
            if finished:  # They leave the batch.
                kept = torch.tensor(going, device=tokens.device)
                tokens = tokens[kept]
                decoding.keep(kept)
                rows = [rows[at] for at in going]

    def _best_token(self, states: Tensor) -> Tensor:
        """The likeliest token after each of `states`, (batch, width); rough logits name two, computed in full."""
        logits: Tensor = (self.rough or self.output)(states)
        logits[:, UNKNOWN] = -torch.inf
        best = logits.argmax(-1, keepdim=True)
        if self.rough is None:
            return best[:, 0]
        second = logits.scatter_(-1, best, -torch.inf).argmax(-1, keepdim=True)
        both = torch.cat([best, second], -1)
        exact = (self.output.weight[both] @ states[..., None])[..., 0] + self.output.bias[both]
        return both.gather(-1, exact.argmax(-1, keepdim=True))[:, 0]

    def _positions(self, length: int) -> Tensor:
        angles = torch.arange(length, device=self.timescales.device)[:, None] * self.timescales
        return torch.cat([angles.sin(), angles.cos()], -1)


class _Decoding:
    """A batch that is being written: the source's keys and values (computed once), the cells, the position."""

    def __init__(self, student: Student, memory: Memory, length: int) -> None:
        self.student = student
        self.layers: list[Any] = list(student.decoder)
        # In one piece for each head, or every step would copy them to multiply with them.
        self.sources = [
            tuple(each.contiguous() for each in layer.attention.keys_values(memory.states)) for layer in self.layers
        ]
        self.bias = _bias(memory.mask)
        self.cells = [torch.zeros_like(memory.states[:, :1]) for _ in self.layers]
        self.positions = student._positions(length)
        self.at = 0

    def step(self, tokens: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        """One position further, after `tokens` (batch), None at the start.

        Returns the states (batch, 1, width) and each layer's cross-attention weights (batch, heads, 1, source).
        """
        x = self.positions[self.at].expand_as(self.cells[0])
        if tokens is not None:
            x = x + self.student.embedding(tokens[:, None]) * self.student.config.width**0.5
        attentions = []
        for i, layer in enumerate(self.layers):
            x, self.cells[i] = layer.cell(x, self.cells[i])
            x, weights = layer.attention(x, *self.sources[i], self.bias)
            x = layer.feed_forward(x)
            attentions.append(weights)
        self.at += 1
        return x, attentions

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows of the batch alone."""
        self.sources = [(keys[rows], values[rows]) for keys, values in self.sources]
        self.bias = self.bias[rows]
        self.cells = [cell[rows] for cell in self.cells]


def pad(sources: Sequence[Sequence[int]], device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """The ids (batch, source) of a batch padded at the right, and the mask that is true at their tokens."""
    longest = max(map(len, sources))
    ids = torch.tensor([[*source, *[END] * (longest - len(source))] for source in sources], device=device)
    lengths = torch.tensor([len(source) for source in sources], device=device)
    return ids, torch.arange(longest, device=device) < lengths[:, None]


def _bias(mask: Tensor) -> Tensor:
    """What keeps padding out of the scores: (batch, 1, 1, source)."""
    return torch.where(mask, 0.0, -torch.inf)[:, None, None]
