"""Runs a chat model over a prompt and a finished reply, for its attention; imported when a model is: it needs torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import DynamicCache

from models.explain.attention_math import Weights
from models.runtime.cache import Loaded

# Tokens of the prompt read at once: a caller can stop between them.
CHUNK = 64
# Rows of attention read at once: all heads of all layers of so many are in memory together.
ROWS = 32


@dataclass(frozen=True)
class Rereading:
    """As in `ReplyAttention`; `done` tokens of the prompt and the reply are read."""

    done: int
    weights: Weights
    first: Weights


def reread(loaded: Loaded, prompt: Sequence[int], reply: Sequence[int], groups: Sequence[int]) -> Iterator[Rereading]:
    """Yield what each of `reply` looked at, by the word of each token in `groups`, as far as it is read.

    Only the rows of the reply are kept, a few at a time, so that a long prompt costs no memory. The model is loaded
    eager. Closing the generator ends the compute. The caller holds the lease.
    """
    cache = DynamicCache(config=loaded.model.config)
    by_word = np.eye(max(groups) + 1, dtype=np.float32)[list(groups)]
    result = Rereading(0, np.zeros((0, by_word.shape[1]), np.float32), np.zeros(0, np.float32))
    read = torch.tensor([prompt[:-1]], device=loaded.device)
    for start in range(0, read.shape[1], CHUNK):
        _read(loaded, read[:, start : start + CHUNK], cache)
        result = Rereading(min(start + CHUNK, read.shape[1]), result.weights, result.first)
        yield result
    # A token is chosen where the one before it is read.
    choosing = torch.tensor([[prompt[-1], *reply[:-1]]], device=loaded.device)
    for start in range(0, choosing.shape[1], ROWS):
        rows = _mean_of_later_layers(loaded, choosing[:, start : start + ROWS], cache)
        first = rows[:, 0].copy()
        rows[:, 0] = 0
        sums = rows.sum(axis=1, keepdims=True)
        rows = np.divide(rows, sums, out=rows, where=sums > 0)
        weights = rows @ by_word[: rows.shape[1]]
        done = len(prompt) + min(start + ROWS, len(reply))
        result = Rereading(done, np.concatenate([result.weights, weights]), np.concatenate([result.first, first]))
        yield result


@torch.inference_mode()
def _read(loaded: Loaded, tokens: torch.Tensor, cache: DynamicCache) -> None:
    loaded.model(tokens, cache=cache, use_cache=True, logits_to_keep=1)


@torch.inference_mode()
def _mean_of_later_layers(loaded: Loaded, tokens: torch.Tensor, cache: DynamicCache) -> Weights:
    """The attention of `tokens`, shape (tokens, keys): the mean over the heads of the later half of the layers.

    The earlier half looks by place more than by meaning; attention rollout ends up on the first tokens alone.
    """
    output = loaded.model(tokens, cache=cache, use_cache=True, output_attentions=True, logits_to_keep=1)
    layers = output.attentions
    later = layers[len(layers) // 2 :]
    mean: Weights = (sum(layer[0].float().mean(0) for layer in later) / len(later)).cpu().numpy()
    return mean
