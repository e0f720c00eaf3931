"""What a causal language model has read so far, whichever engine runs it; imported when a model is: it needs torch."""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import DynamicCache

from models.cache import Loaded


class Context(Protocol):
    """The keys and values of the tokens read so far, in one row or several."""

    @property
    def length(self) -> int:
        """How many tokens are read."""

    def read(self, tokens: Tensor, keep: int = 1) -> Tensor:
        """Read `tokens`, shape (rows, n), on; the logits after the last `keep`, float32 of (rows, keep, vocabulary)."""

    def select(self, rows: Sequence[int]) -> None:
        """Go on with these rows only; a row that is named twice becomes two."""

    def cut(self, start: int, end: int) -> Tensor:
        """A copy of the keys and values of tokens `start` to `end`, shape (layers, 2, rows, heads, n, width)."""

    def put(self, block: Tensor) -> None:
        """Add what `cut` gave, as if its tokens had been read."""

    def forget(self, length: int) -> None:
        """Go back to where only the first `length` tokens were read."""


class TorchContext:
    """A context of a model of Transformers."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.cache = DynamicCache(config=model.config)

    @property
    def length(self) -> int:
        """How many tokens are read."""
        return int(self.cache.get_seq_length())

    def read(self, tokens: Tensor, keep: int = 1) -> Tensor:
        """Read on."""
        return forward(self.model, tokens, self.cache, keep)

    @torch.inference_mode()
    def select(self, rows: Sequence[int]) -> None:
        """Go on with these rows."""
        self.cache.batch_select_indices(torch.tensor(rows, device=self.model.device))

    @torch.inference_mode()
    def cut(self, start: int, end: int) -> Tensor:
        """A copy of some keys and values."""
        layers = [torch.stack([layer.keys, layer.values])[..., start:end, :] for layer in self.cache.layers]
        return torch.stack(layers)

    @torch.inference_mode()
    def put(self, block: Tensor) -> None:
        """Add a copy."""
        for number, (keys, values) in enumerate(block):
            self.cache.update(keys, values, number)

    def forget(self, length: int) -> None:
        """Go back."""
        if length < self.length:
            self.cache.crop(length - self.length)


def begin(loaded: Loaded) -> Context:
    """A context in which nothing is read yet."""
    context: Context = loaded.model.begin() if loaded.engine == "fbgemm" else TorchContext(loaded.model)
    return context


@torch.inference_mode()
def forward(model: Any, tokens: Tensor, cache: DynamicCache, keep: int = 1) -> Tensor:
    """The logits after each of the last `keep` of `tokens`, (batch, n), float32 of shape (batch, keep, vocabulary).

    `cache` grows by `tokens`.
    """
    logits: Tensor = model(tokens, past_key_values=cache, use_cache=True, logits_to_keep=keep).logits
    return logits.float()
