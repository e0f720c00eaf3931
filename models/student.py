"""The Firefox Translations student: a transformer encoder, a small decoder with a recurrent cell.

Trained with guided alignment: head 0 of the last decoder layer's cross-attention aligns words.
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import pad as filled

from models.student_layers import DecoderLayer, EncoderLayer, StudentConfig
from models.writing import Decoded

END, UNKNOWN = 0, 1
LENGTH_FACTOR, LENGTH_SLACK = 2, 10


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
        state = _State(self, memory, targets.shape[1])
        steps = []
        # At the start nothing is said yet, whatever stands there.
        for previous in targets.roll(1, 1).unbind(1):
            between()
            steps.append(state.step(previous)[1])
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

    def begin(self) -> "StudentWriting":
        """Translations that are to be written together; see `decode`."""
        return StudentWriting(self)

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


class _State:
    """Where the decoder is in a batch: the source's keys and values (computed once), the cells, each row's position."""

    def __init__(self, student: Student, memory: Memory, length: int) -> None:
        """The start of targets of at most `length` tokens."""
        self.student = student
        self.layers: list[Any] = list(student.decoder)
        # In one piece for each head, or every step would copy them to multiply with them.
        self.sources = [
            tuple(each.contiguous() for each in layer.attention.keys_values(memory.states)) for layer in self.layers
        ]
        self.bias = _bias(memory.mask)
        self.cells = [torch.zeros_like(memory.states[:, :1]) for _ in self.layers]
        self.positions = student._positions(length)
        self.at = torch.zeros(len(memory.states), dtype=torch.long, device=memory.states.device)

    def step(self, tokens: Tensor) -> tuple[Tensor, list[Tensor]]:
        """One position further, after `tokens` (batch), of which a row at its start has none, whatever stands there.

        Returns the states (batch, 1, width) and each layer's cross-attention weights (batch, heads, 1, source).
        """
        said = self.student.embedding(tokens) * self.student.config.width**0.5
        x = (self.positions[self.at] + said * (self.at > 0)[:, None])[:, None]
        attentions = []
        for i, layer in enumerate(self.layers):
            x, self.cells[i] = layer.cell(x, self.cells[i])
            x, weights = layer.attention(x, *self.sources[i], self.bias)
            x = layer.feed_forward(x)
            attentions.append(weights)
        self.at = self.at + 1
        return x, attentions

    def keep(self, rows: Sequence[int], longest: int) -> None:
        """Go on with these rows of the batch alone, whose longest source has so many tokens."""
        kept = torch.tensor(rows, device=self.at.device)
        self.sources = [tuple(each[kept, :, :longest] for each in pair) for pair in self.sources]
        self.bias, self.at = self.bias[kept, :, :, :longest], self.at[kept]
        self.cells = [cell[kept] for cell in self.cells]

    def add(self, other: "_State") -> None:
        """Go on with the rows of `other` too, below those there are; the shorter sources are padded."""
        longest = max(self.bias.shape[-1], other.bias.shape[-1])
        self.sources = [
            tuple(_below(a, b, -2, longest) for a, b in zip(ours, theirs, strict=True))
            for ours, theirs in zip(self.sources, other.sources, strict=True)
        ]
        self.bias = _below(self.bias, other.bias, -1, longest, -torch.inf)
        self.cells = [torch.cat(pair) for pair in zip(self.cells, other.cells, strict=True)]
        self.at = torch.cat([self.at, other.at])
        self.positions = max(self.positions, other.positions, key=len)


@dataclass
class _Row:
    """A translation that is being written: its number, its source's length, how long it may be, what there is of it."""

    number: int
    length: int
    bound: int
    ids: list[int] = field(default_factory=list)
    looked: list[Tensor] = field(default_factory=list)

    def write(self, token: int, weights: Tensor) -> Decoded | None:
        """Add `token` and its `weights` (source); the whole translation where that ends it."""
        if token != END:
            self.ids.append(token)
            self.looked.append(weights)
            if len(self.ids) < self.bound:
                return None
        # How long the longest source of all is changes with those who come and go.
        looked = [each[: self.length] for each in self.looked]
        return Decoded(self.ids, torch.stack(looked) if looked else torch.zeros(0, self.length), token == END)


class StudentWriting:
    """Translations that are written together, a token each at a time; a `models.writing.Writing`."""

    _state: _State
    _tokens: Tensor

    def __init__(self, student: Student) -> None:
        self.student = student
        self.rows: list[_Row] = []
        self.joined = 0

    def fits(self, sources: Sequence[Sequence[int]], tokens: int) -> bool:
        """Whether with `sources` all take at most so many `tokens`, padding included."""
        lengths = [*(row.length for row in self.rows), *map(len, sources)]
        return max(lengths) * len(lengths) <= tokens

    def join(self, sources: Sequence[Sequence[int]]) -> range:
        """Take in `sources`, each a list of ids with `</s>` at its end."""
        ids, mask = pad(sources, self.student.embedding.weight.device)
        numbers = range(self.joined, self.joined + len(sources))
        bounds = [LENGTH_FACTOR * len(source) + LENGTH_SLACK for source in sources]
        state = _State(self.student, self.student.encode(ids, mask), max(bounds))
        start = torch.zeros(len(sources), dtype=torch.long, device=ids.device)
        if self.rows:
            self._state.add(state)
            self._tokens = torch.cat([self._tokens, start])
        else:
            self._state, self._tokens = state, start
        self.rows += map(_Row, numbers, map(len, sources), bounds)
        self.joined = numbers.stop
        return numbers

    def drop(self, numbers: Collection[int]) -> None:
        """Write no further on these."""
        self._keep([at for at, row in enumerate(self.rows) if row.number not in numbers])

    def step(self) -> dict[int, Decoded]:
        """Write a token of each; what that ended leaves, by its number."""
        states, weights = self._state.step(self._tokens)
        self._tokens = self.student._best_token(states[:, 0])
        looked = weights[-1][:, 0, 0].to("cpu").unbind()
        ended = [row.write(*each) for row, *each in zip(self.rows, self._tokens.tolist(), looked, strict=True)]
        finished = {row.number: each for row, each in zip(self.rows, ended, strict=True) if each is not None}
        self._keep([at for at, each in enumerate(ended) if each is None])
        return finished

    def _keep(self, rows: Sequence[int]) -> None:
        going = [self.rows[at] for at in rows]
        if 0 < len(going) < len(self.rows):
            self._state.keep(rows, max(row.length for row in going))
            self._tokens = self._tokens[torch.tensor(rows, device=self._tokens.device)]
        self.rows = going


def pad(sources: Sequence[Sequence[int]], device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """The ids (batch, source) of a batch padded at the right, and the mask that is true at their tokens."""
    longest = max(map(len, sources))
    ids = torch.tensor([[*source, *[END] * (longest - len(source))] for source in sources], device=device)
    lengths = torch.tensor([len(source) for source in sources], device=device)
    return ids, torch.arange(longest, device=device) < lengths[:, None]


def _bias(mask: Tensor) -> Tensor:
    """What keeps padding out of the scores: (batch, 1, 1, source)."""
    return torch.where(mask, 0.0, -torch.inf)[:, None, None]


def _below(ours: Tensor, theirs: Tensor, dim: int, length: int, value: float = 0.0) -> Tensor:
    """`theirs` below `ours`, both filled up with `value` to `length` in `dim`, counted from the last."""
    before = [0, 0] * (-1 - dim)
    both = [filled(each, (*before, 0, length - each.shape[dim]), value=value) for each in (ours, theirs)]
    return torch.cat(both)
