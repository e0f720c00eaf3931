"""The layers of the Firefox Translations student: attention, feed-forward, and the decoder's recurrent cell.

Attention weights are computed one way only, so what a visitor is shown is what translated.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.weights.student import StudentConfig


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
