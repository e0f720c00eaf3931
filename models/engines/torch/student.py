"""The Firefox Translations student in torch: a transformer encoder, a small decoder with a recurrent cell.

It shows its attention; `models.engines.student.model` serves. Trained with guided alignment: head 0 of the last decoder
layer's cross-attention aligns words.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from models.engines.base import Decoded
from models.engines.torch.student_layers import DecoderLayer, EncoderLayer
from models.engines.writing import Row, Source, bound, in_groups
from models.weights.student import END, UNKNOWN, StudentConfig


class Memory(NamedTuple):
    """An encoded batch: states (batch, source, width), mask (batch, source) true at tokens, attentions on request.

    `attentions` holds one (batch, heads, source, source) tensor for each encoder layer.
    """

    states: Tensor
    mask: Tensor
    attentions: tuple[Tensor, ...] = ()


class State(NamedTuple):
    """A batch that is being translated: last tokens (batch), how many there are (batch), and what the next one needs.

    That is the sources' keys and values (layers, 2, batch, heads, source, width / heads), a bias that keeps padding out
    of the scores (batch, 1, 1, source), and the cells (layers, batch, 1, width).
    """

    tokens: Tensor
    written: Tensor
    sources: Tensor
    bias: Tensor
    cells: Tensor

    def keep(self, rows: Tensor) -> "State":
        """These rows alone."""
        return State(
            self.tokens[rows], self.written[rows], self.sources[:, :, rows], self.bias[rows], self.cells[:, rows]
        )


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
        self.register_buffer("timescales", torch.from_numpy(config.timescales), persistent=False)

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

    def start(self, memory: Memory) -> State:
        """An encoded batch of which nothing is translated yet."""
        sources = [torch.stack(layer.attention.keys_values(memory.states)) for layer in self.decoder]
        cells = [torch.zeros_like(memory.states[:, :1]) for _ in self.decoder]
        nothing = torch.zeros_like(memory.mask[:, 0], dtype=torch.long)
        return State(nothing, nothing, torch.stack(sources), _bias(memory.mask), torch.stack(cells))

    def step(self, state: State) -> tuple[Tensor, Tensor, list[Tensor]]:
        """One position further: the states (batch, width), the next cells, and the attention weights.

        These are (batch, heads, 1, source) for each layer.
        """
        embedded = self.embedding(state.tokens) * self.config.width**0.5
        # At the start there is no last token, whatever stands there.
        x = (self._positions(state.written) + embedded * (state.written > 0)[:, None])[:, None]
        following, attentions = [], []
        for layer, (keys, values), cell in zip(self.decoder, state.sources, state.cells, strict=True):
            x, cell = layer.cell(x, cell)
            x, weights = layer.attention(x, keys, values, state.bias)
            x = layer.feed_forward(x)
            following.append(cell)
            attentions.append(weights)
        return x[:, 0], torch.stack(following), attentions

    def cross_attentions(
        self, memory: Memory, targets: Tensor, between: Callable[[], None] = lambda: None
    ) -> tuple[Tensor, ...]:
        """The cross-attention of the decoder while it writes `targets` (batch, target).

        One (batch, heads, target, source) tensor for each decoder layer; row t is the step that writes token t.
        `between` is called before each step, and may end the work by raising.
        """
        state = self.start(memory)
        steps = []
        # At the start there is no last token, whatever stands there.
        for previous in targets.roll(1, 1).unbind(1):
            between()
            _, cells, attentions = self.step(state._replace(tokens=previous))
            state = state._replace(written=state.written + 1, cells=cells)
            steps.append(attentions)
        return tuple(torch.cat(layer, 2) for layer in zip(*steps, strict=True))

    def translate(self, sources: Sequence[Source]) -> Iterator[dict[int, Decoded]]:
        """Translate `sources`, each a list of ids with `</s>` at its end. See `models.engines.base.Translator`."""
        return in_groups(self._decode, sources)

    def _decode(self, sources: Sequence[Source]) -> Iterator[dict[int, Decoded]]:
        """Translate a batch greedily; never writes `<unk>`."""
        with torch.inference_mode():
            state = self.start(self.encode(*pad(sources, self.embedding.weight.device)))
        rows = [Row(number, len(source), bound(source)) for number, source in enumerate(sources)]
        while rows:
            state, looked = self._write(state)
            written = map(Row.write, rows, state.tokens.tolist(), looked.cpu().numpy())
            finished = {row.number: each for row, each in zip(rows, written, strict=True) if each is not None}
            if finished:
                places = [place for place, row in enumerate(rows) if row.number not in finished]
                rows = [rows[place] for place in places]
                state = state.keep(torch.tensor(places, dtype=torch.long, device=state.tokens.device))
            yield finished

    @torch.inference_mode()
    def choices(self, source: Source, written: Sequence[int]) -> Tensor:
        """The probabilities (vocabulary) of the token after `written`, the beginning of a translation of `source`."""
        state = self.start(self.encode(*pad([source], self.embedding.weight.device)))
        for token in written:
            state = self._write(state, token)[0]
        logits = self.output(self.step(state)[0])
        logits[:, UNKNOWN] = -torch.inf
        probabilities: Tensor = logits[0].softmax(-1)
        return probabilities

    @torch.inference_mode()
    def continued(self, source: Source, written: Sequence[int]) -> Decoded:
        """The translation of `source` that begins with the tokens `written`, the rest as in `translate`."""
        state = self.start(self.encode(*pad([source], self.embedding.weight.device)))
        row = Row(0, len(source), bound(source) + len(written))
        whole = None
        while whole is None:
            forced = written[len(row.ids)] if len(row.ids) < len(written) else None
            state, looked = self._write(state, forced)
            whole = row.write(int(state.tokens[0]), looked[0].cpu().numpy())
        return whole

    @torch.inference_mode()
    def _write(self, state: State, forced: int | None = None) -> tuple[State, Tensor]:
        """The state with the likeliest next tokens, or with `forced`, and their attention weights over the source."""
        states, cells, attentions = self.step(state)
        logits = self.output(states)
        logits[:, UNKNOWN] = -torch.inf
        tokens = logits.argmax(-1) if forced is None else torch.full_like(state.tokens, forced)
        following = state._replace(tokens=tokens, written=state.written + 1, cells=cells)
        return following, attentions[-1][:, 0, 0]

    def _positions(self, places: Tensor) -> Tensor:
        angles = places[:, None] * self.timescales
        return torch.cat([angles.sin(), angles.cos()], -1)


def pad(sources: Sequence[Source], device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """The ids (batch, source) of a batch padded at the right, and the mask that is true at their tokens."""
    longest = max(map(len, sources))
    ids = torch.tensor([[*source, *[END] * (longest - len(source))] for source in sources], device=device)
    lengths = torch.tensor([len(source) for source in sources], device=device)
    return ids, torch.arange(longest, device=device) < lengths[:, None]


def _bias(mask: Tensor) -> Tensor:
    """What keeps padding out of the scores: (batch, 1, 1, source)."""
    return torch.where(mask, 0.0, -torch.inf)[:, None, None]
