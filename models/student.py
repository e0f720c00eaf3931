"""The Firefox Translations student: a transformer encoder, a small decoder with a recurrent cell.

Trained with guided alignment: head 0 of the last decoder layer's cross-attention aligns words.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import pad as filled

from models.student_layers import DecoderLayer, EncoderLayer, StudentConfig
from models.student_writing import END, State, StudentWriting, Writer, pad
from models.writing import Decoded

UNKNOWN = 1


class Memory(NamedTuple):
    """An encoded batch: states (batch, source, width), mask (batch, source) true at tokens, attentions on request.

    `attentions` holds one (batch, heads, source, source) tensor for each encoder layer.
    """

    states: Tensor
    mask: Tensor
    attentions: tuple[Tensor, ...] = ()


class Student(nn.Module):
    """The whole network; every tensor of ids ends each sentence with `</s>` (id 0) and is padded with anything."""

    timescales: Tensor

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder: Any = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.output = nn.Linear(config.width, config.vocabulary)
        self.output.weight = self.embedding.weight
        # Logits near those of `output`, computed faster, where there are such.
        self.rough: nn.Module | None = None
        # What a writer does, with less between its operators, where there is such.
        self.traced: Writer | None = None
        half = config.width // 2
        # Computed even where the network is made without weights, on the device "meta".
        steps = torch.arange(half, device="cpu") * (-math.log(10_000) / (half - 1))
        self.register_buffer("timescales", steps.exp(), persistent=False)

    def encode(self, ids: Tensor, mask: Tensor, attentions: bool = False) -> Memory:
        """Read the sources `ids` (batch, source); `mask` is true at their tokens. `attentions` keeps the weights."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.embedding(ids) * self.config.width**0.5 + self._positions(places)
        bias = _bias(mask)
        kept = []
        for layer in self.encoder:
            x, weights = layer(x, bias)
            if attentions:
                kept.append(weights)
        return Memory(x, mask, tuple(kept))

    def start(self, ids: Tensor, mask: Tensor) -> State:
        """The sources `ids`, of which nothing is written; `mask` is true at their tokens.

        It has the last tokens (batch), how many there are (batch), the sources' keys and values (layers, 2, batch,
        heads, source, width / heads), a bias that keeps padding out of the scores (batch, 1, 1, source), and the cells
        (layers, batch, 1, width).
        """
        return self.decoding(self.encode(ids, mask))

    def decoding(self, memory: Memory) -> State:
        """See `start`."""
        # In one piece for each head, or every step would copy them to multiply with them.
        sources = [torch.stack(layer.attention.keys_values(memory.states)) for layer in self.decoder]
        cells = [torch.zeros_like(memory.states[:, :1]) for _ in self.decoder]
        nothing = torch.zeros_like(memory.mask[:, 0], dtype=torch.long)
        return nothing, nothing, torch.stack(sources), _bias(memory.mask), torch.stack(cells)

    def keep(self, rows: Tensor, length: Tensor, *state: Tensor) -> State:
        """These rows of `state` alone, their sources cut or padded to `length` tokens."""
        tokens, at, sources, bias, cells = state
        sources, bias = _sized(sources[:, :, rows], -2, length), _sized(bias[rows], -1, length, -torch.inf)
        return tokens[rows], at[rows], sources, bias, cells[:, rows]

    def join(self, rows: Tensor, length: Tensor, ids: Tensor, mask: Tensor, *state: Tensor) -> State:
        """What `keep` gives, and below it what `start` gives; no source is longer than `length`."""
        ours, theirs = self.keep(rows, length, *state), self.start(ids, mask)
        theirs = self.keep(torch.arange(ids.shape[0], device=ids.device), length, *theirs)
        batch = (0, 0, 2, 0, 1)
        tokens, at, sources, bias, cells = map(torch.cat, zip(ours, theirs, strict=True), batch)
        return tokens, at, sources, bias, cells

    def step(self, *state: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """One position further; returns its states (batch, width), the next cells, and the attention weights.

        These are (batch, heads, 1, source) for each layer.
        """
        tokens, at, sources, bias, cells = state
        said = self.embedding(tokens) * self.config.width**0.5
        # At the start nothing is said yet, whatever stands there.
        x = (self._positions(at) + said * (at > 0)[:, None])[:, None]
        following, attentions = [], []
        for i, layer in enumerate(self.decoder):
            x, cell = layer.cell(x, cells[i])
            x, weights = layer.attention(x, sources[i, 0], sources[i, 1], bias)
            x = layer.feed_forward(x)
            following.append(cell)
            attentions.append(weights)
        return x[:, 0], torch.stack(following), attentions

    def write(self, *state: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The likeliest tokens after `state` (never `<unk>`), how many there are then, and the next cells.

        And how much each token of the source was looked at: (batch, source).
        """
        states, cells, attentions = self.step(*state)
        return self._best_token(states), state[1] + 1, cells, attentions[-1][:, 0, 0]

    def cross_attentions(
        self, memory: Memory, targets: Tensor, between: Callable[[], None] = lambda: None
    ) -> tuple[Tensor, ...]:
        """How the decoder looks at the source while it writes `targets` (batch, target).

        One (batch, heads, target, source) tensor for each decoder layer; row t is the step that writes token t.
        `between` is called before each step, and may end the work by raising.
        """
        _, at, sources, bias, cells = self.decoding(memory)
        steps = []
        # At the start nothing is said yet, whatever stands there.
        for previous in targets.roll(1, 1).unbind(1):
            between()
            _, cells, attentions = self.step(previous, at, sources, bias, cells)
            at = at + 1
            steps.append(attentions)
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
        writing = self.begin()
        writing.join(sources)
        while writing.rows:
            yield writing.step()

    def begin(self) -> StudentWriting:
        """Translations that are to be written together; see `decode`."""
        return StudentWriting(self.traced or self, self.embedding.weight.device)

    @torch.inference_mode()
    def calls(self, *lengths: int) -> dict[str, tuple[Tensor, ...]]:
        """What `start`, `keep`, `join` and `write` are given for sources of so many tokens."""
        texts = pad([[*range(UNKNOWN + 1, length + 1), END] for length in lengths])
        state = self.start(*texts)
        some = torch.arange(0, len(lengths), 2), torch.tensor(max(lengths))
        return {"start": texts, "keep": (*some, *state), "join": (*some, *texts, *state), "write": state}

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

    def _positions(self, places: Tensor) -> Tensor:
        angles = places[:, None] * self.timescales
        return torch.cat([angles.sin(), angles.cos()], -1)


def _bias(mask: Tensor) -> Tensor:
    """What keeps padding out of the scores: (batch, 1, 1, source)."""
    return torch.where(mask, 0.0, -torch.inf)[:, None, None]


def _sized(tensor: Tensor, dim: int, length: Tensor, value: float = 0.0) -> Tensor:
    """`tensor` cut or filled up with `value` to `length` in `dim`, counted from the last."""
    missing: Any = length - tensor.shape[dim]
    return filled(tensor, (*[0, 0] * (-1 - dim), 0, missing), value=value)
